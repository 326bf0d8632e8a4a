//! The report as the pusher reads it. The last line is the verdict, and carries the count.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::finding::{path_of, place};
use super::page::{Page, Paint, count};
use super::{Job, Style, fold, web};
use crate::model::{Action, Finding, Problem, RefReport, Report, printable_bytes};

/// How many refs of one push are told of.
const REFS: usize = 24;

/// Writes `report` for people; nothing at all where there is nothing to say.
///
/// Every line but a path, a fingerprint or a command keeps to `style.columns`. The last line is the
/// verdict, so that nothing in a value can pretend to be one.
pub fn text(report: &Report, style: &Style, out: &mut impl Write) -> io::Result<()> {
    if style.gitlab_web {
        return web::write(report, out);
    }
    let style = &Style { full: style.full || report.explain, ..style.clone() };
    let mut page = Page::new(style.columns, style.colour);
    let spoken: Vec<&RefReport> =
        report.refs.iter().filter(|one| has_to_say(one, report.explain)).collect();
    let told = worst(&spoken, style.full);
    let left = spoken.len() - told.len();
    let mut folded = left > 0;
    for one in &told {
        folded |= body(&mut page, style, one);
        if report.refs.len() > 1 {
            page.prose(0, &ref_verdict(report, style, one));
        }
    }
    if left > 0 {
        page.prose(0, &format!("and {left} more refs"));
    }
    tail(&mut page, style, report, &spoken, folded);
    out.write_all(page.text().as_bytes())
}

/// The refs that are told: all of them, or the worst of very many, in the order they came.
fn worst<'r>(spoken: &[&'r RefReport], full: bool) -> Vec<&'r RefReport> {
    if full || spoken.len() <= REFS {
        return spoken.to_vec();
    }
    let mut ranked: Vec<(usize, &RefReport)> = spoken.iter().copied().enumerate().collect();
    ranked.sort_by_key(|(_, one)| {
        let severity = one.findings.iter().map(|finding| finding.regression.severity).max();
        Reverse((one.verdict, severity, one.same_as.is_none()))
    });
    ranked.truncate(REFS);
    ranked.sort_by_key(|(at, _)| *at);
    ranked.into_iter().map(|(_, one)| one).collect()
}

/// Whether a ref is worth a line. Files that policy leaves out are not, by themselves.
pub(super) fn has_to_say(one: &RefReport, explain: bool) -> bool {
    explain
        || one.verdict >= Action::Annotate
        || !one.improvements.is_empty()
        || !one.notes.is_empty()
        || one.findings.iter().any(|finding| finding.action >= Action::Waive)
        || one.problems.iter().any(|problem| problem.action >= Action::Annotate)
}

/// The findings, problems, notes and improvements of one ref. Says whether any were folded.
fn body(page: &mut Page, style: &Style, one: &RefReport) -> bool {
    if one.same_as.is_some() {
        return false;
    }
    let least = if style.full { Action::Ignore } else { Action::Annotate };
    let told: Vec<&Finding> = one.findings.iter().filter(|f| f.action >= least).collect();
    let mut folded = fold::write(page, style, &told);
    let problems: Vec<String> = one
        .problems
        .iter()
        .filter(|problem| problem.action >= Action::Annotate)
        .map(problem_line)
        .collect();
    folded |= fold::problems(page, style, &problems);
    for note in &one.notes {
        page.prose(0, &format!("note: {note}"));
    }
    improvements(page, style, one);
    folded
}

fn problem_line(problem: &Problem) -> String {
    let gap = &problem.gap;
    let place = match (&gap.span, gap.path.is_empty()) {
        (_, true) => "this push in full".to_owned(),
        (Some(span), _) => place(&gap.path, span.line),
        (None, _) => path_of(&gap.path),
    };
    format!("could not judge {place}: {}", gap.message)
}

/// `you fixed 2: mutable-image (final stage), published-port (db)`
fn improvements(page: &mut Page, style: &Style, one: &RefReport) {
    let all = &one.improvements;
    let line = match all.as_slice() {
        [] => return,
        [only] => format!("you fixed 1: {}", only.message),
        _ if style.full => {
            page.prose(0, &format!("you fixed {}:", all.len()));
            for it in all {
                page.prose(2, &it.message);
            }
            return;
        }
        _ => {
            let mut rules: Vec<(&str, usize)> = Vec::new();
            for it in all {
                match rules.iter_mut().find(|(rule, _)| *rule == it.rule.id) {
                    Some((_, number)) => *number += 1,
                    None => rules.push((it.rule.id, 1)),
                }
            }
            format!("you fixed {}: {}", all.len(), fold::numbered(rules.into_iter()))
        }
    };
    page.prose(0, &line);
}

/// Where several refs are told of, each has its line: `main: rejected, 2 regressions`.
fn ref_verdict(report: &Report, style: &Style, one: &RefReport) -> String {
    let name = short(&one.name);
    if let Some(same) = &one.same_as {
        return format!("{name}: judged as {}, which has the same commits", short(same));
    }
    let verdict = match one.verdict {
        Action::Reject if report.bypass.is_some() => "would be rejected",
        Action::Reject => "rejected",
        _ if report.verdict() == Action::Reject && style.job != Job::Update => "no objection",
        _ => "let through",
    };
    format!("{name}: {verdict}, {}", Count::of(std::iter::once(one)).words())
}

