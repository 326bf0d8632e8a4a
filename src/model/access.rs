//! Access objects: who may do what in a cluster, and what watches over it.

use std::rc::Rc;

use super::{FileId, Known, Selector, Severity, Span, Spanned, Variable};

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
    /// What else decides that it is there: the line of a kustomization that names its file.
    pub because: Vec<Span>,
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
    /// A namespace and its labels: names and values.
    Namespace(Vec<Spanned<(String, Known<String>)>>),
    /// An object that enforces something: an admission webhook, a policy of an engine, a quota.
    Guard(Guard),
    /// A daemon's or a client's settings, by their path: `icc`, `default-ulimits.nofile.Hard`; the
    /// items of a list each under its name.
    Daemon(Vec<Variable>),
}

/// A role.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// It counts in every namespace.
    pub cluster: bool,
    /// What it allows.
    pub rights: Vec<Spanned<Right>>,
    /// Roles that it is added to by an aggregation label: `admin`, `edit`, `view`.
    pub aggregates_to: Vec<Spanned<String>>,
    /// The labels of the roles whose rights it is given, whoever declares them.
    pub aggregates_from: Vec<Spanned<Selector>>,
    /// A hash of what it allows by itself, whatever it is called: see [`Role::spelled`].
    pub same: [u8; 32],
}

impl Role {
    /// What it allows, in words that are the same for two roles that allow the same.
    #[must_use]
    pub fn spelled(&self) -> String {
        let words = |list: &[Spanned<String>]| {
            let mut words: Vec<&str> = list.iter().map(|word| word.value.as_str()).collect();
            words.sort_unstable();
            words.join(" ")
        };
        let right = |right: &Spanned<Right>| {
            let Right { verbs, groups, resources, names, urls } = &right.value;
            [verbs, groups, resources, names, urls].map(|list| words(list)).join("\n")
        };
        let mut rights: Vec<String> = self.rights.iter().map(right).collect();
        rights.sort_unstable();
        rights.join("\n\n")
    }
}

/// One rule of a role: its verbs on its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// `get`, `*`, each with its place.
    pub verbs: Vec<Spanned<String>>,
    /// API groups, empty for the core group; `*`.
    pub groups: Vec<Spanned<String>>,
    /// `pods`, `pods/exec`, `*`.
    pub resources: Vec<Spanned<String>>,
    /// Only objects of these names; empty: all.
    pub names: Vec<Spanned<String>>,
    /// Paths that are no resources.
    pub urls: Vec<Spanned<String>>,
}

/// A binding of a role to subjects.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// It counts in every namespace.
    pub cluster: bool,
    /// `ClusterRole/cluster-admin`.
    pub role: Option<Spanned<Known<String>>>,
    /// `User/…`, `Group/…`, `ServiceAccount/namespace/name`.
    pub subjects: Vec<Spanned<String>>,
    /// The role, where it is declared beside it: what it gives is told there.
    pub declared: Option<Rc<Role>>,
}

/// Something that enforces.
#[derive(Clone, Debug)]
pub struct Guard {
    /// What kind of object: `ValidatingWebhookConfiguration`, `ClusterPolicy`.
    pub kind: String,
    /// How much its loss matters; `Info`: not at all.
    pub weight: Severity,
    /// What it says about being strict.
    pub checks: Vec<Spanned<Check>>,
    /// The pods declared beside it that it is for, by the identity of their network object; none:
    /// it is for whatever there is.
    pub protects: Vec<String>,
}

/// One thing that a guard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name: `failure policy of webhook a`, `enforcement`.
    pub name: String,
    /// How strict it is.
    pub stance: Stance,
    /// As written, or what holds where nothing is.
    pub value: String,
    /// Nothing is written.
    pub absent: bool,
}

/// How strict a guard is about something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// It turns away.
    Enforced,
    /// It can't be known.
    Unknown,
    /// Something is left out of it, or it waits for less: the more, the weaker.
    Narrowed(u64),
    /// It has so many entries: the higher, the fewer.
    Counted(u64),
    /// It only tells.
    Warns,
    /// It lets everything pass.
    Off,
    /// It takes something out of other guards: the more, the weaker.
    Exempts(u64),
}
