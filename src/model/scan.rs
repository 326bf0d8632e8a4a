//! What scanners found in an image, as rules may ask for it.

use std::fmt;

use super::ImageRef;

/// Knows what reports say of images.
pub trait Evidence: fmt::Debug {
    /// What is known of an image; `None` where it says nothing: no reports are kept, or the image
    /// stood there before.
    fn of(&self, image: &ImageRef) -> Option<Scan>;
}

/// What the reports say of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// How it turned out.
    pub outcome: Outlook,
    /// What the report says, short: counts per severity, the worst ids, the versions that mend them.
    pub summary: String,
}

/// How a look into the reports turns out, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// Nothing was found.
    Clean,
    /// Only what policy puts up with.
    Below,
    /// The only reports are too old. `refused`: policy wants that turned back.
    Stale {
        /// Whether policy wants it turned back.
        refused: bool,
    },
    /// There is no report.
    Missing {
        /// Whether policy wants it turned back.
        refused: bool,
    },
    /// Something that policy does not put up with.
    Failing,
}
