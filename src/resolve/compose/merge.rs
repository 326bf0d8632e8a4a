//! One tree merged over another, as compose merges files and extended services.
//!
//! Source: Compose Specification, "Merge and override"; compose-go, `override/merge.go` and
//! `loader/reset.go`.

use std::collections::HashMap;
use std::rc::Rc;

use super::unique;
use crate::model::{Content, Entry, Node, Span, Spanned};

/// How two values of one key become one.
enum How {
    /// The later one counts.
    Replace,
    /// Both are sequences, a mapping as `key=value`, and what is named twice counts once.
    Sequence,
    /// Both are mappings, a name of a list without a value.
    Names,
    /// Both are mappings, a text is the context.
    Build,
    /// Options go with their driver.
    Logging,
    /// Mappings are merged, sequences appended, anything else is replaced.
    Kind,
}

fn how(path: &[&str]) -> How {
    match path {
        ["services", _, key] => match *key {
            "command" | "entrypoint" => How::Replace,
            "annotations" | "dns" | "dns_opt" | "dns_search" | "env_file" | "environment"
            | "extra_hosts" | "label_file" | "labels" | "sysctls" | "tmpfs" => How::Sequence,
            "depends_on" | "models" | "networks" => How::Names,
            "build" => How::Build,
            "logging" => How::Logging,
            _ => How::Kind,
        },
        ["services", _, "build", "additional_contexts" | "args" | "extra_hosts" | "labels"]
        | ["services", _, "deploy", "labels"]
        | ["networks" | "volumes", _, "labels"] => How::Sequence,
        ["services", _, "healthcheck", "test"] | ["services", _, "ulimits", _] => How::Replace,
        _ => How::Kind,
    }
}

/// `over` merged over `base`, and what each key that stands twice comes to. `mismatch` is told where
/// they can't be merged: then `over` counts.
pub(super) fn merged(
    base: &Node,
    over: &Node,
    path: &[&str],
    mismatch: &mut dyn FnMut(Span),
) -> Node {
    let base = cleared(base, over);
    let Some(over) = untagged(over) else { return base.unwrap_or_else(|| null(over.span)) };
    match base {
        Some(base) => Merger { mismatch }.node(&base, &over, path),
        None => over,
    }
}

fn null(span: Span) -> Node {
    Node::new(Content::Null, span)
}

fn is(node: &Node, tag: &str) -> bool {
    node.tag.as_deref() == Some(tag)
}

fn is_tagged(node: &Node) -> bool {
    is(node, "!reset")
        || is(node, "!override")
        || node.items().iter().any(is_tagged)
        || node.entries().iter().any(|entry| is_tagged(&entry.value))
}

/// What is left of `base` under the tags of `over`: `None` where nothing is.
pub(super) fn cleared(base: &Node, over: &Node) -> Option<Node> {
    if is(over, "!reset") || is(over, "!override") {
        return None;
    }
    let (Content::Map(entries), true) = (&base.content, over.is_map() && is_tagged(over)) else {
        return Some(base.clone());
    };
    let mut base = base.clone();
    let mut left = Vec::with_capacity(entries.len());
    for entry in entries.iter() {
        match over.get(&entry.key.value) {
            None => left.push(entry.clone()),
            Some(over) => match cleared(&entry.value, over) {
                Some(value) => left.push(Entry { key: entry.key.clone(), value }),
                None => base.because.push(over.span),
            },
        }
    }
    base.content = Content::Map(Rc::new(left));
    Some(base)
}

/// A tree without its tags, and without what `!reset` takes away.
pub(super) fn untagged(node: &Node) -> Option<Node> {
    if is(node, "!reset") {
        return None;
    }
    if !is_tagged(node) {
        return Some(node.clone());
    }
    let mut out = node.clone();
    out.tag = None;
    match &node.content {
        Content::List(items) => {
            out.content = Content::List(Rc::new(items.iter().filter_map(untagged).collect()));
        }
        Content::Map(entries) => {
            let left = entries.iter().filter_map(|entry| {
                Some(Entry { key: entry.key.clone(), value: untagged(&entry.value)? })
            });
            out.content = Content::Map(Rc::new(left.collect()));
        }
        _ => {}
    }
    Some(out)
}

struct Merger<'m> {
    mismatch: &'m mut dyn FnMut(Span),
}

