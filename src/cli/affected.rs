//! Which files a push concerns: those that changed, and those that read what changed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

use bstr::{BStr, BString, ByteSlice as _};

use super::memo::Memo;
use super::snapshot::Snapshot;
use crate::git::{Change, Changes, Entry};
use crate::model::{Arguments, Declared, EntryKind, File, FileKind, GapKind, Tree as _};
use crate::policy::Policy;
use crate::{resolve, surface};

/// Of more changed files those that were there before are looked at first.
const MANY: usize = 1_000;

/// The files to judge.
#[derive(Debug, Default)]
pub(super) struct Affected {
    /// Dockerfiles of the old revision.
    pub(super) old: BTreeSet<BString>,
    /// Dockerfiles of the new revision.
    pub(super) new: BTreeSet<BString>,
    /// Files under another path than before, as (old, new).
    pub(super) moved: Vec<(BString, BString)>,
    /// Dockerfiles whose context must be looked at as a whole, by the path they have on either side.
    pub(super) walk: BTreeSet<BString>,
    /// Changed paths whose names are sensitive.
    pub(super) sensitive: Vec<BString>,
    /// Changed paths that are named like the script of an entry point.
    scripts: Vec<BString>,
    /// Those of the new revision that the old one has nothing of.
    fresh: HashSet<BString>,
    /// Changed files that the time was over for.
    pub(super) late: Vec<BString>,
    /// Changed container files that policy leaves out.
    pub(super) excluded: usize,
}

/// One revision, and what finds the readers of its files.
struct Side<'s, 'r> {
    snapshot: &'s Snapshot<'r>,
    readers: resolve::Readers<'s>,
    memo: Option<&'s Readers>,
}

/// The readers of a file, or only those that take it by its name.
type Readers = Memo<(BString, bool), Rc<[BString]>>;

impl<'s, 'r> Side<'s, 'r> {
    fn new(snapshot: &'s Snapshot<'r>, memo: Option<&'s Readers>) -> Self {
        Self { snapshot, readers: resolve::Readers::new(snapshot), memo }
    }

    fn readers(&mut self, path: &BStr, named: bool) -> Rc<[BString]> {
        let ask = |readers: &mut resolve::Readers<'_>| {
            Rc::from(if named { readers.by_name(path) } else { readers.of(path) })
        };
        let Some(memo) = self.memo else { return ask(&mut self.readers) };
        memo.of((path.to_owned(), named), self.snapshot, None, |tree| {
            ask(&mut resolve::Readers::new(tree))
        })
    }

    /// Nothing stands here, or what is none of ours.
    fn is_foreign(&self, entry: Option<&Entry>) -> bool {
        entry.is_none_or(|entry| self.snapshot.is_foreign(entry))
    }
}

/// Whether a changed path is looked at, by its name.
pub(super) fn wanted(policy: &Policy, path: &BStr) -> bool {
    container_file(policy, path) || resolve::is_sensitive(path) || resolve::is_entry_script(path)
}

fn container_file(policy: &Policy, path: &BStr) -> bool {
    surface::of(path).is_some() || policy.kind_of(path).is_some()
}

impl Affected {
    /// What `changes` concern, as far as the time goes.
    pub(super) fn by(
        changes: &Changes,
        (old, new): (&Snapshot<'_>, &Snapshot<'_>),
        policy: &Policy,
        memo: Option<&Readers>,
        until: Option<Instant>,
    ) -> Self {
        let mut affected = Self::default();
        let (mut before, mut after) = (Side::new(old, memo), Side::new(new, memo));
        let mut files: Vec<&Change> = changes.files.iter().collect();
        if files.len() > MANY {
            files.sort_by_key(|change| change.old.is_none());
        }
        for change in files {
            if until.is_some_and(|until| Instant::now() >= until) {
                let entry = change.new.as_ref().or(change.old.as_ref());
                affected.late.extend(entry.map(|entry| entry.path.clone()));
            } else {
                affected.add(change, &mut before, &mut after, policy);
            }
        }
        affected.sensitive.dedup();
        affected.add_builders(new, policy);
        affected.add_walks(old, new);
        affected
    }

