//! Evasions by network and access objects of Kubernetes: a real push, a real hook, and the line that
//! is told of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels:\n    app: web\nspec:\n  \
                   containers:\n  - name: web\n    image: docker.io/library/nginx:1.25.3\n";
const POD_RENAMED: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels:\n    app: site\nspec:\n  \
     containers:\n  - name: web\n    image: docker.io/library/nginx:1.25.3\n";
const DENY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\n\
                    spec:\n  podSelector:\n    matchLabels:\n      app: web\n  policyTypes:\n  - \
                    Ingress\n";
const DENY_MORE: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\nspec:\n  \
     podSelector:\n    matchLabels:\n      app: web\n    matchExpressions:\n    - {key: tier, \
     operator: Exists}\n  policyTypes:\n  - Ingress\n";
const ALLOW: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow\n\
                     spec:\n  podSelector: {}\n  ingress:\n  - {}\n";
const QUOTA: &str = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: team}\nspec: {hard: {pods: \
                     '10'}}\n";
const KYVERNO: &str = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: signed}\nspec:\n  \
                       validationFailureAction: Enforce\n  rules: []\n";

#[test]
fn protections_that_go() {
    push_each_tree(&[
        (
            "K10 policy",
            &[("policy.yaml", DENY)],
            &[],
            &["high removed-guard policy.yaml:1 (old line)"],
        ),
        (
            "K10 policy of known pods",
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD)],
            &[("k/pod.yaml", POD)],
            &["high network-isolation k/policy.yaml:10 (old line)"],
        ),
        (
            "K10 quota",
            &[("quota.yaml", QUOTA)],
            &[],
            &["medium removed-guard quota.yaml:1 (old line)"],
        ),
        (
            "K10 engine",
            &[("kyverno.yaml", KYVERNO)],
            &[],
            &["high removed-guard kyverno.yaml:1 (old line)"],
        ),
        (
            "K12 pod",
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD)],
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD_RENAMED)],
            &["high network-isolation k/pod.yaml:6 (old line)"],
        ),
        (
            "K12 expressions",
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD)],
            &[("k/policy.yaml", DENY_MORE), ("k/pod.yaml", POD)],
            &["high network-isolation k/policy.yaml:9"],
        ),
        (
            "K12 expressions, pods unknown",
            &[("k/policy.yaml", DENY)],
            &[("k/policy.yaml", DENY_MORE)],
            &["medium network-isolation k/policy.yaml:9"],
        ),
        (
            "K13",
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD)],
            &[("k/policy.yaml", DENY), ("k/pod.yaml", POD), ("k/second.yaml", ALLOW)],
            &["high network-isolation k/second.yaml:8"],
        ),
    ]);
}

/// A policy for `app: db` with some lines of a specification.
macro_rules! policy {
    ($($line:literal),*) => {
        concat!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\nspec:\n  \
             podSelector: {matchLabels: {app: db}}\n",
            $("  ", $line, "\n"),*
        )
    };
}

#[test]
fn peers_that_widen() {
    push_each_tree(&[
        (
            "K14 a dash",
            &[(
                "p.yaml",
                policy!(
                    "ingress:",
                    "- from:",
                    "  - namespaceSelector: {matchLabels: {team: a}}",
                    "    podSelector: {matchLabels: {app: web}}"
                ),
            )],
            &[(
                "p.yaml",
                policy!(
                    "ingress:",
                    "- from:",
                    "  - namespaceSelector: {matchLabels: {team: a}}",
                    "  - podSelector: {matchLabels: {app: web}}"
                ),
            )],
            &["high network-isolation p.yaml:10 (old line)", "low network-isolation p.yaml:10"],
        ),
        (
            "K14 empty from",
            &[("p.yaml", policy!("ingress:", "- from: [{podSelector: {matchLabels: {a: b}}}]"))],
            &[("p.yaml", policy!("ingress:", "- from: []"))],
            &["high network-isolation p.yaml:8"],
        ),
        (
            "K14 every pod",
            &[("p.yaml", policy!("ingress:", "- from: [{podSelector: {matchLabels: {a: b}}}]"))],
            &[("p.yaml", policy!("ingress:", "- from: [{podSelector: {}}]"))],
            &["high network-isolation p.yaml:8"],
        ),
        (
            "K14 except",
            &[(
                "p.yaml",
                policy!(
                    "egress:",
                    "- to:",
                    "  - ipBlock:",
                    "      cidr: 0.0.0.0/0",
                    "      except: [10.0.0.0/8]"
                ),
            )],
            &[("p.yaml", policy!("egress:", "- to:", "  - ipBlock:", "      cidr: 0.0.0.0/0"))],
            &["high network-isolation p.yaml:11 (old line)"],
        ),
        (
            "K14 Egress",
            &[("p.yaml", policy!("policyTypes:", "- Ingress", "- Egress"))],
            &[("p.yaml", policy!("policyTypes:", "- Ingress"))],
            &["high network-isolation p.yaml:9 (old line)"],
        ),
        (
            "K14 namespaces",
            &[(
                "p.yaml",
                policy!("ingress:", "- from: [{namespaceSelector: {matchLabels: {a: b}}}]"),
            )],
            &[("p.yaml", policy!("ingress:", "- from: [{namespaceSelector: {}}]"))],
            &["high network-isolation p.yaml:8"],
        ),
        (
            "K14 ports",
            &[(
                "p.yaml",
                policy!("ingress:", "- from: [{podSelector: {}}]", "  ports: [{port: 80}]"),
            )],
            &[("p.yaml", policy!("ingress:", "- from: [{podSelector: {}}]"))],
            &["medium network-isolation p.yaml:9 (old line)"],
        ),
    ]);
}

