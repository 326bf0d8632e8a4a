//! Capabilities beyond what the runtime gives anyway.

use super::facts::capability::{Reach, is_default, reach};
use super::facts::privilege::{beside_privilege, host_namespace, mark_privileged, privileged};
use crate::model::{
    Example, Found, Level, Measure, NamespaceKind, Reference, Rule, Severity, Span, Told, Workload,
};

const BASE: Level = Level::closed("those of every container");
const PORT: Level = Level::info(1, "taken back");
const TAKEN_BACK: Level = Level::low(2, "taken back").in_new_unit(Severity::Info);
const MILD: Level = Level::low(3, "added");
const UNKNOWN: Level = Level::low(3, "left to a variable").in_new_unit(Severity::Info);
const KERNEL: Level = Level::medium(4, "added, reaches beyond the container");
const HOSTS: Level = Level::high(5, "added, over what it shares with the host");
const ROOT: Level = Level::high(5, "added, as good as root of the host");
const ALL: Level = Level::critical(6, "added, as good as privileged mode");

/// What a unit that drops not all capabilities has of its runtime.
const DEFAULTS: &str = "default capabilities";

pub(super) const RULE: Rule = Rule {
    id: "added-capability",
    promise: "A container never gets a capability that it had not.",
    why: "Capabilities are root's powers one by one. SYS_ADMIN, SYS_MODULE and their like are root \
          of the host in all but name; NET_ADMIN or SYS_PTRACE become so where the container also \
          shares the host's network or processes.",
    fix: "Leave the capability out, or add the narrowest one that works and drop ALL beside it.",
    fix_in: &[],
    levels: &[BASE, PORT, TAKEN_BACK, MILD, UNKNOWN, KERNEL, HOSTS, ROOT, ALL],
    references: &[
        Reference::CisDocker("5.4"),
        Reference::CisKubernetes("5.2.8"),
        Reference::CisKubernetes("5.2.9"),
        Reference::PodSecurity("baseline: Capabilities"),
        Reference::Cwe(250),
        Reference::Compose("cap_add"),
        Reference::Kubernetes("Configure a Security Context: Set capabilities for a Container"),
    ],
    answers: &[
        "kics ce76b7d0",
        "kics 19ebaa28",
        "kics 235236ee",
        "kics dbbc6705",
        "docksec dangerous capabilities",
        "docker-bench 5.4",
        "docker-bench C.5.3.1",
        "docker-bench C.5.3.2",
        "docker-bench C.5.3.3",
        "docker-bench C.5.3.4",
        "compose-lint CL-0011",
        "compose-lint CL-0024",
        "compose-lint CL-0027",
        "compose-lint CL-0028",
        "compose-lint CL-0029",
        "compose-lint CL-0030",
        "trivy KSV-0005",
        "trivy KSV-0022",
        "trivy KSV-0106",
        "trivy KSV-0119",
        "trivy KSV-0120",
        "checkov CKV_K8S_25",
        "checkov CKV_K8S_28",
        "checkov CKV_K8S_39",
        "polaris insecureCapabilities",
        "polaris dangerousCapabilities",
        "kubesec CapSysAdmin",
        "kubescape C-0046",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    vpn:
                      image: acme/vpn:1.2.3
                +     cap_add: [NET_ADMIN, SYS_ADMIN]
            ",
            beside: &[],
            findings: &[
                "capability SYS_ADMIN of service vpn: added, as good as root of the host",
                "capability NET_ADMIN of service vpn: added, reaches beyond the container",
            ],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                    containers:
                      - name: app
                        image: acme/web:1.2.3
                        securityContext:
                          capabilities:
                            drop: [ALL]
                +           add: [CHOWN]
            ",
            beside: &[],
            findings: &["capability CHOWN of container app of Pod web: taken back"],
        },
        Example {
            file: "compose.yaml", // over the host's own interfaces
            change: "
                  services:
                    vpn:
                      image: acme/vpn:1.2.3
                      cap_add: [NET_ADMIN]
                +     network_mode: host
            ",
            beside: &[],
            findings: &[
                "capability NET_ADMIN of service vpn: was added, reaches beyond the container, now added, over what it shares with the host",
            ],
        },
        Example {
            file: "compose.yaml", // the same set, spelled otherwise; CHOWN is every container's
            change: "
                  services:
                    vpn:
                      image: acme/vpn:1.2.3
                -     cap_add: [NET_ADMIN]
                +     cap_add: [chown, cap_net_admin]
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // less than before
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                +     cap_drop: [ALL]
                +     cap_add: [CHOWN, SETUID, NET_BIND_SERVICE]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let all = workload.capabilities_added.iter().find(|name| name.value == "ALL");
    let dropped = workload.capabilities_dropped.iter().any(|name| name.value == "ALL");
    mark_privileged(workload, found);
    if !dropped || privileged(workload) || all.is_some() {
        found.say(BASE, DEFAULTS, &workload.place(), "");
    }
    if let Some(all) = all {
        beside_privilege(found.say(ALL, key("ALL"), all, ""), workload);
    }
    for name in workload.capabilities_added.iter().filter(|name| name.value != "ALL") {
        if is_default(&name.value, workload.platform) {
            let level = if reach(&name.value) == Reach::Port { PORT } else { TAKEN_BACK };
            // Where it was never dropped it is only said again.
            let told = if dropped { Told::Replaced } else { Told::Elsewhere };
            found.say(level, key(&name.value), name, "").told(told).open_under(DEFAULTS);
            continue;
        }
        let (level, because) = level_of(&name.value, workload);
        let exposure = found.say(level, key(&name.value), &name.clone().because(because), "");
        beside_privilege(exposure.within([key("ALL")]), workload);
        if all.is_some() {
            exposure.told(Told::Elsewhere);
        }
    }
}

fn key(name: &str) -> String {
    format!("capability {name}")
}

/// The level of a capability, and what else it depends on.
fn level_of(name: &str, workload: &Workload) -> (Level, Option<Span>) {
    if name.contains(['$', '{', '<']) {
        return (UNKNOWN, None);
    }
    let shared = match name {
        "NET_ADMIN" => host_namespace(workload, NamespaceKind::Network),
        "SYS_PTRACE" => host_namespace(workload, NamespaceKind::Pid),
        _ => None,
    };
    let level = match reach(name) {
        _ if shared.is_some() => HOSTS,
        Reach::Port => PORT,
        Reach::Own | Reach::Mild => MILD,
        Reach::Kernel => KERNEL,
        Reach::Host => ROOT,
    };
    (level, shared)
}

#[cfg(test)]
mod tests {
    use super::level_of;
    use crate::model::{FileId, Platform, Severity, Span, Workload};

    #[test]
    fn what_is_not_known_is_the_kernels() {
        let head = Span::head(FileId(0));
        let workload = Workload::new(Platform::Compose, String::new(), String::new(), head);
        let severity = |name: &str| level_of(name, &workload).0.severity;
        assert_eq!(severity("SYS_MODULE"), Severity::High);
        assert_eq!(severity("SOMETHING_NEW"), Severity::Medium);
        assert_eq!(severity("IPC_LOCK"), Severity::Low);
        assert_eq!(severity("$CAPS"), Severity::Low);
    }
}
