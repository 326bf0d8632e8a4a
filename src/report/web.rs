//! For GitLab's web pages: only lines that begin with `GL-HOOK-ERR:` are shown there, joined into
//! one paragraph, so there are few and each is short.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::Style;
use super::finding::{advice, path_of, place};
use super::page::{cut, safe};
use super::text::{Count, outcome};
use crate::model::{Action, Finding, RefReport, Report};

/// What a line needs in front to be shown.
pub(super) const PREFIX: &str = "GL-HOOK-ERR: ";
/// How many findings are told.
const TOLD: usize = 3;
/// How long a line may be.
const COLUMNS: usize = 300;

/// Speaks only of refusals: of a push that was let through GitLab shows nothing.
pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.verdict() != Action::Reject {
        return Ok(());
    }
    let judged = || report.refs.iter().filter(|one| one.same_as.is_none());
    let mut findings: Vec<&Finding> = judged()
        .flat_map(|one| &one.findings)
        .filter(|finding| finding.action >= Action::Annotate)
        .collect();
    findings.sort_by_key(|finding| Reverse((finding.action, finding.regression.severity)));
    for finding in findings.iter().take(TOLD) {
        line(out, &finding_line(finding))?;
    }
    if findings.len() > TOLD {
        line(out, &format!("and {} more", findings.len() - TOLD))?;
    }
    for problem in problems(judged()).take(TOLD) {
        line(out, &problem)?;
    }
    let verdict = outcome(report, &Style::default());
    line(out, &format!("plimsoll: {}; {verdict}", Count::of(judged()).words()))
}

fn finding_line(finding: &Finding) -> String {
    let it = &finding.regression;
    let place = place(&it.path, it.span.line);
    let fix = advice(it.fix);
    format!("{} {} {place}: {} (fix: {fix})", it.severity.name(), it.rule.id, it.message)
}

fn problems<'a>(refs: impl Iterator<Item = &'a RefReport>) -> impl Iterator<Item = String> {
    refs.flat_map(|one| &one.problems).filter(|problem| problem.action == Action::Reject).map(
        |problem| {
            format!("could not judge {}: {}", path_of(&problem.gap.path), problem.gap.message)
        },
    )
}

/// One line, in front of it what GitLab looks for.
pub(super) fn line(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "{PREFIX}{}", cut(&safe(text), COLUMNS))
}
