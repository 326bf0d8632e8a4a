//! Refs and blobs in, changed files out: the only room that says gix.
//!
//! Objects are read side by side from the quarantine, the main store and every alternate; nothing is
//! ever written, replace refs and grafts do not count, and who owns a folder does not matter.

mod baseline;
mod changes;
mod commits;
mod content;
mod environment;
mod folder;
mod history;
mod ignored;
mod index;
mod listing;
mod objects;
mod pairs;
mod path;
mod plain;
mod recent;
mod refs;
mod repository;
mod resolve;
mod stores;
mod tree;
mod updates;
mod worktree;

pub use baseline::{Baseline, Comparison, Standing, Trusted};
pub use changes::{Change, Changes};
pub use commits::{About, Commit, Commits};
pub use environment::{Environment, push_options};
pub use folder::Entry;
/// The name of an object: 40 hexadecimal digits in a SHA-1 repository, 64 in a SHA-256 one.
pub use gix::ObjectId as Id;
pub use history::History;
pub use objects::Peeled;
pub use repository::{Limits, Repository, Revision, is_own};
pub use resolve::Range;
pub use tree::Tree;
pub use updates::{Push, RefUpdate, read_pushes, read_updates};
