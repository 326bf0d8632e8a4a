//! What a file of one revision holds.

use bstr::{BStr, BString, ByteSlice as _};

use super::folder::{Entry, placed};
use super::objects::{self, Bounded};
use super::tree::LONGEST_PATH;
use super::{Repository, Revision, Tree, worktree};
use crate::model::{EntryKind, Gap, GapKind};

/// The largest file that is looked at only to learn what it is.
const GLANCE: u64 = 16 << 20;
const LFS_MARK: &[u8] = b"version https://git-lfs.github.com/spec/";
const LFS_LONGEST: usize = 1024;

impl Tree<'_> {
    /// A file's content.
    ///
    /// # Errors
    /// A gap where the object is missing, larger than the limit, or not in git at all.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, Gap> {
        let gap = |kind, why: &str| Gap::of(kind, entry.path.clone(), why);
        match entry.kind {
            EntryKind::Submodule => return Err(gap(GapKind::Submodule, "a submodule stands here")),
            EntryKind::Folder => return Err(gap(GapKind::Unparsed, "a folder stands here")),
            EntryKind::File | EntryKind::Link => {}
        }
        let bytes = self.bytes(entry)?;
        if bytes.len() <= LFS_LONGEST && bytes.starts_with(LFS_MARK) {
            return Err(gap(GapKind::LfsPointer, "a Git LFS pointer: the content is not in git"));
        }
        Ok(bytes)
    }

    fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, Gap> {
        self.bytes_within(entry, self.limits.file_size)
    }

    /// A larger file's content, for a glance at what it is; `None` where it is far too large.
    pub fn glance(&self, entry: &Entry) -> Option<Vec<u8>> {
        self.bytes_within(entry, GLANCE).ok()
    }

    fn bytes_within(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Gap> {
        if self.revision == Revision::Worktree {
            return worktree::read(self.repository, entry, limit);
        }
        self.repository.blob(entry, limit)
    }

    pub(super) fn link(&self, entry: &Entry) -> Result<BString, Gap> {
        let text = self.bytes(entry)?;
        if text.len() > LONGEST_PATH || text.is_empty() {
            return Err(Gap::of(
                GapKind::Link,
                entry.path.clone(),
                "a symbolic link has no usable text",
            ));
        }
        Ok(text.into())
    }
}

impl Repository {
    /// A blob, refused by its size before it is inflated.
    pub(super) fn blob(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Gap> {
        let path = entry.path.as_bstr();
        let limit = limit.min(objects::LARGEST as u64);
        let mut buffer = Vec::new();
        let read = self.objects.read_within(&entry.id, limit, &mut buffer);
        let kind = match read.map_err(|gap| placed(gap, path))? {
            Bounded::Fits(data) => data.kind,
            Bounded::Larger(size) => return Err(too_large(path, size, limit)),
        };
        match kind {
            gix::objs::Kind::Blob => Ok(buffer),
            kind => {
                let message = format!("object {} is a {kind}, not a file", entry.id);
                Err(Gap::of(GapKind::MissingObject, path, message))
            }
        }
    }
}

pub(super) fn too_large(path: &BStr, size: u64, limit: u64) -> Gap {
    let message = format!("{size} bytes, more than the limit of {limit}");
    // Larger by a few bytes is no other gap.
    Gap { key: "too large".to_owned(), ..Gap::of(GapKind::TooLarge, path, message) }
}
