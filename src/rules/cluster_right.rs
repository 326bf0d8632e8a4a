//! What roles of a cluster allow, by what it is good for.

use super::facts::right::{CLASSES, Class, Weight, every_right, every_verb};
use crate::model::{
    AccessKind, AccessObject, Example, Found, Level, Measure, Reference, Right, Role, Rule,
    Spanned, Told,
};

const EVERYTHING: Level = Level::critical(9, "in the whole cluster");
const EVERYTHING_HERE: Level = Level::high(9, "in its namespace");
const CRITICAL: Level = Level::critical(2, "in the whole cluster, and enough to take it over");
const HIGH: Level = Level::high(2, "in the whole cluster");
const MEDIUM: Level = Level::medium(2, "in the whole cluster, as many roles need");
const LOW: Level = Level::low(2, "in the whole cluster, and of little use to an attacker");
const CRITICAL_HERE: Level = Level::high(2, "in its namespace, and enough to take it over");
const HIGH_HERE: Level = Level::medium(2, "in its namespace");
const LOW_HERE: Level = Level::low(2, "in its namespace, as many roles need");
const NAMED: Level = Level::low(1, "for objects of certain names");
const VERBS: Level = Level::medium(1, "every verb");
const PATHS: Level = Level::medium(1, "every path of the API server");
const AGGREGATED: Level = Level::medium(1, "every holder of that role has it");
const AGGREGATED_GRAVE: Level =
    Level::high(2, "every holder of that role has what it must not have");
const ADDED: Level = Level::medium(1, "added to it, whoever declares them");

