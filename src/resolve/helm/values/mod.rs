//! Values of charts, judged by the shape that charts give them: what stands under
//! `securityContext`, `image`, `resources` means the same in nearly all of them.

mod data;
mod image;

use std::collections::HashSet;
use std::rc::Rc;

use crate::model::{
    Content, Entry, File, FileId, Node, Platform, Settings, Span, Spanned, Tree, Unit, printable,
};
use crate::resolve::Resolved;
use crate::resolve::kubernetes::{self, Object, Setting};

/// How deep values are looked through.
const DEPTH: usize = 12;
/// How many components and values one file is read for.
const MOST: usize = 2_000;

/// Lists of containers.
const CONTAINERS: &[&str] = &[
    "containers",
    "initContainers",
    "extraContainers",
    "sidecarContainers",
    "sidecars",
    "initExtraContainers",
    "extraInitContainers",
];

/// Places of values that templates of the tree have put in: they are judged there.
pub(super) type Used = HashSet<(FileId, u32)>;

/// Values and where they are written.
pub(super) struct Values<'a> {
    pub(super) root: Node,
    pub(super) file: &'a Rc<File>,
    /// Whose they are, in messages; empty for a file of values.
    pub(super) of: String,
}

/// What is used of `documents`.
pub(super) fn used(documents: &[Node], used: &mut Used) {
    let mut todo: Vec<&Node> = documents.iter().collect();
    while let Some(node) = todo.pop() {
        for place in std::iter::once(node.span).chain(node.because.iter().copied()) {
            used.insert((place.file, place.start));
        }
        todo.extend(node.items());
        todo.extend(node.entries().iter().map(|entry| &entry.value));
    }
}

/// The units of values.
pub(super) fn units(
    all: &[Values<'_>],
    used: &Used,
    tree: &dyn Tree,
    settings: &Settings,
) -> Resolved {
    let mut resolved = Resolved::default();
    for values in all {
        let mut walk = Walk { values, used, objects: Vec::new() };
        walk.look(&values.root, &mut Vec::new(), Around::default());
        let mut made = kubernetes::units(&walk.objects, tree, settings);
        for declaration in &mut made.units {
            if let Unit::Workload(workload) = &mut declaration.unit {
                workload.platform = Platform::Values;
                workload.title = title(&workload.title, &values.of);
                declaration.title.clone_from(&workload.title);
            }
        }
        resolved.add(made);
        resolved.units.extend(data::data(values));
    }
    resolved
}

/// How messages name what stands in values: by the path of its keys, and whose values they are.
fn title(made: &str, of: &str) -> String {
    let own = made.split_once(" of Values ").map_or(made, |(own, _)| own);
    let of = printable(of, 60);
    match (own, of.as_str()) {
        (TOP, "") => "values".to_owned(),
        (TOP, of) => format!("values of {of}"),
        (own, "") => format!("{own} of the values"),
        (own, of) => format!("{own} of {of}"),
    }
}

/// What the container is called that stands in values without a name around it.
const TOP: &str = "container top level";

/// What counts for all containers that stand in a map: what their pod says, and what all pods have.
#[derive(Clone, Copy, Default)]
struct Around<'a> {
    pods: Option<&'a Node>,
    pod: Option<&'a Node>,
}

impl<'a> Around<'a> {
    fn get(self, key: &str) -> Option<&'a Node> {
        let of = |node: Option<&'a Node>| node?.get(key).filter(|value| !value.is_null());
        of(self.pod).or_else(|| of(self.pods))
    }
}

/// Maps of containers by name: what is said of their pod stands beside them.
fn is_containers(node: &Node) -> bool {
    ["containers", "initContainers"].iter().any(|key| node.get(key).is_some_and(Node::is_map))
}

struct Walk<'a> {
    values: &'a Values<'a>,
    used: &'a Used,
    objects: Vec<Object>,
}

impl<'a> Walk<'a> {
    fn look(&mut self, node: &'a Node, path: &mut Vec<&'a str>, around: Around<'a>) {
        if path.len() > DEPTH || self.objects.len() >= MOST {
            return;
        }
        if self.pod(node, path) {
            return;
        }
        if node.is_map() {
            self.component(node, path, around);
        }
        let controllers = node.get("controllers").map(Node::entries).unwrap_or_default();
        let pods = controllers.iter().any(|entry| is_containers(&entry.value));
        let holds = is_containers(node);
        for entry in node.entries().iter().filter(|entry| entry.value.is_map()) {
            let key = entry.key.value.as_str();
            let around = match key {
                // They are no containers themselves.
                "pod" if holds => continue,
                "defaultPodOptions" if pods => continue,
                "controllers" if pods => Around { pods: node.get("defaultPodOptions"), pod: None },
                "containers" | "initContainers" => Around { pod: node.get("pod"), ..around },
                _ if path.last().is_some_and(|last| last.ends_with("ontainers")) => around,
                _ if path.last() == Some(&"controllers") => around,
                _ => Around::default(),
            };
            path.push(key);
            self.look(&entry.value, path, around);
            path.pop();
        }
    }

