//! What values hold, each by its path: the rules that read data look for secrets among them.

use super::{DEPTH, MOST, Values};
use crate::model::{
    DataKind, DataObject, Declaration, Node, Span, Unit, Value, Variable, printable,
};

/// Every value by its path.
pub(super) fn data(values: &Values<'_>) -> Option<Declaration> {
    let mut found = Vec::new();
    leaves(&values.root, &mut String::new(), 0, &mut found);
    if found.is_empty() {
        return None;
    }
    let span = values.root.span;
    let of = printable(&values.of, 60);
    let title = if of.is_empty() { "values".to_owned() } else { format!("values of {of}") };
    let object = DataObject {
        file: values.file.text.file,
        identity: title.clone(),
        title: title.clone(),
        head: Span { end_line: span.line, end: span.start, ..span },
        span,
        kind: DataKind::Values,
        values: found,
        immutable: None,
    };
    let unit = Unit::Data(Box::new(object));
    Some(Declaration { unit, path: values.file.text.path.clone(), title, body: Vec::new() })
}

fn leaves(node: &Node, path: &mut String, depth: usize, found: &mut Vec<Variable>) {
    if depth > DEPTH || found.len() >= MOST {
        return;
    }
    let length = path.len();
    for entry in node.entries() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&entry.key.value);
        leaves(&entry.value, path, depth + 1, found);
        path.truncate(length);
    }
    for item in node.items().iter().filter(|item| item.is_map()) {
        found.extend(named(item, path));
        leaves(item, path, depth + 1, found);
    }
    if let Some(text) = node.text().filter(|text| !text.is_empty() && depth > 0) {
        let value = Some(Value { text: text.to_owned(), unknown: node.is_opaque() });
        found.push(Variable { name: path.clone(), value, place: node.place(()) });
    }
}

/// `- name: NAME` with its `value`, as containers take their variables.
fn named(item: &Node, path: &str) -> Option<Variable> {
    let name = item.get("name")?.text().filter(|name| !name.is_empty())?;
    let node = item.get("value")?;
    let text = node.text().filter(|text| !text.is_empty())?.to_owned();
    let value = Some(Value { text, unknown: node.is_opaque() });
    Some(Variable { name: format!("{path}.{name}"), value, place: node.place(()) })
}
