//! The images that a revision names.

use bstr::BString;

use super::ImageRef;

/// One place that names an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedImage {
    /// The image; `None` where a variable or a template leaves it open.
    pub image: Option<ImageRef>,
    /// As it is written, variables filled in as far as they are known.
    pub text: String,
    /// What it is there for: `final stage`, `service db`.
    pub unit: String,
    /// The file.
    pub path: BString,
    /// Its line, from 1.
    pub line: u32,
}
