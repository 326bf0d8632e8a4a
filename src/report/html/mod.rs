//! An audit as one HTML file that needs nothing else: charts drawn here, findings as data for the
//! page's own small script.
//!
//! Foreign text reaches the page in two ways only: through the template, which escapes, and through
//! the block of data, which the script puts in place as text. Style and script carry a nonce that
//! follows from the data, so nothing that stands in the data can know it; a page is the same
//! whenever the audit is.

mod chart;
mod data;
mod figures;
mod time;

use std::io::{self, Write};

use askama::Template;

use self::data::Data;
use self::figures::{Bin, Covered, Figure, List, Pace};
use crate::model::{Audit, Finding, Landed, Severity, printable, printable_bytes};

/// Severities as charts stack them.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

/// One regression that landed, with what is asked of it again and again.
#[derive(Debug)]
struct Row<'a> {
    audit: usize,
    landed: &'a Landed,
    finding: &'a Finding,
    /// Its place in [`SEVERITIES`].
    severity: usize,
    /// When it came and when it went.
    came: i64,
    went: Option<i64>,
    /// Where its unit stands by now, printable.
    path: String,
    /// Whose that is, printable.
    teams: Vec<String>,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    nonce: String,
    style: &'a str,
    script: &'a str,
    data: String,
    version: &'static str,
    made: String,
    partial: bool,
    landed: usize,
    figures: Vec<Figure>,
    covered: Vec<Covered>,
    severities: [&'static str; 5],
    score: Option<String>,
    trends: Vec<String>,
    months: String,
    period: &'static str,
    bins: Vec<Bin>,
    repair: Vec<Pace>,
    lists: [List; 3],
}

/// Writes the page; `now` is in seconds since 1970.
pub fn audit_html(audits: &[Audit], now: i64, out: &mut impl Write) -> io::Result<()> {
    let rows = rows(audits, now);
    let data = Data::of(audits, &rows, now).script()?;
    let axis = figures::axis(audits, now);
    let (period, bins) = figures::bins(&axis, &rows);
    let page = Page {
        title: title(audits),
        nonce: blake3::hash(data.as_bytes()).to_hex().chars().take(32).collect(),
        style: include_str!("page.css").trim(),
        script: include_str!("page.js").trim(),
        version: env!("CARGO_PKG_VERSION"),
        made: time::day(now),
        partial: audits.iter().any(|audit| audit.partial),
        landed: rows.len(),
        figures: figures::figures(audits, &rows),
        covered: audits.iter().map(|audit| figures::covered(audit, now)).collect(),
        severities: SEVERITIES.map(Severity::name),
        score: figures::score(audits, &axis, now),
        trends: figures::trends(&axis, &rows),
        months: figures::months(&bins, period),
        period,
        bins,
        repair: figures::repair(&rows, now),
        lists: figures::lists(&rows),
        data,
    };
    out.write_all(page.render().map_err(io::Error::other)?.as_bytes())
}

fn rows(audits: &[Audit], now: i64) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (number, audit) in audits.iter().enumerate() {
        rows.extend(audit.landed.iter().filter_map(|landed| row(number, audit, landed, now)));
    }
    rows
}

fn row<'a>(number: usize, audit: &'a Audit, landed: &'a Landed, now: i64) -> Option<Row<'a>> {
    let step = audit.steps.get(landed.step)?;
    let finding = step.findings.get(landed.finding)?;
    let came = time::sane(step.seconds, now);
    let repair = landed.repaired.and_then(|at| audit.steps.get(at));
    Some(Row {
        audit: number,
        landed,
        finding,
        severity: SEVERITIES.iter().position(|s| *s == finding.regression.severity)?,
        came,
        went: repair.map(|step| time::sane(step.seconds, now).max(came)),
        path: printable_bytes(&landed.path, 1_000),
        teams: landed.teams.iter().map(|team| printable(team, 100)).collect(),
    })
}

/// `Audit of shop`.
fn title(audits: &[Audit]) -> String {
    let [only] = audits else { return format!("Audit of {} repositories", audits.len()) };
    let mut parts = only.repository.split('/').filter(|part| !matches!(*part, "" | "." | ".git"));
    let name = parts.next_back().unwrap_or("a repository");
    format!("Audit of {}", printable(name.trim_end_matches(".git"), 200))
}
