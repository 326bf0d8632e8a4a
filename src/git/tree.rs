//! One revision, asked for single files and folders.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind as Mode;

use super::listing::{Listing, Node};
use super::objects::{self, Bounded};
use super::{Id, Limits, Repository, Revision, worktree};
use crate::model::{EntryKind, Gap, GapKind};

/// The largest file that is looked at only to learn what it is.
const GLANCE: u64 = 16 << 20;
/// How many links one path may lead through, as in Linux.
const MOST_LINKS: usize = 40;
/// A path, or a link's text, that is longer names nothing that can be checked out.
const LONGEST_PATH: usize = 4096;
const LFS_MARK: &[u8] = b"version https://git-lfs.github.com/spec/";
const LFS_LONGEST: usize = 1024;

/// One name of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path relative to the top: bytes, `/` between folders.
    pub path: BString,
    /// The object that holds it. For a file on disk, the object it would become.
    pub id: Id,
    /// What it is.
    pub kind: EntryKind,
    /// Whether the file may be run.
    pub executable: bool,
}

/// A folder of a revision, opened or not.
#[derive(Clone, Copy)]
pub(super) enum Folder<'l> {
    Git(Id),
    Listed(&'l Listing),
}

/// A name in a folder, before anyone wants its path.
#[derive(Clone, Copy)]
pub(super) struct Item<'a, 'l> {
    pub(super) name: &'a BStr,
    pub(super) kind: EntryKind,
    pub(super) executable: bool,
    pub(super) id: Id,
    pub(super) listed: Option<&'l Listing>,
}

impl<'l> Item<'_, 'l> {
    pub(super) fn entry(&self, folder: &BStr) -> Entry {
        let Self { kind, executable, id, .. } = *self;
        Entry { path: join(folder, self.name), id, kind, executable }
    }

    pub(super) fn folder(&self) -> Folder<'l> {
        self.listed.map_or(Folder::Git(self.id), Folder::Listed)
    }
}

/// One revision's files.
#[derive(Debug)]
pub struct Tree<'r> {
    pub(super) repository: &'r Repository,
    /// Which revision it is.
    pub revision: Revision,
    /// What reading it may cost.
    pub limits: Limits,
    listing: Option<Listing>,
    folders: RefCell<HashMap<BString, Option<Rc<[Entry]>>>>,
    looked_at: Cell<usize>,
}

impl Repository {
    /// The files of a revision.
    ///
    /// # Errors
    /// Where the index or the files on disk can't be read.
    pub fn tree(&self, revision: Revision, limits: Limits) -> Result<Tree<'_>> {
        let listing = self.listing(&revision)?;
        let (folders, looked_at) = Default::default();
        Ok(Tree { repository: self, revision, limits, listing, folders, looked_at })
    }
}

