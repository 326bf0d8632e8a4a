//! `.dockerignore` and `.containerignore`.

use super::Surface;
use crate::model::{Declared, IgnoreFile, Reading, Text};

/// `.dockerignore` and `.containerignore`.
pub(super) const SURFACE: Surface = Surface { id: "dockerignore", recognises: |_| false, read };

fn read(_text: &Text) -> Reading {
    Reading { declared: Declared::Ignore(IgnoreFile::default()), gaps: Vec::new() }
}
