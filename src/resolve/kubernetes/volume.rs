//! What a container mounts: its own list joined with the pod's volumes, and claims with the
//! volumes behind them.
//!
//! Source: Kubernetes documentation, "Volumes", "Persistent Volumes", "Projected Volumes".

use super::object::Object;
use super::pod::Pod;
use super::value::{text, written};
use crate::model::{
    Declaration, Mount, MountKind, Node, Platform, Spanned, Unit, Value, Variable, Workload,
};

/// The objects that others refer to by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Others<'a>(pub(super) &'a [Object]);

impl<'a> Others<'a> {
    /// The object of a kind and a name, in a namespace where its kind has one.
    pub(super) fn find(
        self,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'a Object> {
        self.0.iter().find(|object| {
            object.kind == kind
                && object.name() == name
                && namespace.is_none_or(|namespace| object.namespace() == namespace)
        })
    }

    /// The path of the host behind a claim, where claim and volume are both here.
    fn behind(self, claim: &str, namespace: &str) -> Option<Spanned<String>> {
        let bound = |volume: &Object| {
            let names = |key: &str| volume.at(key).and_then(Node::text).unwrap_or_default();
            let other = names("spec.claimRef.namespace");
            names("spec.claimRef.name") == claim
                && (if other == "default" { "" } else { other }) == namespace
        };
        let named = self.find("PersistentVolumeClaim", Some(namespace), claim);
        let named = named.and_then(|claim| claim.at("spec.volumeName")).and_then(Node::text);
        let volume = match named {
            Some(volume) => self.find("PersistentVolume", None, volume),
            None => self.0.iter().find(|object| object.kind == "PersistentVolume" && bound(object)),
        };
        host_path(volume?.at("spec")?)
    }
}

/// The path of the host that a volume stands for.
pub(super) fn host_path(volume: &Node) -> Option<Spanned<String>> {
    let of = |key: &str| text(volume.get(key)?.get("path"));
    of("hostPath").or_else(|| of("local"))
}

/// A volume that is a path of the host, by itself: whoever claims it gets the path.
pub(super) fn persistent(object: &Object) -> Option<Declaration> {
    let spec = object.at("spec").filter(|_| object.kind == "PersistentVolume")?;
    let path = host_path(spec)?;
    let title = object.title();
    let mut workload =
        Workload::new(Platform::Values, object.identity(), title.clone(), object.head);
    workload.span = object.node.span;
    workload.mounts.push(path.with(host(&path.value, spec)));
    Some(object.declare(Unit::Workload(Box::new(workload)), title, object.node.span))
}

/// What one container mounts. One of a pod also answers for the paths of the host that no container
/// mounts: the pod declares them for whoever comes next.
pub(super) fn mounts(
    pod: &Pod<'_>,
    container: &Node,
    others: Others<'_>,
    namespace: &str,
) -> Vec<Spanned<Mount>> {
    let volumes = volumes(pod);
    let items = container.get("volumeMounts").map_or(&[][..], Node::items).iter();
    let items = items.chain(container.get("volumeDevices").map_or(&[][..], Node::items));
    let mut found = Vec::new();
    for item in items {
        let Some(name) = item.get("name").and_then(Node::text) else { continue };
        let named = |volume: &&Node| volume.get("name").and_then(Node::text) == Some(name);
        let volume = volumes.iter().copied().find(named);
        let mut mount = match volume {
            Some(volume) => source(volume, others, namespace),
            None => item.place(plain(MountKind::Volume, name)),
        };
        mount.because.push(item.span);
        at(item, &mut mount.value);
        found.push(mount);
    }
    found
}

/// A token that a projected volume asks for.
pub(super) struct Token {
    pub(super) place: Spanned<()>,
    /// Whom it is for; `None`: the cluster's API.
    pub(super) audience: Option<String>,
    seconds: Option<String>,
}

impl Token {
    /// `projected-token=vault, 3600 seconds`.
    pub(super) fn option(self) -> Variable {
        let audience = self.audience.as_deref().unwrap_or("the cluster's API");
        let text = format!("{audience}, {} seconds", self.seconds.as_deref().unwrap_or("3600"));
        let value = Some(Value { text, unknown: false });
        Variable { name: "projected-token".to_owned(), value, place: self.place }
    }
}

