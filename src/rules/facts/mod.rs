//! What the rules know about the world: images, ports, users, words.

pub(super) mod glob;
pub(super) mod image;
pub(super) mod port;
pub(super) mod user;
pub(super) mod version;
