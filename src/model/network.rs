//! Network objects: what leads to workloads, and what keeps others away.

use super::{Block, FileId, Known, Published, Selector, Span, Spanned, Switch, Variable};

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
    /// What else decides that it is there: the line of a kustomization that names its file.
    pub because: Vec<Span>,
    /// What it is.
    pub kind: NetworkKind,
}

/// The kinds of network object.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// A network that containers of one host or one swarm join.
    Network(Network),
    /// What leads to pods.
    Service(Service),
    /// What routes requests from outside to services: Ingress, Gateway routes.
    Ingress(Ingress),
    /// A network policy as an object; what it leaves open for pods is told with them.
    Policy(Policy),
    /// The pods of a workload: who may reach them, and what leads to them.
    Pods(Isolation),
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
    pub kind: Option<Spanned<Known<String>>>,
    /// An annotation keeps the load balancer inside the provider's network.
    pub internal: Option<Spanned<String>>,
    /// The only addresses that a load balancer lets in; empty: all.
    pub source_ranges: Vec<Spanned<String>>,
    /// Addresses of the outside that lead here.
    pub external_ips: Vec<Spanned<String>>,
    /// Its ports.
    pub ports: Vec<Spanned<Published>>,
}

/// An Ingress, a route or a listener of a gateway.
#[derive(Clone, Debug, Default)]
pub struct Ingress {
    /// `host/path`, normalised; `*` for every host.
    pub routes: Vec<Spanned<String>>,
    /// Where TLS is on: a host, `*` for all.
    pub tls: Vec<Spanned<String>>,
    /// What keeps requests away, or lets them pass.
    pub gates: Vec<Spanned<Gate>>,
}

/// One thing that decides which requests pass an Ingress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Who asks must prove who they are; what is written.
    Authentication(String),
    /// Only requests from these addresses pass; what is written.
    Addresses(String),
    /// The balancer stays inside the provider's network; what is written.
    Internal(String),
    /// The balancer is reached from the internet; what is written.
    Outside(String),
    /// Requests without TLS are sent elsewhere or refused.
    OnlyTls(String),
    /// Requests without TLS are served though TLS is there.
    Plain(String),
    /// A firewall looks at requests; what is written.
    Firewall(String),
    /// Text is put into the proxy's own configuration; the name of the setting.
    Snippet(String),
    /// The certificate of the server behind is not checked.
    Unverified(String),
    /// Every namespace may hang routes on it.
    EveryNamespace(String),
}

/// A network policy: Kubernetes', Cilium's, Calico's.
#[derive(Clone, Debug)]
pub struct Policy {
    /// No pod that it selects is known: it stands for them.
    pub alone: bool,
}

/// What network policies and Services leave open for the pods of one workload.
#[derive(Clone, Debug, Default)]
pub struct Isolation {
    /// Nothing but a policy's selector is known of them: how many requirements it has.
    pub requirements: Option<Spanned<u64>>,
    /// Who may reach them.
    pub ingress: Direction,
    /// Whom they may reach.
    pub egress: Direction,
    /// Services of their namespace that lead in from outside.
    pub behind: Vec<Spanned<Behind>>,
    /// Where a lack shows: their labels, the selectors that pass them by.
    pub labels: Option<Spanned<()>>,
}

/// One direction of traffic.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    /// Policies that select the pods for it, by title; empty: all may.
    pub limited: Vec<Spanned<String>>,
    /// Who may, as the union of these policies says.
    pub peers: Vec<Spanned<Peer>>,
}

/// A set of peers that a network policy allows, and on which ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who.
    pub who: Who,
    /// On which ports; empty: on every one.
    pub ports: Vec<PortRange>,
}

/// Ports of one protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    /// `tcp`, `udp`, `sctp`, lower case; empty for any.
    pub protocol: String,
    /// The first, or its name.
    pub first: String,
    /// How many.
    pub count: u64,
}

/// Whom a peer takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, inside and outside of the cluster.
    Everybody,
    /// Every pod and node of the cluster.
    Cluster,
    /// Pods of namespaces: `None` for their own.
    Pods {
        /// Which namespaces.
        namespaces: Option<Selector>,
        /// Which of their pods.
        pods: Selector,
    },
    /// Addresses.
    Addresses(Block),
    /// Something that has a name: a host name, a kind of node.
    Named(String),
}

/// A Service that can be reached from outside the cluster, as some pods see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Its title.
    pub service: String,
    /// It leads to them.
    pub leads: bool,
}
