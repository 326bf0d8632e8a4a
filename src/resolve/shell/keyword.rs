//! Words in their place: reserved words, assignments, arguments.

use super::draft::{Draft, Kind};
use super::word::{Field, ends_word};
use super::{Reader, Scope};
use crate::model::{Command, Word};

impl Reader<'_, '_> {
    /// The word that starts here: a keyword, an assignment, the program or an argument.
    pub(super) fn command_word(&mut self, draft: &mut Draft) {
        if self.descriptor() {
            return;
        }
        if draft.is_start() && self.keyword(draft) {
            return;
        }
        let assigned = self.assigned();
        let declares = draft.words.first().is_some_and(|word| DECLARING.contains(&word.as_str()));
        match assigned {
            Some(name) if draft.words.is_empty() => self.assignment(draft, &name),
            assigned => {
                for field in self.word(!(declares && assigned.is_some())) {
                    draft.word(field, self.script);
                }
            }
        }
    }

    /// Steps over the number in front of a redirection: `2>`.
    fn descriptor(&mut self) -> bool {
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let found =
            (1..=3).contains(&digits) && matches!(rest.as_bytes().get(digits), Some(b'<' | b'>'));
        if found {
            self.at += digits;
        }
        found
    }

    /// A reserved word that opens, divides or closes a compound command.
    fn keyword(&mut self, draft: &mut Draft) -> bool {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| ends_word(byte) || byte == b'`');
        let word = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        match word {
            "then" | "else" | "elif" | "!" => self.at += word.len(),
            "do" => self.begin_loop(draft),
            "{" => self.enter(draft, Kind::Brace, word.len()),
            "if" | "while" | "until" => self.enter(draft, Kind::Keyword, word.len()),
            // The header is kept as a command: it shows what is substituted in it.
            "for" | "select" => self.enter(draft, Kind::Keyword, 0),
            "}" => return self.leave(draft, Kind::Brace, word.len()),
            "done" if self.again(draft) => {}
            "fi" | "done" => return self.leave(draft, Kind::Keyword, word.len()),
            "esac" => return self.leave(draft, Kind::Case, word.len()),
            "case" => self.case(draft),
            "[[" => self.test(draft),
            "function" => {
                self.at += word.len();
                self.blanks();
                self.word(false);
            }
            _ => return false,
        }
        if matches!(word, "for" | "select") {
            for field in self.word(false) {
                draft.word(field, self.script);
            }
        }
        true
    }

    fn enter(&mut self, draft: &mut Draft, kind: Kind, length: usize) {
        draft.open(kind);
        self.at += length;
    }

    fn leave(&mut self, draft: &mut Draft, kind: Kind, length: usize) -> bool {
        let closed = draft.close(kind);
        if closed {
            self.at += length;
        }
        closed
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// `case WORD in`, up to the first branch. What it asks for is kept as a command.
    fn case(&mut self, draft: &mut Draft) {
        draft.open(Kind::Case);
        for _ in 0..3 {
            while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            if self.peek().is_none_or(|byte| ends_word(byte) || byte == b'`' && self.backquoted) {
                break;
            }
            for field in self.word(false) {
                draft.word(field, self.script);
            }
        }
        self.end_pipeline(draft);
        self.pattern(draft);
    }

    /// Steps over the pattern of the next branch, or over `esac`.
    pub(super) fn pattern(&mut self, draft: &mut Draft) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b'(' | b'|' => self.at += 1,
                b'#' => self.comment(),
                b')' => {
                    self.at += 1;
                    break;
                }
                b'`' if self.backquoted => break,
                b';' | b'&' | b'<' | b'>' => break,
                b'e' if self.sees("esac") && self.peek_at(4).is_none_or(ends_word) => {
                    self.at += 4;
                    draft.close(Kind::Case);
                    break;
                }
                _ => drop(self.word(false)),
            }
        }
    }

    /// `[[ … ]]`: operators inside it are words.
    fn test(&mut self, draft: &mut Draft) {
        while let Some(byte) = self.peek() {
            let closes = self.sees("]]");
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b';' => break,
                b'`' if self.backquoted => break,
                byte if ends_word(byte) => self.at += 1,
                _ => self.word(false).into_iter().for_each(|field| draft.word(field, self.script)),
            }
            if closes {
                break;
            }
        }
        self.end_command(draft);
    }

    /// The name, where `NAME=` or `NAME+=` stands here.
    fn assigned(&self) -> Option<String> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| byte != b'_' && !byte.is_ascii_alphanumeric())?;
        let (name, after) = rest.split_at_checked(length)?;
        let begins = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
        let assigns = after.starts_with('=') || after.starts_with("+=");
        (begins && assigns).then(|| name.to_owned())
    }

    fn assignment(&mut self, draft: &mut Draft, name: &str) {
        let from = self.at;
        self.at += name.len();
        self.eat("+");
        self.eat("=");
        let mut value = match self.peek() {
            Some(b'(') => self.array(),
            None => Field::default(),
            Some(byte) if ends_word(byte) && !self.sees("<(") && !self.sees(">(") => {
                Field::default()
            }
            Some(b'`') if self.backquoted => Field::default(),
            Some(_) => self.word(false).pop().unwrap_or_default(),
        };
        value.start = from;
        value.end = self.at;
        draft.assignment(name, value, self.script);
    }

    /// `(a b c)`: the words of an array, joined.
    fn array(&mut self) -> Field {
        let mut joined = Field::default();
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b')' => {
                    self.at += 1;
                    break;
                }
                b'`' if self.backquoted => break,
                b'#' => self.comment(),
                byte if ends_word(byte) => self.at += 1,
                _ => {
                    for mut field in self.word(false) {
                        joined.text.push(' ');
                        joined.text.push_str(&field.text);
                        joined.substitutions.append(&mut field.substitutions);
                    }
                }
            }
        }
        joined
    }
}

/// Commands whose arguments assign.
const DECLARING: [&str; 5] = ["export", "local", "declare", "readonly", "typeset"];

impl Scope<'_> {
    /// Remembers what a command assigns.
    pub(super) fn assign(&mut self, command: &Command) {
        if command.words.is_empty() {
            for (name, word) in &command.assignments {
                let value = word.substitutions.is_empty().then(|| word.as_str().to_owned());
                self.set(name, value);
            }
            return;
        }
        let mut words = command.words.iter();
        match words.next().map_or("", |word| word.as_str()) {
            program if DECLARING.contains(&program) => {
                for word in words {
                    if let Some((name, value)) = word.as_str().split_once('=') {
                        let value = word.substitutions.is_empty().then(|| value.to_owned());
                        self.set(name, value);
                    }
                }
            }
            "read" | "unset" | "getopts" => words.for_each(|word| self.set(word.as_str(), None)),
            "for" => {
                let name = words.next().map_or("", |word| word.as_str());
                let items: Vec<&Word> = words.skip(1).collect();
                let known = items.iter().all(|word| word.substitutions.is_empty());
                self.header(name, if known { items } else { Vec::new() });
            }
            _ => {}
        }
    }
}
