//! Access objects: roles and bindings, namespaces, and what watches over a cluster.

use super::guard;
use super::object::Object;
use super::rbac::{self, Roles};
use super::selection;
use crate::model::{AccessKind, AccessObject, Declaration, Guard, Known, Node, Unit};

/// The units of the access objects among `objects`.
pub(super) fn units(objects: &[Object]) -> Vec<Declaration> {
    let roles = Roles::of(objects);
    let pods = selection::Pods::of(objects);
    objects.iter().filter_map(|object| unit(object, &roles, &pods)).collect()
}

fn unit(object: &Object, roles: &Roles, pods: &[selection::Pods<'_>]) -> Option<Declaration> {
    let kind = match object.kind.as_str() {
        "Role" | "ClusterRole" if rbac::is_rbac(object) => AccessKind::Role(rbac::role(object)),
        "RoleBinding" | "ClusterRoleBinding" if rbac::is_rbac(object) => {
            AccessKind::Binding(rbac::binding(object, roles))
        }
        "Namespace" if object.group.is_empty() => AccessKind::Namespace(labels(object)),
        _ => {
            let guard = guard::guard(object)?;
            AccessKind::Guard(Guard { protects: selection::protected(object, pods), ..guard })
        }
    };
    let (title, span) = (object.title(), object.node.span);
    let (file, head, identity) = (object.file.text.file, object.head, object.identity());
    let because = object.node.because.clone();
    let unit = AccessObject { file, identity, title: title.clone(), head, span, because, kind };
    Some(object.declare(Unit::Access(Box::new(unit)), title, span))
}

fn labels(object: &Object) -> Vec<crate::model::Spanned<(String, Known<String>)>> {
    let entries = object.at("metadata.labels").map(Node::entries).unwrap_or_default();
    let label = |entry: &crate::model::Entry| {
        let text = entry.value.text()?.to_owned();
        let value = if entry.value.is_opaque() { Known::Unknown(text) } else { Known::Is(text) };
        Some(entry.value.place((entry.key.value.clone(), value)))
    };
    entries.iter().take(256).filter_map(label).collect()
}
