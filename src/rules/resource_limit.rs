//! How much of the machine a workload may take.

use crate::model::{
    Example, Found, Level, Limit, Measure, Platform, Reference, Resource, Rule, Severity, Spanned,
    Workload,
};

const LIMITED: Level = Level::low(1, "limited").only_lost();
const UNKNOWN: Level = Level::low(2, "limited by what a variable says").only_lost();
const NONE: Level = Level::medium(3, "not limited").lacks();
const LOST: Level = Level::medium(3, "not limited here").only_lost();
const SILENT: Level = Level::low(3, "not set here any more").only_lost();
const ULIMIT: Level = Level::low(3, "without a bound").in_new_unit(Severity::Info);
const DEFAULT: Level = Level::info(3, "the runtime's default").only_lost();
const RESERVED: Level = Level::closed("reserved");
const UNRESERVED: Level = Level::low(1, "not reserved").only_lost();

/// How many percent a limit may be raised without a word where policy says nothing.
const GROWTH: u16 = 50;

pub(super) const RULE: Rule = Rule {
    id: "resource-limit",
    promise: "A limit on memory, processors, processes or storage is never lifted.",
    why: "Without limits one container that leaks, or that was made to, takes the memory, the \
          processors or the process numbers of everything else on the machine.",
    fix: "Put the limit back, raised to what was measured.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Put the limit back, raised to what was measured: `deploy.resources.limits`, or \
             `mem_limit`, `cpus` and `pids_limit`.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Put the limit back, raised to what was measured: `resources.limits` of the \
             container.",
        ),
        (
            &[Platform::Quadlet],
            "Put the limit back, raised to what was measured: `Memory=`, `PidsLimit=`.",
        ),
    ],
    levels: &[LIMITED, UNKNOWN, NONE, LOST, SILENT, ULIMIT, DEFAULT, RESERVED, UNRESERVED],
    references: &[
        Reference::CisDocker("5.11"),
        Reference::CisDocker("5.12"),
        Reference::CisDocker("5.19"),
        Reference::CisDocker("5.29"),
        Reference::Cwe(770),
        Reference::NsaCisa("Resource policies"),
        Reference::Compose("deploy: resources"),
        Reference::Kubernetes("Resource Management for Pods and Containers"),
    ],
    answers: &[
        "kics bb9ac4f7",
        "kics 6b610c50",
        "kics 221e0658",
        "compose-lint CL-0026",
        "docker-bench 5.11",
        "docker-bench 5.12",
        "docker-bench 5.19",
        "docker-bench 5.29",
        "trivy KSV-0011",
        "trivy KSV-0015",
        "trivy KSV-0016",
        "trivy KSV-0018",
        "kics 4ac0e2b7",
        "kics b14d1bc4",
        "kics ca469dd4",
        "kics 229588ef",
        "checkov CKV_K8S_10",
        "checkov CKV_K8S_11",
        "checkov CKV_K8S_12",
        "checkov CKV_K8S_13",
        "kube-linter unset-cpu-requirements",
        "kube-linter unset-memory-requirements",
        "kube-score container-resources",
        "kube-score container-ephemeral-storage-request-and-limit",
        "kubescape C-0268",
        "kubescape C-0269",
        "kubescape C-0270",
        "kubescape C-0271",
    ],
    options: &["limit-growth"],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     mem_limit: 1g
                      cpus: 2
                -     pids_limit: 200
                +     pids_limit: -1
            ",
            beside: &[],
            findings: &[
                "memory limit of service db: was limited (1g), now not limited",
                "pids limit of service db: was limited (200), now not limited (-1)",
            ],
        },
        Example {
            file: "compose.yaml", // twice as much
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     mem_limit: 1g
                +     deploy: {resources: {limits: {memory: 2048M}}}
            ",
            beside: &[],
            findings: &["memory limit of service db: was limited (1g), now limited (2048M)"],
        },
        Example {
            file: "compose.yaml", // the same in other words and units
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     mem_limit: 1g
                -     cpus: 0.5
                +     deploy: {resources: {limits: {memory: 1024m, cpus: '.50'}}}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "web.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: ghcr.io/acme/app:1.2.3
                            resources:
                -             limits: {memory: 1Gi, cpu: 500m}
                +             limits: {cpu: '.5'}
                              requests: {memory: 512Mi, cpu: 100m}
            ",
            beside: &[],
            findings: &[
                "memory limit of container app of Deployment web: was limited (1Gi), now not limited",
            ],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let growth = found.settings.limit_growth.unwrap_or(GROWTH);
    for limit in &workload.limits {
        let key = format!("{} limit", name(&limit.value.resource));
        let key = if is_ulimit(&limit.value.resource) { name(&limit.value.resource) } else { key };
        found.say(level(&limit.value, growth), key, limit, &limit.value.text);
    }
    for resource in [Resource::Memory, Resource::Cpu, Resource::Pids, Resource::Storage] {
        if !workload.limits.iter().any(|limit| limit.value.resource == resource) {
            let key = format!("{} limit", name(&resource));
            found.say(absent(&resource, workload), key, &workload.place(), "").absent();
        }
    }
    reservations(workload, found);
    // What the daemon gives is not known: a ulimit that is gone may have been a higher one.
    for kind in ["nofile", "nproc"] {
        let resource = Resource::Ulimit(kind.to_owned());
        if !workload.limits.iter().any(|limit| limit.value.resource == resource) {
            found.say(DEFAULT, name(&resource), &workload.place(), "").absent();
        }
    }
}

