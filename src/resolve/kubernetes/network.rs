//! What leads to pods: Services, Ingresses, the routes and listeners of gateways.
//!
//! Source: Kubernetes documentation, "Service", "Ingress", "Gateway API"; the annotations as the
//! documentation of each controller and cloud names them.

mod annotation;
mod gateway;

use super::object::Object;
use crate::model::{
    Declaration, Host, Ingress, Known, NetworkKind, NetworkObject, Node, Published, Service,
    Spanned, Unit,
};

/// How many routes, ports and addresses of one object are looked at.
const MOST: usize = 1024;

/// The unit of an object that leads to pods.
pub(super) fn unit(object: &Object) -> Option<Declaration> {
    let kind = if object.kind == "Service" && object.group.is_empty() {
        NetworkKind::Service(service(object))
    } else if object.kind == "Ingress" {
        NetworkKind::Ingress(ingress(object))
    } else {
        NetworkKind::Ingress(gateway::ingress(object)?)
    };
    let (title, span) = (object.title(), object.node.span);
    let (file, head, identity) = (object.file.text.file, object.head, object.identity());
    let because = object.node.because.clone();
    let unit = NetworkObject { file, identity, title: title.clone(), head, span, because, kind };
    Some(object.declare(Unit::Network(Box::new(unit)), title, span))
}

/// A Service that can be reached from outside the cluster.
pub(super) fn is_outside(object: &Object) -> bool {
    let service = service(object);
    let kind = service.kind.as_ref().map(|kind| &kind.value);
    let public = match kind {
        Some(Known::Is(kind)) if kind == "LoadBalancer" => service.internal.is_none(),
        Some(Known::Is(kind)) => kind == "NodePort",
        _ => false,
    };
    public || !service.external_ips.is_empty()
}

fn service(object: &Object) -> Service {
    let kind = object.at("spec.type").filter(|node| !node.is_null());
    let kind = kind.and_then(|node| {
        let text = node.text()?.to_owned();
        Some(node.place(if node.is_opaque() { Known::Unknown(text) } else { Known::Is(text) }))
    });
    let texts = |path: &str| -> Vec<Spanned<String>> {
        let items = object.at(path).map(Node::items).unwrap_or_default();
        items.iter().take(MOST).filter_map(Node::spanned).collect()
    };
    let class = object.at("spec.loadBalancerClass").and_then(Node::spanned);
    let class = class.filter(|class| class.value == "tailscale");
    let mut source_ranges = texts("spec.loadBalancerSourceRanges");
    if source_ranges.is_empty() {
        source_ranges = annotation::source_ranges(object);
    }
    Service {
        internal: annotation::internal(object).or(class),
        source_ranges,
        external_ips: texts("spec.externalIPs"),
        ports: ports(object),
        kind,
    }
}

fn ports(object: &Object) -> Vec<Spanned<Published>> {
    let items = object.at("spec.ports").map(Node::items).unwrap_or_default();
    let published = items.iter().take(MOST).filter_map(|item| {
        let port = item.get("port")?;
        let text = port.text()?.to_owned();
        let number = |node: &Node| {
            let port = node.integer().and_then(|port| u16::try_from(port).ok())?;
            Some((port, port))
        };
        let protocol = item.get("protocol").and_then(Node::text).unwrap_or("tcp");
        Some(port.place(Published {
            host: Host::Every,
            published: number(port),
            container: item.get("targetPort").and_then(number),
            protocol: protocol.to_ascii_lowercase(),
            text,
        }))
    });
    published.collect()
}

fn ingress(object: &Object) -> Ingress {
    let mut ingress = Ingress { gates: annotation::gates(object), ..Ingress::default() };
    let rules = object.at("spec.rules").map(Node::items).unwrap_or_default();
    for rule in rules.iter().take(MOST) {
        let host = rule.get("host").filter(|host| !host.is_null()).and_then(Node::spanned);
        let paths = rule.at("http.paths").map(Node::items).unwrap_or_default();
        for path in paths.iter().take(MOST) {
            let written = path.get("path").and_then(Node::spanned);
            ingress.routes.push(route(host.as_ref(), written.as_ref(), path));
        }
        if paths.is_empty() {
            ingress.routes.push(route(host.as_ref(), None, rule));
        }
    }
    let default = ["spec.defaultBackend", "spec.backend"].iter().find_map(|path| object.at(path));
    ingress.routes.extend(default.filter(|node| node.is_map()).map(|node| route(None, None, node)));
    let tls = object.at("spec.tls").map(Node::items).unwrap_or_default();
    for entry in tls.iter().take(MOST) {
        let hosts = entry.get("hosts").map(Node::items).unwrap_or_default();
        let named = hosts.iter().take(MOST).filter_map(Node::spanned);
        ingress.tls.extend(named.map(|host| host.with(host.value.to_ascii_lowercase())));
        if hosts.is_empty() {
            ingress.tls.push(entry.place("*".to_owned()));
        }
    }
    ingress
}

/// `host/path`, at the place of what is written of it.
fn route(
    host: Option<&Spanned<String>>,
    path: Option<&Spanned<String>>,
    node: &Node,
) -> Spanned<String> {
    let name = host.map_or("*".to_owned(), |host| host.value.to_ascii_lowercase());
    let below = path.map_or("/", |path| path.value.as_str());
    let below = below.strip_prefix('/').unwrap_or(below);
    let value = format!("{}/{below}", if name.is_empty() { "*" } else { &name });
    let places: Vec<_> = host.into_iter().chain(path).flat_map(Spanned::places).collect();
    let span = places.first().copied().unwrap_or(node.span);
    Spanned { value, span, because: places.into_iter().skip(1).collect() }
}
