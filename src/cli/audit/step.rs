//! One commit of a history, judged as if it had been pushed.

use std::collections::HashMap;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::cache::{Cache, Outcome};
use crate::cli::judge::{Compared, Judge};
use crate::cli::score;
use crate::git::{Commit, Id, Revision};
use crate::model::{Action, Closed, Measured, Step, height, mark};
use crate::policy::Policy;
use crate::rules::RULES;

/// One commit against its first parent; `None` where nothing of it concerns containers.
pub(super) fn step(judge: &Judge<'_>, commit: &Commit, cache: &Cache<'_>) -> Result<Option<Step>> {
    let (repository, policy) = (judge.repository, judge.policy);
    let parent = commit.parents.first().and_then(|parent| repository.commit(*parent).ok());
    let old = parent.as_ref().map_or(Revision::Empty, |parent| Revision::Tree(parent.tree));
    let asked = (old, commit.tree, judge.day());
    let found = cache.outcome(asked, || outcome(judge, &old, commit.tree))?;
    let Some(Outcome { regressions, improvements, gaps, closed, moved, penalty }) = found else {
        return Ok(None);
    };
    let branch = repository.default_branch().unwrap_or_default();
    let names: [&BStr; 1] = [branch.as_bstr()];
    let terms =
        if parent.is_none() { policy.for_first_push(&names) } else { policy.for_ref(&names) };
    let verdict = policy.judge(&terms, regressions, gaps, judge.today);
    let about = repository.about(commit.id);
    Ok(Some(Step {
        commit: commit.id.to_string(),
        parent: parent.as_ref().map(|parent| parent.id.to_string()).unwrap_or_default(),
        merge: commit.parents.len() > 1,
        author: about.author_name,
        email: about.author_email,
        seconds: commit.seconds,
        subject: if verdict.action > Action::Ignore { about.subject } else { BString::default() },
        verdict: verdict.action,
        findings: verdict.findings,
        improvements,
        problems: verdict.problems,
        closed,
        moved,
        penalty,
    }))
}

/// What two trees differ in; `None` where nothing of it concerns containers.
fn outcome(judge: &Judge<'_>, old: &Revision, new: Id) -> Result<Option<Outcome>> {
    let Compared { judged, before, after, moved, .. } =
        judge.measured(old, &Revision::Tree(new), RULES)?;
    if before.is_empty() && after.is_empty() && judged.gaps.is_empty() {
        return Ok(None);
    }
    Ok(Some(Outcome {
        regressions: judged.regressions,
        improvements: judged.improvements,
        gaps: judged.gaps,
        closed: closed(&before, &after, &moved),
        penalty: penalty(judge.policy, &after).saturating_sub(penalty(judge.policy, &before)),
        moved,
    }))
}

fn penalty(policy: &Policy, units: &[Measured]) -> i64 {
    let all: u64 = units.iter().map(|unit| score::penalty(policy, unit)).sum();
    i64::try_from(all).unwrap_or(i64::MAX)
}

type Heights = HashMap<(BString, u64), (u8, u64)>;

/// What was open before and is less so now.
fn closed(before: &[Measured], after: &[Measured], moved: &[(BString, BString)]) -> Vec<Closed> {
    let now = heights(after);
    let left = |path: &BString, mark: u64| {
        let path = moved.iter().find(|(old, _)| old == path).map_or(path, |(_, new)| new);
        now.get(&(path.clone(), mark)).copied().unwrap_or_default()
    };
    let was = heights(before).into_iter().map(|((path, mark), height)| {
        let left = left(&path, mark);
        (left < height, Closed { path, mark, left })
    });
    let mut closed: Vec<Closed> =
        was.filter(|(narrower, _)| *narrower).map(|(_, closed)| closed).collect();
    closed.sort_by(|a, b| (&a.path, a.mark).cmp(&(&b.path, b.mark)));
    closed
}

/// How far open each exposure is.
fn heights(units: &[Measured]) -> Heights {
    let mut heights = Heights::new();
    for unit in units {
        for exposure in unit.exposures.iter().filter(|exposure| exposure.level.rank > 0) {
            let mark = mark(exposure.rule.id, &unit.declaration.title, &exposure.key);
            let known = heights.entry((unit.declaration.path.clone(), mark)).or_default();
            *known = height(&exposure.level).max(*known);
        }
    }
    heights
}
