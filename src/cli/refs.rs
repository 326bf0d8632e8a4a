//! One ref of a push, from its update to its part of the report.

use std::collections::HashMap;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};
use jiff::civil::Date;

use super::judge::{Judge, Judged};
use super::own_policy;
use crate::git::{Comparison, Id, RefUpdate, Revision, Standing, Trusted};
use crate::model::{Action, Gap, GapKind, RefReport, printable_bytes};
use crate::policy::RefPolicy;
use crate::rules::RULES;

/// Refs that no push may touch, and why.
const PROTECTED: [(&[u8], &str); 2] = [
    (b"refs/replace/", "a replace ref would change what others see of commits that were reviewed"),
    (b"refs/notes/plimsoll", "plimsoll's own notes are written by plimsoll alone"),
];

/// What is compared: the states before, the one after, the new commit.
type Key = (Vec<String>, String, Option<Id>);

/// Comparisons that are remembered, and what there may be to say about each.
const MOST_KEPT: usize = 1024;
const MOST_SAID: usize = 100;

/// Judges the refs of one push; the same comparison is made once.
pub(super) struct Refs<'a> {
    pub(super) judge: Judge<'a>,
    pub(super) today: Date,
    seen: HashMap<Key, BString>,
    /// What was judged before, where it is little.
    judged: HashMap<Key, Judged>,
    /// The branches of this repository are those of the server, as they were before the push.
    on_server: bool,
    reports: Vec<RefReport>,
}

impl<'a> Refs<'a> {
    pub(super) fn new(judge: Judge<'a>, today: Date) -> Self {
        let (seen, judged) = Default::default();
        Self { judge, today, seen, judged, on_server: false, reports: Vec::new() }
    }

    /// What was said, in the order the refs came.
    pub(super) fn reports(self) -> Vec<RefReport> {
        self.reports
    }

    /// Judges one update.
    pub(super) fn update(&mut self, update: &RefUpdate) -> Result<()> {
        self.on_server = true;
        let names: Vec<BString> = self.judge.policy.baseline_refs().map(BString::from).collect();
        let policy = self.judge.policy;
        let named = |name: &BStr| names.iter().any(|known| known == name);
        // A tag that is not judged is no place to start from.
        let strict =
            |name: &BStr| name.starts_with(b"refs/tags/") && !policy.for_ref(&[name]).is_off();
        let refs: Option<&dyn Fn(&BStr) -> bool> =
            if names.is_empty() { None } else { Some(&named) };
        let trusted = Trusted { refs, tags: Some(&strict) };
        let mut report = blank(update.name.as_bstr(), &hex(update.old), &hex(update.new));
        let terms = self.judge.policy.for_ref(&[update.name.as_bstr()]);
        let protected = PROTECTED.iter().find(|(start, _)| update.name.starts_with(start));
        if let Some((_, why)) = protected.filter(|_| !update.new.is_null() && !terms.is_off()) {
            stop(&mut report, Gap::of(GapKind::ProtectedRef, "", *why), Action::Reject);
            self.reports.push(report);
            return Ok(());
        }
        let alone = || self.judge.repository.alias(update.name.as_bstr()).is_none();
        if update.new.is_null() || terms.is_off() && alone() {
            self.reports.push(report);
            return Ok(());
        }
        let baseline = self.judge.repository.baseline(update, &trusted, &self.judge.limits)?;
        let alias = baseline.alias.as_ref().map(|alias| alias.as_bstr());
        let known: Vec<&BStr> = [update.name.as_bstr()].into_iter().chain(alias).collect();
        self.standing(&mut report, &known, baseline.standing)?;
        self.reports.push(report);
        Ok(())
    }

    /// Where the server's branches are: what they hold was judged when it came.
    fn branches(&self) -> Result<Vec<Id>> {
        if !self.on_server {
            return Ok(Vec::new());
        }
        let branches = self.judge.repository.refs(&|name| name.starts_with(b"refs/heads/"))?;
        Ok(branches.into_iter().map(|(_, id)| id).collect())
    }

    /// The net change, the history, and the repository's own policy.
    fn fresh(&self, judge: &Judge<'_>, comparison: &Comparison) -> Result<Judged> {
        let mut judged = judge.compare(&comparison.old, &comparison.new, RULES)?;
        if let Some(tip) = comparison.tip {
            let branches = || self.branches();
            judge.add_history(tip, &comparison.known, &branches, &mut judged)?;
        }
        judged.regressions.extend(own_policy::loosened(judge, &comparison.old, &comparison.new)?);
        Ok(judged)
    }

