//! Root file systems that can be written to.

use super::facts::privilege::{Answer, answer, lacks};
use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Workload};

const ON: Level = Level::closed("on");
const UNKNOWN: Level = Level::low(1, "left to a variable").in_new_unit(Severity::Info);
const OFF: Level = Level::medium(2, "off");

const KEY: &str = "read-only root filesystem";

pub(super) const RULE: Rule = Rule {
    id: "writable-root",
    promise: "A read-only root filesystem never becomes writable again.",
    why: "Where nothing can be written, nothing can be planted: no web shell, no changed program, \
          no tool that is fetched after a break-in.",
    fix: "Keep it read-only and mount a volume or a tmpfs where the program must write.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Keep `read_only: true` and mount a volume or a tmpfs where the program must write.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Keep `readOnlyRootFilesystem: true` and mount an `emptyDir` where the program must \
             write.",
        ),
        (
            &[Platform::Quadlet],
            "Keep `ReadOnly=true` and mount a volume or a tmpfs where the program must write.",
        ),
        (
            &[Platform::Ecs],
            "Keep `\"readonlyRootFilesystem\": true` and mount a volume where the program must \
             write.",
        ),
    ],
    levels: &[ON, UNKNOWN, OFF],
    references: &[
        Reference::CisDocker("5.13"),
        Reference::NsaCisa("1.1"),
        Reference::Cwe(732),
        Reference::Compose("read_only"),
        Reference::Kubernetes("Configure a Security Context: readOnlyRootFilesystem"),
    ],
    answers: &[
        "semgrep writable-filesystem-service",
        "semgrep writable-filesystem-container",
        "docksec read-only filesystem",
        "docker-bench 5.13",
        "compose-lint CL-0007",
        "trivy KSV-0014",
        "kics a9c2f49d",
        "checkov CKV_K8S_22",
        "checkov CKV_AWS_336",
        "kube-linter no-read-only-root-fs",
        "kube-score container-security-context-readonlyrootfilesystem",
        "polaris notReadOnlyRootFilesystem",
        "kubesec ReadOnlyRootFilesystem",
        "kubescape C-0017",
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
                -     read_only: true
            ",
            beside: &[],
            findings: &["read-only root filesystem of service web: was on, now off"],
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
                -         readOnlyRootFilesystem: true
                +         readOnlyRootFilesystem: false
            ",
            beside: &[],
            findings: &["read-only root filesystem of container app of Pod web: was on, now off"],
        },
        Example {
            file: "compose.yaml", // it was never read-only
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     read_only: false
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
    match (&workload.read_only_root, answer(workload.read_only_root.as_ref())) {
        (Some(switch), Answer::Yes) => found.say(ON, KEY, switch, ""),
        (Some(switch), Answer::Unknown) => {
            found.say(UNKNOWN, KEY, switch, switch.value.to_string())
        }
        (Some(switch), _) => found.say(OFF.lacks(), KEY, switch, ""),
        (None, _) => lacks(found, OFF, KEY, workload),
    };
}
