//! Runtimes that put a second wall around a container.

use super::facts::privilege::lost;
use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Workload};

const SANDBOX: Level = Level::closed("a sandbox");
const UNKNOWN: Level =
    Level::medium(1, "left to a variable").in_new_unit(Severity::Info).when_added(Severity::Info);
const OTHER: Level =
    Level::high(2, "one without a sandbox").in_new_unit(Severity::Info).when_added(Severity::Info);
const DEFAULT: Level = Level::high(2, "the default one");

const KEY: &str = "container runtime";

pub(super) const RULE: Rule = Rule {
    id: "runtime-isolation",
    promise: "A container never leaves its sandbox runtime.",
    why: "gVisor, Kata and their kin put a kernel of its own or a virtual machine between the \
          container and the host. The default runtime shares the host's kernel.",
    fix: "Keep `runtime` or `runtimeClassName`.",
    fix_in: &[
        (&[Platform::Compose], "Keep `runtime`."),
        (&[Platform::Kubernetes, Platform::Values], "Keep `runtimeClassName`."),
    ],
    levels: &[SANDBOX, UNKNOWN, OTHER, DEFAULT],
    references: &[
        Reference::Cwe(653),
        Reference::Nist("4.4.4"),
        Reference::Compose("runtime"),
        Reference::Kubernetes("Runtime Class"),
    ],
    answers: &["kubescape C-0297"],
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
                -     runtime: runsc
            ",
            beside: &[],
            findings: &[
                "container runtime of service web: was a sandbox (runsc), now the default one",
            ],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                -   runtimeClassName: kata-qemu
                +   runtimeClassName: runc
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &[
                "container runtime of container app of Pod web: was a sandbox (kata-qemu), now one without a sandbox (runc)",
            ],
        },
        Example {
            file: "compose.yaml", // no sandbox before, none now
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     runtime: nvidia
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

const SANDBOXES: &[&str] = &["runsc", "gvisor", "kata", "firecracker", "sysbox", "nabla", "edera"];

fn measure(workload: &Workload, found: &mut Found<'_>) {
    if workload.platform == Platform::Reference {
        return;
    }
    let Some(runtime) = &workload.runtime else {
        lost(found, DEFAULT, KEY, workload);
        return;
    };
    let name = runtime.value.to_ascii_lowercase();
    let level = if SANDBOXES.iter().any(|sandbox| name.contains(sandbox)) {
        SANDBOX
    } else if name.contains(['$', '{']) {
        UNKNOWN
    } else {
        OTHER
    };
    found.at(level, KEY, runtime);
}
