//! Files that are Dockerfiles or environment files only because a compose file or a kustomization
//! near them says so.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::snapshot::Snapshot;
use crate::model::FileKind;
use crate::resolve;

/// Folders above a file in which those are looked for.
const ABOVE: usize = 4;
/// Folders of one push that are looked through.
const MOST: usize = 256;

/// What they name, each folder looked through once.
pub(super) struct Named<'s, 'r> {
    old: &'s Snapshot<'r>,
    new: &'s Snapshot<'r>,
    folders: RefCell<HashMap<BString, Rc<HashMap<BString, FileKind>>>>,
}

impl<'s, 'r> Named<'s, 'r> {
    pub(super) fn new(old: &'s Snapshot<'r>, new: &'s Snapshot<'r>) -> Self {
        Self { old, new, folders: RefCell::default() }
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
        let full = self.folders.borrow().len() >= MOST;
        let named = if full { Vec::new() } else { resolve::named_in(folder, self.new) };
        let named: Rc<HashMap<BString, FileKind>> = Rc::new(named.into_iter().collect());
        if !full {
            self.folders.borrow_mut().insert(folder.to_owned(), Rc::clone(&named));
        }
        named
    }
}
