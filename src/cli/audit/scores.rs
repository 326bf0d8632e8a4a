//! The score over time.

use std::collections::{HashMap, HashSet};

use crate::git::{Commit, Id};
use crate::model::Step;
use crate::policy::Policy;

/// The score after each of the steps that lie on the line of first parents from `tip` on.
///
/// What each of them changes adds up, since each compares a commit with its first parent.
pub(super) fn scores(
    commits: &[Commit],
    tip: Id,
    steps: &[Step],
    policy: &Policy,
) -> Vec<(usize, f64)> {
    let parents: HashMap<Id, Option<Id>> =
        commits.iter().map(|commit| (commit.id, commit.parents.first().copied())).collect();
    let mut line: HashSet<String> = HashSet::new();
    let mut at = Some(tip);
    while let Some(id) = at.filter(|id| parents.contains_key(id)) {
        line.insert(id.to_string());
        at = parents.get(&id).copied().flatten();
    }
    let mut penalty: i64 = 0;
    let on_line = (1..).zip(steps).filter(|(_, step)| line.contains(&step.commit));
    on_line
        .map(|(count, step)| {
            penalty = penalty.saturating_add(step.penalty);
            (count, policy.exact_score(u64::try_from(penalty).unwrap_or(0)))
        })
        .collect()
}
