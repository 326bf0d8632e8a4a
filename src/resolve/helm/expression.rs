//! The expressions of Helm's templates, as far as a chart's own values decide them. Source: Go
//! documentation, package text/template.

use super::scope::{Dot, Scope};
use super::term::Term;
use crate::model::Span;

/// How deep parentheses may nest.
const DEPTH: usize = 12;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Pipe,
    Word(String),
    /// `.a.b` right behind a parenthesis: what keys of it stand for. Behind a blank it is a word.
    Keys(String),
    Text(String),
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, used) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '|' => (Token::Pipe, 1),
            '"' | '`' | '\'' => quoted(rest, first),
            _ => {
                let (word, end) = word(rest);
                (Token::Word(word), end)
            }
        };
        rest = rest.get(used.max(1)..).unwrap_or_default();
        let keys = token == Token::Close && rest.starts_with('.');
        tokens.push(token);
        if keys {
            let (word, end) = word(rest);
            tokens.push(Token::Keys(word));
            rest = rest.get(end..).unwrap_or_default();
        }
        rest = rest.trim_start();
    }
    tokens
}

fn word(rest: &str) -> (String, usize) {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|');
    let end = rest.find(ends).unwrap_or(rest.len());
    (rest.get(..end).unwrap_or_default().to_owned(), end)
}

fn quoted(rest: &str, quote: char) -> (Token, usize) {
    let (mut text, mut escaped) = (String::new(), false);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                text.push(match c {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
                escaped = false;
            }
            '\\' if quote != '`' => escaped = true,
            _ if c == quote => return (Token::Text(text), at + c.len_utf8()),
            _ => text.push(c),
        }
    }
    (Token::Text(text), rest.len())
}

/// Reads one expression.
pub(super) struct Reader<'s, 't> {
    pub(super) scope: &'s Scope<'t>,
    pub(super) dot: &'s Dot,
    /// Where what it makes itself stands.
    pub(super) at: Span,
    tokens: &'s [Token],
    next: usize,
}

impl<'s, 't> Reader<'s, 't> {
    /// What `code` stands for.
    pub(super) fn read(scope: &'s Scope<'t>, code: &str, dot: &'s Dot, at: Span) -> Term {
        let tokens = tokens(code);
        let mut reader = Reader { scope, dot, at, tokens: &tokens, next: 0 };
        let term = reader.pipeline(0);
        // One parenthesis too many says nothing.
        while tokens.get(reader.next) == Some(&Token::Close) {
            reader.next += 1;
        }
        if reader.next < tokens.len() { Term::unknown() } else { term }
    }
}

impl Reader<'_, '_> {
    fn pipeline(&mut self, depth: usize) -> Term {
        let mut piped = None;
        loop {
            let term = self.command(piped.take(), depth);
            if self.tokens.get(self.next) != Some(&Token::Pipe) {
                return term;
            }
            self.next += 1;
            piped = Some(term);
        }
    }

    fn command(&mut self, piped: Option<Term>, depth: usize) -> Term {
        let function = match self.tokens.get(self.next) {
            Some(Token::Word(word)) if is_function(word) => {
                self.next += 1;
                Some(word.clone())
            }
            _ => None,
        };
        let mut arguments = Vec::new();
        while let Some(term) = self.operand(depth) {
            arguments.push(term);
        }
        arguments.extend(piped);
        match function {
            Some(name) => self.call(&name, arguments),
            None if arguments.len() == 1 => arguments.remove(0),
            None => Term::unknown(),
        }
    }

    fn operand(&mut self, depth: usize) -> Option<Term> {
        let token = self.tokens.get(self.next)?;
        let term = match token {
            Token::Close | Token::Pipe => return None,
            Token::Open if depth >= DEPTH => {
                self.next = self.tokens.len();
                return Some(Term::unknown());
            }
            Token::Open => {
                self.next += 1;
                let mut term = self.pipeline(depth + 1);
                if self.tokens.get(self.next) == Some(&Token::Close) {
                    self.next += 1;
                }
                if let Some(Token::Keys(word)) = self.tokens.get(self.next) {
                    for step in word.split('.').filter(|step| !step.is_empty()) {
                        term = self.scope.step(&term, step);
                    }
                    self.next += 1;
                }
                return Some(term);
            }
            Token::Text(text) => Term::text(text, false, self.at),
            Token::Word(word) => self.word(word),
            Token::Keys(_) => Term::unknown(),
        };
        self.next += 1;
        Some(term)
    }

    fn word(&self, word: &str) -> Term {
        match word {
            "true" | "false" => Term::text(word, true, self.at),
            "nil" => Term::nothing(),
            "." => self.dot.term(),
            _ if word.starts_with(['.', '$']) => self.scope.path(word, self.dot, self.at),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                Term::text(word, true, self.at)
            }
            _ if is_function(word) => self.call(word, Vec::new()),
            _ => Term::unknown(),
        }
    }
}

fn is_function(word: &str) -> bool {
    let literal = matches!(word, "true" | "false" | "nil");
    !literal && word.starts_with(|c: char| c.is_alphabetic())
}
