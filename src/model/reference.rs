//! An image reference.

use std::fmt;

const HUB: &str = "docker.io";
const LEGACY_HUB: &str = "index.docker.io";
const OFFICIAL: &str = "library/";
const NAME_LIMIT: usize = 255;
const TAG_LIMIT: usize = 128;

/// An image reference, normalised as Docker does it.
///
/// Shape: `[host[:port]/]path[:tag][@algorithm:hex]`; a tag has at most 128 characters.
/// Source: distribution/reference, grammar and `ParseNormalizedNamed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageRef {
    /// The registry, `docker.io` where none is written; `index.docker.io` is the same.
    pub registry: String,
    /// The path, `library/` put in front of Docker Hub's official images.
    pub repository: String,
    /// `None` where none is written (then Docker takes `latest`, unless a digest stands there).
    pub tag: Option<String>,
    /// `algorithm:hex`.
    pub digest: Option<String>,
}

impl ImageRef {
    /// Reads a reference, variables already expanded.
    ///
    /// # Errors
    /// What breaks the grammar, as a sentence without the reference.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            return Err("a bare image id is no reference");
        }
        let (registry, rest) = split_registry(text);
        let (named, digest) = match rest.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (rest, None),
        };
        let (path, tag) = match named.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (named, None),
        };
        let official = registry == HUB && !path.contains('/');
        let repository = if official { format!("{OFFICIAL}{path}") } else { path.to_owned() };
        check_registry(registry)?;
        check_repository(&repository)?;
        tag.map_or(Ok(()), check_tag)?;
        digest.map_or(Ok(()), check_digest)?;
        Ok(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// Registry and repository: `docker.io/library/node`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Registry and repository as people write them: `node`, `bitnami/redis`, `ghcr.io/a/b`.
    #[must_use]
    pub fn familiar(&self) -> String {
        if self.registry != HUB {
            return self.name();
        }
        match self.repository.strip_prefix(OFFICIAL) {
            Some(short) if !short.contains('/') => short.to_owned(),
            _ => self.repository.clone(),
        }
    }

    /// One of Docker Hub's official images.
    #[must_use]
    pub fn is_official(&self) -> bool {
        self.registry == HUB && self.repository.starts_with(OFFICIAL)
    }
}

/// The familiar form: `node:20`, `ghcr.io/a/b@sha256:…`.
impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.familiar())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The first component is a host if it can't be anything else.
fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((LEGACY_HUB, rest)) => (HUB, rest),
        Some((host, rest))
            if host == "localhost"
                || host.contains(['.', ':'])
                || host.chars().any(char::is_uppercase) =>
        {
            (host, rest)
        }
        _ => (HUB, text),
    }
}

fn check_registry(registry: &str) -> Result<(), &'static str> {
    let (host, port) = if let Some(rest) = registry.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or("the registry's address has no `]`")?;
        if address.is_empty() || !address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
            return Err("the registry is no IPv6 address");
        }
        (None, if after.is_empty() { None } else { Some(after.strip_prefix(':').unwrap_or("")) })
    } else {
        match registry.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(registry), None),
        }
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err("the registry's port is no number");
    }
    if host.is_some_and(|host| !host.split('.').all(is_host_label)) {
        return Err("the registry is no host name");
    }
    Ok(())
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn check_repository(repository: &str) -> Result<(), &'static str> {
    if repository.chars().any(char::is_uppercase) {
        return Err("the repository must be lower case");
    }
    if repository.len() > NAME_LIMIT {
        return Err("the repository is longer than 255 characters");
    }
    if repository.split('/').all(is_path_component) {
        Ok(())
    } else {
        Err("the repository breaks the grammar of references")
    }
}

/// `[a-z0-9]+` joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [component.bytes().next(), component.bytes().next_back()];
    ends.iter().all(|end| end.is_some_and(alphanumeric))
        && component
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|between| matches!(between, "" | "." | "_" | "__") || is_dashes(between))
}

fn is_dashes(text: &str) -> bool {
    text.bytes().all(|b| b == b'-')
}

fn check_tag(tag: &str) -> Result<(), &'static str> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = tag.len() <= TAG_LIMIT
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-');
    if fits { Ok(()) } else { Err("the tag breaks the grammar of references") }
}

