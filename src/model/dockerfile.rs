//! A Dockerfile as it is written: instructions and where they stand, nothing expanded yet.
//!
//! Source: Dockerfile reference; BuildKit `frontend/dockerfile/parser` for what it leaves open.

use std::ops::Range;

use super::{FileId, Span, Spanned};

/// One Dockerfile or Containerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// `# syntax=`, `# escape=`, `# check=`: only from the leading lines. Names in lower case.
    pub directives: Vec<Directive>,
    /// Every instruction that could be read, in order.
    pub instructions: Vec<Instruction>,
    /// Comments, without `#` and blanks around, where a tool looks for suppressions.
    pub comments: Vec<Spanned<String>>,
}

/// One parser directive.
#[derive(Clone, Debug)]
pub struct Directive {
    /// `syntax`, `escape` or `check`.
    pub name: String,
    /// What stands behind `=`, blanks around it left out.
    pub value: Spanned<String>,
}

/// One instruction with its continuation lines and heredoc bodies.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// In upper case, as Docker reads it.
    pub keyword: Spanned<String>,
    /// First to last line, heredoc bodies included.
    pub span: Span,
    /// `--name=value` and `--name` before the arguments, in order.
    pub flags: Vec<Flag>,
    /// What it says.
    pub arguments: Arguments,
    /// `RUN`, `COPY` and `ADD` only.
    pub heredocs: Vec<Heredoc>,
    /// What `ONBUILD` triggers.
    pub trigger: Option<Box<Instruction>>,
}

/// A flag of an instruction, unexpanded, quotes kept as BuildKit keeps them.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: Spanned<String>,
    /// `None` where there is no `=`.
    pub value: Option<Spanned<String>>,
}

/// The arguments of an instruction, unexpanded.
#[derive(Clone, Debug)]
pub enum Arguments {
    /// Blank-separated words: `FROM`, `EXPOSE`, `COPY`, `USER`, …
    Words(Vec<Spanned<String>>),
    /// `ENV`, `ARG`, `LABEL`: names and values, quotes kept. `ARG` without `=` has no value.
    Pairs(Vec<Pair>),
    /// The JSON form, decoded.
    Exec(Vec<Spanned<String>>),
    /// The shell form of `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`: one command line.
    Shell(Script),
}

/// One name with its value.
#[derive(Clone, Debug)]
pub struct Pair {
    /// As written, quotes kept.
    pub name: Spanned<String>,
    /// As written, quotes kept.
    pub value: Option<Spanned<String>>,
}

/// A here-document.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// Its delimiter, quotes taken off.
    pub name: String,
    /// False where the delimiter is quoted: the body is taken as it stands.
    pub expand: bool,
    /// The lines between, tabs stripped where the mark is `<<-`.
    pub body: Script,
    /// The file descriptor in front of the mark (`3<<EOF`), 0 where there is none.
    pub descriptor: u32,
}

/// Text put together from lines that don't touch in the file, and the way back to them.
///
/// A command line with its continuations and comments taken out, or the body of a heredoc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The text, as the shell gets it.
    pub text: String,
    /// The file it comes from.
    pub file: FileId,
    /// Where each piece of `text` starts in the file; ascending, each within one line.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`Script`] that lies in one line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its offset in the script's text.
    pub at: u32,
    /// Its offset in the file.
    pub from: u32,
    /// Its line in the file, from 1.
    pub line: u32,
}

impl Script {
    /// Where a range of its text stands in the file.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let (start, line) = self.locate(range.start);
        let (last, end_line) = self.locate(range.end.saturating_sub(1).max(range.start));
        let end = if range.is_empty() { start } else { last + 1 };
        Span { file: self.file, start, end, line, end_line }
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.span(0..self.text.len())
    }

    /// A part of its text, with the way back; cut to what there is.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.text.len());
        let start = range.start.min(end);
        let text = self.text.get(start..end).unwrap_or_default().to_owned();
        let first = self.pieces.partition_point(|piece| piece.at as usize <= start);
        let first = first.saturating_sub(1);
        let last = self.pieces.partition_point(|piece| (piece.at as usize) < end).max(first + 1);
        let cut = u32::try_from(start).unwrap_or(u32::MAX);
        let pieces = self.pieces.get(first..last.min(self.pieces.len())).unwrap_or_default();
        let pieces = pieces.iter().map(|piece| Piece {
            at: piece.at.saturating_sub(cut),
            from: piece.from + cut.saturating_sub(piece.at),
            line: piece.line,
        });
        Self { text, file: self.file, pieces: pieces.collect() }
    }

    fn locate(&self, at: usize) -> (u32, u32) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let index = self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1);
        self.pieces
            .get(index)
            .map_or((0, 1), |piece| (piece.from + at.saturating_sub(piece.at), piece.line))
    }
}