impl Merger<'_> {
    fn node(&mut self, base: &Node, over: &Node, path: &[&str]) -> Node {
        match how(path) {
            How::Replace => over.clone(),
            How::Sequence => list(base, [sequence(base), sequence(over)].concat()),
            How::Names => self.map(base, &names(base), &names(over), path),
            How::Build => self.map(base, &build(base), &build(over), path),
            How::Logging if drivers_differ(base, over) => over.clone(),
            How::Logging | How::Kind if over.is_null() => base.clone(),
            How::Logging | How::Kind => match (&base.content, &over.content) {
                (Content::Map(_), Content::Map(_)) => {
                    self.map(base, base.entries(), over.entries(), path)
                }
                (Content::List(_), Content::List(_)) => {
                    list(base, [base.items(), over.items()].concat())
                }
                (Content::Map(_) | Content::List(_), _) => {
                    (self.mismatch)(over.span);
                    over.clone()
                }
                _ => over.clone(),
            },
        }
    }

    /// Keys that only one has stay; keys that both have are merged.
    fn map(&mut self, base: &Node, ours: &[Entry], theirs: &[Entry], path: &[&str]) -> Node {
        let mut entries: Vec<Entry> = ours.to_vec();
        let mut index: HashMap<&str, usize> = HashMap::new();
        for (at, entry) in ours.iter().enumerate() {
            index.insert(&entry.key.value, at);
        }
        let mut more = Vec::new();
        for entry in theirs {
            match index.get(entry.key.value.as_str()).and_then(|&at| entries.get_mut(at)) {
                Some(known) => {
                    let path = [path, &[entry.key.value.as_str()]].concat();
                    let mut value = self.node(&known.value, &entry.value, &path);
                    if path.len() == 2 {
                        value.because.push(entry.value.span);
                    }
                    known.value = value;
                }
                None => more.push(entry.clone()),
            }
        }
        entries.extend(more);
        Node { content: Content::Map(Rc::new(entries)), ..base.clone() }
    }
}

fn list(base: &Node, items: Vec<Node>) -> Node {
    Node { content: Content::List(Rc::new(items)), ..base.clone() }
}

/// A mapping as a sequence of `key=value`, a text as one of one.
fn sequence(node: &Node) -> Vec<Node> {
    match &node.content {
        Content::Null => Vec::new(),
        Content::Scalar(_) => vec![node.clone()],
        Content::List(items) => items.to_vec(),
        Content::Map(entries) => entries.iter().flat_map(pairs).collect(),
    }
}

fn pairs(entry: &Entry) -> Vec<Node> {
    let key = &entry.key;
    let pair = |value: &Node| {
        let text = match value.text() {
            Some(text) if !value.is_null() => format!("{}={text}", key.value),
            _ => key.value.clone(),
        };
        let one_file = key.span.file == value.span.file;
        let span = if one_file { key.span.to(value.span) } else { value.span };
        let mut node = Node::scalar(text, false, span);
        if let (Content::Scalar(scalar), true) = (&mut node.content, value.is_opaque()) {
            Rc::make_mut(scalar).opaque = true;
        }
        node.because(value.because.iter().chain(&key.because).copied())
    };
    match &entry.value.content {
        Content::List(items) => items.iter().map(pair).collect(),
        _ => vec![pair(&entry.value)],
    }
}

/// A list of names as a mapping without values.
fn names(node: &Node) -> Vec<Entry> {
    let of = |item: &Node| {
        let key: Spanned<String> = item.spanned()?;
        Some(Entry { value: null(key.span), key })
    };
    match &node.content {
        Content::List(items) => items.iter().filter_map(of).collect(),
        _ => node.entries().to_vec(),
    }
}

/// What is built, as a mapping.
fn build(node: &Node) -> Vec<Entry> {
    match node.text() {
        Some(_) if !node.is_null() => {
            let key = Spanned::new("context".to_owned(), node.span);
            vec![Entry { key, value: node.clone() }]
        }
        _ => node.entries().to_vec(),
    }
}

fn drivers_differ(base: &Node, over: &Node) -> bool {
    match (base.get("driver").and_then(Node::text), over.get("driver").and_then(Node::text)) {
        (Some(base), Some(over)) => base != over,
        _ => false,
    }
}

/// A tree in which what may stand once stands once: of each list the last of each name, at the
/// place of the first.
pub(super) fn unique(root: &Node) -> Node {
    unique::enforced(root, &mut Vec::new()).unwrap_or_else(|| root.clone())
}