    fn add<'s, 'r>(
        &mut self,
        change: &Change,
        before_all: &mut Side<'s, 'r>,
        after_all: &mut Side<'s, 'r>,
        policy: &Policy,
    ) {
        let (old, new) = (before_all.snapshot, after_all.snapshot);
        let path = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.path.clone());
        let (before, after) = (path(&change.old), path(&change.new));
        let Some(current) = after.as_ref().or(before.as_ref()).map(|path| path.as_bstr()) else {
            return;
        };
        let is = |path: &Option<BString>| {
            path.as_ref().is_some_and(|path| {
                container_file(policy, path.as_bstr()) || new.is_taken(path.as_bstr())
            })
        };
        // On both sides alike: a key that only moved is reached as it was.
        let sensitive = |path: &&BString| resolve::is_sensitive(path.as_bstr());
        self.sensitive.extend([&before, &after].into_iter().flatten().filter(sensitive).cloned());
        let script = |path: &&BString| resolve::is_entry_script(path.as_bstr());
        self.scripts.extend([&before, &after].into_iter().flatten().filter(script).cloned());
        if !is(&before) && !is(&after) {
            return;
        }
        if !policy.judges(current) {
            self.excluded += 1;
            return;
        }
        for (path, snapshot) in [(&before, old), (&after, new)] {
            let Some(path) = path else { continue };
            if let Some(kind) = policy.kind_of(path.as_bstr()) {
                snapshot.take_for(path.as_bstr(), kind);
            }
        }
        let renamed = before.as_ref().zip(after.as_ref()).filter(|(before, after)| before != after);
        if let Some((before, after)) = renamed {
            self.moved.push((before.clone(), after.clone()));
        }
        let judged = |path: &BString| policy.judges(path.as_bstr());
        if before_all.is_foreign(change.old.as_ref()) && after_all.is_foreign(change.new.as_ref()) {
            for (path, side, set) in
                [(before, before_all, &mut self.old), (after, after_all, &mut self.new)]
            {
                let readers = path.map(|path| side.readers(path.as_bstr(), true));
                let readers = readers.iter().flat_map(|readers| readers.iter().cloned());
                set.extend(readers.filter(judged));
            }
            return;
        }
        if let Some((before, after)) = renamed
            && surface::of(after.as_bstr()).is_none()
            && policy.kind_of(after.as_bstr()).is_none()
        {
            let was = old.file(before.as_bstr()).ok().flatten().and_then(|file| file.kind);
            new.take_for(after.as_bstr(), was.unwrap_or(FileKind::Dockerfile));
        }
        // What was one of ours by its content and can't be read any more is not nothing.
        if let (Some(before), Some(after)) = (&before, &after)
            && new.content(after.as_bstr()).is_err_and(|gap| gap.kind != GapKind::TooLarge)
            && let Some(kind) = old.file(before.as_bstr()).ok().flatten().and_then(|file| file.kind)
        {
            new.take_for(after.as_bstr(), kind);
        }
        if let Some((was, now)) = resolve::takeover(current, old, new)
            && !self.moved.iter().any(|(old, new)| *old == was || *new == now)
        {
            self.old.insert(was.clone());
            self.new.insert(now.clone());
            self.moved.push((was, now));
        }
        for (path, side, set) in
            [(before, before_all, &mut self.old), (after, after_all, &mut self.new)]
        {
            let (Some(path), snapshot) = (path, side.snapshot) else { continue };
            if matches!(snapshot.file(path.as_bstr()), Ok(Some(ref file)) if is_ignore(file)) {
                let builders = resolve::dockerfiles_of(path.as_bstr(), snapshot);
                self.walk.extend(builders.iter().cloned());
                set.extend(builders);
            }
            let readers = side.readers(path.as_bstr(), false);
            set.extend(readers.iter().filter(|path| judged(path)).cloned());
            // What is taken in ran by itself before.
            set.extend(resolve::included_projects(snapshot, path.as_bstr()));
            if change.old.is_none() {
                self.fresh.insert(path.clone());
            }
            set.insert(path);
        }
    }

    /// The Dockerfiles that may copy a sensitive file: those of its folder and of the folders above.
    fn add_builders(&mut self, new: &Snapshot<'_>, policy: &Policy) {
        let mut folders = BTreeSet::new();
        for path in self.sensitive.iter().chain(&self.scripts) {
            let mut folder = path.as_bstr();
            while !folder.is_empty() {
                folder = folder.rfind_byte(b'/').map_or(b"".as_bstr(), |at| folder[..at].as_bstr());
                if !folders.insert(folder) {
                    break;
                }
            }
        }
        for folder in folders {
            for (name, kind) in new.names(folder).iter() {
                let path = if folder.is_empty() {
                    name.clone()
                } else {
                    [folder.as_bytes(), name].join(&b'/').into()
                };
                let builds = *kind == EntryKind::File
                    && surface::of(path.as_bstr())
                        .is_some_and(|surface| surface.id == surface::DOCKERFILE.id);
                if builds && policy.judges(path.as_bstr()) {
                    self.new.insert(path);
                }
            }
        }
    }

    /// A file is judged on both sides; a context is looked at as a whole where what feeds it changed.
    fn add_walks(&mut self, old: &Snapshot<'_>, new: &Snapshot<'_>) {
        let renamed: BTreeSet<&BString> = self.moved.iter().map(|(old, _)| old).collect();
        let arrived: BTreeSet<&BString> = self.moved.iter().map(|(_, new)| new).collect();
        let kept_old = self.old.iter().filter(|path| !renamed.contains(path)).cloned();
        let kept_new = self.new.iter().filter(|path| !arrived.contains(path)).cloned();
        let both: Vec<BString> = kept_old.chain(kept_new).collect();
        self.old.extend(both.iter().cloned());
        self.new.extend(both);
        let was: HashMap<&BString, &BString> =
            self.moved.iter().map(|(old, new)| (new, old)).collect();
        for path in &self.new {
            let before = *was.get(path).unwrap_or(&path);
            if before != path || copies(old, before) != copies(new, path) {
                self.walk.extend([before.clone(), path.clone()]);
            }
        }
    }
}

