//! Objects, read from several stores side by side.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, Result, bail, ensure};
use gix::hash::oid;
use gix::objs::{Data, Find, FindHeader, Header, Kind};
use gix::odb::store::init::Slots;

use super::plain::Plain;
use super::recent::Recent;
use super::{Id, stores};
use crate::model::{Gap, GapKind};

/// No object this large is a container file, a tree or a commit that anyone wrote.
pub(super) const LARGEST: usize = 64 << 20;
pub(super) const PACK_CACHE: usize = 4 << 20;
/// The same, of a walk through a history.
pub(super) const WALK_CACHE: usize = 8 << 20;
/// How many pack indices a store has room for, at least, and at most.
const SLOTS: usize = 32;
const MOST_SLOTS: u16 = 32_767;
/// Tags of tags of tags: nobody nests deeper by intent.
const DEEPEST_TAG: usize = 32;

/// What an id names once tags are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peeled {
    /// A commit and its tree.
    Commit {
        /// The commit.
        id: Id,
        /// Its tree.
        tree: Id,
    },
    /// A tree.
    Tree(Id),
    /// A blob.
    Blob(Id),
}

/// All stores of one repository, asked in turn.
pub(super) struct Objects {
    stores: Vec<Store>,
    recent: RefCell<Recent<(Kind, Rc<[u8]>)>>,
    pub(super) hash: gix::hash::Kind,
}

/// Something, unless it is larger than it may be.
pub(super) enum Bounded<T> {
    /// It is not.
    Fits(T),
    /// It has so many bytes.
    Larger(u64),
}

/// What of a store is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// Its packs; of one that gix reads, all.
    Packs,
    /// The files that hold one object each.
    Loose,
    /// Everything, and what has come since.
    Again,
}

#[allow(clippy::large_enum_variant, reason = "a repository has few stores")]
enum Store {
    /// One that gix reads as git does.
    Usual {
        /// Asked first: it does not look again for new packs when it lacks an object.
        quick: gix::odb::Handle,
        /// Asked when all stores lack it: `git gc` may have replaced packs meanwhile.
        patient: gix::odb::Handle,
    },
    Plain(Plain),
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("stores", &self.stores.len()).finish_non_exhaustive()
    }
}

impl Objects {
    /// Opens the stores below the given object directories.
    pub(super) fn open(roots: Vec<PathBuf>, hash: gix::hash::Kind) -> Result<Self> {
        let folders = stores::all(roots);
        ensure!(!folders.is_empty(), "the repository has no object directory");
        let mut opened = Vec::new();
        let mut covered = stores::Covered::default();
        for folder in folders {
            if covered.holds(&folder) {
                continue;
            }
            // Only gix reads a multi-pack-index, but it also opens what the store names.
            let indexed = folder.path.join("pack/multi-pack-index").exists();
            if let Some(followed) = indexed.then(|| folder.followed()).flatten() {
                covered.add(followed);
                let store = Store::usual(&folder, hash);
                opened.push(store.with_context(|| format!("objects {}", folder.path.display()))?);
            } else {
                opened.push(Store::Plain(Plain::open(&folder.path, hash)));
            }
        }
        Ok(Self { stores: opened, recent: RefCell::default(), hash })
    }

    /// Keeps more bases of what packs hold as a difference.
    pub(super) fn remember_more(&self) {
        for store in &self.stores {
            if let Store::Plain(plain) = store {
                plain.remember_more();
            }
        }
    }

