//! Namespaces that a container does not have to itself.

use super::facts::privilege::lost;
use super::facts::workload::pod;
use crate::model::{
    Example, Found, Level, Measure, Namespace, NamespaceKind, Platform, Reference, Rule, Severity,
    Shared, Spanned, Workload,
};

const OWN: Level = Level::closed("its own");
const UNKNOWN: Level =
    Level::medium(1, "left to a variable").in_new_unit(Severity::Info).when_added(Severity::Low);
const NO_MORE: Level = Level::medium(2, "the default one");
const JOINED: Level = Level::medium(3, "shared with other containers").in_new_unit(Severity::Low);
const HOST_NAMES: Level = Level::medium(4, "the host's");
const PARENT: Level = Level::low(1, "chosen by hand").in_new_unit(Severity::Info);
const HOST: Level = Level::high(4, "the host's");

pub(super) const RULE: Rule = Rule {
    id: "host-namespace",
    promise: "A container never moves into a namespace of the host or of another container.",
    why: "With the host's network a container sees what listens on loopback and skips network \
          policies; with its processes it reads their environment and memory; with its IPC their \
          shared memory. A container that joins another one gets what that one has.",
    fix: "Leave the namespace to the container; publish the port or share the volume that is \
          needed instead.",
    fix_in: &[],
    levels: &[OWN, UNKNOWN, NO_MORE, JOINED, HOST_NAMES, PARENT, HOST],
    references: &[
        Reference::CisDocker("5.10"),
        Reference::CisDocker("5.16"),
        Reference::CisDocker("5.17"),
        Reference::CisDocker("5.21"),
        Reference::CisDocker("5.25"),
        Reference::CisDocker("5.31"),
        Reference::CisKubernetes("5.2.3"),
        Reference::CisKubernetes("5.2.4"),
        Reference::CisKubernetes("5.2.5"),
        Reference::PodSecurity("baseline: Host Namespaces"),
        Reference::NsaCisa("1.3"),
        Reference::NsaCisa("1.4"),
        Reference::NsaCisa("1.5"),
        Reference::Cwe(269),
        Reference::Compose("network_mode, pid, ipc, uts, userns_mode, cgroup"),
    ],
    answers: &[
        "kics 071a71ff",
        "kics 4f31dd9f",
        "kics baa3890f",
        "kics 8af7162d",
        "kics 4d9f44c6",
        "kics 302736f4",
        "kics cd290efd",
        "kics 6b6bdfb3",
        "docker-bench 5.10",
        "docker-bench 5.16",
        "docker-bench 5.17",
        "docker-bench 5.21",
        "docker-bench 5.25",
        "docker-bench 5.31",
        "docksec host namespaces",
        "compose-lint CL-0008",
        "compose-lint CL-0010",
        "trivy KSV-0008",
        "trivy KSV-0009",
        "trivy KSV-0010",
        "checkov CKV_K8S_17",
        "checkov CKV_K8S_18",
        "checkov CKV_K8S_19",
        "checkov CKV_AWS_335",
        "kube-linter host-pid",
        "kube-linter host-ipc",
        "kube-linter host-network",
        "semgrep hostpid-pod",
        "semgrep hostipc-pod",
        "semgrep hostnetwork-pod",
        "polaris hostPIDSet",
        "polaris hostIPCSet",
        "polaris hostNetworkSet",
        "kubesec HostPID",
        "kubesec HostIPC",
        "kubesec HostNetwork",
        "kubescape C-0038",
        "kubescape C-0041",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                +     network_mode: host
                +     pid: service:db
            ",
            beside: &[],
            findings: &[
                "network namespace of service web: was the default one, now the host's",
                "process namespace of service web: shared with other containers (db)",
            ],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                -   hostPID: false
                +   hostPID: true
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &["process namespace of container app of Pod web: the host's"],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                -   hostUsers: false
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &[
                "user namespace of container app of Pod web: was its own, now the default one",
            ],
        },
        Example {
            file: "compose.yaml", // a network called host, and a namespace of its own
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                +     networks: [host]
                +     ipc: private
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for parent in workload.options.iter().filter(|option| option.name == "cgroup_parent") {
        let text = parent.value.as_ref().map_or("", |value| value.text.as_str());
        found.say(PARENT, "parent control group", &parent.place, text);
    }
    let mut own_users = false;
    let mut own_network = false;
    for namespace in &workload.namespaces {
        let kind = namespace.value.kind;
        let (level, evidence) = match &namespace.value.shared {
            Shared::Nobody => (OWN, ""),
            Shared::Unknown(text) => (UNKNOWN, text.as_str()),
            Shared::Container(name) => (JOINED, name.as_str()),
            Shared::Host => match kind {
                NamespaceKind::Network | NamespaceKind::Pid | NamespaceKind::Ipc => (HOST, ""),
                // It is what every pod has that says nothing.
                NamespaceKind::User if workload.platform == Platform::Kubernetes => continue,
                NamespaceKind::Uts | NamespaceKind::User | NamespaceKind::Cgroup => {
                    (HOST_NAMES, "")
                }
            },
        };
        own_users |= kind == NamespaceKind::User;
        own_network |= kind == NamespaceKind::Network;
        let exposure = found.say(level, key(kind), namespace, evidence);
        // One more container of a pod, or task of a group, is where the others are already.
        if let Some(pod) = pod(workload).or_else(|| group(workload, namespace)) {
            exposure.same_as(format!("{pod}\0{}", key(kind)));
        }
    }
    if !own_users {
        lost(found, NO_MORE, key(NamespaceKind::User), workload);
    }
    if !own_network {
        lost(found, NO_MORE, key(NamespaceKind::Network), workload);
    }
}

/// The group of a task, where it is the group that says so.
fn group<'w>(workload: &'w Workload, namespace: &Spanned<Namespace>) -> Option<&'w str> {
    let own = workload.span.start..=workload.span.end;
    let nomad = workload.platform == Platform::Nomad && !own.contains(&namespace.span.start);
    workload.identity.rsplit_once('/').map(|(group, _)| group).filter(|_| nomad)
}

fn key(kind: NamespaceKind) -> &'static str {
    match kind {
        NamespaceKind::Network => "network namespace",
        NamespaceKind::Pid => "process namespace",
        NamespaceKind::Ipc => "IPC namespace",
        NamespaceKind::Uts => "host name namespace",
        NamespaceKind::User => "user namespace",
        NamespaceKind::Cgroup => "control group namespace",
    }
}
