//! Nomad jobs: tasks that Docker or Podman runs.
//!
//! Source: Nomad documentation, "Job specification", "Docker task driver", "Podman task driver".

use std::rc::Rc;

use super::nodes::{self, field_word, set, words};
use super::options::{self, Word};
use super::{declaration, terms};
use crate::model::{
    Declaration, Device, DeviceKind, Entry, File, Host, Limit, MountKind, Node, Platform,
    Published, Resource, Tree, Unit, Value, Workload,
};

/// Settings of the drivers that say what an option of `docker run` says.
const OPTIONS: &[(&str, &str)] = &[
    ("privileged", "privileged"),
    ("cap_add", "cap-add"),
    ("cap_drop", "cap-drop"),
    ("volumes", "volume"),
    ("network_mode", "network"),
    ("pid_mode", "pid"),
    ("ipc_mode", "ipc"),
    ("uts_mode", "uts"),
    ("userns_mode", "userns"),
    ("userns", "userns"),
    ("cgroupns", "cgroupns"),
    ("security_opt", "security-opt"),
    ("readonly_rootfs", "read-only"),
    ("extra_hosts", "add-host"),
    ("runtime", "runtime"),
    ("pids_limit", "pids-limit"),
    ("group_add", "group-add"),
    ("tmpfs", "tmpfs"),
    ("oom_score_adj", "oom-score-adj"),
];

pub(super) fn units(root: &Node, file: &Rc<File>, _: &dyn Tree, out: &mut Vec<Declaration>) {
    for (job_name, job) in blocks(root, "job") {
        for (group_name, group) in blocks(job, "group") {
            for (name, task) in blocks(group, "task") {
                let driver = task.value.get("driver").and_then(Node::text).unwrap_or_default();
                if !matches!(driver, "docker" | "podman" | "containerd-driver") {
                    continue;
                }
                let title = format!("task {name}");
                let identity = format!("{job_name}/{group_name}/{name}");
                let mut unit = nodes::at_entry(Platform::Nomad, identity, title, task, file);
                read_task(&task.value, &group.value, &mut unit);
                out.push(declaration(Unit::Workload(Box::new(unit)), file));
            }
        }
    }
}

/// The blocks of a type by their label: `job "web" { … }`, also several of one type.
fn blocks<'a>(parent: impl Into<Body<'a>>, kind: &'a str) -> Vec<(String, &'a Entry)> {
    let Body(parent) = parent.into();
    let of_kind = parent.entries().iter().filter(|entry| entry.key.value == kind);
    let labelled = of_kind.flat_map(|entry| entry.value.entries());
    labelled.map(|entry| (entry.key.value.clone(), entry)).collect()
}

/// What holds blocks.
struct Body<'a>(&'a Node);

impl<'a> From<&'a Node> for Body<'a> {
    fn from(node: &'a Node) -> Self {
        Self(node)
    }
}

impl<'a> From<&'a Entry> for Body<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self(&entry.value)
    }
}

fn read_task(task: &Node, group: &Node, unit: &mut Workload) {
    unit.user = field_word(task, "user");
    for env in every(task, "env") {
        unit.environment.extend(nodes::variables(env));
    }
    for resources in every(task, "resources") {
        limits(resources, unit);
    }
    for template in every(task, "template") {
        if let Some(data) = field_word(template, "data") {
            unit.values.push(terms::named("template", &data));
        }
    }
    for config in every(task, "config") {
        read_config(config, group, unit);
    }
    for volume in every(task, "volume_mount") {
        host_volume(volume, group, unit);
    }
    for network in every(group, "network") {
        set(unit, network, "mode", "network");
    }
}

/// The bodies of the blocks of a type that has no label.
fn every<'a>(node: &'a Node, name: &'a str) -> impl Iterator<Item = &'a Node> {
    node.entries().iter().filter(move |entry| entry.key.value == name).map(|entry| &entry.value)
}

fn read_config(config: &Node, group: &Node, unit: &mut Workload) {
    unit.image = field_word(config, "image").map(|image| options::image(&image));
    for (name, option) in OPTIONS {
        set(unit, config, name, option);
    }
    for (name, option) in [("sysctl", "sysctl"), ("ulimit", "ulimit"), ("labels", "label")] {
        for variable in every(config, name).flat_map(nodes::variables) {
            let text = variable.value.map(|value| value.text).unwrap_or_default();
            let text = format!("{}={text}", variable.name);
            let unknown = text.contains("${");
            options::set(unit, option, &variable.place.with(Value { text, unknown }));
        }
    }
    let mounts = every(config, "mount").chain(every(config, "mounts").flat_map(several));
    for mount in mounts {
        read_mount(mount, unit);
    }
    for device in every(config, "devices").flat_map(several) {
        read_device(device, unit);
    }
    for auth in every(config, "auth") {
        if let Some(password) = field_word(auth, "password") {
            unit.values.push(terms::named("auth password", &password));
        }
    }
    for logging in every(config, "logging") {
        for name in ["type", "driver"] {
            set(unit, logging, name, "log-driver");
        }
    }
    let list = |name: &str| config.get(name).map(words).unwrap_or_default();
    unit.entrypoint = terms::exec(&list("entrypoint"));
    let command: Vec<Word> = [list("command"), list("args")].concat();
    unit.command = terms::exec(&command);
    ports(&list("ports"), group, unit);
}

