//! Labels and the selectors over them.

use crate::model::{Node, Operator, Selector, Span, Spanned};

/// How many labels or requirements of one object are looked at.
const MOST: usize = 64;

/// The labels of a mapping: as text, and where they stand.
pub(super) fn labels(node: Option<&Node>) -> (Vec<(String, String)>, Vec<Span>) {
    let entries = node.map(Node::entries).unwrap_or_default().iter().take(MOST);
    let known = entries.filter_map(|entry| {
        let value = entry.value.text()?.to_owned();
        Some(((entry.key.value.clone(), value), entry.key.span.to(entry.value.span)))
    });
    known.unzip()
}

/// A selector with `matchLabels` and `matchExpressions`. Null and `{}` take everything.
pub(super) fn selector(node: &Node) -> Selector {
    let mut selector = Selector::default();
    if node.is_opaque() || !(node.is_map() || node.is_null()) {
        selector.unknown = Some(node.text().unwrap_or("a list").to_owned());
        return selector;
    }
    if let Some(labels) = node.get("matchLabels") {
        plain(labels, &mut selector);
    }
    for expression in node.get("matchExpressions").map(Node::items).unwrap_or_default() {
        let text = |key: &str| expression.get(key).and_then(Node::text).unwrap_or_default();
        let values = expression.get("values").map(Node::items).unwrap_or_default();
        let values = values.iter().filter_map(Node::text).map(str::to_owned).collect();
        let operator = match text("operator") {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::Absent,
            other => {
                selector.unknown = Some(format!("{} {other}", text("key")));
                continue;
            }
        };
        if selector.requirements.len() < MOST {
            selector.require(text("key"), operator, values);
        }
    }
    selector
}

/// A mapping of labels that all must be there, as a Service selects.
pub(super) fn plain(labels: &Node, selector: &mut Selector) {
    if labels.is_opaque() {
        selector.unknown = labels.text().map(str::to_owned);
    }
    for entry in labels.entries().iter().take(MOST) {
        if let Some(value) = entry.value.text() {
            selector.require(&entry.key.value, Operator::In, vec![value.to_owned()]);
        }
    }
}

/// A selector in Calico's notation. What goes beyond `==`, `!=`, `in`, `not in`, `has`, `!has`,
/// `all()` and `&&` is kept as it is written, and then nobody can say whom it takes.
pub(super) fn expression(text: &Spanned<String>) -> Selector {
    let mut selector = Selector::default();
    for part in text.value.split("&&").map(str::trim).filter(|part| !part.is_empty()) {
        if part == "all()" {
            continue;
        }
        match condition(part) {
            Some((key, operator, values)) if selector.requirements.len() < MOST => {
                selector.require(key, operator, values);
            }
            _ => selector.unknown = Some(text.value.clone()),
        }
    }
    selector
}

fn condition(part: &str) -> Option<(&str, Operator, Vec<String>)> {
    let name = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    };
    let value = |text: &str| {
        let text = text.trim();
        let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then(|| inner.to_owned())
    };
    let values = |text: &str| -> Option<Vec<String>> {
        text.trim().strip_prefix('{')?.strip_suffix('}')?.split(',').map(value).collect()
    };
    let inner = |prefix: &str| part.strip_prefix(prefix)?.strip_suffix(')').map(str::trim);
    let found = if let Some(key) = inner("!has(") {
        (key, Operator::Absent, Vec::new())
    } else if let Some(key) = inner("has(") {
        (key, Operator::Exists, Vec::new())
    } else if let Some((key, rest)) = part.split_once("==") {
        (key.trim(), Operator::In, vec![value(rest)?])
    } else if let Some((key, rest)) = part.split_once("!=") {
        (key.trim(), Operator::NotIn, vec![value(rest)?])
    } else if let Some((key, rest)) = part.split_once(" not in ") {
        (key.trim(), Operator::NotIn, values(rest)?)
    } else {
        let (key, rest) = part.split_once(" in ")?;
        (key.trim(), Operator::In, values(rest)?)
    };
    name(found.0).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn read(text: &str) -> Selector {
        expression(&Spanned::new(text.to_owned(), Span::head(FileId(0))))
    }

    #[test]
    fn calico_selectors_are_read_as_far_as_they_go() {
        assert!(read("all()").is_everything() && read("").is_everything());
        assert_eq!(read("app == 'web' && has(tier)").to_string(), "app=web, tier");
        assert_eq!(read("role in {'a', \"b\"} && !has(x)").to_string(), "role in (a, b), !x");
        assert_eq!(read("role not in {'a'}").to_string(), "role!=a");
        for other in
            ["a == 'b' || c == 'd'", "(a == 'b')", "a starts with 'b'", "a == b", "global()"]
        {
            assert_eq!(read(other).unknown.as_deref(), Some(other), "{other}");
        }
    }
}
