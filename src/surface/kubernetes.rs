//! YAML and JSON that holds Kubernetes objects.

use bstr::{BStr, ByteSlice as _};

use super::{Surface, yaml};
use crate::model::{Declared, FileKind, Gap, Node, Reading, Text};

pub(super) const SURFACE: Surface = Surface {
    id: "kubernetes",
    kind: FileKind::Kubernetes,
    recognises,
    concerns: |_, content| holds_key(content, b"apiVersion") && holds_key(content, b"kind"),
    read,
};

/// What a reader of manifests takes from a folder.
fn recognises(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let ending = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    ending.len() < name.len()
        && [&b"yaml"[..], b"yml", b"json"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether some line starts a mapping's key of this name with a scalar behind it, in YAML or JSON.
/// In minified JSON a comma or a brace starts a line as well.
fn holds_key(content: &[u8], key: &[u8]) -> bool {
    content.find_iter(key).any(|at| {
        let (before, after) = content.split_at(at);
        let margin = matches!(before.last(), None | Some(b'\n' | b'\r'));
        is_start(before) && has_scalar(after.get(key.len()..).unwrap_or_default(), margin)
    })
}

/// A large file without the schemas of custom resources, which declare nothing that runs, and how
/// many bytes are left of it: they are the most of what makes a file of manifests large. What stays
/// has its place.
#[must_use]
pub fn without_schemas(content: &[u8]) -> (Vec<u8>, usize) {
    let (mut rest, mut left, mut start) = (content.to_vec(), 0, 0);
    while start < content.len() {
        let from = content.get(start..).unwrap_or_default();
        // The line that begins a document, and those up to the next one that does.
        let next = from.find(b"\n---").map(|at| at + 1);
        let end = start + next.unwrap_or(from.len());
        let document = content.get(start..end).unwrap_or_default();
        if is_schema(document) {
            let mark = if document.starts_with(b"---") { 3 } else { 0 };
            let place = rest.get_mut(start + mark..end).unwrap_or_default().iter_mut();
            place.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        } else {
            left += document.len();
        }
        start = end;
    }
    (rest, left)
}

/// A plain mapping of an object that says no other kind than that of a schema.
fn is_schema(document: &[u8]) -> bool {
    const KEYS: &[&[u8]] = &[b"apiVersion", b"metadata", b"spec", b"status"];
    let mut schemas = 0_usize;
    let plain = |line: &[u8]| {
        let line = line.trim_end();
        if let None | Some(b' ' | b'#') = line.first() {
            return true;
        }
        if let Some(rest) = line.strip_prefix(b"---") {
            return rest.trim().is_empty();
        }
        let Some((key, value)) = line.split_once_str(b":") else { return false };
        if key == b"kind" {
            schemas += 1;
            return value.trim() == b"CustomResourceDefinition";
        }
        KEYS.contains(&key)
    };
    document.lines().all(plain) && schemas > 0
}

fn is_start(before: &[u8]) -> bool {
    let quoted = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'"));
    let before = quoted.unwrap_or(before).trim_end_with(|byte| matches!(byte, ' ' | '\t'));
    match before.last() {
        None | Some(b'\n' | b'\r' | b'{' | b',' | 0xbf) => true,
        Some(b'-' | b'?') => matches!(
            before.trim_end_with(|byte| matches!(byte, ' ' | '\t' | '-' | '?')).last(),
            None | Some(b'\n' | b'\r')
        ),
        _ => false,
    }
}

/// At the margin the scalar may follow on a line of its own; further in that is a schema.
fn has_scalar(after: &[u8], margin: bool) -> bool {
    let after = after.strip_prefix(b"\"").or_else(|| after.strip_prefix(b"'")).unwrap_or(after);
    let blank = |byte| matches!(byte, ' ' | '\t');
    let Some(value) = after.trim_start_with(blank).strip_prefix(b":") else { return false };
    let value = value.trim_start_with(blank);
    match value.first() {
        Some(b'{') => value.starts_with(b"{{"),
        Some(b'[') => false,
        None | Some(b'\n' | b'\r' | b'#') => margin,
        Some(_) => true,
    }
}

fn read(text: &Text) -> Reading {
    let (documents, gaps) = yaml::documents(text);
    let gaps = if documents.iter().any(is_object) || looks_like_manifest(text) {
        gaps
    } else {
        Vec::<Gap>::new()
    };
    Reading { declared: Declared::Tree(documents), gaps }
}

fn is_object(node: &Node) -> bool {
    node.get("apiVersion").is_some() && node.get("kind").is_some()
}

/// Both keys stand at the margin, or in the first braces: what it was meant to be is plain, even
/// where nothing of it can be read.
fn looks_like_manifest(text: &Text) -> bool {
    let content = text.content.trim_start_matches('\u{feff}').trim_start();
    let lines = |key: &str| {
        content.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
    };
    content.starts_with('{') || (lines("apiVersion") && lines("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concerns(content: &str) -> bool {
        (SURFACE.concerns)("x.yaml".into(), content.as_bytes())
    }

    #[test]
    fn a_manifest_is_known_by_its_keys() {
        assert!(concerns("apiVersion: v1\nkind: Pod\n"));
        assert!(concerns("\u{feff}kind: Pod\napiVersion: v1\n"));
        assert!(concerns("- kind: Pod\n  apiVersion: v1\n"));
        assert!(concerns("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}"));
        assert!(concerns("{\n  \"kind\" : \"Pod\",\r\n\t\"apiVersion\": \"v1\"}"));
        assert!(concerns("\"kind\": Pod\r\n'apiVersion': v1\r\n"));
        assert!(concerns("apiVersion:\n  v1\nkind: # x\n  Pod\n"));
        assert!(concerns("a: b\n---\nkind: {{ .K }}\napiVersion: v1"));
    }

    #[test]
    fn other_files_are_left_alone() {
        assert!(!concerns("apiVersion: v2\nname: chart\n"));
        assert!(!concerns("# apiVersion: v1\n# kind: Pod\n"));
        assert!(!concerns("p:\n  apiVersion:\n    type: string\n  kind:\n    type: string\n"));
        assert!(!concerns("{\"apiVersion\": {\"type\": \"string\"}, \"kind\": {}}"));
        assert!(!concerns("run: echo apiVersion: v1 kind: Pod\n"));
    }

    #[test]
    fn schemas_are_told_from_what_runs() {
        let schema = "# x\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\nspec:\n  kind: Pod\n";
        let pod = "---\nkind: Pod\nspec: {}\n";
        let (rest, left) = without_schemas(format!("{schema}{pod}{schema}").as_bytes());
        let rest = String::from_utf8(rest).unwrap();
        assert_eq!(rest.len(), 2 * schema.len() + pod.len());
        assert_eq!(
            rest.split_whitespace().collect::<Vec<_>>().join(" "),
            "# x --- --- kind: Pod spec: {} # x ---"
        );
        assert_eq!(left, "# x\n".len() + pod.len() + "# x\n".len());
        assert!(is_schema(schema.replace('\n', "\r\n").as_bytes()));
        for more in [
            "kind: Pod\n",
            "\"kind\": Pod\n",
            "--- {kind: Pod}\n",
            "{kind: Pod}\n",
            "- kind: Pod\n",
            "<<: *pod\n",
            "? kind\n: Pod\n",
            "items: []\n",
        ] {
            assert!(!is_schema(format!("{schema}{more}").as_bytes()), "{more}");
        }
        assert!(!is_schema(b"metadata:\n  kind: x\n"));
    }

    #[test]
    fn names() {
        for name in ["a.yaml", "a/b.YML", "x.json", "a.b.yaml"] {
            assert!(recognises(name.into()), "{name}");
        }
        for name in ["yaml", "a/json", "a.yaml.tmpl", "a.yml.disabled", "x.txt"] {
            assert!(!recognises(name.into()), "{name}");
        }
    }
}
