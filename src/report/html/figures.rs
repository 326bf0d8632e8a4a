//! What the page tells in numbers.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::time::{Axis, Periods, day, sane, span};
use super::{Row, SEVERITIES, chart};
use crate::model::{Action, Audit, Severity, printable};
use crate::report::page::count;

/// How many lines a list of what is open has at most.
const LISTED: usize = 200;
/// How finely the open regressions are drawn.
const COLUMNS: i64 = 480;

/// One number at the top.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) note: String,
    pub(super) class: String,
}

/// One repository.
#[derive(Debug)]
pub(super) struct Covered {
    pub(super) repository: String,
    pub(super) range: String,
    pub(super) commits: usize,
    pub(super) steps: usize,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) partial: bool,
    /// Why it could not be audited.
    pub(super) failure: Option<String>,
}

/// A month, a quarter or a year; `open` at its end, by severity.
#[derive(Debug)]
pub(super) struct Bin {
    pub(super) label: String,
    pub(super) landed: usize,
    pub(super) repaired: usize,
    pub(super) total: usize,
    pub(super) open: [usize; 5],
}

/// How fast one severity is repaired.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) severity: &'static str,
    pub(super) landed: usize,
    pub(super) repaired: usize,
    pub(super) open: usize,
    pub(super) median: String,
    pub(super) p90: String,
    pub(super) age: String,
    pub(super) chart: String,
}

/// What is open, by something.
#[derive(Debug)]
pub(super) struct List {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) none: &'static str,
    pub(super) rows: Vec<Line>,
    /// How many lines are left out.
    pub(super) rest: usize,
}

/// One line of a list.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) count: usize,
    pub(super) link: String,
    pub(super) bar: String,
}

