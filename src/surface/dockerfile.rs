//! Dockerfile and Containerfile.

use super::Surface;
use crate::model::{Declared, Dockerfile, Reading, Text};

/// Dockerfile and Containerfile.
pub const SURFACE: Surface = Surface { id: "dockerfile", recognises: |_| false, read };

fn read(_text: &Text) -> Reading {
    Reading { declared: Declared::Dockerfile(Dockerfile::default()), gaps: Vec::new() }
}

/// Whether content under any name is plainly a Dockerfile: its first instruction is `FROM`, or
/// `ARG`s and then `FROM`, and all or nearly all of the others are known.
pub fn looks_like_dockerfile(_text: &Text) -> bool {
    false
}
