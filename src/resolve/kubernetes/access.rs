//! Access objects: roles and bindings, namespaces, and what watches over a cluster.

use super::guard;
use super::object::Object;
use super::rbac::{self, Roles};
use crate::model::{AccessKind, AccessObject, Declaration, Known, Node, Unit};

/// The units of the access objects among `objects`.
pub(super) fn units(objects: &[Object]) -> Vec<Declaration> {
    let roles = Roles::of(objects);
    objects.iter().filter_map(|object| unit(object, &roles)).collect()
}

fn unit(object: &Object, roles: &Roles) -> Option<Declaration> {
    let kind = match object.kind.as_str() {
        "Role" | "ClusterRole" if rbac::is_rbac(object) => AccessKind::Role(rbac::role(object)),
        "RoleBinding" | "ClusterRoleBinding" if rbac::is_rbac(object) => {
            AccessKind::Binding(rbac::binding(object, roles))
        }
        "Namespace" if object.group.is_empty() => AccessKind::Namespace(labels(object)),
        _ => AccessKind::Guard(guard::guard(object)?),
    };
    let (title, span) = (object.title(), object.node.span);
    let (file, head, identity) = (object.file.text.file, object.head, object.identity());
    let unit = AccessObject { file, identity, title: title.clone(), head, span, kind };
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