fn check_digest(digest: &str) -> Result<(), &'static str> {
    let (algorithm, hex) = digest.split_once(':').ok_or("the digest names no algorithm")?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err("the digest's algorithm is not supported"),
    };
    if hex.len() == length && hex.bytes().all(is_lower_hex) {
        Ok(())
    } else {
        Err("the digest has another length than its algorithm's, or is not lower-case hex")
    }
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::ImageRef;

    fn parts(text: &str) -> (String, Option<String>, Option<String>) {
        let image = ImageRef::parse(text).unwrap();
        (image.name(), image.tag, image.digest)
    }

    fn name(text: &str) -> String {
        parts(text).0
    }

    #[test]
    fn a_name_is_completed_as_docker_does_it() {
        for (text, full) in [
            ("node", "docker.io/library/node"),
            ("docker.io/node", "docker.io/library/node"),
            ("docker.io/library/node", "docker.io/library/node"),
            ("index.docker.io/library/node", "docker.io/library/node"),
            ("index.docker.io/node", "docker.io/library/node"),
            ("bitnami/redis", "docker.io/bitnami/redis"),
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app", "localhost:5000/app"),
            ("host/app", "docker.io/host/app"),
            ("Host/app", "Host/app"),
            ("ghcr.io/a/b/c", "ghcr.io/a/b/c"),
            ("10.0.0.1:5000/a", "10.0.0.1:5000/a"),
            ("[2001:db8::1]:5000/a", "[2001:db8::1]:5000/a"),
            ("[2001:db8::1]/a", "[2001:db8::1]/a"),
            ("xn--n3h.com/a", "xn--n3h.com/a"),
            ("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f"),
        ] {
            assert_eq!(name(text), full, "{text}");
        }
    }

    #[test]
    fn tag_and_digest_are_split_off() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(parts("node:20").1.as_deref(), Some("20"));
        assert_eq!(parts("host:5000/node").1, None);
        let (name, tag, found) = parts(&format!("localhost:5000/node:20-Slim_1@{digest}"));
        assert_eq!(name, "localhost:5000/node");
        assert_eq!((tag.as_deref(), found), (Some("20-Slim_1"), Some(digest.clone())));
        assert_eq!(parts(&format!("node@{digest}")).1, None);
        assert_eq!(parts(&format!("a:{}", "t".repeat(128))).1.map(|tag| tag.len()), Some(128));
        assert!(ImageRef::parse(&format!("a@sha512:{}", "f".repeat(128))).is_ok());
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        let hex = "a".repeat(64);
        for text in [
            "",
            ":tag",
            "node:",
            "Node",
            "docker.io/Node",
            "a//b",
            "/a",
            "a/",
            "-a",
            "a-",
            "a..b",
            "a___b",
            "a._b",
            "n\u{43e}de:20",
            "node:20 ",
            "node:.1",
            "node:a:b",
            "-host.com/a",
            "host.com-/a",
            "host:port/a",
            "host:/a",
            "[fe80::1%eth0]/a",
            "[::1/a",
            "https://host/a",
            "$BASE",
            "node@sha256:abc",
            "node@",
            "node@md5:d41d8cd98f00b204e9800998ecf8427e",
            hex.as_str(),
            &format!("node@sha256:{}", "A".repeat(64)),
            &format!("node@sha256:{hex}:x"),
            &format!("node@sha256:{hex}@sha256:{hex}"),
            &format!("node@SHA256:{hex}"),
            &format!("a:{}", "t".repeat(129)),
            &"a/".repeat(128),
        ] {
            assert!(ImageRef::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_people_write_it() {
        for (text, shown) in [
            ("docker.io/library/node:20", "node:20"),
            ("index.docker.io/bitnami/redis", "bitnami/redis"),
            ("docker.io/library/a/b", "library/a/b"),
            ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ] {
            assert_eq!(ImageRef::parse(text).unwrap().to_string(), shown);
        }
        assert!(ImageRef::parse("node").unwrap().is_official());
        assert!(!ImageRef::parse("mirror.local/library/node").unwrap().is_official());
    }
}
