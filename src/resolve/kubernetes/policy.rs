//! Network policies: whom they select, and whom they let in and out.
//!
//! Source: Kubernetes documentation, "Network Policies"; Cilium documentation, "Layer 3" and
//! "Layer 4 Policies"; Calico documentation, "Network policy" resource.

mod calico;
mod cilium;

use super::labels;
use super::object::Object;
use crate::model::{Block, Cidr, Node, Peer, PortRange, Selector, Span, Spanned, Who};

/// How many rules and peers of one policy are looked at.
const MOST: usize = 512;

/// A network policy, as far as it concerns pods.
pub(super) struct NetworkPolicy<'a> {
    pub(super) object: &'a Object,
    /// The namespace whose pods it selects; `None`: those of all.
    pub(super) namespace: Option<String>,
    pub(super) selector: Selector,
    /// Where the selector stands; its head where it has none.
    pub(super) place: Span,
    pub(super) ingress: Option<Allowed>,
    pub(super) egress: Option<Allowed>,
}

/// What a policy allows in a direction that it governs.
pub(super) struct Allowed {
    /// Where it says that it governs it; `None`: by its kind.
    pub(super) place: Option<Span>,
    pub(super) peers: Vec<Spanned<Peer>>,
}

/// Reads a network policy of any of the engines; a Cilium object may hold several.
pub(super) fn policies(object: &Object) -> Vec<NetworkPolicy<'_>> {
    match (object.kind.as_str(), object.group.as_str()) {
        ("NetworkPolicy" | "GlobalNetworkPolicy", group)
            if group.ends_with("projectcalico.org") =>
        {
            calico::policy(object).into_iter().collect()
        }
        ("NetworkPolicy", _) => kubernetes(object).into_iter().collect(),
        ("CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy", _) => cilium::policies(object),
        _ => Vec::new(),
    }
}

/// Whether an object is one of these.
pub(super) fn is_policy(kind: &str) -> bool {
    matches!(
        kind,
        "NetworkPolicy"
            | "GlobalNetworkPolicy"
            | "CiliumNetworkPolicy"
            | "CiliumClusterwideNetworkPolicy"
    )
}

fn kubernetes(object: &Object) -> Option<NetworkPolicy<'_>> {
    let spec = object.at("spec").filter(|spec| spec.is_map())?;
    let selector = spec.get("podSelector");
    let types = spec.get("policyTypes").filter(|types| !types.is_null());
    let named = |name: &str| {
        let items = types.map(Node::items).unwrap_or_default();
        items.iter().find(|item| item.text() == Some(name)).map(|item| item.span)
    };
    let has_rules = |key: &str| spec.get(key).is_some_and(|rules| !rules.items().is_empty());
    let allowed = |name: &str, key: &str, side: &str, by_itself: bool| {
        let place = named(name);
        let governed = if types.is_some() { place.is_some() } else { by_itself };
        let rules = spec.get(key).map(Node::items).unwrap_or_default();
        let peers = || rules.iter().take(MOST).flat_map(|rule| peers(rule, side)).collect();
        governed.then(|| Allowed { place, peers: peers() })
    };
    Some(NetworkPolicy {
        object,
        namespace: Some(object.scope().to_owned()),
        selector: selector.map(labels::selector).unwrap_or_default(),
        place: selector.map_or(object.head, |selector| selector.span),
        ingress: allowed("Ingress", "ingress", "from", true),
        egress: allowed("Egress", "egress", "to", has_rules("egress")),
    })
}

/// The peers of one rule; an empty or missing list is everybody.
fn peers(rule: &Node, side: &str) -> Vec<Spanned<Peer>> {
    let entry = rule.entry(side);
    let said: Vec<Span> = rule.get("ports").map(|ports| ports.span).into_iter().collect();
    let ports = ports(rule.get("ports"));
    let listed = entry.map(|entry| entry.value.items()).unwrap_or_default();
    if let Some(opaque) = entry.filter(|entry| entry.value.is_opaque()) {
        let name = opaque.value.text().unwrap_or_default().to_owned();
        return vec![opaque.value.place(Peer { who: Who::Named(name), ports })];
    }
    if listed.is_empty() {
        let span = entry.map_or(rule.span, |entry| entry.key.span.to(entry.value.span));
        let peer = Peer { who: Who::Everybody, ports };
        let because = said.into_iter().chain(rule.because.iter().copied()).collect();
        return vec![Spanned { value: peer, span, because }];
    }
    let peer = |node: &Node| {
        node.place(Peer { who: who(node), ports: ports.clone() }).because(said.iter().copied())
    };
    listed.iter().take(MOST).map(peer).collect()
}

fn who(peer: &Node) -> Who {
    if let Some(block) = peer.get("ipBlock") {
        return addresses(block);
    }
    let selector = |key: &str| peer.get(key).map(labels::selector);
    match (selector("namespaceSelector"), selector("podSelector")) {
        (None, None) if peer.is_opaque() => Who::Named(peer.text().unwrap_or_default().to_owned()),
        (None, None) => Who::Everybody,
        (namespaces, pods) => Who::Pods { namespaces, pods: pods.unwrap_or_default() },
    }
}

/// `cidr` and `except` of a block. What is no block is a name.
fn addresses(block: &Node) -> Who {
    let text = block.get("cidr").and_then(Node::text).unwrap_or_default();
    let except = block.get("except").map(Node::items).unwrap_or_default();
    let except = except.iter().take(MOST).filter_map(Node::text).filter_map(Cidr::parse);
    match Cidr::parse(text) {
        Some(cidr) => Who::Addresses(Block::without(cidr, except)),
        None => Who::Named(text.to_owned()),
    }
}

/// A list of `port`, `endPort` and `protocol`; empty or missing: every port.
fn ports(list: Option<&Node>) -> Vec<PortRange> {
    let items = list.map(Node::items).unwrap_or_default().iter().take(MOST);
    let range = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::text);
        let protocol = text("protocol").unwrap_or("TCP").to_ascii_lowercase();
        let number = |key: &str| item.get(key).and_then(Node::integer);
        let Some(first) = text("port").filter(|port| !port.is_empty() && *port != "0") else {
            return PortRange { protocol, first: String::new(), count: 65_535 };
        };
        let last = number("endPort").or_else(|| number("port"));
        let count = last.zip(number("port")).map_or(1, |(last, first)| last - first + 1);
        PortRange { protocol, first: first.to_owned(), count: u64::try_from(count).unwrap_or(1) }
    };
    let mut ranges: Vec<PortRange> = items.map(range).collect();
    ranges.sort();
    ranges.dedup();
    ranges
}
