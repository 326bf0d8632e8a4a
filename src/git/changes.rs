//! The container files that differ between two revisions.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::folder::{Folder, Item, Opened, order, placed};
use super::path::{join, split};
use super::{Entry, Repository, Tree, pairs};
use crate::model::{EntryKind, Gap, GapKind, printable_bytes};

/// More new files of other names are not remembered as what a deleted one may have become.
const MOST_OTHERS: usize = 20_000;
/// How much of a path a note shows.
const SHOWN: usize = 200;
const MOST_NOTES: usize = 100;
/// More links of one push are not followed.
const MOST_LINKS: usize = 10_000;

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was; `None` for a new file.
    pub old: Option<Entry>,
    /// What it is; `None` for a deleted one. After a rename its name may be no container file's.
    pub new: Option<Entry>,
    /// Whether the two have different paths.
    pub renamed: bool,
}

/// What differs between two revisions.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The files, by path.
    pub files: Vec<Change>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// What is worth a word and no finding; printable.
    pub notes: Vec<String>,
}

impl Repository {
    /// The files that `wanted` takes by path and that differ, renamed ones paired.
    ///
    /// A folder that is the same on both sides is never opened. What `wanted` does not take is looked
    /// at only as the new name of a deleted file.
    pub fn changes(
        &self,
        old: &Tree<'_>,
        new: &Tree<'_>,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Changes {
        let mut walk = Walk::new(self, new, wanted);
        walk.run(old.top(), new.top());
        walk.hidden();
        walk.targets(old);
        let Walk { mut found, changed, removed, added, others, .. } = walk;
        let paired = pairs::pair(old, new, removed, added, &others, &mut found.notes);
        found.files = changed.into_iter().chain(paired).collect();
        found.files.sort_by(|a, b| path(a).cmp(path(b)));
        found
    }
}

/// The path a change goes by: the new one, where there is one.
fn path(change: &Change) -> &BStr {
    let entry = change.new.as_ref().or(change.old.as_ref());
    entry.map(|entry| entry.path.as_bstr()).unwrap_or_default()
}

struct Walk<'w> {
    repository: &'w Repository,
    new: &'w Tree<'w>,
    wanted: &'w dyn Fn(&BStr) -> bool,
    found: Changes,
    changed: Vec<Change>,
    removed: Vec<Entry>,
    added: Vec<Entry>,
    /// New files that are not wanted by their name.
    others: Vec<Entry>,
    /// Links that are as they were, in folders that are not.
    links: Vec<Entry>,
    /// New submodules where a folder stood.
    hidden: Vec<BString>,
    looked_at: usize,
}

struct Step<'l> {
    path: BString,
    depth: usize,
    old: Option<Folder<'l>>,
    new: Option<Folder<'l>>,
}

impl<'w> Walk<'w> {
    fn new(
        repository: &'w Repository,
        new: &'w Tree<'w>,
        wanted: &'w dyn Fn(&BStr) -> bool,
    ) -> Self {
        let found = Changes::default();
        let (changed, removed, added, others) = (vec![], vec![], vec![], vec![]);
        let (links, hidden, looked_at) = (vec![], vec![], 0);
        Self {
            repository,
            new,
            wanted,
            found,
            changed,
            removed,
            added,
            others,
            links,
            hidden,
            looked_at,
        }
    }

