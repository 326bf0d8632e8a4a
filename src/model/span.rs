//! Where something stands.

use std::fmt;

/// One file, as one run read it.
///
/// Two revisions may share what is the same in both: an id means nothing without its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of one file, in bytes and in lines.
///
/// `start..end` are byte offsets into the file's text; `line` and `end_line` count from 1 and
/// both are inside the span. A span of a file that has no text (a key, an archive) is line 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file it is in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// First line, from 1.
    pub line: u32,
    /// Last line, from 1.
    pub end_line: u32,
}

impl Span {
    /// The head of a file: where something is told that has no line of its own.
    #[must_use]
    pub fn head(file: FileId) -> Self {
        Self { file, start: 0, end: 0, line: 1, end_line: 1 }
    }

    /// All of a file whose lines must not be shown: that it changed is what counts.
    #[must_use]
    pub fn unshown(file: FileId, lines: u32) -> Self {
        Self { file, start: 0, end: 0, line: 1, end_line: lines.max(1) + 1 }
    }

    /// Whether its lines must not be shown.
    #[must_use]
    pub fn is_unshown(self) -> bool {
        self.start == self.end && self.end_line > self.line
    }

    /// The smallest span that covers both; both are of one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
            line: self.line.min(other.line),
            end_line: self.end_line.max(other.end_line),
        }
    }
}

/// A value and the place it is declared at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What is declared.
    pub value: T,
    /// Where.
    pub span: Span,
    /// The other places it depends on, nearest first: the `ARG` whose default it expands, the
    /// `ENV` it reads, the `FROM` it inherits from. A finding points at the one that changed.
    pub because: Vec<Span>,
}

impl<T> Spanned<T> {
    /// A value that depends on no other place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span, because: Vec::new() }
    }

    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned { value, span: self.span, because: self.because.clone() }
    }

    /// The same value, and also because of these places.
    #[must_use]
    pub fn because(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        self.because.extend(places);
        self
    }

    /// Every place it depends on, its own first.
    pub fn places(&self) -> impl Iterator<Item = Span> + '_ {
        std::iter::once(self.span).chain(self.because.iter().copied())
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
