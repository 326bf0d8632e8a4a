//! Compose files and Swarm stacks.
//!
//! Source: Compose Specification, "Compose file" and the top-level elements.

use bstr::{BStr, ByteSlice as _};

use super::{Surface, jinja, template, yaml};
use crate::model::{Declared, FileKind, GapKind, Reading, Text};

pub(super) const SURFACE: Surface =
    Surface { id: "compose", kind: FileKind::Compose, recognises, concerns, read };

/// Top-level keys; `x-…` is an extension.
const KEYS: [&[u8]; 9] = [
    b"version",
    b"name",
    b"services",
    b"networks",
    b"volumes",
    b"secrets",
    b"configs",
    b"include",
    b"models",
];

/// What tells a service from any other mapping.
const SERVICE: [&str; 5] = ["image:", "build:", "extends:", "container_name:", "env_file:"];

/// Lines of a file that are looked at to tell what it is.
const LINES: usize = 2000;

/// How sure a name makes.
#[derive(PartialEq, Eq)]
enum Named {
    /// It is one, whatever it holds.
    Surely,
    /// It is one if it looks like one.
    Perhaps,
    /// It can be none.
    No,
}

fn named(path: &BStr) -> Named {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let name = name.to_str_lossy().to_ascii_lowercase();
    let Some((stem, ending)) = name.rsplit_once('.') else { return Named::No };
    // `composer.yml` is another program's.
    let starts = |start: &str| {
        let rest = stem.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    };
    let surely = ["compose", "docker-compose", "docker-stack"].iter().any(|start| starts(start))
        || [".compose", ".docker-compose"].iter().any(|end| stem.ends_with(end));
    match ending {
        "yml" | "yaml" if surely => Named::Surely,
        "yml" | "yaml" => Named::Perhaps,
        "json" if surely || stem.ends_with(".compose") => Named::Perhaps,
        _ => Named::No,
    }
}

fn recognises(path: &BStr) -> bool {
    named(path) != Named::No
}

/// A name leaves no doubt, or the content looks like services.
fn concerns(path: &BStr, content: &[u8]) -> bool {
    match named(path) {
        Named::Surely => !is_object(content),
        Named::Perhaps => looks_like_compose(content),
        Named::No => false,
    }
}

/// A Kubernetes object under a name that promised something else.
fn is_object(content: &[u8]) -> bool {
    let at_start =
        |key: &[u8]| content.starts_with(key) || content.contains_str([b"\n", key].concat());
    at_start(b"apiVersion:") && at_start(b"kind:")
}

/// Only the keys of a compose file at the top, and services among them that look like services.
fn looks_like_compose(content: &[u8]) -> bool {
    if !content.contains_str("services") {
        return false;
    }
    if content.trim_ascii_start().starts_with(b"{") {
        return content.contains_str("\"services\"") && content.contains_str("\"image\"");
    }
    let (mut in_services, mut found) = (false, false);
    for line in content.lines().take(LINES) {
        let text = line.trim_ascii_start();
        let indented = text.len() < line.len();
        if text.is_empty() || text.starts_with(b"#") || line.starts_with(b"---") {
            continue;
        }
        if indented {
            found |= in_services && is_service_key(text);
            continue;
        }
        let Some((key, rest)) = line.split_once_str(":") else { return false };
        let key = key.trim_with(|c| matches!(c, '"' | '\'' | ' '));
        if !KEYS.contains(&key) && !key.starts_with(b"x-") {
            return false;
        }
        in_services = key == b"services";
        if in_services && rest.trim_ascii_start().starts_with(b"[") {
            return false;
        }
    }
    found
}

/// `image: postgres`, `build: .`; a mapping below `image` is some chart's values.
fn is_service_key(text: &[u8]) -> bool {
    SERVICE.iter().any(|key| {
        let rest = text.strip_prefix(key.as_bytes());
        rest.is_some_and(|rest| *key == "build:" || !rest.trim_ascii().is_empty())
    })
}

fn read(text: &Text) -> Reading {
    let (documents, mut gaps) = yaml::documents(text);
    let template = ["{{", "{%"].iter().any(|mark| text.content.contains(mark));
    // It is no YAML before it is filled in.
    if template && gaps.iter().any(|gap| gap.kind == GapKind::Unparsed) {
        let (documents, gaps) = template::filled(text, jinja::and_go(&text.content));
        return Reading { declared: Declared::Tree(documents), gaps };
    }
    for gap in &mut gaps {
        match gap.kind {
            // Compose refuses a key that stands twice.
            GapKind::Partial if !template && gap.span.is_some() => gap.kind = GapKind::Unparsed,
            _ => {}
        }
    }
    Reading { declared: Declared::Tree(documents), gaps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_names_leave_no_doubt() {
        for name in [
            "compose.yaml",
            "a/compose.prod.yml",
            "docker-compose.yml",
            "Docker-Compose.YAML",
            "docker-compose-dev.yml",
            "docker-stack.yml",
            "docker-compose.override.yaml",
            "docker-compose_test.yml",
            "compose-web.yml",
            "web.compose.yml",
        ] {
            assert!(concerns(name.into(), b"a: ["), "{name}");
            assert!(!concerns(name.into(), b"apiVersion: v1\nkind: Pod\n"), "{name}");
        }
        for name in ["podman-compose.yml", "composer.yml", "x.stack.yml"] {
            assert!(recognises(name.into()) && !concerns(name.into(), b"a: 1"), "{name}");
        }
        for name in ["compose.toml", "docker-compose.yml.j2", "compose", "package.json"] {
            assert!(!recognises(name.into()), "{name}");
        }
    }

    #[test]
    fn others_are_told_by_their_content() {
        let web = "services:\n  web:\n    ";
        for content in [
            format!("{web}image: a"),
            format!("# c\n---\nversion: '3'\nx-a: &a\n  b: 1\n{web}build:\n      context: ."),
            format!("{web}<<: *a\n    container_name: b\nvolumes:\n  c:\n"),
            "\"services\":\n  web: {}\n  db:\n    image: \"x\"".to_owned(),
        ] {
            assert!(concerns("a/stack.yml".into(), content.as_bytes()), "{content}");
        }
        let json = br#"{"services": {"web": {"image": "a"}}}"#;
        assert!(concerns("compose.json".into(), json));
    }

    #[test]
    fn other_services_are_left_alone() {
        for content in [
            "services:\n  - docker:dind\nbuild:\n  script: x\n",
            "services: [docker]\n",
            "services:\n  web:\n    image:\n      repository: a\n",
            "services:\n  App\\Kernel:\n    class: X\n",
            "services:\n  web:\n    image: a\nreplicas: 1\n",
            "apiVersion: v1\nkind: X\nservices:\n  a:\n    image: b\n",
            "jobs:\n  a:\n    services:\n      db:\n        image: b\n",
        ] {
            assert!(!concerns("a/values.yml".into(), content.as_bytes()), "{content}");
        }
    }
}
