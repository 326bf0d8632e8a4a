//! A pack's index, read where it is asked and never as a whole.
//!
//! gix walks all offsets of an index when it opens one, which for ten million objects costs more
//! than everything else that is done about a push.
//!
//! Source: gitformat-pack(5), "Version 2 pack-*.idx files".

use std::cell::{Cell, OnceCell};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use gix::hash::oid;

const MARK: [u8; 8] = *b"\xfftOc\0\0\0\x02";
const FAN: usize = 256;
const HEADER_LENGTH: usize = MARK.len() + FAN * 4;
const HEADER: u64 = HEADER_LENGTH as u64;
/// So many ids are read at once instead of being halved further.
const AT_ONCE: usize = 128;
const LONGEST_ID: usize = 32;
const LARGE: u32 = 1 << 31;
/// From so many questions on, an index of at most so many bytes is read as a whole after all.
const MANY: usize = 256;
const SMALL: u64 = 32 << 20;

/// An index of version 2.
pub(super) struct Index {
    file: File,
    /// How many ids start with this byte or a lower one.
    fan: [u32; FAN],
    hash: gix::hash::Kind,
    size: u64,
    asked: Cell<usize>,
    whole: OnceCell<Vec<u8>>,
}

impl Index {
    /// Opens an index; `None` for what is no index of version 2, or too short to be one.
    pub(super) fn open(path: &Path, hash: gix::hash::Kind) -> Option<Self> {
        let file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let mut header = [0; HEADER_LENGTH];
        file.read_exact_at(&mut header, 0).ok()?;
        let (mark, counts) = header.split_first_chunk::<8>()?;
        let mut fan = [0; FAN];
        for (count, bytes) in fan.iter_mut().zip(counts.as_chunks::<4>().0) {
            *count = u32::from_be_bytes(*bytes);
        }
        let length = hash.len_in_bytes() as u64;
        let tables = u64::from(*fan.last()?) * (length + 8) + 2 * length;
        (*mark == MARK && fan.is_sorted() && size >= HEADER + tables).then_some(Self {
            file,
            fan,
            hash,
            size,
            asked: Cell::default(),
            whole: OnceCell::default(),
        })
    }

    /// Where in the pack an object starts; `None` where the pack lacks it.
    ///
    /// # Errors
    /// Where the index can't be read, or names no place.
    pub(super) fn offset(&self, id: &oid) -> std::io::Result<Option<u64>> {
        let Some(at) = self.position(id)? else { return Ok(None) };
        let count = u64::from(self.fan.last().copied().unwrap_or_default());
        let offsets = HEADER + count * (self.length() + 4);
        let short = u32::from_be_bytes(self.bytes(offsets + at * 4)?);
        if short & LARGE == 0 {
            return Ok(Some(u64::from(short)));
        }
        let place = offsets + count * 4 + u64::from(short ^ LARGE) * 8;
        if place + 8 + 2 * self.length() > self.size {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        Ok(Some(u64::from_be_bytes(self.bytes(place)?)))
    }

    /// The number of an id among all, halving what its first byte leaves.
    fn position(&self, id: &oid) -> std::io::Result<Option<u64>> {
        let first = usize::from(id.first_byte());
        let bound = |at: usize| u64::from(self.fan.get(at).copied().unwrap_or_default());
        let mut low = first.checked_sub(1).map_or(0, bound);
        let mut high = bound(first);
        self.read_whole();
        if let Some(whole) = self.whole.get() {
            return Ok(self.in_memory(whole, id, low..high));
        }
        let mut buffer = [0; LONGEST_ID];
        let middle = buffer.get_mut(..self.hash.len_in_bytes()).unwrap_or_default();
        while high - low > AT_ONCE as u64 {
            let half = low.midpoint(high);
            self.read(middle, HEADER + half * self.length())?;
            if *middle <= *id.as_bytes() { low = half } else { high = half }
        }
        let mut ids = [0; AT_ONCE * LONGEST_ID];
        let length = usize::try_from((high - low) * self.length()).unwrap_or(usize::MAX);
        let ids = ids.get_mut(..length).unwrap_or_default();
        self.read(ids, HEADER + low * self.length())?;
        let found = ids.chunks_exact(self.hash.len_in_bytes()).position(|one| one == id.as_bytes());
        Ok(found.map(|at| low + at as u64))
    }

    fn in_memory(&self, whole: &[u8], id: &oid, mut left: std::ops::Range<u64>) -> Option<u64> {
        let length = self.hash.len_in_bytes();
        let ids = whole.get(HEADER_LENGTH..)?;
        while !left.is_empty() {
            let half = left.start.midpoint(left.end);
            let at = usize::try_from(half).ok()? * length;
            match ids.get(at..at + length)?.cmp(id.as_bytes()) {
                std::cmp::Ordering::Less => left.start = half + 1,
                std::cmp::Ordering::Greater => left.end = half,
                std::cmp::Ordering::Equal => return Some(half),
            }
        }
        None
    }

    fn length(&self) -> u64 {
        self.hash.len_in_bytes() as u64
    }

    fn bytes<const N: usize>(&self, at: u64) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read(&mut bytes, at)?;
        Ok(bytes)
    }

