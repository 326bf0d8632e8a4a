//! One revision, asked for single files and folders.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::folder::{Entry, Folder, Opened, placed};
use super::listing::Listing;
use super::path::{join, parts, split};
use super::{Id, Limits, Repository, Revision};
use crate::model::{EntryKind, Gap, GapKind, HashMap};

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
    folders: RefCell<HashMap<BString, Option<Rc<Opened>>>>,
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
        let Some(opened) = self.folder(folder)? else { return Ok(None) };
        Ok(opened.named(name).map(|item| item.entry(folder)))
    }

    /// What a path leads to, links followed inside the repository: no link itself. `Ok(None)`:
    /// nothing stands at the path.
    ///
    /// # Errors
    /// A gap where a link leads nowhere, out of the repository or in circles, and where a folder can't
    /// be read.
    pub fn follow(&self, path: &BStr) -> Result<Option<Entry>, Gap> {
        if let Some(plain) = self.plainly(path)? {
            return Ok(plain);
        }
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

    /// What stands at a path on the way to which there is no link; `None` where there may be one.
    pub fn plainly(&self, path: &BStr) -> Result<Option<Option<Entry>>, Gap> {
        let (folder, name) = split(path);
        if path.split(|&byte| byte == b'/').any(|part| matches!(part, b"" | b"." | b"..")) {
            return Ok(None);
        }
        let Some(opened) = self.folder(folder)? else { return Ok(None) };
        let Some(item) = opened.named(name) else { return Ok(Some(None)) };
        Ok((item.kind != EntryKind::Link).then(|| Some(item.entry(folder))))
    }

    /// What stands for all that a folder holds; `None` where there is none, or no tree that stands
    /// for it.
    pub fn folder_id(&self, path: &BStr) -> Option<Id> {
        match self.at(path) {
            Ok(Some(Folder::Git(id))) => Some(id),
            _ => None,
        }
    }

    /// The names of a folder and what they are. Empty where there is none.
    ///
    /// # Errors
    /// A gap where it can't be read.
    pub fn names(&self, folder: &BStr) -> Result<Rc<[(BString, EntryKind)]>, Gap> {
        Ok(self.folder(folder)?.map(|opened| opened.told()).unwrap_or_default())
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
            let Some(opened) = self.folder(at.as_bstr())? else { continue };
            for item in opened.items() {
                let path = join(at.as_bstr(), item.name);
                match item.kind {
                    EntryKind::Folder if enter(path.as_bstr()) => todo.push((path, depth + 1)),
                    EntryKind::Folder => {}
                    _ if wanted(path.as_bstr()) => found.push(path),
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

    /// A folder's names, read once; `None` where no folder stands there.
    fn folder(&self, path: &BStr) -> Result<Option<Rc<Opened>>, Gap> {
        if let Some(known) = self.folders.borrow().get(path) {
            return Ok(known.clone());
        }
        let opened = match self.at(path)? {
            None => None,
            Some(folder) => {
                self.count(0, path)?;
                let opened = self.repository.names_in(folder).map_err(|gap| placed(gap, path))?;
                self.count(opened.len(), path)?;
                Some(opened)
            }
        };
        self.folders.borrow_mut().insert(path.to_owned(), opened.clone());
        Ok(opened)
    }

    /// The folder at a path, by what the one above it holds.
    fn at(&self, path: &BStr) -> Result<Option<Folder<'_>>, Gap> {
        if path.is_empty() {
            return Ok(self.top());
        }
        if path.find_iter("/").count() >= self.limits.depth {
            return Err(Gap::of(GapKind::Limit, path, "folders nest too deep"));
        }
        let (above, name) = split(path);
        if name.is_empty() || name == "." {
            return self.at(above);
        }
        if let Some(listing) = &self.listing
            && let Some(known) = listing.folder(&parts(path))
        {
            return Ok(known);
        }
        let above = self.folder(above)?;
        Ok(above.and_then(|above| Some(Folder::Git(above.find(name, true)?.id))))
    }

    fn count(&self, names: usize, path: &BStr) -> Result<(), Gap> {
        self.looked_at.set(self.looked_at.get().saturating_add(names));
        if self.looked_at.get() > self.limits.entries || self.limits.over() {
            return Err(Gap::of(GapKind::Limit, path, "the bound on names or on time was reached"));
        }
        Ok(())
    }
}
