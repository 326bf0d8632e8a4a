//! JUnit's XML, as CI servers read it. Source: Apache Ant, task `junitreport`; Jenkins' schema.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::told::{Told, found, landed};
use crate::model::{Action, Audit, Report, printable};

/// A suite for each repository, a failed case for each finding that is open.
pub fn audits_junit(audits: &[Audit], out: &mut impl Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Vec<Told<'_>>> = BTreeMap::new();
    for audit in audits {
        let suite = suites.entry(&audit.repository).or_default();
        suite.extend(landed(audit).filter(Told::is_open));
    }
    write(&suites.into_iter().collect::<Vec<_>>(), out)
}

/// One suite, a failed case for each finding.
pub fn junit(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write(&[("", found(report).collect())], out)
}

fn write(suites: &[(&str, Vec<Told<'_>>)], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\">")?;
    for (name, cases) in suites {
        let skipped = cases.iter().filter(|one| is_waived(one)).count();
        let name = if name.is_empty() { "plimsoll" } else { name };
        writeln!(
            out,
            "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\">",
            escaped(name),
            cases.len().max(1),
            cases.len() - skipped,
        )?;
        if cases.is_empty() {
            writeln!(out, "<testcase classname=\"plimsoll\" name=\"nothing got worse\"/>")?;
        }
        for one in cases {
            case(one, out)?;
        }
        writeln!(out, "</testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn is_waived(one: &Told<'_>) -> bool {
    one.finding.action <= Action::Waive
}

fn case(one: &Told<'_>, out: &mut impl Write) -> io::Result<()> {
    let regression = &one.finding.regression;
    let (message, path) = (escaped(&regression.message), escaped(&one.file()));
    write!(
        out,
        "<testcase classname=\"{path}\" name=\"{}: {}\" file=\"{path}\" line=\"{}\">",
        regression.rule.id,
        escaped(&format!("{} of {}", regression.key, regression.unit)),
        regression.span.line,
    )?;
    if is_waived(one) {
        let reason = one.finding.waived.as_deref().unwrap_or("milder than policy tells");
        write!(out, "<skipped message=\"{}\"/>", escaped(reason))?;
    } else {
        let commit = one.step.map_or_else(String::new, |step| format!(" ({})", step.commit));
        write!(
            out,
            "<failure type=\"{}\" message=\"{message}\">{path}:{}: {message}{commit}\n{}</failure>",
            regression.severity.name(),
            regression.span.line,
            escaped(regression.fix),
        )?;
    }
    writeln!(out, "</testcase>")
}

/// Printable text has no character that XML forbids but these.
fn escaped(text: &str) -> String {
    let text: String =
        printable(text, 4096).chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
