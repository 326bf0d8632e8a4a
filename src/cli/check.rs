//! `plimsoll check`: for CI and by hand.

use std::time::Instant;

use anyhow::Result;
use bstr::BString;

use super::args::Check;
use super::judge::Judge;
use super::refs::{Refs, blank};
use super::{load, output};
use crate::git::{Comparison, Range, Repository, Revision};
use crate::model::{Action, Report};
use crate::report::Job;

/// Compares what the arguments name.
pub(super) fn check(check: &Check, started: Instant) -> Result<Action> {
    let folder = match &check.repository {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::current_dir()?,
    };
    let repository = Repository::discover(&folder)?;
    let policy = load::policy(&check.common, Some(repository.git_dir()))?;
    let mut judge = Judge::new(&repository, &policy, started);
    let (name, range) = range(check, &repository, &judge)?;
    let Range { old, new, known, tip } = range;
    if let Some(commit) = tip.and_then(|tip| repository.commit(tip).ok()) {
        judge.as_of(&commit);
    }
    let comparison = Comparison { old, new, tip, known };
    let today = judge.today;
    let mut refs = Refs::new(judge, today);
    let mut report = blank(name.as_ref(), "", "");
    report.old = comparison.known.first().map(ToString::to_string).unwrap_or_default();
    report.new = comparison.tip.map(|tip| tip.to_string()).unwrap_or_default();
    report.baseline.clone_from(&report.old);
    refs.comparison(&mut report, &[name.as_ref()], &comparison)?;
    output::print(&Report { refs: vec![report], ..Report::default() }, &check.common, Job::Check)
}

fn range(check: &Check, repository: &Repository, judge: &Judge<'_>) -> Result<(BString, Range)> {
    let against_head = |new: Revision| -> Result<Range> {
        let head = match repository.resolve("HEAD") {
            Ok(head) => repository.state(head)?,
            // Before the first commit there is nothing to compare with.
            Err(_) => Revision::Empty,
        };
        Ok(Range { old: vec![head], new, known: Vec::new(), tip: None })
    };
    if check.staged {
        return Ok(("index".into(), against_head(Revision::Index)?));
    }
    if check.worktree {
        return Ok(("worktree".into(), against_head(Revision::Worktree)?));
    }
    Ok(match (&check.old, &check.new) {
        (Some(old), Some(new)) => (format!("{old}..{new}").into(), repository.between(old, new)?),
        (Some(range), None) => (range.as_str().into(), repository.range(range, &judge.limits)?),
        _ => ("HEAD".into(), repository.range("HEAD", &judge.limits)?),
    })
}
