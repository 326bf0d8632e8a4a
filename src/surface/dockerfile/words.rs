//! How an instruction's text falls into words: three ways, as BuildKit's line parsers have them.

use std::ops::Range;

use super::directives::Escape;

/// What separates words everywhere but in names and values: ASCII only.
const BLANK: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// A part of a text with its offset, so that every cut knows its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
}

impl<'a> Part<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { at: 0, text }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    pub(super) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self { at: self.at + self.text.len() - text.len(), text: text.trim_end() }
    }

    /// From `from` on.
    pub(super) fn from(self, from: usize) -> Self {
        self.cut(from..self.text.len())
    }

    pub(super) fn cut(self, range: Range<usize>) -> Self {
        Self { at: self.at + range.start, text: self.text.get(range).unwrap_or_default() }
    }

    /// Both sides of the first `=`.
    pub(super) fn pair(self) -> (Self, Option<Self>) {
        match self.text.find('=') {
            Some(at) => (self.cut(0..at), Some(self.from(at + 1))),
            None => (self, None),
        }
    }

    /// Both sides of the first run of blanks.
    pub(super) fn split_blank(self) -> (Self, Option<Self>) {
        let Some(at) = self.text.find(BLANK) else { return (self, None) };
        let behind = self.from(at);
        let rest = behind.text.trim_start_matches(BLANK);
        (self.cut(0..at), Some(behind.from(behind.text.len() - rest.len())))
    }
}

/// Words between blanks, quotes meaning nothing.
pub(super) fn blank_separated(part: Part<'_>) -> Vec<Part<'_>> {
    let mut words = Vec::new();
    let mut rest = Some(part).filter(|part| !part.text.is_empty());
    while let Some(part) = rest {
        let (word, behind) = part.split_blank();
        words.push(word);
        rest = behind;
    }
    words
}

/// Joins words that an opened template action holds together: `{{ .Image }}`.
pub(super) fn join_actions<'a>(part: Part<'a>, words: Vec<Part<'a>>) -> Vec<Part<'a>> {
    let mut joined: Vec<Part<'a>> = Vec::with_capacity(words.len());
    let mut open = 0usize;
    for word in words {
        let last = joined.last_mut().filter(|_| open > 0);
        let opened = word.text.matches("{{").count();
        open = (open + opened).saturating_sub(word.text.matches("}}").count());
        match last {
            Some(last) => {
                let start = last.at - part.at;
                *last = part.cut(start..word.range().end - part.at);
            }
            None => joined.push(word),
        }
    }
    joined
}

/// Words of names and values: quotes and escapes hold them together and stay in them.
pub(super) fn quoted(part: Part<'_>, escape: Escape) -> Vec<Part<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = part.text.char_indices().peekable();
    let mut end = part.text.len();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            words.extend(start.take().map(|start| part.cut(start..at)));
            continue;
        }
        start.get_or_insert(at);
        if c == escape.mark() && quote != Some('\'') {
            // An escape that ends the text escapes nothing and is left out.
            if chars.next().is_none() {
                end = at;
            }
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '\'' | '"') {
            quote = Some(c);
        }
    }
    words.extend(start.map(|start| part.cut(start..end)).filter(|word| !word.text.is_empty()));
    words
}

/// A flag's raw word and its text with quotes and escapes taken away.
pub(super) type RawFlag<'a> = (Part<'a>, String);

/// The flags in front, and what follows them.
pub(super) fn flags(part: Part<'_>, escape: Escape) -> (Vec<RawFlag<'_>>, Part<'_>) {
    let mut flags = Vec::new();
    let (mut rest, mut ends) = (part, true);
    loop {
        let blanks = rest.text.len() - rest.text.trim_start_matches(space).len();
        rest = rest.from(blanks);
        if !rest.text.starts_with("--") {
            return (flags, rest);
        }
        let (length, word) = flag(rest.text, escape, &mut ends);
        let behind = rest.from(length);
        if word == "--" {
            return (flags, behind);
        }
        flags.push((rest.cut(0..length), word));
        rest = behind;
    }
}

/// Only ASCII: BuildKit asks byte by byte.
fn space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The length of the first word, and its text without quotes and escapes. A template action in it
/// holds its blanks together.
///
/// `ends` says whether an action may still end: where one does not, none behind it does, and they are
/// not looked for again.
fn flag(text: &str, escape: Escape, ends: &mut bool) -> (usize, String) {
    let mut word = String::new();
    let mut quote = None;
    let mut action = 0;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = text.get(at..).unwrap_or_default();
        if *ends && at >= action && rest.starts_with("{{") {
            let end = rest.find("}}");
            *ends = end.is_some();
            action = end.map_or(action, |end| at + end);
        }
        match quote {
            None if space(c) && at < action => word.push(c),
            None if space(c) => return (at, word),
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ if c == escape.mark() => word.extend(chars.next().map(|(_, c)| c)),
            _ => word.push(c),
        }
    }
    (text.len(), word)
}
