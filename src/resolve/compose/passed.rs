//! Variables that a service names without a value: compose takes them from the project's own.

use std::rc::Rc;

use super::Environment;
use super::extends::with;
use crate::model::{Content, Entry, Node, Variable};

/// The tree with the values of such variables where the project sets them.
pub(super) fn through(root: &Node, environment: &Environment) -> Node {
    let Some(services) = root.get("services") else { return root.clone() };
    if environment.is_empty() {
        return root.clone();
    }
    let entries = services.entries().iter().map(|entry| {
        let value = match entry.value.get("environment") {
            Some(node) => with(&entry.value, "environment", filled(node, environment)),
            None => entry.value.clone(),
        };
        Entry { key: entry.key.clone(), value }
    });
    let content = Content::Map(Rc::new(entries.collect()));
    with(root, "services", Node { content, ..services.clone() })
}

fn filled(node: &Node, environment: &Environment) -> Node {
    let content = match &node.content {
        Content::List(items) => {
            let item = |item: &Node| match item.text().and_then(|name| environment.get(name)) {
                Some(variable) => taken(item, &format!("{}=", variable.name), variable),
                None => item.clone(),
            };
            Content::List(Rc::new(items.iter().map(item).collect()))
        }
        Content::Map(entries) => {
            let entry = |entry: &Entry| match environment.get(&entry.key.value) {
                Some(variable) if entry.value.is_null() => {
                    let named = Node::scalar("", false, entry.key.span);
                    Entry { key: entry.key.clone(), value: taken(&named, "", variable) }
                }
                _ => entry.clone(),
            };
            Content::Map(Rc::new(entries.iter().map(entry).collect()))
        }
        _ => return node.clone(),
    };
    Node { content, ..node.clone() }
}

fn taken(named: &Node, before: &str, variable: &Variable) -> Node {
    let Some(value) = &variable.value else { return named.clone() };
    let mut node = Node::scalar(format!("{before}{}", value.text), false, named.span);
    if let (Content::Scalar(scalar), true) = (&mut node.content, value.unknown) {
        Rc::make_mut(scalar).opaque = true;
    }
    node.because(named.because.iter().copied().chain(variable.place.places()))
}
