//! Shell commands as words.

mod invoked;
mod wrapper;

use std::cell::OnceCell;
use std::ops::Range;

use super::{Span, Spanned};

pub use invoked::Invoked;
pub use wrapper::{is_shell, program};

/// How many wrappers are taken off one command (`sudo env nice …`).
const WRAPPERS: usize = 8;

/// A piece of shell, read as a list of pipelines.
///
/// `if`, `for`, `while`, `case`, `{ … }` and `( … )` are flattened into the pipelines inside them:
/// rules ask what is run, not under which condition. [`Shell::commands`] visits every command.
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
    /// The pipelines of the same shell whose output is piped into the first command: the
    /// members of a group (`{ …; } | sh`), or what stands in front of one (`… | (cd /x && sh)`).
    pub input: Option<Range<usize>>,
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
    /// What it hands to another shell: `sh -c '…'`, `eval …`, `su -c …`, `sh <<EOF`.
    pub inner: Vec<Shell>,
    /// What [`Command::layers`] found: every rule asks.
    layers: Layers,
}

/// Found when first asked; it says nothing that the words don't.
#[derive(Debug, Default)]
struct Layers(OnceCell<Vec<Range<usize>>>);

impl Clone for Layers {
    /// The copy may be changed, so it finds its own.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Layers {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Layers {}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Quotes taken off; variables that are not known stand as `$NAME`.
    pub text: Spanned<String>,
    /// Some of it was quoted, so that no glob or split happens.
    pub quoted: bool,
    /// `$(…)`, backquotes, `<(…)` and `>(…)` inside it; their place in `text` is empty.
    pub substitutions: Vec<Substitution>,
    /// The variables it names, known or not.
    pub variables: Vec<String>,
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
    /// `>`, `>>`, `>|`, `<`, `<>`, `<<<`, `&>`, `&>>`, `>&`, `<&`, `<<`, `<<-`.
    pub operator: String,
    /// Where to or from; for `<<` the body of the here-document.
    pub target: Word,
}

impl Shell {
    /// Every command at every depth in the order it is run: what a word substitutes before the
    /// command itself, what is handed to another shell after it. A command behind a wrapper
    /// (`sudo`, `env`, `timeout 5`) comes once with the wrapper and once without.
    pub fn commands(&self) -> Vec<Invoked<'_>> {
        invoked::commands(self)
    }
}

impl Command {
    /// A command of these words.
    #[must_use]
    pub fn new(words: Vec<Word>, span: Span) -> Self {
        let (assignments, redirects, inner) = Default::default();
        Self { assignments, words, redirects, span, inner, layers: Layers::default() }
    }

    /// Which of its words are a command of their own: all of them first, then what is left when
    /// `sudo`, `env` and the like are taken off, one after the other.
    #[must_use]
    pub fn layers(&self) -> &[Range<usize>] {
        self.layers.0.get_or_init(|| self.find_layers())
    }

    fn find_layers(&self) -> Vec<Range<usize>> {
        let mut layers = Vec::new();
        layers.push(0..self.words.len());
        while let Some(outer) = layers.last().filter(|_| layers.len() < WRAPPERS).cloned() {
            let words = self.words.get(outer.clone()).unwrap_or_default();
            let Some(inner) = wrapper::peel(words) else { break };
            layers.push(outer.start + inner.start..outer.start + inner.end);
        }
        layers
    }
}

impl Word {
    /// A word that is taken as it stands.
    #[must_use]
    pub fn plain(text: Spanned<String>) -> Self {
        Self { text, quoted: true, substitutions: Vec::new(), variables: Vec::new() }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text.value
    }
}
