//! Words: quotes, escapes and what is substituted in them.

use super::{DEPTH, Reader, list};
use crate::model::{Script, Shell, Spanned, Substitution, Word};

/// One word being put together, with the way back to the script.
#[derive(Default)]
pub(super) struct Field {
    pub(super) text: String,
    /// Where pieces of `text` come from: offset in it, offset in the script.
    pub(super) map: Vec<(usize, usize)>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoted: bool,
    pub(super) substitutions: Vec<Substitution>,
    pub(super) variables: Vec<String>,
}

/// What ends a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// An unquoted blank or operator.
    Blank,
    /// The `}` of a parameter.
    Brace,
    /// The end of a here-document's body; quotes are nothing special in it.
    Body,
}

/// Words being put together: one, or more where an unquoted variable holds blanks.
pub(super) struct Builder {
    fields: Vec<Field>,
    field: Field,
    /// Something of `field` is there, if only quotes.
    begun: bool,
    /// Whether unquoted variables are split at blanks.
    split: bool,
}

impl Builder {
    pub(super) fn new(split: bool) -> Self {
        Self { fields: Vec::new(), field: Field::default(), begun: false, split }
    }

    fn begin(&mut self, from: usize) -> &mut Field {
        if !self.begun {
            self.begun = true;
            self.field.start = from;
        }
        &mut self.field
    }

    /// Adds text that stands in the script from `from` on.
    pub(super) fn push(&mut self, text: &str, from: usize) {
        let field = self.begin(from);
        let at = field.text.len();
        let follows =
            field.map.last().is_some_and(|&(offset, source)| source + (at - offset) == from);
        if !follows {
            field.map.push((at, from));
        }
        field.text.push_str(text);
    }

    /// Adds the value of a variable that stands in the script at `from`.
    pub(super) fn push_value(&mut self, value: &str, from: usize, quoted: bool) {
        if quoted || !self.split {
            self.push_at(value, from);
            return;
        }
        let blank = |c: char| matches!(c, ' ' | '\t' | '\n');
        for (index, part) in value.split(blank).enumerate() {
            if index > 0 {
                self.finish(from);
            }
            if !part.is_empty() {
                self.push_at(part, from);
            }
        }
    }

    fn push_at(&mut self, text: &str, from: usize) {
        let field = self.begin(from);
        field.map.push((field.text.len(), from));
        field.text.push_str(text);
        // Whatever comes next starts a piece of its own.
        field.map.push((field.text.len(), usize::MAX / 2));
    }

    pub(super) fn variable(&mut self, name: &str) {
        self.field.variables.push(name.to_owned());
    }

    fn substitution(&mut self, process: bool, shell: Shell, from: usize) {
        self.begin(from).substitutions.push(Substitution { process, shell });
    }

    fn quote(&mut self, from: usize) {
        self.begin(from).quoted = true;
    }

    fn finish(&mut self, end: usize) {
        if self.begun {
            self.field.end = end;
            self.fields.push(std::mem::take(&mut self.field));
            self.begun = false;
        }
    }

    /// Everything as one text, for what a parameter falls back to.
    pub(super) fn into_field(mut self, end: usize) -> Field {
        self.split = false;
        self.finish(end);
        self.fields.pop().unwrap_or_default()
    }

    /// Takes over what another one found on its way.
    pub(super) fn absorb(&mut self, other: &mut Field, from: usize) {
        if !other.substitutions.is_empty() {
            self.begin(from).substitutions.append(&mut other.substitutions);
        }
        self.field.variables.append(&mut other.variables);
    }
}

impl Field {
    pub(super) fn word(&mut self, script: &Script) -> Word {
        let span = script.span(self.start..self.end.max(self.start));
        Word {
            text: Spanned::new(std::mem::take(&mut self.text), span),
            quoted: self.quoted,
            substitutions: std::mem::take(&mut self.substitutions),
            variables: std::mem::take(&mut self.variables),
        }
    }
}

impl Reader<'_, '_> {
    /// The word that starts here, as the fields it splits into.
    pub(super) fn word(&mut self, split: bool) -> Vec<Field> {
        let mut builder = Builder::new(split);
        let start = self.at;
        self.pieces(&mut builder, Until::Blank, false);
        if self.at == start {
            // No word can start here: taken as it stands, so that reading always goes on.
            self.skip_char();
            builder.push(self.text.get(start..self.at).unwrap_or_default(), start);
        }
        builder.finish(self.at);
        builder.fields
    }

