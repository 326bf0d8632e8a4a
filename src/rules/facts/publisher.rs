//! Who publishes an image, and which publishers stand for one another.

use super::glob;
use super::image::ONE_ARCHITECTURE;
use crate::model::ImageRef;

/// Who stands behind an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Publisher {
    /// Docker's official images, whatever mirror they come from, and their successors.
    Official,
    /// Makers of software who publish it themselves, and clouds' own base images.
    Known(String),
    /// Anybody: a whole private registry.
    Other(String),
    /// Anybody: a registry that many share, and the namespace in it.
    Owner(String, String),
    /// Not the well-known name that it looks like.
    Lookalike(String, &'static str),
}

/// Globs over `registry/repository` that stand for Docker's official images, beside those for one
/// architecture.
const OFFICIAL: &[&str] = &[
    "docker.io/library/*",
    "mirror.gcr.io/library/*",
    "public.ecr.aws/docker/library/*",
    "*/dockerhub/library/*",
    "*/docker-hub/library/*",
    "*/docker.io/library/*",
    // Where official images moved to, or were taken over.
    "docker.io/rockylinux/rockylinux",
    "docker.io/almalinux/*",
    "quay.io/almalinuxorg/*",
    "quay.io/rockylinux/*",
    "quay.io/centos/*",
    "quay.io/fedora/*",
    "registry.fedoraproject.org/*",
    "docker.io/adoptopenjdk/*",
    "docker.io/valkey/*",
    "docker.elastic.co/*",
    "public.ecr.aws/amazonlinux/*",
    "public.ecr.aws/ubuntu/*",
    "docker.io/bellsoft/*",
    "docker.io/azul/*",
];

/// Globs, and the publisher's name; several globs of one name are the same publisher.
const KNOWN: &[(&str, &str)] = &[
    ("mcr.microsoft.com/*", "Microsoft"),
    ("docker.io/microsoft/*", "Microsoft"),
    ("registry.k8s.io/*", "Kubernetes"),
    ("k8s.gcr.io/*", "Kubernetes"),
    ("gcr.io/google_containers/*", "Kubernetes"),
    ("gcr.io/google-containers/*", "Kubernetes"),
    ("gcr.io/kubebuilder/*", "Kubernetes"),
    ("gcr.io/distroless/*", "Distroless"),
    ("cgr.dev/chainguard/*", "Chainguard"),
    ("docker.io/chainguard/*", "Chainguard"),
    ("registry.access.redhat.com/*", "Red Hat"),
    ("registry.redhat.io/*", "Red Hat"),
    ("docker.io/redhat/*", "Red Hat"),
    ("public.ecr.aws/lambda/*", "AWS"),
    ("docker.io/amazon/*", "AWS"),
    ("public.ecr.aws/aws-*", "AWS"),
    ("docker.io/bitnami/*", "Bitnami"),
    ("docker.io/bitnamilegacy/*", "Bitnami"),
    ("docker.io/bitnamisecure/*", "Bitnami"),
    ("public.ecr.aws/bitnami/*", "Bitnami"),
    ("docker.io/nvidia/*", "NVIDIA"),
    ("nvcr.io/nvidia/*", "NVIDIA"),
    ("docker.io/nginxinc/*", "NGINX"),
    ("docker.io/grafana/*", "Grafana"),
    ("docker.io/prom/*", "Prometheus"),
    ("quay.io/prometheus/*", "Prometheus"),
    ("quay.io/keycloak/*", "Keycloak"),
    ("docker.io/jboss/keycloak", "Keycloak"),
    ("docker.io/jenkins/*", "Jenkins"),
    ("ghcr.io/astral-sh/*", "Astral"),
    ("docker.io/tonistiigi/*", "BuildKit"),
    ("docker.io/docker/*", "Docker"),
    ("docker.io/moby/*", "Docker"),
    ("docker.io/oven/*", "Bun"),
    ("docker.io/denoland/*", "Deno"),
    ("docker.io/hashicorp/*", "HashiCorp"),
    ("docker.io/pytorch/*", "PyTorch"),
    ("docker.io/tensorflow/*", "TensorFlow"),
    ("docker.io/continuumio/*", "Anaconda"),
    ("docker.io/condaforge/*", "conda-forge"),
    ("docker.io/mambaorg/*", "Mamba"),
    ("quay.io/jupyter/*", "Jupyter"),
    ("quay.io/condaforge/*", "conda-forge"),
    ("docker.io/minio/*", "MinIO"),
    ("quay.io/minio/*", "MinIO"),
    ("docker.io/linuxserver/*", "LinuxServer"),
    ("ghcr.io/linuxserver/*", "LinuxServer"),
    ("lscr.io/linuxserver/*", "LinuxServer"),
    ("docker.io/calico/*", "Calico"),
    ("quay.io/calico/*", "Calico"),
    ("docker.io/cilium/*", "Cilium"),
    ("quay.io/cilium/*", "Cilium"),
    ("docker.io/hadolint/*", "Hadolint"),
    ("ghcr.io/hadolint/*", "Hadolint"),
    ("docker.io/goreleaser/*", "GoReleaser"),
    ("ghcr.io/goreleaser/*", "GoReleaser"),
    ("docker.io/renovate/*", "Renovate"),
    ("ghcr.io/renovatebot/*", "Renovate"),
    ("docker.io/jupyter/*", "Jupyter"),
    ("docker.io/apache/*", "Apache"),
    ("docker.io/confluentinc/*", "Confluent"),
    ("docker.io/opensearchproject/*", "OpenSearch"),
    ("docker.io/rockylinux/*", "Rocky Linux"),
    ("docker.io/opensuse/*", "SUSE"),
    ("registry.opensuse.org/*", "SUSE"),
    ("registry.suse.com/*", "SUSE"),
    ("docker.io/phusion/*", "Phusion"),
    ("docker.io/cypress/*", "Cypress"),
    ("docker.io/selenium/*", "Selenium"),
    ("docker.io/dart/*", "Dart"),
    ("docker.io/google/*", "Google"),
    ("gcr.io/google.com/*", "Google"),
    ("docker.io/aquasec/*", "Aqua"),
    ("docker.io/envoyproxy/*", "Envoy"),
    ("docker.io/istio/*", "Istio"),
    ("docker.io/rancher/*", "Rancher"),
    ("docker.io/resin/*", "balena"),
    ("docker.io/balenalib/*", "balena"),
    ("docker.io/centos/*", "Software Collections"),
    ("docker.io/openshift/base-centos7", "Software Collections"),
    ("quay.io/centos7/*", "Software Collections"),
    ("quay.io/sclorg/*", "Software Collections"),
    ("container-registry.oracle.com/*", "Oracle"),
];

