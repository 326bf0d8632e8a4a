//! Who may reach pods, and whom they may reach, by the network policies that select them.

use crate::model::{
    Block, Cidr, Direction, Example, Found, Isolation, Level, Measure, NetworkKind, NetworkObject,
    Peer, PortRange, Reference, Rule, Selector, Severity, Spanned, Told, Who,
};

const LIMITED: Level = Level::closed("limited by network policies");
const UNLIMITED: Level = Level::high(9, "limited by no network policy").only_lost();
const PART: Level = Level::closed("selected pods only");
const SELECTED: Level = Level::low(1, "allowed");
const EVERY_POD: Level = Level::high(2, "allowed").when_added(Severity::Medium);
const EVERY_NAMESPACE: Level = Level::high(3, "allowed");
const PRIVATE: Level = Level::medium(1, "private addresses are allowed")
    .when_added(Severity::Low)
    .when_widened(Severity::High);
const PRIVATE_MANY: Level =
    Level::medium(1, "many private addresses are allowed").when_widened(Severity::High);
const PUBLIC: Level = Level::medium(2, "public addresses are allowed").when_widened(Severity::High);
const METADATA: Level = Level::high(3, "the cloud's metadata service is allowed");
const WORLD: Level = Level::high(3, "every address is allowed");
const EVERYBODY: Level = Level::high(9, "allowed");
const EVERYBODY_PORTS: Level = Level::medium(9, "allowed on some ports");
const NAMES: Level = Level::low(9, "allowed for names to be resolved");
const LISTED: Level = Level::low(1, "listed ports").only_lost();
const RANGE: Level = Level::medium(2, "many ports").only_lost();
const EVERY_PORT: Level = Level::medium(3, "every port").only_lost();
const WHOLE: Level = Level::closed("every pod");
const NARROWED: Level = Level::medium(1, "fewer pods, by requirements").only_lost();

/// Ports from which on they are many.
const MANY: u64 = 64;

