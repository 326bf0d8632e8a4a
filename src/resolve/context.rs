//! A Dockerfile, its context folder and the ignore file that counts become a build context.

use std::rc::Rc;

use bstr::{BStr, BString};

use crate::model::{BuildContext, File, Settings, Stage, Tree};

/// Which names below a context are looked at, beside the probes.
#[derive(Clone, Debug)]
pub enum Names {
    /// All of the tree: the ignore file or a `COPY` that feeds it changed.
    Walk,
    /// These paths, relative to the top: the sensitive names among the changed ones.
    Only(Vec<BString>),
}

/// The build contexts that a Dockerfile can be built with.
pub(super) fn contexts(
    _path: &BStr,
    _file: &Rc<File>,
    _stages: &[Stage],
    _tree: &dyn Tree,
    _names: &Names,
    _settings: &Settings,
) -> Vec<BuildContext> {
    Vec::new()
}

/// The Dockerfiles that a changed ignore file counts for: bounded to its folder, and the folders
/// directly below it.
pub fn dockerfiles_of(_ignore: &BStr, _tree: &dyn Tree) -> Vec<BString> {
    Vec::new()
}

/// Whether a path names a file that does not belong into an image: `.env`, keys, `.git`, …
pub fn is_sensitive(_path: &BStr) -> bool {
    false
}
