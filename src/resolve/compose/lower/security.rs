//! What a service may do: capabilities, namespaces, profiles, devices.

use super::read;
use crate::model::{
    Device, DeviceKind, Known, Namespace, NamespaceKind, Node, Profile, Shared, Spanned, Workload,
};

/// Fills in all of it.
pub(super) fn fill(service: &Node, out: &mut Workload) {
    out.privileged = read::switch(service.get("privileged"));
    out.read_only_root = read::switch(service.get("read_only"));
    out.capabilities_added = capabilities(service.get("cap_add"));
    out.capabilities_dropped = capabilities(service.get("cap_drop"));
    for (key, kind) in [
        ("network_mode", NamespaceKind::Network),
        ("pid", NamespaceKind::Pid),
        ("ipc", NamespaceKind::Ipc),
        ("uts", NamespaceKind::Uts),
        ("userns_mode", NamespaceKind::User),
        ("cgroup", NamespaceKind::Cgroup),
    ] {
        let node = service.get(key).filter(|node| !node.is_null());
        let shared = node.and_then(|node| Some(node.place(shared(kind, node)?)));
        out.namespaces.extend(
            shared.map(|shared| shared.with(Namespace { kind, shared: shared.value.clone() })),
        );
    }
    for item in read::scalars(service.get("security_opt")) {
        security_option(item, out);
    }
    devices(service, out);
}

fn capabilities(node: Option<&Node>) -> Vec<Spanned<String>> {
    let of = |text: Spanned<String>| {
        let upper = text.value.trim().to_ascii_uppercase();
        text.with(upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned())
    };
    read::texts(node).into_iter().map(of).collect()
}

/// With whom a namespace is shared; `None` where it is one of its own, as without the key.
fn shared(kind: NamespaceKind, node: &Node) -> Option<Shared> {
    let text = node.text()?.trim();
    let (start, name) = text.split_once(':').unwrap_or((text, ""));
    Some(match (start.to_ascii_lowercase().as_str(), kind) {
        _ if node.is_opaque() && !matches!(start, "service" | "container") => {
            Shared::Unknown(text.to_owned())
        }
        ("host", _) => Shared::Host,
        ("service" | "container", _) => Shared::Container(name.to_owned()),
        ("shareable", NamespaceKind::Ipc) => Shared::Container(String::new()),
        ("none" | "private", _) => Shared::Nobody,
        _ => return None,
    })
}

/// `name:value`, `name=value` or `name`.
fn security_option(item: &Node, out: &mut Workload) {
    let text = item.text().unwrap_or_default();
    let (name, value) = text.split_once([':', '=']).unwrap_or((text, ""));
    let value = value.trim();
    match name.trim().to_ascii_lowercase().as_str() {
        "no-new-privileges" => {
            let known = match value.to_ascii_lowercase().as_str() {
                "" | "true" | "1" | "t" => Known::Is(true),
                "false" | "0" | "f" => Known::Is(false),
                _ => Known::Unknown(value.to_owned()),
            };
            out.no_new_privileges = Some(item.place(known));
        }
        "seccomp" => out.seccomp = profile(value, item, &["builtin", "default"]),
        "apparmor" => {
            out.apparmor = profile(value, item, &["docker-default", "runtime/default", "default"]);
        }
        "label" => label(value, item, out),
        "systempaths" => out.unmasked = Some(read::set(item, value == "unconfined")),
        "unmask" => out.unmasked = Some(read::set(item, true)),
        _ => out.options.push(read::option(format!("security_opt.{}", name.trim()), item)),
    }
}

/// A profile; `None` for the engine's own, which counts without a word as well.
fn profile(value: &str, item: &Node, default: &[&str]) -> Option<Spanned<Profile>> {
    let profile = match value.to_ascii_lowercase().as_str() {
        _ if item.is_opaque() => Profile::Unknown(value.to_owned()),
        "unconfined" => Profile::Unconfined,
        "" => return None,
        named if default.contains(&named) => return None,
        _ => Profile::Named(value.to_owned()),
    };
    Some(item.place(profile))
}

