//! Comma-separated values, for spreadsheets. Source: RFC 4180.

use std::io::{self, Write};

use super::audit::day;
use super::told::{Told, found, landed};
use crate::model::{Audit, Report, printable, printable_bytes};

const HEAD: [&str; 13] = [
    "repository",
    "day",
    "commit",
    "author",
    "severity",
    "rule",
    "path",
    "line",
    "unit",
    "message",
    "action",
    "state",
    "repaired",
];

/// What landed in a repository, one finding a row, below the names of the columns where it is the
/// first.
pub fn audit_csv(audit: &Audit, first: bool, out: &mut impl Write) -> io::Result<()> {
    if first {
        head(out)?;
    }
    rows(landed(audit), out)
}

/// What a check found, one finding a row.
pub fn csv(report: &Report, out: &mut impl Write) -> io::Result<()> {
    head(out)?;
    rows(found(report), out)
}

fn head(out: &mut impl Write) -> io::Result<()> {
    row(&HEAD.map(str::to_owned), out)
}

fn rows<'a>(told: impl Iterator<Item = Told<'a>>, out: &mut impl Write) -> io::Result<()> {
    for one in told {
        let regression = &one.finding.regression;
        let step = |of: fn(&crate::model::Step) -> String| one.step.map(of).unwrap_or_default();
        row(
            &[
                printable(one.repository, 4096),
                step(|step| day(step.seconds)),
                step(|step| step.commit.clone()),
                step(|step| printable_bytes(&step.author, 200)),
                regression.severity.name().to_owned(),
                regression.rule.id.to_owned(),
                one.file(),
                regression.span.line.to_string(),
                printable(&regression.unit, 400),
                printable(&regression.message, 1000),
                one.finding.action.name().to_owned(),
                if one.is_open() { "open" } else { "repaired" }.to_owned(),
                one.repair.map(|step| day(step.seconds)).unwrap_or_default(),
            ],
            out,
        )?;
    }
    Ok(())
}

fn row(fields: &[String], out: &mut impl Write) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    write!(out, "{}\r\n", fields.join(","))
}

/// A field that no spreadsheet takes for a formula.
///
/// Source: OWASP, "CSV Injection": `=`, `+`, `-`, `@`, tab and carriage return at the start.
fn quoted(field: &str) -> String {
    let formula = field.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(quoted("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        assert_eq!(quoted(" @SUM(1)"), "\"' @SUM(1)\"");
        assert_eq!(quoted("a,b"), "\"a,b\"");
    }
}
