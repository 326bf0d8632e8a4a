//! A store read alone, without the alternates it names.
//!
//! gix follows a store's alternates itself, resolves nested relative ones from the wrong folder, and
//! refuses a store that names itself or one that is gone; git minds neither. It also walks every
//! index as a whole. What is not read here: a multi-pack-index, beside which the packs' own stand.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::{Path, PathBuf};

use gix::error::ErrorExt as _;
use gix::hash::oid;
use gix::objs::{Header, Kind};
use gix::odb::loose;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use gix::odb::pack::data::Entry;
use gix::odb::pack::data::decode::entry::ResolvedBase;
use gix::odb::pack::data::decode::header::ResolvedBase as HeaderBase;
use gix::odb::pack::{data, index};

use super::index::Index;
use super::objects::{LARGEST, PACK_CACHE};

/// More packs than an unmaintained repository has.
const MOST_PACKS: usize = 10_000;

/// The loose objects and packs of one object directory.
pub(super) struct Plain {
    pub(super) folder: PathBuf,
    hash: gix::hash::Kind,
    loose: loose::Store,
    packs: RefCell<Vec<Pack>>,
    listed: Cell<bool>,
    inflate: RefCell<gix::zlib::Inflate>,
    cache: RefCell<MemoryCappedHashmap>,
}

impl Plain {
    pub(super) fn open(folder: &Path, hash: gix::hash::Kind) -> Self {
        let options = loose::Options { alloc_limit_bytes: Some(LARGEST), ..Default::default() };
        Self {
            folder: folder.to_owned(),
            hash,
            loose: loose::Store::at_opts(folder, hash, options),
            packs: RefCell::default(),
            listed: Cell::default(),
            inflate: RefCell::default(),
            cache: RefCell::new(MemoryCappedHashmap::new(PACK_CACHE)),
        }
    }

    /// An object's kind; its content is then in `buffer`.
    pub(super) fn find(&self, id: &oid, buffer: &mut Vec<u8>) -> gix::Result<Option<Kind>> {
        let mut ask = |pack: &Pack| {
            let Some((data, entry)) = pack.entry(id)? else { return Ok(None) };
            let base = |id: &oid, _: &mut Vec<u8>| {
                Ok(pack.entry(id)?.map(|(_, entry)| ResolvedBase::InPack(entry)))
            };
            let mut inflate = self.inflate.borrow_mut();
            let mut cache = self.cache.borrow_mut();
            let found = data.decode_entry(entry, buffer, &mut inflate, &base, &mut *cache)?;
            Ok(Some(found.kind))
        };
        match self.first(&mut ask) {
            Ok(Some(kind)) => Ok(Some(kind)),
            packed => match self.loose.try_find(id, buffer)? {
                Some(data) => Ok(Some(data.kind)),
                None => packed,
            },
        }
    }

    /// An object's size and kind.
    pub(super) fn header(&self, id: &oid) -> gix::Result<Option<Header>> {
        let packed = self.first(&mut |pack| {
            let Some((data, entry)) = pack.entry(id)? else { return Ok(None) };
            let base = |id: &oid| Ok(pack.entry(id)?.map(|(_, entry)| HeaderBase::InPack(entry)));
            let found = data.decode_header(entry, &mut self.inflate.borrow_mut(), &base)?;
            Ok(Some(Header { kind: found.kind, size: found.object_size }))
        });
        match packed {
            Ok(Some(header)) => Ok(Some(header)),
            packed => match self.loose.try_header(id)? {
                Some((size, kind)) => Ok(Some(Header { kind, size })),
                None => packed,
            },
        }
    }

    /// Looks again for packs: `git gc` may have replaced them meanwhile. Whether there are new ones.
    pub(super) fn refresh(&self) -> bool {
        let Ok(names) = std::fs::read_dir(self.folder.join("pack")) else { return false };
        let mut packs = self.packs.borrow_mut();
        let before = packs.len();
        let paths = names.filter_map(|name| Some(name.ok()?.path()));
        for path in paths.filter(|path| path.extension().is_some_and(|end| end == "idx")) {
            if packs.len() < MOST_PACKS && !packs.iter().any(|pack| pack.path == path) {
                packs.extend(Pack::open(path, self.hash));
            }
        }
        packs.len() > before
    }

    /// The first pack's answer; the pack that has it is asked first the next time.
    fn first<T>(
        &self,
        ask: &mut dyn FnMut(&Pack) -> gix::Result<Option<T>>,
    ) -> gix::Result<Option<T>> {
        if !self.listed.replace(true) {
            self.refresh();
        }
        let mut failure = None;
        let mut packs = self.packs.borrow_mut();
        for at in 0..packs.len() {
            match packs.get(at).map_or(Ok(None), &mut *ask) {
                Ok(Some(found)) => {
                    packs.swap(0, at);
                    return Ok(Some(found));
                }
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(None), Err)
    }
}

/// One pack, its data opened when an object is in it.
struct Pack {
    /// Of its index.
    path: PathBuf,
    ids: Ids,
    hash: gix::hash::Kind,
    data: OnceCell<Option<data::File>>,
}

enum Ids {
    Sparing(Box<Index>),
    /// Version 1, and whatever else gix knows.
    Whole(Box<index::File>),
}

impl Pack {
    fn open(path: PathBuf, hash: gix::hash::Kind) -> Option<Self> {
        let ids = match Index::open(&path, hash) {
            Some(index) => Ids::Sparing(Box::new(index)),
            None => Ids::Whole(Box::new(index::File::at(&path, hash).ok()?)),
        };
        Some(Self { path, ids, hash, data: OnceCell::new() })
    }

    /// Where an object is; `None` also where the pack went away.
    fn entry(&self, id: &oid) -> gix::Result<Option<(&data::File, Entry)>> {
        let offset = match &self.ids {
            Ids::Sparing(index) => index.offset(id).map_err(|error| error.raise())?,
            Ids::Whole(index) => index.lookup(id).map(|at| index.pack_offset_at_index(at)),
        };
        let Some(offset) = offset else { return Ok(None) };
        let open = || data::File::at(self.path.with_extension("pack"), self.hash).ok();
        let data =
            self.data.get_or_init(|| open().map(|file| file.with_alloc_limit_bytes(Some(LARGEST))));
        data.as_ref().map(|data| Ok((data, data.entry(offset)?))).transpose()
    }
}
