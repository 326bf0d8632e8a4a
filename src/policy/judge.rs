//! Regressions and gaps in, actions and a verdict out.

use jiff::civil::Date;

use super::{Policy, RefPolicy};
use crate::model::{Action, Finding, Gap, Problem, Regression, printable};

/// What policy makes of one ref's push.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `Reject`, `Annotate` (something is said) or `Ignore` (nothing is).
    pub action: Action,
    /// Worst first. What policy ignores is not among them.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub problems: Vec<Problem>,
    /// What policy itself has to say: waivers that no longer count, a first push let in.
    pub notes: Vec<String>,
}

impl Policy {
    /// Judges what was found in one ref's push. `today` is the server's date in UTC, read once a
    /// run.
    pub fn judge(
        &self,
        terms: &RefPolicy,
        regressions: impl IntoIterator<Item = Regression>,
        gaps: impl IntoIterator<Item = Gap>,
        today: Date,
    ) -> Verdict {
        let mut notes = Vec::new();
        let mut findings: Vec<Finding> = regressions
            .into_iter()
            .filter_map(|regression| self.finding(terms, regression, today, &mut notes))
            .collect();
        findings.sort_by_key(|finding| {
            std::cmp::Reverse((finding.action, finding.regression.severity))
        });
        let problem = |gap| Problem { gap, action: terms.on_error() };
        let problems = gaps.into_iter().map(problem).filter(|p| p.action > Action::Ignore);
        let problems: Vec<Problem> = problems.collect();

        let actions = findings.iter().map(|finding| finding.action);
        let action = actions.chain(problems.iter().map(|problem| problem.action)).max();
        let action = match action.unwrap_or(Action::Ignore) {
            Action::Waive => Action::Annotate,
            action => action,
        };
        if terms.is_softened() && action > Action::Ignore {
            notes.push("first push of this history: gate.first-push lets it in".into());
        }
        Verdict { action, findings, problems, notes }
    }

    fn finding(
        &self,
        terms: &RefPolicy,
        mut regression: Regression,
        today: Date,
        notes: &mut Vec<String>,
    ) -> Option<Finding> {
        regression.severity = self.severity(regression.rule, regression.severity)?;
        let action = terms.action(regression.severity);
        if action == Action::Ignore {
            return None;
        }
        if let Some(waiver) = self.waiver(&regression, today) {
            let waived = Some(printable(&waiver.reason, 200));
            return Some(Finding { regression, action: Action::Waive, waived });
        }
        let longest = self.config.limits.waiver_days.get();
        for waiver in self.waivers_for(&regression).filter(|waiver| waiver.covers(&regression)) {
            notes.extend(waiver.notice(today, longest));
        }
        notes.sort();
        notes.dedup();
        Some(Finding { regression, action, waived: None })
    }
}
