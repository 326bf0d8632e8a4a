//! How much each exposure takes from the score, described in docs/score.md.

use super::Policy;
use crate::model::{Exposure, Severity, Told};

impl Policy {
    /// How much an open exposure matters for the score; `None` where it does not count.
    ///
    /// It matters as much as the worst rung that it stands on or has passed, so that a step down
    /// never takes more than what was there before.
    pub fn weighs(&self, exposure: &Exposure) -> Option<Severity> {
        let level = &exposure.level;
        let told = matches!(exposure.told, Told::Always | Told::Replaced);
        if level.rank == 0 || level.only_lost || !told {
            return None;
        }
        let passed = exposure.rule.levels.iter().filter(|known| known.rank <= level.rank);
        let worst = passed.map(|known| known.new).chain([level.new]).max()?;
        self.severity(exposure.rule, worst)
    }

    /// What one exposure of this severity takes.
    pub fn weight(&self, severity: Severity) -> u64 {
        let score = &self.config.score;
        u64::from(match severity {
            Severity::Info => 0,
            Severity::Low => score.low,
            Severity::Medium => score.medium,
            Severity::High => score.high,
            Severity::Critical => score.critical,
        })
    }

    /// The score, from 0 to 100, rounded down: 100 where nothing is open, 50 where as much is as
    /// `score.half` says.
    pub fn score(&self, penalty: u64) -> u64 {
        let half = u64::from(self.config.score.half.get());
        (half * 100).checked_div(half.saturating_add(penalty)).unwrap_or(0)
    }

    /// As [`Policy::score`], not rounded.
    pub fn exact_score(&self, penalty: u64) -> f64 {
        let half = f64::from(self.config.score.half.get());
        // More than 2^32 open exposures are as bad as that many.
        100.0 * half / (half + f64::from(u32::try_from(penalty).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::Policy;

    #[test]
    fn what_is_repaired_never_lowers_the_score() {
        let policy = Policy::default();
        assert_eq!((policy.score(0), policy.score(200), policy.score(u64::MAX)), (100, 50, 0));
        for penalty in 1..5000 {
            assert!(policy.score(penalty - 1) >= policy.score(penalty));
        }
    }
}
