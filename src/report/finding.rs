//! One finding: what, where, the lines, why, what to do.

use super::page::{Page, Paint};
use crate::model::{Action, Excerpt, Finding, Regression, Severity, Side, printable_bytes};

/// How many lines of a change are shown on either side.
const LINES: usize = 4;
/// How much of a path is shown.
const PATH: usize = 300;

/// Writes findings that share their head, their lines and their fix: two ports of one `EXPOSE`.
pub(super) fn write(page: &mut Page, findings: &[&Finding]) {
    let Some(finding) = findings.first() else { return };
    let it = &finding.regression;
    head(page, finding);
    excerpts(page, it);
    for other in findings {
        page.prose(2, &other.regression.message);
    }
    if let Some(commit) = &it.commit {
        let short: String = commit.chars().take(10).collect();
        page.prose(2, &format!("commit {short} of this push; {STAYS}"));
    }
    page.prose(2, &format!("fix: {}", advice(it.fix)));
    for other in findings {
        if let Some(reason) = &other.waived {
            page.prose(2, &format!("waived: {reason}"));
        } else if !other.regression.fingerprint.is_empty() {
            let which = if findings.len() > 1 { other.regression.key.as_str() } else { "" };
            page.line(Paint::Plain, &format!("  waive: {}  {which}", other.regression.fingerprint));
        }
    }
}

/// What is true of everything that a later commit took back.
const STAYS: &str = "it stays in history: removing it is not enough, revoke it";

/// Whether two findings can be told as one.
pub(super) fn alike(one: &Finding, other: &Finding) -> bool {
    let (a, b) = (&one.regression, &other.regression);
    one.action == other.action
        && a.rule.id == b.rule.id
        && a.severity == b.severity
        && (&a.path, a.span.line, a.side) == (&b.path, b.span.line, b.side)
        && (&a.removed, &a.added, &a.commit) == (&b.removed, &b.added, &b.commit)
}

/// `high  published-port  compose.yaml:3`
fn head(page: &mut Page, finding: &Finding) {
    let it = &finding.regression;
    let old = if it.side == Side::Old { " (old line)" } else { "" };
    let action = match finding.action {
        Action::Reject | Action::Annotate => "",
        Action::Waive => "  waived",
        Action::Ignore => "  below annotate-at",
    };
    page.headed(
        paint(it.severity),
        it.severity.name(),
        &format!("  {}  {}{old}{action}", it.rule.id, place(&it.path, it.span.line)),
    );
}

fn excerpts(page: &mut Page, it: &Regression) {
    let width = it
        .removed
        .iter()
        .chain(&it.added)
        .map(|excerpt| excerpt.line.to_string().len())
        .max()
        .unwrap_or(0);
    for (sign, paint, lines) in [('-', Paint::Red, &it.removed), ('+', Paint::Green, &it.added)] {
        for Excerpt { line, text } in lines.iter().take(LINES) {
            page.code(paint, &format!("  {sign} {line:>width$} | "), text);
        }
        if let Some(more) = lines.len().checked_sub(LINES).filter(|&more| more > 0) {
            page.line(paint, &format!("  {sign} {more} more"));
        }
    }
}

/// The first sentence, to go on behind a colon: `put the address in front`.
pub(super) fn advice(fix: &str) -> String {
    let first = fix
        .match_indices(". ")
        .find(|(at, _)| fix[at + 2..].starts_with(|c: char| c.is_uppercase() || c == '`'))
        .map_or(fix, |(at, _)| &fix[..at]);
    let first = first.strip_suffix('.').unwrap_or(first);
    let mut chars = first.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(head), Some(next)) if next.is_lowercase() || next == ' ' => {
            head.to_lowercase().chain(chars).collect()
        }
        _ => first.to_owned(),
    }
}

/// `path:line`, printable.
pub(super) fn place(path: &[u8], line: u32) -> String {
    format!("{}:{line}", path_of(path))
}

/// A path, printable.
pub(super) fn path_of(path: &[u8]) -> String {
    printable_bytes(path, PATH)
}

pub(super) fn paint(severity: Severity) -> Paint {
    match severity {
        Severity::Critical | Severity::High => Paint::Red,
        Severity::Medium => Paint::Yellow,
        Severity::Low | Severity::Info => Paint::Bold,
    }
}
