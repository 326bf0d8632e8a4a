//! An audit, as a summary for people and as JSON Lines for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::ascii_where_needed;
use super::told::{Told, landed};
use crate::model::{Audit, Severity, Step, printable, printable_bytes};

/// The version of the JSON Lines that [`audit_lines`] writes, described in docs/audit.md.
pub const SCHEMA: u32 = 1;

/// Severities, worst first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// What landed, one a line, and then how much it is; below the repository's name where it is one of
/// `several`.
pub fn audit_text(audit: &Audit, several: bool, out: &mut impl Write) -> io::Result<()> {
    if several {
        writeln!(out, "{}", printable(&audit.repository, 4096))?;
    }
    match &audit.failure {
        Some(failure) => writeln!(out, "could not be audited: {}", printable(failure, 1000)),
        None => text(audit, out),
    }
}

fn text(audit: &Audit, out: &mut impl Write) -> io::Result<()> {
    for told in landed(audit) {
        let regression = &told.finding.regression;
        let (day_of, commit) =
            told.step.map(|step| (day(step.seconds), step.commit.as_str())).unwrap_or_default();
        let state = told.repair.map_or_else(
            || "open".to_owned(),
            |step| format!("repaired {} {:.10}", day(step.seconds), step.commit),
        );
        writeln!(
            out,
            "{day_of} {commit:.10} {:8} {}  {}:{}  {}  [{state}]",
            regression.severity.name(),
            regression.rule.id,
            printable_bytes(told.path, 200),
            regression.span.line,
            printable(&regression.message, 400),
        )?;
    }
    let open = landed(audit).filter(Told::is_open).count();
    writeln!(
        out,
        "{}{} commits, {} of them touch container files; {} regressions landed, {} repaired, {open} open",
        if audit.partial { "stopped before the end: " } else { "" },
        audit.commits,
        audit.steps.len(),
        audit.landed.len(),
        audit.landed.len() - open,
    )?;
    for severity in SEVERITIES {
        let of = || landed(audit).filter(|told| told.finding.regression.severity == severity);
        if of().next().is_some() {
            let (all, open) = (of().count(), of().filter(Told::is_open).count());
            writeln!(out, "  {:8} {all:6} landed {open:6} open", severity.name())?;
        }
    }
    Ok(())
}

/// One JSON object a line: each regression that landed, and behind them their repository.
pub fn audit_lines(audit: &Audit, out: &mut impl Write) -> io::Result<()> {
    for told in landed(audit) {
        line(&finding(&told), out)?;
    }
    for (count, score) in &audit.scores {
        let Some(step) = count.checked_sub(1).and_then(|at| audit.steps.get(at)) else {
            continue;
        };
        let value = json!({
            "schema": SCHEMA,
            "kind": "score",
            "repository": printable(&audit.repository, 4096),
            "commit": step.commit,
            "time": step.seconds,
            "score": score,
        });
        line(&value, out)?;
    }
    let figures = json!({
        "container_commits": audit.steps.len(),
        "landed": audit.landed.len(),
        "still_open": landed(audit).filter(Told::is_open).count(),
    });
    line(&summary("repository", audit, figures), out)
}

pub(super) fn line(value: &Value, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", ascii_where_needed(&value.to_string()))
}

fn finding(told: &Told<'_>) -> Value {
    let regression = &told.finding.regression;
    let text = |of: fn(&Step) -> String| told.step.map(of);
    json!({
        "schema": SCHEMA,
        "kind": "finding",
        "repository": printable(told.repository, 4096),
        "commit": text(|step| step.commit.clone()),
        "parent": text(|step| step.parent.clone()),
        "author": text(|step| printable_bytes(&step.author, 200)),
        "email": text(|step| printable_bytes(&step.email, 200)),
        "time": told.step.map(|step| step.seconds),
        "subject": text(|step| printable_bytes(&step.subject, 200)),
        "rule": regression.rule.id,
        "severity": regression.severity.name(),
        "action": told.finding.action.name(),
        "path": told.file(),
        "line": regression.span.line,
        "unit": printable(&regression.unit, 400),
        "key": printable(&regression.key, 400),
        "message": printable(&regression.message, 1000),
        "fingerprint": regression.fingerprint,
        "open": told.is_open(),
        "repaired_commit": told.repair.map(|step| step.commit.clone()),
        "repaired_time": told.repair.map(|step| step.seconds),
    })
}

/// What stands behind the lines of a repository: what was looked at, and `more`.
pub(super) fn summary(kind: &str, audit: &Audit, more: Value) -> Value {
    let mut summary = json!({
        "schema": SCHEMA,
        "kind": kind,
        "repository": printable(&audit.repository, 4096),
        "range": printable(&audit.range, 400),
        "head": audit.head,
        "commits": audit.commits,
        "partial": audit.partial,
        "failure": audit.failure.as_deref().map(|failure| printable(failure, 1000)),
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut summary, more) {
        all.extend(more);
    }
    summary
}

/// The day of a moment, in UTC.
pub(super) fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "????-??-??".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
