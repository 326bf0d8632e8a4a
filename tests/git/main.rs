//! `git` against repositories that git itself made.

#![allow(unreachable_pub, missing_docs, reason = "a test binary has no users")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod baseline;
mod changes;
mod packs;
mod quarantine;
mod support;
mod tree;
mod walks;
