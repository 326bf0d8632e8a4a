//! How strict what watches over a cluster is: webhooks, policies of engines, encryption at rest.

use super::facts::stance;
use super::mesh_policy::is_mesh;
use crate::model::{AccessKind, AccessObject, Example, Found, Measure, Reference, Rule};

pub(super) const RULE: Rule = Rule {
    id: "admission-guard",
    promise: "A webhook or a policy that turns objects away never gets laxer.",
    why: "`Ignore`, `Audit`, `dryrun` look like small words: with them the guard still runs and \
          still writes its report, and everything passes. So does an exclusion more, or a prefix of \
          allowed images without the slash at its end.",
    fix: "Keep `failurePolicy: Fail`, `Enforce` and `deny`. Where one workload needs an exception, \
          name that workload and nothing else.",
    fix_in: &[],
    levels: stance::LEVELS,
    references: &[
        Reference::Kubernetes("Dynamic Admission Control"),
        Reference::Kubernetes("Validating Admission Policy"),
        Reference::Kubernetes("Encrypting Confidential Data at Rest"),
        Reference::CisKubernetes("1.2.30"),
        Reference::CisKubernetes("5.2.1"),
        Reference::Cwe(693),
        Reference::Cwe(636),
        Reference::Cwe(295),
        Reference::Other("Kyverno: Policy settings"),
        Reference::Other("Gatekeeper: Handling Constraint Violations"),
    ],
    answers: &[
        "trivy KSV-0124",
        "kubescape C-0066",
        "kubescape C-0264",
        "semgrep skip-tls-verify-service",
        "semgrep skip-tls-verify-cluster",
        "kics cbd2db69",
        "kics 10efce34",
        "kics a33e9173",
        "kics 87554eef",
        "kics 80f93444",
        "kics c48e57d3",
        "kics 7307579a",
        "kics de4421f1",
        "kics 2270987f",
        "kics 91dacd0e",
        "kics e3aa0612",
        "checkov CKV_K8S_1",
        "checkov CKV_K8S_2",
        "checkov CKV_K8S_3",
        "checkov CKV_K8S_4",
        "checkov CKV_K8S_5",
        "checkov CKV_K8S_6",
        "checkov CKV_K8S_7",
        "checkov CKV_K8S_24",
        "checkov CKV_K8S_32",
        "checkov CKV_K8S_36",
        "kube-linter scc-deny-privileged-container",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "webhook.yaml",
            change: "
                  apiVersion: admissionregistration.k8s.io/v1
                  kind: ValidatingWebhookConfiguration
                  metadata: {name: policies}
                  webhooks:
                  - name: check.example.org
                -   failurePolicy: Fail
                +   failurePolicy: Ignore
            ",
            beside: &[],
            findings: &[
                "failure policy of check.example.org of ValidatingWebhookConfiguration policies: was enforced (Fail), now not enforced (Ignore)",
            ],
        },
        Example {
            file: "policy.yaml",
            change: "
                  apiVersion: kyverno.io/v1
                  kind: ClusterPolicy
                  metadata: {name: signed}
                  spec:
                -   validationFailureAction: Enforce
                    rules:
                    - name: signed
                      validate: {message: no}
                +     exclude: {any: [{resources: {namespaces: [dev]}}]}
            ",
            beside: &[],
            findings: &[
                "enforcement of signed of ClusterPolicy signed: was enforced (Enforce), now not enforced (Audit)",
                "exclusions of signed of ClusterPolicy signed: was enforced (0), now narrowed, by (1)",
            ],
        },
        Example {
            file: "webhook.yaml", // the default written out, one operation more
            change: "
                  apiVersion: admissionregistration.k8s.io/v1
                  kind: ValidatingWebhookConfiguration
                  metadata: {name: policies}
                  webhooks:
                  - name: check.example.org
                +   failurePolicy: Fail
                    rules:
                -   - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}
                +   - {apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    match &object.kind {
        AccessKind::Guard(guard) if !is_mesh(&guard.kind) => stance::say(guard, found),
        _ => {}
    }
}
