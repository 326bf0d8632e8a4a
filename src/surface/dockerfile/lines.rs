//! Physical lines, and the logical lines that continuations make of them.

use super::directives::Escape;
use crate::model::{FileId, Piece, Script};

/// What BuildKit's scanner holds at most, the newline included.
const LONGEST: usize = 64 * 1024;

/// One physical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: u32,
    /// Its first byte in the file, the byte order mark left out.
    pub(super) start: usize,
    /// Its text without the end of line.
    pub(super) text: &'a str,
    /// BuildKit refuses it.
    pub(super) too_long: bool,
}

impl<'a> Line<'a> {
    /// Without blanks in front.
    pub(super) fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        Self { start: self.start + self.text.len() - text.len(), text, ..self }
    }

    pub(super) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// What stands behind `#` where the line is a comment.
    pub(super) fn comment(self) -> Option<&'a str> {
        self.text.trim_start().strip_prefix('#')
    }
}

/// A place in the file that hands out its lines; a copy of it is a way back.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    content: &'a str,
    at: usize,
    number: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(content: &'a str) -> Self {
        Self { content, at: 0, number: 0 }
    }

    /// The number of the line that came last.
    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.content.get(self.at..).filter(|rest| !rest.is_empty())?;
        let newline = rest.find('\n');
        let length = newline.map_or(rest.len(), |at| at + 1);
        let too_long = length + usize::from(newline.is_none()) > LONGEST;
        let whole = rest.get(..length)?;
        let mut start = self.at;
        self.at += length;
        self.number += 1;
        let mut text = whole.trim_end_matches(['\r', '\n']);
        if let Some(bare) = text.strip_prefix('\u{feff}').filter(|_| self.number == 1) {
            start += text.len() - bare.len();
            text = bare;
        }
        Some(Line { number: self.number, start, text, too_long })
    }
}

/// Cuts the continuation mark off a line's end; `None` where the line ends there.
///
/// Blanks may follow the mark; a mark behind another one is none.
pub(super) fn continued(line: &str, escape: Escape) -> Option<&str> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape.mark())?;
    (!before.ends_with(escape.mark())).then_some(before)
}

/// An empty script of `file`.
pub(super) fn empty(file: FileId) -> Script {
    Script { text: String::new(), file, pieces: Vec::new() }
}

/// Appends a part of a line.
pub(super) fn append(script: &mut Script, from: usize, line: u32, text: &str) {
    let at = u32::try_from(script.text.len()).unwrap_or(u32::MAX);
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    if !text.is_empty() || script.pieces.is_empty() {
        script.pieces.push(Piece { at, from, line });
    }
    script.text.push_str(text);
}
