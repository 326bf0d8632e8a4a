//! One project: its main file and everything merged into it.

use std::rc::Rc;

use bstr::BString;

use crate::model::{File, FileId, Node, Text, Variable};

/// A compose project of one revision as the engine would be told to run it.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// The path of its main file.
    pub(super) path: BString,
    /// The folder that relative paths count from; empty for the top. What comes from a file of
    /// another folder is rewritten to count from here.
    pub(super) folder: BString,
    /// Every file that something of it is declared in, the main one first.
    pub(super) files: Vec<Rc<File>>,
    /// The top level, merged and interpolated, `extends` and `include` resolved. Short and long
    /// syntax stay as written. What an unset variable touches is opaque. A service that several
    /// places declare has the others in its `because`.
    pub(super) root: Node,
    /// The profiles that start without being asked for: `COMPOSE_PROFILES`.
    pub(super) profiles: Option<Variable>,
}

impl Project {
    /// The text of one of its files.
    pub(super) fn text(&self, file: FileId) -> Option<&Text> {
        self.files.iter().map(|known| &known.text).find(|text| text.file == file)
    }
}
