//! Single values of an object.

use crate::model::{Known, Node, Spanned, Switch, Value, Variable};

/// A yes or no; `None` where nothing is written.
pub(super) fn switch(node: Option<&Node>) -> Option<Switch> {
    let node = written(node)?;
    let text = node.text()?;
    let value = match node.boolean().filter(|_| !node.is_opaque()) {
        Some(value) => Known::Is(value),
        None => Known::Unknown(text.to_owned()),
    };
    Some(node.place(value))
}

/// The same the other way round.
pub(super) fn turned(switch: Option<Switch>) -> Option<Switch> {
    let switch = switch?;
    Some(match &switch.value {
        Known::Is(value) => switch.with(Known::Is(!value)),
        Known::Unknown(_) => switch,
    })
}

/// A scalar's text.
pub(super) fn text(node: Option<&Node>) -> Option<Spanned<String>> {
    written(node)?.spanned()
}

/// A scalar as a value that a template may decide.
pub(super) fn value(node: &Node) -> Option<Spanned<Value>> {
    let text = node.text()?.to_owned();
    Some(node.place(Value { text, unknown: node.is_opaque() }))
}

/// A number in one spelling, so that `0x0` and `00` are `0`; other text as it stands.
pub(super) fn number(node: &Node) -> Option<Spanned<Value>> {
    let read = value(node)?;
    match node.integer().filter(|_| !read.value.unknown) {
        Some(number) => Some(read.with(Value { text: number.to_string(), unknown: false })),
        None => Some(read),
    }
}

/// The entries of a mapping of texts: labels, annotations, data.
pub(super) fn variables(node: Option<&Node>) -> Vec<Variable> {
    let entries = node.map_or(&[][..], Node::entries).iter();
    let entries = entries.filter(|entry| !entry.value.is_map() && !entry.value.is_list());
    entries.map(|entry| variable(&entry.key.value, &entry.value)).collect()
}

/// `name` with the value that stands at `node`.
pub(super) fn variable(name: &str, node: &Node) -> Variable {
    let text = node.text().unwrap_or_default().to_owned();
    let value = Value { text, unknown: node.is_opaque() };
    Variable { name: name.to_owned(), value: Some(value), place: node.place(()) }
}

/// `name` with a value that is kept elsewhere, as `reference` says.
pub(super) fn reference(name: &str, reference: String, node: &Node) -> Variable {
    let value = Value { text: reference, unknown: true };
    Variable { name: name.to_owned(), value: Some(value), place: node.place(()) }
}

/// `None` for an explicit null as well.
pub(super) fn written(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| !node.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Span};

    #[test]
    fn numbers_have_one_spelling() {
        for (text, expected) in
            [("0", "0"), ("0x0", "0"), ("00", "0"), ("-0", "0"), ("1000", "1000"), ("app", "app")]
        {
            let node = Node::scalar(text, true, Span::head(FileId(0)));
            assert_eq!(number(&node).unwrap().value.text, expected);
        }
    }
}
