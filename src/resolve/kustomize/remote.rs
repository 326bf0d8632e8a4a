//! Bases, components and charts that a kustomization fetches from elsewhere.

use std::rc::Rc;

use super::named;
use crate::model::{Declaration, File, Node, SourceKind, Spanned, Value};
use crate::resolve::helm::{Draft, value};

/// Whether a path is none of this tree.
pub(super) fn is_remote(text: &str) -> bool {
    let starts = ["git@", "git::", "github.com/", "gitlab.com/", "bitbucket.org/", "_git/"];
    text.contains("://")
        || text.contains("?ref=")
        || starts.iter().any(|start| text.starts_with(start))
}

/// What a kustomization fetches.
pub(super) fn sources(root: &Node, file: &Rc<File>) -> Vec<Declaration> {
    let bases = named(root).filter_map(|node| base(node, file));
    let charts = root.get("helmCharts").map_or(&[][..], Node::items).iter();
    bases.chain(charts.filter_map(|node| chart(node, file))).collect()
}

fn base(node: &Node, file: &Rc<File>) -> Option<Declaration> {
    let text = node.text().filter(|text| is_remote(text))?;
    let (name, version) = parts(text);
    let place = |text: String| node.place(Value { text, unknown: node.is_opaque() });
    let draft = Draft {
        name,
        kind: SourceKind::Manifest,
        head: node.span,
        span: node.span,
        location: Some(place(text.split('?').next().unwrap_or(text).to_owned())),
        version: version.map(place),
        verified: None,
    };
    Some(draft.declare(file))
}

/// What is fetched, without a version; and the version, where one is named.
fn parts(text: &str) -> (String, Option<String>) {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let named = query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        matches!(key, "ref" | "version").then(|| value.to_owned())
    });
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let path =
        path.trim_start_matches("git::").trim_start_matches("git@").replacen(".git//", "//", 1);
    let mut steps: Vec<&str> = path.split('/').collect();
    let at = match steps.as_slice() {
        ["raw.githubusercontent.com", _, _, "refs", _, _, ..]
        | ["github.com", _, _, "releases", "download", _, ..] => Some(5),
        ["raw.githubusercontent.com", _, _, _, ..] => Some(3),
        ["github.com", _, _, "raw" | "archive" | "blob", _, ..] => Some(4),
        _ => None,
    };
    match at {
        Some(at) if named.is_none() => {
            let version = steps.remove(at).trim_end_matches(".tar.gz").to_owned();
            (steps.join("/"), Some(version))
        }
        _ => (path, named),
    }
}

fn chart(node: &Node, file: &Rc<File>) -> Option<Declaration> {
    let name: Spanned<Value> = value(node.get("name"))?;
    let draft = Draft {
        name: name.value.text.clone(),
        kind: SourceKind::Chart,
        head: name.span,
        span: node.span,
        location: value(node.get("repo")),
        version: value(node.get("version")),
        verified: None,
    };
    // Without a repository it lies in this tree.
    draft.location.is_some().then(|| draft.declare(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_wherever_they_stand() {
        for (text, name, version) in [
            ("https://github.com/a/b//c?ref=v1", "github.com/a/b//c", Some("v1")),
            ("github.com/a/b?timeout=9&ref=main", "github.com/a/b", Some("main")),
            (
                "https://raw.githubusercontent.com/a/b/v1.2/x.yaml",
                "raw.githubusercontent.com/a/b/x.yaml",
                Some("v1.2"),
            ),
            (
                "https://github.com/a/b/releases/download/v2/x.yaml",
                "github.com/a/b/releases/download/x.yaml",
                Some("v2"),
            ),
            ("https://example.com/x.yaml", "example.com/x.yaml", None),
        ] {
            assert_eq!(parts(text), (name.to_owned(), version.map(str::to_owned)), "{text}");
        }
    }
}
