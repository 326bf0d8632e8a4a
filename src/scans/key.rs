//! Under which names a report is found.

use crate::model::ImageRef;

/// The keys of a reference as a report writes it: its digest, and its name with its tag.
pub(super) fn of_reference(text: &str) -> Vec<String> {
    let Ok(image) = ImageRef::parse(text.trim()) else { return Vec::new() };
    let tag = match (&image.tag, &image.digest) {
        (Some(tag), _) => Some(tag.as_str()),
        (None, None) => Some("latest"),
        (None, Some(_)) => None,
    };
    let tagged = tag.map(|tag| format!("{}:{tag}", image.name()));
    image.digest.iter().cloned().chain(tagged).collect()
}

/// `sha256:…`, if it is one.
pub(super) fn of_digest(text: &str) -> Option<String> {
    let hex = text.strip_prefix("sha256:")?;
    let plain = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| text.to_ascii_lowercase())
}

/// The keys of `pkg:oci/name@sha256%3A…?repository_url=…&tag=…`; a purl without version and tag is
/// about all of the repository.
///
/// Source: package-url, types `oci` and `docker`.
pub(super) fn of_purl(text: &str) -> Vec<String> {
    let Some(rest) = text.strip_prefix("pkg:oci/").or_else(|| text.strip_prefix("pkg:docker/"))
    else {
        return Vec::new();
    };
    let (path, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let (name, version) = path.split_once('@').unwrap_or((path, ""));
    let (name, version) = (decoded(name), decoded(version));
    let qualifier = |wanted: &str| {
        let mut pairs = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == wanted).map(|(_, value)| decoded(value))
    };
    let digest = of_digest(&version);
    let docker = text.starts_with("pkg:docker/");
    let repository = qualifier("repository_url").or_else(|| docker.then(|| name.clone()));
    let tag = qualifier("tag")
        .or_else(|| (docker && digest.is_none() && !version.is_empty()).then(|| version.clone()));
    let image = repository.and_then(|repository| ImageRef::parse(&repository).ok());
    let named = image.filter(|_| digest.is_none() || tag.is_some()).map(|image| match tag {
        Some(tag) => format!("{}:{tag}", image.name()),
        None => image.name(),
    });
    digest.into_iter().chain(named).collect()
}

/// The package that a purl names, without its namespace and version.
pub(super) fn package_of(purl: &str) -> String {
    let path = purl.split(['?', '#']).next().unwrap_or_default();
    let path = path.rsplit_once('@').map_or(path, |(path, _)| path);
    decoded(path.rsplit('/').next().unwrap_or_default())
}

/// The keys under which reports of an image are looked for. A digest is never answered by a tag,
/// which may have moved since.
pub(super) fn wanted(image: &ImageRef) -> String {
    match &image.digest {
        Some(digest) => digest.clone(),
        None => format!("{}:{}", image.name(), image.tag.as_deref().unwrap_or("latest")),
    }
}

/// `%3A` is `:`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%');
        let value = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(value.unwrap_or(byte));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_found_by_digest_and_by_tag() {
        let hex = "0a".repeat(32);
        assert_eq!(of_reference("node:20"), ["docker.io/library/node:20"]);
        assert_eq!(of_reference("ghcr.io/a/b"), ["ghcr.io/a/b:latest"]);
        let digest = format!("sha256:{hex}");
        assert_eq!(
            of_reference(&format!("index.docker.io/library/a@{digest}")),
            std::slice::from_ref(&digest)
        );
        let purl = format!(
            "pkg:oci/alpine@sha256%3A{hex}?arch=amd64&repository_url=index.docker.io%2Flibrary%2Falpine"
        );
        assert_eq!(of_purl(&purl), std::slice::from_ref(&digest));
        assert_eq!(of_purl("pkg:oci/b?repository_url=ghcr.io/a/b&tag=1.2"), ["ghcr.io/a/b:1.2"]);
        assert_eq!(of_purl("pkg:oci/b?repository_url=ghcr.io/a/b"), ["ghcr.io/a/b"]);
        assert_eq!(of_purl("pkg:docker/node@20"), ["docker.io/library/node:20"]);
        assert!(of_purl("pkg:apk/alpine/musl@1.2").is_empty());
        assert_eq!(package_of("pkg:deb/debian/openssl@3.0?arch=amd64"), "openssl");
        assert_eq!(decoded("a%3Ab%"), "a:b%");
    }
}
