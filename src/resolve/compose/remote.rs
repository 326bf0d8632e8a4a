//! Compose files that lie elsewhere.

use crate::model::{Node, Source, SourceKind, Value};

/// The reference that a scalar makes: `https://host/a.git#v1:folder`, `oci://host/a:1@sha256:…`.
pub(super) fn source(node: &Node, text: &str) -> Source {
    let (location, version) = split(text);
    let value = |text: &str| node.place(Value { text: text.to_owned(), unknown: false });
    let title = format!("compose file {location}");
    Source {
        file: node.span.file,
        identity: title.clone(),
        title,
        head: node.span,
        span: node.span,
        kind: SourceKind::Compose,
        location: Some(value(location)),
        version: version.map(value),
        verified: None,
    }
}

/// Where something lies, and which version of it is asked for.
fn split(text: &str) -> (&str, Option<&str>) {
    if let Some(rest) = text.strip_prefix("oci://") {
        if let Some((location, digest)) = text.split_once('@') {
            return (tagless(location), Some(digest));
        }
        let named = rest.rsplit('/').next().and_then(|name| name.split_once(':'));
        return (tagless(text), named.map(|(_, tag)| tag));
    }
    match text.split_once('#') {
        Some((location, rest)) => {
            let version = rest.split(':').next().unwrap_or_default();
            (location, (!version.is_empty()).then_some(version))
        }
        None => (text, None),
    }
}

/// An OCI reference without its tag.
fn tagless(text: &str) -> &str {
    let name = text.rfind('/').map_or(0, |at| at + 1);
    let colon = text.get(name..).and_then(|name| name.find(':'));
    colon.and_then(|at| text.get(..name + at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_version_is_told_from_the_place() {
        for (text, expected) in [
            ("https://h/a.git#v1:sub", ("https://h/a.git", Some("v1"))),
            ("git@h:a.git#:sub", ("git@h:a.git", None)),
            ("https://h/a.git", ("https://h/a.git", None)),
            ("oci://h:5000/a:1", ("oci://h:5000/a", Some("1"))),
            ("oci://h/a:1@sha256:0", ("oci://h/a", Some("sha256:0"))),
            ("oci://h/a", ("oci://h/a", None)),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
