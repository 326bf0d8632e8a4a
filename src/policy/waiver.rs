//! Findings that are let through, for a reason and until a day.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::config::Waiver;
use crate::model::{Regression, printable};

/// Whether a waiver counts today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It counts.
    Valid,
    /// Its last day is past.
    Expired,
    /// Its last day is further away than `limits.waiver-days` allows.
    TooLong,
}

/// Whether what is valid through `until` counts on a day.
pub(super) fn standing(until: Date, today: Date, longest: u16) -> Standing {
    let latest = today.checked_add(i32::from(longest).days()).unwrap_or(Date::MAX);
    match until {
        until if until < today => Standing::Expired,
        until if until > latest => Standing::TooLong,
        _ => Standing::Valid,
    }
}

impl Waiver {
    /// Whether it is written for this finding, whatever the day.
    pub(super) fn covers(&self, regression: &Regression) -> bool {
        let rule = |rule: &String| rule == "*" || rule == regression.rule.id;
        self.rule.as_ref().is_none_or(rule)
            && self.path.as_ref().is_none_or(|path| path.matches(&regression.path))
            && self.unit.as_ref().is_none_or(|unit| *unit == regression.unit)
            && self.fingerprint.as_ref().is_none_or(|print| *print == regression.fingerprint)
    }

    /// Whether it counts on a day: valid through its last one.
    pub(super) fn standing(&self, today: Date, longest: u16) -> Standing {
        standing(self.until.0, today, longest)
    }

    /// What it is for, in words: printable.
    pub(super) fn title(&self) -> String {
        let rule = self.rule.as_deref().filter(|rule| *rule != "*").unwrap_or("every rule");
        let mut title = rule.to_owned();
        if let Some(path) = &self.path {
            title.push_str(" in ");
            title.push_str(path.as_str());
        }
        for (word, value) in [(", ", &self.unit), (", fingerprint ", &self.fingerprint)] {
            if let Some(value) = value {
                title.push_str(word);
                title.push_str(value);
            }
        }
        printable(&title, 200)
    }

    /// Why it does not count, in one printable sentence; `None` where it does.
    pub(super) fn notice(&self, today: Date, longest: u16) -> Option<String> {
        let title = self.title();
        match self.standing(today, longest) {
            Standing::Valid => None,
            Standing::Expired => {
                Some(format!("waiver for {title} ended on {}: it no longer counts", self.until.0))
            }
            Standing::TooLong => Some(format!(
                "waiver for {title} runs until {}, more than {longest} days: it does not count",
                self.until.0
            )),
        }
    }
}
