//! Settings of the kernel.

use super::facts::workload::pod;
use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Workload};

const SAFE: Level = Level::closed("one that Kubernetes calls safe");
const OWN: Level = Level::low(1, "set").in_new_unit(Severity::Info);
const UNSAFE: Level = Level::medium(2, "set, unsafe");
const NODE: Level = Level::high(3, "set, for the whole host");

pub(super) const RULE: Rule = Rule {
    id: "unsafe-sysctl",
    promise: "A container never sets a kernel setting that may reach beyond it.",
    why: "Kernel settings that are not kept apart for each container change the host for all of \
          them; some (kernel.core_pattern, kernel.modprobe) name a program that the host's kernel \
          starts as root.",
    fix: "Set it on the host, or leave it.",
    fix_in: &[(
        &[Platform::Kubernetes, Platform::Values],
        "Set it on the host, or leave it; only what Kubernetes calls safe is kept apart and harmless.",
    )],
    levels: &[SAFE, OWN, UNSAFE, NODE],
    references: &[
        Reference::PodSecurity("baseline: Sysctls"),
        Reference::Cwe(250),
        Reference::Compose("sysctls"),
        Reference::Kubernetes("Using sysctls in a Kubernetes Cluster"),
    ],
    answers: &["trivy KSV-0026", "kics 9127f0d9", "kube-linter unsafe-sysctls"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                    securityContext:
                      sysctls:
                        - {name: net.ipv4.tcp_syncookies, value: '1'}
                +       - {name: kernel.msgmax, value: '65536'}
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &["kernel setting kernel.msgmax of container app of Pod web: set, unsafe"],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     sysctls: {net.core.somaxconn: 1024}
                +     sysctls: {net.core.somaxconn: 1024, kernel.core_pattern: '|/tmp/x'}
            ",
            beside: &[],
            findings: &[
                "kernel setting kernel.core_pattern of service web: set, for the whole host",
            ],
        },
        Example {
            file: "compose.yaml", // the list form, another value, and a safe one
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     sysctls: {net.core.somaxconn: 1024}
                +     sysctls: [net.core.somaxconn=4096, net.ipv4.ip_unprivileged_port_start=0]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// Source: Kubernetes documentation, "Pod Security Standards", baseline, Sysctls.
const SAFES: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// What the kernel keeps apart: by network, by IPC namespace.
const NAMESPACED: &[&str] = &["net.", "kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."];

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let node = matches!(workload.platform, Platform::Kubernetes | Platform::Values);
    for sysctl in &workload.sysctls {
        // Both separators are allowed, and mean the same.
        let name = sysctl.name.replace('/', ".");
        let level = if SAFES.contains(&name.as_str()) {
            SAFE
        } else if !NAMESPACED.iter().any(|start| name.starts_with(start)) {
            NODE
        } else if node {
            UNSAFE
        } else {
            OWN
        };
        let key = format!("kernel setting {name}");
        let exposure = found.say(level, &key, &sysctl.place, "");
        if let Some(pod) = pod(workload) {
            exposure.same_as(format!("{pod}\0{key}"));
        }
    }
}
