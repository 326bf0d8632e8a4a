//! What an Ingress, a route or a gateway lets in from outside.

use crate::model::{
    Cidr, Example, Found, Gate, Ingress, Level, Measure, NetworkKind, NetworkObject, Reference,
    Rule, Severity, Spanned, Told,
};

const ROUTES: Level = Level::low(1, "as many as").only_lost();
const EVERY_HOST: Level = Level::medium(2, "every host");
const ASKED: Level = Level::closed("asked for");
const UNASKED: Level = Level::high(1, "not asked for").only_lost();
const SOME: Level = Level::medium(1, "some addresses").only_lost();
const EVERY: Level = Level::high(2, "every address").only_lost();
const TLS: Level = Level::closed("for every host");
const NO_TLS: Level = Level::medium(1, "hosts without it").only_lost();
const REFUSED: Level = Level::closed("refused or redirected");
const LEFT: Level = Level::low(1, "left to the controller").only_lost();
const SERVED: Level = Level::medium(2, "served").in_new_unit(Severity::Low);
const INSIDE: Level = Level::closed("inside the provider's network");
const OUTSIDE: Level = Level::high(1, "the internet").in_new_unit(Severity::Medium);
const WATCHED: Level = Level::closed("in front");
const UNWATCHED: Level = Level::medium(1, "taken away").only_lost();
const SNIPPET: Level = Level::high(1, "put into the proxy's configuration");
const UNVERIFIED: Level = Level::medium(1, "not verified");
const ANY_NAMESPACE: Level = Level::medium(1, "from every namespace").in_new_unit(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "exposed-ingress",
    promise: "What leads in from outside never asks for less than before.",
    why: "An annotation decides whether a whole application asks who is there. When it goes, or \
          the TLS section does, everything works as before, for everybody. A snippet is text in the \
          configuration of a proxy that holds every application's keys (CVE-2021-25742).",
    fix: "Put the authentication, the list of addresses, the TLS section back. Instead of a snippet \
          use the annotation or the middleware made for it.",
    fix_in: &[],
    levels: &[
        ROUTES,
        EVERY_HOST,
        ASKED,
        UNASKED,
        SOME,
        EVERY,
        TLS,
        NO_TLS,
        REFUSED,
        LEFT,
        SERVED,
        INSIDE,
        OUTSIDE,
        WATCHED,
        UNWATCHED,
        SNIPPET,
        UNVERIFIED,
        ANY_NAMESPACE,
    ],
    references: &[
        Reference::Kubernetes("Ingress"),
        Reference::Cwe(306),
        Reference::Cwe(319),
        Reference::Cwe(94),
        Reference::Other("Ingress-Nginx Controller: Annotations"),
        Reference::Other("CVE-2021-25742: Ingress-nginx custom snippets"),
    ],
    answers: &[
        "kics 69bbc5e3",
        "polaris tlsSettingsMissing",
        "checkov CKV_K8S_152",
        "checkov CKV_K8S_153",
        "checkov CKV_K8S_154",
        "trivy KCV-0093",
        "kubescape C-0059",
        "kubescape C-0256",
        "kubescape C-0263",
        "kubescape C-0266",
        "kubescape C-0292",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Network(measure)],
    examples: &[
        Example {
            file: "ingress.yaml",
            change: "
                  apiVersion: networking.k8s.io/v1
                  kind: Ingress
                  metadata:
                    name: web
                    annotations:
                -     nginx.ingress.kubernetes.io/auth-type: basic
                      nginx.ingress.kubernetes.io/proxy-body-size: 8m
                  spec:
                -   tls: [{hosts: [a.example.org]}]
                    rules: [{host: a.example.org}]
            ",
            beside: &[],
            findings: &[
                "authentication of Ingress web: was asked for (nginx.ingress.kubernetes.io/auth-type: basic), now not asked for",
                "TLS of Ingress web: was for every host, now hosts without it (1)",
            ],
        },
        Example {
            file: "ingress.yaml",
            change: "
                  apiVersion: networking.k8s.io/v1
                  kind: Ingress
                  metadata:
                    name: web
                    annotations:
                -     nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8
                +     nginx.ingress.kubernetes.io/whitelist-source-range: 0.0.0.0/0
                +     nginx.ingress.kubernetes.io/configuration-snippet: more_set_headers X;
                  spec:
                    rules: [{host: a.example.org}]
            ",
            beside: &[],
            findings: &[
                "client addresses of Ingress web: was some addresses (10.0.0.0/8), now every address (0.0.0.0/0)",
                "nginx.ingress.kubernetes.io/configuration-snippet of Ingress web: put into the proxy's configuration",
            ],
        },
        Example {
            file: "ingress.yaml", // another name, another order
            change: "
                  apiVersion: networking.k8s.io/v1
                  kind: Ingress
                  metadata:
                    name: web
                    annotations:
                -     nginx.ingress.kubernetes.io/auth-type: basic
                -     nginx.ingress.kubernetes.io/whitelist-source-range: 10.0.0.0/8
                +     nginx.ingress.kubernetes.io/whitelist-source-range: '10.1.0.0/16'
                +     nginx.ingress.kubernetes.io/auth-url: https://auth.example.org
                  spec:
                -   tls: [{hosts: [a.example.org]}]
                -   rules: [{host: a.example.org}]
                +   tls: [{hosts: [b.example.org]}]
                +   rules: [{host: b.example.org}]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &NetworkObject, found: &mut Found<'_>) {
    let NetworkKind::Ingress(ingress) = &object.kind else { return };
    let head = Spanned::new((), object.head);
    routes(ingress, found);
    tls(ingress, &head, found);
    gates(ingress, found);
    absences(ingress, &head, found);
}

fn routes(ingress: &Ingress, found: &mut Found<'_>) {
    let mut known: Vec<&Spanned<String>> =
        ingress.routes.iter().filter(|route| !route.value.contains("{{")).collect();
    known.sort_by(|a, b| a.value.cmp(&b.value));
    known.dedup_by(|a, b| a.value == b.value);
    if let Some(first) = known.first() {
        let places = known.iter().skip(1).flat_map(|route| route.places());
        let count = known.len();
        let all = (*first).clone().because(places);
        found.say(ROUTES.of(count as u64), "routes", &all, count.to_string());
    }
    for route in known.iter().filter(|route| host(&route.value) == "*") {
        found.say(EVERY_HOST, "hosts", route, &route.value).told(Told::InKnownUnit);
    }
}

fn host(route: &str) -> &str {
    route.split(['/', ':']).next().unwrap_or_default()
}

/// Whether every host is served with TLS: said of all, so that a host may be called otherwise.
fn tls(ingress: &Ingress, head: &Spanned<()>, found: &mut Found<'_>) {
    let covered = |name: &str| {
        ingress.tls.iter().any(|tls| {
            let wild = tls.value.strip_prefix('*');
            tls.value == name || wild.is_some_and(|end| end.is_empty() || name.ends_with(end))
        })
    };
    let mut hosts: Vec<&str> = ingress.routes.iter().map(|route| host(&route.value)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let without = hosts.iter().filter(|host| !covered(host)).count();
    match ingress.tls.first() {
        Some(first) if without == 0 => {
            let others = ingress.tls.iter().skip(1).flat_map(Spanned::places);
            found.say(TLS, "TLS", &first.clone().because(others), "");
        }
        _ if hosts.is_empty() => {}
        _ => {
            let places = ingress.routes.iter().flat_map(Spanned::places);
            let place = head.clone().because(places);
            let exposure = found.say(NO_TLS.of(without as u64), "TLS", &place, without.to_string());
            exposure.absent = ingress.tls.is_empty();
        }
    }
}

fn gates(ingress: &Ingress, found: &mut Found<'_>) {
    for gate in &ingress.gates {
        match &gate.value {
            Gate::Authentication(said) => found.say(ASKED, "authentication", gate, said),
            Gate::Addresses(said) => found.say(addresses(said), "client addresses", gate, said),
            Gate::Internal(said) => found.say(INSIDE, "reach", gate, said),
            Gate::Outside(said) => found.say(OUTSIDE, "reach", gate, said),
            Gate::OnlyTls(said) => found.say(REFUSED, "requests without TLS", gate, said),
            Gate::Plain(said) => found.say(SERVED, "requests without TLS", gate, said),
            Gate::Firewall(said) => found.say(WATCHED, "firewall", gate, said),
            Gate::Snippet(name) => found.say(SNIPPET, name, gate, ""),
            Gate::Unverified(said) => found.say(UNVERIFIED, "server behind", gate, said),
            Gate::EveryNamespace(name) => {
                found.say(ANY_NAMESPACE, format!("routes on listener {name}"), gate, "")
            }
        };
    }
}

/// A list of addresses by its size; what is no address is a list kept elsewhere.
fn addresses(text: &str) -> Level {
    let blocks = text.split([',', ' ']).map(str::trim).filter_map(Cidr::parse);
    let (mut size, mut every) = (0_u64, false);
    for block in blocks {
        every |= block.is_everything();
        size = size.saturating_add(block.size());
    }
    if every { EVERY } else { SOME.of(size) }
}

fn absences(ingress: &Ingress, head: &Spanned<()>, found: &mut Found<'_>) {
    let has = |is: fn(&Gate) -> bool| ingress.gates.iter().any(|gate| is(&gate.value));
    let rows: [(bool, Level, &str); 4] = [
        (has(|gate| matches!(gate, Gate::Authentication(_))), UNASKED, "authentication"),
        (has(|gate| matches!(gate, Gate::Addresses(_))), EVERY, "client addresses"),
        (
            has(|gate| matches!(gate, Gate::OnlyTls(_) | Gate::Plain(_))),
            LEFT,
            "requests without TLS",
        ),
        (has(|gate| matches!(gate, Gate::Firewall(_))), UNWATCHED, "firewall"),
    ];
    for (_, level, key) in rows.into_iter().filter(|(has, ..)| !has) {
        found.say(level, key, head, "").absent();
    }
}
