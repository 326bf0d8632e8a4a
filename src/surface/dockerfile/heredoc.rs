//! Here-documents: the marks in a line, and the bodies that follow it.
//!
//! Source: BuildKit `frontend/dockerfile/parser/parser.go`, `heredocsFromLine` and `Parse`.

use std::collections::HashMap;

use super::lex::{self, Keep};
use super::lines::{Line, Lines, append, empty};
use crate::model::{FileId, Heredoc};

/// A mark that opens a here-document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) name: String,
    expand: bool,
    /// `<<-`: tabs in front of its lines are taken away.
    chomp: bool,
    descriptor: u32,
}

/// The marks of a logical line, in order. A line that the lexer gives up on has none.
pub(super) fn marks(line: &str) -> Vec<Mark> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let words = lex::words(line, Keep::All).unwrap_or_default();
    words.iter().filter_map(|word| mark(word)).collect()
}

/// Whether a word opens a here-document.
pub(super) fn is_mark(word: &str) -> bool {
    mark(word).is_some()
}

fn mark(word: &str) -> Option<Mark> {
    let behind = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.strip_suffix(behind)?;
    let behind = behind.strip_prefix("<<")?;
    let (chomp, name) = match behind.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, behind),
    };
    let name = name.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
    if name.is_empty() || name.contains('<') {
        return None;
    }
    let plain = one(lex::words(name, Keep::Nothing))?;
    let raw = lex::words(name, Keep::Quotes).ok()?;
    let quotes = |word: &str| word.matches(['\'', '"']).count();
    let raw = raw.first().map_or(0, |raw| quotes(raw));
    let descriptor = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u32::MAX) };
    Some(Mark { expand: quotes(&plain) == raw, name: plain, chomp, descriptor })
}

fn one(words: Result<Vec<String>, lex::Malformed>) -> Option<String> {
    let mut words = words.ok()?.into_iter();
    words.next().filter(|_| words.next().is_none())
}

/// Finds the ends of bodies without looking at the same lines again and again.
#[derive(Debug, Default)]
pub(super) struct Ends<'a> {
    /// The last line of each text, as written and without tabs in front; made when a first body
    /// has no end, so that a thousand marks without end cost no more than one.
    last: Option<[HashMap<&'a str, u32>; 2]>,
}

impl<'a> Ends<'a> {
    /// Reads the body that a mark opens and moves past its end, which it also gives back.
    /// `None`, and nothing moved, where no line ends it.
    pub(super) fn body(
        &mut self,
        file: FileId,
        content: &'a str,
        lines: &mut Lines<'a>,
        mark: &Mark,
    ) -> Option<(Heredoc, Line<'a>)> {
        if let Some([plain, bare]) = &self.last {
            let last = if mark.chomp { bare } else { plain };
            if last.get(mark.name.as_str()).is_none_or(|&last| last <= lines.number()) {
                return None;
            }
        }
        let mut body = empty(file);
        let mut ahead = lines.clone();
        while let Some(line) = ahead.next() {
            let bare = line.text.trim_start_matches('\t');
            let text = if mark.chomp { bare } else { line.text };
            if text == mark.name {
                *lines = ahead;
                let (name, expand) = (mark.name.clone(), mark.expand);
                let heredoc = Heredoc { name, expand, body, descriptor: mark.descriptor };
                return Some((heredoc, line));
            }
            append(&mut body, line.start + line.text.len() - text.len(), line.number, text);
            body.text.push('\n');
        }
        self.last.get_or_insert_with(|| last_lines(content));
        None
    }
}

fn last_lines(content: &str) -> [HashMap<&str, u32>; 2] {
    let (mut plain, mut bare) = (HashMap::new(), HashMap::new());
    for line in Lines::new(content) {
        plain.insert(line.text, line.number);
        bare.insert(line.text.trim_start_matches('\t'), line.number);
    }
    [plain, bare]
}
