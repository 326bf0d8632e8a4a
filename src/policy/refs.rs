//! What a finding means for one ref.

use bstr::{BStr, ByteSlice as _};

use super::config::{Config, Enforcement, Mode, Reaction};
use super::repository::Overlay;
use super::scalar::Threshold;
use crate::model::{Action, Severity};

/// How one ref is treated.
#[derive(Clone, Debug)]
pub struct RefPolicy {
    /// Every section that counts for one of its names; the strictest answer wins.
    terms: Vec<Terms>,
    on_error: Reaction,
    overlay: Option<Overlay>,
    softened: bool,
}

/// Mode and thresholds.
#[derive(Clone, Copy, Debug)]
struct Terms {
    mode: Mode,
    reject_at: Threshold,
    annotate_at: Threshold,
}

impl Terms {
    fn action(self, severity: Severity) -> Action {
        match self.mode {
            Mode::Off => Action::Ignore,
            Mode::Enforce if self.reject_at.takes(severity) => Action::Reject,
            _ if self.annotate_at.min(self.reject_at).takes(severity) => Action::Annotate,
            _ => Action::Ignore,
        }
    }
}

impl RefPolicy {
    /// For a ref known by these names: its own, and those of the refs it is an alias of.
    pub(super) fn new(config: &Config, overlay: Option<&Overlay>, names: &[&BStr]) -> Self {
        let mut terms: Vec<Terms> = names.iter().map(|name| terms(config, name)).collect();
        if terms.is_empty() {
            terms.push(strictest(config));
        }
        Self { terms, on_error: config.gate.on_error, overlay: overlay.cloned(), softened: false }
    }

    /// The same for a push that has no baseline, as `gate.first-push` says.
    pub(super) fn first_push(mut self, rule: Enforcement) -> Self {
        if rule == Enforcement::Annotate {
            self.cap();
        }
        self
    }

    fn cap(&mut self) {
        for terms in &mut self.terms {
            self.softened |= terms.mode == Mode::Enforce;
            terms.mode = terms.mode.min(Mode::Annotate);
        }
    }

    /// It is not judged at all: every section that counts for it says `off`.
    pub fn is_off(&self) -> bool {
        self.terms.iter().all(|terms| terms.mode == Mode::Off)
    }

    /// `gate.first-push = "annotate"` let through what would have been refused.
    pub fn is_softened(&self) -> bool {
        self.softened
    }

    /// What is done about a finding of this severity.
    pub fn action(&self, severity: Severity) -> Action {
        let server = self.strictest(|terms| terms.action(severity));
        let Some(overlay) = &self.overlay else { return server };
        let own = self.strictest(|terms| {
            let reject_at = overlay.reject_at.unwrap_or(terms.reject_at);
            let annotate_at = overlay.annotate_at.unwrap_or(terms.annotate_at);
            Terms { reject_at, annotate_at, ..terms }.action(severity)
        });
        if overlay.floor.takes(severity) { server.max(own) } else { own }
    }

    /// What is done about something that could not be judged.
    pub fn on_error(&self) -> Action {
        self.strictest(|terms| match (terms.mode, self.on_error) {
            (Mode::Off, _) => Action::Ignore,
            (Mode::Enforce, Reaction::Reject) => Action::Reject,
            _ => Action::Annotate,
        })
    }

    fn strictest(&self, action: impl Fn(Terms) -> Action) -> Action {
        self.terms.iter().map(|terms| action(*terms)).max().unwrap_or(Action::Reject)
    }
}

/// The first section that matches the name, else the strictest of all.
fn terms(config: &Config, name: &BStr) -> Terms {
    // git refuses such names, but only after the hook: no section was written for them.
    let strange = name.split_str("/").any(|part| matches!(part, b"" | b"." | b".."));
    let section = config.refs.iter().find(|section| section.r#match.matches(name));
    match section.filter(|_| !strange) {
        Some(section) => Terms {
            mode: section.mode,
            reject_at: section.reject_at.unwrap_or(config.gate.reject_at),
            annotate_at: section.annotate_at.unwrap_or(config.gate.annotate_at),
        },
        None => strictest(config),
    }
}

fn strictest(config: &Config) -> Terms {
    let reject = config.refs.iter().filter_map(|section| section.reject_at);
    let annotate = config.refs.iter().filter_map(|section| section.annotate_at);
    Terms {
        mode: Mode::Enforce,
        reject_at: reject.fold(config.gate.reject_at, Threshold::min),
        annotate_at: annotate.fold(config.gate.annotate_at, Threshold::min),
    }
}