fn reservations(workload: &Workload, found: &mut Found<'_>) {
    for resource in [Resource::Memory, Resource::Cpu] {
        let key = format!("{} request", name(&resource));
        let limited = |limit: &&Spanned<Limit>| limit.value.resource == resource;
        let declared = workload.requests.iter().find(limited);
        // Kubernetes reserves what is limited where nothing else is said.
        let implied = || match workload.platform {
            Platform::Kubernetes => workload.limits.iter().find(limited),
            _ => None,
        };
        match declared.or_else(implied) {
            Some(request) => found.say(RESERVED, key, request, &request.value.text),
            None => found.say(UNRESERVED, key, &workload.place(), "").absent(),
        };
    }
}

fn level(limit: &Limit, growth: u16) -> Level {
    match (limit.amount, limit.unknown) {
        (_, true) => UNKNOWN,
        (Some(amount), false) => LIMITED.of(amount).growing(growth),
        (None, false) if is_ulimit(&limit.resource) => ULIMIT,
        (None, false) => NONE,
    }
}

/// What it means that a limit is not there: a job of a CI system or a development container was
/// never asked for one, a chart's values say nothing by silence.
fn absent(resource: &Resource, workload: &Workload) -> Level {
    let asked = match workload.platform {
        Platform::Compose if !workload.whole => return LOST,
        Platform::Compose | Platform::Quadlet => {
            matches!(resource, Resource::Memory | Resource::Cpu | Resource::Pids)
        }
        Platform::Kubernetes | Platform::Ecs | Platform::Nomad => {
            matches!(resource, Resource::Memory | Resource::Cpu)
        }
        Platform::Values | Platform::Reference => return SILENT,
        Platform::Devcontainer | Platform::Ci => false,
    };
    if asked { NONE } else { LOST }
}

fn is_ulimit(resource: &Resource) -> bool {
    matches!(resource, Resource::Ulimit(_))
}

fn name(resource: &Resource) -> String {
    match resource {
        Resource::Memory => "memory".to_owned(),
        Resource::Cpu => "cpu".to_owned(),
        Resource::Pids => "pids".to_owned(),
        Resource::Storage => "storage".to_owned(),
        Resource::Ulimit(kind) => format!("ulimit {kind}"),
    }
}
