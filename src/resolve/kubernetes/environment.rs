//! A container's environment.
//!
//! Source: Kubernetes API reference, "EnvVar v1 core", "EnvFromSource v1 core".

use super::value::{reference, variable, written};
use crate::model::{Node, Variable};

/// What is written down, and references to what is kept elsewhere. Of equal names the last one is
/// in effect; all of them are here.
pub(super) fn of(container: &Node) -> Vec<Variable> {
    let items = |key: &str| container.get(key).map_or(&[][..], Node::items).iter();
    let sources = items("envFrom").filter_map(whole);
    sources.chain(items("env").filter_map(single)).collect()
}

fn single(item: &Node) -> Option<Variable> {
    let name = item.get("name")?.text()?;
    if let Some(value) = written(item.get("value")) {
        return Some(expanded(variable(name, value)));
    }
    match written(item.get("valueFrom")) {
        Some(from) => Some(reference(name, source(from), from)),
        None => Some(variable(name, item)),
    }
}

/// `$(NAME)` stands for another variable, which is in the list as well.
fn expanded(mut variable: Variable) -> Variable {
    if let Some(value) = variable.value.as_mut()
        && value.text.contains("$(")
    {
        let mut text = String::with_capacity(value.text.len());
        let mut rest = value.text.as_str();
        while let Some((before, after)) = rest.split_once("$(") {
            text.push_str(before);
            let Some((name, behind)) = after.split_once(')') else {
                text.push_str("$(");
                rest = after;
                break;
            };
            text.push('$');
            text.push_str(name);
            rest = behind;
        }
        text.push_str(rest);
        value.text = text;
        value.unknown = true;
    }
    variable
}

/// `secretKeyRef db/password`.
fn source(from: &Node) -> String {
    let Some(entry) = from.entries().first() else {
        return from.text().unwrap_or_default().to_owned();
    };
    let of = |key: &str| entry.value.get(key).and_then(Node::text);
    let parts = ["name", "key", "fieldPath", "resource"].into_iter().filter_map(of);
    format!("{} {}", entry.key.value, parts.collect::<Vec<_>>().join("/"))
}

/// All of a ConfigMap or a Secret.
fn whole(item: &Node) -> Option<Variable> {
    let prefix = item.get("prefix").and_then(Node::text).unwrap_or_default();
    let entry = item.entries().iter().find(|entry| entry.value.is_map())?;
    let name = entry.value.get("name").and_then(Node::text).unwrap_or_default();
    Some(reference(&format!("{prefix}*"), format!("{} {name}", entry.key.value), &entry.value))
}
