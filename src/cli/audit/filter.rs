//! What of an audit is told.

use bstr::{BStr, ByteSlice as _};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::args;
use crate::model::{Audit, Finding, Glob, Severity, Step};
use crate::rules;

/// What the options let through. Everything is judged all the same: a repair may come from anybody.
pub(super) struct Filter<'a>(&'a args::Filter);

impl<'a> Filter<'a> {
    pub(super) fn new(options: &'a args::Filter) -> Self {
        Self(options)
    }

    /// Leaves what is not asked for out of what landed.
    pub(super) fn apply(&self, audit: &mut Audit) {
        let steps = &audit.steps;
        audit.landed.retain(|landed| {
            let step = steps.get(landed.step);
            let finding = step.and_then(|step| step.findings.get(landed.finding));
            step.zip(finding).is_some_and(|(step, finding)| {
                self.step(step) && self.finding(finding, landed.path.as_bstr())
            })
        });
    }

    /// Whether a finding of a step is asked for; without one, whether the step is, whatever was found.
    pub(super) fn wants(&self, step: &Step, finding: Option<&Finding>) -> bool {
        let Self(options) = self;
        let all =
            options.path.is_empty() && options.rule.is_empty() && options.min_severity.is_none();
        self.step(step)
            && finding
                .map_or(all, |finding| self.finding(finding, finding.regression.path.as_bstr()))
    }

    fn step(&self, step: &Step) -> bool {
        let author = |wanted: &String| {
            let holds =
                |text: &BStr| text.to_str_lossy().to_lowercase().contains(&wanted.to_lowercase());
            holds(step.author.as_bstr()) || holds(step.email.as_bstr())
        };
        self.0.since.is_none_or(|since| step.seconds >= since)
            && self.0.until.is_none_or(|until| step.seconds < until)
            && (self.0.author.is_empty() || self.0.author.iter().any(author))
    }

    fn finding(&self, finding: &Finding, path: &BStr) -> bool {
        let regression = &finding.regression;
        let Self(options) = self;
        (options.path.is_empty() || options.path.iter().any(|glob| glob.matches(path)))
            && (options.rule.is_empty() || options.rule.iter().any(|id| id == regression.rule.id))
            && options.min_severity.is_none_or(|least| regression.severity >= least)
    }
}

/// The first second of a day (UTC): `2026-03-31`.
pub(in crate::cli) fn since(text: &str) -> Result<i64, String> {
    start(day(text)?)
}

/// The first second after a day (UTC).
pub(in crate::cli) fn until(text: &str) -> Result<i64, String> {
    start(day(text)?.tomorrow().map_err(|error| error.to_string())?)
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "a day is written as 2026-03-31".to_owned())
}

fn start(day: Date) -> Result<i64, String> {
    let start = day.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
    Ok(start.timestamp().as_second())
}

/// A severity by its name.
pub(in crate::cli) fn severity(text: &str) -> Result<Severity, String> {
    const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let found = ALL.into_iter().find(|severity| severity.name() == text);
    found.ok_or_else(|| "one of info, low, medium, high, critical".to_owned())
}

/// A rule that exists.
pub(in crate::cli) fn rule(text: &str) -> Result<String, String> {
    let known = rules::find(text).map(|rule| rule.id.to_owned());
    known.ok_or_else(|| "there is no such rule; `plimsoll rules` lists them".to_owned())
}

/// A glob over paths.
pub(in crate::cli) fn glob(text: &str) -> Result<Glob, String> {
    Glob::new(text)
}