/// One object, or those of a list.
fn several(node: &Node) -> impl Iterator<Item = &Node> {
    node.items().iter().chain(node.is_map().then_some(node))
}

fn read_mount(node: &Node, unit: &mut Workload) {
    let text = |name: &str| field_word(node, name).map(|word| word.value.text).unwrap_or_default();
    let unknown = text("source").contains("${");
    let mut mount = terms::bind_or_volume(&text("source"), &text("target"), "", unknown);
    mount.kind = match text("type").as_str() {
        "bind" => MountKind::Host,
        "tmpfs" => MountKind::Temporary,
        _ => MountKind::Volume,
    };
    mount.read_only = text("readonly") == "true";
    for options in every(node, "bind_options") {
        mount.propagation = field_word(options, "propagation").map(|word| word.value.text);
    }
    let place = node.get("source").unwrap_or(node);
    unit.mounts.push(place.place(mount));
}

fn read_device(node: &Node, unit: &mut Workload) {
    if let Some(word) = nodes::word(node) {
        options::set(unit, "device", &word);
        return;
    }
    let Some(path) = field_word(node, "host_path") else { return };
    let permissions = field_word(node, "cgroup_permissions");
    let permissions = permissions.map_or("rwm".to_owned(), |word| word.value.text);
    let device = Device { kind: DeviceKind::Path, name: path.value.text.clone(), permissions };
    unit.devices.push(terms::at(&path, device));
}

/// Memory in MiB; processor time in MHz, which is no share of a processor: only that it is there.
fn limits(resources: &Node, unit: &mut Workload) {
    let memory = field_word(resources, "memory_max").or_else(|| field_word(resources, "memory"));
    for (word, resource) in
        [(memory, Resource::Memory), (field_word(resources, "cores"), Resource::Cpu)]
    {
        let Some(word) = word else { continue };
        let scale = if resource == Resource::Memory { 1 << 20 } else { 1000 };
        let amount =
            word.value.text.parse::<u64>().ok().and_then(|amount| amount.checked_mul(scale));
        let unknown = amount.is_none();
        let text = word.value.text.clone();
        unit.limits.push(terms::at(&word, Limit { resource, amount, unknown, text }));
    }
}

/// Ports that a task takes from its group, by label: a static one is open on every address of the
/// network it is on, any other one too, under a number that Nomad chooses.
fn ports(labels: &[Word], group: &Node, unit: &mut Workload) {
    for network in every(group, "network") {
        for (name, port) in blocks(network, "port") {
            let Some(label) = labels.iter().find(|label| label.value.text == name) else {
                continue;
            };
            let number = |field: &str| {
                field_word(&port.value, field).and_then(|word| terms::range(&word.value.text))
            };
            let network = field_word(&port.value, "host_network").map(|word| word.value.text);
            let host = match network.as_deref() {
                Some("loopback" | "localhost" | "private") => Host::Loopback,
                Some(other) => Host::Address(other.to_owned()),
                None => Host::Every,
            };
            let published = Published {
                host,
                published: number("static"),
                container: number("to").or_else(|| number("static")),
                protocol: "tcp".to_owned(),
                text: name,
            };
            let place = port.value.place(published).because([label.span]);
            unit.ports.push(place);
        }
    }
}

/// A volume that the host offers by name.
fn host_volume(mount: &Node, group: &Node, unit: &mut Workload) {
    let Some(name) = field_word(mount, "volume") else { return };
    let volumes = blocks(group, "volume");
    let Some((_, volume)) = volumes.iter().find(|(label, _)| *label == name.value.text) else {
        return;
    };
    let target = field_word(mount, "destination").map(|word| word.value.text).unwrap_or_default();
    let source =
        field_word(&volume.value, "source").map_or(name.value.text.clone(), |word| word.value.text);
    let mut read = terms::bind_or_volume(&source, &target, "", false);
    read.kind = MountKind::Volume;
    let on =
        |node: &Node| field_word(node, "read_only").is_some_and(|word| word.value.text == "true");
    read.read_only = on(mount) || on(&volume.value);
    unit.mounts.push(name.with(read).because([volume.key.span]));
}
