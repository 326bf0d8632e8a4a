//! Who is given which role.

use super::facts::right::{CLASSES, Class, Weight, every_right};
use crate::model::{
    AccessKind, AccessObject, Binding, Example, Found, Known, Level, Measure, Reference, Role,
    Rule, Severity, Spanned, Told,
};

const VIEW: Level = Level::low(1, "read almost everything but secrets");
const OTHER: Level = Level::medium(2, "a role declared elsewhere");
const DECLARED: Level = Level::medium(2, "a role declared beside it");
const GRAVE: Level = Level::high(4, "a role declared beside it, with grave rights");
const EDIT: Level = Level::medium(3, "change almost everything in its namespace");
const EDIT_ALL: Level = Level::high(4, "change almost everything in every namespace");
const ADMIN: Level = Level::medium(5, "all but quotas in its namespace");
const ADMIN_ALL: Level = Level::high(6, "all but quotas in every namespace");
const ROOT: Level = Level::high(7, "everything in its namespace");
const ROOT_ALL: Level = Level::critical(8, "everything in the whole cluster");
const SOMEBODY: Level = Level::low(1, "has the role");
const SOMEBODY_ROOT: Level = Level::high(2, "has every right");
const DEFAULT: Level =
    Level::medium(3, "the account of every pod that names none").in_new_unit(Severity::Medium);
const NAMESPACE: Level = Level::medium(3, "every account of a namespace");
const ACCOUNTS: Level = Level::high(4, "every account of the cluster");
const AUTHENTICATED: Level = Level::high(5, "whoever has any account");
const ANYBODY: Level = Level::critical(6, "anybody, without an account");
const MASTERS: Level = Level::critical(6, "a group that nothing can be taken from");
const HERE: Level = Level::closed("its namespace");
const EVERYWHERE: Level = Level::high(1, "the whole cluster").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "role-binding",
    promise: "Nobody is given a wider role, or a role further away, than before.",
    why: "A binding is where rights become somebody's. `cluster-admin` is every right; a group such \
          as `system:authenticated` is everybody with any account, and \
          `system:serviceaccounts` every pod; the default account is that of all pods that name no \
          other.",
    fix: "Bind a role with the rights that are needed to one service account that only this \
          workload uses, with a RoleBinding in its namespace.",
    fix_in: &[],
    levels: &[
        VIEW,
        OTHER,
        DECLARED,
        GRAVE,
        EDIT,
        EDIT_ALL,
        ADMIN,
        ADMIN_ALL,
        ROOT,
        ROOT_ALL,
        SOMEBODY,
        SOMEBODY_ROOT,
        DEFAULT,
        NAMESPACE,
        ACCOUNTS,
        AUTHENTICATED,
        ANYBODY,
        MASTERS,
        HERE,
        EVERYWHERE,
    ],
    references: &[
        Reference::CisKubernetes("5.1.1"),
        Reference::CisKubernetes("5.1.5"),
        Reference::Kubernetes("Using RBAC Authorization"),
        Reference::Kubernetes("Role Based Access Control Good Practices"),
        Reference::NsaCisa("Authentication and authorization"),
        Reference::Cwe(269),
        Reference::Cwe(732),
    ],
    answers: &[
        "trivy KSV-0111",
        "trivy KSV-0122",
        "trivy KSV-0123",
        "trivy KSV-01011",
        "kics 249328b8",
        "kics 1e749bc9",
        "checkov CKV_K8S_42",
        "kube-linter cluster-admin-role-binding",
        "polaris clusterrolebindingClusterAdmin",
        "kubescape C-0035",
        "kubescape C-0185",
        "kubescape C-0246",
        "kubescape C-0262",
        "kubescape C-0265",
        "kubescape C-0272",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "binding.yaml",
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRoleBinding
                  metadata: {name: ci}
                  roleRef:
                    kind: ClusterRole
                -   name: view
                +   name: cluster-admin
                  subjects:
                  - {kind: ServiceAccount, name: ci, namespace: ci}
            ",
            beside: &[],
            findings: &[
                "role of ClusterRoleBinding ci: was read almost everything but secrets (ClusterRole/view), now everything in the whole cluster (ClusterRole/cluster-admin)",
            ],
        },
        Example {
            file: "binding.yaml",
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: RoleBinding
                  metadata: {name: ci}
                  roleRef: {kind: ClusterRole, name: edit}
                  subjects:
                  - {kind: ServiceAccount, name: ci, namespace: ci}
                + - {kind: Group, name: 'system:unauthenticated'}
            ",
            beside: &[],
            findings: &[
                "subject Group/system:unauthenticated of RoleBinding ci: anybody, without an account",
            ],
        },
        Example {
            file: "binding.yaml", // what it gives is called otherwise now
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRoleBinding
                  metadata: {name: ci}
                  roleRef: {kind: ClusterRole, name: builder}
                  subjects:
                  - {kind: ServiceAccount, name: ci, namespace: ci}
                  ---
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: ClusterRole
                - metadata: {name: builder}
                + metadata: {name: acme-builder}
                  rules:
                  - {apiGroups: [''], resources: [secrets], verbs: [get]}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "binding.yaml", // one subject less, another order
            change: "
                  apiVersion: rbac.authorization.k8s.io/v1
                  kind: RoleBinding
                  metadata: {name: ci}
                  roleRef: {kind: ClusterRole, name: edit}
                  subjects:
                - - {kind: User, name: eve}
                - - {kind: ServiceAccount, name: ci, namespace: ci}
                  - {kind: ServiceAccount, name: cd, namespace: ci}
                + - {kind: ServiceAccount, name: ci, namespace: ci}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    let AccessKind::Binding(binding) = &object.kind else { return };
    let role = match &binding.role {
        Some(role) => given(object, binding, role, found),
        None => "",
    };
    let public = ["system:discovery", "system:public-info-viewer", "system:basic-user"];
    for subject in &binding.subjects {
        let root = role == "cluster-admin";
        let level = if public.contains(&role) { SOMEBODY } else { level(&subject.value, root) };
        let told = if level.rank <= SOMEBODY_ROOT.rank { Told::IfUnheard } else { Told::Always };
        found.say(level, format!("subject {}", subject.value), subject, "").told(told);
    }
    let reach = if binding.cluster { EVERYWHERE } else { HERE };
    found.say(reach, "reach", &Spanned::new((), object.span), "");
}

