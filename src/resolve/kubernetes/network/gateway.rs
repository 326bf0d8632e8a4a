//! Routes and listeners of gateways: the Gateway API, OpenShift, Istio, Traefik, Contour.

use super::super::object::Object;
use super::{MOST, annotation, route};
use crate::model::{Gate, Ingress, Node, Spanned};

/// What an object lets in from outside.
pub(super) fn ingress(object: &Object) -> Option<Ingress> {
    let group = object.group.as_str();
    let ingress = match object.kind.as_str() {
        "Gateway" if group.ends_with("istio.io") => istio_gateway(object),
        "Gateway" if group.starts_with("gateway.networking") => gateway(object),
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" => attached(object),
        "Route" if group == "route.openshift.io" => openshift(object),
        "VirtualService" if group.ends_with("istio.io") => virtual_service(object),
        "IngressRoute" | "IngressRouteTCP" => traefik(object),
        "HTTPProxy" => contour(object),
        _ => return None,
    };
    Some(ingress)
}

fn items<'a>(node: &'a Node, path: &str) -> impl Iterator<Item = &'a Node> {
    node.at(path).map(Node::items).unwrap_or_default().iter().take(MOST)
}

fn text(node: &Node, path: &str) -> Option<Spanned<String>> {
    node.at(path).and_then(Node::spanned)
}

fn gateway(object: &Object) -> Ingress {
    let mut ingress = Ingress::default();
    for listener in items(&object.node, "spec.listeners") {
        let host = text(listener, "hostname");
        let port = text(listener, "port");
        let protocol = text(listener, "protocol");
        // Where connections have no names, there is no host, nor TLS that the gateway could end.
        let bare = protocol.clone().filter(|it| matches!(it.value.as_str(), "TCP" | "UDP"));
        let bare = bare.map(|protocol| protocol.with(protocol.value.to_ascii_lowercase()));
        let host = host.filter(|_| bare.is_none());
        let name = host.as_ref().or(bare.as_ref()).map_or("*", |name| name.value.as_str());
        let place =
            host.as_ref().or(port.as_ref()).map_or_else(|| listener.place(()), |at| at.with(()));
        let number = port.as_ref().map_or("", |port| port.value.as_str());
        ingress.routes.push(place.with(format!("{name}:{number}")));
        let secure = protocol.filter(|protocol| matches!(protocol.value.as_str(), "HTTPS" | "TLS"));
        let secure = secure.or_else(|| bare.clone());
        ingress.tls.extend(secure.map(|protocol| protocol.with(name.to_ascii_lowercase())));
        let from = text(listener, "allowedRoutes.namespaces.from");
        let every = from.filter(|from| from.value == "All");
        ingress.gates.extend(every.map(|from| {
            from.with(Gate::EveryNamespace(
                text(listener, "name").map_or(String::new(), |n| n.value),
            ))
        }));
    }
    ingress
}

/// A route of the Gateway API: its host names and the paths that its rules match.
fn attached(object: &Object) -> Ingress {
    let hosts: Vec<Spanned<String>> =
        items(&object.node, "spec.hostnames").filter_map(Node::spanned).collect();
    let mut paths: Vec<Option<Spanned<String>>> = Vec::new();
    for rule in items(&object.node, "spec.rules") {
        let matches: Vec<_> = items(rule, "matches").map(|m| text(m, "path.value")).collect();
        if matches.is_empty() { paths.push(None) } else { paths.extend(matches) }
    }
    if paths.is_empty() {
        paths.push(None);
    }
    Ingress { routes: product(&hosts, &paths, &object.node), ..Ingress::default() }
}

fn product(
    hosts: &[Spanned<String>],
    paths: &[Option<Spanned<String>>],
    node: &Node,
) -> Vec<Spanned<String>> {
    let hosts: Vec<Option<&Spanned<String>>> =
        if hosts.is_empty() { vec![None] } else { hosts.iter().map(Some).collect() };
    let all = hosts
        .iter()
        .flat_map(|host| paths.iter().map(move |path| route(*host, path.as_ref(), node)));
    all.take(MOST).collect()
}

