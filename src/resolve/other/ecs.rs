//! Task definitions of Amazon ECS, by themselves or inside a CloudFormation template.
//!
//! Source: Amazon ECS API reference, `TaskDefinition`, `ContainerDefinition`; CloudFormation
//! template reference, `AWS::ECS::TaskDefinition`, whose keys begin with a capital.

use std::rc::Rc;

use super::nodes::{self, Defaults, field, field_word, set};
use super::options::{self, Word};
use super::{declaration, terms};
use crate::model::{
    Content, Declaration, Device, DeviceKind, Entry, File, Host, Known, Limit, MountKind, Node,
    Platform, Resource, Spanned, Tree, Unit, Value, Variable, Workload,
};

/// How many tasks of one template are read.
const TASKS: usize = 500;
/// How deep a task is searched for parameters.
const DEPTH: usize = 24;

pub(super) fn units(root: &Node, file: &Rc<File>, _: &dyn Tree, out: &mut Vec<Declaration>) {
    if root.is_list() {
        for task in root.items().iter().take(TASKS) {
            task_units(task, "", file, out);
        }
        // Containers by themselves: what they are part of is said elsewhere.
        let is = |node: &&Node| node.get("image").is_some() && node.get("name").is_some();
        containers(root.items().iter().filter(is), root, "", file, out);
    }
    for key in ["taskDefinition", "TaskDefinition"] {
        if let Some(task) = root.get(key).filter(|task| task.is_map()) {
            task_units(task, "", file, out);
        }
    }
    task_units(root, "", file, out);
    let defaults = defaults(root);
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    for entry in resources.iter().take(TASKS) {
        let kind = entry.value.get("Type").and_then(Node::text);
        if kind == Some("AWS::ECS::TaskDefinition")
            && let Some(task) = entry.value.get("Properties")
        {
            task_units(&settled(task, &defaults, DEPTH), &entry.key.value, file, out);
        }
    }
}

/// What the parameters of a template are worth where nobody says otherwise. One that is looked up
/// elsewhere has the place there as its default.
fn defaults(root: &Node) -> Defaults {
    let all = root.get("Parameters").map(Node::entries).unwrap_or_default().iter().take(TASKS);
    let default = |entry: &Entry| {
        let elsewhere = entry.value.get("Type").and_then(Node::text);
        let default = entry.value.get("Default").and_then(Node::spanned)?;
        let known = !default.value.is_empty()
            && !elsewhere.is_some_and(|kind| kind.starts_with("AWS::SSM::"));
        known.then(|| (entry.key.value.clone(), default))
    };
    all.filter_map(default).collect()
}

/// A part of a template with its parameters filled in, where all of a value is known then.
fn settled(node: &Node, defaults: &Defaults, depth: usize) -> Node {
    if depth == 0 || defaults.is_empty() {
        return node.clone();
    }
    let refers = matches!(node.tag.as_deref(), Some("!Ref" | "!Sub"))
        || matches!(node.entries(), [one] if matches!(one.key.value.as_str(), "Ref" | "Fn::Sub"));
    if refers && let Some(word) = nodes::word(node) {
        let word = nodes::expand(&word, defaults);
        if !word.value.unknown {
            return Node::scalar(word.value.text, false, word.span).because(word.because);
        }
    }
    let content = match &node.content {
        Content::List(items) => {
            let items = items.iter().map(|item| settled(item, defaults, depth - 1));
            Content::List(Rc::new(items.collect()))
        }
        Content::Map(entries) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key.clone(),
                value: settled(&entry.value, defaults, depth - 1),
            };
            Content::Map(Rc::new(entries.iter().map(entry).collect()))
        }
        content => content.clone(),
    };
    Node { content, ..node.clone() }
}

/// The containers of one task.
fn task_units(task: &Node, logical: &str, file: &Rc<File>, out: &mut Vec<Declaration>) {
    let Some(listed) = field(task, "containerDefinitions") else { return };
    let family = field_word(task, "family").filter(|family| !family.value.unknown);
    let family = family.map_or_else(|| logical.to_owned(), |family| family.value.text);
    containers(listed.items().iter().filter(|node| node.is_map()), task, &family, file, out);
}

fn containers<'n>(
    listed: impl Iterator<Item = &'n Node>,
    task: &Node,
    family: &str,
    file: &Rc<File>,
    out: &mut Vec<Declaration>,
) {
    for (index, container) in listed.enumerate() {
        let name = field_word(container, "name").map(|name| name.value.text);
        let name = name.unwrap_or_else(|| index.to_string());
        let of = if family.is_empty() { String::new() } else { format!(" of task {family}") };
        let title = format!("container {name}{of}");
        let head = field(container, "name").map_or(container.span, |name| name.span);
        let mut unit = Workload::new(Platform::Ecs, title.clone(), title, head);
        unit.file = file.text.file;
        unit.span = container.span;
        read_container(container, &mut unit);
        read_task(task, container, index == 0, &mut unit);
        out.push(declaration(Unit::Workload(Box::new(unit)), file));
    }
}