/// `disable`, `type:spc_t` (or with `=`), `level:s0:c1,c2`.
fn label(value: &str, item: &Node, out: &mut Workload) {
    let (kind, of) = value.split_once([':', '=']).unwrap_or((value, ""));
    let profile = match (kind, of) {
        _ if item.is_opaque() => Profile::Unknown(value.to_owned()),
        ("disable", _) | ("type", "spc_t") => Profile::Unconfined,
        _ => Profile::Named(value.to_owned()),
    };
    // Of several lines of it the one that switches it off counts.
    if !matches!(&out.selinux, Some(known) if known.value == Profile::Unconfined) {
        out.selinux = Some(item.place(profile));
    }
}

fn devices(service: &Node, out: &mut Workload) {
    for item in service.get("devices").map_or(&[][..], Node::items) {
        let device = if item.is_map() { Some(long_device(item)) } else { item.text().map(device) };
        out.devices.extend(device.map(|device| item.place(device)));
    }
    for rule in read::texts(service.get("device_cgroup_rules")) {
        let permissions = rule.value.split_whitespace().nth(2).unwrap_or("rwm").to_owned();
        let name = rule.value.split_whitespace().collect::<Vec<_>>().join(" ");
        out.devices.push(rule.with(Device { kind: DeviceKind::Rule, name, permissions }));
    }
    let reserved = service.at("deploy.resources.reservations.devices");
    for node in [service.get("gpus"), reserved].into_iter().flatten() {
        let one = std::slice::from_ref(node).iter().filter(|node| node.text().is_some());
        for item in node.items().iter().chain(one).filter(|item| !item.is_null()) {
            out.devices.push(item.place(reserved_device(item)));
        }
    }
}

/// `HOST[:CONTAINER[:PERMISSIONS]]`, or `vendor/class=name`.
fn device(text: &str) -> Device {
    let pieces = read::split(text, ':');
    let name = pieces.first().copied().unwrap_or_default();
    if !name.starts_with(['/', '.', '$']) && name.contains('=') {
        return Device { kind: DeviceKind::Cdi, name: text.to_owned(), permissions: "rwm".into() };
    }
    let is_mode = |text: &&&str| !text.is_empty() && text.chars().all(|c| "rwm".contains(c));
    let permissions = pieces.get(1..).unwrap_or_default().iter().rfind(is_mode);
    device_path(name, permissions.copied().unwrap_or("rwm"))
}

fn long_device(item: &Node) -> Device {
    let get = |key: &str| item.get(key).and_then(Node::text).unwrap_or_default();
    match get("permissions") {
        "" => device_path(get("source"), "rwm"),
        permissions => device_path(get("source"), permissions),
    }
}

fn device_path(name: &str, permissions: &str) -> Device {
    let name = super::mount::host_path(name);
    Device { kind: DeviceKind::Path, name, permissions: permissions.to_owned() }
}

/// An entry of `gpus`, or of the devices that are reserved: those of a driver, or of a kind.
fn reserved_device(item: &Node) -> Device {
    let get = |key: &str| item.get(key).and_then(Node::text);
    let capability =
        || read::texts(item.get("capabilities")).first().map(|text| text.value.clone());
    let cdi = get("driver") == Some("cdi");
    let named = if cdi { read::texts(item.get("device_ids")) } else { Vec::new() };
    let ids: Vec<&str> = named.iter().map(|id| id.value.as_str()).collect();
    let name = match (item.text(), get("driver")) {
        (Some(text), _) => text.to_owned(),
        (None, Some("cdi")) => ids.join(","),
        (None, Some(driver)) => driver.to_owned(),
        (None, None) => capability().unwrap_or_else(|| "gpu".to_owned()),
    };
    let kind = if cdi { DeviceKind::Cdi } else { DeviceKind::Gpu };
    Device { kind, name, permissions: "rwm".into() }
}
