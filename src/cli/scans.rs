//! Scan reports as the rules may ask for them: only of images that are new, read when the first is.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::rc::Rc;

use jiff::civil::Date;

use crate::compare::fingerprint;
use crate::model::{Evidence, ImageRef, Outlook, Scan};
use crate::policy::{self, Missing, Policy};
use crate::scans::{Index, Terms, judge};

/// Faults told one by one before the others are counted.
const TOLD: usize = 3;

/// The reports of the server, and the images of the old revision.
#[derive(Debug)]
pub(super) struct Scans {
    config: policy::Scans,
    /// Longest an exception may last from today, in days.
    longest: u16,
    today: Date,
    index: OnceCell<Index>,
    /// The old revision is measured: what it names is known.
    old: Cell<bool>,
    known: RefCell<HashSet<ImageRef>>,
    answers: RefCell<HashMap<ImageRef, Scan>>,
    notes: RefCell<Vec<String>>,
}

impl Scans {
    /// What policy asks of scanners; `None`: nothing.
    pub(super) fn new(policy: &Policy, today: Date) -> Option<Rc<Self>> {
        let config = policy.config().images.scans.clone()?;
        Some(Rc::new(Self {
            config,
            longest: policy.config().limits.waiver_days.get(),
            today,
            index: OnceCell::new(),
            old: Cell::new(false),
            known: RefCell::default(),
            answers: RefCell::default(),
            notes: RefCell::default(),
        }))
    }

    /// From now on the old revision is measured, of a comparison that starts.
    pub(super) fn start(&self) {
        self.known.borrow_mut().clear();
        self.old.set(true);
    }

    /// From now on the new revision is measured.
    pub(super) fn turn(&self) {
        self.old.set(false);
    }

    /// What there is to say about the reports themselves, once.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.take();
        notes.sort();
        notes.dedup();
        notes
    }

    /// The reports, read now.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let index = Index::open(self.config.path.as_path(), &self.places());
            let faults = index.faults();
            let mut notes = self.notes.borrow_mut();
            notes.extend(faults.iter().take(TOLD).cloned());
            if faults.len() > TOLD {
                notes.push(format!("scan reports: {} more can't be read", faults.len() - TOLD));
            }
            index
        })
    }

    /// Where the index is kept: beside the reports, else in the cache of whoever runs this.
    fn places(&self) -> Vec<PathBuf> {
        let folder = self.config.path.as_path();
        let name = fingerprint(&[&folder.display().to_string()]);
        let absolute = |folder: OsString| Some(PathBuf::from(folder)).filter(|f| f.is_absolute());
        let cache = env::var_os("XDG_CACHE_HOME").and_then(absolute);
        let home = env::var_os("HOME").and_then(absolute).map(|home| home.join(".cache"));
        let cached =
            cache.or(home).map(|cache| cache.join("plimsoll").join(format!("scans-{name}")));
        [folder.join(".plimsoll-index")].into_iter().chain(cached).collect()
    }

    fn look(&self, image: &ImageRef) -> Scan {
        let accepted = |ids: &[&str]| {
            let answer = self.config.accepts(ids, image, (self.today, self.longest));
            answer.unwrap_or_else(|notice| {
                self.notes.borrow_mut().push(notice);
                false
            })
        };
        let terms = Terms {
            today: self.today,
            max_age: self.config.max_age.0,
            fail_on: self.config.fail_on.severity(),
            refused: self.config.missing == Missing::Reject,
            accepted: &accepted,
        };
        judge(&self.index().of(image), &terms)
    }
}

impl Evidence for Scans {
    fn of(&self, image: &ImageRef) -> Option<Scan> {
        if self.old.get() {
            self.known.borrow_mut().insert(image.clone());
            return None;
        }
        if self.known.borrow().contains(image) {
            return None;
        }
        let answered = self.answers.borrow().get(image).cloned();
        let scan = answered.unwrap_or_else(|| {
            let scan = self.look(image);
            self.answers.borrow_mut().insert(image.clone(), scan.clone());
            scan
        });
        let lacks = matches!(scan.outcome, Outlook::Missing { .. } | Outlook::Stale { .. });
        (!lacks || self.config.missing != Missing::Ignore).then_some(scan)
    }
}