    /// An object's content and kind.
    pub(super) fn read<'b>(&self, id: &oid, buffer: &'b mut Vec<u8>) -> Result<Data<'b>, Gap> {
        match self.read_within(id, LARGEST as u64, buffer)? {
            Bounded::Fits(data) => Ok(data),
            Bounded::Larger(_) => Err(broken(id)),
        }
    }

    /// An object's content and kind, or only its size where that is more than `limit`: such an object
    /// is not inflated.
    pub(super) fn read_within<'b>(
        &self,
        id: &oid,
        limit: u64,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Bounded<Data<'b>>, Gap> {
        let object_hash = self.hash;
        if let Some((kind, content)) = self.recent.borrow_mut().get(id) {
            if content.len() as u64 > limit {
                return Ok(Bounded::Larger(content.len() as u64));
            }
            buffer.clear();
            buffer.extend_from_slice(&content);
            return Ok(Bounded::Fits(Data { kind, object_hash, data: buffer }));
        }
        let found = self.found(id, limit, buffer)?;
        if let Bounded::Fits(Data { kind, data, .. }) = &found {
            let content = (*kind, Rc::from(*data));
            self.recent.borrow_mut().keep(id.to_owned(), content, data.len());
        }
        Ok(found)
    }

    /// An object's content and kind, which nobody asks for twice: it is not kept.
    pub(super) fn read_fresh<'b>(
        &self,
        id: &oid,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Data<'b>, Gap> {
        match self.found(id, LARGEST as u64, buffer)? {
            Bounded::Fits(data) => Ok(data),
            Bounded::Larger(_) => Err(broken(id)),
        }
    }

    fn found<'b>(
        &self,
        id: &oid,
        limit: u64,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Bounded<Data<'b>>, Gap> {
        let object_hash = self.hash;
        let Header { kind, size } = match self.find(id, limit, buffer) {
            Ok(Some(header)) => header,
            Ok(None) => return Err(missing(id)),
            Err(_) => return Err(broken(id)),
        };
        if size > limit {
            return Ok(Bounded::Larger(size));
        }
        Ok(Bounded::Fits(Data { kind, object_hash, data: buffer }))
    }

    /// An object's kind and size. Its content is then in `buffer`, unless it is larger than `limit`.
    fn find(&self, id: &oid, limit: u64, buffer: &mut Vec<u8>) -> gix::Result<Option<Header>> {
        let mut failure = None;
        // As git does: all packs before any file of its own.
        for ask in [Ask::Packs, Ask::Loose, Ask::Again] {
            for store in &self.stores {
                match store.find(id, limit, buffer, ask) {
                    Ok(Some(found)) => return Ok(Some(found)),
                    Ok(None) => {}
                    // It counts only where no store has the object.
                    Err(error) => failure = Some(error),
                }
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// The object whose id starts with these digits; `None` where there is none, or no such digits.
    pub(super) fn abbreviated(&self, digits: &str) -> Result<Option<Id>> {
        let Ok(prefix) = gix::hash::Prefix::from_hex(digits) else { return Ok(None) };
        let mut found: Option<Id> = None;
        for store in &self.stores {
            let usual;
            let quick = match store {
                Store::Usual { quick, .. } => quick,
                Store::Plain(plain) => {
                    match Store::handle(&plain.folder, self.hash, Slots::default()) {
                        Ok(handle) => {
                            usual = handle;
                            &usual
                        }
                        Err(_) => continue,
                    }
                }
            };
            match quick.lookup_prefix(prefix, None).map_err(|error| anyhow::anyhow!("{error}"))? {
                Some(Ok(id)) if found.is_none_or(|found| found == id) => found = Some(id),
                None => {}
                Some(_) => bail!("{digits} is the start of several ids"),
            }
        }
        Ok(found)
    }

    /// Opens tags until something else comes.
    pub(super) fn peel(&self, id: Id) -> Result<Peeled, Gap> {
        let mut id = id;
        let mut buffer = Vec::new();
        for _ in 0..DEEPEST_TAG {
            let data = self.read(&id, &mut buffer)?;
            match data.kind {
                Kind::Blob => return Ok(Peeled::Blob(id)),
                Kind::Tree => return Ok(Peeled::Tree(id)),
                Kind::Commit => {
                    let mut commit = data.try_into_commit_iter().ok_or_else(|| broken(&id))?;
                    let tree = commit.tree_id().map_err(|_| broken(&id))?;
                    return Ok(Peeled::Commit { id, tree });
                }
                Kind::Tag => {
                    let tag = data.try_into_tag_iter().ok_or_else(|| broken(&id))?;
                    id = tag.target_id().map_err(|_| broken(&id))?;
                }
            }
        }
        Err(Gap::of(GapKind::Limit, "", format!("tag {id} nests more than {DEEPEST_TAG} deep")))
    }
}

pub(super) fn missing(id: &oid) -> Gap {
    Gap::of(GapKind::MissingObject, "", format!("object {id} is not in the repository"))
}

pub(super) fn broken(id: &oid) -> Gap {
    Gap::of(GapKind::MissingObject, "", format!("object {id} can't be read"))
}

impl Store {
    fn handle(folder: &Path, hash: gix::hash::Kind, slots: Slots) -> Result<gix::odb::Handle> {
        let options = gix::odb::store::init::Options {
            slots,
            alloc_limit_bytes: Some(LARGEST),
            current_dir: Some(folder.to_owned()),
            ..Default::default()
        };
        Ok(gix::odb::at_opts(folder, hash, None, options)?)
    }

    fn usual(folder: &stores::Folder, hash: gix::hash::Kind) -> Result<Self> {
        let slots = if folder.has_alternates() {
            gix::odb::store::init::Slots::default()
        } else {
            // Room for the packs of a `git gc` that runs beside the hook.
            let slots = (folder.packs() * 2).max(SLOTS);
            let slots = u16::try_from(slots).unwrap_or(MOST_SLOTS).min(MOST_SLOTS);
            Slots::Given(slots)
        };
        let patient = Self::handle(&folder.path, hash, slots)?;
        let mut quick = patient.clone();
        quick.refresh_never();
        quick.set_pack_cache(|| {
            Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(PACK_CACHE))
        });
        Ok(Self::Usual { quick, patient })
    }

    /// See [`Objects::find`].
    fn find(
        &self,
        id: &oid,
        limit: u64,
        buffer: &mut Vec<u8>,
        ask: Ask,
    ) -> gix::Result<Option<Header>> {
        let store = match (self, ask) {
            (Self::Usual { quick, .. }, Ask::Packs) => quick,
            (Self::Usual { patient, .. }, Ask::Again) => patient,
            (Self::Usual { .. }, Ask::Loose) => return Ok(None),
            (Self::Plain(plain), Ask::Packs) => return plain.packed(id, limit, buffer),
            (Self::Plain(plain), Ask::Loose) => return plain.loose(id, limit, buffer),
            (Self::Plain(plain), Ask::Again) if !plain.refresh() => return Ok(None),
            (Self::Plain(plain), Ask::Again) => {
                return match plain.packed(id, limit, buffer) {
                    Ok(None) => plain.loose(id, limit, buffer),
                    found => found,
                };
            }
        };
        if limit < LARGEST as u64
            && let Some(header) = FindHeader::try_header(store, id)?
            && header.size > limit
        {
            return Ok(Some(header));
        }
        let found = Find::try_find(store, id, buffer)?;
        let found = found.map(|data| (data.kind, data.data.len()));
        Ok(found.map(|(kind, size)| {
            buffer.truncate(size);
            Header { kind, size: size as u64 }
        }))
    }
}

impl Find for Objects {
    fn try_find<'a>(&self, id: &oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        let limit = LARGEST as u64;
        let found = self.find(id, limit, buffer)?.filter(|header| header.size <= limit);
        Ok(found.map(|header| Data { kind: header.kind, object_hash: self.hash, data: buffer }))
    }
}
