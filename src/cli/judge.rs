//! Two revisions in, what got worse out: the rooms, one behind the other.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::affected::{Affected, wanted};
use super::gaps::{newly_unreadable, partial};
use super::given_up::given_up;
use super::measure::Pass;
use super::memo::Memo;
use super::model::models;
use super::named::{self, Named};
use super::scans::Scans;
use super::shelf::Shelf;
use super::snapshot::Snapshot;
use crate::compare::{Model, Outcome, Side, compare_beside, fingerprint_of_secret};
use crate::git::{self, Changes, Repository, Revision};
use crate::model::{
    EntryKind, Evidence, File, Gap, GapKind, Improvement, Measured, Regression, Rule, Settings,
    Today, Tree as _,
};
use crate::policy::{self, Policy};
use crate::resolve;

/// What there is to say about one comparison.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    /// What got worse.
    pub(super) regressions: Vec<Regression>,
    /// What got better.
    pub(super) improvements: Vec<Improvement>,
    /// What could not be judged and could before.
    pub(super) gaps: Vec<Gap>,
    /// Lines without a finding.
    pub(super) notes: Vec<String>,
    /// Changed container files that policy leaves out.
    pub(super) excluded: usize,
}

/// One comparison with the units of both sides.
pub(super) struct Compared {
    /// What there is to say.
    pub(super) judged: Judged,
    /// The units of the old revision's affected files.
    pub(super) before: Vec<Measured>,
    /// Those of the new one's.
    pub(super) after: Vec<Measured>,
    /// Files under another path than before, as (old, new).
    pub(super) moved: Vec<(BString, BString)>,
    /// The files of the old revision that were read.
    pub(super) old_files: Vec<Rc<File>>,
    /// Those of the new one.
    pub(super) new_files: Vec<Rc<File>>,
}

impl Compared {
    /// What there is to say where no file changed that is looked at.
    fn nothing(changes: Changes) -> Self {
        let Changes { gaps, notes, .. } = changes;
        Self {
            judged: Judged { gaps, notes, ..Judged::default() },
            before: Vec::new(),
            after: Vec::new(),
            moved: Vec::new(),
            old_files: Vec::new(),
            new_files: Vec::new(),
        }
    }
}

/// Everything that stays the same while one run judges.
pub(super) struct Judge<'a> {
    pub(super) repository: &'a Repository,
    pub(super) policy: &'a Policy,
    pub(super) settings: Settings,
    pub(super) shelf: Rc<Shelf>,
    scans: Option<Rc<Scans>>,
    /// What tells this repository from others, once a secret was found.
    root: Rc<OnceCell<Option<Vec<u8>>>>,
    /// The server's date, read once.
    pub(super) today: Date,
    /// What reading may cost.
    pub(super) limits: git::Limits,
    pub(super) memos: Option<Rc<Memos>>,
}

/// Units with their exposures, and what could not be resolved.
pub(super) type Made = (Vec<Measured>, Vec<Gap>);

/// What one comparison leaves for the next one of the same history.
pub(super) struct Memos {
    /// Of files: their units.
    pub(super) made: Memo<Vec<BString>, Rc<Made>>,
    /// Of a file: those that read it, or only those that take it by its name.
    pub(super) readers: Memo<(BString, bool), Rc<[BString]>>,
    /// Of a folder: what its compose files name.
    pub(super) named: named::Memory,
}

impl Default for Memos {
    fn default() -> Self {
        Self {
            made: Memo::new(6 << 20, |made| weight(made)),
            readers: Memo::new(2 << 20, |readers| readers.len() * LINE),
            named: named::Memory::default(),
        }
    }
}

/// What a line, an exposure and a unit take in memory, about.
const LINE: usize = 64;
const EXPOSURE: usize = 400;
const UNIT: usize = 2000;

fn weight((units, gaps): &Made) -> usize {
    let unit = |unit: &Measured| {
        unit.declaration.body.len() * LINE + unit.exposures.len() * EXPOSURE + UNIT
    };
    units.iter().map(unit).sum::<usize>() + gaps.len() * EXPOSURE
}

impl<'a> Judge<'a> {
    pub(super) fn new(repository: &'a Repository, policy: &'a Policy, started: Instant) -> Self {
        let limits = policy.limits();
        let limits = git::Limits {
            file_size: limits.file_size,
            entries: limits.tree_names,
            depth: limits.depth,
            commits: limits.commits,
            until: started.checked_add(limits.time_budget),
        };
        let today = policy::today();
        let scans = Scans::new(policy, today);
        let settings = settings(policy, Some(today), scans.as_ref());
        let (shelf, root) = (Rc::default(), Rc::default());
        let memos = None;
        Self { repository, policy, settings, shelf, scans, root, today, limits, memos }
    }

