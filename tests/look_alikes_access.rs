//! Changes of network and access objects that make nothing worse: a real push, without a word.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\nspec:\n  \
                      podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from:\n    - ipBlock: \
                      {cidr: 10.0.0.0/8}\n    - podSelector: {matchLabels: {app: web}}\n";
const NEW_DENY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\n\
                        spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec:\n  \
                   containers:\n  - {name: db, image: 'docker.io/library/postgres:16.2'}\n";
const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n\
                    rules:\n- apiGroups: ['']\n  resources: [pods, secrets]\n  verbs: ['*']\n";
const ROLE_LISTED: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules:\n- \
     verbs: [watch, list, get]\n  resources: [secrets, pods]\n  apiGroups: ['']\n";
const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: \
                       {name: b}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: \
                       User, name: eve}]\n";

#[test]
fn network_policies() {
    push_each_tree(&[
        (
            "S38 written out, reordered, narrowed",
            &[("p.yaml", POLICY)],
            &[(
                "p.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\nspec:\n  \
                 podSelector:\n    matchLabels: {app: db}\n  policyTypes: [Ingress]\n  ingress:\n  - \
                 from:\n    - podSelector: {matchLabels: {app: web}}\n    - ipBlock: {cidr: \
                 10.2.0.0/16}\n",
            )],
            &["better"],
        ),
        (
            "S38 a second policy that denies",
            &[("k/p.yaml", POLICY), ("k/pod.yaml", POD)],
            &[("k/p.yaml", POLICY), ("k/pod.yaml", POD), ("k/deny.yaml", NEW_DENY)],
            &["better"],
        ),
        (
            "S38 the first policy",
            &[("k/pod.yaml", POD)],
            &[("k/pod.yaml", POD), ("k/p.yaml", POLICY)],
            &["better"],
        ),
        (
            "S36 moved to another file",
            &[("k/pod.yaml", POD), ("k/p.yaml", POLICY)],
            &[("k/pod.yaml", POD), ("k/q.yaml", POLICY)],
            &[],
        ),
        ("the application with its policy", &[("k/pod.yaml", POD), ("k/p.yaml", POLICY)], &[], &[]),
    ]);
}

#[test]
fn roles() {
    push_each_tree(&[
        ("S39 list", &[("r.yaml", ROLE)], &[("r.yaml", ROLE_LISTED)], &["better"]),
        ("S39 unused binding", &[("b.yaml", BINDING)], &[], &[]),
        (
            "names that a template decides",
            &[(
                "c/templates/role.yaml",
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n- apiGroups: [rbac.authorization.k8s.io]\n  resources: [clusterroles]\n  verbs: [bind]\n  resourceNames:\n  - {{ template \"name\" . }}\n",
            )],
            &[(
                "c/templates/role.yaml",
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n- apiGroups: [rbac.authorization.k8s.io]\n  resources: [clusterroles]\n  verbs: [bind]\n  resourceNames:\n  - {{- if .Values.name }}\n      {{ template \"name\" . }}\n    {{- else }}\n      {{ .Values.other }}\n    {{- end }}\n",
            )],
            &[],
        ),
    ]);
}
