//! `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy`.

use super::super::labels;
use super::super::object::Object;
use super::{Allowed, MOST, NetworkPolicy, addresses, ports};
use crate::model::{Block, Cidr, Node, Operator, Peer, Requirement, Selector, Spanned, Who};

/// The label by which Cilium tells the namespace of an endpoint, without its source.
const NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// The labels of that namespace itself.
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";

pub(super) fn policies(object: &Object) -> Vec<NetworkPolicy<'_>> {
    let one = object.at("spec").into_iter();
    let many = object.at("specs").map(Node::items).unwrap_or_default();
    one.chain(many).take(MOST).filter_map(|spec| policy(object, spec)).collect()
}

fn policy<'a>(object: &'a Object, spec: &Node) -> Option<NetworkPolicy<'a>> {
    let selected = spec.get("endpointSelector")?;
    let cluster = object.kind == "CiliumClusterwideNetworkPolicy";
    let (namespaces, selector) = split(labels::selector(selected));
    // A selector of a cluster-wide policy may name the namespace of its pods.
    let named = namespaces.and_then(|namespaces| match namespaces.requirements.as_slice() {
        [Requirement { operator: Operator::In, values, .. }] if values.len() == 1 => {
            values.first().map(|name| if name == "default" { String::new() } else { name.clone() })
        }
        _ => None,
    });
    let allowed = |key: &str, side: &str| {
        let deny = format!("{key}Deny");
        let section = spec.get(key).or_else(|| spec.get(&deny)).filter(|rules| rules.is_list())?;
        let open = spec.get("enableDefaultDeny").and_then(|deny| deny.get(key)?.boolean());
        if open == Some(false) {
            return None;
        }
        let rules = spec.get(key).map(Node::items).unwrap_or_default().iter().take(MOST);
        let peers = rules.flat_map(|rule| peers(rule, side, cluster)).collect();
        Some(Allowed { place: Some(section.span), peers })
    };
    Some(NetworkPolicy {
        object,
        namespace: if cluster { named } else { Some(object.scope().to_owned()) },
        selector,
        place: selected.span,
        ingress: allowed("ingress", "from"),
        egress: allowed("egress", "to"),
    })
}

/// The peers of one rule. An empty rule allows nobody; one that only names ports, everybody.
fn peers(rule: &Node, side: &str, cluster: bool) -> Vec<Spanned<Peer>> {
    let ports = rule.get("toPorts").map(Node::items).unwrap_or_default();
    let ports = ports.iter().take(MOST).flat_map(|item| self::ports(item.get("ports"))).collect();
    let mut found: Vec<Spanned<Who>> = Vec::new();
    let list = |name: &str| {
        let node = rule.get(&format!("{side}{name}"));
        node.map(Node::items).unwrap_or_default().iter().take(MOST)
    };
    found.extend(list("Endpoints").map(|node| node.place(endpoints(node, cluster))));
    found.extend(list("CIDR").filter_map(|node| {
        let text = node.text()?;
        let whole = |cidr| Who::Addresses(Block::whole(cidr));
        Some(node.place(Cidr::parse(text).map_or_else(|| Who::Named(text.to_owned()), whole)))
    }));
    found.extend(list("CIDRSet").map(|node| node.place(addresses(node))));
    found.extend(list("Entities").filter_map(|node| Some(node.place(entity(node.text()?)))));
    found.extend(list("FQDNs").filter_map(|node| {
        let name = node.get("matchName").or_else(|| node.get("matchPattern"))?.text()?;
        Some(node.place(if name == "*" { Who::Everybody } else { Who::Named(name.to_owned()) }))
    }));
    let peers = || {
        rule.entries()
            .iter()
            .filter(|entry| entry.key.value.strip_prefix(side).is_some_and(|rest| rest != "Ports"))
    };
    if peers().next().is_none()
        && let Some(only_ports) = rule.entry("toPorts")
    {
        found.push(Spanned::new(Who::Everybody, only_ports.key.span.to(only_ports.value.span)));
    }
    let ports: Vec<_> = ports;
    found
        .into_iter()
        .map(|who| who.with(Peer { who: who.value.clone(), ports: ports.clone() }))
        .collect()
}

fn entity(name: &str) -> Who {
    match name {
        "all" => Who::Everybody,
        "world" => Cidr::parse("0.0.0.0/0")
            .map_or(Who::Everybody, |every| Who::Addresses(Block::whole(every))),
        "cluster" => Who::Cluster,
        other => Who::Named(other.to_owned()),
    }
}

fn endpoints(node: &Node, cluster: bool) -> Who {
    let (namespaces, pods) = split(labels::selector(node));
    // A cluster-wide policy has no namespace of its own.
    let namespaces = namespaces.or(cluster.then(Selector::default));
    Who::Pods { namespaces, pods }
}

/// What a selector says of namespaces, and of pods. Sources of labels (`k8s:`, `any:`) are left out.
fn split(selector: Selector) -> (Option<Selector>, Selector) {
    let (mut namespaces, mut pods) =
        (None, Selector { unknown: selector.unknown, ..Selector::default() });
    for Requirement { key, operator, values } in selector.requirements {
        let key = key.rsplit_once(':').map_or(key.as_str(), |(_, key)| key);
        if key == NAMESPACE && operator == Operator::Exists {
            namespaces.get_or_insert_with(Selector::default);
        } else if key == NAMESPACE {
            let namespaces = namespaces.get_or_insert_with(Selector::default);
            namespaces.require("kubernetes.io/metadata.name", operator, values);
        } else if let Some(label) = key.strip_prefix(NAMESPACE_LABELS) {
            namespaces.get_or_insert_with(Selector::default).require(label, operator, values);
        } else {
            pods.require(key, operator, values);
        }
    }
    (namespaces, pods)
}
