//! Images by name: who runs as whom, and what stands for what.

use super::{glob, official};
use crate::model::{Base, Glob, ImageRef, Settings, Stage};

/// Whom an image's processes run as before any `USER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum BaseUser {
    /// Root, as the image's publisher says.
    Root,
    /// Another user than root.
    Other,
    /// The name doesn't tell.
    Unknown,
}

/// Images whose publishers set a user of their own, as globs over `registry/repository:tag`.
const NONROOT: &[&str] = &[
    "*:nonroot",
    "*:*-nonroot",
    "*-nonroot:*",
    "*:*-rootless",
    "*-rootless:*",
    "*:*-unprivileged",
    "*-unprivileged:*",
    "cgr.dev/chainguard/*",
    "docker.elastic.co/elasticsearch/*",
    "docker.elastic.co/kibana/*",
    "docker.elastic.co/logstash/*",
    "docker.elastic.co/beats/*",
    "docker.io/apache/airflow:*",
    "docker.io/apache/spark:*",
    "docker.io/bitnami/*",
    "docker.io/bitnamilegacy/*",
    "docker.io/bitnamisecure/*",
    "docker.io/curlimages/curl:*",
    "docker.io/grafana/*",
    "docker.io/jenkins/jenkins:*",
    "docker.io/jenkins/inbound-agent:*",
    "docker.io/jenkins/agent:*",
    "docker.io/jupyter/*",
    "docker.io/library/elasticsearch:*",
    "docker.io/library/emqx:*",
    "docker.io/library/haproxy:*",
    "docker.io/library/kibana:*",
    "docker.io/library/kong:*",
    "docker.io/library/logstash:*",
    "docker.io/library/memcached:*",
    "docker.io/library/odoo:*",
    "docker.io/library/open-liberty:*",
    "docker.io/library/rocket.chat:*",
    "docker.io/library/solr:*",
    "docker.io/library/sonarqube:*",
    "docker.io/library/spark:*",
    "docker.io/library/varnish:*",
    "docker.io/library/websphere-liberty:*",
    "docker.io/nodered/node-red:*",
    "docker.io/prom/*",
    "docker.io/sonarsource/sonar-scanner-cli:*",
    "docker.io/circleci/*",
    "docker.io/cimg/*",
    "mcr.microsoft.com/dotnet/*-chiseled*",
    "mcr.microsoft.com/dotnet/*-distroless*",
    "mcr.microsoft.com/windows/nanoserver:*",
    "public.ecr.aws/bitnami/*",
    "quay.io/jupyter/*",
    "quay.io/keycloak/keycloak:*",
    "quay.io/prometheus/*",
    "registry.access.redhat.com/ubi*/nodejs-*",
    "registry.access.redhat.com/ubi*/python-*",
    "registry.access.redhat.com/ubi*/openjdk-*",
    "registry.access.redhat.com/ubi*/go-toolset:*",
];

/// Images of those publishers that run as root all the same.
const ROOT_ALL_THE_SAME: &[&str] = &["*/bitnami/minideb:*", "*/bitnami/minideb-extras*:*"];

/// Images known to run as root, as globs; asked after [`NONROOT`].
const ROOT: &[&str] = &[
    "docker.io/library/*",
    "docker.io/nvidia/cuda:*",
    "docker.io/pytorch/pytorch:*",
    "docker.io/tensorflow/tensorflow:*",
    "docker.io/continuumio/*",
    "docker.io/rockylinux/*",
    "gcr.io/distroless/*",
    "mcr.microsoft.com/azurelinux/base/*",
    "mcr.microsoft.com/cbl-mariner/base/*",
    "mcr.microsoft.com/devcontainers/*",
    "mcr.microsoft.com/dotnet/*",
    "mcr.microsoft.com/windows/*",
    "mirror.gcr.io/library/*",
    "nvcr.io/nvidia/cuda:*",
    "public.ecr.aws/amazonlinux/*",
    "public.ecr.aws/docker/library/*",
    "public.ecr.aws/lambda/*",
    "quay.io/almalinuxorg/*",
    "quay.io/centos/*",
    "quay.io/fedora/*",
    "registry.access.redhat.com/ubi*/ubi*",
    "registry.fedoraproject.org/fedora*",
    "registry.suse.com/bci/*",
];

