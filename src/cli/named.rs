//! Files that are Dockerfiles or environment files only because a compose file or a kustomization
//! near them says so.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::memo::Memo;
use super::snapshot::Snapshot;
use crate::git::Id;
use crate::model::{FileKind, HashMap, Tree};
use crate::resolve;

/// Folders above a file in which those are looked for.
const ABOVE: usize = 4;
/// Folders of one push that are looked through.
const MOST: usize = 256;
/// Folders of earlier comparisons that are remembered.
const MOST_KNOWN: usize = 10_000;

/// What they name, each folder looked through once.
pub(super) struct Named<'s, 'r> {
    old: &'s Snapshot<'r>,
    new: &'s Snapshot<'r>,
    folders: RefCell<HashMap<BString, Rc<HashMap<BString, FileKind>>>>,
    memo: Option<&'s Memory>,
}

/// What is known from earlier comparisons.
pub(super) struct Memory {
    named: Memo<BString, Rc<HashMap<BString, FileKind>>>,
    /// Whether a folder has no compose file, whatever its path is.
    empty: RefCell<HashMap<Id, bool>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { named: Memo::new(1 << 20, |named| named.len() * 128), empty: RefCell::default() }
    }
}

impl Memory {
    fn is_empty(&self, id: Id, look: impl FnOnce() -> bool) -> bool {
        let mut empty = self.empty.borrow_mut();
        if empty.len() >= MOST_KNOWN {
            empty.clear();
        }
        *empty.entry(id).or_insert_with(look)
    }
}

impl<'s, 'r> Named<'s, 'r> {
    pub(super) fn new(
        old: &'s Snapshot<'r>,
        new: &'s Snapshot<'r>,
        memo: Option<&'s Memory>,
    ) -> Self {
        Self { old, new, folders: RefCell::default(), memo }
    }

    /// Whether a changed file is such a one: from then on both revisions read it so.
    pub(super) fn take(&self, path: &BStr) -> bool {
        let mut folder = path;
        for _ in 0..=ABOVE {
            folder = folder.rfind_byte(b'/').map_or(b"".as_bstr(), |at| folder[..at].as_bstr());
            if let Some(&kind) = self.in_folder(folder).get(path) {
                self.old.take_for(path, kind);
                self.new.take_for(path, kind);
                return true;
            }
            if folder.is_empty() {
                break;
            }
        }
        false
    }

    fn in_folder(&self, folder: &BStr) -> Rc<HashMap<BString, FileKind>> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return Rc::clone(known);
        }
        let id = self.new.folder_id(folder);
        if let (Some(id), Some(memo)) = (id, self.memo)
            && memo.is_empty(id, || resolve::names_nothing(folder, self.new))
        {
            return Rc::default();
        }
        let full = self.folders.borrow().len() >= MOST;
        let look = |tree: &dyn Tree| Rc::new(resolve::named_in(folder, tree).into_iter().collect());
        let named: Rc<HashMap<BString, FileKind>> = match self.memo {
            _ if full => Rc::default(),
            Some(memo) => memo.named.of(folder.to_owned(), self.new, None, look),
            None => look(self.new),
        };
        if !full {
            self.folders.borrow_mut().insert(folder.to_owned(), Rc::clone(&named));
        }
        named
    }
}
