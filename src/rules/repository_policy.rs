//! The repository's own policy, where the server's honours one.

use crate::model::{Level, Reference, Rule};

const LOOSER: Level = Level::high(1, "looser than before");

/// Measured by no function: the policy room says what a file loosens, `cli` asks it.
pub(super) const RULE: Rule = Rule {
    id: "repository-policy",
    promise: "A repository's own policy is never loosened unseen.",
    why: "A push that loosens `.plimsoll.toml` is the first half of one that makes use of it. It \
          counts from the next push on, never for the push that brings it.",
    fix: "Have the people who run the server agree to it, or take the change out of this push.",
    fix_in: &[],
    levels: &[LOOSER],
    references: &[Reference::Cwe(732)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[],
    examples: &[],
};
