//! What goes together with what it protected.

use std::collections::HashSet;
use std::rc::Rc;

use bstr::{BString, ByteSlice as _};

use super::snapshot::Snapshot;
use crate::model::{Measured, Tree as _, Unit};

/// What protected a part of the tree that is gone as a whole, with all that ran there, went with it.
pub(super) fn given_up(before: &mut [Measured], after: &[Measured], new: &Snapshot<'_>) {
    let running = |units: &[Measured]| -> Vec<(BString, String)> {
        let workloads = units.iter().filter_map(|unit| match &unit.declaration.unit {
            Unit::Workload(workload) => {
                Some((unit.declaration.path.clone(), workload.identity.clone()))
            }
            _ => None,
        });
        workloads.collect()
    };
    let ran = running(before);
    let runs: HashSet<String> = running(after).into_iter().map(|(_, name)| name).collect();
    let guards = before.iter_mut().filter(|unit| unit.exposures.iter().any(|it| it.gone.is_some()));
    for unit in guards {
        let path = &unit.declaration.path;
        let above = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let mut above = above.map(|(at, _)| path[..at].as_bstr());
        let Some(folder) = above.find(|folder| new.names(folder).is_empty()) else { continue };
        let inside = |path: &BString| {
            path.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
        };
        let mut there = ran.iter().filter(|(path, _)| inside(path)).peekable();
        if there.peek().is_some() && there.all(|(_, name)| !runs.contains(name)) {
            for exposure in Rc::make_mut(&mut unit.exposures) {
                exposure.gone = None;
            }
        }
    }
}
