//! Long lists: worst first, folded by rule and unit, the counts always exact.

use std::collections::HashMap;
use std::fmt::Write as _;

use bstr::BStr;

use super::finding::{paint, path_of, place};
use super::page::{Page, Paint, count};
use super::{Style, finding};
use crate::model::{Action, Finding, Severity};

/// How many findings of one ref are told in full.
const IN_FULL: usize = 12;
/// How many of them of one rule in one unit.
const OF_ONE_UNIT: usize = 2;
/// How many folded lines follow before what is left is counted together.
const FOLDED: usize = 8;

/// Why findings fall together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fold<'a> {
    /// One rule in one unit.
    Rule(&'a str),
    /// Small things that came with a new unit.
    New,
    /// Protections that a new unit lacks.
    Lacks,
}

/// The findings that fall together.
#[derive(Debug)]
struct Group<'a> {
    fold: Fold<'a>,
    findings: Vec<&'a Finding>,
}

/// Writes `findings`, worst first. Says whether anything was folded.
pub(super) fn write(page: &mut Page, style: &Style, findings: &[&Finding]) -> bool {
    let mut sorted = findings.to_vec();
    sorted.sort_by_key(|finding| std::cmp::Reverse((finding.action, finding.regression.severity)));
    if style.full {
        write_full(page, &sorted);
        return false;
    }
    let mut left = IN_FULL;
    let mut folded = Vec::new();
    for group in groups(&sorted) {
        let by_rule = matches!(group.fold, Fold::Rule(_));
        let shown = if by_rule { left.min(group.findings.len()) } else { 0 };
        let shown =
            if group.findings.len() > OF_ONE_UNIT + 1 { shown.min(OF_ONE_UNIT) } else { shown };
        left -= shown;
        let (full, rest) = group.findings.split_at(shown);
        write_full(page, full);
        match rest {
            [] => {}
            rest if shown > 0 => fold_line(page, rest),
            rest => folded.push((group.fold, rest.to_vec())),
        }
    }
    write_folded(page, &folded);
    sorted.len() > IN_FULL - left
}

fn write_full(page: &mut Page, findings: &[&Finding]) {
    for alike in findings.chunk_by(|one, other| finding::alike(one, other)) {
        finding::write(page, alike);
    }
}

fn write_folded(page: &mut Page, folded: &[(Fold<'_>, Vec<&Finding>)]) {
    let (told, rest) = folded.split_at(folded.len().min(FOLDED));
    for (fold, findings) in told {
        match fold {
            Fold::Rule(_) => fold_line(page, findings),
            Fold::New => new_line(page, findings),
            Fold::Lacks => lacks_line(page, findings),
        }
    }
    let rest: Vec<&Finding> = rest.iter().flat_map(|(_, findings)| findings).copied().collect();
    for (severity, rule, number) in tally(&rest) {
        page.headed(paint(severity), severity.name(), &format!("  and {number} more of {rule}"));
    }
}

/// `high  and 7 more of published-port in db: compose.yaml:9, :11, :14`
fn fold_line(page: &mut Page, findings: &[&Finding]) {
    let Some(first) = findings.first().map(|finding| &finding.regression) else { return };
    let mut places = place(&first.path, first.span.line);
    for other in findings.iter().skip(1).take(4).map(|finding| &finding.regression) {
        if other.path == first.path {
            let _ = write!(places, ", :{}", other.span.line);
        }
    }
    page.headed(
        paint(first.severity),
        first.severity.name(),
        &format!("  and {} more of {} in {}: {places}", findings.len(), first.rule.id, first.unit),
    );
}

/// `low  3 in the new final stage of Dockerfile: 2 healthcheck, read-only-root`
fn new_line(page: &mut Page, findings: &[&Finding]) {
    let Some(first) = findings.first().map(|finding| &finding.regression) else { return };
    let rules = numbered(tally(findings).into_iter().map(|(_, rule, number)| (rule, number)));
    let (number, unit, path) = (findings.len(), &first.unit, path_of(&first.unit_path));
    page.headed(
        paint(first.severity),
        first.severity.name(),
        &format!("  {number} in the new {unit} of {path}: {rules}"),
    );
}

/// `low  lacks  compose.yaml:3`, and below it `service web: memory limit, read-only root`.
fn lacks_line(page: &mut Page, findings: &[&Finding]) {
    let Some(first) = findings.first().map(|finding| &finding.regression) else { return };
    let keys: Vec<&str> = findings.iter().map(|it| it.regression.key.as_str()).collect();
    let place = place(&first.path, first.span.line);
    page.headed(paint(first.severity), first.severity.name(), &format!("  lacks  {place}"));
    page.prose(2, &format!("{}: {}", first.unit, keys.join(", ")));
}

/// `2 healthcheck, read-only-root`
pub(super) fn numbered<'a>(rules: impl Iterator<Item = (&'a str, usize)>) -> String {
    let words: Vec<String> = rules
        .map(
            |(rule, number)| if number == 1 { rule.to_owned() } else { format!("{number} {rule}") },
        )
        .collect();
    words.join(", ")
}

/// In the order of their first finding.
fn groups<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known: HashMap<(Fold<'_>, &BStr, &str, Action), usize> = HashMap::new();
    for &finding in findings {
        let it = &finding.regression;
        let mild = it.severity <= Severity::Low && finding.action < Action::Reject;
        let fold = match (mild, it.lacks) {
            (true, true) => Fold::Lacks,
            (true, false) if it.new_unit => Fold::New,
            _ => Fold::Rule(it.rule.id),
        };
        let key = (fold, it.unit_path.as_ref(), it.unit.as_str(), finding.action);
        let index = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { fold, findings: vec![finding] }),
        }
    }
    groups
}

/// How many of each rule, with the worst severity, in the order of the first.
pub(super) fn tally<'a>(findings: &[&'a Finding]) -> Vec<(Severity, &'a str, usize)> {
    let mut rules: Vec<(Severity, &str, usize)> = Vec::new();
    for it in findings.iter().map(|finding| &finding.regression) {
        match rules.iter_mut().find(|(_, rule, _)| *rule == it.rule.id) {
            Some((severity, _, number)) => {
                *severity = it.severity.max(*severity);
                *number += 1;
            }
            None => rules.push((it.severity, it.rule.id, 1)),
        }
    }
    rules
}

/// Writes what could not be judged.
pub(super) fn problems(page: &mut Page, style: &Style, problems: &[String]) -> bool {
    let shown = if style.full { problems.len() } else { problems.len().min(IN_FULL) };
    for problem in problems.iter().take(shown) {
        page.prose(0, problem);
    }
    if shown < problems.len() {
        let more = problems.len() - shown;
        page.line(Paint::Plain, &format!("could not judge {} more", count(more, "place")));
    }
    shown < problems.len()
}
