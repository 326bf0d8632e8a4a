//! What an instruction says, its variables filled in.

use super::builder::{Builder, is_template, words};
use crate::model::{Instruction, Setting, Spanned, Value};
use crate::resolve::expand::{self, Expanded, Failure, Quotes, Scope};

impl Builder<'_> {
    /// The arguments as one value: `USER` and `WORKDIR` take the rest of the line.
    pub(super) fn whole(
        &mut self,
        instruction: &Instruction,
        scope: &Scope,
    ) -> Option<Spanned<Value>> {
        let words = words(instruction);
        let (first, rest) = words.split_first()?;
        let mut whole = first.clone();
        for word in rest {
            whole.value.push(' ');
            whole.value.push_str(&word.value);
            whole.span = whole.span.to(word.span);
        }
        Some(self.templated(&whole, scope))
    }

    /// As [`Self::expand`]; what a template engine fills in can't be known.
    pub(super) fn templated(&mut self, word: &Spanned<String>, scope: &Scope) -> Spanned<Value> {
        let mut value = self.expand(word, scope);
        value.value.unknown |= is_template(&word.value);
        value
    }

    /// The flags, expanded.
    pub(super) fn flags(&mut self, instruction: &Instruction, scope: &Scope) -> Vec<Setting> {
        let mut settings = Vec::with_capacity(instruction.flags.len());
        for flag in &instruction.flags {
            let value = flag.value.as_ref().map(|value| self.expand(value, scope));
            let mut place = Spanned::new((), flag.name.span);
            if let Some(value) = &value {
                place.span = place.span.to(value.span);
                place.because.clone_from(&value.because);
            }
            let name = flag.name.value.clone();
            settings.push(Setting { name, value: value.map(|value| value.value), place });
        }
        settings
    }

    /// Expands one value; where that fails it is unknown, and a gap says why.
    pub(super) fn expand(&mut self, word: &Spanned<String>, scope: &Scope) -> Spanned<Value> {
        let expanded = self.expand_words(word, scope);
        Spanned { value: expanded.value(), span: word.span, because: expanded.because }
    }

    /// As [`Self::expand`], with all that the lexer knows.
    pub(super) fn expand_words(&mut self, word: &Spanned<String>, scope: &Scope) -> Expanded {
        let failure = match expand::expand(&word.value, self.escape, Quotes::Process, scope) {
            Ok(expanded) if self.spend(expanded.text.len() + 1, word.span) => return expanded,
            Ok(_) => None,
            Err(failure) => Some(failure),
        };
        match failure {
            Some(Failure::Syntax(reason)) => self.gap(word.span, reason),
            Some(Failure::Limit) => {
                self.limit(word.span, "an expansion nests too deep or grows too long");
            }
            None => {}
        }
        Expanded {
            text: word.value.clone(),
            unknown: true,
            words: vec![word.value.clone()],
            ..Expanded::default()
        }
    }
}
