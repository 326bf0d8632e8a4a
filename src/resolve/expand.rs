//! Fills variables into a word, as BuildKit's shell lexer does it.
//!
//! Source: BuildKit `frontend/dockerfile/shell`, Dockerfile reference, "Environment replacement".
//! What the file can't know stays as `$NAME`; the operators `-` and `+` are answered as a build
//! without `--build-arg` would.

mod operator;
mod pattern;
mod scope;
#[cfg(test)]
mod tests;

use crate::model::{Span, Value};

pub(super) use scope::{Bound, Presence, Scope, add_places};

/// How deep `${A:-${B:-…}}` may nest.
const DEPTH: usize = 24;
/// How long one value may get, in bytes.
const SIZE: usize = 64 * 1024;

/// A word with its variables filled in.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// Quotes and escapes taken off.
    pub text: String,
    /// Something in it can't be known.
    pub unknown: bool,
    /// A build that is given nothing makes it empty.
    pub empty: bool,
    /// `text` as words: only blanks of variables and bare ones part them.
    pub words: Vec<String>,
    /// Where its variables are declared, nearest first.
    pub because: Vec<Span>,
}

impl Expanded {
    /// Without its places.
    pub(super) fn value(&self) -> Value {
        Value { text: self.text.clone(), unknown: self.unknown }
    }
}

/// Why a word can't be expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The lexer refuses it; the reason, as a sentence.
    Syntax(&'static str),
    /// It nests too deep or grows too long.
    Limit,
}

/// How quotes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Taken off.
    Process,
    /// Kept: the body of a heredoc.
    Keep,
}

/// Expands `source` with the variables of `scope`; `escape` is the file's escape character.
pub(super) fn expand(
    source: &str,
    escape: char,
    quotes: Quotes,
    scope: &Scope,
) -> Result<Expanded, Failure> {
    let mut lexer = Lexer { rest: source, escape, quotes, scope, depth: 0, because: Vec::new() };
    let mut out = lexer.until(None, false)?;
    out.end_word();
    Ok(Expanded {
        empty: !out.filled,
        text: out.text,
        unknown: out.unknown,
        words: out.words,
        because: lexer.because,
    })
}

/// What was read so far.
#[derive(Default)]
struct Out {
    text: String,
    unknown: bool,
    filled: bool,
    words: Vec<String>,
    word: String,
}

impl Out {
    fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { filled: !text.is_empty(), text, ..Self::default() }
    }

    /// Appends what is split at blanks (`bare`) or not.
    fn push(&mut self, piece: &Self, bare: bool) -> Result<(), Failure> {
        self.unknown |= piece.unknown;
        self.filled |= piece.filled;
        if self.text.len() + piece.text.len() > SIZE {
            return Err(Failure::Limit);
        }
        self.text.push_str(&piece.text);
        for c in piece.text.chars() {
            self.add(c, bare);
        }
        Ok(())
    }

    fn push_char(&mut self, c: char, bare: bool) {
        self.filled = true;
        self.text.push(c);
        self.add(c, bare);
    }

    fn add(&mut self, c: char, bare: bool) {
        if bare && c.is_whitespace() {
            self.end_word();
        } else {
            self.word.push(c);
        }
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.words.push(std::mem::take(&mut self.word));
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    escape: char,
    quotes: Quotes,
    scope: &'a Scope,
    depth: usize,
    because: Vec<Span>,
}