    /// A value that no template of the tree takes.
    fn own(&self, node: &'a Node, key: &str) -> Option<&'a Node> {
        let value = node.get(key)?;
        let taken = |node: &Node| self.used.contains(&(node.span.file, node.span.start));
        let parts = value.entries().iter().any(|entry| taken(&entry.value));
        (!taken(value) && !parts).then_some(value)
    }

    /// Pods as Kubernetes writes them, handed on as they are; containers that join others.
    fn pod(&mut self, node: &'a Node, path: &[&str]) -> bool {
        let listed = |key: &&&str| {
            let list = node.get(key).map(Node::items).unwrap_or_default();
            list.first().is_some_and(|item| item.get("image").is_some() || named(item))
        };
        let keys: Vec<&str> = CONTAINERS.iter().filter(listed).copied().collect();
        let lists: Vec<Entry> = keys
            .iter()
            .filter_map(|key| {
                let to = if key.starts_with("init") { "initContainers" } else { "containers" };
                Some(entry(to, self.own(node, key)?.clone()))
            })
            .collect();
        if lists.is_empty() {
            return false;
        }
        let whole = keys.contains(&"containers");
        let spec = if whole { node.clone() } else { map(lists, node.span) };
        let path = if whole { path.to_vec() } else { [path, &keys[..1]].concat() };
        self.push("Values", &path, vec![entry("spec", spec)], node.span);
        whole
    }

    fn component(&mut self, node: &'a Node, path: &[&str], around: Around<'a>) {
        let named = path.len().checked_sub(2).and_then(|at| path.get(at));
        let listed_by_name = matches!(named, Some(&("containers" | "initContainers")));
        let around = if listed_by_name { around } else { Around::default() };
        let mut container = Vec::new();
        let mut spec = Vec::new();
        container.extend(self.image(node, path).map(|image| entry("image", image)));
        for (from, to) in [
            ("securityContext", "securityContext"),
            ("containerSecurityContext", "securityContext"),
            ("resources", "resources"),
            ("extraEnv", "env"),
            ("extraEnvVars", "env"),
            ("env", "env"),
            ("extraVolumeMounts", "volumeMounts"),
            ("volumeMounts", "volumeMounts"),
            ("args", "args"),
            ("extraArgs", "args"),
            ("command", "command"),
        ] {
            if let Some(value) = self.own(node, from) {
                container.push(entry(to, listed(to, value)));
            }
        }
        for (from, to) in [
            ("podSecurityContext", "securityContext"),
            ("hostNetwork", "hostNetwork"),
            ("hostPID", "hostPID"),
            ("hostIPC", "hostIPC"),
            ("automountServiceAccountToken", "automountServiceAccountToken"),
        ] {
            let value = self.own(node, from).or_else(|| around.get(to));
            spec.extend(value.map(|value| entry(to, value.clone())));
        }
        let volumes = self.volumes(node);
        if !volumes.is_empty() {
            spec.push(entry("volumes", list(volumes, node.span)));
        }
        if let Some(account) = node.get("serviceAccount") {
            let token = ["automount", "automountServiceAccountToken"];
            let token = token.iter().find_map(|key| self.own(account, key));
            spec.extend(token.map(|value| entry("automountServiceAccountToken", value.clone())));
        }
        if let Some(privileged) = self.own(node, "privileged").filter(|node| node.text().is_some())
        {
            let context = map(vec![entry("privileged", privileged.clone())], privileged.span);
            container.push(entry("securityContext", context));
        }
        self.network(node, path);
        // A list of variables alone says too little to be a container.
        let says = container.iter().any(|entry| {
            let key = entry.key.value.as_str();
            matches!(key, "image" | "securityContext")
                || key == "resources" && is_resources(&entry.value)
        });
        if !says && spec.is_empty() {
            return;
        }
        let name = if path.is_empty() { "top level".to_owned() } else { path.join(".") };
        container.insert(0, entry("name", Node::scalar(name, false, node.span)));
        let span = node.span;
        spec.push(entry("containers", list(vec![map(container, span)], span)));
        self.push("Values", path, vec![entry("spec", map(spec, span))], span);
    }

    /// Volumes as Kubernetes writes them, and a path of the host that stands by itself.
    fn volumes(&self, node: &'a Node) -> Vec<Node> {
        let listed = ["extraVolumes", "volumes"].iter().filter_map(|key| self.own(node, key));
        let mut volumes: Vec<Node> = listed.flat_map(Node::items).cloned().collect();
        let off = node.get("enabled").and_then(Node::boolean) == Some(false);
        let other = node.get("type").and_then(Node::text).is_some_and(|kind| kind != "hostPath");
        if let Some(path) = self.own(node, "hostPath").filter(|_| !off && !other) {
            let from = match path.text() {
                Some(text) if text.starts_with('/') => {
                    map(vec![entry("path", path.clone())], path.span)
                }
                Some(_) => return volumes,
                None => path.clone(),
            };
            let name = Node::scalar("hostPath", false, path.span);
            volumes.push(map(vec![entry("name", name), entry("hostPath", from)], path.span));
        }
        volumes
    }

    /// What leads to the pods, and what keeps others away.
    fn network(&mut self, node: &'a Node, path: &[&str]) {
        let under = |key: &'static str| {
            let inner = node.get(key).filter(|inner| inner.is_map())?;
            Some((inner, [path, &[key]].concat()))
        };
        if let Some((service, path)) = under("service")
            && self.own(service, "type").is_some()
        {
            let metadata =
                service.get("annotations").map(|value| entry("annotations", value.clone()));
            let parts = vec![
                entry("metadata", map(metadata.into_iter().collect(), service.span)),
                entry("spec", service.clone()),
            ];
            self.push("Service", &path, parts, service.span);
        }
        if let Some((policy, path)) = under("networkPolicy")
            && let Some(enabled) = self.enabled(policy)
        {
            let selector = map(Vec::new(), enabled.span);
            let spec = map(vec![entry("podSelector", selector)], enabled.span);
            self.push("NetworkPolicy", &path, vec![entry("spec", spec)], enabled.span);
        }
        if let Some((ingress, path)) = under("ingress")
            && self.enabled(ingress).is_some()
        {
            let metadata =
                ingress.get("annotations").map(|value| entry("annotations", value.clone()));
            let rules = ingress.get("hosts").map(|hosts| entry("rules", rules(hosts)));
            let tls = ingress.get("tls").map(|value| entry("tls", value.clone()));
            let parts = vec![
                entry("metadata", map(metadata.into_iter().collect(), ingress.span)),
                entry("spec", map(rules.into_iter().chain(tls).collect(), ingress.span)),
            ];
            self.push("Ingress", &path, parts, ingress.span);
        }
    }

