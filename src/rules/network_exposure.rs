//! Networks of a project that lead further than before.

use crate::model::{
    Example, Found, Known, Level, Measure, NetworkKind, NetworkObject, Platform, Reference, Rule,
    Severity, Spanned, Switch, Told, Workload,
};

const INTERNAL: Level = Level::closed("internal");
const OUTSIDE: Level = Level::medium(1, "with a way out and in").only_lost();
const STACK: Level = Level::closed("only for this stack");
const ATTACHABLE: Level = Level::low(1, "open to containers of others").in_new_unit(Severity::Info);
const ENCRYPTED: Level = Level::closed("encrypted between hosts");
const PLAIN: Level = Level::low(1, "not encrypted between hosts").only_lost();
const OWN: Level = Level::closed("the project's own");
const SHARED: Level = Level::low(1, "shared with other projects").in_new_unit(Severity::Info);
const WIRE: Level = Level::medium(2, "on the wire of the host").in_new_unit(Severity::Low);
const JOINED: Level = Level::low(1, "joined").only_lost();
const PUBLIC: Level =
    Level::medium(1, "joined, where outsiders come in").in_new_unit(Severity::Info);

/// The network that a service joins without saying so.
const DEFAULT: &str = "default";
/// The key that stands for it.
const EVERYBODY: &str = "network of all services";

/// The key that stands for one that other projects are in too: the project's own holds fewer.
const OTHERS: &str = "network of other projects";

/// Words of the names of networks that proxies and outsiders are in.
const PUBLIC_NAMES: &[&str] =
    &["public", "external", "internet", "dmz", "edge", "ingress", "proxy", "traefik", "frontend"];