/// Says which role is given, and names it.
fn given<'a>(
    object: &AccessObject,
    binding: &Binding,
    role: &'a Spanned<Known<String>>,
    found: &mut Found<'_>,
) -> &'a str {
    let Known::Is(name) = &role.value else { return "" };
    let own = name.strip_prefix("ClusterRole/").unwrap_or_default();
    let level = match (own, binding.cluster) {
        ("view" | "system:discovery" | "system:public-info-viewer" | "system:basic-user", _) => {
            VIEW
        }
        ("edit", false) => EDIT,
        ("edit", true) => EDIT_ALL,
        ("admin", false) => ADMIN,
        ("admin", true) => ADMIN_ALL,
        ("cluster-admin", false) => ROOT,
        ("cluster-admin", true) => ROOT_ALL,
        _ => {
            // Where its declaration goes, or is called otherwise, nobody is given anything.
            let level = match &binding.declared {
                Some(role) if grave(role) => GRAVE,
                Some(_) => DECLARED,
                None => OTHER,
            };
            let exposure = found.say(level, format!("role {name}"), role, "");
            exposure.told(Told::IfUnheard).within(["role".to_owned()]);
            if let Some(role) = &binding.declared {
                exposure.same_as(role.same);
            }
            // From there to one without them nobody gains anything.
            match level {
                DECLARED => drop(exposure.within(["a grave role".to_owned()])),
                GRAVE => drop(found.say(GRAVE, "a grave role", role, "").told(Told::Elsewhere)),
                _ => {}
            }
            return own;
        }
    };
    // Its kind decides as well how far it reaches.
    found.at(level, "role", &role.clone().because([object.span]));
    own
}

/// One of its rights leads to others, to secrets or into pods.
fn grave(role: &Role) -> bool {
    role.rights.iter().any(|right| {
        let heavy = |class: &&Class| matches!(class.weight, Weight::Critical | Weight::High);
        every_right(right).is_some()
            || CLASSES.iter().filter(heavy).any(|class| class.of(right).is_some())
    })
}

fn level(subject: &str, root: bool) -> Level {
    match subject {
        "Group/system:masters" => MASTERS,
        "Group/system:unauthenticated" | "User/system:anonymous" => ANYBODY,
        "Group/system:authenticated" => AUTHENTICATED,
        "Group/system:serviceaccounts" => ACCOUNTS,
        _ if subject.starts_with("Group/system:serviceaccounts:") => NAMESPACE,
        _ if subject.starts_with("ServiceAccount/") && subject.ends_with("/default") => DEFAULT,
        _ if root => SOMEBODY_ROOT,
        _ => SOMEBODY,
    }
}
