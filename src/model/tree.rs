//! One revision, asked for single files.

use std::rc::Rc;

use bstr::{BStr, BString};

use super::{File, FileId, FileKind, Gap, Reading, Span};

/// A revision as `resolve` may see it: it counts and bounds what it gives.
pub trait Tree {
    /// The file at a path, links followed inside the repository. `Ok(None)`: nothing is there.
    /// The same path gives the same file.
    ///
    /// # Errors
    /// A gap where something is there that can't be judged.
    fn file(&self, path: &BStr) -> Result<Option<Rc<File>>, Gap>;

    /// The file at a path read as one of `kind`, whatever its name says: a compose file that
    /// another one extends, a patch that a kustomization names.
    ///
    /// # Errors
    /// As [`Tree::file`].
    fn file_as(&self, path: &BStr, kind: FileKind) -> Result<Option<Rc<File>>, Gap>;

    /// A file that was given before, by its id.
    fn known(&self, id: FileId) -> Option<Rc<File>>;

    /// A part of a file that was given before, read as a file of `kind` whose lines all lose the
    /// indentation of the first: a Dockerfile written down in a compose file. Its spans are those
    /// of the file.
    fn part_as(&self, part: Span, kind: FileKind) -> Option<Reading>;

    /// The time that policy gives has run out: give back what there is, with a gap.
    fn over(&self) -> bool {
        false
    }

    /// The entries of one folder, by name: what they are. Empty where there is no such folder.
    fn names(&self, folder: &BStr) -> Rc<[(BString, EntryKind)]>;

    /// What stands at a path, itself and not where it leads.
    fn kind(&self, path: &BStr) -> Option<EntryKind>;

    /// Every path below a folder that `wanted` takes (it is given the path relative to the top),
    /// folders that `enter` refuses left out. A gap where the bound on names is reached.
    ///
    /// # Errors
    /// A gap where the bound on names is reached; what was found until then is in it lost.
    fn below(
        &self,
        folder: &BStr,
        enter: &dyn Fn(&BStr) -> bool,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap>;
}

/// What stands in a tree under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A submodule.
    Submodule,
}