pub(super) const RULE: Rule = Rule {
    id: "network-exposure",
    promise: "No network of a project leads further, and no service joins more of them.",
    why: "Which networks a service is in decides who can talk to it and where a process that was \
          taken over can go. `internal: true` is what keeps a database off the internet.",
    fix: "Keep `internal: true` on networks of databases and workers, and leave a service in as few \
          networks as it needs.",
    fix_in: &[],
    levels: &[
        INTERNAL, OUTSIDE, STACK, ATTACHABLE, ENCRYPTED, PLAIN, OWN, SHARED, WIRE, JOINED, PUBLIC,
    ],
    references: &[
        Reference::CisDocker("5.30"),
        Reference::CisDocker("7.3"),
        Reference::Cwe(923),
        Reference::Compose("networks: internal, attachable, external"),
        Reference::Docker("Networking overview"),
    ],
    answers: &["kics ce14a68b", "docker-bench 5.30", "docker-bench 7.3"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Network(network), Measure::Workload(joined)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     networks: [backend]
                +     networks: [backend, frontend]
                  networks:
                    backend:
                -     internal: true
                +     attachable: true
                    frontend: {}
            ",
            beside: &[],
            findings: &[
                "public networks of service db: joined, where outsiders come in (frontend)",
                "outside of network backend: was internal, now with a way out and in",
                "networks of service db: was joined (backend), now joined (backend, frontend)",
                "members of network backend: was only for this stack, now open to containers of others",
            ],
        },
        Example {
            file: "compose.yaml", // all were in one network, and are in another one
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     networks: [tier]
                    web:
                      image: ghcr.io/acme/web:1.4.2
                -     networks: [tier]
                - networks:
                -   tier: {}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // out of a network of others, into the project's own
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     networks: [tier]
                    web:
                      image: ghcr.io/acme/web:1.4.2
                -     networks: [tier]
                +     networks: [tier, default]
                    mail:
                      image: ghcr.io/acme/mail:1.4.2
                      networks: [post]
                  networks:
                    post: {}
                    tier:
                -     external: {name: shared}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // all of them renamed
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     networks: [acme_frontend, acme_data]
                +     networks: [frontend, data]
                    web:
                      image: ghcr.io/acme/web:1.4.2
                -     networks: [acme_frontend]
                +     networks: [frontend]
                  networks:
                -   acme_frontend: {}
                -   acme_data: {internal: true}
                +   frontend: {}
                +   data: {internal: true}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // renamed, in other words
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     networks: [back]
                +     networks: {data: {aliases: [db]}}
                  networks:
                -   back: {internal: true}
                +   data:
                +     internal: yes
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn network(object: &NetworkObject, found: &mut Found<'_>) {
    let NetworkKind::Network(network) = &object.kind else { return };
    let head = Spanned::new((), object.head);
    switch(network.internal.as_ref(), "outside", [INTERNAL, OUTSIDE], &head, found);
    switch(network.encrypted.as_ref(), "traffic", [ENCRYPTED, PLAIN], &head, found);
    match &network.attachable {
        Some(on) if on.value == Known::Is(true) => found.say(ATTACHABLE, "members", on, ""),
        _ => found.say(STACK, "members", &head, ""),
    };
    let on_wire = network
        .driver
        .as_ref()
        .filter(|driver| matches!(driver.value.as_str(), "host" | "macvlan" | "ipvlan" | "qnet"));
    match (on_wire, &network.external) {
        (Some(driver), _) => found.say(WIRE, "reach", driver, &driver.value),
        (None, Some(name)) => found.say(SHARED, "reach", name, &name.value),
        (None, None) => found.say(OWN, "reach", &head, ""),
    };
}

/// A protection that is on, or is not.
fn switch(
    declared: Option<&Switch>,
    key: &str,
    levels: [Level; 2],
    head: &Spanned<()>,
    found: &mut Found<'_>,
) {
    let [on, off] = levels;
    match declared {
        Some(switch) if switch.value == Known::Is(true) => found.say(on, key, switch, ""),
        Some(switch) => found.say(off, key, switch, switch.value.to_string()),
        None => found.say(off, key, head, "").absent(),
    };
}

/// The networks a service is in: how many, so that one that is only renamed is as good.
fn joined(workload: &Workload, found: &mut Found<'_>) {
    let [first, rest @ ..] = workload.networks.as_slice() else { return };
    if workload.platform != Platform::Compose && workload.platform != Platform::Quadlet {
        return;
    }
    // The network that all services of a project are in without asking holds them all.
    let default = workload.networks.iter().find(|name| name.value == DEFAULT);
    let count = default.map_or(workload.networks.len(), |_| usize::MAX);
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    let mut names: Vec<&str> = workload.networks.iter().map(|name| name.value.as_str()).collect();
    names.sort_unstable();
    let places = rest.iter().rev().flat_map(Spanned::places);
    let place = rest.last().unwrap_or(first).with(()).because(places.chain(first.places()));
    let all = found.say(JOINED.of(count), "networks", &place, names.join(", "));
    if default.is_some() {
        all.within([EVERYBODY, OTHERS].map(str::to_owned));
    }
    // Counted for the same reason.
    let public: Vec<_> = workload.networks.iter().filter(|name| is_public(&name.value)).collect();
    if let Some(last) = public.last() {
        let mut names: Vec<&str> = public.iter().map(|name| name.value.as_str()).collect();
        names.sort_unstable();
        let count = u64::try_from(public.len()).unwrap_or(u64::MAX);
        let place = last.with(()).because(public.iter().flat_map(|name| name.places()));
        let exposure = found.say(PUBLIC.of(count), "public networks", &place, names.join(", "));
        exposure.open_under(EVERYBODY);
    }
    if default.is_some() || workload.network_of_all {
        found.say(JOINED, EVERYBODY, default.unwrap_or(first), "").told(Told::Elsewhere);
    }
    if workload.network_of_others {
        found.say(JOINED, OTHERS, first, "").told(Told::Elsewhere);
    }
}

fn is_public(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| PUBLIC_NAMES.contains(&word))
}