impl Tree<'_> {
    /// The time that policy gives has run out.
    pub fn over(&self) -> bool {
        self.limits.over()
    }

    /// What stands at a path, itself and not where it leads. `Ok(None)`: nothing.
    ///
    /// # Errors
    /// A gap where a folder on the way can't be read.
    pub fn entry(&self, path: &BStr) -> Result<Option<Entry>, Gap> {
        let (folder, name) = split(path);
        let Some(entries) = self.folder(folder)? else { return Ok(None) };
        // The first of that name: as a file, else as a folder.
        let by_name = |end: Option<u8>| {
            let wanted = || name.iter().copied().chain(end);
            let written = |entry: &Entry| {
                let end = (entry.kind == EntryKind::Folder).then_some(b'/');
                split(entry.path.as_bstr()).1.iter().copied().chain(end).cmp(wanted())
            };
            let at = entries.partition_point(|entry| written(entry).is_lt());
            entries.get(at).filter(|entry| written(entry).is_eq()).cloned()
        };
        Ok(by_name(None).or_else(|| by_name(Some(b'/'))))
    }

    /// What a path leads to, links followed inside the repository: no link itself. `Ok(None)`:
    /// nothing stands at the path.
    ///
    /// # Errors
    /// A gap where a link leads nowhere, out of the repository or in circles, and where a folder can't
    /// be read.
    pub fn follow(&self, path: &BStr) -> Result<Option<Entry>, Gap> {
        let refused = |why: &str| Gap::of(GapKind::Link, path, why);
        let mut done = BString::default();
        let mut todo: Vec<BString> = parts(path);
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                let up = split(done.as_bstr()).0.to_owned();
                if done.is_empty() {
                    return Err(refused("a symbolic link leads out of the repository"));
                }
                done = up;
                continue;
            }
            let at = join(done.as_bstr(), part.as_bstr());
            let nothing = || match links {
                0 => Ok(None),
                _ => Err(refused("a symbolic link leads nowhere")),
            };
            let Some(entry) = self.entry(at.as_bstr())? else { return nothing() };
            match entry.kind {
                EntryKind::Link => {
                    links += 1;
                    let text = self.link(&entry)?;
                    if links > MOST_LINKS {
                        return Err(refused("symbolic links lead in circles"));
                    }
                    if text.starts_with(b"/") {
                        return Err(refused("a symbolic link leads out of the repository"));
                    }
                    todo.extend(parts(text.as_bstr()));
                    if todo.len() > LONGEST_PATH {
                        return Err(refused("symbolic links lead through too many folders"));
                    }
                }
                EntryKind::Folder => done = at,
                EntryKind::Submodule if !todo.is_empty() => {
                    return Err(Gap::of(
                        GapKind::Submodule,
                        path,
                        "the path leads into a submodule",
                    ));
                }
                EntryKind::File if !todo.is_empty() => return nothing(),
                EntryKind::File | EntryKind::Submodule => return Ok(Some(entry)),
            }
        }
        self.entry(done.as_bstr())
    }

    /// The names of a folder. Empty where there is none.
    ///
    /// # Errors
    /// A gap where it can't be read.
    pub fn names(&self, folder: &BStr) -> Result<Rc<[Entry]>, Gap> {
        Ok(self.folder(folder)?.unwrap_or_default())
    }

    /// The paths below a folder that `wanted` takes; folders that `enter` refuses are left out. Links
    /// are names here, not followed.
    ///
    /// # Errors
    /// A gap where a folder can't be read or there are too many names.
    pub fn below(
        &self,
        folder: &BStr,
        enter: &dyn Fn(&BStr) -> bool,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        let mut found = Vec::new();
        let mut todo = vec![(folder.to_owned(), 0)];
        while let Some((at, depth)) = todo.pop() {
            if depth > self.limits.depth {
                return Err(Gap::of(GapKind::Limit, folder, "folders nest too deep"));
            }
            for entry in self.names(at.as_bstr())?.iter() {
                let path = entry.path.as_bstr();
                match entry.kind {
                    EntryKind::Folder if enter(path) => todo.push((path.to_owned(), depth + 1)),
                    EntryKind::Folder => {}
                    _ if wanted(path) => found.push(path.to_owned()),
                    _ => {}
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// A file's content.
    ///
    /// # Errors
    /// A gap where the object is missing, larger than the limit, or not in git at all.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, Gap> {
        let gap = |kind, why: &str| Gap::of(kind, entry.path.clone(), why);
        match entry.kind {
            EntryKind::Submodule => return Err(gap(GapKind::Submodule, "a submodule stands here")),
            EntryKind::Folder => return Err(gap(GapKind::Unparsed, "a folder stands here")),
            EntryKind::File | EntryKind::Link => {}
        }
        let bytes = self.bytes(entry)?;
        if bytes.len() <= LFS_LONGEST && bytes.starts_with(LFS_MARK) {
            return Err(gap(GapKind::LfsPointer, "a Git LFS pointer: the content is not in git"));
        }
        Ok(bytes)
    }

    fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, Gap> {
        self.bytes_within(entry, self.limits.file_size)
    }

    /// A larger file's content, for a glance at what it is; `None` where it is far too large.
    pub fn glance(&self, entry: &Entry) -> Option<Vec<u8>> {
        self.bytes_within(entry, GLANCE).ok()
    }

    fn bytes_within(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Gap> {
        if self.revision == Revision::Worktree {
            return worktree::read(self.repository, entry, limit);
        }
        self.repository.blob(entry, limit)
    }

    fn link(&self, entry: &Entry) -> Result<BString, Gap> {
        let text = self.bytes(entry)?;
        if text.len() > LONGEST_PATH || text.is_empty() {
            return Err(Gap::of(
                GapKind::Link,
                entry.path.clone(),
                "a symbolic link has no usable text",
            ));
        }
        Ok(text.into())
    }

    /// The top folder; `None` where there is no file at all.
    pub(super) fn top(&self) -> Option<Folder<'_>> {
        match (&self.listing, self.revision) {
            (Some(listing), _) => Some(Folder::Listed(listing)),
            (None, Revision::Tree(id)) => Some(Folder::Git(id)),
            (None, _) => None,
        }
    }

    /// A folder's entries, read once; `None` where no folder stands there.
    fn folder(&self, path: &BStr) -> Result<Option<Rc<[Entry]>>, Gap> {
        if let Some(known) = self.folders.borrow().get(path) {
            return Ok(known.clone());
        }
        let mut at = BString::default();
        let mut current = self.top();
        let mut depth = 0;
        for part in parts(path).into_iter().rev() {
            let Some(folder) = current else { break };
            current = self.child(folder, part.as_bstr(), at.as_bstr())?;
            at = join(at.as_bstr(), part.as_bstr());
            depth += 1;
            if depth > self.limits.depth {
                return Err(Gap::of(GapKind::Limit, path, "folders nest too deep"));
            }
        }
        let entries = match current {
            None => None,
            Some(folder) => {
                let mut buffer = Vec::new();
                let items =
                    items(self.repository, folder, &mut buffer).map_err(|gap| placed(gap, path))?;
                self.count(items.len(), path)?;
                Some(items.iter().map(|item| item.entry(path)).collect())
            }
        };
        self.folders.borrow_mut().insert(path.to_owned(), entries.clone());
        Ok(entries)
    }

    fn child<'l>(
        &'l self,
        folder: Folder<'l>,
        name: &BStr,
        at: &BStr,
    ) -> Result<Option<Folder<'l>>, Gap> {
        if let Folder::Listed(listing) = folder {
            return Ok(match listing.0.get(name) {
                Some(Node::Folder(next)) => Some(Folder::Listed(next)),
                Some(Node::Tree(id)) => Some(Folder::Git(*id)),
                _ => None,
            });
        }
        let mut buffer = Vec::new();
        let items = items(self.repository, folder, &mut buffer).map_err(|gap| placed(gap, at))?;
        self.count(items.len(), at)?;
        let found = items.iter().find(|item| item.kind == EntryKind::Folder && item.name == name);
        Ok(found.map(|item| Folder::Git(item.id)))
    }

    fn count(&self, names: usize, path: &BStr) -> Result<(), Gap> {
        self.looked_at.set(self.looked_at.get().saturating_add(names));
        if self.looked_at.get() > self.limits.entries || self.limits.over() {
            return Err(Gap::of(GapKind::Limit, path, "the bound on names or on time was reached"));
        }
        Ok(())
    }
}

