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
use super::given_up::given_up;
use super::model::models;
use super::named::Named;
use super::scans::Scans;
use super::shelf::Shelf;
use super::snapshot::Snapshot;
use crate::compare::{Model, Outcome, Side, compare_beside, fingerprint_of_secret};
use crate::git::{self, Repository, Revision};
use crate::model::{
    EntryKind, Evidence, File, Gap, GapKind, Improvement, Measured, Regression, Rule, Settings,
    Tree as _, printable_bytes,
};
use crate::policy::{self, Policy};
use crate::{resolve, rules};

/// What there is to say about one comparison.
#[derive(Debug, Default)]
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

/// Everything that stays the same while one run judges.
pub(super) struct Judge<'a> {
    pub(super) repository: &'a Repository,
    pub(super) policy: &'a Policy,
    settings: Settings,
    pub(super) shelf: Rc<Shelf>,
    scans: Option<Rc<Scans>>,
    /// What tells this repository from others, once a secret was found.
    root: Rc<OnceCell<Vec<u8>>>,
    /// The server's date, read once.
    pub(super) today: Date,
    /// What reading may cost.
    pub(super) limits: git::Limits,
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
        Self { repository, policy, settings, shelf, scans, root, today, limits }
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
        self.settings.today = Some(day.map_or(self.today, |day| day.min(self.today)));
    }

    /// The day as of which it asks.
    pub(super) fn day(&self) -> Date {
        self.settings.today.unwrap_or(self.today)
    }

    /// The same run under another policy.
    pub(super) fn with<'b>(other: &Judge<'b>, policy: &'b Policy) -> Judge<'b> {
        Judge {
            repository: other.repository,
            policy,
            shelf: Rc::clone(&other.shelf),
            settings: settings(policy, other.settings.today, other.scans.as_ref()),
            scans: other.scans.clone(),
            root: Rc::clone(&other.root),
            today: other.today,
            limits: other.limits,
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
        let named = Named::new(&old, &new);
        let changes = self
            .repository
            .changes(old.tree(), new.tree(), &|path| wanted(self.policy, path) || named.take(path));
        let affected = Affected::by(&changes, &old, &new, self.policy);
        let mut judged =
            Judged { notes: changes.notes, excluded: affected.excluded, ..Judged::default() };
        let only = resolve::Names::Only(affected.sensitive.clone());
        let rest = if affected.sensitive.is_empty() { &resolve::Names::Same } else { &only };
        let scans = self.scans.as_ref();
        scans.inspect(|scans| scans.start());
        let (mut before, old_gaps) = self.measure(&old, &affected.old, (&affected, rest), rules);
        let all = resolve::Names::walk();
        let beside = |(path, model): (BString, BString)| Model {
            path,
            units: self.measure(&old, [&model], (&affected, &all), rules).0,
        };
        let models: Vec<Model> = models(&affected, &old, &new).into_iter().map(beside).collect();
        scans.inspect(|scans| scans.turn());
        let (after, new_gaps) = self.measure(&new, &affected.new, (&affected, rest), rules);
        judged.notes.extend(scans.into_iter().flat_map(|scans| scans.notes()));
        beside_each_other(&old, &new, &affected.moved);
        let variants = resolve::variants(&new, &affected.new);
        let (old_files, new_files) = (old.files(), new.files());
        // What a bound left unread is not gone.
        if new_gaps.iter().any(|gap| gap.kind == GapKind::Limit) {
            let exposures = before.iter_mut().flat_map(|unit| &mut unit.exposures);
            exposures.for_each(|exposure| exposure.gone = None);
        }
        given_up(&mut before, &after, &new);
        let Outcome { regressions, improvements } = compare_beside(
            Side { units: &before, files: &old_files, variants: &[] },
            Side { units: &after, files: &new_files, variants: &variants },
            &affected.moved,
            &models,
        );
        let mut regressions = regressions;
        self.key_secrets(&mut regressions);
        let links = links(&affected.new, &new);
        let told = |r: &Regression| {
            let target = links.iter().find(|(link, _)| *link == r.unit_path).map(|(_, to)| to);
            target.is_some_and(|to| {
                let there = |other: &Regression| {
                    other.unit_path == *to && other.fingerprint == r.fingerprint
                };
                regressions.iter().any(there)
            })
        };
        let kept: Vec<bool> = regressions.iter().map(|r| !told(r)).collect();
        let mut kept = kept.into_iter();
        regressions.retain(|_| kept.next().unwrap_or(true));
        judged.gaps = changes.gaps;
        let (new_gaps, notes) = partial(&old_gaps, new_gaps, &old, &affected.moved);
        judged.notes.extend(notes);
        judged.gaps.extend(newly_unreadable(old_gaps, new_gaps, &affected.moved));
        // What can't be read any more has not got better.
        let improvements = if judged.gaps.is_empty() { improvements } else { Vec::new() };
        (judged.regressions, judged.improvements) = (regressions, improvements);
        Ok(Compared { judged, before, after, moved: affected.moved, old_files, new_files })
    }

    /// Makes the fingerprints of secrets this repository's own.
    fn key_secrets(&self, regressions: &mut [Regression]) {
        for regression in regressions {
            let Some(secret) = &regression.secret else { continue };
            let root = self.root.get_or_init(|| {
                self.repository.root().map_or_else(Vec::new, |id| id.to_string().into_bytes())
            });
            regression.fingerprint = fingerprint_of_secret(&regression.fingerprint, secret, root);
        }
    }

    /// The units of one side with their exposures, within the bounds of policy. `rest` is what is
    /// looked at of the contexts that need no walk.
    fn measure<'p>(
        &self,
        snapshot: &Snapshot<'_>,
        paths: impl IntoIterator<Item = &'p BString>,
        (affected, rest): (&Affected, &resolve::Names),
        rules: &[&'static Rule],
    ) -> (Vec<Measured>, Vec<Gap>) {
        let (mut measured, mut gaps, mut left) = (Vec::new(), Vec::new(), Vec::new());
        let most = self.policy.limits().files;
        // Files of one kind make units together: a compose file and its override, a pod and the
        // network policies that select it.
        let mut together = Vec::new();
        let all = resolve::Names::walk();
        let mut take = |resolved: resolve::Resolved| {
            gaps.extend(resolved.gaps);
            for declaration in resolved.units {
                if let Ok(Some(file)) = snapshot.file(declaration.path.as_bstr()) {
                    let exposures = rules::measure(rules, &declaration, &file, &self.settings);
                    measured.push(Measured { declaration, exposures });
                }
            }
        };
        for (count, path) in paths.into_iter().enumerate() {
            if count >= most || self.limits.until.is_some_and(|until| Instant::now() >= until) {
                left.push(path.as_bstr());
                continue;
            }
            if resolve::stands_alone(snapshot, path.as_bstr()) {
                let walk = affected.walk.contains(path);
                let names = if walk { &all } else { rest };
                let paths = std::slice::from_ref(path);
                take(resolve::units(snapshot, paths, names, &self.settings));
            } else {
                together.push(path.clone());
            }
        }
        if !together.is_empty() {
            take(resolve::units(snapshot, &together, rest, &self.settings));
        }
        gaps.extend(not_judged(&left));
        (measured, gaps)
    }
}

