//! A store read alone, without the alternates it names.
//!
//! gix follows a store's alternates itself, resolves nested relative ones from the wrong folder, and
//! refuses a store that names itself or one that is gone; git minds neither. Such stores are rare, so
//! this one may be simple: no multi-pack-index, and packs that come later are not seen.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

use gix::error::ErrorExt as _;
use gix::hash::oid;
use gix::objs::{Header, Kind};
use gix::odb::loose;
use gix::odb::pack::data::decode::header::ResolvedBase;
use gix::odb::pack::{Bundle, cache};

use super::objects::LARGEST;

/// More packs than an unmaintained repository has.
const MOST_PACKS: usize = 10_000;

/// The loose objects and packs of one object directory.
pub(super) struct Plain {
    folder: PathBuf,
    hash: gix::hash::Kind,
    loose: loose::Store,
    packs: OnceCell<Vec<Bundle>>,
    inflate: RefCell<gix::zlib::Inflate>,
}

impl Plain {
    pub(super) fn open(folder: &Path, hash: gix::hash::Kind) -> Self {
        let loose = loose::Store::at(folder, hash);
        let (packs, inflate) = Default::default();
        Self { folder: folder.to_owned(), hash, loose, packs, inflate }
    }

    /// An object's kind; its content is then in `buffer`.
    pub(super) fn find(&self, id: &oid, buffer: &mut Vec<u8>) -> gix::Result<Option<Kind>> {
        let Some(header) = self.header(id)? else { return Ok(None) };
        if header.size > LARGEST as u64 {
            return Err(gix::error::message("the object is too large to be read").raise());
        }
        for pack in self.packs() {
            let mut inflate = self.inflate.borrow_mut();
            if let Some((data, _)) = pack.find(id, buffer, &mut inflate, &mut cache::Never)? {
                return Ok(Some(data.kind));
            }
        }
        Ok(self.loose.try_find(id, buffer)?.map(|data| data.kind))
    }

    /// An object's size and kind.
    pub(super) fn header(&self, id: &oid) -> gix::Result<Option<Header>> {
        for pack in self.packs() {
            let entry = |id: &oid| {
                let offset = pack.index.lookup(id).map(|at| pack.index.pack_offset_at_index(at));
                offset.map(|offset| pack.pack.entry(offset)).transpose()
            };
            if let Some(found) = entry(id)? {
                let base = |id: &oid| Ok(entry(id)?.map(ResolvedBase::InPack));
                let found =
                    pack.pack.decode_header(found, &mut self.inflate.borrow_mut(), &base)?;
                return Ok(Some(Header { kind: found.kind, size: found.object_size }));
            }
        }
        Ok(self.loose.try_header(id)?.map(|(size, kind)| Header { kind, size }))
    }

    fn packs(&self) -> &[Bundle] {
        self.packs.get_or_init(|| {
            let Ok(names) = std::fs::read_dir(self.folder.join("pack")) else { return vec![] };
            let paths = names.filter_map(|name| Some(name.ok()?.path()));
            let indices = paths.filter(|path| path.extension().is_some_and(|end| end == "idx"));
            indices.take(MOST_PACKS).filter_map(|path| Bundle::at(path, self.hash).ok()).collect()
        })
    }
}