fn openshift(object: &Object) -> Ingress {
    let mut ingress = Ingress { gates: annotation::gates(object), ..Ingress::default() };
    let (host, path) = (text(&object.node, "spec.host"), text(&object.node, "spec.path"));
    ingress.routes.push(route(host.as_ref(), path.as_ref(), &object.node));
    if let Some(termination) = text(&object.node, "spec.tls.termination") {
        ingress.tls.push(termination.with("*".to_owned()));
    }
    if let Some(insecure) = text(&object.node, "spec.tls.insecureEdgeTerminationPolicy") {
        let said = format!("insecureEdgeTerminationPolicy: {}", insecure.value);
        let plain = insecure.value == "Allow";
        ingress.gates.push(insecure.with(if plain {
            Gate::Plain(said)
        } else {
            Gate::OnlyTls(said)
        }));
    }
    ingress
}

fn istio_gateway(object: &Object) -> Ingress {
    let mut ingress = Ingress::default();
    for server in items(&object.node, "spec.servers") {
        let number = text(server, "port.number").map_or(String::new(), |port| port.value);
        let tls = text(server, "tls.mode");
        for host in items(server, "hosts").filter_map(Node::spanned) {
            ingress.routes.push(host.with(format!("{}:{number}", host.value)));
            if let Some(mode) = &tls {
                ingress.tls.push(mode.with(host.value.to_ascii_lowercase()));
            }
        }
        let mutual = tls.filter(|mode| matches!(mode.value.as_str(), "MUTUAL" | "OPTIONAL_MUTUAL"));
        ingress.gates.extend(
            mutual.map(|mode| mode.with(Gate::Authentication(format!("tls mode {}", mode.value)))),
        );
        let redirect = server.at("tls.httpsRedirect").filter(|node| node.boolean() == Some(true));
        ingress
            .gates
            .extend(redirect.map(|node| node.place(Gate::OnlyTls("httpsRedirect".into()))));
    }
    ingress
}

/// A virtual service counts from outside only where it names a gateway.
fn virtual_service(object: &Object) -> Ingress {
    let mut gateways = items(&object.node, "spec.gateways").filter_map(Node::text);
    if !gateways.any(|name| name != "mesh") {
        return Ingress::default();
    }
    let hosts: Vec<_> = items(&object.node, "spec.hosts").filter_map(Node::spanned).collect();
    let mut paths = Vec::new();
    for rule in items(&object.node, "spec.http") {
        let matches: Vec<_> = items(rule, "match")
            .map(|m| m.get("uri").and_then(|uri| uri.entries().first()?.value.spanned()))
            .collect();
        if matches.is_empty() { paths.push(None) } else { paths.extend(matches) }
    }
    if paths.is_empty() {
        paths.push(None);
    }
    Ingress { routes: product(&hosts, &paths, &object.node), ..Ingress::default() }
}

fn traefik(object: &Object) -> Ingress {
    let mut ingress = Ingress::default();
    for route in items(&object.node, "spec.routes") {
        let Some(rule) = text(route, "match") else { continue };
        ingress.routes.push(rule.with(rule.value.split_whitespace().collect()));
        for middleware in items(route, "middlewares").filter_map(|node| text(node, "name")) {
            ingress
                .gates
                .extend(annotation::named(&middleware.value).map(|gate| middleware.with(gate)));
        }
    }
    let tls = object.node.at("spec").and_then(|spec| spec.entry("tls"));
    let tls = tls.filter(|tls| tls.value.is_map());
    ingress.tls.extend(tls.map(|tls| tls.key.with("*".to_owned())));
    ingress
}

fn contour(object: &Object) -> Ingress {
    let mut ingress = Ingress::default();
    let Some(host) = text(&object.node, "spec.virtualhost.fqdn") else { return ingress };
    for rule in items(&object.node, "spec.routes") {
        let path = items(rule, "conditions").find_map(|condition| text(condition, "prefix"));
        ingress.routes.push(route(Some(&host), path.as_ref(), rule));
        let plain = rule.get("permitInsecure").filter(|node| node.boolean() == Some(true));
        ingress.gates.extend(plain.map(|node| node.place(Gate::Plain("permitInsecure".into()))));
    }
    let tls = object.at("spec.virtualhost.tls").filter(|node| node.is_map());
    ingress.tls.extend(tls.map(|node| node.place("*".to_owned())));
    ingress
}
