//! Lists: what separates commands, and what groups them.

use super::Reader;
use super::draft::{Draft, Kind};
use super::word::ends_word;
use crate::model::Shell;

/// What ends a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Text,
    Parenthesis,
    Backquote,
}

impl Reader<'_, '_> {
    /// Reads commands until the end of the list, and steps over what ends it.
    pub(super) fn list(&mut self, end: End) -> Shell {
        let mut draft = Draft::default();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => self.newline(&mut draft),
                b'#' => self.comment(),
                b';' => self.semicolon(&mut draft),
                b'&' if self.sees("&>") => self.redirect(&mut draft),
                b'&' => {
                    self.at += if self.sees("&&") { 2 } else { 1 };
                    self.end_pipeline(&mut draft);
                }
                b'|' => self.pipe(&mut draft),
                b'(' => self.open(&mut draft),
                b')' => {
                    self.at += 1;
                    self.end_command(&mut draft);
                    if !draft.close(Kind::Parenthesis) {
                        draft.end_pipeline();
                        if end == End::Parenthesis {
                            break;
                        }
                    }
                }
                b'`' if end == End::Backquote => {
                    self.at += 1;
                    break;
                }
                b'`' if self.backquoted => break,
                b'<' | b'>' if self.peek_at(1) != Some(b'(') => self.redirect(&mut draft),
                _ => self.command_word(&mut draft),
            }
        }
        self.end_command(&mut draft);
        draft.done()
    }

    pub(super) fn end_command(&mut self, draft: &mut Draft) {
        draft.end_command(self.script, self.scope, self.depth);
    }

    pub(super) fn end_pipeline(&mut self, draft: &mut Draft) {
        self.end_command(draft);
        draft.end_pipeline();
    }

    /// Ends the line; goes on behind the here-documents that were asked for on it.
    fn newline(&mut self, draft: &mut Draft) {
        self.end_pipeline(draft);
        self.at += 1;
        if let Some(resume) = self.resume.filter(|resume| self.at > resume.newline) {
            self.at = resume.end.max(self.at).min(self.end);
            self.resume = None;
        }
    }

    pub(super) fn comment(&mut self) {
        let rest = self.rest();
        let length = rest.find('\n').unwrap_or(rest.len());
        let ending = rest.get(..length).and_then(|rest| rest.find('`'));
        self.at += ending.filter(|_| self.backquoted).unwrap_or(length);
    }

    fn semicolon(&mut self, draft: &mut Draft) {
        self.end_pipeline(draft);
        let next = [";;&", ";;", ";&"].into_iter().find(|operator| self.eat(operator));
        match next {
            Some(_) if draft.in_case() => self.pattern(draft),
            Some(_) => {}
            None => self.at += 1,
        }
    }

    fn pipe(&mut self, draft: &mut Draft) {
        self.end_command(draft);
        if self.eat("||") {
            draft.end_pipeline();
        } else {
            self.at += if self.sees("|&") { 2 } else { 1 };
            draft.pipe();
        }
    }

    /// `(`: a subshell, or the parentheses of a function's name.
    fn open(&mut self, draft: &mut Draft) {
        self.at += 1;
        if draft.words.len() == 1 && self.rest().trim_start_matches([' ', '\t']).starts_with(')') {
            while self.peek().is_some_and(|byte| byte != b')') {
                self.at += 1;
            }
            self.at += 1;
            draft.forget();
            return;
        }
        self.end_command(draft);
        draft.open(Kind::Parenthesis);
    }

    /// `>`, `2>&1`, `<<EOF`, … with its target; a number in front was read as part of it.
    pub(super) fn redirect(&mut self, draft: &mut Draft) {
        const OPERATORS: [&str; 13] =
            ["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">|", ">&", "<", ">", "&"];
        let from = self.at;
        let Some(operator) = OPERATORS.into_iter().find(|operator| self.eat(operator)) else {
            return;
        };
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            self.at += 1;
        }
        let process = self.sees("<(") || self.sees(">(");
        if !process && self.peek().is_none_or(|byte| ends_word(byte) || byte == b'`') {
            return;
        }
        let mut fields = self.word(false);
        let Some(mut target) = fields.pop() else { return };
        if matches!(operator, "<<" | "<<-") {
            target = self.body(&target, operator == "<<-");
        }
        draft.redirect(operator, target, from, self.script);
    }
}
