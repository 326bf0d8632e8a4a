//! The names of a folder, read once and asked often.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::rc::Rc;

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

impl Folder<'_> {
    /// The folder of a name in this one.
    pub(super) fn child(self, item: &Item<'_>) -> Self {
        match self {
            Self::Listed(listing) => match listing.0.get(item.name) {
                Some(Node::Folder(next)) => Folder::Listed(next),
                _ => Folder::Git(item.id),
            },
            Self::Git(_) => Folder::Git(item.id),
        }
    }
}

/// A name in a folder, before anyone wants its path.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) name: &'a BStr,
    pub(super) kind: EntryKind,
    pub(super) executable: bool,
    /// The object; of a folder that is only listed, the null one.
    pub(super) id: Id,
}

impl Item<'_> {
    pub(super) fn entry(&self, folder: &BStr) -> Entry {
        let Self { kind, executable, id, .. } = *self;
        Entry { path: join(folder, self.name), id, kind, executable }
    }

    /// Where it stands among others.
    pub(super) fn key(&self) -> Key<'_> {
        (self.name, self.kind == EntryKind::Folder)
    }
}

/// A name, and whether it is a folder's.
pub(super) type Key<'a> = (&'a BStr, bool);

/// git's order, which sorts a folder as if its name ended with `/`.
///
/// Source: git, tree.c, `base_name_compare`.
pub(super) fn order(a: Key<'_>, b: Key<'_>) -> Ordering {
    let shared = a.0.len().min(b.0.len());
    let (left, left_end) = a.0.split_at(shared);
    let (right, right_end) = b.0.split_at(shared);
    let next = |end: &[u8], folder: bool| end.first().copied().or(folder.then_some(b'/'));
    left.cmp(right).then_with(|| next(left_end, a.1).cmp(&next(right_end, b.1)))
}

/// A folder's names, in git's order.
#[derive(Debug, Default)]
pub(super) struct Opened {
    text: Vec<u8>,
    places: Vec<Place>,
    /// How many of them git would never check out, or stand there twice.
    pub(super) odd: usize,
    told: OnceCell<Rc<[(BString, EntryKind)]>>,
}

#[derive(Debug)]
struct Place {
    start: usize,
    end: usize,
    kind: EntryKind,
    executable: bool,
    id: Id,
}