fn read_container(node: &Node, unit: &mut Workload) {
    unit.image = field_word(node, "image").map(|image| options::image(&image));
    for (name, option) in [
        ("privileged", "privileged"),
        ("user", "user"),
        ("readonlyRootFilesystem", "read-only"),
        ("dockerSecurityOptions", "security-opt"),
    ] {
        set(unit, node, name, option);
    }
    for entry in field(node, "environment").map(Node::items).unwrap_or_default() {
        unit.environment.extend(pair(entry));
    }
    for entry in field(node, "secrets").map(Node::items).unwrap_or_default() {
        unit.environment.extend(secret(entry));
    }
    for entry in field(node, "extraHosts").map(Node::items).unwrap_or_default() {
        if let (Some(name), Some(address)) =
            (field_word(entry, "hostname"), field_word(entry, "ipAddress"))
        {
            unit.extra_hosts.push(terms::named(&name.value.text, &address));
        }
    }
    for entry in field(node, "systemControls").map(Node::items).unwrap_or_default() {
        if let (Some(name), Some(value)) =
            (field_word(entry, "namespace"), field_word(entry, "value"))
        {
            unit.sysctls.push(terms::named(&name.value.text, &value));
        }
    }
    for entry in field(node, "ulimits").map(Node::items).unwrap_or_default() {
        if let (Some(name), Some(hard)) =
            (field_word(entry, "name"), field_word(entry, "hardLimit"))
        {
            unit.limits.push(terms::limit(Resource::Ulimit(name.value.text), &hard));
        }
    }
    if let Some(labels) = field(node, "dockerLabels") {
        unit.labels.extend(nodes::variables(labels));
    }
    unit.entrypoint = field(node, "entryPoint").and_then(|node| terms::exec(&nodes::words(node)));
    unit.command = field(node, "command").and_then(|node| terms::exec(&nodes::words(node)));
    if let Some(check) = field(node, "healthCheck") {
        unit.healthcheck = Some(check.place(Known::Is(true)));
        let words = field(check, "command").map(nodes::words).unwrap_or_default();
        unit.commands.extend(match words.split_first() {
            Some((kind, [text])) if kind.value.text == "CMD-SHELL" => terms::shell(text),
            Some((_, words)) => terms::exec(words),
            None => None,
        });
    }
    linux(node, unit);
}

/// `linuxParameters`: capabilities, devices, memory file systems.
fn linux(node: &Node, unit: &mut Workload) {
    let Some(linux) = field(node, "linuxParameters") else { return };
    if let Some(capabilities) = field(linux, "capabilities") {
        set(unit, capabilities, "add", "cap-add");
        set(unit, capabilities, "drop", "cap-drop");
    }
    for device in field(linux, "devices").map(Node::items).unwrap_or_default() {
        let Some(path) = field_word(device, "hostPath") else { continue };
        let permissions = field(device, "permissions").map(nodes::words).unwrap_or_default();
        let letters: String =
            permissions.iter().filter_map(|word| word.value.text.chars().next()).collect();
        let permissions = if letters.is_empty() { "rwm".to_owned() } else { letters };
        let name = path.value.text.clone();
        unit.devices.push(terms::at(&path, Device { kind: DeviceKind::Path, name, permissions }));
    }
    for tmpfs in field(linux, "tmpfs").map(Node::items).unwrap_or_default() {
        if let Some(path) = field_word(tmpfs, "containerPath") {
            let options = field(tmpfs, "mountOptions").map(nodes::words).unwrap_or_default();
            let options: Vec<String> = options.into_iter().map(|word| word.value.text).collect();
            let text = format!("{}:{}", path.value.text, options.join(","));
            unit.mounts.push(terms::tmpfs(&terms::with_text(&path, &text)));
        }
    }
}

/// What the task says for all of its containers, and what they take from it.
fn read_task(task: &Node, container: &Node, first: bool, unit: &mut Workload) {
    let network = field_word(task, "networkMode");
    let host = network.as_ref().is_some_and(|mode| mode.value.text == "host");
    if let Some(network) = &network {
        options::set(
            unit,
            "network",
            &if network.value.text == "awsvpc" {
                terms::with_text(network, "none")
            } else {
                network.clone()
            },
        );
    }
    set(unit, task, "pidMode", "pid");
    set(unit, task, "ipcMode", "ipc");
    for (name, resource) in [("memory", Resource::Memory), ("cpu", Resource::Cpu)] {
        let own = field_word(container, name).filter(|word| word.value.text != "0");
        if let Some(word) = own.or_else(|| field_word(task, name)) {
            unit.limits.push(amount(&resource, &word));
        }
    }
    if let Some(reserved) = field_word(container, "memoryReservation") {
        unit.requests.push(amount(&Resource::Memory, &reserved));
    }
    let own = network.is_some_and(|mode| matches!(mode.value.text.as_str(), "awsvpc" | "none"));
    for port in field(container, "portMappings").map(Node::items).unwrap_or_default() {
        ports(port, host || own, unit);
    }
    let volumes = field(task, "volumes").map(Node::items).unwrap_or_default();
    for point in field(container, "mountPoints").map(Node::items).unwrap_or_default() {
        mount(point, volumes, unit);
    }
    if first {
        for volume in volumes {
            efs(volume, unit);
        }
        roles(task, unit);
    }
}

