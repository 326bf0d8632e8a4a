//! What a workload runs.

use crate::model::{Invocation, Invoked, Platform, Shell, Workload};

/// The pod that a container of Kubernetes is part of: what is said of the pod is said of each of
/// them.
pub(in crate::rules) fn pod(workload: &Workload) -> Option<&str> {
    let kubernetes = workload.platform == Platform::Kubernetes;
    workload.identity.rsplit_once('/').map(|(pod, _)| pod).filter(|_| kubernetes)
}

/// Everything it starts: its entry point, its command, hooks and health checks.
pub(in crate::rules) fn invocations(workload: &Workload) -> impl Iterator<Item = &Invocation> {
    workload.entrypoint.iter().chain(&workload.command).chain(&workload.commands)
}

/// The same as pieces of shell.
pub(in crate::rules) fn shells(workload: &Workload) -> impl Iterator<Item = &Shell> {
    invocations(workload).map(|invocation| &invocation.shell)
}

/// Every command of it, in the order they are written.
pub(in crate::rules) fn commands(workload: &Workload) -> impl Iterator<Item = Invoked<'_>> {
    shells(workload).flat_map(Shell::commands)
}
