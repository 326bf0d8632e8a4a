//! One container of a pod, with all that counts for it.
//!
//! Source: Kubernetes API reference, "Container v1 core", "PodSpec v1 core".

use super::command::{self, Commands};
use super::object::Object;
use super::pod::{Listed, Pod, Role, family};
use super::security::{self, Context};
use super::value::{switch, text, value, variables, written};
use super::volume::{self, Others};
use super::{environment, quantity};
use crate::model::{
    Base, Declaration, Host, ImageRef, Known, Node, Platform, Published, Spanned, Switch, Tree,
    Unit, Variable, Workload, printable,
};

/// What is the same for all containers of a pod.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) object: &'a Object,
    pub(super) pod: &'a Pod<'a>,
    pub(super) others: Others<'a>,
    pub(super) tree: &'a dyn Tree,
}

/// The containers of a pod, or of a part of one what it says for all of them.
pub(super) fn containers(whole: Whole<'_>) -> Vec<Declaration> {
    let listed = whole.pod.containers();
    if listed.is_empty() {
        let spec = whole.pod.spec;
        let part = Listed { node: spec, role: Role::Main, index: 0 };
        return vec![declare(whole.object, whole.part(part), spec)];
    }
    let nodes: Vec<&Node> = listed.iter().map(|container| container.node).collect();
    // One of them answers for the pod, the same one in whatever order they stand.
    let rank = |container: &Listed<'_>| {
        let name = container.node.get("name").and_then(Node::text).unwrap_or_default();
        (container.role != Role::Main, name.to_owned())
    };
    let spokesman = (0..listed.len()).min_by_key(|&at| listed.get(at).map(rank));
    let mut found = Vec::new();
    for (index, container) in listed.iter().enumerate() {
        let mut workload = whole.container(*container);
        if Some(index) == spokesman {
            workload.mounts.extend(volume::unmounted(whole.pod, &nodes));
            workload.labels.extend(annotations(whole.object, whole.pod));
        }
        found.push(declare(whole.object, workload, container.node));
    }
    found
}

fn declare(object: &Object, workload: Workload, node: &Node) -> Declaration {
    let title = workload.title.clone();
    object.declare(Unit::Workload(Box::new(workload)), title, node.span)
}

/// What the object says of itself, where that is not what its pod says.
fn annotations(object: &Object, pod: &Pod<'_>) -> Vec<Variable> {
    let Some(metadata) = object.at("metadata") else { return Vec::new() };
    let same = pod.metadata.is_some_and(|pod| pod.span == metadata.span);
    if same { Vec::new() } else { labels(Some(metadata)) }
}

fn labels(metadata: Option<&Node>) -> Vec<Variable> {
    let lists = ["labels", "annotations"].into_iter();
    lists.flat_map(|key| variables(metadata.and_then(|metadata| metadata.get(key)))).collect()
}

impl Whole<'_> {
    fn container(self, listed: Listed<'_>) -> Workload {
        let (pod, node) = (self.pod, listed.node);
        let name = name(listed);
        let head = head(node);
        let title =
            format!("{} {} of {}", listed.role.name(), printable(&name, 60), self.pod_title());
        // Without an image it is a part of one that another file lays it over.
        let part = written(node.get("image")).is_none();
        let platform = if part { Platform::Values } else { Platform::Kubernetes };
        let mut workload = Workload::new(platform, self.identity(&name), title, head);
        workload.span = node.span;
        workload.image = written(node.get("image")).and_then(image);
        workload.pull_policy = text(node.get("imagePullPolicy"));
        security::apply(&Context::of(pod, node), pod, &name, &mut workload);
        workload.mounts = volume::mounts(pod, node, self.others, self.object.namespace());
        workload.restart = text(node.get("restartPolicy"));
        let resources = |key: &str| {
            let own = node.get("resources").and_then(|resources| resources.get(key));
            let all = pod.get("resources").and_then(|resources| resources.get(key));
            let mut found = quantity::limits(own);
            for limit in quantity::limits(all) {
                if found.iter().all(|own| own.value.resource != limit.value.resource) {
                    found.push(limit);
                }
            }
            found
        };
        (workload.limits, workload.requests) = (resources("limits"), resources("requests"));
        (workload.exposed, workload.ports) = ports(node);
        workload.environment = environment::of(node);
        let Commands { entrypoint, command, others, values } =
            command::of(node, &workload.environment, self.tree);
        (workload.entrypoint, workload.command) = (entrypoint, command);
        (workload.commands, workload.values) = (others, values);
        workload.healthcheck = probe(node);
        self.shared(&mut workload);
        self.token(Some(node), &mut workload);
        workload
    }

    /// What a part of a pod says that lists no container.
    fn part(self, listed: Listed<'_>) -> Workload {
        let head = self.object.head;
        let mut workload =
            Workload::new(Platform::Values, self.identity(""), self.pod_title(), head);
        workload.span = listed.node.span;
        // The pod's own context is all there is.
        let nothing = Node::new(crate::model::Content::Null, head);
        security::apply(&Context::of(self.pod, &nothing), self.pod, "", &mut workload);
        workload.mounts = volume::unmounted(self.pod, &[]);
        workload.labels = annotations(self.object, self.pod);
        self.shared(&mut workload);
        self.token(None, &mut workload);
        workload
    }

    /// What the pod says for all of its containers.
    fn shared(self, workload: &mut Workload) {
        let pod = self.pod;
        workload.labels.extend(labels(pod.metadata));
        workload.restart = workload.restart.take().or_else(|| text(pod.get("restartPolicy")));
        workload.runtime = text(pod.get("runtimeClassName"));
        let account = || text(pod.get("serviceAccount"));
        workload.service_account = text(pod.get("serviceAccountName")).or_else(account);
        let aliases = pod.get("hostAliases").map_or(&[][..], Node::items).iter();
        workload.extra_hosts = aliases.flat_map(alias).collect();
    }

    /// Whether a token of the account is mounted: by itself, or as a volume that asks for one.
    fn token(self, container: Option<&Node>, workload: &mut Workload) {
        let name = workload.service_account.as_ref().map_or("default", |name| &name.value);
        let account = self.others.find("ServiceAccount", Some(self.object.namespace()), name);
        let of = |node: Option<&Node>| switch(node?.get("automountServiceAccountToken"));
        let own = switch(self.pod.get("automountServiceAccountToken"));
        workload.service_token = own.or_else(|| of(account.map(|account| &account.node)));
        for token in container.map_or_else(Vec::new, |node| volume::tokens(self.pod, node)) {
            if token.audience.is_none() {
                workload.service_token = Some(token.place.with(Known::Is(true)));
            }
            workload.options.push(token.option());
        }
    }

    fn identity(self, container: &str) -> String {
        let object = self.object.identity_as(family(self.object));
        format!("{object}/{}/{container}", self.pod.within)
    }

    fn pod_title(self) -> String {
        let object = self.object.title();
        match self.pod.within.as_str() {
            "" => object,
            within => format!("{} of {object}", printable(within, 80)),
        }
    }
}