impl Repository {
    /// A blob, refused by its size before it is inflated.
    pub(super) fn blob(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Gap> {
        let path = entry.path.as_bstr();
        let limit = limit.min(objects::LARGEST as u64);
        let mut buffer = Vec::new();
        let read = self.objects.read_within(&entry.id, limit, &mut buffer);
        let kind = match read.map_err(|gap| placed(gap, path))? {
            Bounded::Fits(data) => data.kind,
            Bounded::Larger(size) => return Err(too_large(path, size, limit)),
        };
        match kind {
            gix::objs::Kind::Blob => Ok(buffer),
            kind => {
                let message = format!("object {} is a {kind}, not a file", entry.id);
                Err(Gap::of(GapKind::MissingObject, path, message))
            }
        }
    }
}

pub(super) fn too_large(path: &BStr, size: u64, limit: u64) -> Gap {
    let message = format!("{size} bytes, more than the limit of {limit}");
    // Larger by a few bytes is no other gap.
    Gap { key: "too large".to_owned(), ..Gap::of(GapKind::TooLarge, path, message) }
}

/// The names of a folder in git's order, which sorts a folder as if its name ended with `/`.
pub(super) fn items<'a, 'l: 'a>(
    repository: &Repository,
    folder: Folder<'l>,
    buffer: &'a mut Vec<u8>,
) -> Result<Vec<Item<'a, 'l>>, Gap> {
    let mut items: Vec<Item<'a, 'l>> = match folder {
        Folder::Listed(listing) => {
            listing.0.iter().map(|(name, node)| listed(name, node, repository)).collect()
        }
        Folder::Git(id) => {
            let data = repository.objects.read(&id, buffer)?;
            let unreadable = || Gap::of(GapKind::Unparsed, "", format!("tree {id} can't be read"));
            if data.kind != gix::objs::Kind::Tree {
                return Err(unreadable());
            }
            TreeRefIter::from_bytes(data.data, repository.objects.hash)
                .map(|entry| entry.map(|entry| stored(&entry)).map_err(|_| unreadable()))
                .collect::<Result<_, Gap>>()?
        }
    };
    if !items.is_sorted_by(|a, b| order(a, b).is_le()) {
        items.sort_by(order);
    }
    Ok(items)
}

