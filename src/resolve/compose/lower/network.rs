//! The networks of a project, and those that a service joins.

use super::read;
use crate::model::{Known, Network, NetworkKind, NetworkObject, Node, Spanned, Workload};

/// The network that a service joins without saying so.
const DEFAULT: &str = "default";

/// The networks that a service joins.
pub(super) fn joined(service: &Node, out: &Workload) -> Vec<Spanned<String>> {
    let has = |key: &str| service.get(key).is_some_and(|node| !node.is_null());
    let Some(networks) = service.get("networks").filter(|node| !node.is_null()) else {
        let own = !has("network_mode") && !has("provider");
        return own.then(|| out.place().with(DEFAULT.to_owned())).into_iter().collect();
    };
    let named = networks.entries().iter().map(|entry| entry.key.clone());
    named.chain(networks.items().iter().filter_map(Node::spanned)).collect()
}

/// Marks the services of a project that has one network for all of them, and those in a network of
/// other projects.
pub(super) fn of_all(workloads: &mut [Workload], root: &Node) {
    let open = |name: &str| {
        let internal = root.get("networks").and_then(|all| all.get(name)?.get("internal"));
        internal.is_none_or(|internal| internal.boolean() == Some(false))
    };
    let mut common: Option<Vec<String>> = None;
    for workload in workloads.iter().filter(|workload| !workload.networks.is_empty()) {
        let joined = |name: &str| workload.networks.iter().any(|network| network.value == name);
        if let Some(names) = &mut common {
            names.retain(|name| joined(name));
        } else {
            let names = workload.networks.iter().map(|network| network.value.clone());
            common = Some(names.filter(|name| open(name)).collect());
        }
    }
    let shared = common.is_some_and(|names| !names.is_empty());
    let of_others = |network: &Spanned<String>| {
        let declared = root.get("networks").and_then(|all| all.get(&network.value));
        declared.is_some_and(|node| external(node, network).is_some())
    };
    for workload in workloads {
        workload.network_of_all = shared && !workload.networks.is_empty();
        workload.network_of_others = workload.networks.iter().any(of_others);
    }
}

/// The networks that the top level declares.
pub(super) fn objects(root: &Node) -> Vec<NetworkObject> {
    let networks = root.get("networks").map_or(&[][..], Node::entries).iter();
    let of = |entry: &crate::model::Entry| {
        let (name, node) = (&entry.key.value, &entry.value);
        let near = node.span.file == entry.key.span.file && !node.is_null();
        NetworkObject {
            file: entry.key.span.file,
            identity: format!("network {name}"),
            title: format!("network {name}"),
            head: entry.key.span,
            span: if near { entry.key.span.to(node.span) } else { entry.key.span },
            because: Vec::new(),
            kind: NetworkKind::Network(network(node, &entry.key)),
        }
    };
    networks.map(of).collect()
}

fn network(node: &Node, key: &Spanned<String>) -> Network {
    let options = node.get("driver_opts");
    // For the overlay driver an empty value switches it on too.
    let encrypted = options.and_then(|options| options.entry("encrypted"));
    let encrypted = encrypted.map(|entry| {
        let off = entry.value.boolean() == Some(false);
        read::entry_place(&entry.key, &entry.value).with(Known::Is(!off))
    });
    Network {
        internal: read::switch(node.get("internal")),
        attachable: read::switch(node.get("attachable")),
        encrypted,
        external: external(node, key),
        driver: read::text(node.get("driver")),
        options: read::variables(options, &['=']),
    }
}

/// `external: true` with `name:` beside it or without, or the older `external: {name: …}`.
fn external(node: &Node, key: &Spanned<String>) -> Option<Spanned<String>> {
    let external = node.get("external").filter(|node| !node.is_null())?;
    if external.boolean() == Some(false) {
        return None;
    }
    let named = read::text(external.get("name")).or_else(|| read::text(node.get("name")));
    Some(external.place(named.map_or_else(|| key.value.clone(), |name| name.value)))
}
