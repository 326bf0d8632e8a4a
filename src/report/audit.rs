//! An audit, as a summary for people and as JSON Lines for programs.

use std::io::{self, Write};

use serde_json::json;

use crate::model::{Audit, Severity, printable, printable_bytes};

/// Severities, worst first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// What landed, in a few lines and then one for each.
pub fn audit_text(audit: &Audit, out: &mut impl Write) -> io::Result<()> {
    for landed in &audit.landed {
        let Some(step) = audit.steps.get(landed.step) else { continue };
        let Some(finding) = step.findings.get(landed.finding) else { continue };
        let regression = &finding.regression;
        let repair = landed.repaired.and_then(|at| audit.steps.get(at));
        let state = repair.map_or_else(
            || "open".to_owned(),
            |step| format!("repaired {} {:.10}", day(step.seconds), step.commit),
        );
        writeln!(
            out,
            "{} {:.10} {:8} {}  {}:{}  {}  [{state}]",
            day(step.seconds),
            step.commit,
            regression.severity.name(),
            regression.rule.id,
            printable_bytes(&regression.path, 200),
            regression.span.line,
            printable(&regression.message, 400),
        )?;
    }
    let open = audit.landed.iter().filter(|landed| landed.repaired.is_none()).count();
    writeln!(
        out,
        "{} commits, {} of them touch container files; {} regressions landed, {} repaired, {open} open",
        audit.commits,
        audit.steps.len(),
        audit.landed.len(),
        audit.landed.len() - open,
    )?;
    for severity in SEVERITIES {
        let of = |open: bool| {
            let mut count = 0;
            for landed in audit.landed.iter().filter(|l| !open || l.repaired.is_none()) {
                let finding =
                    audit.steps.get(landed.step).and_then(|s| s.findings.get(landed.finding));
                count += usize::from(finding.is_some_and(|f| f.regression.severity == severity));
            }
            count
        };
        if of(false) > 0 {
            writeln!(out, "  {:8} {:6} landed {:6} open", severity.name(), of(false), of(true))?;
        }
    }
    Ok(())
}

/// One JSON object a line: each regression that landed.
pub fn audit_lines(audit: &Audit, out: &mut impl Write) -> io::Result<()> {
    for landed in &audit.landed {
        let Some(step) = audit.steps.get(landed.step) else { continue };
        let Some(finding) = step.findings.get(landed.finding) else { continue };
        let regression = &finding.regression;
        let repair = landed.repaired.and_then(|at| audit.steps.get(at));
        let line = json!({
            "repository": printable(&audit.repository, 4096),
            "commit": step.commit,
            "author": printable_bytes(&step.author, 200),
            "time": step.seconds,
            "rule": regression.rule.id,
            "severity": regression.severity.name(),
            "action": finding.action.name(),
            "path": printable_bytes(&regression.path, 4096),
            "line": regression.span.line,
            "unit": printable(&regression.unit, 400),
            "message": printable(&regression.message, 1000),
            "fingerprint": regression.fingerprint,
            "repaired": repair.map(|step| json!({"commit": step.commit, "time": step.seconds})),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| "????-??-??".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}
