//! How open something is, and how much that matters.

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; below every default threshold.
    Info,
    /// Hygiene.
    Low,
    /// A weakness that needs another one to be used.
    Medium,
    /// A weakness that can be used.
    High,
    /// Access given away.
    Critical,
}

impl Severity {
    /// As policy and reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A rung of a rule's ladder: the higher, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its place on the ladder; 0 is safe, and never a finding.
    pub rank: u8,
    /// Its size within the rung, where it has one: a limit in bytes.
    pub size: u64,
    /// What it is, as a noun phrase: `every address of the host`.
    pub label: &'static str,
    /// How much it matters when a declared unit climbs to it.
    pub severity: Severity,
    /// How much it matters in a unit that is new.
    pub new: Severity,
    /// How much it matters in a known unit that had nothing under this key: `None` as `severity`.
    pub added: Option<Severity>,
    /// How much it matters where a rung that was open already is left: `None` as `severity`.
    pub widened: Option<Severity>,
    /// How many percent a size must grow within the rung to be worse.
    pub slack: u16,
    /// Being here is a finding only where the same key stood at a lower rung before.
    pub only_lost: bool,
    /// A new unit merely lacks a protection here: low severity, told in one line with whatever
    /// else it lacks.
    pub lacks: bool,
}

impl Level {
    /// The safe rung: evidence of what was there, never a finding.
    #[must_use]
    pub const fn closed(label: &'static str) -> Self {
        Self::rung(0, label, Severity::Info)
    }

    /// A rung that only wants to be known.
    #[must_use]
    pub const fn info(rank: u8, label: &'static str) -> Self {
        Self::rung(rank, label, Severity::Info)
    }

    /// A rung of low severity.
    #[must_use]
    pub const fn low(rank: u8, label: &'static str) -> Self {
        Self::rung(rank, label, Severity::Low)
    }

    /// A rung of medium severity.
    #[must_use]
    pub const fn medium(rank: u8, label: &'static str) -> Self {
        Self::rung(rank, label, Severity::Medium)
    }

    /// A rung of high severity.
    #[must_use]
    pub const fn high(rank: u8, label: &'static str) -> Self {
        Self::rung(rank, label, Severity::High)
    }

    /// A rung of critical severity.
    #[must_use]
    pub const fn critical(rank: u8, label: &'static str) -> Self {
        Self::rung(rank, label, Severity::Critical)
    }

    /// The same rung, with another severity in a unit that is new: nobody lost anything there.
    #[must_use]
    pub const fn in_new_unit(self, new: Severity) -> Self {
        Self { new, ..self }
    }

    /// The same rung, with another severity where nothing stood under its key before: nothing was
    /// lost then.
    #[must_use]
    pub const fn when_added(self, added: Severity) -> Self {
        Self { added: Some(added), ..self }
    }

    /// The same rung, with another severity where the one before was open too: less was lost.
    #[must_use]
    pub const fn when_widened(self, widened: Severity) -> Self {
        Self { widened: Some(widened), ..self }
    }

    /// The same rung, told only where the same key of the paired unit stood lower before: what never
    /// was better is none of a change's business.
    #[must_use]
    pub const fn only_lost(self) -> Self {
        Self { only_lost: true, ..self }
    }

    /// The same rung as a mere lack: a new unit that has it never lost anything. It is low there,
    /// and told in one line with whatever else the unit lacks.
    #[must_use]
    pub const fn lacks(self) -> Self {
        Self { new: Severity::Low, lacks: true, ..self }
    }

    /// How much it matters to be here: `old` is where the same key of the paired unit was.
    #[must_use]
    pub fn severity_from(&self, old: Option<&Self>, new_unit: bool) -> Severity {
        match old {
            Some(old) if old.rank > 0 => self.widened.unwrap_or(self.severity),
            Some(_) => self.severity,
            None if new_unit => self.new,
            None => self.added.unwrap_or(self.severity),
        }
    }

    /// The same rung with a size; sizes compare within a rung.
    #[must_use]
    pub const fn of(self, size: u64) -> Self {
        Self { size, ..self }
    }

    /// The same rung, where a size that grows by no more than so many percent is as good.
    #[must_use]
    pub const fn growing(self, percent: u16) -> Self {
        Self { slack: percent, ..self }
    }

    /// Whether this is worse than `old`.
    #[must_use]
    pub fn worse_than(&self, old: &Self) -> bool {
        let excused = u128::from(old.size) * (100 + u128::from(self.slack)) / 100;
        self.rank > old.rank || (self.rank == old.rank && u128::from(self.size) > excused)
    }

    const fn rung(rank: u8, label: &'static str, severity: Severity) -> Self {
        Self {
            rank,
            size: 0,
            label,
            severity,
            new: severity,
            added: None,
            widened: None,
            slack: 0,
            only_lost: false,
            lacks: false,
        }
    }
}