const DB: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\n  labels: {app: db, tier: shop}\n\
                  spec:\n  containers:\n  - name: db\n    image: docker.io/library/postgres:16.2\n";

/// A Service with some lines of metadata and of its specification.
macro_rules! service {
    ([$($meta:literal),*], $($line:literal),*) => {
        concat!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n",
            $("  ", $meta, "\n",)*
            "spec:\n",
            $("  ", $line, "\n"),*
        )
    };
}

#[test]
fn services_and_ingresses() {
    const INGRESS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  \
                           annotations:\n    nginx.ingress.kubernetes.io/auth-url: \
                           https://auth.example.org\nspec:\n  tls:\n  - hosts: [a.example.org]\n  \
                           rules:\n  - host: a.example.org\n";
    const NO_AUTH: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n  \
                           tls:\n  - hosts: [a.example.org]\n  rules:\n  - host: a.example.org\n";
    const NO_TLS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  \
                          annotations:\n    nginx.ingress.kubernetes.io/auth-url: \
                          https://auth.example.org\nspec:\n  rules:\n  - host: a.example.org\n";
    const SNIPPET: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  \
                           annotations:\n    nginx.ingress.kubernetes.io/auth-url: \
                           https://auth.example.org\n    \
                           nginx.ingress.kubernetes.io/server-snippet: |\n      return 200;\n    \
                           nginx.ingress.kubernetes.io/ssl-redirect: \"false\"\nspec:\n  tls:\n  - \
                           hosts: [a.example.org]\n  rules:\n  - host: a.example.org\n";
    push_each_tree(&[
        (
            "K15 selector",
            &[
                ("k/db.yaml", DB),
                (
                    "k/s.yaml",
                    service!([], "type: LoadBalancer", "selector: {app: web, tier: shop}"),
                ),
            ],
            &[
                ("k/db.yaml", DB),
                ("k/s.yaml", service!([], "type: LoadBalancer", "selector: {tier: shop}")),
            ],
            &["high exposed-service k/s.yaml:7"],
        ),
        (
            "K15 type",
            &[("s.yaml", service!([], "type: ClusterIP"))],
            &[("s.yaml", service!([], "type: LoadBalancer"))],
            &["high exposed-service s.yaml:6"],
        ),
        (
            "K15 annotation",
            &[(
                "s.yaml",
                service!(
                    [
                        "annotations:",
                        "  service.beta.kubernetes.io/azure-load-balancer-internal: 'true'"
                    ],
                    "type: LoadBalancer"
                ),
            )],
            &[("s.yaml", service!([], "type: LoadBalancer"))],
            &["high exposed-service s.yaml:6 (old line)"],
        ),
        (
            "K15 ranges",
            &[(
                "s.yaml",
                service!([], "type: LoadBalancer", "loadBalancerSourceRanges: [10.0.0.0/8]"),
            )],
            &[("s.yaml", service!([], "type: LoadBalancer"))],
            &["high exposed-service s.yaml:7 (old line)"],
        ),
        (
            "K15 external address",
            &[("s.yaml", service!([], "type: ClusterIP"))],
            &[("s.yaml", service!([], "type: ClusterIP", "externalIPs: [203.0.113.7]"))],
            &["high exposed-service s.yaml:7"],
        ),
        (
            "K16 auth",
            &[("i.yaml", INGRESS)],
            &[("i.yaml", NO_AUTH)],
            &["high exposed-ingress i.yaml:6 (old line)"],
        ),
        (
            "K16 TLS",
            &[("i.yaml", INGRESS)],
            &[("i.yaml", NO_TLS)],
            &["medium exposed-ingress i.yaml:9 (old line)"],
        ),
        (
            "K16 snippet, redirect",
            &[("i.yaml", INGRESS)],
            &[("i.yaml", SNIPPET)],
            &["high exposed-ingress i.yaml:7", "medium exposed-ingress i.yaml:9"],
        ),
    ]);
}

