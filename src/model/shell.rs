//! Shell commands as words.

use super::{Span, Spanned};

/// A piece of shell, read as a list of pipelines.
///
/// `if`, `for`, `while`, `case`, `{ … }` and `( … )` are flattened into the pipelines inside them:
/// rules ask what is run, not under which condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// In the order they are written.
    pub pipelines: Vec<Pipeline>,
}

/// Commands joined by `|` or `|&`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// From left to right.
    pub commands: Vec<Command>,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// `NAME=value` in front of it.
    pub assignments: Vec<(String, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// `>`, `>>`, `<`, `<<<`, … with their targets.
    pub redirects: Vec<Redirect>,
    /// All of it.
    pub span: Span,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Quotes taken off; variables that are not known stand as `$NAME`.
    pub text: Spanned<String>,
    /// Some of it was quoted, so that no glob or split happens.
    pub quoted: bool,
    /// `$(…)`, backquotes, `<(…)` and `>(…)` inside it; their place in `text` is empty.
    pub substitutions: Vec<Substitution>,
}

/// A command substitution or a process substitution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// `<(…)` or `>(…)`.
    pub process: bool,
    /// What it runs.
    pub shell: Shell,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// `>`, `>>`, `>|`, `<`, `<>`, `<<<`, `&>`, `>&`, `<<`.
    pub operator: String,
    /// Where to or from; for `<<` the body of the here-document.
    pub target: Word,
}
