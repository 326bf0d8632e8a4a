//! Objects that protect others, and are gone.

use crate::model::{
    AccessKind, AccessObject, Example, Found, Known, Level, Measure, NetworkKind, NetworkObject,
    Reference, Rule, Severity, Spanned,
};

const PRESENT: Level = Level::closed("in place");
const LITTLE: Level = Level::low(1, "gone");
const MISSED: Level = Level::medium(2, "gone");
const HEAVY: Level = Level::high(3, "gone");

pub(super) const RULE: Rule = Rule {
    id: "removed-guard",
    promise: "An object that protects others never goes unseen.",
    why: "What is deleted leaves nothing behind that could be found: without its network policy, \
          its quota, its admission policy, each workload looks as it did before, and is open.",
    fix: "Put the object back, or push the one that takes its place together with the removal.",
    fix_in: &[],
    levels: &[PRESENT, LITTLE, MISSED, HEAVY],
    references: &[
        Reference::CisKubernetes("5.3.2"),
        Reference::CisKubernetes("5.2.1"),
        Reference::Kubernetes("Network Policies"),
        Reference::Kubernetes("Resource Quotas"),
        Reference::Kubernetes("Limit Ranges"),
        Reference::NsaCisa("Network separation and hardening"),
        Reference::Cwe(693),
    ],
    answers: &[
        "trivy KSV-0039",
        "trivy KSV-0040",
        "kics 4a20ebac",
        "kics 48a5beba",
        "kubescape C-0192",
        "kubescape C-0030",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Network(network), Measure::Access(access)],
    examples: &[
        Example {
            file: "policy.yaml",
            change: "
                - apiVersion: networking.k8s.io/v1
                - kind: NetworkPolicy
                - metadata: {name: deny}
                - spec: {podSelector: {}, policyTypes: [Ingress]}
            ",
            beside: &[],
            findings: &["protection of NetworkPolicy deny: was in place, now gone"],
        },
        Example {
            file: "quota.yaml",
            change: "
                  apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: settings}
                ----
                - apiVersion: v1
                - kind: ResourceQuota
                - metadata: {name: team}
                - spec: {hard: {pods: '10'}}
            ",
            beside: &[],
            findings: &["protection of ResourceQuota team: was in place, now gone"],
        },
        Example {
            file: "old.yaml", // in another file
            change: "
                - apiVersion: v1
                - kind: ResourceQuota
                - metadata: {name: team}
                - spec: {hard: {pods: '10'}}
            ",
            beside: &[(
                "new.yaml",
                "
                + apiVersion: v1
                + kind: ResourceQuota
                + metadata: {name: team}
                + spec: {hard: {pods: '10'}}
                ",
            )],
            findings: &[],
        },
    ],
};

fn network(object: &NetworkObject, found: &mut Found<'_>) {
    match &object.kind {
        NetworkKind::Policy(policy) if policy.alone => {
            let place = Spanned { value: (), span: object.span, because: object.because.clone() };
            found.say(PRESENT, "protection", &place, "").gone(HEAVY);
        }
        _ => {}
    }
}

fn access(object: &AccessObject, found: &mut Found<'_>) {
    let weight = match &object.kind {
        AccessKind::Guard(guard) => guard.weight,
        AccessKind::Namespace(labels)
            if labels.iter().any(|label| {
                label.value.0 == "pod-security.kubernetes.io/enforce"
                    && label.value.1 != Known::Is("privileged".into())
            }) =>
        {
            Severity::Medium
        }
        _ => return,
    };
    let level = match weight {
        Severity::Info => return,
        Severity::Low => LITTLE,
        Severity::Medium => MISSED,
        Severity::High | Severity::Critical => HEAVY,
    };
    let place = Spanned { value: (), span: object.span, because: object.because.clone() };
    found.say(PRESENT, "protection", &place, "").gone(level);
}
