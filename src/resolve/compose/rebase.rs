//! Relative paths of one folder's files, as another folder reads them.
//!
//! Source: compose-go, `paths/resolve.go`.

use std::rc::Rc;

use bstr::BStr;

use super::path::rebased;
use crate::model::{Content, Entry, Node, Scalar};

/// A project's services and what they use.
pub(super) fn project(root: &Node, from: &BStr, to: &BStr) -> Node {
    if from == to {
        return root.clone();
    }
    entries(root, |key, node| match key {
        "services" => entries(node, |_, node| service(node, from, to)),
        "configs" | "secrets" => {
            entries(node, |_, node| under(node, "file", &|node| scalar(node, from, to)))
        }
        "volumes" => entries(node, |_, node| volume(node, from, to)),
        _ => node.clone(),
    })
}

/// One service.
pub(super) fn service(node: &Node, from: &BStr, to: &BStr) -> Node {
    if from == to {
        return node.clone();
    }
    let moved = |node: &Node| scalar(node, from, to);
    entries(node, |key, node| match key {
        "build" if node.is_map() => entries(node, |key, node| match key {
            "context" => moved(node),
            "additional_contexts" => each(node, &|node| after_equals(node, from, to)),
            _ => node.clone(),
        }),
        "build" => moved(node),
        "env_file" | "label_file" => each(node, &|node| under(node, "path", &moved)),
        "volumes" => each(node, &|node| mount(node, from, to)),
        "develop" => under(node, "watch", &|node| each(node, &|node| under(node, "path", &moved))),
        _ => node.clone(),
    })
}

/// A mapping with its values changed.
fn entries(node: &Node, mut change: impl FnMut(&str, &Node) -> Node) -> Node {
    let Content::Map(entries) = &node.content else { return node.clone() };
    let entries = entries.iter().map(|entry| {
        let value = change(&entry.key.value, &entry.value);
        Entry { key: entry.key.clone(), value }
    });
    Node { content: Content::Map(Rc::new(entries.collect())), ..node.clone() }
}

/// The value of a key changed, or the node itself where it is a scalar.
fn under(node: &Node, key: &str, change: &dyn Fn(&Node) -> Node) -> Node {
    match &node.content {
        Content::Map(_) => {
            entries(node, |own, value| if own == key { change(value) } else { value.clone() })
        }
        Content::Scalar(_) => change(node),
        _ => node.clone(),
    }
}

/// Every item of a list, every value of a mapping, or the scalar in their place.
fn each(node: &Node, change: &dyn Fn(&Node) -> Node) -> Node {
    match &node.content {
        Content::List(items) => {
            let items = items.iter().map(change).collect();
            Node { content: Content::List(Rc::new(items)), ..node.clone() }
        }
        Content::Map(_) => entries(node, |_, value| change(value)),
        Content::Scalar(_) => change(node),
        Content::Null => node.clone(),
    }
}

fn scalar(node: &Node, from: &BStr, to: &BStr) -> Node {
    rewritten(node, |text| rebased(text, from, to))
}

fn rewritten(node: &Node, change: impl Fn(&str) -> Option<String>) -> Node {
    let Content::Scalar(scalar) = &node.content else { return node.clone() };
    let Some(text) = change(&scalar.text).filter(|_| !node.is_null()) else { return node.clone() };
    let scalar = Scalar { text, plain: false, opaque: scalar.opaque };
    Node { content: Content::Scalar(Rc::new(scalar)), ..node.clone() }
}

/// `name=path` of a list, or the path itself.
fn after_equals(node: &Node, from: &BStr, to: &BStr) -> Node {
    rewritten(node, |text| match text.split_once('=') {
        Some((name, path)) => Some(format!("{name}={}", rebased(path, from, to)?)),
        None => rebased(text, from, to),
    })
}

/// `./source:target`, or the source of a bind mount.
fn mount(node: &Node, from: &BStr, to: &BStr) -> Node {
    if node.is_map() {
        return match node.get("type").and_then(Node::text) {
            Some("bind") => under(node, "source", &|node| scalar(node, from, to)),
            _ => node.clone(),
        };
    }
    rewritten(node, |text| {
        let (source, rest) = text.split_once(':').filter(|_| text.starts_with('.'))?;
        Some(format!("{}:{rest}", rebased(source, from, to)?))
    })
}

/// A named volume that is a folder of the host in disguise.
fn volume(node: &Node, from: &BStr, to: &BStr) -> Node {
    let bind = node.at("driver_opts.o").and_then(Node::text) == Some("bind");
    if !bind {
        return node.clone();
    }
    under(node, "driver_opts", &|node| under(node, "device", &|node| scalar(node, from, to)))
}
