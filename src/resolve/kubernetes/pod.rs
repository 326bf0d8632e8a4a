//! Pods and pod templates, found by their shape wherever an object holds them.
//!
//! Source: Kubernetes API reference, "PodTemplateSpec v1 core"; Argo Workflows, "Template".

use super::object::{Object, is_nested};
use crate::model::{Content, Node, printable};

/// How deep an object is searched.
const DEPTH: usize = 24;
/// How many pods one object is read for.
const MOST: usize = 2_000;
/// Steps to a pod that say nothing about which one it is.
const USUAL: &[&str] = &["spec", "template", "jobTemplate", "podTemplate", "jobTargetRef"];
/// Objects that describe other objects, or hold a chart's values.
const OTHERS: &[(&str, &str)] = &[
    ("apiextensions.k8s.io", ""),
    ("admissionregistration.k8s.io", ""),
    ("kyverno.io", ""),
    ("policies.kyverno.io", ""),
    ("templates.gatekeeper.sh", ""),
    ("constraints.gatekeeper.sh", ""),
    ("mutations.gatekeeper.sh", ""),
    ("helm.toolkit.fluxcd.io", ""),
    ("kustomize.toolkit.fluxcd.io", ""),
    ("kustomize.config.k8s.io", ""),
    ("helm.cattle.io", ""),
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
];
/// Kinds whose pods a file may hold in part, for another one to be laid over.
const BUILT_IN: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("Deployment", "spec.template.spec"),
    ("StatefulSet", "spec.template.spec"),
    ("DaemonSet", "spec.template.spec"),
    ("ReplicaSet", "spec.template.spec"),
    ("ReplicationController", "spec.template.spec"),
    ("Job", "spec.template.spec"),
    ("CronJob", "spec.jobTemplate.spec.template.spec"),
    ("PodTemplate", "template.spec"),
    ("Rollout", "spec.template.spec"),
];
/// Kinds that take each other's place.
const SERVERS: &[&str] = &[
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "DeploymentConfig",
    "Rollout",
    "CloneSet",
    "PodTemplate",
];
const JOBS: &[&str] = &["Job", "CronJob", "ScaledJob", "CronTab", "Workflow", "CronWorkflow"];

/// A pod as an object declares it.
#[derive(Clone, Debug)]
pub(in crate::resolve) struct Pod<'a> {
    /// Its labels and annotations, where there are any.
    pub(in crate::resolve) metadata: Option<&'a Node>,
    /// Its containers, and what counts for all of them.
    pub(in crate::resolve) spec: &'a Node,
    /// What counts for all pods of the object, where its kind has such a thing.
    pub(super) outer: Option<&'a Node>,
    /// Which of the object's pods: the keys and names on the way, the usual ones left out.
    pub(super) within: String,
}

/// A container of a pod and the list that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed<'a> {
    pub(super) node: &'a Node,
    pub(super) role: Role,
    pub(super) index: usize,
}

/// What a container is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Init,
    Ephemeral,
    Sidecar,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Main => "container",
            Self::Init => "init container",
            Self::Ephemeral => "ephemeral container",
            Self::Sidecar => "sidecar",
        }
    }
}

impl<'a> Pod<'a> {
    /// A value that counts for all of its containers: its own, else what counts for all pods.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let of = |spec: Option<&'a Node>| spec?.get(key).filter(|value| !value.is_null());
        of(Some(self.spec)).or_else(|| of(self.outer))
    }

    /// A label or an annotation of the pod.
    pub(super) fn annotation(&self, key: &str) -> Option<&'a Node> {
        self.metadata?.get("annotations")?.get(key).filter(|value| !value.is_null())
    }

    /// Its containers, those of every list.
    pub(super) fn containers(&self) -> Vec<Listed<'a>> {
        const LISTS: &[(&str, Role)] = &[
            ("initContainers", Role::Init),
            ("containers", Role::Main),
            ("sidecars", Role::Sidecar),
            ("ephemeralContainers", Role::Ephemeral),
        ];
        let mut found = Vec::new();
        for &(list, role) in LISTS {
            let items = self.spec.get(list).map_or(&[][..], Node::items);
            for (index, node) in items.iter().enumerate().filter(|(_, node)| node.is_map()) {
                let kept = node.get("restartPolicy").and_then(Node::text) == Some("Always");
                let sidecar = role == Role::Init && kept;
                let role = if sidecar { Role::Sidecar } else { role };
                found.push(Listed { node, role, index });
            }
        }
        for key in ["container", "script"] {
            if let Some(node) = self.spec.get(key).filter(|node| node.is_map()) {
                found.push(Listed { node, role: Role::Main, index: 0 });
            }
        }
        found
    }
}

