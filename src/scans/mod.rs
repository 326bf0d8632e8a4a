//! Reports that scanners wrote, in a folder of the server: what is known of an image.
//!
//! Every report is read once: an index beside them, or in the cache of whoever runs the hook, keeps
//! what was in it for as long as its name, time and size stay the same. A report that can't be read
//! costs only itself.

mod cyclonedx;
mod folder;
mod grype;
mod index;
mod key;
mod openvex;
mod report;
mod sarif;
mod spdx;
mod spdx3;
mod trivy;
mod verdict;

pub use index::Index;
pub use report::{Hit, Report};
pub use verdict::{Terms, judge};
