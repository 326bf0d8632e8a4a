//! A policy tried on a history.

use super::Audit;

/// What a policy would have cost those who push, and what it would have kept out.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// How the policy is called.
    pub policy: String,
    /// The audit under it.
    pub audit: Audit,
    /// Steps turned back, by their numbers.
    pub rejected: Vec<usize>,
    /// Those of them that the other policy lets in.
    pub only: Vec<usize>,
    /// How many are merges.
    pub merges: usize,
    /// How many are turned back only because something could not be judged.
    pub unread: usize,
    /// Steps that are let in with a finding.
    pub told: usize,
    /// Who is turned back and how often, most often first: by the first such step.
    pub authors: Vec<(usize, usize)>,
    /// The rules that turn something back, by their ids.
    pub rules: Vec<(&'static str, Kept)>,
}

/// What one rule turns back and keeps out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// Steps it turns back, alone or with others.
    pub commits: usize,
    /// Regressions that would not have landed, each counted once.
    pub out: usize,
    /// How many of those were repaired later.
    pub repaired: usize,
}
