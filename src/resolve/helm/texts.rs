//! The functions of templates that answer yes or no, and those that make a text of texts.

use std::fmt::Write as _;

use super::expression::Reader;
use super::term::{Term, What};
use crate::model::{Content, Node, Span};
use crate::resolve::kubernetes::base64;

impl Reader<'_, '_> {
    /// What answers yes or no.
    pub(super) fn decided(name: &str, arguments: &[Term]) -> Option<bool> {
        let (first, last) = (arguments.first()?, arguments.last()?);
        let text = |at: usize| arguments.get(at).and_then(Term::printed);
        let number = |at: usize| text(at)?.trim().parse::<f64>().ok();
        match name {
            "not" => first.truth().map(|value| !value),
            "empty" => last.truth().map(|value| !value),
            "eq" | "ne" => {
                let known: Option<Vec<String>> = arguments.iter().map(Term::printed).collect();
                let known = known?;
                let (first, rest) = known.split_first()?;
                Some(rest.contains(first) == (name == "eq"))
            }
            "gt" => Some(number(0)? > number(1)?),
            "ge" => Some(number(0)? >= number(1)?),
            "lt" => Some(number(0)? < number(1)?),
            "le" => Some(number(0)? <= number(1)?),
            "contains" => Some(text(1)?.contains(&text(0)?)),
            "hasPrefix" => Some(text(1)?.starts_with(&text(0)?)),
            "hasSuffix" => Some(text(1)?.ends_with(&text(0)?)),
            "has" => {
                let What::Node(list) = &last.what else { return None };
                let known = !list.items().iter().any(Node::is_opaque);
                let wanted = first.printed().filter(|_| known)?;
                Some(list.items().iter().any(|item| item.text() == Some(&wanted)))
            }
            "hasKey" => match (&first.what, last.printed()) {
                (What::Node(node), Some(key)) => Some(node.get(&key).is_some()),
                (What::Made(own), Some(key)) => Some(own.iter().any(|(name, _)| *name == key)),
                (What::Nothing, _) => Some(false),
                _ => None,
            },
            "kindIs" => Some(first.printed()? == kind(last)?),
            "typeIs" => Some(first.printed()? == type_of(kind(last)?)),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str, arguments: &[Term], places: Vec<Span>) -> Term {
        let of = |made: Option<String>| match made {
            Some(made) => self.say(made, places.clone()),
            None => Term::unknown(),
        };
        match (name, arguments) {
            ("kindOf", [term]) => return of(kind(term).map(str::to_owned)),
            ("typeOf", [term]) => return of(kind(term).map(|kind| type_of(kind).to_owned())),
            ("join", [between, term]) => return of(joined(between, term)),
            ("len", [term]) => return of(length(term).map(|length| length.to_string())),
            _ => {}
        }
        let texts: Option<Vec<String>> = arguments.iter().map(Term::printed).collect();
        let Some(texts) = texts else {
            // What stands for an unknown name goes on standing for it.
            let same = matches!(name, "trunc" | "trimSuffix" | "trimPrefix" | "lower" | "replace");
            let last = arguments.last().filter(|last| same && last.stands_for().is_some());
            return last.cloned().unwrap_or_else(Term::unknown);
        };
        let known: Vec<&str> = texts.iter().map(String::as_str).collect();
        let made = match (name, known.as_slice()) {
            ("lower", [text]) => text.to_lowercase(),
            ("upper", [text]) => text.to_uppercase(),
            ("trimSuffix", [end, text]) => text.strip_suffix(end).unwrap_or(text).to_owned(),
            ("trimPrefix", [start, text]) => text.strip_prefix(start).unwrap_or(text).to_owned(),
            ("trimAll", [these, text]) => text.trim_matches(|c| these.contains(c)).to_owned(),
            ("replace", [old, new, text]) => text.replace(old, new),
            ("trunc", [length, text]) => match length.parse::<usize>() {
                Ok(length) => text.chars().take(length).collect(),
                Err(_) => return Term::unknown(),
            },
            ("urlquery", [text]) => escaped(text),
            ("b64enc", [text]) => base64::encoded(text),
            ("b64dec", [text]) => match base64::decoded(text) {
                Some(text) => text,
                None => return Term::unknown(),
            },
            ("print", all) => all.concat(),
            ("cat", all) => all.join(" "),
            ("printf", [format, values @ ..]) => match formatted(format, values) {
                Some(text) => text,
                None => return Term::unknown(),
            },
            _ => return Term::unknown(),
        };
        self.say(made, places)
    }

    pub(super) fn say(&self, text: String, places: Vec<Span>) -> Term {
        Term::text(text, false, self.at).having_seen(places)
    }
}

/// What `%s`, `%v` and `%d` leave.
fn formatted(format: &str, values: &[&str]) -> Option<String> {
    let mut values = values.iter();
    let (mut text, mut rest) = (String::new(), format);
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        match after.chars().next()? {
            's' | 'v' | 'd' => text.push_str(values.next()?),
            '%' => text.push('%'),
            _ => return None,
        }
        rest = after.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
    Some(text)
}

/// What Go calls the kind of a value.
fn kind(term: &Term) -> Option<&'static str> {
    match &term.what {
        What::Made(_) => Some("map"),
        What::Nothing => Some("invalid"),
        What::Node(node) if node.is_map() => Some("map"),
        What::Node(node) if node.is_list() => Some("slice"),
        What::Node(node) => match &node.content {
            Content::Scalar(scalar) if scalar.opaque => None,
            Content::Scalar(scalar) if !scalar.plain => Some("string"),
            _ if matches!(node.text(), Some("true" | "false")) => Some("bool"),
            _ if node.text().is_some_and(|text| text.parse::<f64>().is_ok()) => Some("float64"),
            _ => Some("string"),
        },
        What::Root | What::Unknown => None,
    }
}

/// What Go calls the type of a value of this kind, where it came out of YAML.
fn type_of(kind: &'static str) -> &'static str {
    match kind {
        "map" => "map[string]interface {}",
        "slice" => "[]interface {}",
        "invalid" => "<nil>",
        kind => kind,
    }
}

fn length(term: &Term) -> Option<usize> {
    match &term.what {
        What::Made(entries) => Some(entries.len()),
        What::Nothing => Some(0),
        What::Node(node) if node.is_list() => Some(node.items().len()),
        What::Node(node) if node.is_map() => Some(node.entries().len()),
        What::Node(_) => term.printed().map(|text| text.len()),
        What::Root | What::Unknown => None,
    }
}

/// A text as part of a query.
fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' | b'~' => made.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => made.push(char::from(byte)),
            b' ' => made.push('+'),
            _ => {
                let _ = write!(made, "%{byte:02X}");
            }
        }
    }
    made
}

fn joined(between: &Term, list: &Term) -> Option<String> {
    let What::Node(node) = &list.what else { return None };
    let texts: Option<Vec<String>> = match node.items() {
        [] => list.printed().map(|text| vec![text]),
        items => items.iter().map(|item| Term::node(item.clone()).printed()).collect(),
    };
    Some(texts?.join(&between.printed()?))
}
