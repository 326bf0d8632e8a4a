//! How far a Kubernetes Service can be reached.

use super::facts::port::{Service as Listens, service};
use crate::model::{
    Cidr, Example, Found, Known, Level, Measure, NetworkKind, NetworkObject, Published, Reference,
    Rule, Service, Severity, Spanned, Told,
};

const CLUSTER: Level = Level::closed("inside the cluster");
const UNKNOWN: Level = Level::low(1, "what a template decides").only_lost();
const INSIDE: Level =
    Level::low(1, "a load balancer inside the provider's network").in_new_unit(Severity::Info);
const NODE: Level = Level::medium(2, "a port of every node").in_new_unit(Severity::Low);
const SOME: Level = Level::medium(3, "a load balancer for some addresses")
    .in_new_unit(Severity::Low)
    .when_widened(Severity::Medium);
const EVERYBODY: Level =
    Level::high(4, "a load balancer for everybody").in_new_unit(Severity::Medium);
const ADDRESS: Level = Level::high(1, "leads here from outside");
const CLOSED: Level = Level::closed("inside the cluster");
const OPEN: Level = Level::low(1, "reached from outside");
const GRAVE: Level = Level::high(2, "reached from outside, where data or administration listens")
    .in_new_unit(Severity::Medium);
const PASSES: Level = Level::closed("not led to");
const LEADS: Level = Level::high(1, "led to from outside").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "exposed-service",
    promise: "A Service is never reached from further away than before, and never leads to pods \
              that were inside.",
    why: "A load balancer without source ranges has a public address, a node port is open on every \
          node, and an external address takes over traffic that is meant for others. Whatever pods \
          the selector takes in stand behind it.",
    fix: "Keep `type: ClusterIP` and let an Ingress lead in. Where it must be a load balancer, keep \
          the annotation that makes it internal, or name `loadBalancerSourceRanges`.",
    fix_in: &[],
    levels: &[
        CLUSTER, UNKNOWN, INSIDE, NODE, SOME, EVERYBODY, ADDRESS, CLOSED, OPEN, GRAVE, PASSES,
        LEADS,
    ],
    references: &[
        Reference::Kubernetes("Service"),
        Reference::NsaCisa("Network separation and hardening"),
        Reference::Cwe(668),
        Reference::Other("CVE-2020-8554: Man in the middle using LoadBalancer or ExternalIPs"),
    ],
    answers: &[
        "kics 845acfbe",
        "kics 26763a1c",
        "kube-linter exposed-services",
        "kube-score service-type",
        "kubescape C-0256",
        "trivy KSV-0108",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Network(measure)],
    examples: &[
        Example {
            file: "service.yaml",
            change: "
                  apiVersion: v1
                  kind: Service
                  metadata: {name: db}
                  spec:
                -   type: ClusterIP
                +   type: LoadBalancer
                    selector: {app: db}
                    ports: [{port: 5432}]
            ",
            beside: &[],
            findings: &[
                "reach of Service db: was inside the cluster (ClusterIP), now a load balancer for everybody (LoadBalancer)",
            ],
        },
        Example {
            file: "service.yaml",
            change: "
                  apiVersion: v1
                  kind: Service
                  metadata:
                    name: web
                -   annotations: {networking.gke.io/load-balancer-type: Internal}
                  spec:
                    type: LoadBalancer
                    ports: [{port: 443}]
            ",
            beside: &[],
            findings: &[
                "reach of Service web: was a load balancer inside the provider's network (networking.gke.io/load-balancer-type: Internal), now a load balancer for everybody (LoadBalancer)",
            ],
        },
        Example {
            file: "service.yaml", // another number for the same port of the pods
            change: "
                  apiVersion: v1
                  kind: Service
                  metadata: {name: web}
                  spec:
                    type: NodePort
                    ports:
                -   - {port: 8080, targetPort: 9090, nodePort: 30000}
                +   - {port: 9090, targetPort: 9090, nodePort: 30000}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "service.yaml", // the default written out, fewer addresses
            change: "
                  apiVersion: v1
                  kind: Service
                  metadata: {name: web}
                  spec:
                +   sessionAffinity: None
                    type: LoadBalancer
                -   loadBalancerSourceRanges: [203.0.113.0/24, 198.51.100.0/24]
                +   loadBalancerSourceRanges: [203.0.113.0/25]
                    ports: [{port: 443}]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &NetworkObject, found: &mut Found<'_>) {
    match &object.kind {
        NetworkKind::Service(service) => reach(object, service, found),
        NetworkKind::Pods(pods) => {
            for behind in &pods.behind {
                let level = if behind.value.leads { LEADS } else { PASSES };
                found.say(level, format!("what {} leads to", behind.value.service), behind, "");
            }
        }
        _ => {}
    }
}

fn reach(object: &NetworkObject, service: &Service, found: &mut Found<'_>) {
    let level = match service.kind.as_ref().map(|kind| &kind.value) {
        Some(Known::Is(kind)) if kind == "LoadBalancer" => balanced(service),
        Some(Known::Is(kind)) if kind == "NodePort" => NODE,
        Some(Known::Unknown(_)) => UNKNOWN,
        _ => CLUSTER,
    };
    match (&service.kind, &service.internal) {
        (Some(kind), Some(internal)) if level == INSIDE => {
            found.at(level, "reach", &internal.clone().because(kind.places()));
        }
        (Some(kind), _) => {
            let ranges = service.source_ranges.iter().flat_map(Spanned::places);
            found.at(level, "reach", &kind.clone().because(ranges));
        }
        (None, _) => {
            found.say(level, "reach", &Spanned::new((), object.head), "");
        }
    }
    for address in &service.external_ips {
        found.at(ADDRESS, format!("address {}", address.value), address);
    }
    let outside = level.rank > INSIDE.rank || !service.external_ips.is_empty();
    for port in &service.ports {
        let key = format!("port {}/{}", port.value.text, port.value.protocol);
        let level = if outside { listens(port) } else { CLOSED };
        let exposure = found.say(level, key, port, "").told(Told::IfUnheard);
        // Under another number it leads to the same port of the pods.
        if let Some((inner, _)) = port.value.container {
            exposure.same_as(format!("{}\0{inner}/{}", object.identity, port.value.protocol));
        }
    }
}

fn listens(port: &Spanned<Published>) -> Level {
    let grave = [port.value.published, port.value.container].into_iter().flatten();
    let mut grave = grave.filter_map(|(port, _)| service(port, None));
    match grave.next() {
        Some(Listens::Administration | Listens::Data) => GRAVE,
        None => OPEN,
    }
}

/// A load balancer, by whom it lets in.
fn balanced(service: &Service) -> Level {
    if service.internal.is_some() {
        return INSIDE;
    }
    let ranges: Vec<Option<Cidr>> =
        service.source_ranges.iter().map(|range| Cidr::parse(&range.value)).collect();
    let every = ranges.iter().flatten().any(Cidr::is_everything);
    if ranges.is_empty() || every {
        return EVERYBODY;
    }
    SOME.of(ranges
        .iter()
        .map(|range| range.as_ref().map_or(1, Cidr::size))
        .fold(0, u64::saturating_add))
}
