//! The words of a line as BuildKit's own small shell lexer sees them when it looks for heredocs.
//!
//! Source: BuildKit `frontend/dockerfile/shell/lex.go`, with no variable set and unset ones kept.

use std::iter::Peekable;
use std::str::Chars;

/// How deep `${a:-${b:-…}}` may go; real files go to three.
const DEPTH: usize = 32;

/// A line that the lexer gives up on.
#[derive(Debug)]
pub(super) struct Malformed;

#[derive(Debug)]
struct Lex<'a> {
    chars: Peekable<Chars<'a>>,
    raw_quotes: bool,
    raw_escapes: bool,
    depth: usize,
}

#[derive(Debug, Default)]
struct Words {
    done: Vec<String>,
    word: String,
    inside: bool,
}

/// What stays in the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Neither quotes nor escapes.
    Nothing,
    /// Quotes.
    Quotes,
    /// Quotes and escapes.
    All,
}

/// The words of a line.
pub(super) fn words(line: &str, keep: Keep) -> Result<Vec<String>, Malformed> {
    let mut lex = Lex {
        chars: line.chars().peekable(),
        raw_quotes: keep != Keep::Nothing,
        raw_escapes: keep == Keep::All,
        depth: 0,
    };
    let mut words = Words::default();
    lex.until(None, &mut |text, kind| words.add(text, kind))?;
    if !words.word.is_empty() {
        words.done.push(words.word);
    }
    Ok(words.done)
}

/// Whether blanks in a piece end a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Split,
    Whole,
}

impl Words {
    fn add(&mut self, text: &str, kind: Kind) {
        if kind == Kind::Whole {
            self.word.push_str(text);
            self.inside = true;
            return;
        }
        for c in text.chars() {
            if !c.is_whitespace() {
                self.word.push(c);
                self.inside = true;
            } else if self.inside && !self.word.is_empty() {
                self.done.push(std::mem::take(&mut self.word));
                self.inside = false;
            }
        }
    }
}

impl Lex<'_> {
    /// Reads to the end, or past `stop`.
    fn until(
        &mut self,
        stop: Option<char>,
        add: &mut dyn FnMut(&str, Kind),
    ) -> Result<(), Malformed> {
        let mut buffer = [0; 4];
        while let Some(&c) = self.chars.peek() {
            if stop == Some(c) {
                self.chars.next();
                return Ok(());
            }
            match c {
                '$' => add(&self.dollar()?, Kind::Split),
                '<' => add(&self.less_than(), Kind::Whole),
                '\'' => add(&self.single()?, Kind::Whole),
                '"' => add(&self.double()?, Kind::Whole),
                '\\' => {
                    self.chars.next();
                    if self.raw_escapes {
                        add("\\", Kind::Whole);
                    }
                    let Some(c) = self.chars.next() else { break };
                    add(c.encode_utf8(&mut buffer), Kind::Whole);
                }
                c => {
                    self.chars.next();
                    add(c.encode_utf8(&mut buffer), Kind::Split);
                }
            }
        }
        if stop.is_some() { Err(Malformed) } else { Ok(()) }
    }

    fn single(&mut self) -> Result<String, Malformed> {
        let mut text = String::new();
        let quote = self.chars.next().filter(|_| self.raw_quotes);
        text.extend(quote);
        loop {
            match self.chars.next().ok_or(Malformed)? {
                '\'' => break,
                c => text.push(c),
            }
        }
        text.extend(quote);
        Ok(text)
    }

    fn double(&mut self) -> Result<String, Malformed> {
        let mut text = String::new();
        let quote = self.chars.next().filter(|_| self.raw_quotes);
        text.extend(quote);
        loop {
            match *self.chars.peek().ok_or(Malformed)? {
                '"' => break,
                '$' => text.push_str(&self.dollar()?),
                c => {
                    self.chars.next();
                    let escaped = match self.chars.peek() {
                        None if c == '\\' => continue,
                        Some(&next @ ('"' | '$' | '\\')) if c == '\\' => Some(next),
                        _ => None,
                    };
                    if c == '\\' && self.raw_escapes {
                        text.push(c);
                    }
                    if escaped.is_some() {
                        self.chars.next();
                    }
                    text.push(escaped.unwrap_or(c));
                }
            }
        }
        self.chars.next();
        text.extend(quote);
        Ok(text)
    }

    /// `<<` takes the blanks behind it into its word.
    fn less_than(&mut self) -> String {
        self.chars.next();
        let mut text = String::from("<");
        if self.chars.next_if_eq(&'<').is_some() {
            text.push('<');
            while let Some(blank) = self.chars.next_if(|&c| is_blank(c)) {
                text.push(blank);
            }
        }
        text
    }

    fn dollar(&mut self) -> Result<String, Malformed> {
        self.chars.next();
        if self.chars.next_if_eq(&'{').is_none() {
            return Ok(format!("${}", self.name()));
        }
        if matches!(self.chars.peek(), None | Some('{' | '}' | ':')) {
            return Err(Malformed);
        }
        let name = self.name();
        let mut operator = String::new();
        let mut c = self.chars.next().ok_or(Malformed)?;
        if c == '}' {
            return Ok(format!("${{{name}}}"));
        }
        operator.push(c);
        let colon = c == ':';
        if colon {
            c = self.chars.next().ok_or(Malformed)?;
            operator.push(c);
        }
        match c {
            '#' | '%' if colon => Err(Malformed),
            '#' | '%' => Ok(format!("${{{name}{operator}{}}}", self.nested('}', true)?)),
            '/' if !colon => {
                self.chars.next_if_eq(&'/');
                let pattern = self.nested('/', true)?;
                let replacement = self.nested('}', true)?;
                Ok(format!("${{{name}/{pattern}/{replacement}}}"))
            }
            '+' | '-' | '?' => Ok(format!("${{{name}{operator}{}}}", self.nested('}', false)?)),
            _ if colon => Ok(format!("${{{name}{operator}{}}}", self.nested('}', false)?)),
            _ => Err(Malformed),
        }
    }

    fn nested(&mut self, stop: char, raw_escapes: bool) -> Result<String, Malformed> {
        if self.depth == DEPTH {
            return Err(Malformed);
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let mut text = String::new();
        self.until(Some(stop), &mut |piece, _| text.push_str(piece))?;
        self.raw_escapes = outer;
        self.depth -= 1;
        Ok(text)
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.chars.peek() {
            Some(c) if c.is_numeric() => {
                while let Some(c) = self.chars.next_if(|c| c.is_numeric()) {
                    name.push(c);
                }
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => name.extend(self.chars.next()),
            _ => {
                while let Some(c) = self.chars.next_if(|&c| c.is_alphanumeric() || c == '_') {
                    name.push(c);
                }
            }
        }
        name
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r')
}
