//! Tokens and accounts of the cluster in a pod.

use super::facts::privilege::{Answer, answer, lacks, lost};
use crate::model::{
    Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Told, Workload,
};

const OFF: Level = Level::closed("on");
const UNKNOWN: Level = Level::low(1, "left to a variable").in_new_unit(Severity::Info);
const ON: Level = Level::medium(2, "off");
const OWN: Level = Level::closed("its own");
const DEFAULT: Level = Level::low(1, "the namespace's default one");

pub(super) const RULE: Rule = Rule {
    id: "service-token",
    promise: "A pod without a token of the cluster never gets one.",
    why: "The mounted token of the service account is a key to the API server: whoever takes the \
          container over has every right that its account has, now or after a later binding.",
    fix: "Say `automountServiceAccountToken: false` in the pod; where it must speak to the API, \
          give it an account of its own with just those rights.",
    fix_in: &[],
    levels: &[OFF, UNKNOWN, ON, OWN, DEFAULT],
    references: &[
        Reference::CisKubernetes("5.1.5"),
        Reference::CisKubernetes("5.1.6"),
        Reference::NsaCisa("1.11"),
        Reference::Cwe(522),
        Reference::Kubernetes("Configure Service Accounts for Pods"),
    ],
    answers: &[
        "trivy KSV-0036",
        "kics 48471392",
        "kics 591ade62",
        "checkov CKV_K8S_38",
        "checkov CKV_K8S_41",
        "kube-linter default-service-account",
        "polaris automountServiceAccountToken",
        "kubesec AutomountServiceAccountToken",
        "kubesec ServiceAccountName",
        "kubescape C-0034",
        "kubescape C-0189",
        "kubescape C-0190",
        "kubescape C-0261",
    ],
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
                -   automountServiceAccountToken: false
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &["withheld service token of container app of Pod web: was on, now off"],
        },
        Example {
            file: "pod.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                -   serviceAccountName: web
                +   serviceAccountName: default
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &[
                "service account of container app of Pod web: was its own (web), now the namespace's default one (default)",
            ],
        },
        Example {
            file: "pod.yaml", // it was mounted before
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                +   automountServiceAccountToken: true
                    containers:
                      - name: app
                        image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

const KEY: &str = "withheld service token";

fn measure(workload: &Workload, found: &mut Found<'_>) {
    if !matches!(workload.platform, Platform::Kubernetes | Platform::Values) {
        return;
    }
    match (&workload.service_token, answer(workload.service_token.as_ref())) {
        (Some(switch), Answer::No) => drop(found.say(OFF, KEY, switch, "")),
        (Some(switch), Answer::Unknown) => {
            found.say(UNKNOWN, KEY, switch, switch.value.to_string());
        }
        (Some(switch), _) => {
            let exposure = found.say(ON.lacks(), KEY, switch, "");
            // A chart that writes the default down for whoever wants another one.
            if workload.platform == Platform::Values {
                exposure.told(Told::IfLost);
            }
        }
        (None, _) => drop(lacks(found, ON, KEY, workload)),
    }
    match &workload.service_account {
        Some(account) if account.value != "default" => {
            found.at(OWN, "service account", account);
        }
        Some(account) => {
            let level = DEFAULT.only_lost();
            found.at(level, "service account", account);
        }
        None => drop(lost(found, DEFAULT, "service account", workload)),
    }
}
