//! Reads shell text into commands.
//!
//! Source: POSIX.1-2024, "Shell Command Language"; the Bash manual for what goes beyond it.

mod draft;
mod expand;
mod heredoc;
mod inner;
mod keyword;
mod list;
mod repeat;
mod scalar;
mod word;

use std::collections::HashMap;

pub(super) use self::scalar::{invocation, of_scalar};

use self::heredoc::Resume;
use crate::model::{Command, Pipeline, Script, Shell, Spanned, Word};

/// How deep substitutions and inner shells are followed; further ones stay text.
const DEPTH: usize = 16;
/// How many bytes variables may expand to in one script, inner shells included.
const EXPANSION: usize = 1 << 20;

/// Reads a script as a POSIX shell does, without running or expanding anything; `known` gives the
/// value of a variable that the file declares. Total and bounded: what is no shell is read as far
/// as it goes.
pub(super) fn read(script: &Script, known: &dyn Fn(&str) -> Option<String>) -> Shell {
    let mut scope = Scope::new(known);
    scope.again = repeat::BYTES.min(script.text.len() * repeat::TIMES);
    Reader::new(script, &mut scope, 0).list(list::End::Text)
}

/// The one command of an exec form, and what it hands to a shell (`["sh", "-c", "…"]`).
pub(super) fn exec(words: &[Spanned<String>], known: &dyn Fn(&str) -> Option<String>) -> Shell {
    exec_of(words, &words.iter().map(inner::decoded).collect::<Vec<_>>(), known)
}

/// The same of words that are scripts of several lines; `scripts` are their texts.
pub(super) fn exec_of(
    words: &[Spanned<String>],
    scripts: &[Script],
    known: &dyn Fn(&str) -> Option<String>,
) -> Shell {
    let Some((first, rest)) = words.split_first() else { return Shell::default() };
    let span = rest.iter().fold(first.span, |span, word| span.to(word.span));
    let mut command = Command::new(words.iter().cloned().map(Word::plain).collect(), span);
    command.inner = inner::shells(&command, scripts, &mut Scope::new(known), 0);
    Shell { pipelines: vec![Pipeline { commands: vec![command], input: None }] }
}

/// What variables are worth while a script is read.
struct Scope<'a> {
    known: &'a dyn Fn(&str) -> Option<String>,
    /// Assigned in the script; `None`: to something that can't be known.
    local: HashMap<String, Option<String>>,
    /// What is left of [`EXPANSION`].
    budget: usize,
    /// The header of a loop whose body comes next.
    header: Option<repeat::Header>,
    /// How many bytes of loop bodies may be read again.
    again: usize,
}

impl<'a> Scope<'a> {
    fn new(known: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let (local, header) = Default::default();
        Self { known, local, budget: EXPANSION, header, again: repeat::FEW }
    }

    fn set(&mut self, name: &str, value: Option<String>) {
        self.local.insert(name.to_owned(), value);
    }

    fn value(&mut self, name: &str) -> Option<String> {
        let value = match self.local.get(name) {
            Some(value) => value.clone(),
            None => (self.known)(name),
        }?;
        self.budget = self.budget.checked_sub(value.len() + 1)?;
        Some(value)
    }
}

/// A cursor over one script.
struct Reader<'a, 's> {
    script: &'a Script,
    text: &'a str,
    /// The next byte.
    at: usize,
    /// One past the last byte to be read.
    end: usize,
    scope: &'a mut Scope<'s>,
    depth: usize,
    /// A backquote ends what is being read.
    backquoted: bool,
    /// Where reading goes on behind here-documents that start on this line.
    resume: Option<Resume>,
}

impl<'a, 's> Reader<'a, 's> {
    fn new(script: &'a Script, scope: &'a mut Scope<'s>, depth: usize) -> Self {
        let text = script.text.as_str();
        let end = text.len();
        Self { script, text, at: 0, end, scope, depth, backquoted: false, resume: None }
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, offset: usize) -> Option<u8> {
        let at = self.at + offset;
        if at < self.end { self.text.as_bytes().get(at).copied() } else { None }
    }

    /// Whether the text goes on with this.
    fn sees(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Steps over this if the text goes on with it.
    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.sees(text);
        if eaten {
            self.at += text.len();
        }
        eaten
    }

    /// The text that is left.
    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    /// Steps over the next character.
    fn skip_char(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        self.at = self.at.min(self.end);
    }
}

#[cfg(test)]
mod tests;
