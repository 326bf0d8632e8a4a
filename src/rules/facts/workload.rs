//! What a workload runs.

use crate::model::{Invocation, Invoked, Shell, Workload};

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
