//! Files that were read, kept for the next revision that has them too.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bstr::BString;

use crate::git::Id;
use crate::model::{File, FileId, FileKind, HashMap};

/// What is kept of file contents, in bytes; what was made of them takes several times as much.
const MOST_BYTES: usize = 1 << 20;
const MOST: usize = 1024;

/// A blob at a path, and the kind it was read as where its name did not tell.
pub(super) type Volume = (Id, BString, Option<FileKind>);

/// The files of all revisions that one thread looks at: what two of them share is read once.
///
/// Content never changes under an id. What was not asked for lately makes room.
#[derive(Default)]
pub(super) struct Shelf {
    recent: RefCell<HashMap<Volume, Rc<File>>>,
    before: RefCell<HashMap<Volume, Rc<File>>>,
    bytes: Cell<usize>,
    next: Cell<u32>,
}

impl Shelf {
    /// An id that no other file of this thread has.
    pub(super) fn number(&self) -> FileId {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        FileId(number)
    }

    /// A file that was read before.
    pub(super) fn get(&self, volume: &Volume) -> Option<Rc<File>> {
        if let Some(file) = self.recent.borrow().get(volume) {
            return Some(Rc::clone(file));
        }
        let file = self.before.borrow_mut().remove(volume)?;
        self.keep(volume.clone(), &file);
        Some(file)
    }

    /// Keeps a file.
    pub(super) fn keep(&self, volume: Volume, file: &Rc<File>) {
        let mut recent = self.recent.borrow_mut();
        let bytes = self.bytes.get().saturating_add(file.text.content.len());
        self.bytes.set(bytes);
        recent.insert(volume, Rc::clone(file));
        if bytes > MOST_BYTES || recent.len() > MOST {
            *self.before.borrow_mut() = std::mem::take(&mut recent);
            self.bytes.set(0);
        }
    }
}