    /// Reads pieces of a word until its end; `quoted` is whether it is inside double quotes.
    pub(super) fn pieces(&mut self, builder: &mut Builder, until: Until, mut quoted: bool) {
        let outer = quoted;
        while let Some(byte) = self.peek() {
            let from = self.at;
            match byte {
                b'`' if self.backquoted => break,
                b'`' => self.backquotes(builder),
                b'$' => self.dollar(builder, quoted),
                b'\\' => self.escape(builder, quoted || until == Until::Body),
                b'}' if until == Until::Brace && quoted == outer => break,
                b'"' if until != Until::Body => {
                    builder.quote(from);
                    quoted = !quoted;
                    self.at += 1;
                }
                b'\'' if !quoted && until != Until::Body => self.single(builder),
                b'<' | b'>' if !quoted && until != Until::Body && self.peek_at(1) == Some(b'(') => {
                    self.at += 1;
                    self.parenthesis(builder, true, from);
                }
                byte if !quoted && until == Until::Blank && ends_word(byte) => break,
                _ => self.plain(builder),
            }
        }
    }

    /// A run of bytes that mean only themselves.
    fn plain(&mut self, builder: &mut Builder) {
        let rest = self.rest();
        let more = |byte: &u8| byte.is_ascii() && (special(*byte) || ends_word(*byte));
        let length = rest.bytes().skip(1).position(|byte| more(&byte));
        let length = length.map_or(rest.len(), |length| length + 1);
        builder.push(rest.get(..length).unwrap_or_default(), self.at);
        self.at += length;
    }

    fn escape(&mut self, builder: &mut Builder, quoted: bool) {
        let from = self.at;
        self.at += 1;
        let Some(next) = self.rest().chars().next() else {
            builder.push("\\", from);
            return;
        };
        let end = self.at + next.len_utf8();
        match next {
            '\n' => {}
            '$' | '`' | '"' | '\\' => builder.push(&self.text[self.at..end], self.at),
            _ if quoted => builder.push(&self.text[from..end], from),
            _ => builder.push(&self.text[self.at..end], self.at),
        }
        if !quoted && next != '\n' {
            builder.quote(from);
        }
        self.at = end;
    }

    fn single(&mut self, builder: &mut Builder) {
        builder.quote(self.at);
        self.at += 1;
        let rest = self.rest();
        let length = rest.find('\'').unwrap_or(rest.len());
        builder.push(&rest[..length], self.at);
        self.at = (self.at + length + 1).min(self.end);
    }

    /// `$'…'` of Bash: escapes as in C.
    pub(super) fn ansi(&mut self, builder: &mut Builder) {
        builder.quote(self.at);
        self.at += 2;
        while let Some(byte) = self.peek() {
            let from = self.at;
            match byte {
                b'\'' => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    let text = self.ansi_escape();
                    builder.push(&text, from);
                }
                _ => {
                    let rest = self.rest();
                    let length = rest.find(['\'', '\\']).unwrap_or(rest.len());
                    builder.push(&rest[..length], from);
                    self.at += length;
                }
            }
        }
    }

    fn ansi_escape(&mut self) -> String {
        let Some(letter) = self.rest().chars().next() else { return "\\".into() };
        let (skip, radix, digits) = match letter {
            'x' => (1, 16, 2),
            'u' => (1, 16, 4),
            'U' => (1, 16, 8),
            '0'..='7' => (0, 8, 3),
            _ => {
                self.skip_char();
                return match letter {
                    'n' => "\n".into(),
                    't' => "\t".into(),
                    'r' => "\r".into(),
                    'e' | 'E' => "\u{1b}".into(),
                    other => other.into(),
                };
            }
        };
        self.at += skip;
        let taken: String =
            self.rest().chars().take(digits).take_while(|c| c.is_digit(radix)).collect();
        self.at += taken.len();
        let code = u32::from_str_radix(&taken, radix).ok().and_then(char::from_u32);
        code.map(String::from).unwrap_or_default()
    }

    /// `$(…)`, `<(…)` or `>(…)`; the next byte is the parenthesis.
    pub(super) fn parenthesis(&mut self, builder: &mut Builder, process: bool, from: usize) {
        self.at += 1;
        if self.depth >= DEPTH {
            builder.push(self.text.get(from..self.at).unwrap_or_default(), from);
            return;
        }
        let shell = self.nested(list::End::Parenthesis, false);
        builder.substitution(process, shell, from);
    }

    fn backquotes(&mut self, builder: &mut Builder) {
        let from = self.at;
        self.at += 1;
        if self.depth >= DEPTH {
            builder.push("`", from);
            return;
        }
        let shell = self.nested(list::End::Backquote, true);
        builder.substitution(false, shell, from);
    }

    fn nested(&mut self, end: list::End, backquoted: bool) -> Shell {
        let outer = std::mem::replace(&mut self.backquoted, backquoted);
        self.depth += 1;
        let shell = self.list(end);
        self.depth -= 1;
        self.backquoted = outer;
        shell
    }
}

fn special(byte: u8) -> bool {
    matches!(byte, b'`' | b'$' | b'\\' | b'"' | b'\'' | b'}')
}

/// Whether an unquoted byte ends a word.
pub(super) fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}
