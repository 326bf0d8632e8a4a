//! Containers that are the host.

use super::facts::privilege::{Answer, answer};
use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Workload};

const OFF: Level = Level::closed("off");
const UNKNOWN: Level =
    Level::medium(1, "left to a variable").in_new_unit(Severity::Info).when_added(Severity::Low);
const ON: Level = Level::critical(2, "on");
const ON_DEVELOPER: Level = Level::high(2, "on, where it is developed");
const ON_JOB: Level = Level::high(2, "on, in a CI job").in_new_unit(Severity::Medium);

pub(super) const RULE: Rule = Rule {
    id: "privileged-container",
    promise: "A container never becomes privileged.",
    why: "A privileged container has every capability, every device of the host and no seccomp, \
          AppArmor or SELinux confinement: whoever takes it over mounts the host's disk and owns \
          the host. A Windows HostProcess container is a process of the host by definition.",
    fix: "Take `privileged` off and give the one thing that is needed: a capability, a device, a \
          mount.",
    fix_in: &[],
    levels: &[OFF, UNKNOWN, ON, ON_DEVELOPER, ON_JOB],
    references: &[
        Reference::CisDocker("5.5"),
        Reference::CisKubernetes("5.2.2"),
        Reference::CisKubernetes("5.2.11"),
        Reference::PodSecurity("baseline: Privileged Containers"),
        Reference::PodSecurity("baseline: HostProcess"),
        Reference::NsaCisa("1.2"),
        Reference::Cwe(250),
        Reference::Cwe(269),
        Reference::Compose("privileged"),
    ],
    answers: &[
        "kics ae5b6871",
        "kics dd29336b",
        "semgrep privileged-service",
        "semgrep allow-privileged",
        "docksec privileged",
        "docker-bench 5.5",
        "compose-lint CL-0002",
        "trivy KSV-0017",
        "trivy KSV-0103",
        "checkov CKV_K8S_16",
        "checkov CKV_AWS_334",
        "kube-linter privileged-container",
        "kube-score container-security-context-privileged",
        "polaris runAsPrivileged",
        "polaris hostProcess",
        "kubesec Privileged",
        "kubescape C-0057",
        "kubescape C-0202",
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
                +     privileged: true
            ",
            beside: &[],
            findings: &["privileged mode of service web: on"],
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
                -             privileged: false
                +             privileged: true
            ",
            beside: &[],
            findings: &["privileged mode of container app of Deployment web: was off, now on"],
        },
        Example {
            file: "compose.yaml", // what is not privileged needs not say so
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     privileged: false
                +     labels: {privileged: 'true'}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let Some(switch) = &workload.privileged else { return };
    let (level, shown) = match answer(Some(switch)) {
        Answer::Yes => (on(workload.platform), String::new()),
        Answer::Unknown => (UNKNOWN, switch.value.to_string()),
        Answer::No | Answer::Absent => (OFF, String::new()),
    };
    found.say(level, "privileged mode", switch, shown);
}

/// A developer's machine and a CI system's are worth less than a server.
fn on(platform: Platform) -> Level {
    match platform {
        Platform::Devcontainer => ON_DEVELOPER,
        Platform::Ci => ON_JOB,
        _ => ON,
    }
}