pub(super) const RULE: Rule = Rule {
    id: "network-isolation",
    promise: "Network policies never let more through to pods, or out of them, than before.",
    why: "Policies add up: a pod that one policy selects is closed but for what any policy \
          allows. A label that changes, an empty list of peers, a dash that makes two peers of \
          one, or one policy more opens it, and nothing in the pod shows it.",
    fix: "Keep a policy that selects every pod and allows nothing, and let each other one name \
          pods, namespaces and ports. Selectors in one item of `from` must both hold; in two \
          items either is enough.",
    fix_in: &[],
    levels: &[
        LIMITED,
        UNLIMITED,
        PART,
        SELECTED,
        EVERY_POD,
        EVERY_NAMESPACE,
        PRIVATE,
        PRIVATE_MANY,
        PUBLIC,
        METADATA,
        WORLD,
        EVERYBODY,
        EVERYBODY_PORTS,
        NAMES,
        LISTED,
        RANGE,
        EVERY_PORT,
        WHOLE,
        NARROWED,
    ],
    references: &[
        Reference::CisKubernetes("5.3.2"),
        Reference::Kubernetes("Network Policies"),
        Reference::NsaCisa("Network separation and hardening"),
        Reference::Cwe(284),
        Reference::Cwe(668),
    ],
    answers: &[
        "kics 0401f71b",
        "kics 85ab1c5b",
        "checkov CKV2_K8S_6",
        "kube-linter non-isolated-pod",
        "kube-linter dangling-networkpolicy",
        "kube-score pod-networkpolicy",
        "kube-score networkpolicy-targets-pod",
        "polaris missingNetworkPolicy",
        "trivy KSV-0038",
        "kubescape C-0030",
        "kubescape C-0049",
        "kubescape C-0260",
        "kubescape C-0299",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Network(measure)],
    examples: &[
        Example {
            file: "policy.yaml", // a dash more: either is enough now
            change: "
                  apiVersion: networking.k8s.io/v1
                  kind: NetworkPolicy
                  metadata: {name: db}
                  spec:
                    podSelector: {matchLabels: {app: db}}
                    ingress:
                    - from:
                      - namespaceSelector: {matchLabels: {team: a}}
                -       podSelector: {matchLabels: {app: web}}
                +     - podSelector: {matchLabels: {app: web}}
            ",
            beside: &[],
            findings: &[
                "ingress from every pod of namespaces team=a of NetworkPolicy db: was selected pods only, now allowed (every port)",
                "ingress from pods app=web of NetworkPolicy db: allowed (every port)",
            ],
        },
        Example {
            file: "pod.yaml", // the label by which the policy beside it selects
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata:
                    name: db
                    labels:
                -     app: db
                +     app: database
                  spec:
                    containers: [{name: db, image: 'postgres:16.2'}]
            ",
            beside: &[(
                "policy.yaml",
                "
                  apiVersion: networking.k8s.io/v1
                  kind: NetworkPolicy
                  metadata: {name: db}
                  spec:
                    podSelector: {matchLabels: {app: db}}
                    policyTypes: [Ingress]
                ",
            )],
            findings: &[
                "ingress of Pod db: was limited by network policies (NetworkPolicy db), now limited by no network policy",
            ],
        },
        Example {
            file: "policy.yaml", // tighter, and in another order
            change: "
                  apiVersion: networking.k8s.io/v1
                  kind: NetworkPolicy
                  metadata: {name: db}
                  spec:
                    podSelector: {}
                +   policyTypes: [Ingress]
                    ingress:
                    - from:
                -     - ipBlock: {cidr: 10.0.0.0/8}
                      - podSelector: {matchLabels: {app: web}}
                +     - ipBlock: {cidr: 10.1.0.0/16}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &NetworkObject, found: &mut Found<'_>) {
    let NetworkKind::Pods(isolation) = &object.kind else { return };
    for (name, preposition, direction) in
        [("ingress", "from", &isolation.ingress), ("egress", "to", &isolation.egress)]
    {
        limits(name, direction, isolation, found);
        for peer in &direction.peers {
            Way { name, preposition, peer, everybody: format!("{name} {preposition} everybody") }
                .say(found);
        }
    }
    if let Some(count) = &isolation.requirements {
        let level = if count.value == 0 { WHOLE } else { NARROWED.of(count.value) };
        found.at(level, "selection", count);
    }
}

fn limits(name: &str, direction: &Direction, isolation: &Isolation, found: &mut Found<'_>) {
    for policy in &direction.limited {
        found.at(LIMITED, name, policy);
    }
    if let Some(labels) = isolation.labels.as_ref().filter(|_| direction.limited.is_empty()) {
        found.say(UNLIMITED, name, labels, "").absent();
    }
}

/// One peer in one direction.
struct Way<'a> {
    name: &'static str,
    preposition: &'static str,
    peer: &'a Spanned<Peer>,
    everybody: String,
}

impl Way<'_> {
    fn say(&self, found: &mut Found<'_>) {
        let key = match &self.peer.value.who {
            Who::Everybody => self.everybody(found),
            Who::Cluster => self.open(EVERY_NAMESPACE, "every pod of every namespace", [], found),
            Who::Pods { namespaces, pods } => self.pods(namespaces.as_ref(), pods, found),
            Who::Addresses(block) => self.addresses(block, found),
            Who::Named(name) => self.open(SELECTED, name, [], found),
        };
        let ports = &self.peer.value.ports;
        let count = ports.iter().fold(0_u64, |sum, range| sum.saturating_add(range.count));
        let level = match count {
            0 => EVERY_PORT,
            count if count > MANY => RANGE.of(count),
            count => LISTED.of(count),
        };
        let key = format!("ports of {key}");
        found.say(level, key, self.peer, self.ports());
    }

    fn key(&self, who: &str) -> String {
        format!("{} {} {who}", self.name, self.preposition)
    }

    /// Says that `who` is let through; whoever takes them in may have been let through before.
    fn open(
        &self,
        level: Level,
        who: &str,
        wider: impl IntoIterator<Item = String>,
        found: &mut Found<'_>,
    ) -> String {
        let key = self.key(who);
        let always = [self.name.to_owned(), self.everybody.clone()];
        found
            .say(level, &key, self.peer, self.ports())
            .told(Told::InKnownUnit)
            .within(wider)
            .within(always);
        key
    }

    fn everybody(&self, found: &mut Found<'_>) -> String {
        let ports = &self.peer.value.ports;
        let names = !ports.is_empty() && ports.iter().all(|range| range.first == "53");
        let level = match self.name {
            "egress" if names => NAMES,
            "egress" if !ports.is_empty() => EVERYBODY_PORTS,
            _ => EVERYBODY,
        };
        self.open(level, "everybody", [], found)
    }

    fn pods(
        &self,
        namespaces: Option<&Selector>,
        pods: &Selector,
        found: &mut Found<'_>,
    ) -> String {
        let whole = every(namespaces);
        let around: Vec<String> =
            wider(namespaces).iter().map(|wider| self.key(&every(wider.as_ref()))).collect();
        if pods.is_everything() {
            let all = namespaces.is_some_and(Selector::is_everything);
            let level = if all { EVERY_NAMESPACE } else { EVERY_POD };
            return self.open(level, &whole, around, found);
        }
        let own = selected(namespaces, pods);
        let mut within = vec![self.key(&whole)];
        within.extend(around);
        let mut places = wider(namespaces);
        places.push(namespaces.cloned());
        for namespaces in &places {
            let same = std::iter::once(pods.clone()).chain(pods.wider());
            let named = same.filter(|pods| !pods.is_everything());
            within.extend(named.map(|pods| self.key(&selected(namespaces.as_ref(), &pods))));
        }
        let key = self.open(
            SELECTED,
            &own,
            within.into_iter().filter(|key| *key != self.key(&own)),
            found,
        );
        found.say(PART, self.key(&whole), self.peer, "");
        key
    }

    fn addresses(&self, block: &Block, found: &mut Found<'_>) -> String {
        let everything = block.is_everything();
        let metadata = self.name == "egress"
            && Cidr::parse("169.254.0.0/16").is_some_and(|link| link.contains(&block.block));
        let level = match () {
            () if everything => WORLD,
            () if metadata => METADATA,
            () if !block.is_private() => PUBLIC,
            () if block.size() > 1 << 16 => PRIVATE_MANY,
            () => PRIVATE,
        };
        let wider = block.block.wider().into_iter().map(|wider| self.key(&wider.to_string()));
        self.open(level.of(block.size()), &block.block.to_string(), wider, found)
    }

    fn ports(&self) -> String {
        let shown = |range: &PortRange| {
            let first = if range.first.is_empty() { "every port" } else { range.first.as_str() };
            let more = if range.count > 1 && !range.first.is_empty() {
                format!(" and {} more", range.count - 1)
            } else {
                String::new()
            };
            match range.protocol.as_str() {
                "" => format!("{first}{more}"),
                protocol => format!("{first}{more}/{protocol}"),
            }
        };
        match self.peer.value.ports.as_slice() {
            [] => "every port".to_owned(),
            ports => ports.iter().map(shown).collect::<Vec<_>>().join(", "),
        }
    }
}

/// `every pod of its namespace`, `every pod of namespaces team=a`.
fn every(namespaces: Option<&Selector>) -> String {
    match namespaces {
        None => "every pod of its namespace".to_owned(),
        Some(selector) if selector.is_everything() => "every pod of every namespace".to_owned(),
        Some(selector) => format!("every pod of namespaces {selector}"),
    }
}

/// `pods app=web`, `pods app=web of namespaces team=a`.
fn selected(namespaces: Option<&Selector>, pods: &Selector) -> String {
    match namespaces {
        None => format!("pods {pods}"),
        Some(selector) if selector.is_everything() => format!("pods {pods} of every namespace"),
        Some(selector) => format!("pods {pods} of namespaces {selector}"),
    }
}

/// Namespaces that take in more: for its own, all of them.
fn wider(namespaces: Option<&Selector>) -> Vec<Option<Selector>> {
    match namespaces {
        None => vec![Some(Selector::default())],
        Some(selector) => selector.wider().into_iter().map(Some).collect(),
    }
}
