//! The printing edge: lines of a bounded width, without anything a terminal or a server acts on.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::model::printable;

/// No line is longer than this, in characters, whatever it holds.
const LONGEST: usize = 2000;

/// The longest piece in backquotes that is kept on one line, in bytes.
const QUOTED: usize = 50;

/// The text so far.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    columns: usize,
    colour: bool,
}

/// An ANSI colour, or none.
#[derive(Clone, Copy, Debug)]
pub(super) enum Paint {
    Red,
    Yellow,
    Green,
    Bold,
    Plain,
}

impl Page {
    pub(super) fn new(columns: usize, colour: bool) -> Self {
        Self { text: String::new(), columns: columns.max(20), colour }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// One line, never broken: what a reader copies or a server's log is searched for.
    pub(super) fn line(&mut self, paint: Paint, line: &str) {
        let line = safe(line);
        let (on, off) = self.codes(paint);
        self.text.extend([on, line.trim_end(), off, "\n"]);
    }

    /// A line whose first word alone is painted.
    pub(super) fn headed(&mut self, paint: Paint, head: &str, rest: &str) {
        let (head, rest) = (safe(head), safe(rest));
        let (on, off) = self.codes(paint);
        self.text.extend([on, head.as_str(), off, rest.trim_end(), "\n"]);
    }

    /// Prose: broken between words at the width, further lines under the first word.
    pub(super) fn prose(&mut self, indent: usize, text: &str) {
        let text = safe(text);
        let room = self.columns.saturating_sub(indent).max(10);
        let (mut line, mut used) = (String::new(), 0);
        for word in words(&text) {
            let width = word.width();
            if !line.is_empty() && used + 1 + width > room {
                self.put(indent, &line);
                line.clear();
            }
            if line.is_empty() {
                used = width;
            } else {
                line.push(' ');
                used += 1 + width;
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.put(indent, &line);
        }
    }

    /// A line of a file behind its margin, broken anywhere; further lines get `margin`'s width in
    /// blanks and its last two characters.
    pub(super) fn code(&mut self, paint: Paint, margin: &str, text: &str) {
        let (on, off) = self.codes(paint);
        let room = self.columns.saturating_sub(margin.width()).max(10);
        let text = safe(text.trim_end());
        let more = format!("{}| ", " ".repeat(margin.width().saturating_sub(2)));
        let mut margin = margin;
        for piece in pieces(&text, room) {
            let line = format!("{margin}{piece}");
            self.text.extend([on, line.trim_end(), off, "\n"]);
            margin = &more;
        }
    }

    fn put(&mut self, indent: usize, line: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.extend([line, "\n"]);
    }

    fn codes(&self, paint: Paint) -> (&'static str, &'static str) {
        if !self.colour {
            return ("", "");
        }
        match paint {
            Paint::Red => ("\x1b[31m", "\x1b[m"),
            Paint::Yellow => ("\x1b[33m", "\x1b[m"),
            Paint::Green => ("\x1b[32m", "\x1b[m"),
            Paint::Bold => ("\x1b[1m", "\x1b[m"),
            Paint::Plain => ("", ""),
        }
    }
}

/// What a terminal or a server acts on is spelled out. Gitea takes any push whose output holds the
/// words that are broken up here for one that is out of date, and hides the true reason.
pub(super) fn safe(line: &str) -> String {
    let line = printable(line, LONGEST);
    if line.contains("non-fast-forward") {
        line.replace("non-fast-forward", "non-fast\\x2dforward")
    } else {
        line
    }
}

/// At most `room` columns; `...` at the end where something was cut.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut short: String =
        pieces(text, room.saturating_sub(3)).into_iter().next().unwrap_or_default();
    short.push_str("...");
    short
}

/// The words of `text`; a short piece in backquotes is one, to be copied as it is.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        let blank = rest.find(' ').unwrap_or(rest.len());
        let quoted = rest.get(..blank)?.find('`').and_then(|open| {
            let close = open + 1 + rest.get(open + 1..)?.find('`')?;
            let end = rest.get(close..)?.find(' ').map_or(rest.len(), |after| close + after);
            (end <= QUOTED).then_some(end)
        });
        let (word, after) = rest.split_at_checked(quoted.unwrap_or(blank).max(blank))?;
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// `text` in pieces of at most `room` columns; one piece if it is empty.
fn pieces(text: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width > room && used > 0 {
            pieces.push(String::new());
            used = 0;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        used += width;
    }
    pieces
}

/// `1 regression`, `2 regressions`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