/// Registries that many publishers share: the first folder says whose an image is.
const SHARED: &[&str] = &[
    "docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "public.ecr.aws",
    "registry.gitlab.com",
    "us.gcr.io",
    "eu.gcr.io",
    "asia.gcr.io",
    "cgr.dev",
    "lscr.io",
    "icr.io",
    "codeberg.org",
];

/// Registries between which projects move under one name.
pub(in crate::rules) const HOMES: [&str; 4] = ["docker.io", "ghcr.io", "quay.io", "gcr.io"];

/// Registries whose names are worth imitating.
const FAMOUS_REGISTRIES: &[&str] = &[
    "docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "mcr.microsoft.com",
    "registry.k8s.io",
    "public.ecr.aws",
    "registry.gitlab.com",
];

/// Real registries that are one letter away from a famous one.
const REAL: &[&str] = &["icr.io", "ocir.io", "lscr.io", "nvcr.io", "cgr.dev", "docker.com"];

/// Official images whose names are worth imitating; short ones are too near to other words.
const FAMOUS_IMAGES: &[&str] = &[
    "alpine",
    "amazonlinux",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "elasticsearch",
    "fedora",
    "golang",
    "gradle",
    "haproxy",
    "httpd",
    "mariadb",
    "maven",
    "memcached",
    "mongo",
    "mysql",
    "nginx",
    "openjdk",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "tomcat",
    "traefik",
    "ubuntu",
    "wordpress",
];

/// Who publishes `image`.
pub(in crate::rules) fn of(image: &ImageRef) -> Publisher {
    let name = image.name();
    if let Some(famous) = lookalike(image) {
        return Publisher::Lookalike(image.familiar(), famous);
    }
    if OFFICIAL.iter().chain(ONE_ARCHITECTURE).any(|pattern| glob::matches(pattern, &name)) {
        return Publisher::Official;
    }
    if let Some((_, known)) = KNOWN.iter().find(|(pattern, _)| glob::matches(pattern, &name)) {
        return Publisher::Known((*known).to_owned());
    }
    let registry = image.registry.as_str();
    let host = registry.split(':').next().unwrap_or_default();
    if ["localhost", "127.0.0.1", "host.docker.internal"].contains(&host) {
        return Publisher::Other("the machine's own registry".to_owned());
    }
    let owner = image.repository.split('/').next().unwrap_or_default();
    if registry.ends_with(".pkg.dev") || SHARED.contains(&registry) {
        return Publisher::Owner(registry.to_owned(), owner.to_owned());
    }
    Publisher::Other(registry.to_owned())
}