/// What rules are told by the policy, the clock and the scanners.
fn settings(policy: &Policy, today: Option<Date>, scans: Option<&Rc<Scans>>) -> Settings {
    let evidence = scans.map(|scans| Rc::clone(scans) as Rc<dyn Evidence>);
    Settings { evidence, today, ..policy.settings() }
}

/// Links among the files to judge whose targets are judged too, as (link, target).
fn links(paths: &BTreeSet<BString>, snapshot: &Snapshot<'_>) -> Vec<(BString, BString)> {
    let link = |path: &&BString| {
        let entry = snapshot.tree().entry(path.as_bstr()).ok().flatten();
        entry.is_some_and(|entry| entry.kind == EntryKind::Link)
    };
    let target = |path: &BString| {
        let entry = snapshot.tree().follow(path.as_bstr()).ok().flatten()?;
        paths.contains(&entry.path).then(|| (path.clone(), entry.path))
    };
    paths.iter().filter(link).filter_map(target).collect()
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

/// The files that a bound left out, in one gap that names the first.
fn not_judged(left: &[&BStr]) -> Option<Gap> {
    let first = left.first()?;
    let (count, name) = (left.len(), printable_bytes(first, 60));
    let message =
        format!("a limit was reached before {count} container files were judged, {name} the first");
    Some(Gap::of(GapKind::Limit, "", message))
}

/// What is no Dockerfile by itself and never was one takes nothing away: a template with
/// other lines to fill in than before, or a new file, turns no push back. What remains of the gaps,
/// and a note for each in a new file.
fn partial(
    old: &[Gap],
    new: Vec<Gap>,
    before: &Snapshot<'_>,
    moved: &[(BString, BString)],
) -> (Vec<Gap>, Vec<String>) {
    let was = |path: &BString| {
        moved.iter().find(|(_, new)| new == path).map_or(path, |(old, _)| old).clone()
    };
    let (mut gaps, mut notes) = (Vec::new(), Vec::new());
    for gap in new {
        let path = was(&gap.path);
        let known = || old.iter().any(|old| old.kind == gap.kind && old.path == path);
        let template = matches!(gap.kind, GapKind::Template | GapKind::Ambiguous);
        if !template && gap.kind != GapKind::Partial {
            gaps.push(gap);
        } else if template && !known() || matches!(before.file(path.as_bstr()), Ok(None)) {
            let line = gap.span.map_or(1, |span| span.line);
            notes.push(format!("{}:{line}: {}", printable_bytes(&gap.path, 120), gap.message));
        } else if !template && !known() {
            gaps.push(gap);
        }
    }
    (gaps, notes)
}

/// New gaps that the old revision did not have: what was broken and still is says nothing, also
/// where the line at fault was edited and is at fault as before.
fn newly_unreadable(old: Vec<Gap>, new: Vec<Gap>, moved: &[(BString, BString)]) -> Vec<Gap> {
    let before = |gap: &Gap| {
        let pair = moved.iter().find(|(_, new)| *new == gap.path);
        pair.map_or_else(|| gap.path.clone(), |(old, _)| old.clone())
    };
    // A bound that both sides reached leaves files of the new one unread all the same.
    let bound = |gap: &Gap| gap.kind == GapKind::Limit && gap.path.is_empty();
    let mut known: Vec<Gap> = old.into_iter().filter(|gap| !bound(gap)).collect();
    let lost: Vec<Gap> =
        known.iter().filter(|gap| gap.kind == GapKind::MissingObject).cloned().collect();
    // One file that several others need is one thing to say.
    let mut said = HashSet::new();
    let mut fresh = new;
    fresh.retain(|gap| said.insert((gap.kind, gap.path.clone(), gap.span, gap.key.clone())));
    let words: [fn(&Gap) -> &String; 2] = [|gap| &gap.key, |gap| &gap.message];
    for words in words {
        let mut index: HashMap<(GapKind, BString, String), Vec<usize>> = HashMap::new();
        for (at, gap) in known.iter().enumerate() {
            index.entry((gap.kind, gap.path.clone(), words(gap).clone())).or_default().push(at);
        }
        let mut used = HashSet::new();
        fresh.retain(|gap| {
            let same = index.get_mut(&(gap.kind, before(gap), words(gap).clone()));
            same.and_then(Vec::pop).map(|at| used.insert(at)).is_none()
        });
        known = known
            .into_iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, gap)| gap)
            .collect();
    }
    fresh.extend(lost);
    fresh
}

/// Whether two comparisons found the same thing.
pub(super) fn same(a: &Regression, b: &Regression) -> bool {
    a.fingerprint == b.fingerprint && a.unit_path == b.unit_path
}