    fn read(&self, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
        let Some(whole) = self.whole.get() else { return self.file.read_exact_at(bytes, at) };
        let start = usize::try_from(at).unwrap_or(usize::MAX);
        let part = whole.get(start..).and_then(|rest| rest.get(..bytes.len()));
        bytes.copy_from_slice(part.ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// A question is two reads of the file; ten thousand of them are more than the file itself.
    fn read_whole(&self) {
        self.asked.set(self.asked.get().saturating_add(1));
        if self.asked.get() == MANY && self.size <= SMALL {
            let mut whole = vec![0; usize::try_from(self.size).unwrap_or_default()];
            if self.file.read_exact_at(&mut whole, 0).is_ok() {
                let _ = self.whole.set(whole);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of `count` ids that all start with the same byte; every third place is a large one.
    fn written(count: u32, spoil: impl Fn(&mut Vec<u8>)) -> tempfile::NamedTempFile {
        let mut bytes = MARK.to_vec();
        let fan = (0..256_u32).map(|first| if first < 7 { 0 } else { count });
        bytes.extend(fan.flat_map(u32::to_be_bytes));
        (0..count).for_each(|at| bytes.extend(id(at * 2).as_bytes()));
        bytes.extend(vec![0; count as usize * 4]);
        let place = |at: u32| if at.is_multiple_of(3) { LARGE | (at / 3) } else { at + 12 };
        bytes.extend((0..count).flat_map(|at| place(at).to_be_bytes()));
        let large = (0..count).step_by(3).map(|at| (u64::from(at) << 32) + 12);
        bytes.extend(large.flat_map(u64::to_be_bytes));
        bytes.extend([0; 40]);
        spoil(&mut bytes);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn id(number: u32) -> gix::ObjectId {
        let mut bytes = [7; 20];
        bytes[1..5].copy_from_slice(&number.to_be_bytes());
        gix::ObjectId::from_bytes_or_panic(&bytes)
    }

    #[test]
    fn every_id_is_found_and_none_between() {
        for count in [0, 1, 2, 127, 128, 129, 1000] {
            let file = written(count, |_| {});
            let index = Index::open(file.path(), gix::hash::Kind::Sha1).unwrap();
            for at in 0..count {
                let large = at.is_multiple_of(3);
                let place = if large { u64::from(at) << 32 } else { u64::from(at) } + 12;
                assert_eq!(index.offset(&id(at * 2)).unwrap(), Some(place), "{at} of {count}");
                assert_eq!(index.offset(&id(at * 2 + 1)).unwrap(), None);
            }
            assert_eq!(index.offset(&gix::hash::Kind::Sha1.null()).unwrap(), None);
        }
    }

    #[test]
    fn what_is_short_unsorted_or_of_another_version_is_none() {
        let spoils: [fn(&mut Vec<u8>); 4] = [
            |bytes| bytes.truncate(1000),
            |bytes| bytes.truncate(8 + 1024 + 10 * 28 + 39),
            |bytes| bytes[7] = 1,
            |bytes| bytes[8] = 0xff,
        ];
        for spoil in spoils {
            let file = written(10, spoil);
            assert!(Index::open(file.path(), gix::hash::Kind::Sha1).is_none());
        }
    }

    #[test]
    fn a_large_place_beyond_the_end_is_an_error() {
        let file = written(1, |bytes| {
            let at = bytes.len() - 40 - 8 - 1;
            bytes[at] = 9;
        });
        let index = Index::open(file.path(), gix::hash::Kind::Sha1).unwrap();
        assert!(index.offset(&id(0)).is_err());
    }
}