/// Docker's official images for one architecture, as globs; the last two are the names of old.
pub(in crate::rules) const ONE_ARCHITECTURE: &[&str] = &[
    "docker.io/amd64/*",
    "docker.io/arm32v5/*",
    "docker.io/arm32v6/*",
    "docker.io/arm32v7/*",
    "docker.io/arm64v8/*",
    "docker.io/i386/*",
    "docker.io/mips64le/*",
    "docker.io/ppc64le/*",
    "docker.io/riscv64/*",
    "docker.io/s390x/*",
    "docker.io/aarch64/*",
    "docker.io/armhf/*",
];

/// Official images whose user changed over time, or that is not sure.
const UNSURE: &[&str] = &["gradle", "groovy", "jruby", "jenkins", "ghost", "neo4j"];

/// Whom a base's processes run as.
pub(in crate::rules) fn user_of(base: &Base, settings: &Settings) -> BaseUser {
    match base {
        Base::Scratch => BaseUser::Root,
        Base::Image(image) => user_of_image(image, settings),
        Base::Stage(_) => BaseUser::Unknown,
        // Of most images every tag runs as the same user.
        Base::Unknown(_) => match named(base) {
            Some(image) if !by_tag(&image) => user_of_image(&image, settings),
            _ => BaseUser::Unknown,
        },
    }
}

/// Official images that start a shell or an interpreter's prompt: whoever builds on one says what is
/// to run.
const PROMPTS: &[&str] = &[
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "buildpack-deps",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "haskell",
    "julia",
    "node",
    "openjdk",
    "oraclelinux",
    "perl",
    "python",
    "ruby",
    "rust",
    "ubuntu",
];

/// Whether the last stage is a helper beside the service: it starts nothing, and neither does what
/// it builds on.
pub(in crate::rules) fn stands_aside(stage: &Stage) -> bool {
    let prompts = |name: &str| PROMPTS.contains(&name);
    stage.aside
        && match named(&stage.root.value) {
            Some(image) => image.repository.strip_prefix("library/").is_some_and(prompts),
            None => stage.root.value == Base::Scratch,
        }
}

/// Whether the tag decides whom its processes run as.
fn by_tag(image: &ImageRef) -> bool {
    image.registry == "mcr.microsoft.com" || image.name().starts_with("gcr.io/distroless/")
}

fn user_of_image(image: &ImageRef, settings: &Settings) -> BaseUser {
    let name = image.name();
    let tag = image.tag.as_deref().unwrap_or("latest");
    if settings.nonroot_images.iter().any(|glob| covers(glob, image)) {
        return BaseUser::Other;
    }
    let as_hub = name.replacen("public.ecr.aws/docker/library/", "docker.io/library/", 1).replacen(
        "mirror.gcr.io/library/",
        "docker.io/library/",
        1,
    );
    let hub_tagged = format!("{as_hub}:{tag}");
    if ROOT_ALL_THE_SAME.iter().any(|glob| glob::matches(glob, &hub_tagged)) {
        return BaseUser::Root;
    }
    if NONROOT.iter().any(|glob| glob::matches(glob, &hub_tagged)) {
        return BaseUser::Other;
    }
    let unsure = as_hub.strip_prefix("docker.io/library/").is_some_and(|n| UNSURE.contains(&n));
    let digest_only = image.tag.is_none() && image.digest.is_some();
    // The tag `nonroot` may hide behind a bare digest.
    if unsure || (digest_only && as_hub.starts_with("gcr.io/distroless/")) {
        return BaseUser::Unknown;
    }
    if ROOT.iter().chain(ONE_ARCHITECTURE).any(|glob| glob::matches(glob, &hub_tagged)) {
        return BaseUser::Root;
    }
    BaseUser::Unknown
}

