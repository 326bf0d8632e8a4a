//! A merged project in, its workloads, networks and data out.

use super::Project;
use crate::model::{Declaration, Gap, Settings, Tree};

/// The units of a project, and what could not be resolved.
pub(super) fn units(
    _project: &Project,
    _tree: &dyn Tree,
    _settings: &Settings,
) -> (Vec<Declaration>, Vec<Gap>) {
    (Vec::new(), Vec::new())
}
