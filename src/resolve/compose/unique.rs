//! What may stand once in a list: the last of a name counts, at the place of the first.
//!
//! Source: Compose Specification, "Unique resources"; compose-go, `override/uncity.go`.

use std::collections::HashMap;
use std::rc::Rc;

use crate::model::{Content, Entry, Node};

/// What makes two items of a list the same.
type Key = fn(&Node) -> Option<String>;

fn key(path: &[&str]) -> Option<Key> {
    let key: Key = match path {
        ["services", _, key] => match *key {
            "annotations" | "cap_add" | "cap_drop" | "dns" | "dns_opt" | "dns_search"
            | "environment" | "expose" | "extra_hosts" | "labels" | "links" | "profiles"
            | "sysctls" | "tmpfs" => name,
            "configs" => config,
            "devices" => device,
            "env_file" => path_of,
            "ports" => port,
            "secrets" => secret,
            "volumes" => volume,
            _ => return None,
        },
        [
            "services",
            _,
            "build",
            "additional_contexts" | "args" | "labels" | "platforms" | "tags",
        ]
        | ["services", _, "deploy", "labels"]
        | ["services", _, "networks", _, "aliases" | "link_local_ips"] => name,
        _ => return None,
    };
    Some(key)
}

/// The node with each list that has a key cleared of what is said again; `None` where none is.
pub(super) fn enforced<'n>(node: &'n Node, path: &mut Vec<&'n str>) -> Option<Node> {
    let content = match &node.content {
        // Nothing of interest lies deeper.
        Content::Map(entries) if path.len() < 5 => {
            let mut changed = None;
            for (at, entry) in entries.iter().enumerate() {
                path.push(&entry.key.value);
                let value = enforced(&entry.value, path);
                path.pop();
                if let Some(value) = value {
                    let entries = changed.get_or_insert_with(|| entries.to_vec());
                    if let Some(slot) = entries.get_mut(at) {
                        *slot = Entry { key: entry.key.clone(), value };
                    }
                }
            }
            Content::Map(Rc::new(changed?))
        }
        Content::List(items) => {
            let kept = last_of_each(items, key(path)?);
            if kept.len() == items.len() {
                return None;
            }
            Content::List(Rc::new(kept))
        }
        _ => return None,
    };
    Some(Node { content, ..node.clone() })
}

fn last_of_each(items: &[Node], key: Key) -> Vec<Node> {
    let mut kept: Vec<Node> = Vec::with_capacity(items.len());
    let mut index: HashMap<String, usize> = HashMap::new();
    for item in items {
        let Some(key) = key(item) else {
            kept.push(item.clone());
            continue;
        };
        if let Some(known) = index.get(&key).and_then(|&at| kept.get_mut(at)) {
            *known = item.clone();
        } else {
            index.insert(key, kept.len());
            kept.push(item.clone());
        }
    }
    kept
}

/// What stands before `=`.
fn name(item: &Node) -> Option<String> {
    let text = item.text()?;
    Some(text.split_once('=').map_or(text, |(name, _)| name).to_owned())
}

fn path_of(item: &Node) -> Option<String> {
    item.text().or_else(|| item.get("path").and_then(Node::text)).map(str::to_owned)
}

fn secret(item: &Node) -> Option<String> {
    mounted(item, "/run/secrets")
}

fn config(item: &Node) -> Option<String> {
    mounted(item, "")
}

fn mounted(item: &Node, folder: &str) -> Option<String> {
    if let Some(target) = item.get("target").and_then(Node::text) {
        return Some(target.to_owned());
    }
    let source = item.text().or_else(|| item.get("source").and_then(Node::text))?;
    Some(format!("{folder}/{source}"))
}

fn device(item: &Node) -> Option<String> {
    match item.text() {
        Some(text) => {
            let mut parts = text.split(':');
            let first = parts.next();
            parts.next().or(first).map(str::to_owned)
        }
        None => item.get("target").and_then(Node::text).map(str::to_owned),
    }
}

/// Where a volume is mounted.
fn volume(item: &Node) -> Option<String> {
    let target = match item.text() {
        Some(text) => target(text).to_owned(),
        None => item.get("target").and_then(Node::text)?.to_owned(),
    };
    let end = target.trim_end_matches('/');
    Some(if end.is_empty() { target } else { end.to_owned() })
}

/// The second part of `source:target:options`; the only one of an anonymous volume.
fn target(text: &str) -> &str {
    let mut parts = Vec::new();
    let (mut start, mut open) = (0, 0_usize);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 && bytes.get(at - 1) == Some(&b'$') => open += 1,
            b'}' => open = open.saturating_sub(1),
            b':' if open == 0 && !is_drive(text.get(start..at)) => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.get(1).or(parts.first()).copied().unwrap_or_default()
}

/// The `C` of `C:\data`.
fn is_drive(part: Option<&str>) -> bool {
    part.is_some_and(|part| part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Address, published port, target and protocol; a range as written.
fn port(item: &Node) -> Option<String> {
    let Some(text) = item.text() else {
        let of = |key: &str| item.get(key).and_then(Node::text);
        let host = of("host_ip").unwrap_or_default();
        let published = of("published").unwrap_or_default();
        let protocol = of("protocol").unwrap_or("tcp");
        return Some(format!("{host}:{published}:{}/{protocol}", of("target")?));
    };
    let (text, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let mut parts = text.rsplitn(3, ':');
    let target = parts.next()?;
    let published = parts.next().unwrap_or_default();
    let host = parts.next().unwrap_or_default();
    let host = if host == "0.0.0.0" { "" } else { host };
    Some(format!("{host}:{published}:{target}/{protocol}"))
}
