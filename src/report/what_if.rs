//! Two policies tried on one history, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::SCHEMA;
use super::audit::{day, line, summary};
use crate::model::{Action, Audit, Finding, Kept, Step, Trial, printable, printable_bytes};

/// How many commits of a kind, and how many authors, a summary names.
const NAMED: usize = 20;

/// What two policies make of a repository, or why it could not be audited.
pub type Tried = Result<[Trial; 2], Audit>;

/// A table for each repository, and the commits that make the difference.
pub fn what_ifs_text(all: &[Tried], out: &mut impl Write) -> io::Result<()> {
    for tried in all {
        let audit = tried.as_ref().map_or_else(|audit| audit, |[now, _]| &now.audit);
        if all.len() > 1 {
            writeln!(out, "{}", printable(&audit.repository, 4096))?;
        }
        match tried {
            Ok(trials) => text(trials, out)?,
            Err(audit) => {
                let failure = audit.failure.as_deref().unwrap_or_default();
                writeln!(out, "could not be audited: {}", printable(failure, 1000))?;
            }
        }
    }
    Ok(())
}

/// A figure of one policy.
type Count<'a> = &'a dyn Fn(&Trial) -> usize;

fn text(trials: &[Trial; 2], out: &mut impl Write) -> io::Result<()> {
    let [now, then] = trials;
    let (commits, steps) = (now.audit.commits, now.audit.steps.len().max(then.audit.steps.len()));
    writeln!(out, "{commits} commits, {steps} of them touch container files\n")?;
    let names = columns(trials);
    let widths = names.each_ref().map(|name| name.chars().count().max(6));
    let [first, second] = &names;
    let mut row = |title: &str, cells: [&str; 2]| {
        let ([a, b], [x, y]) = (widths, cells);
        let line = format!("{title:44}  {x:>a$}  {y:>b$}");
        writeln!(out, "{}", line.trim_end())
    };
    let figures =
        |of: &dyn Fn(&Trial) -> usize| trials.each_ref().map(|trial| of(trial).to_string());
    let sum = |of: fn(&Kept) -> usize| {
        move |trial: &Trial| trial.rules.iter().map(|(_, kept)| of(kept)).sum()
    };
    row("", [first, second])?;
    let rows: [(&str, Count<'_>); 7] = [
        ("commits turned back", &|trial| trial.rejected.len()),
        ("  merges among them", &|trial| trial.merges),
        ("  only for what could not be judged", &|trial| trial.unread),
        ("authors turned back", &|trial| trial.authors.len()),
        ("commits let in with a finding", &|trial| trial.told),
        ("regressions kept out", &sum(|kept| kept.out)),
        ("  repaired later all the same", &sum(|kept| kept.repaired)),
    ];
    for (title, of) in rows {
        let [a, b] = figures(of);
        row(title, [&a, &b])?;
    }
    row("", ["", ""])?;
    row("commits turned back, by rule", ["", ""])?;
    for (rule, counts) in pairs(trials, |trial| {
        trial.rules.iter().map(|(rule, kept)| ((*rule).to_owned(), kept.commits)).collect()
    }) {
        let [a, b] = counts.map(|count| count.to_string());
        row(&format!("  {rule}"), [&a, &b])?;
    }
    row("", ["", ""])?;
    row("commits turned back, by author", ["", ""])?;
    let mut authors: Vec<_> = pairs(trials, |trial| authors(trial).collect()).into_iter().collect();
    authors.sort_by_key(|(_, [now, then])| std::cmp::Reverse(now.max(then).to_owned()));
    for (author, counts) in authors.iter().take(NAMED) {
        let [a, b] = counts.map(|count| count.to_string());
        row(&format!("  {author}"), [&a, &b])?;
    }
    if let Some(more) = authors.len().checked_sub(NAMED).filter(|more| *more > 0) {
        row(&format!("  and {more} more"), ["", ""])?;
    }
    for (trial, name) in trials.iter().zip(&names) {
        differences(trial, name, out)?;
    }
    Ok(())
}

/// The commits that only one of the two turns back, with what each is turned back for.
fn differences(trial: &Trial, name: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nturned back by {name} alone: {}", trial.only.len())?;
    for step in trial.only.iter().take(NAMED).filter_map(|at| trial.audit.steps.get(*at)) {
        let author = printable_bytes(&step.author, 60);
        let subject = printable_bytes(&step.subject, 80);
        writeln!(out, "  {} {:.10} {author}: {subject}", day(step.seconds), step.commit)?;
        for finding in refused(step) {
            let it = &finding.regression;
            let (path, line) = (printable_bytes(&it.path, 200), it.span.line);
            let (severity, message) = (it.severity.name(), printable(&it.message, 400));
            writeln!(out, "    {severity:8} {}  {path}:{line}  {message}", it.rule.id)?;
        }
    }
    match trial.only.len().checked_sub(NAMED) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "  and {more} more; --format json has all"),
    }
}