/// Whether a glob of the policy covers an image: over its full name, or its familiar one, with or
/// without the tag.
pub(in crate::rules) fn covers(pattern: &str, image: &ImageRef) -> bool {
    let Ok(pattern) = Glob::new(pattern) else { return false };
    [image.name(), image.familiar()].iter().any(|name| {
        // A digest alone says nothing of a tag.
        let tag = image.tag.as_deref().or(image.digest.is_none().then_some("latest"));
        let tagged = tag.is_some_and(|tag| pattern.matches(format!("{name}:{tag}").as_bytes()));
        pattern.matches(name.as_bytes()) || tagged
    })
}

/// Whether no registry is asked for it: a name without registry and folder that is none of Docker's
/// official images.
pub(in crate::rules) fn is_local_name(image: &ImageRef) -> bool {
    let name = image.repository.strip_prefix("library/").filter(|_| image.registry == "docker.io");
    name.is_some_and(|name| !name.contains('/') && !official::is_official(name))
}

/// Whether an image is of a publisher that has one repository for each version, so that every tag of
/// one stays with it: `gcr.io/distroless/nodejs20-debian12`, `…/ubi9/nodejs-20`.
pub(in crate::rules) fn is_named_by_version(image: &ImageRef) -> bool {
    const PUBLISHERS: &[&str] =
        &["gcr.io/distroless/*", "registry.access.redhat.com/ubi*/*", "quay.io/sclorg/*"];
    let name = image.name();
    PUBLISHERS.iter().any(|glob| glob::matches(glob, &name))
        && name.rsplit('/').next().is_some_and(|last| last.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a glob of the policy covers a repository with all its tags.
pub(in crate::rules) fn names(pattern: &str, image: &ImageRef) -> bool {
    let Ok(pattern) = Glob::new(pattern) else { return false };
    [image.name(), image.familiar()].iter().any(|name| pattern.matches(name.as_bytes()))
}

/// An image as evidence shows it: the familiar name, the digest cut to twelve digits.
pub(in crate::rules) fn shown(base: &Base) -> String {
    match base {
        Base::Image(image) => {
            let mut text = image.familiar();
            if let Some(tag) = &image.tag {
                text.push(':');
                text.push_str(tag);
            }
            if let Some(digest) = &image.digest {
                let end = digest.find(':').map_or(12, |colon| colon + 13);
                let cut = digest.char_indices().nth(end).map_or(digest.len(), |(at, _)| at);
                text.push('@');
                text.push_str(&digest[..cut]);
                if cut < digest.len() {
                    text.push('…');
                }
            }
            text
        }
        Base::Stage(index) => format!("stage {index}"),
        Base::Scratch => "scratch".to_owned(),
        Base::Unknown(text) => text.clone(),
    }
}

/// Whether a reference that can't be known as a whole still ends in a digest: what stands behind the
/// `@` of a reference can be nothing else, even where it is left open (`@sha256:$SHA`, `@${DIGEST}`).
pub(in crate::rules) fn pinned_text(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, digest)| {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let written = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        !name.is_empty() && (written || hex.starts_with('$') || hex.starts_with("{{"))
    })
}

/// The image that a reference names whose tag alone can't be known: `ghcr.io/a/b:$TAG`.
pub(in crate::rules) fn named(base: &Base) -> Option<ImageRef> {
    let text = match base {
        Base::Image(image) => return Some(image.clone()),
        Base::Unknown(text) => text,
        Base::Stage(_) | Base::Scratch => return None,
    };
    let path = text.rfind('/').map_or(0, |at| at + 1);
    let end = text.get(path..)?.find([':', '@']).map(|at| path + at)?;
    ImageRef::parse(text.get(..end)?).ok()
}
