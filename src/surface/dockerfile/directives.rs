//! Parser directives: `# syntax=`, `# escape=` and `# check=` in the leading lines.
//!
//! Source: BuildKit `frontend/dockerfile/parser/directives.go`; the dockerfile frontend picks
//! `syntax` by another, laxer pass than the one that obeys `escape`.

use super::lines::{Line, Lines};
use crate::model::{Directive, Spanned, Text};

const NAMES: [&str; 3] = ["syntax", "escape", "check"];

/// What escapes a character and continues a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    Backslash,
    Backtick,
}

impl Escape {
    pub(super) fn mark(self) -> char {
        match self {
            Self::Backslash => '\\',
            Self::Backtick => '`',
        }
    }
}

/// The pass that reads directives while it reads instructions.
#[derive(Debug, Default)]
pub(super) struct Leading {
    seen: Vec<String>,
    done: bool,
}

/// A directive line, or what is wrong with it.
pub(super) type Read = Result<(String, Spanned<String>), String>;

impl Leading {
    /// Reads one line; `None` where it is none, and from then on.
    pub(super) fn read(&mut self, text: &Text, line: Line<'_>, comment: &str) -> Option<Read> {
        if self.done {
            return None;
        }
        let Some((name, value)) = line.text.strip_prefix(comment).and_then(split) else {
            self.done = true;
            return None;
        };
        if self.seen.contains(&name) {
            return Some(Err(format!("only one {name} parser directive can be used")));
        }
        let end = line.end() - value.1;
        let start = end - value.0.len();
        self.seen.push(name.clone());
        Some(Ok((name, Spanned::new(value.0.to_owned(), text.span(start..end)))))
    }
}

/// Name and value, and how many bytes follow the value.
fn split(line: &str) -> Option<(String, (&str, usize))> {
    const BLANK: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];
    let (name, behind) = line.split_once('=')?;
    let name = name.trim_start().trim_end_matches(BLANK).to_ascii_lowercase();
    let value = behind.trim_start_matches(BLANK).trim_end_matches(BLANK);
    if value.is_empty() {
        // A value of blanks only is the last one of them.
        let last = behind.get(behind.len().checked_sub(1)?..)?;
        return NAMES.contains(&name.as_str()).then_some((name, (last, 0)));
    }
    let after = behind.len() - behind.trim_end_matches(BLANK).len();
    NAMES.contains(&name.as_str()).then_some((name, (value, after)))
}

/// `escape`'s value, if it is one.
pub(super) fn escape(value: &str) -> Option<Escape> {
    match value {
        "\\" => Some(Escape::Backslash),
        "`" => Some(Escape::Backtick),
        _ => None,
    }
}

/// `syntax` and `check` as BuildKit picks them before it chooses who reads the file: behind a
/// `#!` line too, and `syntax` also behind `//` or as a member of a JSON object.
///
/// The second value is true where the file is written in another language than this one.
pub(super) fn detect(text: &Text) -> (Vec<Directive>, bool) {
    let mut lines = Lines::new(&text.content);
    let start = lines.clone();
    if !lines.next().is_some_and(|line| line.text.starts_with("#!")) {
        lines = start;
    }
    let mut found = leading(text, lines.clone(), "#");
    found.retain(|directive| directive.name != "escape");
    if found.iter().any(|directive| directive.name == "syntax") {
        return (found, false);
    }
    let mut foreign = leading(text, lines, "//");
    foreign.retain(|directive| directive.name == "syntax");
    if foreign.is_empty() {
        foreign.extend(json(text));
    }
    let other = !foreign.is_empty();
    found.extend(foreign);
    (found, other)
}

fn leading(text: &Text, lines: Lines<'_>, comment: &str) -> Vec<Directive> {
    let mut leading = Leading::default();
    lines
        .map_while(|line| leading.read(text, line, comment))
        .map_while(Result::ok)
        .map(|(name, value)| Directive { name, value })
        .collect()
}

fn json(text: &Text) -> Option<Directive> {
    let content = text.content.trim_start_matches('\u{feff}');
    if !content.trim_start().starts_with('{') {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(content).ok()?;
    let value = value.get("syntax")?.as_str()?.to_owned();
    let at = text.content.find("\"syntax\"").unwrap_or(0);
    let place = text.span(at..at + "\"syntax\"".len().min(text.content.len() - at));
    Some(Directive { name: "syntax".into(), value: Spanned::new(value, place) })
}
