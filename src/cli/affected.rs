//! Which files a push concerns: those that changed, and those that read what changed.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice as _};

use super::snapshot::Snapshot;
use crate::git::{Change, Changes};
use crate::model::{Arguments, Declared, EntryKind, File, FileKind, Tree as _};
use crate::policy::Policy;
use crate::{resolve, surface};

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
    /// Changed container files that policy leaves out.
    pub(super) excluded: usize,
}

/// Whether a changed path is looked at, by its name.
pub(super) fn wanted(policy: &Policy, path: &BStr) -> bool {
    surface::of(path).is_some() || policy.kind_of(path).is_some() || resolve::is_sensitive(path)
}

fn container_file(policy: &Policy, path: &BStr) -> bool {
    surface::of(path).is_some() || policy.kind_of(path).is_some()
}

impl Affected {
    /// What `changes` concern.
    pub(super) fn by(
        changes: &Changes,
        old: &Snapshot<'_>,
        new: &Snapshot<'_>,
        policy: &Policy,
    ) -> Self {
        let mut affected = Self::default();
        for change in &changes.files {
            affected.add(change, old, new, policy);
        }
        affected.sensitive.dedup();
        for path in affected.sensitive.clone() {
            affected.add_builders_of(path.as_bstr(), new, policy);
        }
        affected.add_walks(old, new);
        affected
    }

    fn add(&mut self, change: &Change, old: &Snapshot<'_>, new: &Snapshot<'_>, policy: &Policy) {
        let path =
            |entry: &Option<crate::git::Entry>| entry.as_ref().map(|entry| entry.path.clone());
        let (before, after) = (path(&change.old), path(&change.new));
        let Some(current) = after.as_ref().or(before.as_ref()).map(|path| path.as_bstr()) else {
            return;
        };
        let is = |path: &Option<BString>| {
            path.as_ref().is_some_and(|path| container_file(policy, path.as_bstr()))
        };
        // On both sides alike: a key that only moved is reached as it was.
        let sensitive = |path: &&BString| resolve::is_sensitive(path.as_bstr());
        self.sensitive.extend([&before, &after].into_iter().flatten().filter(sensitive).cloned());
        if !is(&before) && !is(&after) {
            return;
        }
        if !policy.judges(current) {
            self.excluded += 1;
            return;
        }
        if let (Some(before), Some(after)) = (&before, &after)
            && before != after
        {
            self.moved.push((before.clone(), after.clone()));
            if surface::of(after.as_bstr()).is_none() {
                let was = old.file(before.as_bstr()).ok().flatten().and_then(|file| file.kind);
                new.take_for(after.as_bstr(), was.unwrap_or(FileKind::Dockerfile));
            }
        }
        for (path, snapshot) in [(&before, old), (&after, new)] {
            let Some(path) = path else { continue };
            if let Some(kind) = policy.kind_of(path.as_bstr()) {
                snapshot.take_for(path.as_bstr(), kind);
            }
        }
        if let Some((was, now)) = resolve::takeover(current, old, new)
            && !self.moved.iter().any(|(old, new)| *old == was || *new == now)
        {
            self.old.insert(was.clone());
            self.new.insert(now.clone());
            self.moved.push((was, now));
        }
        for (path, snapshot, set) in [(before, old, &mut self.old), (after, new, &mut self.new)] {
            let Some(path) = path else { continue };
            if matches!(snapshot.file(path.as_bstr()), Ok(Some(ref file)) if is_ignore(file)) {
                let builders = resolve::dockerfiles_of(path.as_bstr(), snapshot);
                self.walk.extend(builders.iter().cloned());
                set.extend(builders);
            }
            let readers = resolve::readers_of(path.as_bstr(), snapshot);
            set.extend(readers.into_iter().filter(|path| policy.judges(path.as_bstr())));
            set.insert(path);
        }
    }

    /// The Dockerfiles that may copy a file: those of its folder and of the folders above.
    fn add_builders_of(&mut self, path: &BStr, new: &Snapshot<'_>, policy: &Policy) {
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rfind_byte(b'/').map_or(b"".as_bstr(), |at| folder[..at].as_bstr());
            for (name, kind) in new.names(folder) {
                let path = if folder.is_empty() {
                    name
                } else {
                    [folder.as_bytes(), &name].join(&b'/').into()
                };
                let builds = kind == EntryKind::File
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
        for path in &self.new {
            let before =
                self.moved.iter().find(|(_, new)| new == path).map_or(path, |(old, _)| old);
            if before != path || copies(old, before) != copies(new, path) {
                self.walk.extend([before.clone(), path.clone()]);
            }
        }
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
