//! What is fuzzed: plain functions of bytes, also run by `tests/hostile.rs` on a stable compiler.

#[path = "../../tests/common/revision.rs"]
#[allow(missing_docs, unreachable_pub, dead_code)]
pub mod revision;
pub mod seeds;
pub mod targets;