fn head(node: &Node) -> crate::model::Span {
    let first = node.entries().first().map_or(node.span, |entry| entry.key.span);
    node.get("name").map_or(first, |name| name.span)
}

fn name(listed: Listed<'_>) -> String {
    let name = listed.node.get("name").and_then(Node::text);
    name.map_or_else(
        || if listed.index == 0 { "main".to_owned() } else { listed.index.to_string() },
        str::to_owned,
    )
}

/// An image's reference; blanks around it are no part of it.
pub(super) fn image(node: &Node) -> Option<Spanned<Base>> {
    let text = node.text()?.trim();
    let base = match ImageRef::parse(text) {
        Ok(image) if !node.is_opaque() => Base::Image(image),
        _ => Base::Unknown(text.to_owned()),
    };
    Some(node.place(base))
}

/// Ports listened on, and those of them that a port of the node leads to.
fn ports(node: &Node) -> (Vec<Spanned<Published>>, Vec<Spanned<Published>>) {
    let (mut exposed, mut published) = (Vec::new(), Vec::new());
    for item in node.get("ports").map_or(&[][..], Node::items) {
        let Some(inner) = item.get("containerPort").filter(|port| !port.is_null()) else {
            continue;
        };
        let protocol = item.get("protocol").and_then(Node::text).unwrap_or("TCP").to_lowercase();
        let port = Published {
            host: Host::Every,
            published: None,
            container: range(inner),
            text: format!("{}/{protocol}", inner.text().unwrap_or_default()),
            protocol,
        };
        if let Some(outer) = written(item.get("hostPort")).filter(|port| port.integer() != Some(0))
        {
            let (host, because) = host(item.get("hostIP"));
            let text = format!("{}:{}", outer.text().unwrap_or_default(), port.text);
            let port = Published { host, published: range(outer), text, ..port.clone() };
            published.push(outer.place(port).because(because));
        }
        exposed.push(inner.place(port));
    }
    (exposed, published)
}

fn range(node: &Node) -> Option<(u16, u16)> {
    let port = u16::try_from(node.integer().filter(|_| !node.is_opaque())?).ok()?;
    Some((port, port))
}

fn host(address: Option<&Node>) -> (Host, Option<crate::model::Span>) {
    let Some((node, text)) = written(address).and_then(|node| Some((node, node.text()?))) else {
        return (Host::Every, None);
    };
    let host = match text {
        _ if node.is_opaque() => Host::Unknown(text.to_owned()),
        "" | "0.0.0.0" | "::" => Host::Every,
        "::1" => Host::Loopback,
        _ if text.starts_with("127.") => Host::Loopback,
        _ => Host::Address(text.to_owned()),
    };
    (host, Some(node.span))
}

fn probe(node: &Node) -> Option<Switch> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    let probe = probes.into_iter().find_map(|key| written(node.get(key)))?;
    Some(probe.place(Known::Is(true)))
}

/// `{ip: 10.0.0.1, hostnames: [a, b]}`.
fn alias(node: &Node) -> Vec<Variable> {
    let address = node.get("ip").and_then(value);
    let names = node.get("hostnames").map_or(&[][..], Node::items).iter();
    let names = names.filter_map(|name| {
        let place = name.place(()).because(address.iter().map(|address| address.span));
        let value = address.as_ref().map(|address| address.value.clone());
        Some(Variable { name: name.text()?.to_owned(), value, place })
    });
    names.collect()
}