impl Affected {
    /// Paths in the order they are judged in: a flood of new files takes no turn from those that were
    /// there and may have got worse.
    pub(super) fn ranked<'p>(
        &'p self,
        paths: &'p BTreeSet<BString>,
    ) -> impl Iterator<Item = &'p BString> {
        let known = paths.iter().filter(|path| !self.fresh.contains(*path));
        known.chain(paths.iter().filter(|path| self.fresh.contains(*path)))
    }

    /// The files of the new revision whose old side is among `left`.
    pub(super) fn unknown(&self, left: &[&BStr], old: &Snapshot<'_>) -> BTreeSet<BString> {
        let there = |path: &&BStr| old.tree().entry(path).ok().flatten().is_some();
        let left: HashSet<&BStr> = left.iter().copied().filter(there).collect();
        if left.is_empty() {
            return BTreeSet::new();
        }
        let was: HashMap<&BString, &BString> =
            self.moved.iter().map(|(old, new)| (new, old)).collect();
        let unknown = |path: &&BString| {
            let before: &BString = was.get(path).copied().unwrap_or(path);
            left.contains(before.as_bstr())
        };
        self.new.iter().filter(unknown).cloned().collect()
    }
}

fn is_ignore(file: &File) -> bool {
    matches!(file.declared, Declared::Ignore(_))
}

/// What a Dockerfile copies, as written. Of a stage counts which earlier one it builds on: another
/// image takes no other file into it.
fn copies(snapshot: &Snapshot<'_>, path: &BString) -> Vec<String> {
    let Ok(Some(file)) = snapshot.file(path.as_bstr()) else { return Vec::new() };
    let Declared::Dockerfile(dockerfile) = &file.declared else { return Vec::new() };
    let text = &file.text.content;
    let (mut copies, mut stages) = (Vec::new(), BTreeSet::new());
    for instruction in &dockerfile.instructions {
        let instruction = instruction.trigger.as_deref().unwrap_or(instruction);
        let span = instruction.span;
        let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        match instruction.keyword.value.as_str() {
            "COPY" | "ADD" => {
                copies.push(written.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            "FROM" => {
                let Arguments::Words(words) = &instruction.arguments else { continue };
                let mut words = words.iter().map(|word| word.value.to_ascii_lowercase());
                let base = words.next().unwrap_or_default();
                let name = words.nth(1).unwrap_or_default();
                let earlier = base.contains('$') || stages.contains(&base);
                copies.push(format!("FROM {} {name}", if earlier { base.as_str() } else { "" }));
                stages.insert(name);
            }
            _ => {}
        }
    }
    copies
}
