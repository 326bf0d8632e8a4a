//! Calico's `NetworkPolicy` and `GlobalNetworkPolicy`.

use super::super::labels;
use super::super::object::Object;
use super::{Allowed, MOST, NetworkPolicy};
use crate::model::{Block, Cidr, Node, Operator, Peer, PortRange, Selector, Spanned, Who};

pub(super) fn policy(object: &Object) -> Option<NetworkPolicy<'_>> {
    let spec = object.at("spec").filter(|spec| spec.is_map())?;
    let global = object.kind == "GlobalNetworkPolicy";
    let selected = spec.get("selector");
    let types = spec.get("types").filter(|types| !types.items().is_empty());
    let has_rules = |key: &str| spec.get(key).is_some_and(|rules| !rules.items().is_empty());
    let allowed = |name: &str, key: &str, by_itself: bool| {
        let listed = types.map(Node::items).unwrap_or_default();
        let place = listed.iter().find(|item| item.text() == Some(name)).map(|item| item.span);
        let governed = if types.is_some() { place.is_some() } else { by_itself };
        let rules = spec.get(key).map(Node::items).unwrap_or_default().iter().take(MOST);
        let allow = |rule: &&Node| {
            rule.get("action").and_then(Node::text).is_some_and(|action| action == "Allow")
        };
        let peers = || rules.filter(allow).flat_map(|rule| peers(rule, key == "ingress", global));
        governed.then(|| Allowed { place, peers: peers().collect() })
    };
    Some(NetworkPolicy {
        object,
        namespace: (!global).then(|| object.scope().to_owned()),
        selector: selector(selected),
        place: selected.map_or(object.head, |node| node.span),
        ingress: allowed("Ingress", "ingress", has_rules("ingress") || !has_rules("egress")),
        egress: allowed("Egress", "egress", has_rules("egress")),
    })
}

fn selector(node: Option<&Node>) -> Selector {
    node.and_then(Node::spanned).map(|text| labels::expression(&text)).unwrap_or_default()
}

/// The peers of a rule that allows: its other end, and on which ports.
fn peers(rule: &Node, ingress: bool, global: bool) -> Vec<Spanned<Peer>> {
    let end = rule.get(if ingress { "source" } else { "destination" });
    let ports = ports(rule);
    let peer = |who: Who| Peer { who, ports: ports.clone() };
    let Some(end) = end.filter(|end| !end.entries().is_empty()) else {
        return vec![rule.place(peer(Who::Everybody))];
    };
    let blocks = |key: &str| {
        let nodes = end.get(key).map(Node::items).unwrap_or_default().iter().take(MOST);
        nodes.filter_map(|node| Some((node, Cidr::parse(node.text()?)?)))
    };
    let except: Vec<Cidr> = blocks("notNets").map(|(_, cidr)| cidr).collect();
    let nets = blocks("nets").map(|(node, cidr)| {
        node.place(peer(Who::Addresses(Block::without(cidr, except.iter().copied()))))
    });
    let mut found: Vec<Spanned<Peer>> = nets.collect();
    let named = |key: &str| end.get(key).is_some_and(|node| !node.is_null());
    if named("selector") || named("namespaceSelector") || named("serviceAccounts") {
        let namespaces = named("namespaceSelector").then(|| selector(end.get("namespaceSelector")));
        let mut pods = selector(end.get("selector"));
        if named("serviceAccounts") {
            pods.require("service account", Operator::Exists, Vec::new());
        }
        let namespaces = namespaces.or(global.then(Selector::default));
        found.push(end.place(peer(Who::Pods { namespaces, pods })));
    } else if found.is_empty() {
        let every = Cidr::parse("0.0.0.0/0").filter(|_| !except.is_empty());
        let who =
            every.map_or(Who::Everybody, |every| Who::Addresses(Block::without(every, except)));
        found.push(end.place(peer(who)));
    }
    found
}

/// The ports of the destination, as `80` or `8000:8080`; none: every one.
fn ports(rule: &Node) -> Vec<PortRange> {
    let protocol = rule.get("protocol").and_then(Node::text).unwrap_or_default();
    let listed = rule.at("destination.ports").map(Node::items).unwrap_or_default();
    let range = |node: &Node| {
        let text = node.text()?;
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let numbers = first.parse::<u64>().ok().zip(last.parse::<u64>().ok());
        let count = numbers.map_or(1, |(first, last)| last.saturating_sub(first) + 1);
        Some(PortRange { protocol: protocol.to_ascii_lowercase(), first: first.to_owned(), count })
    };
    let mut ranges: Vec<PortRange> = listed.iter().take(MOST).filter_map(range).collect();
    ranges.sort();
    ranges.dedup();
    ranges
}
