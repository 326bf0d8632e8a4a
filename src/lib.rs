//! plimsoll turns back pushes that make a repository's container configuration worse.
//!
//! Data flows one way: `git` → `surface` → `resolve` → `compare` with `rules` → `policy` →
//! `report`. Every room knows `model` and no other; `cli` composes them.

pub mod audit;
pub mod cli;
pub mod compare;
pub mod git;
pub mod model;
pub mod policy;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod scans;
pub mod surface;
