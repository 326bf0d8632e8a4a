//! The names of one folder, in git's order.

use bstr::{BStr, BString, ByteSlice as _};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind as Mode;

use super::listing::{Listing, Node};
use super::path::join;
use super::{Id, Repository};
use crate::model::{EntryKind, Gap, GapKind};

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
    left.get(..shared).cmp(&right.get(..shared)).then_with(|| {
        let left = left.get(shared).copied().or_else(|| end(a));
        let right = right.get(shared).copied().or_else(|| end(b));
        left.cmp(&right)
    })
}

/// A gap with its path.
pub(super) fn placed(gap: Gap, path: &BStr) -> Gap {
    Gap { path: path.to_owned(), ..gap }
}
