//! Reports in, an outlook out.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::report::{Hit, Report};
use crate::model::{Outlook, Scan, Severity};

/// The age of a report whose date is still to come: by a wrong clock, here or there. It is never
/// fresh, or it would be for ever.
const UNKNOWN: i64 = i64::MAX;

/// How much of a report is told.
const SUMMARY: usize = 116;

/// What is asked of a report.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Terms<'a> {
    /// Today, in UTC.
    pub today: Date,
    /// Days after which a report no longer counts.
    pub max_age: u32,
    /// The mildest severity that is not put up with; `None`: all is.
    pub fail_on: Option<Severity>,
    /// Whether an image without a report that counts is turned back.
    pub refused: bool,
    /// Whether a vulnerability with these ids is put up with.
    pub accepted: &'a dyn Fn(&[&str]) -> bool,
}

/// What the reports of one image come to. An old report counts for what it found where there is no
/// younger one, never for what it did not find.
pub fn judge(reports: &[Report], terms: &Terms<'_>) -> Scan {
    let looked: Vec<Look<'_>> = reports.iter().map(|report| Look::at(report, terms)).collect();
    let Some(youngest) = looked.iter().map(|look| look.age).min() else {
        let outcome = Outlook::Missing { refused: terms.refused };
        return Scan { outcome, summary: String::new() };
    };
    let stale = youngest > i64::from(terms.max_age);
    let counts = |look: &&Look<'_>| stale || look.age <= i64::from(terms.max_age);
    let fails = |look: &&Look<'_>| {
        terms.fail_on.is_some_and(|limit| look.worst().is_some_and(|worst| worst >= limit))
    };
    let failing = looked.iter().filter(counts).filter(fails).max_by_key(|look| look.worst());
    if let Some(look) = failing {
        return Scan { outcome: Outlook::Failing, summary: look.to_string() };
    }
    if stale {
        let outcome = Outlook::Stale { refused: terms.refused };
        return Scan { outcome, summary: format!("scanned {}", ago(youngest)) };
    }
    let fresh = looked.iter().filter(counts).max_by_key(|look| (look.worst(), look.hits.len()));
    match fresh.filter(|look| !look.hits.is_empty()) {
        Some(look) => Scan { outcome: Outlook::Below, summary: look.to_string() },
        None => Scan { outcome: Outlook::Clean, summary: String::new() },
    }
}

/// One report with what is put up with left out.
struct Look<'a> {
    /// Days since the scan, or [`UNKNOWN`].
    age: i64,
    old: bool,
    /// Worst first, those that can be mended before others.
    hits: Vec<&'a Hit>,
}

impl<'a> Look<'a> {
    fn at(report: &'a Report, terms: &Terms<'_>) -> Self {
        let ids = |hit: &'a Hit| -> Vec<&'a str> {
            [&hit.id].into_iter().chain(&hit.aliases).map(String::as_str).collect()
        };
        let open = |hit: &&Hit| hit.severity != Some(Severity::Info);
        let hits = report.hits.iter().filter(open).filter(|hit| !(terms.accepted)(&ids(hit)));
        let mut hits: Vec<&Hit> = hits.collect();
        hits.sort_by_key(|hit| (std::cmp::Reverse(hit.severity), hit.fixed.is_empty()));
        let scanned = Timestamp::from_second(report.scanned.unwrap_or_default());
        let scanned = scanned.map_or(Date::MIN, |at| at.to_zoned(TimeZone::UTC).date());
        let age = terms.today.duration_since(scanned).as_hours() / 24;
        // The day before is the same moment elsewhere.
        let age = if age < -1 { UNKNOWN } else { age };
        Self { age, old: age > i64::from(terms.max_age), hits }
    }

    fn worst(&self) -> Option<Severity> {
        self.hits.iter().filter_map(|hit| hit.severity).max()
    }
}

fn ago(age: i64) -> String {
    if age == UNKNOWN { "on a day to come".to_owned() } else { format!("{age} days ago") }
}

/// `3 critical, 12 high; CVE-2026-1 in openssl, fixed in 3.0.2; …`.
impl fmt::Display for Look<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts: BTreeMap<std::cmp::Reverse<Option<Severity>>, usize> = BTreeMap::new();
        for hit in &self.hits {
            *counts.entry(std::cmp::Reverse(hit.severity)).or_default() += 1;
        }
        let counts = counts.iter().map(|(severity, count)| {
            format!("{count} {}", severity.0.map_or("not yet rated", Severity::name))
        });
        let mut text = counts.collect::<Vec<_>>().join(", ");
        if self.old {
            text = format!("{text}, {}", ago(self.age));
        }
        let mut told: Vec<&str> = Vec::new();
        for hit in &self.hits {
            if told.contains(&hit.id.as_str()) {
                continue;
            }
            told.push(&hit.id);
            let package = Some(&hit.package).filter(|package| !package.is_empty());
            let package = package.map_or_else(String::new, |package| format!(" in {package}"));
            let fixed = Some(&hit.fixed).filter(|fixed| !fixed.is_empty());
            let fixed = fixed.map_or_else(String::new, |fixed| format!(", fixed in {fixed}"));
            let more = format!("; {}{package}{fixed}", hit.id);
            if text.chars().count() + more.chars().count() > SUMMARY {
                break;
            }
            text.push_str(&more);
        }
        f.write_str(&text)
    }
}
