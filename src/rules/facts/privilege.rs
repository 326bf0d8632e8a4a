//! What a workload may do: what is switched on, and what an absent field means.

use crate::model::{
    Exposure, Found, Known, Level, NamespaceKind, Platform, Shared, Span, Switch, Told, Workload,
};

/// The key of what privileged mode brings along, in the rules that privileged mode overrides.
pub(in crate::rules) const PRIVILEGED: &str = "privileged mode";

const MARK: Level = Level::closed("on");

/// What a yes or no is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Answer {
    /// It is declared so.
    Yes,
    /// It is declared not to be so.
    No,
    /// A variable or a template decides.
    Unknown,
    /// Nothing is declared.
    Absent,
}

/// What `switch` says.
pub(in crate::rules) fn answer(switch: Option<&Switch>) -> Answer {
    match switch.map(|switch| &switch.value) {
        Some(Known::Is(true)) => Answer::Yes,
        Some(Known::Is(false)) => Answer::No,
        Some(Known::Unknown(_)) => Answer::Unknown,
        None => Answer::Absent,
    }
}

/// It has every capability, every device and no confinement, whatever else it declares.
pub(in crate::rules) fn privileged(workload: &Workload) -> bool {
    answer(workload.privileged.as_ref()) == Answer::Yes
}

/// Whether what it does not declare has the platform's default. A chart's values leave it to the
/// chart, a CI job and a development container to who runs them, a service that does not say what
/// it runs to the file that it is merged into.
pub(in crate::rules) fn says_all(workload: &Workload) -> bool {
    match workload.platform {
        Platform::Compose => workload.whole,
        Platform::Kubernetes | Platform::Quadlet | Platform::Ecs | Platform::Nomad => true,
        Platform::Values | Platform::Devcontainer | Platform::Ci | Platform::Reference => false,
    }
}

/// `key` is a protection that nothing declares: a new workload lacks it, a known one may have lost
/// it.
pub(in crate::rules) fn lacks<'a>(
    found: &'a mut Found<'_>,
    level: Level,
    key: &str,
    workload: &Workload,
) -> &'a mut Exposure {
    let lack = found.say(level.lacks(), key, &workload.place(), "").absent();
    if says_all(workload) { lack } else { lack.told(Told::IfLost) }
}

/// `key` is a protection that nothing declares: nobody asks for it, but it may be lost.
pub(in crate::rules) fn lost<'a>(
    found: &'a mut Found<'_>,
    level: Level,
    key: &str,
    workload: &Workload,
) -> &'a mut Exposure {
    found.say(level, key, &workload.place(), "").absent().told(Told::IfLost)
}

/// Says to later revisions that the workload was privileged: what it had thereby is not new.
pub(in crate::rules) fn mark_privileged(workload: &Workload, found: &mut Found<'_>) {
    if let Some(switch) = workload.privileged.as_ref().filter(|_| privileged(workload)) {
        found.say(MARK, PRIVILEGED, switch, "");
    }
}

/// What privileged mode brings along is told by its own rule; what it brought along is not new.
pub(in crate::rules) fn beside_privilege(exposure: &mut Exposure, workload: &Workload) {
    if privileged(workload) {
        exposure.told(Told::Elsewhere);
    } else {
        exposure.open_under(PRIVILEGED);
    }
}

/// Where it takes the host's namespace of a kind.
pub(in crate::rules) fn host_namespace(workload: &Workload, kind: NamespaceKind) -> Option<Span> {
    let mut all = workload.namespaces.iter();
    all.find(|it| it.value.kind == kind && it.value.shared == Shared::Host).map(|it| it.span)
}