/// A role with one rule for each line.
macro_rules! role {
    ($kind:literal, $meta:literal, $($line:literal),*) => {
        concat!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ", $kind, "\nmetadata: ", $meta, "\nrules:\n",
            $("- ", $line, "\n"),*
        )
    };
}

/// A binding of a role to one subject for each line.
macro_rules! binding {
    ($kind:literal, $role:literal, $($line:literal),*) => {
        concat!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ", $kind, "\nmetadata: {name: b}\nroleRef:\n  \
             apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: ", $role,
            "\nsubjects:\n", $("- ", $line, "\n"),*
        )
    };
}

#[test]
fn roles_that_are_there_already() {
    let grave = role!(
        "ClusterRole",
        "{name: grave}",
        "{apiGroups: [''], resources: [secrets], verbs: [get]}"
    );
    let small =
        role!("ClusterRole", "{name: small}", "{apiGroups: [''], resources: [pods], verbs: [get]}");
    let roles = |last: &str| -> &'static str { format!("{grave}---\n{small}---\n{last}").leak() };
    let to_small = binding!("ClusterRoleBinding", "small", "{kind: ServiceAccount, name: ci}");
    let to_grave = binding!("ClusterRoleBinding", "grave", "{kind: ServiceAccount, name: ci}");
    let to_root = binding!("ClusterRoleBinding", "cluster-admin", "{kind: User, name: ci}");
    let to_own = binding!("ClusterRoleBinding", "small", "{kind: User, name: ci}");
    let sum =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: sum}\n";
    let rule = "aggregationRule:\n  clusterRoleSelectors:\n";
    let every: &'static str = format!("{sum}{rule}  - {{}}\n").leak();
    let some: &'static str = format!("{sum}{rule}  - matchLabels: {{a: b}}\n").leak();
    let none: &'static str = format!("{sum}rules: []\n").leak();
    let patch = ("sum/patch.yaml", some);
    let base = ("sum/role.yaml", none);
    let kustomization = ("sum/kustomization.yaml", "resources: [role.yaml]\n");
    let patched =
        ("sum/kustomization.yaml", "resources: [role.yaml]\npatches: [{path: patch.yaml}]\n");
    push_each_tree(&[
        (
            "K19 another role, declared beside it",
            &[("r.yaml", roles(to_small))],
            &[("r.yaml", roles(to_grave))],
            &["high role-binding r.yaml:19"],
        ),
        ("and back", &[("r.yaml", roles(to_grave))], &[("r.yaml", roles(to_small))], &["better"]),
        (
            "a small one for every right",
            &[("r.yaml", roles(to_root))],
            &[("r.yaml", roles(to_own))],
            &["better"],
        ),
        (
            "K18 every role's rights",
            &[("r.yaml", none)],
            &[("r.yaml", every)],
            &["critical cluster-right r.yaml:6"],
        ),
        (
            "K18 some roles' rights",
            &[("r.yaml", none)],
            &[("r.yaml", some)],
            &["medium cluster-right r.yaml:6"],
        ),
        (
            "K18 by a patch",
            &[base, kustomization],
            &[base, patched, patch],
            &["medium cluster-right sum/patch.yaml:6"],
        ),
    ]);
}

