//! `${NAME:-word}` and its kin.

use super::{Failure, Lexer, Out, Presence, SIZE, add_places, pattern};

impl Lexer<'_> {
    pub(super) fn operator(
        &mut self,
        name: &str,
        operator: char,
        colon: bool,
    ) -> Result<Out, Failure> {
        let trims = matches!(operator, '#' | '%');
        if !trims && !matches!(operator, '+' | '-' | '?') {
            return Err(Failure::Syntax("a substitution's operator is not supported"));
        }
        let before = self.because.len();
        let word = self.until(Some('}'), trims)?;
        let of_word = self.because.split_off(before);
        let presence = self.bound(name).map_or(Presence::Unset, |bound| bound.presence);
        let there = match presence {
            Presence::Unset => false,
            Presence::Empty => !colon,
            Presence::Filled => true,
        };
        let takes_word = matches!((operator, there), ('-', false) | ('+', true)) || trims;
        if takes_word {
            add_places(&mut self.because, of_word);
        }
        match operator {
            '-' if !there => Ok(word),
            '+' => Ok(if there { word } else { Out::default() }),
            '?' if !there => Ok(self.unknown(name)),
            '#' | '%' => self.trimmed(name, operator, &word),
            _ => Ok(self.variable(name)),
        }
    }

    fn trimmed(&mut self, name: &str, operator: char, word: &Out) -> Result<Out, Failure> {
        let value = self.variable(name);
        if value.unknown || word.unknown {
            let text = format!("${{{name}{operator}{}}}", word.text);
            return Ok(Out { text, unknown: true, filled: value.filled, ..Out::default() });
        }
        let (greedy, pattern) = match word.text.strip_prefix(operator) {
            Some(pattern) => (true, pattern),
            None => (false, word.text.as_str()),
        };
        if operator == '%' {
            pattern::trim_suffix(&value.text, pattern, greedy).map(Out::literal)
        } else {
            pattern::trim_prefix(&value.text, pattern, greedy).map(Out::literal)
        }
    }

    pub(super) fn replacement(&mut self, name: &str) -> Result<Out, Failure> {
        let all = self.eat('/');
        let pattern = self.until(Some('/'), true)?;
        let replacement = self.until(Some('}'), true)?;
        let value = self.variable(name);
        if value.unknown || pattern.unknown || replacement.unknown {
            let text = format!("${{{name}/{}/{}}}", pattern.text, replacement.text);
            return Ok(Out { text, unknown: true, filled: value.filled, ..Out::default() });
        }
        let replaced = pattern::replace(&value.text, &pattern.text, &replacement.text, all)?;
        if replaced.len() > SIZE { Err(Failure::Limit) } else { Ok(Out::literal(replaced)) }
    }
}