    /// Keeps what is made for the next comparison: many commits of one history are to be compared,
    /// always by the same rules. What scanners say is asked each time.
    pub(super) fn remember(&mut self) {
        self.repository.remember_more();
        self.memos = self.scans.is_none().then(Rc::default);
    }

    /// Starts the clock anew: one comparison of many has its own time.
    pub(super) fn restart(&mut self) {
        self.limits.until = Instant::now().checked_add(self.policy.limits().time_budget);
    }

    /// Asks what depends on the day as of a commit's own, where that is over: what was cared for
    /// when it landed is no regression of its making.
    pub(super) fn as_of(&mut self, commit: &git::Commit) {
        let day = Timestamp::from_second(commit.seconds).ok();
        let day = day.map(|time| time.to_zoned(TimeZone::UTC).date());
        self.settings.today = Some(day.map_or(self.today, |day| day.min(self.today)).into());
    }

    /// The day as of which it asks.
    pub(super) fn day(&self) -> Date {
        self.settings.today.as_ref().map_or(self.today, Today::day)
    }

    /// The same run under another policy.
    pub(super) fn with<'b>(other: &Judge<'b>, policy: &'b Policy) -> Judge<'b> {
        Judge {
            repository: other.repository,
            policy,
            shelf: Rc::clone(&other.shelf),
            settings: settings(policy, Some(other.day()), other.scans.as_ref()),
            scans: other.scans.clone(),
            root: Rc::clone(&other.root),
            today: other.today,
            limits: other.limits,
            memos: None,
        }
    }

