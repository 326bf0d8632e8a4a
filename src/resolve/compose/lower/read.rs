//! Values of a compose file as they are written in several ways.

use crate::model::{Known, Node, Spanned, Switch, Value, Variable};

/// A yes or no; `None` where nothing is declared.
pub(super) fn switch(node: Option<&Node>) -> Option<Switch> {
    let node = node.filter(|node| !node.is_null())?;
    let known = node
        .boolean()
        .filter(|_| !node.is_opaque())
        .map_or_else(|| Known::Unknown(node.text().unwrap_or_default().to_owned()), Known::Is);
    Some(node.place(known))
}

/// A switch that is not a key of its own.
pub(super) fn set(node: &Node, value: bool) -> Switch {
    node.place(Known::Is(value))
}

/// A scalar and whether it can be known.
pub(super) fn value(node: Option<&Node>) -> Option<Spanned<Value>> {
    let node = node.filter(|node| !node.is_null())?;
    let text = node.text()?.to_owned();
    Some(node.place(Value { text, unknown: node.is_opaque() }))
}

/// A scalar's text; `None` where nothing is declared.
pub(super) fn text(node: Option<&Node>) -> Option<Spanned<String>> {
    node.filter(|node| !node.is_null())?.spanned()
}

/// The scalars of a list, or the one that stands in its place.
pub(super) fn scalars(node: Option<&Node>) -> Vec<&Node> {
    let Some(node) = node.filter(|node| !node.is_null()) else { return Vec::new() };
    let one = std::slice::from_ref(node);
    let items = if node.is_list() { node.items() } else { one };
    items.iter().filter(|item| item.text().is_some()).collect()
}

/// The texts of a list, or of the scalar that stands in its place.
pub(super) fn texts(node: Option<&Node>) -> Vec<Spanned<String>> {
    scalars(node).into_iter().filter_map(Node::spanned).collect()
}

/// `name: value` of a mapping, or `name=value` of a list. Without a value it is handed through
/// from whoever starts the project: `None`.
pub(super) fn variables(node: Option<&Node>, separators: &[char]) -> Vec<Variable> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.entries().iter().map(|entry| {
        let value = (!entry.value.is_null()).then(|| entry.value.text()).flatten();
        let unknown = entry.value.is_opaque();
        let value = value.map(|text| Value { text: text.to_owned(), unknown });
        let place = entry_place(&entry.key, &entry.value);
        Variable { name: entry.key.value.clone(), value, place }
    });
    let items = node.items().iter().filter_map(|item| {
        let text = item.text()?;
        let (name, value) = match text.split_once(separators) {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let unknown = item.is_opaque() && value.is_none_or(is_opaque);
        let value = value.map(|value| Value { text: value.to_owned(), unknown });
        Some(Variable { name: name.trim().to_owned(), value, place: item.place(()) })
    });
    entries.chain(items).collect()
}

/// A part of a scalar that can't be known has a variable in it.
fn is_opaque(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}

/// A key with its value; a value that stands elsewhere comes first.
pub(super) fn entry_place(key: &Spanned<String>, value: &Node) -> Spanned<()> {
    if value.because.is_empty() && value.span.file == key.span.file {
        return Spanned { value: (), span: key.span.to(value.span), because: key.because.clone() };
    }
    value.place(()).because([key.span]).because(key.because.iter().copied())
}

/// One option that a rule may ask about.
pub(super) fn option(name: impl Into<String>, node: &Node) -> Variable {
    let text = node.text().unwrap_or_default().to_owned();
    let value = Some(Value { text, unknown: node.is_opaque() });
    Variable { name: name.into(), value, place: node.place(()) }
}

/// `text` in pieces at each separator that stands outside of `${…}`; a piece is at least empty.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut from, mut pieces) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' if depth > 0 || text.get(..at).is_some_and(|text| text.ends_with('$')) => {
                depth += 1;
            }
            '}' => depth = depth.saturating_sub(1),
            _ if c == separator && depth == 0 => {
                pieces.push(text.get(from..at).unwrap_or_default());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}
