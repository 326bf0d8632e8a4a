//! What daemons and clients are told: Docker's `daemon.json`, the `policy.json` of containers/image.
//!
//! Source: Docker documentation, "dockerd", "Daemon configuration file"; containers-policy.json(5).

use std::rc::Rc;

use super::declaration;
use super::nodes;
use crate::model::{
    AccessKind, AccessObject, Declaration, File, Node, Tree, Unit, Value, Variable,
};

/// How deep settings are looked into.
const DEPTH: usize = 6;

pub(super) fn units(root: &Node, file: &Rc<File>, _: &dyn Tree, out: &mut Vec<Declaration>) {
    let name = file.text.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).into_owned();
    let mut settings = Vec::new();
    flatten(root, "", 0, &mut settings);
    let object = AccessObject {
        file: file.text.file,
        identity: name.clone(),
        title: name,
        head: root.entries().first().map_or(root.span, |entry| entry.key.span),
        span: root.span,
        because: Vec::new(),
        kind: AccessKind::Daemon(settings),
    };
    out.push(declaration(Unit::Access(Box::new(object)), file));
}

/// Every scalar by its path, dots between; the items of a list under the list's own.
fn flatten(node: &Node, path: &str, depth: usize, out: &mut Vec<Variable>) {
    if depth > DEPTH {
        return;
    }
    for entry in node.entries() {
        let key = &entry.key.value;
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(word) = nodes::word(&entry.value) {
            let place = nodes::whole(entry);
            out.push(Variable { name: path, value: Some(word.value), place });
            continue;
        }
        for item in entry.value.items() {
            match nodes::word(item) {
                Some(word) => out.push(Variable {
                    name: path.clone(),
                    place: word.with(()),
                    value: Some(word.value),
                }),
                None => flatten(item, &path, depth + 1, out),
            }
        }
        if entry.value.is_list() && entry.value.items().is_empty() {
            let value = Value { text: String::new(), unknown: false };
            out.push(Variable { name: path, value: Some(value), place: nodes::whole(entry) });
        } else {
            flatten(&entry.value, &path, depth + 1, out);
        }
    }
}
