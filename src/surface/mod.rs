//! Text in, declarations and gaps out: one file per kind of container file.

mod dockerfile;
mod dockerignore;
mod gitfiles;

use bstr::BStr;

use crate::model::{Reading, Text};

/// A kind of container file.
#[derive(Debug)]
pub struct Surface {
    /// Its name in messages and in policy.
    pub id: &'static str,
    /// Whether a path (relative to the top) names such a file.
    pub recognises: fn(&BStr) -> bool,
    /// Reads one file. Total: no error, no panic; what can't be read is a gap.
    pub read: fn(&Text) -> Reading,
}

/// Every kind, the most specific name first.
pub const SURFACES: &[&Surface] =
    &[&dockerignore::SURFACE, &gitfiles::ATTRIBUTES, &gitfiles::MODULES, &dockerfile::SURFACE];

/// The kind of file that a path names.
pub fn of(path: &BStr) -> Option<&'static Surface> {
    SURFACES.iter().copied().find(|surface| (surface.recognises)(path))
}

pub use dockerfile::{SURFACE as DOCKERFILE, looks_like_dockerfile};
