//! What a run says, and how: as text for people, as JSON for programs. Decides nothing.
//!
//! All foreign text (paths, ref names, values, reasons) is made printable here, at the last moment
//! before it leaves, whatever the rooms before have done.

mod audit;
mod badge;
mod csv;
mod document;
mod failure;
mod finding;
mod fold;
mod html;
mod images;
mod json;
mod junit;
mod page;
mod quality;
mod sarif;
mod text;
mod told;
mod web;
mod what_if;

pub use audit::{SCHEMA, audit_lines, audit_text};
pub use badge::badge;
pub use csv::{audit_csv, csv};
pub use document::Document;
pub use failure::failure;
pub use html::audit_html;
pub use images::{images_cyclonedx, images_json, images_text};
pub use json::json;
pub use junit::{audits_junit, junit};
pub use quality::{audits_quality, quality};
pub use sarif::{audits_sarif, sarif};
pub use text::text;
pub use what_if::{Tried, what_ifs_lines, what_ifs_text};

/// What was being done, which decides the words of the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// A push arrives at the server: all refs are updated or none.
    Receive,
    /// One ref of a push arrives: a refusal leaves the others alone.
    Update,
    /// A push leaves the client.
    Push,
    /// `plimsoll check`: nothing is being updated.
    Check,
}

/// How to write for people.
#[derive(Clone, Debug)]
pub struct Style {
    /// What was being done.
    pub job: Job,
    /// Severities and changed lines in ANSI colours.
    pub colour: bool,
    /// For GitLab's web pages, which show only lines that begin with `GL-HOOK-ERR:`: a few short ones.
    pub gitlab_web: bool,
    /// Everything, nothing folded. An explained push is always told in full.
    pub full: bool,
    /// How wide a line may be. Paths and fingerprints are never cut for it.
    pub columns: usize,
    /// What the reader does to see what was folded.
    pub see_all: &'static str,
}

impl Default for Style {
    /// A push at the server, read behind `remote: ` on 80 columns.
    fn default() -> Self {
        Self {
            job: Job::Receive,
            colour: false,
            gitlab_web: false,
            full: false,
            columns: 70,
            see_all: "git push -o plimsoll.explain",
        }
    }
}
