//! The files on disk, as git would commit them: tracked ones and new ones that are not ignored.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::{Flags, Stat};

use super::content::too_large;
use super::ignored::{Ignored, is_ignored};
use super::listing::{Listing, kind};
use super::path::{join, split};
use super::{Entry, Id, Repository};
use crate::model::{EntryKind, Gap, GapKind};

/// Nobody nests folders deeper by intent.
const DEEPEST: usize = 256;
/// What is larger is not read to learn its id.
const LARGEST: u64 = 64 << 20;

/// What the index knows of a path.
struct Tracked {
    id: Id,
    kind: EntryKind,
    stat: Stat,
    /// Sparse checkouts leave files out on purpose: those stand as staged.
    skipped: bool,
}

/// Lists what is on disk. No link is followed, so nothing outside is ever read.
pub(super) fn listing(repository: &Repository) -> Result<Listing> {
    let top = repository.files().context("a bare repository has no files on disk")?;
    let mut walk = Walk::new(repository, &top)?;
    while let Some(folder) = walk.todo.pop() {
        walk.folder(&folder)?;
    }
    Ok(walk.listing)
}

/// A file as it is on disk now, or as it is staged where a sparse checkout leaves it out.
pub(super) fn read(repository: &Repository, entry: &Entry, limit: u64) -> Result<Vec<u8>, Gap> {
    let path = entry.path.as_bstr();
    let gone = || Gap::of(GapKind::MissingObject, path, "the file can't be read");
    let file = repository.files().ok_or_else(gone)?.join(OsStr::from_bytes(path));
    let Ok(about) = file.symlink_metadata() else { return repository.blob(entry, limit) };
    if about.is_symlink() {
        return link_text(&file).ok_or_else(gone);
    }
    if !about.is_file() {
        return Err(gone());
    }
    if about.len() > limit {
        return Err(too_large(path, about.len(), limit));
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(&file).map_err(|_| gone())?;
    opened.take(limit).read_to_end(&mut bytes).map_err(|_| gone())?;
    Ok(bytes)
}

struct Walk<'r> {
    repository: &'r Repository,
    top: &'r Path,
    tracked: HashMap<BString, Tracked>,
    /// Folders that hold tracked files, which are entered even where they are ignored.
    entered: HashSet<BString>,
    staged_at: i64,
    listing: Listing,
    todo: Vec<Folder>,
}

struct Folder {
    path: BString,
    depth: usize,
    ignored: bool,
    rules: Vec<Ignored>,
}

impl<'r> Walk<'r> {
    fn new(repository: &'r Repository, top: &'r Path) -> Result<Self> {
        let (mut tracked, mut entered) = (HashMap::new(), HashSet::new());
        let (mut listing, mut staged_at) = (Listing::default(), 0);
        if let Some(index) = repository.read_index()? {
            staged_at = index.timestamp().unix_seconds();
            for entry in index.entries() {
                let (path, Some((kind, executable))) = (entry.path(&index), kind(entry.mode))
                else {
                    continue;
                };
                let skipped = entry.flags.contains(Flags::SKIP_WORKTREE);
                if skipped {
                    listing.put(path, entry.id, kind, executable);
                }
                enter(&mut entered, path);
                tracked.insert(
                    path.to_owned(),
                    Tracked { id: entry.id, kind, stat: entry.stat, skipped },
                );
            }
        }
        let rules = Ignored::read(&repository.common.join("info/exclude"), "".into());
        let rules = rules.into_iter().collect();
        let todo = vec![Folder { path: BString::default(), depth: 0, ignored: false, rules }];
        Ok(Self { repository, top, tracked, entered, staged_at, listing, todo })
    }

    fn folder(&mut self, folder: &Folder) -> Result<()> {
        let at = self.top.join(OsStr::from_bytes(&folder.path));
        ensure!(folder.depth <= DEEPEST, "{} nests too deep", at.display());
        let mut rules = folder.rules.clone();
        rules.extend(Ignored::read(&at.join(".gitignore"), folder.path.as_bstr()));
        let names = std::fs::read_dir(&at).with_context(|| format!("folder {}", at.display()))?;
        for name in names {
            let name = name.with_context(|| format!("folder {}", at.display()))?;
            let file_name = name.file_name();
            if file_name == ".git" {
                continue;
            }
            let path = join(folder.path.as_bstr(), file_name.as_bytes().into());
            let Ok(about) = name.path().symlink_metadata() else { continue };
            self.name(&path, &about, &name.path(), folder, &rules);
        }
        Ok(())
    }

    fn name(
        &mut self,
        path: &BString,
        about: &Metadata,
        file: &Path,
        folder: &Folder,
        rules: &[Ignored],
    ) {
        let tracked = self.tracked.get(path);
        if tracked.is_some_and(|tracked| tracked.skipped) {
            return;
        }
        let ignored = folder.ignored || is_ignored(rules, path.as_bstr(), about.is_dir());
        if about.is_dir() {
            match tracked {
                Some(Tracked { kind: EntryKind::Submodule, id, .. }) => {
                    self.listing.put(path.as_bstr(), *id, EntryKind::Submodule, false);
                }
                // A repository inside the repository that is no submodule is not git's to add.
                _ if file.join(".git").exists() => {}
                _ if ignored && !self.entered.contains(path) => {}
                _ => self.todo.push(Folder {
                    path: path.clone(),
                    depth: folder.depth + 1,
                    ignored,
                    rules: rules.to_vec(),
                }),
            }
        } else if (tracked.is_some() || !ignored) && (about.is_file() || about.is_symlink()) {
            let id = self.id(tracked, about, file);
            let kind = if about.is_symlink() { EntryKind::Link } else { EntryKind::File };
            let executable = about.is_file() && about.permissions().mode() & 0o100 != 0;
            self.listing.put(path.as_bstr(), id, kind, executable);
        }
    }

    /// The id a file would have: the staged one where its times and size say that it did not change
    /// since. The zero id for what can't be read, which then is told when it is opened.
    fn id(&self, tracked: Option<&Tracked>, about: &Metadata, file: &Path) -> Id {
        let hash = self.repository.objects.hash;
        if let Some(tracked) = tracked
            && unchanged(&tracked.stat, about, self.staged_at)
        {
            return tracked.id;
        }
        let bytes = if about.is_symlink() {
            link_text(file)
        } else if about.len() <= LARGEST {
            std::fs::read(file).ok()
        } else {
            None
        };
        let id = bytes
            .and_then(|bytes| gix::objs::compute_hash(hash, gix::objs::Kind::Blob, &bytes).ok());
        id.unwrap_or_else(|| Id::null(hash))
    }
}

/// Every folder above a path.
fn enter(folders: &mut HashSet<BString>, path: &BStr) {
    let mut at = split(path).0;
    while !at.is_empty() && folders.insert(at.to_owned()) {
        at = split(at).0;
    }
}

/// Whether a file is as it was staged. One that changed in the second of the staging may have changed
/// after it, so it is read.
///
/// Source: git, Documentation/technical/racy-git.
fn unchanged(staged: &Stat, about: &Metadata, staged_at: i64) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    i64::from(staged.mtime.secs) == about.mtime()
        && i64::from(staged.mtime.nsecs) == about.mtime_nsec()
        && u64::from(staged.size) == about.len()
        && about.mtime() < staged_at
}

fn link_text(file: &Path) -> Option<Vec<u8>> {
    Some(std::fs::read_link(file).ok()?.as_os_str().as_bytes().to_vec())
}
