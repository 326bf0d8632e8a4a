//! What rules can be told.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Evidence, SecretPatterns};

/// The options of all rules, as policy gives them to `measure`.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Registries and repositories that may be built on, as globs over `registry/repository`.
    /// Empty: none is named, and only a change is told.
    pub trusted_images: Vec<String>,
    /// Images whose own user is not root, as globs over `registry/repository[:tag]`.
    pub nonroot_images: Vec<String>,
    /// Ports that may be exposed without a word, as `443` or `443/tcp`.
    pub allowed_ports: Vec<String>,
    /// How many percent a limit may be raised without a word; `None`: as the rule has it.
    pub limit_growth: Option<u16>,
    /// Stages that ship, by name; empty: the last one.
    pub targets: Vec<String>,
    /// Context folder of Dockerfiles: glob over the Dockerfile's path, then the folder.
    pub contexts: Vec<(String, String)>,
    /// Registries, repositories and tags that may not be built on or run, as globs over
    /// `registry/repository[:tag]`.
    pub denied_images: Vec<String>,
    /// Versions past their end: glob over `registry/repository`, versions, the last day of support.
    pub end_of_life: Vec<(String, Vec<String>, Date)>,
    /// What scanners said of images; `None`: nobody asks.
    pub evidence: Option<Rc<dyn Evidence>>,
    /// Patterns for secrets that the server brings along.
    pub secrets: Option<Arc<dyn SecretPatterns>>,
    /// Today by the server's clock; `None`: what depends on the day is not asked.
    pub today: Option<Today>,
}

/// A day, and between which days everything that was asked of it has the same answer.
#[derive(Clone, Debug)]
pub struct Today {
    day: Date,
    same: Rc<Cell<(Date, Date)>>,
}

impl From<Date> for Today {
    fn from(day: Date) -> Self {
        Self { day, same: Rc::new(Cell::new((Date::MIN, Date::MAX))) }
    }
}

impl Today {
    /// Whether a day is over.
    #[must_use]
    pub fn is_after(&self, day: Date) -> bool {
        let (mut first, mut last) = self.same.get();
        let is_after = self.day > day;
        if is_after {
            first = first.max(day.tomorrow().unwrap_or(Date::MAX));
        } else {
            last = last.min(day);
        }
        self.same.set((first, last));
        is_after
    }

    /// The day itself; who asks for it has to remember it.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// Forgets what was asked so far.
    pub fn ask_anew(&self) {
        self.same.set((Date::MIN, Date::MAX));
    }

    /// The first and the last day on which all that was asked would be answered alike.
    #[must_use]
    pub fn same_answers(&self) -> (Date, Date) {
        self.same.get()
    }
}