/// The famous name that this one is nearly.
fn lookalike(image: &ImageRef) -> Option<&'static str> {
    let registry = image.registry.as_str();
    let exact = FAMOUS_REGISTRIES.contains(&registry) || REAL.contains(&registry);
    if !exact && !registry.contains(':') {
        let near = FAMOUS_REGISTRIES.iter().find(|famous| one_off(famous, registry));
        if let Some(famous) = near {
            return Some(famous);
        }
    }
    if registry != "docker.io" {
        return None;
    }
    let (owner, rest) = image.repository.split_once('/')?;
    if owner == "library" {
        let near = |famous: &&str| drawn(famous, rest) || rest.len() >= 5 && one_off(famous, rest);
        let known = FAMOUS_IMAGES.contains(&rest);
        return if known { None } else { FAMOUS_IMAGES.iter().copied().find(near) };
    }
    if one_off("library", owner) || drawn("library", owner) {
        return Some("library");
    }
    let mut famous = KNOWN.iter().filter_map(|(glob, _)| {
        glob.strip_prefix("docker.io/")?.strip_suffix("/*").filter(|name| name.len() >= 5)
    });
    famous.find(|famous| drawn(famous, owner))
}

/// Another name that is drawn nearly alike: `rnysql`, `g0lang`, `clebian`.
fn drawn(famous: &str, name: &str) -> bool {
    famous != name && name.len() <= famous.len() + 4 && plain(famous).eq(plain(name))
}

/// A name's letters, those that look alike written as one.
fn plain(name: &str) -> impl Iterator<Item = u8> {
    let mut bytes = name.bytes().peekable();
    std::iter::from_fn(move || {
        let first = bytes.next()?;
        let pair = match (first, bytes.peek()) {
            (b'r', Some(b'n')) => Some(b'm'),
            (b'v', Some(b'v')) => Some(b'w'),
            (b'c', Some(b'l')) => Some(b'd'),
            _ => None,
        };
        if pair.is_some() {
            bytes.next();
        }
        Some(pair.unwrap_or(match first {
            b'0' => b'o',
            b'1' | b'i' => b'l',
            other => other,
        }))
    })
}

fn one_off(famous: &str, name: &str) -> bool {
    name.len() <= famous.len() + 1 && famous != name && strsim::osa_distance(famous, name) == 1
}

#[cfg(test)]
mod tests {
    use super::{Publisher, of};
    use crate::model::ImageRef;

    fn publisher(name: &str) -> Publisher {
        let (registry, repository) = name.split_once('/').unwrap();
        of(&ImageRef {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: None,
            digest: None,
        })
    }

    #[test]
    fn mirrors_and_successors_are_the_same_publisher() {
        for same in [
            "docker.io/library/node",
            "public.ecr.aws/docker/library/node",
            "mirror.gcr.io/library/node",
            "quay.io/almalinuxorg/almalinux",
        ] {
            assert_eq!(publisher(same), Publisher::Official, "{same}");
        }
        assert_eq!(publisher("k8s.gcr.io/pause"), publisher("registry.k8s.io/pause"));
        assert_eq!(
            publisher("gcr.io/kubebuilder/kube-rbac-proxy"),
            publisher("registry.k8s.io/kubebuilder/kube-rbac-proxy")
        );
        assert_eq!(
            publisher("docker.io/microsoft/dotnet"),
            publisher("mcr.microsoft.com/dotnet/sdk")
        );
        assert_eq!(publisher("docker.io/resin/a"), publisher("docker.io/balenalib/a"));
        assert_eq!(publisher("docker.io/centos/s2i"), publisher("quay.io/centos7/s2i"));
        assert_eq!(publisher("ghcr.io/acme/a"), publisher("ghcr.io/acme/b"));
        assert_eq!(publisher("registry.acme.com/x/a"), publisher("registry.acme.com/y/b"));
        assert_ne!(publisher("ghcr.io/acme/a"), publisher("ghcr.io/evil/a"));
    }

    #[test]
    fn a_name_one_letter_off_is_told() {
        for near in [
            "docker.io/library/nqinx",
            "ghcr.lo/a/b",
            "docker.io/1ibrary/node",
            "docker.io/library/pyhton",
            "docker.io/library/rnysql",
            "docker.io/library/g01ang",
            "docker.io/bitnarni/redis",
            "docker.io/hashlcorp/vault",
        ] {
            assert!(matches!(publisher(near), Publisher::Lookalike(..)), "{near}");
        }
        for real in [
            "icr.io/a/b",
            "gcr.io/a/b",
            "ghcr.io/a/b",
            "docker.io/library/base",
            "docker.io/library/mono",
            "docker.io/hashicorp/vault",
            "docker.io/library/clojure",
            "docker.io/calico/node",
        ] {
            assert!(!matches!(publisher(real), Publisher::Lookalike(..)), "{real}");
        }
    }
}
