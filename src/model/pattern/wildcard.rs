//! Go's `filepath.Match`: what a wildcard of a `COPY` means, and which patterns are well formed.
//!
//! Source: Go, `path/filepath/match.go`.

use super::steps::{Set, Step, accepts, push};

/// A wildcard of a `COPY`: `*` and `?` stop at `/`, a class is `[a-z]` or `[^a-z]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard(Vec<Step>);

impl Wildcard {
    /// Reads a pattern; `None` where it is malformed.
    pub fn parse(pattern: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            let step = match c {
                '*' => Step::Many(Set::NotSlash),
                '?' => Step::One(Set::NotSlash),
                '[' => Step::One(class(&mut rest)?),
                '\\' => Step::One(Set::Char(rest.next()?)),
                c => Step::One(Set::Char(c)),
            };
            push(&mut steps, step);
        }
        Some(Self(steps))
    }

    /// Whether it matches all of a path.
    pub fn matches(&self, path: &str) -> bool {
        accepts(&self.0, path, false)
    }

    /// Whether it matches a path or a folder above it.
    pub fn takes(&self, path: &str) -> bool {
        accepts(&self.0, path, true)
    }
}

/// Whether Go takes it for a pattern.
pub(super) fn well_formed(pattern: &str) -> bool {
    Wildcard::parse(pattern).is_some()
}

/// The rest of a class after `[`.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Set> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && rest.as_str().starts_with(']') {
            rest.next();
            return Some(Set::Class(ranges, negated));
        }
        let low = member(rest)?;
        let mut high = low;
        if rest.as_str().starts_with('-') {
            rest.next();
            high = member(rest)?;
        }
        ranges.push((low, high));
    }
}

fn member(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        c => Some(c),
    }
}
