//! What the rules know about the world: images, ports, users, words.

pub(super) mod capability;
pub(super) mod check;
pub(super) mod command;
pub(super) mod device;
pub(super) mod download;
pub(super) mod flow;
pub(super) mod glob;
pub(super) mod host_path;
pub(super) mod image;
pub(super) mod interpreter;
pub(super) mod lifecycle;
pub(super) mod mode;
mod official;
pub(super) mod package;
pub(super) mod port;
pub(super) mod privilege;
pub(super) mod publisher;
pub(super) mod remote;
pub(super) mod right;
pub(super) mod secret;
pub(super) mod source;
pub(super) mod stance;
pub(super) mod tells;
pub(super) mod url;
pub(super) mod user;
pub(super) mod version;
pub(super) mod workload;
