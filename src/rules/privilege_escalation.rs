//! Processes that may get more rights than the one that started them.

use super::facts::privilege::{Answer, answer, lacks, privileged};
use crate::model::{
    Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Told, Workload,
};

const ON: Level = Level::closed("on");
const UNKNOWN: Level = Level::medium(1, "left to a variable").in_new_unit(Severity::Info);
const OFF: Level = Level::high(2, "off");

const KEY: &str = "no-new-privileges";

pub(super) const RULE: Rule = Rule {
    id: "privilege-escalation",
    promise: "A container that may not gain privileges never may again.",
    why: "With no-new-privileges (in Kubernetes `allowPrivilegeEscalation: false`) a setuid program \
          or a file capability gives nothing to the process that starts it. Without it, one \
          forgotten `sudo` in the image undoes `USER`.",
    fix: "Say `no-new-privileges:true` in `security_opt`, or `allowPrivilegeEscalation: false`.",
    fix_in: &[
        (&[Platform::Compose], "Say `no-new-privileges:true` in `security_opt`."),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Say `allowPrivilegeEscalation: false` in the container's `securityContext`.",
        ),
        (&[Platform::Quadlet], "Say `NoNewPrivileges=true` in the `[Container]` section."),
        (
            &[Platform::Ecs],
            "Say `\"dockerSecurityOptions\": [\"no-new-privileges\"]` in the container \
             definition.",
        ),
        (
            &[Platform::Nomad],
            "Say `security_opt = [\"no-new-privileges\"]` in the task's `config`.",
        ),
        (
            &[Platform::Devcontainer, Platform::Ci],
            "Run it with `--security-opt no-new-privileges`.",
        ),
    ],
    levels: &[ON, UNKNOWN, OFF],
    references: &[
        Reference::CisDocker("5.26"),
        Reference::CisKubernetes("5.2.6"),
        Reference::PodSecurity("restricted: Privilege Escalation"),
        Reference::NsaCisa("1.7"),
        Reference::Cwe(250),
        Reference::Cwe(732),
        Reference::Compose("security_opt"),
    ],
    answers: &[
        "kics 27fcc7d6",
        "kics 610e266e",
        "kics 5572cc5e",
        "semgrep no-new-privileges",
        "semgrep allow-privilege-escalation",
        "semgrep allow-privilege-escalation-no-securitycontext",
        "semgrep allow-privilege-escalation-true",
        "docksec no-new-privileges",
        "docker-bench 5.26",
        "compose-lint CL-0003",
        "trivy KSV-0001",
        "checkov CKV_K8S_20",
        "kube-linter privilege-escalation-container",
        "polaris privilegeEscalationAllowed",
        "kubesec AllowPrivilegeEscalation",
        "kubescape C-0016",
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
                -     security_opt: ['no-new-privileges:true']
                +     security_opt: ['no-new-privileges=false']
            ",
            beside: &[],
            findings: &["no-new-privileges of service web: was on, now off"],
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
                -             allowPrivilegeEscalation: false
            ",
            beside: &[],
            findings: &["no-new-privileges of container app of Deployment web: was on, now off"],
        },
        Example {
            file: "compose.yaml", // the short form, and the other separator
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     security_opt: ['no-new-privileges:true']
                +     security_opt: [no-new-privileges]
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "deploy.yaml", // privileged mode needs it on, and is told by itself
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
                -             allowPrivilegeEscalation: false
                +             privileged: true
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
    let exposure = match (&workload.no_new_privileges, answer(workload.no_new_privileges.as_ref()))
    {
        (Some(switch), Answer::Yes) => found.say(ON, KEY, switch, ""),
        (Some(switch), Answer::Unknown) => {
            found.say(UNKNOWN, KEY, switch, switch.value.to_string())
        }
        (Some(switch), _) => found.say(OFF.lacks(), KEY, switch, ""),
        (None, _) => lacks(found, OFF, KEY, workload),
    };
    // The API refuses privileged mode without escalation, so that one change makes the other.
    if privileged(workload) {
        exposure.told(Told::Elsewhere);
    }
}
