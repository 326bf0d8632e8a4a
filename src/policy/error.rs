//! What is wrong with a policy, as its author meets it.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr as _;

use crate::model::printable;

/// How much of a line is shown.
const SHOWN: usize = 100;
/// How much is shown before the fault.
const BEFORE: usize = 50;

/// A fault in a policy: the file, the place, the line with a mark under the fault, and what is
/// wrong. Printable as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    name: String,
    message: String,
    place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    excerpt: String,
    indent: usize,
    width: usize,
}

impl PolicyError {
    /// A fault of the whole file.
    pub(super) fn whole(name: &str, message: &str) -> Self {
        Self { name: printable(name, 300), message: printable(message, 400), place: None }
    }

    /// A fault at a range of bytes of `text`.
    pub(super) fn at(name: &str, text: &str, span: Range<usize>, message: &str) -> Self {
        Self { place: Some(Place::of(text, span)), ..Self::whole(name, message) }
    }

    /// The line, from 1; `None` where the fault is the whole file's.
    pub fn line(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.line)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.column)
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Place {
    fn of(text: &str, span: Range<usize>) -> Self {
        let start = boundary(text, span.start);
        let end = boundary(text, span.end).max(start);
        let (before, from) = text.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let before_line = before.get(line_start..).unwrap_or_default();
        let line_rest = from.split(['\n', '\r']).next().unwrap_or_default();
        let fault = from.get(..(end - start).min(line_rest.len())).unwrap_or_default();

        let column = before_line.chars().count();
        let (lead, cut) = if column > BEFORE {
            ("…", column - BEFORE) // a long line is shown from shortly before its fault
        } else {
            ("", 0)
        };
        let before_line: String = before_line.chars().skip(cut).collect();
        let indent = format!("{lead}{}", printable(&before_line, SHOWN));
        Self {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            excerpt: format!("{indent}{}", printable(line_rest, SHOWN)),
            indent: indent.width(),
            width: printable(fault, SHOWN).width().max(1),
        }
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            return write!(f, "{}: {}", self.name, self.message);
        };
        let number = place.line.to_string();
        writeln!(f, "{}, line {number}, column {}", self.name, place.column)?;
        writeln!(f, "{number} | {}", place.excerpt)?;
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(place.indent);
        write!(f, "{margin} | {indent}{} {}", "^".repeat(place.width), self.message)
    }
}

impl std::error::Error for PolicyError {}

/// "; did you mean `x`?", if one of `known` is near enough; else what there is, if it is not much.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const MANY: usize = 16;
    let known: Vec<&str> = known.into_iter().collect();
    let word: String = word.chars().take(64).collect::<String>().to_lowercase();
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&word, known), *known))
        .filter(|(distance, known)| *distance <= known.chars().count().max(3) / 3)
        .min();
    match near {
        Some((_, near)) => format!("; did you mean `{near}`?"),
        None if (1..=MANY).contains(&known.len()) => format!("; one of {}", known.join(", ")),
        None => String::new(),
    }
}