    fn run<'l>(&mut self, old: Option<Folder<'l>>, new: Option<Folder<'l>>) {
        if let (Some(Folder::Git(old)), Some(Folder::Git(new))) = (old, new)
            && old == new
        {
            return;
        }
        let mut todo = vec![Step { path: BString::default(), depth: 0, old, new }];
        while let Some(step) = todo.pop() {
            if step.depth > self.new.limits.depth {
                self.gap(GapKind::Limit, step.path.as_bstr(), "folders nest too deep");
                continue;
            }
            let over = self.new.limits.over();
            if self.looked_at > self.new.limits.entries || over {
                let which = if over { "time-budget" } else { "tree-names" };
                let message = format!("{which} was reached before every changed folder was read");
                self.gap(GapKind::Limit, "".into(), &message);
                return;
            }
            self.step(&step, &mut todo);
        }
    }

    fn step<'l>(&mut self, step: &Step<'l>, todo: &mut Vec<Step<'l>>) {
        let old = self.open(step.old, step.path.as_bstr());
        let new = self.open(step.new, step.path.as_bstr());
        self.looked_at += old.len() + new.len();
        // Names that git would never check out, or that a folder holds twice; told when they are new.
        if new.odd > old.odd {
            let message = "a folder holds a name twice, or one that git does not check out";
            self.gap(GapKind::Unparsed, step.path.as_bstr(), message);
        }
        let arrived = self.added.len();
        let (mut a, mut b) = (0, 0);
        loop {
            let same = old.same(a, &new, b);
            (a, b) = (a + same, b + same);
            let (left, right) = (old.get(a), new.get(b));
            let sides = match (&left, &right) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => order(a.key(), b.key()),
            };
            a += usize::from(sides.is_le());
            b += usize::from(sides.is_ge());
            let (left, right) = (left.filter(|_| sides.is_le()), right.filter(|_| sides.is_ge()));
            self.name(step, left.as_ref(), right.as_ref(), todo);
        }
        self.swapped(step, &old, &new);
        self.twins(arrived, &new);
    }

    /// Says which new files stand beside one whose name differs only in case: where case does not
    /// count, and where a builder looks for either, one hides the other.
    fn twins(&mut self, arrived: usize, new: &Opened) {
        let fresh: Vec<BString> =
            self.added.iter().skip(arrived).map(|entry| entry.path.clone()).collect();
        if fresh.is_empty() {
            return;
        }
        let mut spelt: HashMap<Vec<u8>, usize> = HashMap::new();
        for item in new.items().filter(|item| item.kind != EntryKind::Folder) {
            *spelt.entry(item.name.to_ascii_lowercase()).or_default() += 1;
        }
        let mut told = HashSet::new();
        for path in fresh {
            let name = split(path.as_bstr()).1.to_ascii_lowercase();
            if spelt.get(&name).is_some_and(|&count| count > 1) && told.insert(name) {
                let message = "another name beside it differs only in case: one may hide the other";
                self.note(path.as_bstr(), message);
            }
        }
    }

    fn open(&mut self, folder: Option<Folder<'_>>, path: &BStr) -> Rc<Opened> {
        let Some(folder) = folder else { return Rc::default() };
        self.repository.names_in(folder).unwrap_or_else(|gap| {
            self.found.gaps.push(placed(gap, path));
            Rc::default()
        })
    }

    /// One name that stands on one side or on both.
    fn name<'l>(
        &mut self,
        step: &Step<'l>,
        old: Option<&Item<'_>>,
        new: Option<&Item<'_>>,
        todo: &mut Vec<Step<'l>>,
    ) {
        let Some(either) = new.or(old) else { return };
        if let Some((old, new)) = old.zip(new)
            && (old.id, old.kind, old.executable) == (new.id, new.kind, new.executable)
            && !(new.kind == EntryKind::Folder && new.id.is_null())
        {
            if new.kind == EntryKind::Link && self.links.len() < MOST_LINKS {
                self.links.push(new.entry(step.path.as_bstr()));
            }
            return;
        }
        if either.kind == EntryKind::Folder {
            let child = |folder: Option<Folder<'l>>, item: Option<&Item<'_>>| {
                folder.zip(item).map(|(folder, item)| folder.child(item))
            };
            todo.push(Step {
                path: join(step.path.as_bstr(), either.name),
                depth: step.depth + 1,
                old: child(step.old, old),
                new: child(step.new, new),
            });
            return;
        }
        let entry = |item: Option<&Item<'_>>| item.map(|item| item.entry(step.path.as_bstr()));
        self.file(entry(old), entry(new));
    }

    fn file(&mut self, old: Option<Entry>, new: Option<Entry>) {
        let Some(either) = new.as_ref().or(old.as_ref()) else { return };
        let wanted = (self.wanted)(either.path.as_bstr());
        match (old, new) {
            (Some(old), Some(new)) => {
                self.submodule(&old, &new, wanted);
                if wanted {
                    self.changed.push(Change { old: Some(old), new: Some(new), renamed: false });
                }
            }
            (Some(old), None) if wanted => self.removed.push(old),
            (None, Some(new)) if wanted => self.added.push(new),
            (None, Some(new)) if new.kind == EntryKind::File && self.others.len() < MOST_OTHERS => {
                self.others.push(new);
            }
            _ => {}
        }
    }

    /// A submodule on both sides moved; one in place of a container file hides it.
    fn submodule(&mut self, old: &Entry, new: &Entry, wanted: bool) {
        if new.kind != EntryKind::Submodule {
            return;
        }
        let path = new.path.as_bstr();
        if old.kind == EntryKind::Submodule {
            self.note(path, "the submodule moved to another commit, which is not judged here");
        } else if wanted {
            self.gap(GapKind::Submodule, path, "a submodule took the place of a container file");
        }
    }

    /// Submodules that are new in a folder: one in place of a folder hides the container files below.
    fn swapped(&mut self, step: &Step<'_>, old: &Opened, new: &Opened) {
        for item in new.items().filter(|item| item.kind == EntryKind::Submodule) {
            let path = join(step.path.as_bstr(), item.name);
            if old.find(item.name, true).is_some() {
                self.hidden.push(path);
            } else if old.find(item.name, false).is_none() {
                self.note(path.as_bstr(), "a submodule was added, which is not judged here");
            }
        }
    }

    /// Says which new submodules hide container files that stood there before.
    fn hidden(&mut self) {
        let hidden = std::mem::take(&mut self.hidden);
        if hidden.is_empty() {
            return;
        }
        let above = |entry: &'_ Entry| -> Vec<BString> {
            entry.path.find_iter("/").map(|end| entry.path[..end].into()).collect()
        };
        let emptied: HashSet<BString> = self.removed.iter().flat_map(above).collect();
        for path in hidden {
            if emptied.contains(&path) {
                let message = "a submodule took the place of a folder with container files";
                self.gap(GapKind::Submodule, path.as_bstr(), message);
            } else {
                self.note(path.as_bstr(), "a submodule took the place of a folder");
            }
        }
    }

    /// Links that are as they were but lead to other content now: a container file changed behind its
    /// name. Those in folders without any change stay unseen, as no folder is opened for them.
    fn targets(&mut self, old: &Tree<'_>) {
        for link in std::mem::take(&mut self.links) {
            let path = link.path.as_bstr();
            if (self.wanted)(path) {
                let target = |tree: &Tree<'_>| {
                    tree.follow(path).map(|entry| entry.map(|entry| (entry.kind, entry.id)))
                };
                if target(old) != target(self.new) {
                    let old = Some(link.clone());
                    self.changed.push(Change { old, new: Some(link), renamed: false });
                }
            }
        }
    }

    fn gap(&mut self, kind: GapKind, path: &BStr, message: &str) {
        self.found.gaps.push(Gap::of(kind, path, message));
    }

    fn note(&mut self, path: &BStr, message: &str) {
        if self.found.notes.len() < MOST_NOTES {
            self.found.notes.push(format!("{}: {message}", printable_bytes(path, SHOWN)));
        }
    }
}
