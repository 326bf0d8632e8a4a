//! The index and the files on disk, as folders.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::Flags;

use super::folder::Folder;
use super::{Id, Repository, Revision, worktree};
use crate::model::EntryKind;

/// What stands under a name of a folder.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Folder(Listing),
    /// A folder that a sparse index names only by its tree.
    Tree(Id),
    File {
        id: Id,
        kind: EntryKind,
        executable: bool,
    },
}

/// A folder's names.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing(pub(super) BTreeMap<BString, Node>);

impl Listing {
    /// Puts a file, or a whole tree, where its path says; what stands where a folder must be gives way.
    pub(super) fn put(&mut self, path: &BStr, id: Id, kind: EntryKind, executable: bool) {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let mut at = self;
        let mut parts = path.split(|&byte| byte == b'/').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                let file = Node::File { id, kind, executable };
                let node = if kind == EntryKind::Folder { Node::Tree(id) } else { file };
                at.0.insert(part.into(), node);
                return;
            }
            let node = at.0.entry(part.into()).or_insert_with(|| Node::Folder(Self::default()));
            if !matches!(node, Node::Folder(_)) {
                *node = Node::Folder(Self::default());
            }
            let Node::Folder(next) = node else { return };
            at = next;
        }
    }
}

impl Listing {
    /// The folder at a path, its parts the last one first. `None`: it lies within one that is named
    /// only by its tree.
    #[expect(clippy::option_option, reason = "the outer one says whether it is known here")]
    pub(super) fn folder(&self, parts: &[BString]) -> Option<Option<Folder<'_>>> {
        let (mut at, mut left) = (self, parts.iter().rev());
        while let Some(part) = left.next() {
            match at.0.get(part.as_bstr()) {
                Some(Node::Folder(next)) => at = next,
                Some(Node::Tree(id)) if left.len() == 0 => return Some(Some(Folder::Git(*id))),
                Some(Node::Tree(_)) => return None,
                _ => return Some(None),
            }
        }
        Some(Some(Folder::Listed(at)))
    }
}

impl Repository {
    /// The folders of a revision that is no tree; `None` for one that is.
    pub(super) fn listing(&self, revision: &Revision) -> Result<Option<Listing>> {
        match revision {
            Revision::Empty | Revision::Tree(_) => Ok(None),
            Revision::Index => self.staged().map(Some),
            Revision::Worktree => worktree::listing(self).map(Some),
        }
    }

    /// The index; conflicts, and files that are only meant to be added, left out.
    fn staged(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        let Some(index) = self.read_index()? else { return Ok(listing) };
        for entry in index.entries() {
            if entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            if let (0, Some((kind, executable))) = (entry.stage_raw(), kind(entry.mode)) {
                listing.put(entry.path(&index), entry.id, kind, executable);
            }
        }
        Ok(listing)
    }

    /// `None` where nothing was ever staged.
    pub(super) fn read_index(&self) -> Result<Option<gix::index::File>> {
        if !self.index.exists() {
            return Ok(None);
        }
        let options = gix::index::decode::Options::default();
        match gix::index::File::at(&self.index, self.objects.hash, true, options) {
            Ok(index) => Ok(Some(index)),
            Err(error) => bail!("the index {} can't be read: {error}", self.index.display()),
        }
    }
}

pub(super) fn kind(mode: gix::index::entry::Mode) -> Option<(EntryKind, bool)> {
    use gix::index::entry::Mode;
    Some(match mode {
        Mode::FILE => (EntryKind::File, false),
        Mode::FILE_EXECUTABLE => (EntryKind::File, true),
        Mode::SYMLINK => (EntryKind::Link, false),
        Mode::COMMIT => (EntryKind::Submodule, false),
        Mode::DIR => (EntryKind::Folder, false),
        _ => return None,
    })
}
