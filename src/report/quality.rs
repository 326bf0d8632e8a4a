//! GitLab's code quality report. Source: GitLab Docs, "Code Quality", "Code Quality report format".

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::ascii_where_needed;
use super::told::{Told, found, landed};
use crate::model::{Action, Audit, Report, Severity, printable};

/// What is open of what landed in these repositories.
pub fn audits_quality(audits: &[Audit], out: &mut impl Write) -> io::Result<()> {
    write(audits.iter().flat_map(landed).filter(Told::is_open), out)
}

/// What a check found.
pub fn quality(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write(found(report), out)
}

fn write<'a>(told: impl Iterator<Item = Told<'a>>, out: &mut impl Write) -> io::Result<()> {
    let issues: Vec<Value> =
        told.filter(|one| one.finding.action > Action::Waive).map(|one| issue(&one)).collect();
    let text = serde_json::to_string_pretty(&issues)?;
    writeln!(out, "{}", ascii_where_needed(&text))
}

fn issue(one: &Told<'_>) -> Value {
    let regression = &one.finding.regression;
    json!({
        "description": printable(&regression.message, 1000),
        "check_name": regression.rule.id,
        "fingerprint": regression.fingerprint,
        "severity": severity(regression.severity),
        "location": { "path": one.file(), "lines": { "begin": regression.span.line } },
    })
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}