impl Opened {
    fn add(&mut self, name: &[u8], kind: EntryKind, executable: bool, id: Id) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        self.places.push(Place { start, end: self.text.len(), kind, executable, id });
    }

    fn finish(mut self) -> Self {
        let Self { text, places, odd, .. } = &mut self;
        let name = |place: &Place| text.get(place.start..place.end).unwrap_or_default().as_bstr();
        let key = |place: &Place| (name(place), place.kind == EntryKind::Folder);
        if !places.is_sorted_by(|a, b| order(key(a), key(b)).is_le()) {
            places.sort_by(|a, b| order(key(a), key(b)));
        }
        let twice = |pair: &&[Place]| matches!(pair, [a, b] if name(a) == name(b));
        *odd = places.iter().filter(|place| unusable(name(place))).count()
            + places.windows(2).filter(twice).count();
        self
    }

    /// The names of a tree object; `None` where it is none.
    fn stored(data: &[u8], hash: gix::hash::Kind) -> Option<Self> {
        let mut opened = Self { text: Vec::with_capacity(data.len() / 2), ..Self::default() };
        for entry in TreeRefIter::from_bytes(data, hash) {
            let entry = entry.ok()?;
            let (kind, executable) = match entry.mode.kind() {
                Mode::Tree => (EntryKind::Folder, false),
                Mode::Blob => (EntryKind::File, false),
                Mode::BlobExecutable => (EntryKind::File, true),
                Mode::Link => (EntryKind::Link, false),
                Mode::Commit => (EntryKind::Submodule, false),
            };
            opened.add(entry.filename, kind, executable, entry.oid.to_owned());
        }
        Some(opened.finish())
    }

    fn listed(listing: &Listing, hash: gix::hash::Kind) -> Self {
        let mut opened = Self::default();
        for (name, node) in &listing.0 {
            match node {
                Node::Folder(_) => opened.add(name, EntryKind::Folder, false, Id::null(hash)),
                Node::Tree(id) => opened.add(name, EntryKind::Folder, false, *id),
                Node::File { id, kind, executable } => opened.add(name, *kind, *executable, *id),
            }
        }
        opened.finish()
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The name at a place.
    pub(super) fn get(&self, at: usize) -> Option<Item<'_>> {
        let Place { start, end, kind, executable, id } = *self.places.get(at)?;
        Some(Item { name: self.text.get(start..end)?.as_bstr(), kind, executable, id })
    }

    /// How many names in a row, counted from a place of each, are what they are in another folder:
    /// links, and what has no object to tell by, aside.
    pub(super) fn same(&self, at: usize, other: &Self, there: usize) -> usize {
        fn name<'t>(all: &'t [u8], place: &Place) -> Option<&'t [u8]> {
            all.get(place.start..place.end)
        }
        let left = self.places.get(at..).unwrap_or_default();
        let right = other.places.get(there..).unwrap_or_default();
        let same = |(a, b): &(&Place, &Place)| {
            a.id == b.id
                && (a.kind, a.executable) == (b.kind, b.executable)
                && a.kind != EntryKind::Link
                && !(a.kind == EntryKind::Folder && a.id.is_null())
                && name(&self.text, a) == name(&other.text, b)
        };
        left.iter().zip(right).take_while(same).count()
    }

    /// All names.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The first of a name, as a folder or as anything else.
    pub(super) fn find(&self, name: &BStr, folder: bool) -> Option<Item<'_>> {
        let key = |place: &Place| {
            let name = self.text.get(place.start..place.end).unwrap_or_default().as_bstr();
            (name, place.kind == EntryKind::Folder)
        };
        let wanted = (name, folder);
        let at = self.places.partition_point(|place| order(key(place), wanted).is_lt());
        self.get(at).filter(|item| item.key() == wanted)
    }

    /// What stands under a name: as a file, else as a folder.
    pub(super) fn named(&self, name: &BStr) -> Option<Item<'_>> {
        self.find(name, false).or_else(|| self.find(name, true))
    }

    /// All names and what they are.
    pub(super) fn told(&self) -> Rc<[(BString, EntryKind)]> {
        let told = || self.items().map(|item| (item.name.to_owned(), item.kind)).collect();
        Rc::clone(self.told.get_or_init(told))
    }

    /// What it takes in memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.places.len() * size_of::<Place>()
    }
}

/// Source: git, read-cache.c, `verify_path`.
fn unusable(name: &BStr) -> bool {
    matches!(name.as_bytes(), b"" | b"." | b"..")
        || name.contains(&b'/')
        || name.eq_ignore_ascii_case(b".git")
}

impl Repository {
    /// The names of a folder.
    pub(super) fn names_in(&self, folder: Folder<'_>) -> Result<Rc<Opened>, Gap> {
        let id = match folder {
            Folder::Listed(listing) => {
                return Ok(Rc::new(Opened::listed(listing, self.objects.hash)));
            }
            Folder::Git(id) => id,
        };
        if let Some(known) = self.folders.borrow_mut().get(&id) {
            return Ok(known);
        }
        let mut buffer = Vec::new();
        let data = self.objects.read_fresh(&id, &mut buffer)?;
        let opened = (data.kind == gix::objs::Kind::Tree)
            .then(|| Opened::stored(data.data, self.objects.hash))
            .flatten()
            .ok_or_else(|| Gap::of(GapKind::Unparsed, "", format!("tree {id} can't be read")))?;
        let opened = Rc::new(opened);
        self.folders.borrow_mut().keep(id, Rc::clone(&opened), opened.bytes());
        Ok(opened)
    }
}

/// A gap with its path.
pub(super) fn placed(gap: Gap, path: &BStr) -> Gap {
    Gap { path: path.to_owned(), ..gap }
}
