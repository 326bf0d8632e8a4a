//! One commit of a history, judged as if it had been pushed.

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::Replay;
use super::cache::Outcome;
use crate::cli::judge::{Compared, Judge};
use crate::cli::{own_policy, score};
use crate::compare::as_open;
use crate::git::{Commit, Id, Revision};
use crate::model::{Action, Closed, HashMap, Measured, Step, height, mark};
use crate::policy::Policy;
use crate::rules::RULES;

/// One commit against its first parent; `None` where nothing of it concerns containers.
pub(super) fn step(job: &Replay<'_>, judge: &Judge<'_>, commit: &Commit) -> Result<Option<Step>> {
    let (repository, policy) = (judge.repository, judge.policy);
    let parent = commit.parents.first();
    let parent = parent.and_then(|&parent| Some((parent, job.tree(repository, parent)?)));
    let old = parent.map_or(Revision::Empty, |(_, tree)| Revision::Tree(tree));
    if old == Revision::Tree(commit.tree) {
        return Ok(None);
    }
    let asked = (old, commit.tree, judge.day());
    let found = job.cache.outcome(asked, || outcome(judge, &old, commit.tree))?;
    let loosened = own_policy::loosened(judge, &[old], &Revision::Tree(commit.tree))?;
    if found.is_none() && loosened.is_empty() {
        return Ok(None);
    }
    let Outcome { mut regressions, improvements, gaps, closed, moved, penalty } =
        found.unwrap_or_default();
    regressions.extend(loosened);
    // What the repository says of itself counts as it stood before, as at the gate.
    let own = own_policy::effective(judge, &[old])?.policy;
    let policy = own.as_ref().unwrap_or(policy);
    let names: [&BStr; 1] = [job.branch.as_bstr()];
    let terms =
        if parent.is_none() { policy.for_first_push(&names) } else { policy.for_ref(&names) };
    let verdict = policy.judge(&terms, regressions, gaps, judge.today);
    let about = repository.about(commit.id);
    Ok(Some(Step {
        commit: commit.id.to_string(),
        parent: parent.map(|(parent, _)| parent.to_string()).unwrap_or_default(),
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
    let (before, after) = changed(&before, &after, &moved);
    Ok(Some(Outcome {
        regressions: judged.regressions,
        improvements: judged.improvements,
        gaps: judged.gaps,
        closed: closed(&before, &after, &moved),
        penalty: penalty(judge.policy, &after).saturating_sub(penalty(judge.policy, &before)),
        moved,
    }))
}

/// The units of both sides, those left out that are as open as before: all of one name in a file.
fn changed<'m>(
    before: &'m [Measured],
    after: &'m [Measured],
    moved: &[(BString, BString)],
) -> (Vec<&'m Measured>, Vec<&'m Measured>) {
    let mut names: HashMap<(&BString, &str), [Vec<&Measured>; 2]> = HashMap::default();
    for (side, units) in [before, after].into_iter().enumerate() {
        for unit in units {
            let path = &unit.declaration.path;
            let path = if side == 0 { now(path, moved) } else { path };
            let sides = names.entry((path, &unit.declaration.title)).or_default();
            if let Some(side) = sides.get_mut(side) {
                side.push(unit);
            }
        }
    }
    names.retain(|_, [was, is]| {
        was.len() != is.len() || !was.iter().zip(is.iter()).all(|(was, is)| as_open(was, is))
    });
    let (before, after): (Vec<_>, Vec<_>) =
        names.into_values().map(|[before, after]| (before, after)).unzip();
    (before.concat(), after.concat())
}

/// Where a file of the old revision stands now.
fn now<'p>(path: &'p BString, moved: &'p [(BString, BString)]) -> &'p BString {
    moved.iter().find(|(old, _)| old == path).map_or(path, |(_, new)| new)
}

fn penalty(policy: &Policy, units: &[&Measured]) -> i64 {
    let all: u64 = units.iter().map(|unit| score::penalty(policy, unit)).sum();
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// Which exposure of which file: rule, title of the unit, and key.
type Which<'a> = (&'static str, &'a str, &'a str);

/// How far open each exposure of each file is.
type Heights<'a> = HashMap<&'a BString, HashMap<Which<'a>, (u8, u64)>>;

/// What was open before and is less so now.
fn closed(before: &[&Measured], after: &[&Measured], moved: &[(BString, BString)]) -> Vec<Closed> {
    let (was, is) = (heights(before), heights(after));
    let mut closed = Vec::new();
    for (path, exposures) in was {
        let is = is.get(now(path, moved));
        for (which, height) in exposures {
            let left = is.and_then(|is| is.get(&which)).copied().unwrap_or_default();
            if left < height {
                let (rule, unit, key) = which;
                closed.push(Closed { path: path.clone(), mark: mark(rule, unit, key), left });
            }
        }
    }
    closed.sort_by(|a, b| (&a.path, a.mark).cmp(&(&b.path, b.mark)));
    closed
}

fn heights<'m>(units: &[&'m Measured]) -> Heights<'m> {
    let mut heights = Heights::default();
    for unit in units {
        let declaration = &unit.declaration;
        let of_file = heights.entry(&declaration.path).or_default();
        for exposure in unit.exposures.iter().filter(|exposure| exposure.level.rank > 0) {
            let which = (exposure.rule.id, declaration.title.as_str(), exposure.key.as_str());
            let known = of_file.entry(which).or_default();
            *known = height(&exposure.level).max(*known);
        }
    }
    heights
}