impl<'a> Lexer<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.next();
        }
        found
    }

    /// Reads up to `stop`, which is taken too; without one up to the end. `raw` keeps escapes.
    fn until(&mut self, stop: Option<char>, raw: bool) -> Result<Out, Failure> {
        let mut out = Out::default();
        while let Some(c) = self.peek() {
            match c {
                c if Some(c) == stop => {
                    self.next();
                    return Ok(out);
                }
                '\'' if self.quotes == Quotes::Process => out.push(&self.single()?, false)?,
                '"' if self.quotes == Quotes::Process => out.push(&self.double(raw)?, false)?,
                '$' => out.push(&self.dollar()?, true)?,
                c => {
                    self.next();
                    if c == self.escape {
                        if raw {
                            out.push_char(c, false);
                        }
                        if let Some(escaped) = self.next() {
                            out.push_char(escaped, false);
                        }
                    } else {
                        out.push_char(c, true);
                    }
                }
            }
            if out.text.len() > SIZE {
                return Err(Failure::Limit);
            }
        }
        match stop {
            None => Ok(out),
            Some('/') => Err(Failure::Syntax("a `/` is missing in `${…}`")),
            Some(_) => Err(Failure::Syntax("a `}` is missing")),
        }
    }

    fn single(&mut self) -> Result<Out, Failure> {
        self.next();
        let (quoted, rest) = self
            .rest
            .split_once('\'')
            .ok_or(Failure::Syntax("a single quote has no counterpart"))?;
        self.rest = rest;
        Ok(Out::literal(quoted))
    }

    fn double(&mut self, raw: bool) -> Result<Out, Failure> {
        self.next();
        let mut out = Out::default();
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.next();
                    return Ok(out);
                }
                '$' => out.push(&self.dollar()?, false)?,
                c => {
                    self.next();
                    if c == self.escape && raw {
                        out.push_char(c, false);
                    }
                    match self.peek() {
                        None if c == self.escape => {}
                        Some(escaped)
                            if c == self.escape
                                && (matches!(escaped, '"' | '$') || escaped == self.escape) =>
                        {
                            self.next();
                            out.push_char(escaped, false);
                        }
                        _ => out.push_char(c, false),
                    }
                }
            }
        }
        Err(Failure::Syntax("a double quote has no counterpart"))
    }

    fn dollar(&mut self) -> Result<Out, Failure> {
        self.next();
        if !self.eat('{') {
            let name = self.name();
            return Ok(if name.is_empty() { Out::literal("$") } else { self.variable(name) });
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Failure::Limit);
        }
        let value = self.braced();
        self.depth -= 1;
        value
    }

    fn braced(&mut self) -> Result<Out, Failure> {
        match self.peek() {
            None => return Err(Failure::Syntax("a `}` is missing")),
            Some('{' | '}' | ':') => return Err(Failure::Syntax("a variable has no name")),
            Some(_) => {}
        }
        let name = self.name();
        match self.next() {
            Some('}') => Ok(self.variable(name)),
            Some(':') => match self.next() {
                Some(operator) => self.operator(name, operator, true),
                None => Err(Failure::Syntax("a `}` is missing")),
            },
            Some('/') => self.replacement(name),
            Some(operator) => self.operator(name, operator, false),
            None => Err(Failure::Syntax("a `}` is missing")),
        }
    }

    /// Letters, digits and `_`; or digits alone; or one of the shell's special parameters.
    fn name(&mut self) -> &'a str {
        let first = self.peek();
        let length = match first {
            Some(c) if c.is_numeric() => self.rest.find(|c: char| !c.is_numeric()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => Some(1),
            _ => self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')),
        };
        let (name, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        self.rest = rest;
        name
    }

    fn bound(&mut self, name: &str) -> Option<std::rc::Rc<Bound>> {
        let bound = self.scope.get(name);
        if let Some(bound) = &bound {
            add_places(&mut self.because, bound.because.iter().copied());
        }
        bound
    }

    fn variable(&mut self, name: &str) -> Out {
        match self.bound(name) {
            Some(bound) if bound.presence != Presence::Unset => Out {
                text: bound.text.clone(),
                unknown: bound.unknown,
                filled: bound.presence == Presence::Filled,
                ..Out::default()
            },
            _ => self.unknown(name),
        }
    }

    /// `$NAME` as it stands, in braces where a name character follows.
    fn unknown(&self, name: &str) -> Out {
        let glued = self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let text = if glued { format!("${{{name}}}") } else { format!("${name}") };
        Out { text, unknown: true, ..Out::default() }
    }
}