pub(super) fn figures(audits: &[Audit], rows: &[Row<'_>]) -> Vec<Figure> {
    let open = |severity: usize| {
        rows.iter().filter(|row| row.went.is_none() && row.severity == severity).count()
    };
    let all_open = rows.iter().filter(|row| row.went.is_none()).count();
    let mut figures = vec![Figure {
        label: "Open now",
        value: all_open.to_string(),
        note: format!("{} landed, {} repaired", rows.len(), rows.len() - all_open),
        class: String::new(),
    }];
    for (at, severity) in SEVERITIES.iter().enumerate().take(4) {
        let landed = rows.iter().filter(|row| row.severity == at).count();
        figures.push(Figure {
            label: match severity {
                Severity::Critical => "Critical",
                Severity::High => "High",
                Severity::Medium => "Medium",
                Severity::Low | Severity::Info => "Low",
            },
            value: open(at).to_string(),
            note: format!("open of {landed} landed"),
            class: format!("s-{}", severity.name()),
        });
    }
    let steps = || audits.iter().flat_map(|audit| &audit.steps);
    let refused = steps().filter(|step| step.verdict == Action::Reject).count();
    figures.push(Figure {
        label: "Would be refused",
        value: refused.to_string(),
        note: format!("of {} with container files", count(steps().count(), "commit")),
        class: String::new(),
    });
    figures
}

pub(super) fn covered(audit: &Audit, now: i64) -> Covered {
    let times = || audit.steps.iter().map(|step| sane(step.seconds, now));
    Covered {
        repository: printable(&audit.repository, 1_000),
        range: printable(&audit.range, 300),
        commits: audit.commits,
        steps: audit.steps.len(),
        first: times().min().map(day).unwrap_or_default(),
        last: times().max().map(day).unwrap_or_default(),
        partial: audit.partial,
        failure: audit.failure.as_deref().map(|failure| printable(failure, 1_000)),
    }
}

/// The time that the audits cover.
pub(super) fn axis(audits: &[Audit], now: i64) -> Axis {
    let steps = audits.iter().flat_map(|audit| &audit.steps);
    Axis::over(steps.map(|step| sane(step.seconds, now)))
}

/// The name of the period, and every one of them.
pub(super) fn bins(axis: &Axis, rows: &[Row<'_>]) -> (&'static str, Vec<Bin>) {
    let periods = Periods::of(axis);
    let mut came = vec![[0_usize; 5]; periods.count];
    let mut went = vec![[0_usize; 5]; periods.count];
    let add = |counts: &mut Vec<[usize; 5]>, time: i64, severity: usize| {
        let bin = counts.get_mut(periods.at(time)).and_then(|bin| bin.get_mut(severity));
        if let Some(count) = bin {
            *count += 1;
        }
    };
    for row in rows {
        add(&mut came, row.came, row.severity);
        if let Some(time) = row.went {
            add(&mut went, time, row.severity);
        }
    }
    let mut open = [0_usize; 5];
    let bins = came.iter().zip(&went).enumerate().map(|(number, (came, went))| {
        for ((open, came), went) in open.iter_mut().zip(came).zip(went) {
            *open = (*open + came).saturating_sub(*went);
        }
        Bin {
            label: periods.label(number),
            landed: came.iter().sum(),
            repaired: went.iter().sum(),
            total: open.iter().sum(),
            open,
        }
    });
    (periods.name(), bins.collect())
}

pub(super) fn months(bins: &[Bin], period: &str) -> String {
    let bars: Vec<_> =
        bins.iter().map(|bin| (bin.label.clone(), bin.landed, bin.repaired)).collect();
    chart::mirrored(&bars, period)
}

/// The posture score over time, where there is one: of several repositories there is none.
pub(super) fn score(audits: &[Audit], axis: &Axis, now: i64) -> Option<String> {
    let [audit] = audits else { return None };
    let mut points: Vec<(i64, f64)> = Vec::with_capacity(audit.scores.len());
    for (count, score) in &audit.scores {
        // The last of so many steps is the one after which it was so.
        let step = count.checked_sub(1).and_then(|at| audit.steps.get(at))?;
        points.push((sane(step.seconds, now), *score));
    }
    points.sort_by_key(|point| point.0);
    (!points.is_empty()).then(|| chart::score(axis, &points))
}

/// What is open over time: what matters, and what is low, which would bury it.
pub(super) fn trends(axis: &Axis, rows: &[Row<'_>]) -> Vec<String> {
    let mut events: Vec<(i64, usize, bool)> = Vec::with_capacity(2 * rows.len());
    for row in rows {
        events.push((row.came, row.severity, true));
        events.extend(row.went.map(|time| (time, row.severity, false)));
    }
    // What came stands before what went at the same time: no count falls below nothing.
    events.sort_by_key(|&(time, severity, came)| (time, !came, severity));
    let mut events = events.into_iter().peekable();
    let mut open = [0_usize; 5];
    let columns = axis.columns(COLUMNS).into_iter().map(|end| {
        while let Some((_, severity, came)) = events.next_if(|event| event.0 <= end) {
            if let Some(count) = open.get_mut(severity) {
                *count = if came { *count + 1 } else { count.saturating_sub(1) };
            }
        }
        (end, open)
    });
    let (worse, low): (Vec<_>, Vec<_>) = columns
        .map(|(end, [critical, high, medium, low, info])| {
            ((end, [critical, high, medium]), (end, [low, info]))
        })
        .unzip();
    let [critical, high, medium, low_name, info] = SEVERITIES.map(Severity::name);
    let charts = [
        chart::stacked("trend", "medium and worse", axis, &worse, [critical, high, medium]),
        chart::stacked("trend-low", "low", axis, &low, [low_name, info]),
    ];
    charts.into_iter().flatten().collect()
}

/// One line for each severity that landed.
pub(super) fn repair(rows: &[Row<'_>], now: i64) -> Vec<Pace> {
    let mut lines = Vec::new();
    for (at, severity) in SEVERITIES.iter().enumerate() {
        let (mut took, mut ages) = (Vec::new(), Vec::new());
        for row in rows.iter().filter(|row| row.severity == at) {
            match row.went {
                Some(went) => took.push(went - row.came),
                None => ages.push((now - row.came).max(0)),
            }
        }
        if took.is_empty() && ages.is_empty() {
            continue;
        }
        took.sort_unstable();
        ages.sort_unstable();
        let told = |time: Option<i64>| time.map_or_else(|| "–".to_owned(), span);
        let (median, p90) = (quantile(&took, 50), quantile(&took, 90));
        let chart = median.zip(p90).map(|(from, to)| chart::ruler(severity.name(), from, to));
        lines.push(Pace {
            severity: severity.name(),
            landed: took.len() + ages.len(),
            repaired: took.len(),
            open: ages.len(),
            median: told(median),
            p90: told(p90),
            age: told(quantile(&ages, 50)),
            chart: chart.unwrap_or_default(),
        });
    }
    lines
}

/// The smallest value that so many percent do not exceed.
fn quantile(sorted: &[i64], percent: usize) -> Option<i64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

/// What is open by rule, by file and by team.
pub(super) fn lists(rows: &[Row<'_>]) -> [List; 3] {
    let open: Vec<&Row<'_>> = rows.iter().filter(|row| row.went.is_none()).collect();
    let named = open.iter().any(|row| !row.teams.is_empty());
    let mut teams: Vec<(String, usize)> = Vec::new();
    for row in open.iter().filter(|_| named) {
        teams.extend(row.teams.iter().map(|team| (team.clone(), row.severity)));
        if row.teams.is_empty() {
            teams.push(("-".to_owned(), row.severity));
        }
    }
    let rules = open.iter().map(|row| (row.finding.regression.rule.id.to_owned(), row.severity));
    let files = open.iter().map(|row| (row.path.clone(), row.severity));
    let nothing = "Nothing is open.";
    let nobody = "No CODEOWNERS file names an owner of what is open.";
    [
        list("rule", "rule", nothing, rules),
        list("file", "file", nothing, files),
        list("team", "team", if open.is_empty() { nothing } else { nobody }, teams.into_iter()),
    ]
}

fn list(
    key: &'static str,
    name: &'static str,
    none: &'static str,
    entries: impl Iterator<Item = (String, usize)>,
) -> List {
    let mut counts: HashMap<String, [usize; 5]> = HashMap::new();
    for (label, severity) in entries {
        if let Some(count) = counts.entry(label).or_default().get_mut(severity) {
            *count += 1;
        }
    }
    let total = |counts: &[usize; 5]| counts.iter().sum::<usize>();
    let mut sorted: Vec<(String, [usize; 5])> = counts.into_iter().collect();
    sorted.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let most = sorted.iter().map(|(_, counts)| total(counts)).max().unwrap_or(0);
    let rest = sorted.len().saturating_sub(LISTED);
    let rows = sorted.into_iter().take(LISTED).map(|(label, counts)| Line {
        link: format!("#state=open&{key}={}", in_address(&label)),
        label: if key == "team" && label == "-" { "nobody".to_owned() } else { label },
        count: total(&counts),
        bar: chart::bar(&counts, SEVERITIES.map(Severity::name), most),
    });
    List { key, name, none, rows: rows.collect(), rest }
}

/// A text as a value in an address.
fn in_address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{in_address, quantile};

    #[test]
    fn quantiles_are_values_that_occurred() {
        assert_eq!(quantile(&[], 50), None);
        assert_eq!(quantile(&[7], 90), Some(7));
        assert_eq!(quantile(&[1, 2, 3, 4], 50), Some(2));
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(quantile(&ten, 90), Some(9));
    }

    #[test]
    fn addresses_carry_any_text() {
        assert_eq!(in_address("a/b c&rule=x#\u{e9}"), "a%2Fb%20c%26rule%3Dx%23%C3%A9");
    }
}
