//! Network objects: what leads to workloads, and what keeps others away.

use super::{FileId, Published, Span, Spanned, Switch, Variable};

/// A Service, an Ingress, a network policy, a network of a compose project.
#[derive(Clone, Debug)]
pub struct NetworkObject {
    /// The file that declares it.
    pub file: FileId,
    /// What makes it the same one in another file: `Service/default/web`, `network backend`.
    pub identity: String,
    /// How messages name it: `Service web`, `network backend`.
    pub title: String,
    /// Where an absence shows: its name.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: NetworkKind,
}

/// The kinds of network object.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A network that containers of one host or one swarm join.
    Network(Network),
    /// What leads from outside to pods.
    Service(Service),
    /// What routes requests from outside to services: Ingress, Gateway routes.
    Ingress(Ingress),
    /// A network policy as an object; what it opens for pods is in their `isolation`.
    Policy(Policy),
}

/// A network of a compose project, or a quadlet's.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// No way out of it and none in.
    pub internal: Option<Switch>,
    /// Containers outside the stack may join.
    pub attachable: Option<Switch>,
    /// Traffic between hosts is encrypted.
    pub encrypted: Option<Switch>,
    /// It exists outside the project, by this name.
    pub external: Option<Spanned<String>>,
    /// The driver: `bridge`, `host`, `macvlan`.
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub options: Vec<Variable>,
}

/// A Kubernetes Service.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`; `None`: `ClusterIP`.
    pub kind: Option<Spanned<String>>,
    /// An annotation keeps the load balancer inside the provider's network.
    pub internal: Option<Spanned<String>>,
    /// The only addresses that a load balancer lets in; empty: all.
    pub source_ranges: Vec<Spanned<String>>,
    /// Addresses of the outside that lead here.
    pub external_ips: Vec<Spanned<String>>,
    /// Its ports.
    pub ports: Vec<Spanned<Published>>,
    /// Its selector, as `key=value`.
    pub selector: Vec<Spanned<String>>,
}

/// An Ingress or a route of a gateway.
#[derive(Clone, Debug, Default)]
pub struct Ingress {
    /// `host/path`, normalised; `*` for every host.
    pub routes: Vec<Spanned<String>>,
    /// Hosts that TLS is on for; `*` for all.
    pub tls: Vec<Spanned<String>>,
    /// Its annotations.
    pub annotations: Vec<Variable>,
}

/// A network policy: Kubernetes', Cilium's, Calico's.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Whom it selects, normalised; empty: every pod of the namespace.
    pub selects: Vec<Spanned<String>>,
    /// The directions it governs: `Ingress`, `Egress`.
    pub directions: Vec<Spanned<String>>,
    /// What it lets in.
    pub ingress: Vec<Spanned<super::Peer>>,
    /// What it lets out.
    pub egress: Vec<Spanned<super::Peer>>,
}
