//! A store read alone, without the alternates it names.
//!
//! gix follows a store's alternates itself, resolves nested relative ones from the wrong folder, and
//! refuses a store that names itself or one that is gone; git minds neither. It also walks every
//! index as a whole. What is not read here: a multi-pack-index, beside which the packs' own stand.

use std::cell::{Cell, OnceCell, RefCell};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use gix::error::ErrorExt as _;
use gix::hash::oid;
use gix::objs::Header;
use gix::objs::decode::loose_header;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use gix::odb::pack::data::Entry;
use gix::odb::pack::data::decode::entry::ResolvedBase;
use gix::odb::pack::data::decode::header::ResolvedBase as HeaderBase;
use gix::odb::pack::{data, index};
use gix::zlib::Status;

use super::index::Index;
use super::objects::{LARGEST, PACK_CACHE, WALK_CACHE};

/// More packs than an unmaintained repository has.
const MOST_PACKS: usize = 10_000;
/// How much of a loose object is read to find its size, compressed and not.
const HEAD: u64 = 4 << 10;
const LONGEST_HEADER: usize = 64;
/// What can't be compressed grows by far less than this.
const MOST_COMPRESSED: u64 = 2 * LARGEST as u64;

/// The loose objects and packs of one object directory.
pub(super) struct Plain {
    pub(super) folder: PathBuf,
    hash: gix::hash::Kind,
    packs: RefCell<Vec<Pack>>,
    listed: Cell<bool>,
    inflate: RefCell<gix::zlib::Inflate>,
    cache: RefCell<MemoryCappedHashmap>,
}

impl Plain {
    pub(super) fn open(folder: &Path, hash: gix::hash::Kind) -> Self {
        Self {
            folder: folder.to_owned(),
            hash,
            packs: RefCell::default(),
            listed: Cell::default(),
            inflate: RefCell::default(),
            cache: RefCell::new(MemoryCappedHashmap::new(PACK_CACHE)),
        }
    }

    /// Keeps more of the bases.
    pub(super) fn remember_more(&self) {
        self.cache.replace(MemoryCappedHashmap::new(WALK_CACHE));
    }

    /// An object's kind and size, where a pack has it. Its content is then in `buffer`, unless it is
    /// larger than `limit`.
    pub(super) fn packed(
        &self,
        id: &oid,
        limit: u64,
        buffer: &mut Vec<u8>,
    ) -> gix::Result<Option<Header>> {
        let mut ask = |pack: &Pack| {
            let Some((data, entry)) = pack.entry(id)? else { return Ok(None) };
            if limit < LARGEST as u64 {
                let header = self.header(pack, data, entry.clone())?;
                if header.size > limit {
                    return Ok(Some(header));
                }
            }
            let base = |id: &oid, _: &mut Vec<u8>| {
                Ok(pack.entry(id)?.map(|(_, entry)| ResolvedBase::InPack(entry)))
            };
            let mut inflate = self.inflate.borrow_mut();
            let mut cache = self.cache.borrow_mut();
            let found = data.decode_entry(entry, buffer, &mut inflate, &base, &mut *cache)?;
            Ok(Some(Header { kind: found.kind, size: buffer.len() as u64 }))
        };
        self.first(&mut ask)
    }

    fn header(&self, pack: &Pack, data: &data::File, entry: Entry) -> gix::Result<Header> {
        let base = |id: &oid| Ok(pack.entry(id)?.map(|(_, entry)| HeaderBase::InPack(entry)));
        let found = data.decode_header(entry, &mut self.inflate.borrow_mut(), &base)?;
        Ok(Header { kind: found.kind, size: found.object_size })
    }

    /// As [`Self::packed`], where it lies in a file of its own. gix would set up an inflater for each object, and another for its header.
    ///
    /// Source: gitformat-loose(5).
    pub(super) fn loose(
        &self,
        id: &oid,
        limit: u64,
        out: &mut Vec<u8>,
    ) -> gix::Result<Option<Header>> {
        let hex = id.to_hex().to_string();
        let (folder, name) = hex.split_at(2);
        let file = match File::open(self.folder.join(folder).join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.raise()),
        };
        let damaged = || gix::error::message("a loose object is damaged").raise();
        let read = |at_most: u64, bytes: &mut Vec<u8>| {
            (&file).take(at_most).read_to_end(bytes).map_err(|error| error.raise())
        };
        let mut bytes = Vec::new();
        read(HEAD, &mut bytes)?;
        let mut inflate = self.inflate.borrow_mut();
        inflate.reset();
        let mut start = [0; LONGEST_HEADER];
        let (status, used, written) = inflate.prefix(&bytes, &mut start)?;
        let start = start.get(..written).ok_or_else(damaged)?;
        let (kind, size, skip) = loose_header(start)?;
        let header = Header { kind, size };
        if size > limit {
            return Ok(Some(header));
        }
        let size = usize::try_from(size).map_err(|_| damaged())?;
        let begun = start.get(skip..).unwrap_or_default();
        let whole = if status == Status::StreamEnd {
            out.clear();
            out.extend_from_slice(begun);
            begun.len()
        } else if begun.len() > size {
            return Err(damaged());
        } else {
            read(MOST_COMPRESSED, &mut bytes)?;
            let rest = bytes.get(used..).unwrap_or_default();
            inflate.rest(rest, start, skip, out, size)?
        };
        if whole != size {
            return Err(damaged());
        }
        Ok(Some(header))
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
