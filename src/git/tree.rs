//! One revision, asked for single files and folders.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::folder::{Entry, Folder, items, placed};
use super::listing::Listing;
use super::path::{join, parts, split};
use super::{Limits, Repository, Revision};
use crate::model::{EntryKind, Gap, GapKind};

/// How many links one path may lead through, as in Linux.
const MOST_LINKS: usize = 40;
/// A path, or a link's text, that is longer names nothing that can be checked out.
pub(super) const LONGEST_PATH: usize = 4096;

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
        Ok(found(&entries, name, false).or_else(|| found(&entries, name, true)).cloned())
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
        let entries = match self.open(path)? {
            None => None,
            Some(folder) => {
                self.count(0, path)?;
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

    /// The folder at a path. The ones above are read once, however many folders they hold.
    fn open(&self, path: &BStr) -> Result<Option<Folder<'_>>, Gap> {
        let parts = parts(path);
        let [name, above @ ..] = parts.as_slice() else { return Ok(self.top()) };
        if above.len() >= self.limits.depth {
            return Err(Gap::of(GapKind::Limit, path, "folders nest too deep"));
        }
        if let Some(listing) = &self.listing
            && let Some(known) = listing.folder(&parts)
        {
            return Ok(known);
        }
        let above = above
            .iter()
            .rev()
            .fold(BString::default(), |at, part| join(at.as_ref(), part.as_ref()));
        let entries = self.names(above.as_bstr())?;
        Ok(found(&entries, name.as_bstr(), true).map(|entry| Folder::Git(entry.id)))
    }

    fn count(&self, names: usize, path: &BStr) -> Result<(), Gap> {
        self.looked_at.set(self.looked_at.get().saturating_add(names));
        if self.looked_at.get() > self.limits.entries || self.limits.over() {
            return Err(Gap::of(GapKind::Limit, path, "the bound on names or on time was reached"));
        }
        Ok(())
    }
}

/// The first entry of this name that is a folder, or is none.
fn found<'e>(entries: &'e [Entry], name: &BStr, folder: bool) -> Option<&'e Entry> {
    let end = |folder: bool| folder.then_some(b'/');
    let wanted = || name.iter().copied().chain(end(folder));
    let written = |entry: &Entry| {
        let name = split(entry.path.as_bstr()).1;
        name.iter().copied().chain(end(entry.kind == EntryKind::Folder)).cmp(wanted())
    };
    let at = entries.partition_point(|entry| written(entry).is_lt());
    entries.get(at).filter(|entry| written(entry).is_eq())
}
