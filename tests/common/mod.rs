//! A revision made of texts, examples in margin notation, and a server to push to.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "each test binary uses its own part"
)]

pub mod revision;
pub mod server;
pub mod table;
pub mod writing;

pub use revision::{MapTree, judge, measured, sides};