/// Memory in MiB, processor units of 1024; a task may say `2 GB` and `1 vCPU`.
fn amount(resource: &Resource, word: &Word) -> Spanned<Limit> {
    let text = word.value.text.to_ascii_lowercase();
    let text = text.trim();
    let mut limit = terms::limit(resource.clone(), word);
    limit.value.amount = match resource {
        Resource::Memory => match text.strip_suffix("gb") {
            Some(gigabytes) => {
                terms::thousandths(gigabytes.trim()).map(|amount| amount * ((1 << 30) / 1000))
            }
            None => text.parse::<u64>().ok().and_then(|amount| amount.checked_mul(1 << 20)),
        },
        _ => match text.strip_suffix("vcpu") {
            Some(processors) => terms::thousandths(processors.trim()),
            None => {
                text.parse::<u64>().ok().and_then(|units| Some(units.checked_mul(1000)? / 1024))
            }
        },
    };
    limit
}

fn pair(entry: &Node) -> Option<Variable> {
    let name = field_word(entry, "name")?;
    let value = field_word(entry, "value").unwrap_or_else(|| terms::with_text(&name, ""));
    Some(terms::named(&name.value.text, &value))
}

/// A reference to a secret store: never a value that is written down.
fn secret(entry: &Node) -> Option<Variable> {
    let name = field_word(entry, "name")?;
    let mut from = field_word(entry, "valueFrom")?;
    from.value = Value { text: format!("${{{}}}", from.value.text), unknown: true };
    Some(terms::named(&name.value.text, &from))
}

/// A mapping of a container that has the task's own address opens nothing on a host.
fn ports(node: &Node, own: bool, unit: &mut Workload) {
    let Some(container) =
        field_word(node, "containerPort").or_else(|| field_word(node, "containerPortRange"))
    else {
        return;
    };
    let protocol = field_word(node, "protocol").map_or("tcp".to_owned(), |word| word.value.text);
    let text = format!("{}/{protocol}", container.value.text);
    let Some(mut port) = terms::port(&terms::with_text(&container, &text)) else { return };
    if own {
        unit.exposed.push(port);
        return;
    }
    port.value.host = Host::Every;
    let published = field_word(node, "hostPort").filter(|word| word.value.text != "0");
    port.value.published = published.and_then(|word| terms::range(&word.value.text));
    unit.ports.push(port);
}

/// A mount point and the volume of the task that it names.
fn mount(point: &Node, volumes: &[Node], unit: &mut Workload) {
    let Some(name) = field_word(point, "sourceVolume") else { return };
    let target = field_word(point, "containerPath").map(|path| path.value.text).unwrap_or_default();
    let named = |volume: &&Node| {
        field_word(volume, "name").is_some_and(|other| other.value.text == name.value.text)
    };
    let host = volumes.iter().find(named).and_then(|volume| field(volume, "host"));
    let path = host.and_then(|host| field_word(host, "sourcePath"));
    let source = path.as_ref().unwrap_or(&name);
    let mut mount = terms::bind_or_volume(&source.value.text, &target, "", source.value.unknown);
    if path.is_none() {
        mount.kind = MountKind::Volume;
    }
    let read_only = field_word(point, "readOnly").map(|word| terms::switch(&word).value);
    mount.read_only = read_only == Some(Known::Is(true));
    unit.mounts.push(terms::at(source, mount).because([point.span]));
}

/// A file system that is reached over the network.
fn efs(volume: &Node, unit: &mut Workload) {
    let Some(efs) = field(volume, "efsVolumeConfiguration")
        .or_else(|| field(volume, "eFSVolumeConfiguration"))
        .or_else(|| volume.get("EFSVolumeConfiguration"))
    else {
        return;
    };
    let name = field_word(volume, "name").map(|name| name.value.text).unwrap_or_default();
    let encryption = field_word(efs, "transitEncryption")
        .unwrap_or_else(|| efs.place(Value { text: String::new(), unknown: false }));
    unit.options.push(options::option(&format!("efs encryption {name}"), &encryption));
}

/// The role of the container is also the one that starts it.
fn roles(task: &Node, unit: &mut Workload) {
    let (Some(execution), Some(own)) =
        (field_word(task, "executionRoleArn"), field_word(task, "taskRoleArn"))
    else {
        return;
    };
    let same = if execution.value.text == own.value.text { "same" } else { "apart" };
    let place = terms::with_text(&own, same).because([execution.span]);
    unit.options.push(options::option("execution role", &place));
}
