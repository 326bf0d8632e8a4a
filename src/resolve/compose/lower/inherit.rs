//! What a service gets from another one of its project.

use std::collections::HashMap;

use crate::model::{Mount, MountKind, Spanned, Workload};

/// How often what one service mounts of another is followed.
const CHAIN: usize = 8;
/// How many mounts may come to a service this way.
const MOST: usize = 1_000;

/// `volumes_from`: what the other service mounts, this one mounts too.
pub(super) fn mounts(workloads: &mut [Workload]) {
    if !workloads.iter().any(takes) {
        return;
    }
    for _ in 0..CHAIN {
        let before: HashMap<String, Vec<Spanned<Mount>>> = workloads
            .iter()
            .map(|workload| (workload.identity.clone(), workload.mounts.clone()))
            .collect();
        let mut changed = false;
        for workload in workloads.iter_mut().filter(|workload| takes(workload)) {
            changed |= take(workload, &before);
        }
        if !changed {
            return;
        }
    }
}

fn takes(workload: &Workload) -> bool {
    workload.mounts.iter().any(|mount| mount.value.kind == MountKind::From)
}

fn take(workload: &mut Workload, before: &HashMap<String, Vec<Spanned<Mount>>>) -> bool {
    let from = workload.mounts.iter().filter(|mount| mount.value.kind == MountKind::From);
    let from: Vec<Spanned<Mount>> = from.cloned().collect();
    let had = workload.mounts.len();
    for by in from {
        let others = before.get(&format!("service {}", by.value.source));
        for mount in others.into_iter().flatten().take(MOST.saturating_sub(workload.mounts.len())) {
            let same = |own: &Spanned<Mount>| {
                (&own.value.source, &own.value.target) == (&mount.value.source, &mount.value.target)
            };
            if !workload.mounts.iter().any(same) {
                let mut mine = mount.clone().because([by.span]);
                mine.value.read_only |= by.value.read_only;
                workload.mounts.push(mine);
            }
        }
    }
    workload.mounts.len() > had
}
