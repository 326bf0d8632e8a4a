//! Rights of a cluster by what they are good for.
//!
//! Source: Kubernetes documentation, "Role Based Access Control Good Practices".

use crate::model::{Right, Spanned};

/// How much a right is worth to who has no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Weight {
    Critical,
    High,
    Medium,
    Low,
}

/// Rights that are good for one thing.
#[derive(Debug)]
pub(in crate::rules) struct Class {
    /// What for.
    pub(in crate::rules) name: &'static str,
    pub(in crate::rules) weight: Weight,
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
    /// Objects of these names are what it is about; none: any.
    names: &'static [&'static str],
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch", "delete", "deletecollection"];
const ALL_WRITE: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
/// What `*` stands for on most resources.
const VERBS: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];
const RBAC: &[&str] = &["rbac.authorization.k8s.io"];
const CORE: &[&str] = &[""];

const fn class(
    name: &'static str,
    weight: Weight,
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
) -> Class {
    Class { name, weight, groups, resources, verbs, names: &[] }
}

/// Every class.
pub(in crate::rules) const CLASSES: &[Class] = &[
    class(
        "escalating and binding roles",
        Weight::Critical,
        RBAC,
        &["roles", "clusterroles"],
        &["escalate", "bind"],
    ),
    class(
        "impersonating",
        Weight::Critical,
        &["", "authentication.k8s.io"],
        &["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/scopes"],
        &["impersonate"],
    ),
    class("reading secrets", Weight::High, CORE, &["secrets"], READ),
    class("changing secrets", Weight::Medium, CORE, &["secrets"], CHANGE),
    class(
        "running commands in pods",
        Weight::High,
        CORE,
        &["pods/exec", "pods/attach"],
        &["create", "get"],
    ),
    class(
        "adding containers to running pods",
        Weight::High,
        CORE,
        &["pods/ephemeralcontainers"],
        &["update", "patch"],
    ),
    class(
        "forwarding ports of pods",
        Weight::Medium,
        CORE,
        &["pods/portforward"],
        &["create", "get"],
    ),
    class("the API of kubelets", Weight::High, CORE, &["nodes/proxy"], &["get", "create"]),
    class(
        "changing roles and bindings",
        Weight::High,
        RBAC,
        &["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
        WRITE,
    ),
    class(
        "changing admission",
        Weight::High,
        &["admissionregistration.k8s.io"],
        &[
            "validatingwebhookconfigurations",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
        ],
        ALL_WRITE,
    ),
    class(
        "approving certificates",
        Weight::High,
        &["certificates.k8s.io"],
        &["certificatesigningrequests/approval", "signers"],
        &["update", "patch", "approve", "sign"],
    ),
    class(
        "issuing tokens of accounts",
        Weight::High,
        CORE,
        &["serviceaccounts/token"],
        &["create"],
    ),
    Class {
        names: &["aws-auth"],
        ..class("changing who the cloud lets in", Weight::High, CORE, &["configmaps"], WRITE)
    },
    class(
        "changing API services",
        Weight::Medium,
        &["apiregistration.k8s.io"],
        &["apiservices"],
        WRITE,
    ),
    class(
        "creating pods",
        Weight::Medium,
        &["", "apps", "batch", "extensions"],
        &[
            "pods",
            "replicationcontrollers",
            "deployments",
            "daemonsets",
            "statefulsets",
            "replicasets",
            "jobs",
            "cronjobs",
        ],
        WRITE,
    ),
    class("creating volumes of nodes", Weight::Medium, CORE, &["persistentvolumes"], &["create"]),
    class(
        "changing nodes",
        Weight::Medium,
        CORE,
        &["nodes", "nodes/status"],
        &["update", "patch", "delete"],
    ),
    class(
        "changing network policies",
        Weight::Medium,
        &["networking.k8s.io", "crd.projectcalico.org", "cilium.io"],
        &["networkpolicies", "ciliumnetworkpolicies", "globalnetworkpolicies"],
        ALL_WRITE,
    ),
    class(
        "deleting namespaces",
        Weight::Medium,
        CORE,
        &["namespaces"],
        &["delete", "deletecollection"],
    ),
    class(
        "changing what leads to pods",
        Weight::Low,
        &["", "networking.k8s.io", "discovery.k8s.io"],
        &["services", "services/status", "endpoints", "endpointslices", "ingresses"],
        WRITE,
    ),
    class("changing ConfigMaps", Weight::Low, CORE, &["configmaps"], &["update", "patch"]),
    class(
        "deleting events",
        Weight::Low,
        &["", "events.k8s.io"],
        &["events"],
        &["delete", "deletecollection"],
    ),
];

impl Class {
    /// The words of a rule that give it: where the first of them stands, and the others.
    pub(in crate::rules) fn of(&self, right: &Spanned<Right>) -> Option<Spanned<()>> {
        let Right { verbs, groups, resources, .. } = &right.value;
        let group = groups.iter().find(|group| one_of(&group.value, self.groups))?;
        let resource = resources.iter().find(|one| self.resource(&one.value))?;
        let verb = verbs.iter().find(|verb| one_of(&verb.value, self.verbs))?;
        let named = right.value.names.iter().any(|name| self.names.contains(&name.value.as_str()));
        (self.names.is_empty() || named).then(|| place(right, [verb, resource, group]))
    }

    /// The names that a rule gives are what the class is about.
    pub(in crate::rules) fn by_name(&self, right: &Spanned<Right>) -> bool {
        right.value.names.iter().any(|name| self.names.contains(&name.value.as_str()))
    }

    fn resource(&self, written: &str) -> bool {
        let takes = |own: &&'static str| match written.split_once('/') {
            Some(("*", sub)) => {
                own.split_once('/').is_some_and(|(_, own)| own == sub || sub == "*")
            }
            Some((resource, "*")) => own.split_once('/').is_some_and(|(own, _)| own == resource),
            _ => written == "*" || written == *own,
        };
        self.resources.iter().any(takes)
    }
}