/// It describes other objects, or holds a chart's values: what looks like a container in it is none.
pub(super) fn describes(object: &Object) -> bool {
    OTHERS
        .iter()
        .any(|(group, kind)| object.group == *group && (kind.is_empty() || object.kind == *kind))
}

/// Every pod of an object.
pub(in crate::resolve) fn pods(object: &Object) -> Vec<Pod<'_>> {
    let mut found = Vec::new();
    if describes(object) {
        return found;
    }
    Search { object, found: &mut found }.look(&object.node, None, &mut Vec::new());
    if found.is_empty()
        && let Some((_, path)) = BUILT_IN.iter().find(|(kind, _)| object.kind == *kind)
        && let Some(spec) = object.at(path).filter(|spec| spec.is_map())
    {
        let above = path.rsplit_once('.').map_or(Some(&object.node), |(above, _)| object.at(above));
        let metadata = above.and_then(|above| above.get("metadata"));
        found.push(Pod { metadata, spec, outer: None, within: String::new() });
    }
    found
}

/// What groups the kinds whose containers take each other's place.
pub(super) fn family(object: &Object) -> &str {
    let kind = object.kind.as_str();
    match kind {
        _ if SERVERS.contains(&kind) => "workload",
        "Service" if object.group == "serving.knative.dev" => "workload",
        _ if JOBS.contains(&kind) => "job",
        _ => kind,
    }
}

struct Search<'a, 'f> {
    object: &'a Object,
    found: &'f mut Vec<Pod<'a>>,
}

impl<'a> Search<'a, '_> {
    fn look(&mut self, node: &'a Node, parent: Option<&'a Node>, steps: &mut Vec<String>) {
        if steps.len() > DEPTH || self.found.len() >= MOST {
            return;
        }
        if is_pod(node) {
            let metadata = parent.and_then(|parent| parent.get("metadata"));
            // A workflow's template carries both by itself.
            let metadata = node.get("metadata").or(metadata);
            let within = steps.iter().filter(|step| !USUAL.contains(&step.as_str()));
            let within = within.map(String::as_str).collect::<Vec<_>>().join("/");
            self.found.push(Pod { metadata, spec: node, outer: self.outer(), within });
            return;
        }
        match &node.content {
            Content::Map(entries) => {
                for entry in entries.iter().filter(|entry| holds_more(&entry.value)) {
                    steps.push(entry.key.value.clone());
                    self.look(&entry.value, Some(node), steps);
                    steps.pop();
                }
            }
            Content::List(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| holds_more(item)) {
                    let name = item.get("name").and_then(Node::text);
                    steps.push(name.map_or_else(|| index.to_string(), |name| printable(name, 60)));
                    self.look(item, Some(node), steps);
                    steps.pop();
                }
            }
            _ => {}
        }
    }

    /// What a workflow says for all of its templates.
    fn outer(&self) -> Option<&'a Node> {
        let argo = self.object.group == "argoproj.io";
        let path = if self.object.kind == "CronWorkflow" { "spec.workflowSpec" } else { "spec" };
        self.object.at(path).filter(|spec| argo && spec.get("templates").is_some())
    }
}

fn holds_more(node: &Node) -> bool {
    (node.is_map() || node.is_list()) && !is_nested(node)
}

/// It lists containers, or it is a workflow's step that runs one.
fn is_pod(node: &Node) -> bool {
    let is_container =
        |node: &Node| node.is_map() && (node.get("name").is_some() || node.get("image").is_some());
    let lists = |key: &str| node.get(key).is_some_and(|list| list.items().iter().any(is_container));
    let runs =
        |key: &str| node.get(key).is_some_and(|node| node.is_map() && node.get("image").is_some());
    lists("containers") || lists("initContainers") || runs("container") || runs("script")
}
