//! Access objects: who may do what in a cluster, and what watches over it.

use super::{FileId, Span, Spanned, Variable};

/// A role and its bindings, a namespace's guard, an admission policy.
#[derive(Clone, Debug)]
pub struct AccessObject {
    /// The file that declares it.
    pub file: FileId,
    /// What makes it the same one in another file: `ClusterRole//reader`.
    pub identity: String,
    /// How messages name it: `ClusterRole reader`.
    pub title: String,
    /// Where an absence shows: its name.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: AccessKind,
}

/// The kinds of access object.
#[derive(Clone, Debug)]
pub enum AccessKind {
    /// Role, ClusterRole.
    Role(Role),
    /// RoleBinding, ClusterRoleBinding.
    Binding(Binding),
    /// A namespace and the level of Pod Security that its labels ask for.
    Namespace(Vec<Spanned<Variable>>),
    /// An object that enforces something: an admission webhook, a policy of an engine, a quota.
    Guard(Guard),
}

/// A role.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// It counts in every namespace.
    pub cluster: bool,
    /// What it allows, one verb on one resource each.
    pub rights: Vec<Spanned<Right>>,
    /// Roles that it is added to by an aggregation label: `admin`, `edit`, `view`.
    pub aggregates_to: Vec<Spanned<String>>,
}

/// A verb on a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Right {
    /// `get`, `*`.
    pub verb: String,
    /// The API group, empty for the core group; `*`.
    pub group: String,
    /// `pods`, `pods/exec`, `*`; a path for non-resource URLs.
    pub resource: String,
    /// Only objects of certain names.
    pub named: bool,
}

/// A binding of a role to subjects.
#[derive(Clone, Debug)]
pub struct Binding {
    /// It counts in every namespace.
    pub cluster: bool,
    /// `ClusterRole/cluster-admin`.
    pub role: Option<Spanned<String>>,
    /// `User/…`, `Group/…`, `ServiceAccount/namespace/name`.
    pub subjects: Vec<Spanned<String>>,
}

/// Something that enforces.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What kind of object: `ValidatingWebhookConfiguration`, `ClusterPolicy`.
    pub kind: String,
    /// What it says about being strict, by name: `failurePolicy`, `validationFailureAction`.
    pub settings: Vec<Spanned<Variable>>,
}