    fn enabled(&self, node: &'a Node) -> Option<&'a Node> {
        self.own(node, "enabled").filter(|value| value.boolean() == Some(true))
    }

    fn push(&mut self, kind: &str, path: &[&str], parts: Vec<Entry>, span: Span) {
        let path = if path.is_empty() { "values".to_owned() } else { path.join(".") };
        let of = &self.values.of;
        let name = if of.is_empty() { path } else { format!("{path} of {of}") };
        let group = if kind == "Service" || kind == "Values" { "" } else { "networking.k8s.io" };
        let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        self.objects.push(Object {
            api_version: version,
            kind: kind.to_owned(),
            group: group.to_owned(),
            namespace: None,
            name: Some(Spanned::new(name, span)),
            node: map(parts, span),
            file: Rc::clone(self.values.file),
            head: Span { end_line: span.line, end: span.start, ..span },
            setting: Setting::default(),
        });
    }
}

/// What a list of containers has where it names no image.
fn named(item: &Node) -> bool {
    let has = |key: &str| item.get(key).is_some();
    has("name") && (has("securityContext") || has("volumeMounts") || has("command"))
}

fn is_resources(node: &Node) -> bool {
    node.get("limits").is_some() || node.get("requests").is_some()
}

/// Variables are written as a map as well.
fn listed(key: &str, node: &Node) -> Node {
    if key != "env" || !node.is_map() {
        return node.clone();
    }
    let item = |pair: &Entry| {
        let name = Node::scalar(pair.key.value.clone(), false, pair.key.span);
        map(vec![entry("name", name), entry("value", pair.value.clone())], pair.key.span)
    };
    let items = node.entries().iter().filter(|entry| entry.value.text().is_some()).map(item);
    Node { content: Content::List(Rc::new(items.collect())), ..node.clone() }
}

/// Hosts of an Ingress are written by their names alone as well.
fn rules(hosts: &Node) -> Node {
    let rule = |host: &Node| match host.text() {
        Some(_) => map(vec![entry("host", host.clone())], host.span),
        None => host.clone(),
    };
    list(hosts.items().iter().map(rule).collect(), hosts.span)
}

fn list(items: Vec<Node>, span: Span) -> Node {
    Node::new(Content::List(Rc::new(items)), span)
}

fn map(entries: Vec<Entry>, span: Span) -> Node {
    Node::new(Content::Map(Rc::new(entries)), span)
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: Spanned::new(key.to_owned(), value.span), value }
}
