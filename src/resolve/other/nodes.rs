//! What structured files have in common: words, scripts, units at a key.

use std::collections::BTreeMap;

use super::options::{self, Word};
use super::terms;
use crate::model::{Entry, File, Node, Platform, Script, Spanned, Tree, Value, Variable, Workload};
use crate::resolve::shell;

/// Values of a file's own variables, with their places.
pub(super) type Defaults = BTreeMap<String, Spanned<String>>;

/// The scalar of a node as a word. What a function of a template computes is unknown.
pub(super) fn word(node: &Node) -> Option<Word> {
    if let [Entry { key, value }] = node.entries()
        && (key.value == "Ref" || key.value.starts_with("Fn::"))
    {
        let text = match value.text() {
            Some(text) if key.value == "Fn::Sub" => text.to_owned(),
            text => format!("${{{}}}", text.unwrap_or("…")),
        };
        let unknown = text.contains("${");
        return Some(node.place(Value { text, unknown }));
    }
    let tag = node.tag.as_deref().filter(|tag| tag.starts_with('!') && !tag.starts_with("!!"));
    let text = match (node.text(), tag) {
        (Some(text), None | Some("!Sub")) => text.to_owned(),
        (Some(text), Some(_)) => format!("${{{text}}}"),
        (None, Some(_)) => "${…}".to_owned(),
        (None, None) => return None,
    };
    let unknown = node.is_opaque() || text.contains("${");
    (!node.is_null()).then(|| node.place(Value { text, unknown }))
}

/// The words of a list, or of a scalar that stands for a list of one.
pub(super) fn words(node: &Node) -> Vec<Word> {
    if node.is_list() {
        node.items().iter().filter_map(word).collect()
    } else {
        word(node).into_iter().collect()
    }
}

/// The value of a key in either case: `image`, `Image`. A null is none.
pub(super) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let pascal = || {
        let mut letters = name.chars();
        let first = letters.next()?;
        node.get(&first.to_uppercase().chain(letters).collect::<String>())
    };
    node.get(name).or_else(pascal).filter(|node| !node.is_null())
}

/// The word at a key in either case.
pub(super) fn field_word(node: &Node, name: &str) -> Option<Word> {
    field(node, name).and_then(word)
}

/// Sets an option for each word at a key in either case.
pub(super) fn set(to: &mut Workload, node: &Node, name: &str, option: &str) {
    for word in field(node, name).map(words).unwrap_or_default() {
        options::set(to, option, &word);
    }
}

/// The entries of a mapping, or the `NAME=value` items of a list, as variables.
pub(super) fn variables(node: &Node) -> Vec<Variable> {
    let entry = |entry: &Entry| {
        let value = word(&entry.value).unwrap_or_else(|| {
            // A mapping says where the value comes from.
            let unknown = entry.value.is_map() || entry.value.is_list();
            let text = if unknown { "${…}".to_owned() } else { String::new() };
            entry.value.place(Value { text, unknown })
        });
        let mut variable = terms::named(&entry.key.value, &value);
        variable.place = whole(entry);
        variable
    };
    let mut variables: Vec<Variable> = node.entries().iter().map(entry).collect();
    variables
        .extend(node.items().iter().filter_map(word).filter_map(|word| terms::variable(&word)));
    variables
}

/// Key and value as one place.
pub(super) fn whole(entry: &Entry) -> Spanned<()> {
    let mut place = entry.value.place(());
    if place.span.file == entry.key.span.file {
        place.span = entry.key.span.to(place.span);
    }
    place
}

/// A workload whose head is the key of an entry.
pub(super) fn at_entry(
    platform: Platform,
    identity: String,
    title: String,
    entry: &Entry,
    file: &File,
) -> Workload {
    let mut unit = Workload::new(platform, identity, title, entry.key.span);
    unit.file = file.text.file;
    unit.span = whole(entry).span;
    unit
}

/// The text of a scalar with the way back to the file; what the CI system fills in is a variable.
pub(super) fn script(node: &Node, tree: &dyn Tree) -> Script {
    let mut script = shell::of_scalar(node, tree);
    script.text = masked(&script.text);
    script
}

/// The same text with `${{ … }}` and `{{ … }}` as a variable of the same length, named after what
/// stands in it: a shell gets what the CI system puts there.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest.get(start..).and_then(|rest| rest.find("}}")) else { break };
        let from = if rest.get(..start).is_some_and(|before| before.ends_with('$')) {
            start - 1
        } else {
            start
        };
        let end = start + length + 2;
        out.push_str(rest.get(..from).unwrap_or_default());
        out.push('$');
        let inside = rest.get(from + 1..end).unwrap_or_default();
        for c in inside.chars() {
            let kept = if c.is_ascii_alphanumeric() { c } else { '_' };
            out.extend(std::iter::repeat_n(kept, c.len_utf8()));
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A word with `$NAME` and `${NAME}` replaced where the file itself says what they are worth.
pub(super) fn expand(word: &Word, defaults: &Defaults) -> Word {
    let text = word.value.text.as_str();
    if let Some(default) = defaults.get(text).filter(|_| word.value.unknown) {
        let value = Value { text: default.value.clone(), unknown: false };
        return word.with(value).because([default.span]);
    }
    let (mut out, mut rest, mut because, mut unknown) = (String::new(), text, Vec::new(), false);
    while let Some(start) = rest.find('$') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let (name, length) = variable(from);
        if let Some(default) = defaults.get(name) {
            out.push_str(&default.value);
            because.push(default.span);
        } else {
            out.push_str(from.get(..length).unwrap_or_default());
            unknown = true;
        }
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    let unknown = unknown || (because.is_empty() && word.value.unknown);
    word.with(Value { text: out, unknown }).because(because)
}

/// The name of the variable that a text begins with, and how long it is as written.
fn variable(text: &str) -> (&str, usize) {
    if let Some(inside) = text.strip_prefix("${") {
        let end = inside.find('}').unwrap_or(inside.len());
        let name = inside.get(..end).unwrap_or_default();
        return (name.trim(), (end + 3).min(text.len()));
    }
    let inside = text.get(1..).unwrap_or_default();
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    (inside.get(..end).unwrap_or_default(), end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Span};

    #[test]
    fn what_the_ci_system_fills_in_keeps_its_length() {
        for text in ["a ${{ env.X }} b", "{{x}}", "${{ open", "}} {{", "ä{{ö}}$"] {
            assert_eq!(masked(text).len(), text.len(), "{text}");
        }
        assert_eq!(masked("a ${{ env.X }}/b"), "a $___env_X___/b");
    }

    #[test]
    fn variables_of_the_file_itself_are_known() {
        let span = Span::head(FileId(0));
        let place = |text: &str| Spanned::new(text.to_owned(), span);
        let defaults = Defaults::from([("TAG".to_owned(), place("1.2"))]);
        for (text, known, unknown) in [
            ("a:$TAG", "a:1.2", false),
            ("a:${TAG}-x", "a:1.2-x", false),
            ("$REG/a:$TAG", "$REG/a:1.2", true),
            ("a:${TAG", "a:1.2", false),
        ] {
            let word = expand(&terms::expanded(&place(text)), &defaults);
            assert_eq!((word.value.text.as_str(), word.value.unknown), (known, unknown));
        }
    }
}