/// What concerns the run as a whole, and the verdict as its last line.
fn tail(page: &mut Page, style: &Style, report: &Report, spoken: &[&RefReport], folded: bool) {
    for note in &report.notes {
        page.prose(0, &format!("note: {note}"));
    }
    let judged = || spoken.iter().copied().filter(|one| one.same_as.is_none());
    let count = Count::of(judged());
    let only_better = count.findings == 0 && count.waived == 0 && count.problems == 0;
    if (spoken.is_empty() && report.bypass.is_none() && !report.explain)
        || (only_better && report.verdict() < Action::Reject && report.bypass.is_none())
    {
        return;
    }
    if folded {
        page.prose(0, &format!("to see all: {}", style.see_all));
    }
    more(page, judged());
    if let Some(bypass) = &report.bypass {
        let user =
            if bypass.user.is_empty() { "a user the server does not name" } else { &bypass.user };
        page.prose(0, &format!("bypassed by {user}: {}", bypass.reason));
    } else if report.bypass_offered && report.verdict() == Action::Reject && !report.explain {
        page.prose(0, "if it must go in as it is:");
        page.line(Paint::Plain, "  git push -o plimsoll.bypass=\"your reason\"");
    }
    if let Some(untold) = count.untold() {
        page.prose(0, &format!("not told here: {untold}"));
    }
    let refused = report.verdict() == Action::Reject;
    let paint = if refused { Paint::Red } else { Paint::Bold };
    page.line(paint, &format!("{}; {}", count.words(), outcome(report, style)));
}

/// `more: plimsoll explain published-port`
fn more<'a>(page: &mut Page, refs: impl Iterator<Item = &'a RefReport>) {
    let mut rules: Vec<&str> = refs
        .flat_map(|one| &one.findings)
        .filter(|finding| finding.action >= Action::Annotate)
        .map(|finding| finding.regression.rule.id)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    match rules.as_slice() {
        [] => {}
        [rule] => page.line(Paint::Plain, &format!("more: plimsoll explain {rule}")),
        _ => page.line(Paint::Plain, "more: plimsoll explain RULE"),
    }
}

/// What becomes of the push: `main was not updated`.
pub(super) fn outcome(report: &Report, style: &Style) -> String {
    let refused = report.refs.iter().any(|one| one.verdict == Action::Reject);
    if report.explain {
        let would = if refused { "refused" } else { "let through" };
        return format!("it would be {would}; explain updates nothing");
    }
    if report.bypass.is_some() {
        return "let through by the bypass".to_owned();
    }
    if !refused {
        return if style.job == Job::Check { "nothing rejected" } else { "let through" }.to_owned();
    }
    match (style.job, report.refs.as_slice()) {
        (Job::Check, _) => "rejected".to_owned(),
        (Job::Push, _) => "nothing was pushed".to_owned(),
        (_, [one]) => format!("{} was not updated", short(&one.name)),
        (_, all) => format!("none of {} was updated", count(all.len(), "ref")),
    }
}

/// A ref as people say it: without `refs/heads/`.
fn short(name: &[u8]) -> String {
    let name = match name.strip_prefix(b"refs/heads/") {
        Some(branch) => printable_bytes(branch, 100),
        None => match name.strip_prefix(b"refs/tags/") {
            Some(tag) => format!("tag {}", printable_bytes(tag, 100)),
            None => printable_bytes(name, 100),
        },
    };
    if name.is_empty() { "the ref".to_owned() } else { name }
}

/// What the last line counts.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) findings: usize,
    pub(super) waived: usize,
    pub(super) problems: usize,
    lacks: usize,
    below: usize,
    improvements: usize,
    excluded: usize,
}

impl Count {
    pub(super) fn of<'a>(refs: impl Iterator<Item = &'a RefReport>) -> Self {
        let mut sum = Self::default();
        for one in refs {
            for finding in &one.findings {
                match finding.action {
                    Action::Reject | Action::Annotate => {
                        sum.findings += 1;
                        sum.lacks += usize::from(finding.regression.lacks);
                    }
                    Action::Waive => sum.waived += 1,
                    Action::Ignore => sum.below += 1,
                }
            }
            sum.problems +=
                one.problems.iter().filter(|problem| problem.action >= Action::Annotate).count();
            sum.improvements += one.improvements.len();
            sum.excluded += one.excluded;
        }
        sum
    }

    /// `1 regression, 6 lacks of new units, 0 improvements, 2 not judged`
    pub(super) fn words(&self) -> String {
        let mut words = count(self.findings - self.lacks, "regression");
        if self.lacks > 0 {
            let _ = write!(words, ", {} of new units", count(self.lacks, "lack"));
        }
        let _ = write!(words, ", {}", count(self.improvements, "improvement"));
        if self.problems > 0 {
            let _ = write!(words, ", {} not judged", self.problems);
        }
        words
    }

    /// What is counted and not told; `None` if there is none.
    fn untold(&self) -> Option<String> {
        let untold = [
            (self.waived, format!("{} waived", self.waived)),
            (self.below, format!("{} below annotate-at", self.below)),
            (self.excluded, format!("{} excluded", count(self.excluded, "changed file"))),
        ];
        let words: Vec<String> =
            untold.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}
