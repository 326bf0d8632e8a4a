//! `COPY`, `ADD`, and images that files are taken from.

use super::builder::{Builder, Building, words};
use crate::model::{
    Base, Copy, Heredoc, Instruction, Piece, Script, Setting, Spanned, Stage, Value,
};
use crate::resolve::expand::{self, Quotes, Scope};
use crate::resolve::reference::of_copy;

impl Builder<'_> {
    /// `COPY` and `ADD`.
    pub(super) fn copy(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        let add = instruction.keyword.value == "ADD";
        let flags = self.flags(instruction, &to.scope);
        let from = flags.iter().rev().find(|flag| flag.name == "from" && !add);
        let from = from.and_then(|flag| Some((flag.value.as_ref()?.text.as_str(), flag)));
        let from = from.map(|(text, flag)| self.source(text, flag, &mut to.stage));
        let mut sources: Vec<Spanned<Value>> = words(instruction)
            .iter()
            .filter(|word| !is_mark(&word.value, &instruction.heredocs))
            .map(|word| self.expand(word, &to.scope))
            .collect();
        let target = sources.pop();
        let heredocs = instruction.heredocs.iter();
        to.stage.copies.push(Copy {
            add,
            span: instruction.span,
            flags,
            from,
            sources,
            target,
            heredocs: heredocs.map(|heredoc| self.filled(heredoc, &to.scope)).collect(),
        });
    }

    /// What a `from=` names; an image of a registry becomes one of the stage's sources.
    pub(super) fn source(&mut self, from: &str, flag: &Setting, stage: &mut Stage) -> Base {
        if let Some(other) = self.stand_in(from) {
            let base = other.value.clone();
            stage.sources.push(other.because(flag.place.places()));
            return base;
        }
        let base = of_copy(from, &self.names, self.count());
        if matches!(base, Base::Image(_) | Base::Unknown(_)) {
            stage.sources.push(flag.place.with(base.clone()));
        }
        base
    }

    /// A heredoc's body as it is written into the image. Lines stay lines, so that each is found
    /// again; a variable that spans two stays as it is.
    fn filled(&self, heredoc: &Heredoc, scope: &Scope) -> Script {
        let body = &heredoc.body;
        if !heredoc.expand || !body.text.contains(['$', self.escape]) {
            return body.clone();
        }
        let mut out = Script { text: String::new(), file: body.file, pieces: Vec::new() };
        let mut at = 0;
        for line in body.text.split_inclusive('\n') {
            let span = body.span(at..at + line.len());
            let start = u32::try_from(out.text.len()).unwrap_or(u32::MAX);
            out.pieces.push(Piece { at: start, from: span.start, line: span.line });
            match expand::expand(line, '\\', Quotes::Keep, scope) {
                Ok(expanded) => out.text.push_str(&expanded.text),
                Err(_) => out.text.push_str(line),
            }
            at += line.len();
        }
        out
    }
}

/// Whether a word of a `COPY` opens one of its heredocs.
fn is_mark(word: &str, heredocs: &[Heredoc]) -> bool {
    let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(name) = word.strip_prefix("<<") else { return false };
    let name = name.strip_prefix('-').unwrap_or(name);
    let name: String = name.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    heredocs.iter().any(|heredoc| heredoc.name == name)
}
