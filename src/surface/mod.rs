//! Text in, declarations and gaps out: one file per kind of container file.

mod compose;
mod dockerfile;
mod dockerignore;
mod environment;
mod gitfiles;
mod hcl;
mod helm;
mod jinja;
mod jsonc;
mod kubernetes;
mod others;
mod systemd;
mod template;
mod yaml;

use bstr::BStr;

use crate::model::{FileKind, Reading, Text};

/// A kind of container file.
#[derive(Debug)]
pub struct Surface {
    /// Its name in messages and in policy.
    pub id: &'static str,
    /// What it reads.
    pub kind: FileKind,
    /// Whether a path (relative to the top) may name such a file.
    pub recognises: fn(&BStr) -> bool,
    /// Whether the content of such a path is one: a glance that costs no more than reading it.
    pub concerns: fn(&BStr, &[u8]) -> bool,
    /// Reads one file. Total: no error, no panic; what can't be read is a gap.
    pub read: fn(&Text) -> Reading,
}

/// Every kind, the most specific name first.
pub const SURFACES: &[&Surface] = &[
    &dockerignore::SURFACE,
    &gitfiles::ATTRIBUTES,
    &gitfiles::MODULES,
    &environment::SURFACE,
    &systemd::SURFACE,
    &others::WORKFLOW,
    &others::GITLAB,
    &others::CIRCLE,
    &others::PIPELINE,
    &others::DEVCONTAINER,
    &others::BAKE,
    &others::DAEMON,
    &others::NOMAD,
    &others::ECS,
    &dockerfile::SURFACE,
    &helm::CHART,
    &helm::KUSTOMIZATION,
    &compose::SURFACE,
    &template::SURFACE,
    &helm::VALUES,
    &kubernetes::SURFACE,
    &yaml::SURFACE,
];

/// The first kind of file that a path may name.
pub fn of(path: &BStr) -> Option<&'static Surface> {
    SURFACES.iter().copied().find(|surface| (surface.recognises)(path))
}

/// The kind of file that a path names and its content is.
pub fn of_content(path: &BStr, content: &[u8]) -> Option<&'static Surface> {
    let mut may = SURFACES.iter().copied().filter(|surface| (surface.recognises)(path));
    may.find(|surface| (surface.concerns)(path, content))
}

/// The reader of a kind of file.
pub fn of_kind(kind: FileKind) -> Option<&'static Surface> {
    SURFACES.iter().copied().find(|surface| surface.kind == kind)
}

/// A kind of file that the name alone tells.
fn always(_: &BStr, _: &[u8]) -> bool {
    true
}

pub use dockerfile::{SURFACE as DOCKERFILE, looks_like_dockerfile};
pub use kubernetes::without_schemas;
