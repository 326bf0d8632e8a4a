//! Files inside a value: settings of an application as `name: value` and `name = value` lines, or
//! as JSON. Read line by line, whatever their grammar: only names and plain values are wanted.

use super::value::variable;
use crate::model::{File, Node, Span, Spanned, Tree, Value, Variable, is_program};
use crate::resolve::shell;

/// How many values one object gives.
const MOST: usize = 5_000;
/// How deep JSON is looked into.
const DEPTH: usize = 32;
/// Longer names are sentences.
const LONGEST_NAME: usize = 100;

/// A value, and what the lines of it declare where it has several.
pub(super) fn values(name: &str, node: &Node, tree: &dyn Tree, found: &mut Vec<Variable>) {
    let Some(text) = node.text() else { return };
    if !is_file(text) || node.is_opaque() {
        return push(found, variable(name, node));
    }
    let script = shell::of_scalar(node, tree);
    let at = |start: usize, end: usize| {
        Spanned::new((), script.span(start..end)).because(node.because.iter().copied())
    };
    inside(name, node, text, &at, found);
}

/// What a file declares that is taken in as one value under `name`; `by` is where it is named.
pub(in crate::resolve) fn file(name: &str, file: &File, by: Span, found: &mut Vec<Variable>) {
    let text = &file.text;
    let at = |start: usize, end: usize| Spanned::new((), text.span(start..end)).because([by]);
    let whole = text.content.trim();
    if is_file(whole) {
        let node = Node::scalar(whole, false, text.span(0..text.content.len())).because([by]);
        inside(name, &node, &text.content, &at, found);
    } else {
        let end = text.content.trim_end().len();
        let node = Node::scalar(whole, false, text.span(0..end)).because([by]);
        push(found, variable(name, &node));
    }
}

/// The same of a value that was encoded: all of it stands in one place.
pub(super) fn encoded(name: &str, node: &Node, found: &mut Vec<Variable>) {
    let text = node.text().unwrap_or_default();
    if is_file(text) {
        inside(name, node, text, &|_, _| node.place(()), found);
    } else {
        push(found, variable(name, node));
    }
}

fn is_file(text: &str) -> bool {
    let text = text.trim();
    text.contains('\n') || (text.starts_with('{') && text.ends_with('}'))
}

fn inside(
    name: &str,
    node: &Node,
    text: &str,
    at: &dyn Fn(usize, usize) -> Spanned<()>,
    found: &mut Vec<Variable>,
) {
    let minified = text.trim_start().starts_with('{') && text.lines().count() < 3;
    let login = name.ends_with("dockerconfigjson") || name.ends_with("dockercfg");
    if login {
        // It has a form of its own, which its readers know.
    } else if let Some(json) = minified.then(|| serde_json::from_str(text).ok()).flatten() {
        leaves("", &json, &at(0, text.len()), DEPTH, found);
    } else {
        lines(text, is_program(name), at, found);
    }
    // What shows without a name, a private key, shows in all of it.
    push(found, variable(name, node));
}

fn lines(
    text: &str,
    code: bool,
    at: &dyn Fn(usize, usize) -> Spanned<()>,
    found: &mut Vec<Variable>,
) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((name, value)) = setting(line.trim(), code) {
            let from = start + (line.len() - line.trim_start().len());
            let unknown = value.starts_with('$')
                || ["${", "$(", "{{", "<%"].iter().any(|mark| value.contains(mark));
            let value = Some(Value { text: value.to_owned(), unknown });
            let place = at(from, start + line.trim_end().len());
            push(found, Variable { name: name.to_owned(), value, place });
        }
        start += line.len();
    }
}

/// `name: value`, `name=value`, `export NAME="value"`, `"name": "value",`, `<name>value</name>`.
fn setting(line: &str, code: bool) -> Option<(&str, &str)> {
    if line.starts_with(['#', ';']) || line.starts_with("//") {
        return None;
    }
    if let Some((name, rest)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let value = rest.split_once("</").filter(|(_, end)| end.starts_with(name))?.0;
        return named(name, value, false);
    }
    let line = line.strip_prefix("- ").unwrap_or(line);
    let line = line.strip_prefix("export ").unwrap_or(line);
    let end = line.find(['=', ':'])?;
    let (name, rest) = line.split_at(end);
    let value = rest.get(1..)?;
    // `http://x` and `a:b` are no settings.
    if rest.starts_with(':') && !value.starts_with([' ', '\t', '"', '\'']) {
        return None;
    }
    named(name, value.trim_start_matches(['>', '=']), code)
}

/// `quoted`: only in quotes it is a value.
fn named<'a>(name: &'a str, value: &'a str, quoted: bool) -> Option<(&'a str, &'a str)> {
    let name = name.trim().trim_matches(['"', '\'']);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '[' | ']');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return None;
    }
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote {
        Some(quote) => value.get(1..)?.split(quote).next()?,
        None if quoted => return None,
        None => value.split(" #").next()?.trim_end_matches([',', ';']).trim_end(),
    };
    let nothing = value.is_empty() || matches!(value, "|" | ">" | "|-" | ">-" | "{" | "[");
    (!nothing).then_some((name, value))
}

fn leaves(
    name: &str,
    json: &serde_json::Value,
    place: &Spanned<()>,
    depth: usize,
    found: &mut Vec<Variable>,
) {
    if depth == 0 {
        return;
    }
    match json {
        serde_json::Value::Object(entries) => {
            for (name, value) in entries {
                leaves(name, value, place, depth - 1, found);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                leaves(name, item, place, depth - 1, found);
            }
        }
        serde_json::Value::String(text) if !text.is_empty() => {
            let value = Some(Value { text: text.clone(), unknown: false });
            push(found, Variable { name: name.to_owned(), value, place: place.clone() });
        }
        _ => {}
    }
}

fn push(found: &mut Vec<Variable>, variable: Variable) {
    if found.len() < MOST {
        found.push(variable);
    }
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn settings_of_many_grammars() {
        for (line, expected) in [
            ("DB_PASSWORD=hunter2", Some(("DB_PASSWORD", "hunter2"))),
            ("export TOKEN=\"a b\"", Some(("TOKEN", "a b"))),
            ("password: hunter2 # why", Some(("password", "hunter2"))),
            ("\"password\": \"hunter2\",", Some(("password", "hunter2"))),
            ("\"password\":\"hunter2\"", Some(("password", "hunter2"))),
            ("db.password = hunter2", Some(("db.password", "hunter2"))),
            ("- password: x", Some(("password", "x"))),
            ("<password>x</password>", Some(("password", "x"))),
            ("script: |", None),
            ("# password: x", None),
            ("http://user@host", None),
            ("echo it is: so", None),
            ("password:", None),
        ] {
            assert_eq!(setting(line, false), expected, "{line}");
        }
        assert_eq!(setting("'client_secret': SECRET_KEY,", true), None);
        assert_eq!(setting("password = \"x8Kq2m\"", true), Some(("password", "x8Kq2m")));
    }
}
