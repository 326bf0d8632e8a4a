//! The build context: what a Dockerfile's `COPY` can reach.

use bstr::BString;

use super::{FileId, Gap, Pattern, Spanned};

/// An ignore file as written.
#[derive(Clone, Debug, Default)]
pub struct IgnoreFile {
    /// Its patterns in order; the last one that matches a path wins.
    pub patterns: Vec<Spanned<Pattern>>,
}

/// One Dockerfile with one context folder and the ignore file that counts for it.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// The Dockerfile.
    pub dockerfile: FileId,
    /// The folder, relative to the top; empty for the top itself.
    pub folder: BString,
    /// The ignore file that wins, and its path; `None` where there is none.
    pub ignore: Option<(FileId, BString)>,
    /// What was asked of it and what it answers.
    pub reached: Vec<Reached>,
    /// What could not be read on the way.
    pub gaps: Vec<Gap>,
}

/// A sensitive name that an instruction copies out of the context.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The name or path, relative to the context: `.env`, `certs/server.pem`.
    pub path: String,
    /// It is really in the tree; otherwise it is a probe, a name usually untracked.
    pub tracked: bool,
    /// Whether the ignore file lets it through.
    pub copied: bool,
    /// The pattern that decides, else the `COPY`; the others that matter in `because`.
    pub place: Spanned<()>,
}
