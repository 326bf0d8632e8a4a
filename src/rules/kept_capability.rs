//! Capabilities that are not dropped any more.

use super::facts::capability::{DEFAULT, is_default};
use super::facts::privilege::{beside_privilege, lacks, lost, mark_privileged, privileged};
use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Told, Workload};

const ALL: Level = Level::closed("all");
const NOT_ALL: Level = Level::high(1, "not all");
const DROPPED: Level = Level::closed("dropped");
const KEPT: Level = Level::low(1, "kept");
const KEPT_RAW: Level = Level::medium(1, "kept");

const KEY: &str = "dropped capabilities";

pub(super) const RULE: Rule = Rule {
    id: "kept-capability",
    promise: "A container that drops capabilities never takes them back by saying nothing.",
    why: "Without a drop a container starts with the runtime's set: it may forge packets (NET_RAW), \
          override file permissions, change users. Dropping ALL leaves a process that was taken \
          over with nothing but its user's rights.",
    fix: "Drop ALL and add what is needed by name.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Say `cap_drop: [ALL]`, and add what is needed by name under `cap_add`.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Say `capabilities: {drop: [ALL]}` in the container's `securityContext`, and add what \
             is needed by name.",
        ),
        (
            &[Platform::Quadlet],
            "Say `DropCapability=all`, and add what is needed by name with `AddCapability=`.",
        ),
    ],
    levels: &[ALL, NOT_ALL, DROPPED, KEPT, KEPT_RAW],
    references: &[
        Reference::CisDocker("5.4"),
        Reference::CisKubernetes("5.2.8"),
        Reference::CisKubernetes("5.2.9"),
        Reference::CisKubernetes("5.2.10"),
        Reference::PodSecurity("restricted: Capabilities"),
        Reference::Cwe(250),
        Reference::Compose("cap_drop"),
    ],
    answers: &[
        "kics ce76b7d0",
        "kics 2f1a0619",
        "kics 268ca686",
        "kics dbbc6705",
        "compose-lint CL-0006",
        "trivy KSV-0003",
        "trivy KSV-0004",
        "trivy KSV-0106",
        "trivy KSV-0119",
        "checkov CKV_K8S_28",
        "checkov CKV_K8S_37",
        "kube-linter drop-net-raw-capability",
        "kubesec CapDropAny",
        "kubesec CapDropAll",
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
                -     cap_drop: [ALL]
                +     cap_drop: [NET_RAW]
            ",
            beside: &[],
            findings: &["dropped capabilities of service web: was all, now not all"],
        },
        Example {
            file: "deploy.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: acme/web:1.2.3
                            securityContext:
                              readOnlyRootFilesystem: true
                -             capabilities: {drop: [all]}
            ",
            beside: &[],
            findings: &[
                "dropped capabilities of container app of Deployment web: was all, now not all",
            ],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     cap_drop: [NET_RAW, MKNOD]
                +     cap_drop: [MKNOD]
            ",
            beside: &[],
            findings: &["capability NET_RAW of service web: was dropped, now kept"],
        },
        Example {
            file: "compose.yaml", // the same, and more
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     cap_drop: [NET_RAW]
                +     cap_drop: ['all']
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    if workload.platform == Platform::Reference {
        return;
    }
    mark_privileged(workload, found);
    let dropped = |name: &str| workload.capabilities_dropped.iter().find(|it| it.value == name);
    let added = |name: &str| workload.capabilities_added.iter().any(|it| it.value == name);
    if let Some(all) = dropped("ALL").filter(|_| !added("ALL") || privileged(workload)) {
        found.say(ALL, KEY, all, "");
        return;
    }
    let lack = lacks(found, NOT_ALL, KEY, workload);
    if privileged(workload) {
        // Where the line itself went the loss is told; a privileged unit lacks nothing by it.
        lack.told(Told::IfLost);
    } else {
        beside_privilege(lack, workload);
    }
    for name in DEFAULT.iter().filter(|name| is_default(name, workload.platform)) {
        let key = format!("capability {name}");
        if let Some(place) = dropped(name).filter(|_| !added(name)) {
            found.say(DROPPED, key, place, "");
        } else {
            let level = if *name == "NET_RAW" { KEPT_RAW } else { KEPT };
            lost(found, level, &key, workload);
        }
    }
}