pub(super) const RULE: Rule = Rule {
    id: "cluster-right",
    promise: "A role never allows more of what leads to other rights, to secrets or into pods than \
              before.",
    why: "Rights add up per account, and some of them are all the others: who may read secrets \
          reads tokens, who may run commands in pods has their accounts, who may bind or escalate \
          gives himself the rest. `*` takes in whatever is added to the API later.",
    fix: "Name the verbs and the resources that are needed, give `resourceNames` where the objects \
          are known, and use a Role in a namespace rather than a ClusterRole.",
    fix_in: &[],
    levels: &[
        EVERYTHING,
        EVERYTHING_HERE,
        CRITICAL,
        HIGH,
        MEDIUM,
        LOW,
        CRITICAL_HERE,
        HIGH_HERE,
        LOW_HERE,
        NAMED,
        VERBS,
        PATHS,
        AGGREGATED,
        AGGREGATED_GRAVE,
        ADDED,
    ],
    references: &[
        Reference::CisKubernetes("5.1.2"),
        Reference::CisKubernetes("5.1.3"),
        Reference::CisKubernetes("5.1.4"),
        Reference::CisKubernetes("5.1.8"),
        Reference::Kubernetes("Role Based Access Control Good Practices"),
        Reference::Kubernetes("Using RBAC Authorization"),
        Reference::NsaCisa("Authentication and authorization"),
        Reference::Cwe(269),
        Reference::Cwe(250),
    ],
    answers: &[
        "trivy KSV-0041",
        "trivy KSV-0042",
        "trivy KSV-0043",
        "trivy KSV-0044",
        "trivy KSV-0045",
        "trivy KSV-0046",
        "trivy KSV-0047",
        "trivy KSV-0048",
        "trivy KSV-0049",
        "trivy KSV-0050",
        "trivy KSV-0051",
        "trivy KSV-0052",
        "trivy KSV-0053",
        "trivy KSV-0054",
        "trivy KSV-0055",
        "trivy KSV-0056",
        "trivy KSV-0112",
        "trivy KSV-0113",
        "trivy KSV-0114",
        "trivy KSV-0115",
        "kics 6b896afb",
        "kics b7bca5c4",
        "kics 056ac60e",
        "kics 592ad21d",
        "kics c589f42c",
        "kics d45330fd",
        "kics 38fa11ef",
        "kics 8320826e",
        "kics 9f85c3f6",
        "checkov CKV_K8S_49",
        "checkov CKV_K8S_155",
        "checkov CKV_K8S_156",
        "checkov CKV_K8S_157",
        "checkov CKV_K8S_158",
        "checkov CKV2_K8S_1",
        "checkov CKV2_K8S_2",
        "checkov CKV2_K8S_3",
        "checkov CKV2_K8S_4",
        "checkov CKV2_K8S_5",
        "kube-linter wildcard-in-rules",
        "kube-linter access-to-secrets",
        "kube-linter access-to-create-pods",
        "semgrep legacy-api-clusterrole",
        "kubescape C-0002",
        "kubescape C-0007",
        "kubescape C-0015",
        "kubescape C-0031",
        "kubescape C-0036",
        "kubescape C-0037",
        "kubescape C-0039",
        "kubescape C-0063",
        "kubescape C-0065",
        "kubescape C-0186",
        "kubescape C-0187",
        "kubescape C-0188",
        "kubescape C-0191",
        "kubescape C-0278",
        "kubescape C-0279",
        "kubescape C-0280",
        "kubescape C-0281",
        "kubescape C-0282",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "role.yaml",
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRole
                  metadata: {name: reader}
                  rules:
                  - apiGroups: ['']
                -   resources: [configmaps]
                +   resources: [configmaps, secrets]
                    verbs: [get, list]
            ",
            beside: &[],
            findings: &["reading secrets of ClusterRole reader: in the whole cluster"],
        },
        Example {
            file: "role.yaml",
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRole
                  metadata: {name: admin}
                  rules:
                -   - {apiGroups: [apps], resources: [deployments], verbs: [get]}
                +   - {apiGroups: ['*'], resources: ['*'], verbs: ['*']}
            ",
            beside: &[],
            findings: &["every right of ClusterRole admin: in the whole cluster"],
        },
        Example {
            file: "role.yaml",
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRole
                  metadata: {name: manager}
                - rules: []
                + aggregationRule:
                +   clusterRoleSelectors:
                +   - matchLabels: {acme.example.org/for-manager: 'true'}
            ",
            beside: &[],
            findings: &[
                "rights of roles labelled acme.example.org/for-manager=true of ClusterRole manager: added to it, whoever declares them",
            ],
        },
        Example {
            file: "role.yaml", // a list for a star, in another order
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: Role
                  metadata: {name: writer}
                  rules:
                  - apiGroups: ['']
                    resources: [pods, secrets]
                -   verbs: ['*']
                +   verbs: [list, get, create]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    let AccessKind::Role(role) = &object.kind else { return };
    let mut grave = false;
    for right in &role.rights {
        grave |= say(role, right, found);
    }
    for to in &role.aggregates_to {
        let level = if grave && to.value != "admin" { AGGREGATED_GRAVE } else { AGGREGATED };
        let level = if grave { AGGREGATED_GRAVE } else { level };
        found.say(level, format!("what is added to role {}", to.value), to, "");
    }
    for from in &role.aggregates_from {
        if from.value.is_everything() {
            found.say(
                if role.cluster { EVERYTHING } else { EVERYTHING_HERE },
                "every right",
                from,
                "",
            );
        } else {
            let key = format!("rights of roles labelled {}", from.value);
            found.say(ADDED, key, from, "").told(Told::InKnownUnit);
        }
    }
}

/// What one rule of a role allows; whether that is grave.
fn say(role: &Role, right: &Spanned<Right>, found: &mut Found<'_>) -> bool {
    let everything = "every right".to_owned();
    if let Some(place) = every_right(right) {
        let level = if role.cluster { EVERYTHING } else { EVERYTHING_HERE };
        found.say(level, everything, &place, "");
        return true;
    }
    let mut grave = false;
    for class in CLASSES {
        let Some(place) = class.of(right) else { continue };
        let named = !right.value.names.is_empty() && !class.by_name(right);
        grave |= !named && matches!(class.weight, Weight::Critical | Weight::High);
        let level = if named { NAMED } else { level(class, role.cluster) };
        found.say(level, class.name, &place, "").within([everything.clone()]).together();
    }
    for (what, place) in every_verb(right) {
        let key = format!("verbs on {what}");
        found
            .say(VERBS, key, &place, "")
            .told(Told::InKnownUnit)
            .within([everything.clone()])
            .together();
    }
    if let Some(url) = right.value.urls.iter().find(|url| matches!(url.value.as_str(), "*" | "/*"))
    {
        found.at(PATHS, "paths", url).within([everything]);
    }
    grave
}

fn level(class: &Class, cluster: bool) -> Level {
    match (class.weight, cluster) {
        (Weight::Critical, true) => CRITICAL,
        (Weight::High, true) => HIGH,
        (Weight::Medium, true) => MEDIUM,
        (Weight::Low, true) => LOW,
        (Weight::Critical, false) => CRITICAL_HERE,
        (Weight::High, false) => HIGH_HERE,
        (Weight::Medium | Weight::Low, false) => LOW_HERE,
    }
}