    /// Adds what was said of a ref.
    pub(super) fn add(&mut self, report: RefReport) {
        self.reports.push(report);
    }

    /// Judges what there is to judge about an update.
    pub(super) fn standing(
        &mut self,
        report: &mut RefReport,
        names: &[&BStr],
        standing: Standing,
    ) -> Result<()> {
        match standing {
            Standing::Deleted => {}
            Standing::Stale(current) => {
                let current = hex(current);
                let message = format!(
                    "the ref is at {current:.12} by now, not where the push says; fetch first"
                );
                stop(report, Gap::of(GapKind::Stale, "", message), Action::Reject);
            }
            Standing::Blob(_) => {
                report.notes.push("names a single file, which has no name to judge it by".into());
            }
            Standing::Unjudgeable(gap) => {
                let action = self.judge.policy.for_ref(names).on_error();
                stop(report, gap, action);
            }
            Standing::Compare(comparison) => {
                report.baseline = comparison.known.first().copied().map(hex).unwrap_or_default();
                self.comparison(report, names, &comparison)?;
            }
        }
        Ok(())
    }

    /// Judges one comparison under the policy of these ref names.
    pub(super) fn comparison(
        &mut self,
        report: &mut RefReport,
        names: &[&BStr],
        comparison: &Comparison,
    ) -> Result<()> {
        let first = comparison.old == [Revision::Empty];
        let policy = self.judge.policy;
        let terms = if first { policy.for_first_push(names) } else { policy.for_ref(names) };
        if terms.is_off() {
            return Ok(());
        }
        let states = comparison.old.iter().map(|old| format!("{old:?}")).collect();
        let key = (states, format!("{:?}", comparison.new), comparison.tip);
        if first {
            report.baseline.clear();
        }
        // Two refs at one commit are told once, unless their policies differ.
        let earlier = self.seen.get(&key).cloned();
        let own = own_policy::effective(&self.judge, &comparison.old)?;
        report.notes.extend(own.notes);
        let policy = own.policy.as_ref().unwrap_or(self.judge.policy);
        let judge = Judge::with(&self.judge, policy);
        let judged = match self.judged.get(&key) {
            Some(known) => known.clone(),
            None => self.fresh(&judge, comparison)?,
        };
        let little = judged.regressions.len() + judged.improvements.len() + judged.gaps.len();
        if little <= MOST_SAID && self.judged.len() < MOST_KEPT && !self.judged.contains_key(&key) {
            self.judged.insert(key.clone(), judged.clone());
        }
        let terms = match &own.policy {
            Some(policy) if first => policy.for_first_push(names),
            Some(policy) => policy.for_ref(names),
            None => terms,
        };
        fill(report, judged, policy, &terms, self.today);
        if let Some(earlier) = earlier
            && self.reports.iter().any(|other| other.name == earlier && alike(other, report))
        {
            report.same_as = Some(earlier);
        }
        self.seen.entry(key).or_insert_with(|| report.name.clone());
        Ok(())
    }
}

/// Puts what was found into a ref's part of the report.
pub(super) fn fill(
    report: &mut RefReport,
    judged: Judged,
    policy: &crate::policy::Policy,
    terms: &RefPolicy,
    today: Date,
) {
    let verdict = policy.judge(terms, judged.regressions, judged.gaps, today);
    report.verdict = report.verdict.max(verdict.action);
    report.findings.extend(verdict.findings);
    report.problems.extend(verdict.problems);
    report.improvements.extend(judged.improvements);
    report.notes.extend(judged.notes);
    report.notes.extend(verdict.notes);
    report.excluded += judged.excluded;
}

/// A report with nothing in it yet.
pub(super) fn blank(name: &BStr, old: &str, new: &str) -> RefReport {
    RefReport {
        name: name.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
        baseline: String::new(),
        verdict: Action::Ignore,
        findings: Vec::new(),
        improvements: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
        excluded: 0,
        same_as: None,
    }
}

fn stop(report: &mut RefReport, gap: Gap, action: Action) {
    report.problems.push(crate::model::Problem { gap, action });
    report.verdict = action;
}

fn alike(a: &RefReport, b: &RefReport) -> bool {
    let actions = |r: &RefReport| r.findings.iter().map(|f| f.action).collect::<Vec<_>>();
    a.verdict == b.verdict && actions(a) == actions(b)
}

fn hex(id: Id) -> String {
    printable_bytes(id.to_string().as_bytes(), 64)
}
