//! Two audits of one history under two policies in, what each costs those who push out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use bstr::BString;

use crate::model::{Action, Audit, Finding, Kept, Landed, Step, Trial};

/// What of an audit is asked for: of a step the findings, and `None` for what could not be judged.
type Wanted<'a> = dyn Fn(&Step, Option<&Finding>) -> bool + 'a;

/// Compares what two policies, by their names, make of the same history.
pub fn what_if(tried: [(String, Audit); 2], wanted: &Wanted<'_>) -> [Trial; 2] {
    let [mut now, mut then] = tried.map(|(policy, audit)| trial(policy, audit, wanted));
    (now.only, then.only) = (only(&now, &then), only(&then, &now));
    [now, then]
}

fn trial(policy: String, audit: Audit, wanted: &Wanted<'_>) -> Trial {
    let mut trial = Trial { policy, ..Trial::default() };
    let mut authors: BTreeMap<BString, (usize, usize)> = BTreeMap::new();
    let mut rules: BTreeMap<&'static str, Kept> = BTreeMap::new();
    for (at, step) in audit.steps.iter().enumerate() {
        let told = || step.findings.iter().filter(|finding| wanted(step, Some(finding)));
        let refused = || told().filter(|finding| finding.action == Action::Reject);
        let unread = step.problems.iter().any(|problem| problem.action == Action::Reject);
        let by: BTreeSet<&str> = refused().map(|finding| finding.regression.rule.id).collect();
        if by.is_empty() && !(unread && wanted(step, None)) {
            trial.told += usize::from(told().next().is_some());
            continue;
        }
        trial.rejected.push(at);
        trial.merges += usize::from(step.merge);
        trial.unread += usize::from(by.is_empty());
        for rule in by {
            rules.entry(rule).or_default().commits += 1;
        }
        authors.entry(step.email.to_ascii_lowercase().into()).or_insert((at, 0)).1 += 1;
    }
    for (landed, finding) in audit.landed.iter().filter_map(|landed| refused(&audit, landed)) {
        let kept = rules.entry(finding.regression.rule.id).or_default();
        kept.out += 1;
        kept.repaired += usize::from(landed.repaired.is_some());
    }
    trial.authors = authors.into_values().collect();
    trial.authors.sort_by_key(|(first, count)| (Reverse(*count), *first));
    trial.rules = rules.into_iter().collect();
    Trial { audit, ..trial }
}

fn refused<'a>(audit: &'a Audit, landed: &'a Landed) -> Option<(&'a Landed, &'a Finding)> {
    let finding = audit.steps.get(landed.step)?.findings.get(landed.finding)?;
    (finding.action == Action::Reject).then_some((landed, finding))
}

fn only(trial: &Trial, other: &Trial) -> Vec<usize> {
    let commit = |of: &Trial, at: &usize| of.audit.steps.get(*at).map(|step| step.commit.clone());
    let others: HashSet<_> = other.rejected.iter().map(|at| commit(other, at)).collect();
    trial.rejected.iter().copied().filter(|at| !others.contains(&commit(trial, at))).collect()
}
