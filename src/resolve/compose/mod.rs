//! Compose projects: the files of one revision in, one merged and interpolated tree a project out.
//!
//! Source: Compose Specification; compose-go, `cli/options.go` and `loader/`.

mod environment;
mod lower;
mod project;

use std::rc::Rc;

use crate::model::{File, Settings, Tree};

use environment::Environment;
use project::Project;

use super::Resolved;

/// Lowers the projects that `files` are part of.
pub(super) fn units(tree: &dyn Tree, files: &[Rc<File>], settings: &Settings) -> Resolved {
    let mut resolved = Resolved::default();
    for file in files {
        let Some(project) = Project::load(file) else { continue };
        let (units, gaps) = lower::units(&project, tree, settings);
        resolved.units.extend(units);
        resolved.gaps.extend(gaps);
    }
    resolved
}
