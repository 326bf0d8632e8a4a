//! One project: its main file and everything merged into it.

use std::rc::Rc;

use bstr::{BStr, BString};

use super::Environment;
use crate::model::{Declared, File, Node};

/// A compose project of one revision as the engine would be told to run it.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// The path of its main file.
    pub(super) path: BString,
    /// The folder that relative paths count from; empty for the top. What comes from a file of
    /// another folder is rewritten to count from here.
    pub(super) folder: BString,
    /// Its main file.
    pub(super) file: Rc<File>,
    /// The top level, merged and interpolated, `extends` and `include` resolved. Short and long
    /// syntax stay as written. What an unset variable touches is opaque.
    pub(super) root: Node,
    /// What it interpolates with: the `.env` beside it.
    pub(super) environment: Environment,
}

impl Project {
    /// The project whose main file is `file`.
    pub(super) fn load(file: &Rc<File>) -> Option<Self> {
        let Declared::Tree(documents) = &file.declared else { return None };
        let path = file.text.path.clone();
        Some(Self {
            folder: parent(path.as_ref()).into(),
            path,
            file: Rc::clone(file),
            root: documents.first()?.clone(),
            environment: Environment::default(),
        })
    }
}

/// The folder of a path; empty for the top.
pub(super) fn parent(path: &BStr) -> &BStr {
    let at = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    BStr::new(path.get(..at).unwrap_or_default())
}