/// The tokens of projected volumes that a container mounts.
pub(super) fn tokens(pod: &Pod<'_>, container: &Node) -> Vec<Token> {
    let items = container.get("volumeMounts").map_or(&[][..], Node::items).iter();
    let names: Vec<&str> = items.filter_map(|item| item.get("name")?.text()).collect();
    let volumes = volumes(pod).into_iter().filter(|volume| {
        volume.get("name").and_then(Node::text).is_some_and(|name| names.contains(&name))
    });
    let sources = volumes.filter_map(|volume| volume.at("projected.sources"));
    let tokens = sources.flat_map(Node::items).filter_map(|source| {
        let entry = source.entry("serviceAccountToken")?;
        let of = |key: &str| entry.value.get(key).and_then(Node::text).map(str::to_owned);
        let place = if entry.value.is_null() { entry.key.with(()) } else { entry.value.place(()) };
        Some(Token { place, audience: of("audience"), seconds: of("expirationSeconds") })
    });
    tokens.collect()
}

/// The paths of the host that a pod declares and no container of it mounts.
pub(super) fn unmounted(pod: &Pod<'_>, containers: &[&Node]) -> Vec<Spanned<Mount>> {
    let mounts = containers.iter().filter_map(|container| container.get("volumeMounts"));
    let used: Vec<&str> =
        mounts.flat_map(Node::items).filter_map(|mount| mount.get("name")?.text()).collect();
    let left = volumes(pod).into_iter().filter(|volume| {
        volume.get("name").and_then(Node::text).is_some_and(|name| !used.contains(&name))
    });
    let host = left.filter_map(|volume| {
        let path = host_path(volume)?;
        // Nothing is written before somebody mounts it.
        let mount = Mount { read_only: true, ..host(&path.value, volume) };
        Some(path.with(mount))
    });
    host.collect()
}

fn volumes<'a>(pod: &Pod<'a>) -> Vec<&'a Node> {
    let lists = [Some(pod.spec), pod.outer];
    let lists = lists.into_iter().flatten().filter_map(|spec| spec.get("volumes"));
    lists.flat_map(Node::items).collect()
}

/// What a volume brings, before it is known where it appears.
fn source(volume: &Node, others: Others<'_>, namespace: &str) -> Spanned<Mount> {
    if let Some(path) = host_path(volume) {
        return path.with(host(&path.value, volume));
    }
    let claim = volume.get("persistentVolumeClaim").and_then(|claim| claim.get("claimName"));
    if let Some(claim) = claim.filter(|claim| claim.text().is_some()) {
        let name = claim.text().unwrap_or_default();
        return match others.behind(name, namespace) {
            Some(path) => path.with(host(&path.value, volume)).because([claim.span]),
            None => claim.place(plain(MountKind::Volume, name)),
        };
    }
    let mut kinds = volume.entries().iter().filter(|entry| entry.key.value != "name");
    match kinds.rfind(|entry| !entry.value.is_null()) {
        Some(entry) if entry.key.value == "emptyDir" => {
            entry.value.place(plain(MountKind::Temporary, ""))
        }
        Some(entry) if entry.key.value == "ephemeral" => {
            entry.value.place(plain(MountKind::Volume, ""))
        }
        Some(entry) => entry.value.place(plain(MountKind::Other, &entry.key.value)),
        // `emptyDir:` with nothing behind it is what its author meant it to be.
        None => volume.place(plain(MountKind::Temporary, "")),
    }
}

fn plain(kind: MountKind, source: &str) -> Mount {
    Mount {
        kind,
        source: source.to_owned(),
        target: String::new(),
        read_only: false,
        propagation: None,
        exec: false,
        unknown: false,
    }
}

fn host(path: &str, volume: &Node) -> Mount {
    let opaque = |key: &str| {
        volume.get(key).and_then(|source| source.get("path")).is_some_and(Node::is_opaque)
    };
    let unknown = opaque("hostPath") || opaque("local");
    let path = if unknown { path.to_owned() } else { absolute(path) };
    Mount { unknown, ..plain(MountKind::Host, &path) }
}

/// Fills in where and how a container sees it.
fn at(item: &Node, mount: &mut Mount) {
    let of = |key: &str| item.get(key).and_then(Node::text).unwrap_or_default();
    let target = if of("mountPath").is_empty() { of("devicePath") } else { of("mountPath") };
    target.clone_into(&mut mount.target);
    mount.read_only |= item.get("readOnly").and_then(Node::boolean) == Some(true);
    let propagation = written(item.get("mountPropagation")).and_then(Node::text);
    mount.propagation = propagation.filter(|text| *text != "None").map(str::to_lowercase);
    let within = of("subPath");
    if mount.kind == MountKind::Host && !within.is_empty() && !mount.unknown {
        mount.source = absolute(&format!("{}/{within}", mount.source));
    }
}

/// A path without empty steps, `.` and `..`.
fn absolute(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}
