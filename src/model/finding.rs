//! What got worse, what got better, and what is done about it.

use bstr::BString;

use super::{Level, Rule, Severity, Span};

/// Which of the two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The baseline.
    Old,
    /// What is pushed.
    New,
}

/// A line of a file, for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// From 1.
    pub line: u32,
    /// Printable, bounded; never a secret.
    pub text: String,
}

/// An exposure of the new revision that the old one lacks, or had at a lower level.
#[derive(Clone, Debug)]
pub struct Regression {
    /// The rule.
    pub rule: &'static Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The file that the finding points into.
    pub path: BString,
    /// Its lines, and in which revision.
    pub span: Span,
    /// The old one where the cause is a removal.
    pub side: Side,
    /// Lines of the cause in the old file.
    pub removed: Vec<Excerpt>,
    /// Lines of the cause in the new file.
    pub added: Vec<Excerpt>,
    /// The unit's title: `final stage`.
    pub unit: String,
    /// The path of the file that declares the unit.
    pub unit_path: BString,
    /// Which exposure of the unit.
    pub key: String,
    /// Level and evidence before; `None` where there was nothing.
    pub was: Option<(Level, String)>,
    /// Level and evidence now.
    pub now: (Level, String),
    /// What happened, in one sentence.
    pub message: String,
    /// How to mend it where it stands.
    pub fix: &'static str,
    /// What to waive it with.
    pub fingerprint: String,
    /// The commit that brought it, where it is not in the net change any more.
    pub commit: Option<String>,
    /// The unit has no counterpart in the old revision.
    pub new_unit: bool,
    /// The exposures it consists of, as [`mark`](super::mark)s.
    pub marks: Vec<u64>,
    /// What stands for the value of a secret, the same wherever it stands: never printed, its part in
    /// the fingerprint is keyed by the repository. `None`: no secret.
    pub secret: Option<[u8; 16]>,
    /// The unit is new and merely lacks a protection: told in one line with what else it lacks.
    pub lacks: bool,
}

/// An exposure of the old revision that is gone, or lower now.
#[derive(Clone, Debug)]
pub struct Improvement {
    /// The rule.
    pub rule: &'static Rule,
    /// The unit's title.
    pub unit: String,
    /// The path of the file that declares the unit.
    pub path: BString,
    /// Which exposure of the unit.
    pub key: String,
    /// What happened, in one sentence.
    pub message: String,
}