fn listed<'l>(name: &'l BString, node: &'l Node, repository: &Repository) -> Item<'l, 'l> {
    let name = name.as_bstr();
    match node {
        Node::Folder(folder) => Item {
            name,
            kind: EntryKind::Folder,
            executable: false,
            id: Id::null(repository.objects.hash),
            listed: Some(folder),
        },
        Node::Tree(id) => {
            Item { name, kind: EntryKind::Folder, executable: false, id: *id, listed: None }
        }
        Node::File { id, kind, executable } => {
            Item { name, kind: *kind, executable: *executable, id: *id, listed: None }
        }
    }
}

fn stored<'a, 'l>(entry: &gix::objs::tree::EntryRef<'a>) -> Item<'a, 'l> {
    let (kind, executable) = match entry.mode.kind() {
        Mode::Tree => (EntryKind::Folder, false),
        Mode::Blob => (EntryKind::File, false),
        Mode::BlobExecutable => (EntryKind::File, true),
        Mode::Link => (EntryKind::Link, false),
        Mode::Commit => (EntryKind::Submodule, false),
    };
    Item { name: entry.filename, kind, executable, id: entry.oid.to_owned(), listed: None }
}

/// Source: git, tree.c, `base_name_compare`.
pub(super) fn order(a: &Item<'_, '_>, b: &Item<'_, '_>) -> std::cmp::Ordering {
    let end = |item: &Item<'_, '_>| (item.kind == EntryKind::Folder).then_some(b'/');
    let shared = a.name.len().min(b.name.len());
    let (left, right) = (a.name.as_bytes(), b.name.as_bytes());
    left.iter().take(shared).cmp(right.iter().take(shared)).then_with(|| {
        let left = left.get(shared).copied().or_else(|| end(a));
        let right = right.get(shared).copied().or_else(|| end(b));
        left.cmp(&right)
    })
}

/// A gap with its path.
pub(super) fn placed(gap: Gap, path: &BStr) -> Gap {
    Gap { path: path.to_owned(), ..gap }
}

pub(super) fn join(folder: &BStr, name: &BStr) -> BString {
    let mut path = BString::from(Vec::with_capacity(folder.len() + name.len() + 1));
    path.extend_from_slice(folder);
    if !folder.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A path's folder, empty for the top, and its name.
pub(super) fn split(path: &BStr) -> (&BStr, &BStr) {
    match path.rfind_byte(b'/') {
        Some(at) => (path[..at].as_bstr(), path[at + 1..].as_bstr()),
        None => ("".into(), path),
    }
}

/// The parts of a path, the last one first; what means nothing is left out.
fn parts(path: &BStr) -> Vec<BString> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    parts.rev().map(BString::from).collect()
}