#[test]
fn rights() {
    push_each_tree(&[
        (
            "K17 split",
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a}",
                    "{apiGroups: [''], resources: [pods], verbs: [get]}"
                ),
            )],
            &[
                (
                    "r.yaml",
                    role!(
                        "ClusterRole",
                        "{name: a}",
                        "{apiGroups: [''], resources: [pods], verbs: [get]}",
                        "{apiGroups: [''], resources: [pods/exec], verbs: [create]}"
                    ),
                ),
                (
                    "s.yaml",
                    role!(
                        "ClusterRole",
                        "{name: b}",
                        "{apiGroups: [''], resources: [secrets], verbs: [list]}"
                    ),
                ),
            ],
            &["high cluster-right r.yaml:6", "high cluster-right s.yaml:5"],
        ),
        (
            "K17 full list",
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a}",
                    "{apiGroups: ['*'], resources: ['*'], verbs: [get]}"
                ),
            )],
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a}",
                    "{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch, create, update, \
                     patch, delete]}"
                ),
            )],
            &["critical cluster-right r.yaml:5"],
        ),
        (
            "K18",
            &[],
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a, labels: {rbac.authorization.k8s.io/aggregate-to-admin: 'true'}}",
                    "{apiGroups: [''], resources: [secrets], verbs: [get]}"
                ),
            )],
            &["high cluster-right r.yaml:3", "high cluster-right r.yaml:5"],
        ),
        (
            "K19 names",
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a}",
                    "{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [one]}"
                ),
            )],
            &[(
                "r.yaml",
                role!(
                    "ClusterRole",
                    "{name: a}",
                    "{apiGroups: [''], resources: [secrets], verbs: [get]}"
                ),
            )],
            &["high cluster-right r.yaml:5"],
        ),
        (
            "K19 unauthenticated",
            &[("b.yaml", binding!("RoleBinding", "view", "{kind: User, name: eve}"))],
            &[(
                "b.yaml",
                binding!(
                    "RoleBinding",
                    "view",
                    "{kind: User, name: eve}",
                    "{kind: Group, name: 'system:unauthenticated'}"
                ),
            )],
            &["critical role-binding b.yaml:10"],
        ),
        (
            "K19 authenticated",
            &[("b.yaml", binding!("RoleBinding", "view", "{kind: User, name: eve}"))],
            &[(
                "b.yaml",
                binding!("RoleBinding", "view", "{kind: Group, name: 'system:authenticated'}"),
            )],
            &["high role-binding b.yaml:9", "better"],
        ),
        (
            "K19 masters",
            &[("b.yaml", binding!("RoleBinding", "view", "{kind: User, name: eve}"))],
            &[("b.yaml", binding!("RoleBinding", "view", "{kind: Group, name: 'system:masters'}"))],
            &["critical role-binding b.yaml:9", "better"],
        ),
        (
            "K19 kind",
            &[("b.yaml", binding!("RoleBinding", "cluster-admin", "{kind: User, name: eve}"))],
            &[(
                "b.yaml",
                binding!("ClusterRoleBinding", "cluster-admin", "{kind: User, name: eve}"),
            )],
            &["critical role-binding b.yaml:2", "high role-binding b.yaml:2"],
        ),
        (
            "K19 role",
            &[("b.yaml", binding!("ClusterRoleBinding", "view", "{kind: User, name: eve}"))],
            &[(
                "b.yaml",
                binding!("ClusterRoleBinding", "cluster-admin", "{kind: User, name: eve}"),
            )],
            &["critical role-binding b.yaml:7"],
        ),
    ]);
}

/// A namespace with some labels.
macro_rules! namespace {
    ($($label:literal),*) => {
        concat!(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    team: a\n",
            $("    pod-security.kubernetes.io/", $label, "\n"),*
        )
    };
}

#[test]
fn namespaces_and_guards() {
    push_each_tree(&[
        (
            "K20 level",
            &[("n.yaml", namespace!("enforce: restricted"))],
            &[("n.yaml", namespace!("enforce: baseline"))],
            &["high pod-security-level n.yaml:7"],
        ),
        (
            "K20 only warn",
            &[("n.yaml", namespace!("warn: restricted", "enforce: restricted"))],
            &[("n.yaml", namespace!("warn: restricted"))],
            &["high pod-security-level n.yaml:8 (old line)"],
        ),
        (
            "K20 version",
            &[("n.yaml", namespace!("enforce: restricted"))],
            &[("n.yaml", namespace!("enforce: restricted", "enforce-version: v1.24"))],
            &["high pod-security-level n.yaml:8"],
        ),
        (
            "K20 warn gone",
            &[("n.yaml", namespace!("enforce: restricted", "warn: restricted"))],
            &[("n.yaml", namespace!("enforce: restricted"))],
            &["low pod-security-level n.yaml:8 (old line)"],
        ),
        (
            "K20 namespace gone",
            &[("n.yaml", namespace!("enforce: restricted"))],
            &[],
            &["medium removed-guard n.yaml:1 (old line)"],
        ),
    ]);
}