fn one_of(written: &str, own: &[&str]) -> bool {
    written == "*" || own.contains(&written)
}

/// The places of some words: those that are told of first may be the ones that changed.
fn place<'a>(
    right: &Spanned<Right>,
    words: impl IntoIterator<Item = &'a Spanned<String>>,
) -> Spanned<()> {
    let mut places = words.into_iter().flat_map(Spanned::places).chain([right.span]);
    let span = places.next().unwrap_or(right.span);
    Spanned { value: (), span, because: places.collect() }
}

/// Every verb is there, by `*` or by name.
fn all_verbs(right: &Right) -> Option<&Spanned<String>> {
    let has = |verb: &&str| right.verbs.iter().any(|written| written.value == *verb);
    let star = right.verbs.iter().find(|verb| verb.value == "*");
    star.or_else(|| right.verbs.last().filter(|_| VERBS.iter().all(has)))
}

/// Every verb on every resource of every group.
pub(in crate::rules) fn every_right(right: &Spanned<Right>) -> Option<Spanned<()>> {
    let star = |list: &'_ [Spanned<String>]| list.iter().position(|word| word.value == "*");
    let Right { groups, resources, names, .. } = &right.value;
    let verb = all_verbs(&right.value)?;
    let (group, resource) = (groups.get(star(groups)?)?, resources.get(star(resources)?)?);
    names.is_empty().then(|| place(right, [verb, resource, group]))
}

/// Resources of Kubernetes itself on which every verb is allowed.
pub(in crate::rules) fn every_verb(right: &Spanned<Right>) -> Vec<(String, Spanned<()>)> {
    let own = |group: &&Spanned<String>| {
        let group = group.value.as_str();
        !group.contains('.') || group.ends_with(".k8s.io")
    };
    let Some(verb) = all_verbs(&right.value) else { return Vec::new() };
    let Some(group) = right.value.groups.iter().find(own) else { return Vec::new() };
    let resources = right.value.resources.iter();
    resources.map(|one| (one.value.clone(), place(right, [verb, one, group]))).collect()
}
