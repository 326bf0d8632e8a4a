//! Which pods which network policies and Services select, and what is left open for them.
//!
//! Policies add up: a pod that one policy selects is closed in the directions that it governs, but
//! for what any of them allows.

use super::labels;
use super::network;
use super::object::Object;
use super::pod::{self, Pod};
use super::policy::{self, Allowed, NetworkPolicy};
use crate::model::{
    Behind, Declaration, Direction, Isolation, NetworkKind, NetworkObject, Node, Policy, Selector,
    Span, Spanned, Unit,
};

/// How many times a pod is held against a policy or a Service.
const MOST: usize = 1_000_000;
/// How many pods one guard is held against.
const HELD: usize = 2_000;
/// How many Services pods are held against.
const SERVICES: usize = 64;
/// How many other policies count for the pods of one that selects none here.
const STANDING: usize = 64;
/// How many places a lack names.
const PLACES: usize = 12;

/// The pods that one object makes.
pub(super) struct Pods<'a> {
    object: &'a Object,
    identity: String,
    labels: Vec<(String, String)>,
    /// Where the labels stand.
    places: Vec<Span>,
}

/// A Service that can be reached from outside.
struct Leads {
    namespace: String,
    title: String,
    selector: Selector,
    place: Span,
}

/// It makes pods.
pub(super) fn is_selected(object: &Object) -> bool {
    !pod::pods(object).is_empty()
}

/// It selects pods, to protect them or to lead to them from outside.
pub(super) fn selects(object: &Object) -> bool {
    policy::is_policy(&object.kind) || leads(object).is_some()
}

/// What is left open for the pods of all objects, and the policies that select none of them.
pub(super) fn units(objects: &[Object]) -> Vec<Declaration> {
    let policies: Vec<NetworkPolicy<'_>> = objects.iter().flat_map(policy::policies).collect();
    let pods = Pods::of(objects);
    let services: Vec<Leads> = objects.iter().filter_map(leads).collect();
    let mut left = MOST;
    let mut selects = vec![false; policies.len()];
    let mut units = Vec::new();
    for pods in &pods {
        let namespace = pods.object.scope();
        let mut own = Vec::new();
        for (at, policy) in policies.iter().enumerate().take(left) {
            if takes(policy, namespace, &pods.labels) {
                own.push(policy);
                selects[at] = true;
            }
        }
        left = left.saturating_sub(policies.len() + services.len());
        let mut isolation = isolation(&own, &pods.places);
        isolation.behind =
            behind(services.get(..left.min(services.len())).unwrap_or_default(), pods);
        isolation.labels = Some(lack(pods, &policies));
        let identity = pods.identity.clone();
        units.push(declare(pods.object, identity, NetworkKind::Pods(isolation)));
    }
    for (at, policy) in policies.iter().enumerate().take(left) {
        let alone = !selects.get(at).copied().unwrap_or_default();
        let identity = policy.object.identity();
        if alone {
            let own = standing_for(policy, &policies);
            left = left.saturating_sub(policies.len());
            let mut isolation = isolation(&own, &[]);
            let count = policy.selector.requirements.len() as u64;
            let known = policy.selector.unknown.is_none();
            isolation.requirements = known.then(|| Spanned::new(count, policy.place));
            isolation.labels = Some(Spanned::new((), policy.place));
            let identity = format!("pods selected by {identity}");
            units.push(declare(policy.object, identity, NetworkKind::Pods(isolation)));
        }
        units.push(declare(policy.object, identity, NetworkKind::Policy(Policy { alone })));
    }
    units
}

/// The policies that select whatever pod this one does, as far as that can be told.
fn standing_for<'b, 'a>(
    policy: &'b NetworkPolicy<'a>,
    all: &'b [NetworkPolicy<'a>],
) -> Vec<&'b NetworkPolicy<'a>> {
    let typical = policy.selector.typical();
    let others = all.iter().filter(|other| {
        !std::ptr::eq(*other, policy)
            && other.namespace == policy.namespace
            && other.selector.takes(&typical)
    });
    std::iter::once(policy).chain(others.take(STANDING)).collect()
}

fn takes(policy: &NetworkPolicy<'_>, namespace: &str, labels: &[(String, String)]) -> bool {
    policy.namespace.as_deref().is_none_or(|own| own == namespace) && policy.selector.takes(labels)
}

impl<'a> Pods<'a> {
    /// Those of all objects.
    pub(super) fn of(objects: &'a [Object]) -> Vec<Self> {
        objects.iter().flat_map(labelled).collect()
    }
}

