//! Roles and their bindings.
//!
//! Source: Kubernetes documentation, "Using RBAC Authorization".

use std::collections::HashMap;
use std::rc::Rc;

use super::labels;
use super::object::Object;
use crate::model::{Binding, Known, Node, Right, Role, Spanned};

/// How many rules, subjects and words of one object are looked at.
const MOST: usize = 1024;
/// The label that adds a role's rights to another one's.
const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Kubernetes' own roles, and what OpenShift calls the same.
pub(super) fn is_rbac(object: &Object) -> bool {
    object.group.starts_with("rbac.") || object.group == "authorization.openshift.io"
}

/// It says what is allowed.
pub(super) fn is_role(object: &Object) -> bool {
    is_rbac(object) && matches!(object.kind.as_str(), "Role" | "ClusterRole")
}

/// It says to whom.
pub(super) fn is_binding(object: &Object) -> bool {
    is_rbac(object) && matches!(object.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
}

/// The roles that are declared among some objects.
pub(super) struct Roles(HashMap<(bool, String, String), Rc<Role>>);

impl Roles {
    pub(super) fn of(objects: &[Object]) -> Self {
        let roles = objects.iter().filter(|object| is_rbac(object));
        let key = |object: &Object| match object.kind.as_str() {
            "ClusterRole" => Some((true, String::new(), object.name().to_owned())),
            "Role" => Some((false, object.scope().to_owned(), object.name().to_owned())),
            _ => None,
        };
        Self(roles.filter_map(|object| Some((key(object)?, Rc::new(role(object))))).collect())
    }

    fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<Rc<Role>> {
        let cluster = kind == "ClusterRole";
        let namespace = if cluster { "" } else { namespace };
        self.0.get(&(cluster, namespace.to_owned(), name.to_owned())).cloned()
    }
}

pub(super) fn role(object: &Object) -> Role {
    let rules = object.at("rules").map(Node::items).unwrap_or_default();
    let labels = object.at("metadata.labels").map(Node::entries).unwrap_or_default();
    let aggregates = labels.iter().filter_map(|entry| {
        let to = entry.key.value.strip_prefix(AGGREGATE)?;
        (entry.value.boolean() == Some(true)).then(|| entry.value.place(to.to_owned()))
    });
    let selectors = object.at("aggregationRule.clusterRoleSelectors").map(Node::items);
    let selectors = selectors.unwrap_or_default().iter().take(MOST);
    let mut role = Role {
        cluster: object.kind == "ClusterRole",
        rights: rules.iter().take(MOST).map(right).collect(),
        aggregates_to: aggregates.collect(),
        aggregates_from: selectors.map(|node| node.place(labels::selector(node))).collect(),
        same: [0; 32],
    };
    role.same = *blake3::hash(role.spelled().as_bytes()).as_bytes();
    role
}

fn right(rule: &Node) -> Spanned<Right> {
    let list = |key: &str| -> Vec<Spanned<String>> {
        let node = rule.get(key);
        let items = node.map(Node::items).unwrap_or_default().iter().take(MOST);
        // A template may fill in a scalar where a list belongs.
        let single = node.filter(|node| !node.is_null()).and_then(Node::spanned);
        items.filter_map(Node::spanned).chain(single).collect()
    };
    // A name that can't be read is a name all the same.
    let unread = |node: &Node| node.spanned().unwrap_or_else(|| node.place(String::new()));
    let names = rule.get("resourceNames").map(Node::items).unwrap_or_default().iter().take(MOST);
    let names: Vec<Spanned<String>> = names.map(unread).collect();
    rule.place(Right {
        verbs: list("verbs"),
        groups: list("apiGroups"),
        resources: list("resources"),
        names: if names.is_empty() { list("resourceNames") } else { names },
        urls: list("nonResourceURLs"),
    })
}

pub(super) fn binding(object: &Object, roles: &Roles) -> Binding {
    let text = |path: &str| object.at(path).and_then(Node::text).unwrap_or_default();
    let kind = if text("roleRef.kind").is_empty() { "ClusterRole" } else { text("roleRef.kind") };
    let role = object.at("roleRef.name").and_then(|node| {
        let name = format!("{kind}/{}", node.text()?);
        Some(node.place(if node.is_opaque() { Known::Unknown(name) } else { Known::Is(name) }))
    });
    let subjects = object.at("subjects").map(Node::items).unwrap_or_default();
    Binding {
        cluster: object.kind == "ClusterRoleBinding",
        declared: roles.get(kind, object.scope(), text("roleRef.name")),
        role,
        subjects: subjects.iter().take(MOST).filter_map(|node| subject(node, object)).collect(),
    }
}

fn subject(node: &Node, object: &Object) -> Option<Spanned<String>> {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let name = node.get("name").and_then(Node::spanned)?;
    let value = match text("kind") {
        "ServiceAccount" => {
            let namespace = match text("namespace") {
                "" => object.namespace(),
                "default" => "",
                other => other,
            };
            format!("ServiceAccount/{namespace}/{}", name.value)
        }
        kind => format!("{kind}/{}", name.value),
    };
    Some(Spanned { value, span: node.span, because: name.because })
}