/// One JSON object a line: each commit that only one of the policies turns back, and behind them
/// what both cost.
pub fn what_ifs_lines(all: &[Tried], out: &mut impl Write) -> io::Result<()> {
    for tried in all {
        match tried {
            Err(audit) => line(&summary("what-if", audit, json!({ "policies": [] })), out)?,
            Ok(trials) => {
                for trial in trials {
                    let steps = trial.only.iter().filter_map(|at| trial.audit.steps.get(*at));
                    for step in steps {
                        line(&difference(trial, step), out)?;
                    }
                }
                let policies: Vec<Value> = trials.iter().map(cost).collect();
                let policies = json!({ "policies": policies });
                line(&summary("what-if", &trials[0].audit, policies), out)?;
            }
        }
    }
    Ok(())
}

fn cost(trial: &Trial) -> Value {
    let rule = |(rule, kept): &(&str, Kept)| {
        json!({
            "rule": rule,
            "commits": kept.commits,
            "regressions": kept.out,
            "repaired": kept.repaired,
        })
    };
    let author = |(author, commits)| json!({ "author": author, "commits": commits });
    json!({
        "policy": printable(&trial.policy, 4096),
        "rejected": trial.rejected.len(),
        "merges": trial.merges,
        "not_judged": trial.unread,
        "annotated": trial.told,
        "rules": trial.rules.iter().map(rule).collect::<Vec<_>>(),
        "authors": authors(trial).map(author).collect::<Vec<_>>(),
    })
}

fn difference(trial: &Trial, step: &Step) -> Value {
    let finding = |finding: &Finding| {
        let it = &finding.regression;
        json!({
            "rule": it.rule.id,
            "severity": it.severity.name(),
            "path": printable_bytes(&it.path, 4096),
            "line": it.span.line,
            "message": printable(&it.message, 1000),
            "fingerprint": it.fingerprint,
        })
    };
    json!({
        "schema": SCHEMA,
        "kind": "difference",
        "repository": printable(&trial.audit.repository, 4096),
        "rejected_by": printable(&trial.policy, 4096),
        "commit": step.commit,
        "author": printable_bytes(&step.author, 200),
        "email": printable_bytes(&step.email, 200),
        "time": step.seconds,
        "subject": printable_bytes(&step.subject, 200),
        "findings": refused(step).map(finding).collect::<Vec<_>>(),
    })
}

fn refused(step: &Step) -> impl Iterator<Item = &Finding> {
    step.findings.iter().filter(|finding| finding.action == Action::Reject)
}

/// Who is turned back how often.
fn authors(trial: &Trial) -> impl Iterator<Item = (String, usize)> {
    trial.authors.iter().filter_map(|(first, count)| {
        let step = trial.audit.steps.get(*first)?;
        let (name, email) = (printable_bytes(&step.author, 60), printable_bytes(&step.email, 60));
        Some((format!("{name} <{email}>"), *count))
    })
}

/// What is counted under both policies, by name.
fn pairs(
    trials: &[Trial; 2],
    of: impl Fn(&Trial) -> Vec<(String, usize)>,
) -> BTreeMap<String, [usize; 2]> {
    let mut pairs: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (side, trial) in trials.iter().enumerate() {
        for (name, count) in of(trial) {
            if let Some(cell) = pairs.entry(name).or_default().get_mut(side) {
                *cell = count;
            }
        }
    }
    pairs
}

/// The policies' names at the heads of the columns: of long paths the ends, where they tell them
/// apart.
fn columns(trials: &[Trial; 2]) -> [String; 2] {
    let names = trials.each_ref().map(|trial| printable(&trial.policy, 4096));
    let short = names.each_ref().map(|name| match name.rsplit_once('/') {
        Some((_, end)) if name.chars().count() > 24 => format!("…/{end}"),
        _ => name.clone(),
    });
    let [first, second] = &short;
    if first == second { names } else { short }
}
