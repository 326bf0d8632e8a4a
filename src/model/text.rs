//! The text of one file, and the gaps in what could be read of it.

use std::ops::Range;

use bstr::{BString, ByteSlice as _};

use super::{FileId, Span};

/// One file of one revision as its reader sees it.
#[derive(Clone, Debug)]
pub struct Text {
    /// Which file.
    pub file: FileId,
    /// Its path in the repository: bytes, `/` between folders, relative to the top.
    pub path: BString,
    /// Its content. A byte that is not UTF-8 is replaced by U+001A, one byte for one byte, so that
    /// offsets stay true; Docker's readers work on bytes and no keyword has any above 0x7f.
    pub content: String,
    /// The byte offset of each line's start.
    starts: Vec<u32>,
}

impl Text {
    /// Reads `bytes`, at most 4 GiB (the size limit refuses far smaller ones).
    #[must_use]
    pub fn new(file: FileId, path: impl Into<BString>, bytes: &[u8]) -> Self {
        let mut content = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            content.push_str(chunk.valid());
            content.extend(chunk.invalid().iter().map(|_| '\u{1a}'));
        }
        let newlines = memchr_lines(content.as_bytes());
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { file, path: path.into(), content, starts }
    }

    /// The lines of `part` alone, where they stand: the indentation of the first is taken off each
    /// of them, and every other line is blank.
    #[must_use]
    pub fn part(&self, part: Span) -> Self {
        let lines = part.line..=part.end_line;
        let indent = |number: u32| {
            let line = self.line(number).unwrap_or_default();
            line.len() - line.trim_start_matches(' ').len()
        };
        let filled = lines.clone().find(|&n| self.line(n).is_some_and(|l| !l.trim().is_empty()));
        let margin = filled.map_or(0, indent);
        let mut bytes = Vec::with_capacity(self.content.len());
        for number in 1..=self.lines() {
            let whole = self.line(number).unwrap_or_default();
            let cut =
                if lines.contains(&number) { indent(number).min(margin) } else { whole.len() };
            // A carriage return before the end of a line is part of that end: nothing else moves.
            if number > 1 {
                bytes.pop();
                bytes.resize(bytes.len() + cut, b'\r');
                bytes.push(b'\n');
            } else {
                bytes.resize(cut, b' ');
            }
            bytes.extend_from_slice(whole.get(cut..).unwrap_or_default().as_bytes());
            let end =
                self.starts.get(number as usize).map_or(self.content.len(), |&at| at as usize);
            bytes.resize(end.saturating_sub(1), b'\r');
            bytes.extend((bytes.len() < end).then_some(b'\n'));
        }
        Self::new(self.file, self.path.clone(), &bytes)
    }

    /// The span of a range of bytes.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let last = range.end.saturating_sub(1).max(range.start);
        Span {
            file: self.file,
            start: offset(range.start),
            end: offset(range.end),
            line: self.line_of(range.start),
            end_line: self.line_of(last),
        }
    }

    /// The line a byte is on, from 1.
    #[must_use]
    pub fn line_of(&self, at: usize) -> u32 {
        offset(self.starts.partition_point(|&start| start as usize <= at).max(1))
    }

    /// A line's text without its end, `None` past the last one. Lines count from 1.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<&str> {
        let index = (number as usize).checked_sub(1)?;
        let start = *self.starts.get(index)? as usize;
        let end = self.starts.get(index + 1).map_or(self.content.len(), |&next| next as usize);
        Some(self.content[start..end].trim_end_matches(['\n', '\r']))
    }

    /// How many lines there are; a last line without a newline counts.
    #[must_use]
    pub fn lines(&self) -> u32 {
        offset(
            self.starts.len()
                - usize::from(self.content.is_empty() || self.content.ends_with('\n')),
        )
    }

    /// Byte range of a line, its end of line left out. Lines count from 1.
    #[must_use]
    pub fn line_range(&self, number: u32) -> Option<Range<usize>> {
        let start = *self.starts.get((number as usize).checked_sub(1)?)? as usize;
        Some(start..start + self.line(number)?.len())
    }
}

fn memchr_lines(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.find_iter(b"\n").map(|at| offset(at + 1))
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Why something could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// A part of a file that its grammar doesn't allow.
    Unparsed,
    /// The same, in a file that is no Dockerfile by itself: a template, or a part without a stage.
    Partial,
    /// A line that only a template's engine can fill, in a file whose name says that it is one.
    Template,
    /// Readers of different versions of a format take it for different things: judged as its own
    /// tool reads it, and said.
    Ambiguous,
    /// Content larger than `limits.file-size`.
    TooLarge,
    /// An object that the repository doesn't hold.
    MissingObject,
    /// A submodule stands where container files may be.
    Submodule,
    /// A symbolic link that leads nowhere, out of the repository, or in circles.
    Link,
    /// A Git LFS pointer: the content is not in git.
    LfsPointer,
    /// A bound on time, count or depth was reached.
    Limit,
    /// A ref that no push may touch.
    ProtectedRef,
    /// The push was made from another state of the ref than the one that is there.
    Stale,
}

/// Something that could not be read: said aloud, decided by `on-error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub kind: GapKind,
    /// The path it concerns; empty for the push as a whole.
    pub path: BString,
    /// Where in the file, if in a file that could be opened.
    pub span: Option<Span>,
    /// What is wrong, in one sentence without the place. Printable; at most 200 characters.
    pub message: String,
    /// What makes it the same gap when lines move: the text at fault, or the message.
    pub key: String,
}

impl Gap {
    /// A gap in a file that was opened.
    pub fn at(text: &Text, span: Span, message: impl Into<String>) -> Self {
        let message = super::printable(&message.into(), 200);
        let fault = text.content.get(span.start as usize..span.end as usize).unwrap_or_default();
        let words: Vec<&str> = fault.split_whitespace().collect();
        let key = format!("{message}\n{}", words.join(" "));
        Self { kind: GapKind::Unparsed, path: text.path.clone(), span: Some(span), message, key }
    }

    /// A gap that concerns a whole path.
    pub fn of(kind: GapKind, path: impl Into<BString>, message: impl Into<String>) -> Self {
        let message = super::printable(&message.into(), 200);
        Self { kind, path: path.into(), span: None, key: message.clone(), message }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileId, Text};

    #[test]
    fn a_part_of_a_text_stays_where_it_is() {
        for end in ["\n", "\r\n"] {
            let lines =
                ["a:", "  b: |", "    FROM x", "", "    RUN <<E", "     y", "    E", "  c: d"];
            let text = Text::new(FileId(0), "f", lines.join(end).as_bytes());
            let at = text.content.find("FROM").unwrap_or_default();
            let to = text.content.find("E\n").unwrap_or(text.content.len());
            let part = text.part(text.span(at..text.content.find("  c").unwrap_or(to)));
            assert_eq!(part.content.len(), text.content.len());
            let kept: Vec<&str> =
                (1..=8).map(|n| part.line(n).unwrap_or("?").trim_start_matches(' ')).collect();
            assert_eq!(kept, ["", "", "FROM x", "", "RUN <<E", "y", "E", ""]);
            assert_eq!(part.line(6), Some(" y"));
            assert_eq!(part.content.find("FROM"), text.content.find("FROM"));
            assert_eq!(part.line_of(part.content.find("RUN").unwrap_or_default()), 5);
        }
    }
}