    /// Compares `new` with each of `old`: what ALL of them have is old.
    pub(super) fn compare(
        &self,
        old: &[Revision],
        new: &Revision,
        rules: &[&'static Rule],
    ) -> Result<Judged> {
        let mut all = Judged::default();
        for (round, old) in old.iter().enumerate() {
            let judged = self.compare_two(old, new, rules)?;
            if round == 0 {
                all = judged;
                continue;
            }
            let known = |r: &Regression| all.regressions.iter().any(|known| same(known, r));
            let more: Vec<Regression> =
                judged.regressions.into_iter().filter(|r| !known(r)).collect();
            all.regressions.extend(more);
            let more: Vec<Gap> =
                judged.gaps.into_iter().filter(|gap| !all.gaps.contains(gap)).collect();
            all.gaps.extend(more);
            all.improvements.clear();
        }
        Ok(all)
    }

    fn compare_two(
        &self,
        old: &Revision,
        new: &Revision,
        rules: &[&'static Rule],
    ) -> Result<Judged> {
        Ok(self.measured(old, new, rules)?.judged)
    }

    /// One comparison, and what it measured on both sides.
    pub(super) fn measured(
        &self,
        old: &Revision,
        new: &Revision,
        rules: &[&'static Rule],
    ) -> Result<Compared> {
        let old = Snapshot::new(self.repository.tree(*old, self.limits)?, &self.shelf);
        let new = Snapshot::new(self.repository.tree(*new, self.limits)?, &self.shelf);
        let memos = self.memos.as_deref();
        let named = Named::new(&old, &new, memos.map(|memos| &memos.named));
        let changes = self
            .repository
            .changes(old.tree(), new.tree(), &|path| wanted(self.policy, path) || named.take(path));
        if changes.files.is_empty() && self.scans.is_none() {
            return Ok(Compared::nothing(changes));
        }
        let readers = memos.map(|memos| &memos.readers);
        let until = self.limits.three_quarters();
        let affected = Affected::by(&changes, (&old, &new), self.policy, readers, until);
        let mut judged =
            Judged { notes: changes.notes, excluded: affected.excluded, ..Judged::default() };
        let only = resolve::Names::Only(affected.sensitive.clone());
        let rest = if affected.sensitive.is_empty() { &resolve::Names::Same } else { &only };
        let scans = self.scans.as_ref();
        scans.inspect(|scans| scans.start());
        let pass = Pass { judge: self, affected: &affected, rest, rules };
        // The old side gets half of the time, so that the new one is not left without any.
        let first = pass.measure(&old, affected.ranked(&affected.old), self.limits.halfway());
        let (mut before, old_gaps) = (first.measured, first.gaps);
        let all = resolve::Names::walk();
        let beside = |(path, model): (BString, BString)| Model {
            path,
            units: Pass { rest: &all, ..pass }.measure(&old, [&model], self.limits.until).measured,
        };
        let models: Vec<Model> = models(&affected, &old, &new).into_iter().map(beside).collect();
        scans.inspect(|scans| scans.turn());
        // What had no turn on the old side can't be compared.
        let unknown = affected.unknown(&first.left, &old);
        let known = affected.ranked(&affected.new).filter(|path| !unknown.contains(*path));
        let second = pass.measure(&new, known, self.limits.until);
        let (after, mut new_gaps) = (second.measured, second.gaps);
        let left: Vec<&BStr> = unknown
            .iter()
            .chain(&affected.late)
            .map(|path| path.as_bstr())
            .chain(second.left)
            .collect();
        new_gaps.extend(self.not_judged(&left, affected.old.len().max(affected.new.len())));
        judged.notes.extend(scans.into_iter().flat_map(|scans| scans.notes()));
        beside_each_other(&old, &new, &affected.moved);
        let variants = resolve::variants(&new, &affected.new);
        let (old_files, new_files) = (old.files(), new.files());
        // What a bound left unread is not gone.
        if new_gaps.iter().any(|gap| gap.kind == GapKind::Limit) {
            let all = before.iter_mut().flat_map(|unit| Rc::make_mut(&mut unit.exposures));
            for exposure in all {
                exposure.gone = None;
            }
        }
        given_up(&mut before, &after, &new);
        let Outcome { mut regressions, improvements } = compare_beside(
            Side { units: &before, files: &old_files, variants: &[] },
            Side { units: &after, files: &new_files, variants: &variants },
            &affected.moved,
            &models,
        );
        self.key_secrets(&mut regressions);
        told_once(&mut regressions, &affected.new, &new);
        judged.gaps = changes.gaps;
        let (new_gaps, notes) = partial(&old_gaps, new_gaps, &old, &affected.moved);
        judged.notes.extend(notes);
        judged.gaps.extend(newly_unreadable(old_gaps, new_gaps, &affected.moved));
        // What can't be read any more has not got better.
        let improvements = if judged.gaps.is_empty() { improvements } else { Vec::new() };
        (judged.regressions, judged.improvements) = (regressions, improvements);
        Ok(Compared { judged, before, after, moved: affected.moved, old_files, new_files })
    }

    /// Makes the fingerprints of secrets this repository's own. Without a key of its own they hold
    /// no secret: everybody could try passwords on them.
    fn key_secrets(&self, regressions: &mut [Regression]) {
        for regression in regressions {
            let Some(secret) = &regression.secret else { continue };
            let root = self
                .root
                .get_or_init(|| self.repository.root().map(|id| id.to_string().into_bytes()));
            let Some(root) = root else { continue };
            regression.fingerprint = fingerprint_of_secret(&regression.fingerprint, secret, root);
        }
    }
}

/// What rules are told by the policy, the clock and the scanners.
fn settings(policy: &Policy, today: Option<Date>, scans: Option<&Rc<Scans>>) -> Settings {
    let evidence = scans.map(|scans| Rc::clone(scans) as Rc<dyn Evidence>);
    Settings { evidence, today: today.map(Today::from), ..policy.settings() }
}

/// Takes out what is told of a link and of the file that it leads to, at the link.
fn told_once(regressions: &mut Vec<Regression>, paths: &BTreeSet<BString>, new: &Snapshot<'_>) {
    let link = |path: &&BString| {
        let entry = new.tree().entry(path.as_bstr()).ok().flatten();
        entry.is_some_and(|entry| entry.kind == EntryKind::Link)
    };
    let target = |path: &BString| {
        let entry = new.tree().follow(path.as_bstr()).ok().flatten()?;
        paths.contains(&entry.path).then(|| (path.clone(), entry.path))
    };
    let links: HashMap<BString, BString> = paths.iter().filter(link).filter_map(target).collect();
    if links.is_empty() {
        return;
    }
    let told: HashSet<(BString, String)> =
        regressions.iter().map(|r| (r.unit_path.clone(), r.fingerprint.clone())).collect();
    regressions.retain(|r| {
        let target = links.get(&r.unit_path);
        !target.is_some_and(|to| told.contains(&(to.clone(), r.fingerprint.clone())))
    });
}

/// Opens what only one side has asked for on the other side too: a file that nobody reads any more
/// is not a file that is gone.
fn beside_each_other(old: &Snapshot<'_>, new: &Snapshot<'_>, moved: &[(BString, BString)]) {
    let before: HashMap<&BStr, &BStr> =
        moved.iter().map(|(old, new)| (new.as_bstr(), old.as_bstr())).collect();
    let after: HashMap<&BStr, &BStr> =
        moved.iter().map(|(old, new)| (old.as_bstr(), new.as_bstr())).collect();
    for (from, to, names) in [(old, new, &after), (new, old, &before)] {
        for file in from.files() {
            let path = file.text.path.as_bstr();
            // What can't be read on the other side has its own gap where it matters.
            let _ = to.file(names.get(path).copied().unwrap_or(path));
        }
    }
}

/// Whether two comparisons found the same thing.
pub(super) fn same(a: &Regression, b: &Regression) -> bool {
    a.fingerprint == b.fingerprint && a.unit_path == b.unit_path
}