/// The pods that a guard with a selector of its own is for.
pub(super) fn protected(object: &Object, pods: &[Pods<'_>]) -> Vec<String> {
    let Some(node) = object.at("spec.selector").filter(|node| !node.entries().is_empty()) else {
        return Vec::new();
    };
    let selector = labels::selector(node);
    if selector.requirements.is_empty() {
        return Vec::new();
    }
    // A kustomization may say later which namespace is meant.
    let near = |namespace: &str| {
        namespace.is_empty() || object.scope().is_empty() || namespace == object.scope()
    };
    let own = pods.iter().take(HELD).filter(|pods| near(pods.object.scope()));
    own.filter(|pods| selector.takes(&pods.labels)).map(|pods| pods.identity.clone()).collect()
}

/// The pods of an object, with their labels.
fn labelled(object: &Object) -> Vec<Pods<'_>> {
    let labelled = |pod: Pod<'_>| {
        let own = pod.metadata.and_then(|node| node.get("labels"));
        let (mut labels, places) = labels::labels(own);
        for (name, value) in &object.setting.labels {
            labels.retain(|(own, _)| own != name);
            labels.push((name.clone(), value.clone()));
        }
        let identity = format!("pods of {}", object.identity_as(pod::family(object)));
        let identity =
            if pod.within.is_empty() { identity } else { format!("{identity}, {}", pod.within) };
        Pods { object, identity, labels, places }
    };
    pod::pods(object).into_iter().map(labelled).chain(release(object)).collect()
}

/// The pods that a release of a chart makes, with the labels that charts give them by custom.
fn release(object: &Object) -> Option<Pods<'_>> {
    if object.kind != "HelmRelease" || !object.group.ends_with("toolkit.fluxcd.io") {
        return None;
    }
    let text = |path: &str| object.at(path).and_then(Node::text).map(str::to_owned);
    let name = text("spec.releaseName").unwrap_or_else(|| object.name().to_owned());
    let chart = text("spec.chart.spec.chart").unwrap_or_else(|| object.name().to_owned());
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let labels = vec![
        label("app.kubernetes.io/instance", &name),
        label("app.kubernetes.io/name", &chart),
        label("app", &chart),
    ];
    let identity = format!("pods of {}", object.identity());
    Some(Pods { object, identity, labels, places: vec![object.head] })
}

fn leads(object: &Object) -> Option<Leads> {
    if object.kind != "Service" || !object.group.is_empty() || !network::is_outside(object) {
        return None;
    }
    let node = object.at("spec.selector").filter(|node| !node.entries().is_empty())?;
    let mut selector = Selector::default();
    labels::plain(node, &mut selector);
    Some(Leads {
        namespace: object.scope().to_owned(),
        title: object.title(),
        selector,
        place: node.span,
    })
}

fn behind(services: &[Leads], pods: &Pods<'_>) -> Vec<Spanned<Behind>> {
    let near = services.iter().filter(|service| service.namespace == pods.object.scope());
    let seen = near.take(SERVICES).map(|service| {
        let leads = service.selector.takes(&pods.labels);
        let value = Behind { service: service.title.clone(), leads };
        Spanned { value, span: service.place, because: pods.places.clone() }
    });
    seen.collect()
}

/// Where the lack of a policy shows: the labels, and the selectors that pass them by.
fn lack(pods: &Pods<'_>, policies: &[NetworkPolicy<'_>]) -> Spanned<()> {
    let namespace = pods.object.scope();
    let near = policies
        .iter()
        .filter(|policy| policy.namespace.as_deref().is_none_or(|own| own == namespace));
    let places = pods.places.iter().copied().chain(near.map(|policy| policy.place));
    let mut places = places.take(PLACES);
    let span = places.next().unwrap_or(pods.object.head);
    Spanned { value: (), span, because: places.collect() }
}

/// What policies leave open together.
fn isolation(policies: &[&NetworkPolicy<'_>], labels: &[Span]) -> Isolation {
    Isolation {
        ingress: direction(policies, labels, |policy| policy.ingress.as_ref()),
        egress: direction(policies, labels, |policy| policy.egress.as_ref()),
        ..Isolation::default()
    }
}

fn direction<'b, 'a>(
    policies: &[&'b NetworkPolicy<'a>],
    labels: &[Span],
    allowed: impl Fn(&'b NetworkPolicy<'a>) -> Option<&'b Allowed>,
) -> Direction {
    let mut direction = Direction::default();
    for policy in policies {
        let Some(allowed) = allowed(policy) else { continue };
        // What may have gone when it limits no more: its direction, its selector, the labels, all
        // of it.
        let places = std::iter::once(policy.place).chain(labels.iter().copied());
        let mut places = allowed.place.into_iter().chain(places).chain([policy.object.node.span]);
        let span = places.next().unwrap_or(policy.place);
        let because = places.collect();
        direction.limited.push(Spanned { value: policy.object.title(), span, because });
        let because = || std::iter::once(policy.place).chain(labels.iter().copied());
        let peers = allowed.peers.iter().cloned().map(|peer| peer.because(because()));
        direction.peers.extend(peers);
    }
    direction
}

fn declare(object: &Object, identity: String, kind: NetworkKind) -> Declaration {
    let (title, span) = (object.title(), object.node.span);
    let (file, head) = (object.file.text.file, object.head);
    let because = object.node.because.clone();
    let unit = NetworkObject { file, identity, title: title.clone(), head, span, because, kind };
    object.declare(Unit::Network(Box::new(unit)), title, span)
}
