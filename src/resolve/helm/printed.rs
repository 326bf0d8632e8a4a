//! The text that a template leaves where all of it, or nearly, is known.

use std::ops::Range;

use super::plan::Plan;
use super::term::Term;
use crate::model::Span;
use crate::model::template::ActionKind;

/// How many places that decide about a text are kept.
const WAY: usize = 6;

impl Plan<'_> {
    /// The text that is left, where all of it is known and it is one line.
    pub(super) fn line(&self, at: Span) -> Option<Term> {
        let (text, places, known) = self.printed(at, true);
        let text = text.trim();
        if !known || text.contains('\n') {
            return None;
        }
        if text.is_empty() {
            return Some(Term::nothing().having_seen(places));
        }
        Some(Term::text(text, false, at).having_seen(places))
    }

    /// The text as it is printed, what decided about it, and whether all of it is known. What is
    /// not stays as it is written.
    pub(super) fn printed(&self, at: Span, trim: bool) -> (String, Vec<Span>, bool) {
        let script = &self.script;
        let (mut text, mut places, mut known, mut from) = (String::new(), Vec::new(), true, 0);
        let piece = |range: Range<usize>, text: &mut String, next: bool, last: bool| {
            if self.state_at(range.start).there == Some(false) {
                return;
            }
            let written = script.text.get(range).unwrap_or_default();
            let written = if trim && next { written.trim_end() } else { written };
            text.push_str(if trim && last { written.trim_start() } else { written });
        };
        for action in &script.actions {
            let written = script.text.get(action.range.clone()).unwrap_or_default();
            let behind =
                from > 0 && script.text.get(..from).is_some_and(|so_far| so_far.ends_with("-}}"));
            piece(from..action.range.start, &mut text, written.starts_with("{{-"), behind);
            from = action.range.end;
            let state = self.state_at(action.range.start);
            if action.kind == ActionKind::Output && state.there != Some(false) {
                let code = script.code(&action.code);
                let term = self.scope(action.range.start).evaluate(code, &state.dot, at);
                places.extend(term.places());
                if let Some(printed) = term.printed() {
                    text.push_str(&printed);
                } else {
                    known = false;
                    text.push_str(term.stands_for().or_else(|| name_of(code)).unwrap_or(written));
                }
            }
            if state.there.is_none() || state.repeated.is_some() {
                known = false;
            }
        }
        for state in self.states.values() {
            places.extend(state.because.iter().copied());
        }
        let behind = script.text.get(..from).is_some_and(|so_far| so_far.ends_with("-}}"));
        piece(from..script.text.len(), &mut text, false, behind);
        places.sort();
        places.dedup();
        places.truncate(WAY);
        (text, places, known)
    }
}

/// The name of an included template that names things: it stands for what it makes.
fn name_of(code: &str) -> Option<&str> {
    let name = code.strip_prefix("include ").or_else(|| code.strip_prefix("template "))?;
    let name = name.trim_start().strip_prefix('"')?;
    let name = name.split('"').next()?;
    name.to_ascii_lowercase().ends_with("name").then_some(name)
}
