//! `plimsoll score` and `plimsoll badge`: how much one revision leaves open, as a number.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::args;
use super::judge::Judge;
use super::load;
use crate::git::{Repository, Revision};
use crate::model::{Measured, Severity};
use crate::policy::Policy;
use crate::report;
use crate::rules::RULES;

/// What a revision leaves open.
struct Posture {
    commit: String,
    score: u64,
    penalty: u64,
    by_severity: BTreeMap<Severity, usize>,
    not_judged: usize,
}

/// Prints the score of a revision.
pub(super) fn score(arguments: &args::Score) -> Result<()> {
    let posture = posture(arguments)?;
    let mut out = io::stdout().lock();
    if arguments.format == args::ListFormat::Json {
        let by_severity: BTreeMap<&str, usize> =
            posture.by_severity.iter().map(|(severity, count)| (severity.name(), *count)).collect();
        let document = json!({
            "schema": 1,
            "commit": posture.commit,
            "score": posture.score,
            "penalty": posture.penalty,
            "open": by_severity,
            "not_judged": posture.not_judged,
        });
        writeln!(out, "{document:#}")?;
        return Ok(());
    }
    writeln!(out, "{} of 100, at {:.10}", posture.score, posture.commit)?;
    for (severity, count) in posture.by_severity.iter().rev() {
        writeln!(out, "  {:8} {count:6} open", severity.name())?;
    }
    if posture.not_judged > 0 {
        writeln!(out, "  {} files or parts of them could not be judged", posture.not_judged)?;
    }
    Ok(())
}

/// Writes the score of a revision as a small picture.
pub(super) fn badge(arguments: &args::Badge) -> Result<()> {
    let mut bytes = Vec::new();
    report::badge(posture(&arguments.score)?.score, &mut bytes)?;
    match &arguments.output {
        Some(file) => {
            fs::write(file, bytes).with_context(|| format!("output {}", file.display()))?;
        }
        None => io::stdout().lock().write_all(&bytes)?,
    }
    Ok(())
}

fn posture(arguments: &args::Score) -> Result<Posture> {
    let folder = match &arguments.repository {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::current_dir()?,
    };
    let repository = Repository::discover(&folder)?;
    let policy = load::policy_or(arguments.policy.as_deref(), Some(repository.git_dir()))?;
    let commit = repository.commit_named(&arguments.revision)?;
    let mut judge = Judge::new(&repository, &policy, Instant::now());
    // The whole of a revision takes the time it takes.
    judge.limits.until = None;
    let tree = repository.commit(commit).map_err(|gap| anyhow::anyhow!("{}", gap.message))?.tree;
    let compared = judge.measured(&Revision::Empty, &Revision::Tree(tree), RULES)?;
    let open = || compared.after.iter().flat_map(|unit| severities(&policy, unit));
    let mut by_severity = BTreeMap::new();
    for severity in open() {
        *by_severity.entry(severity).or_default() += 1;
    }
    let penalty = compared.after.iter().map(|unit| penalty(&policy, unit)).sum();
    Ok(Posture {
        commit: commit.to_string(),
        score: policy.score(penalty),
        penalty,
        by_severity,
        not_judged: compared.judged.gaps.len(),
    })
}

fn severities(policy: &Policy, unit: &Measured) -> impl Iterator<Item = Severity> {
    unit.exposures.iter().filter_map(|exposure| policy.weighs(exposure))
}

/// What a unit takes from the score.
pub(super) fn penalty(policy: &Policy, unit: &Measured) -> u64 {
    severities(policy, unit).map(|severity| policy.weight(severity)).sum()
}
