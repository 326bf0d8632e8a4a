//! Which ports the shipped image announces.

use std::collections::{BTreeMap, HashSet};

use super::facts::glob;
use super::facts::port::{Service, known_within, service};
use crate::model::{
    Base, Example, Found, Level, Measure, Ports, Reference, Rule, Settings, Severity, Spanned,
    Stage, Told,
};

const OPEN: Level = Level::medium(1, "exposed").in_new_unit(Severity::Info);
const UNKNOWN: Level =
    Level::medium(1, "exposed, a port that the builder decides").in_new_unit(Severity::Info);
const DATA: Level =
    Level::high(1, "exposed, where databases and caches listen").in_new_unit(Severity::Medium);
const ADMINISTRATION: Level =
    Level::high(1, "exposed, where shells, debuggers and administration listen");

/// The longest range that is told port by port.
const EXPANDED: u16 = 16;
/// How many ports of one stage are counted.
const MOST_SLOTS: usize = 256;

pub(super) const RULE: Rule = Rule {
    id: "exposed-port",
    promise: "A shipped image never exposes a port beyond those it exposed before.",
    why: "`EXPOSE` is what `docker run -P`, proxies and platforms publish by themselves. A new port \
          is a new way in; a database or a shell behind it often asks for no password.",
    fix: "Take the port out again. Containers of one network reach each other without `EXPOSE`; \
          for maintenance use `docker exec` rather than ssh.",
    fix_in: &[],
    levels: &[OPEN, UNKNOWN, DATA, ADMINISTRATION],
    references: &[
        Reference::CisDocker("5.7"),
        Reference::CisDocker("5.9"),
        Reference::Cwe(668),
        Reference::Docker("Dockerfile reference: EXPOSE"),
    ],
    answers: &[
        "trivy DS-0004",
        "kics 5907595b",
        "checkov CKV_DOCKER_1",
        "docker-bench 5.7",
        "docker-bench 5.9",
    ],
    options: &["allowed-ports"],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                  USER node
                - EXPOSE 3000
                + EXPOSE 3000 5432 22
            ",
            beside: &[],
            findings: &[
                "port 22/tcp of the final stage: exposed, where shells, debuggers and administration listen",
                "port 5432/tcp of the final stage: exposed, where databases and caches listen",
            ],
        },
        Example {
            file: "Dockerfile", // a known port inside a long range is told by itself
            change: "
                  FROM node:20
                  USER node
                - EXPOSE 3000
                + EXPOSE 3000 5000-5500
            ",
            beside: &[],
            findings: &[
                "port 5005/tcp of the final stage: exposed, where shells, debuggers and administration listen",
                "port 5432/tcp of the final stage: exposed, where databases and caches listen",
                "ports 5000-5500/tcp of the final stage: exposed",
            ],
        },
        Example {
            file: "Dockerfile", // another port instead of one
            change: "
                  FROM node:20
                  USER node
                - EXPOSE 8000
                + EXPOSE 5100
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the same ports in other words
            change: "
                  FROM node:20
                  USER node
                - EXPOSE 8000-8002 443
                + EXPOSE 443/tcp
                + EXPOSE 8002 8001 8000
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.target || stage.trigger {
        return;
    }
    let image = match &stage.root.value {
        Base::Image(image) => Some(image.repository.as_str()),
        _ => None,
    };
    let mut told = Vec::new();
    // What is exposed twice is exposed.
    let mut known = HashSet::new();
    for ports in &stage.ports {
        let Some((first, last)) = ports.value.range else {
            told.push((UNKNOWN, format!("port {}", ports.value.text), ports));
            continue;
        };
        let protocol = ports.value.protocol.as_str();
        let mut fresh = |port: &u16| known.insert((*port, protocol));
        if last.saturating_sub(first) < EXPANDED {
            let all = (first..=last).filter(&mut fresh);
            told.extend(all.filter_map(|port| of(port, protocol, image, ports, found)));
        } else {
            let all = known_within(first, last).filter(&mut fresh);
            told.extend(all.filter_map(|port| of(port, protocol, image, ports, found)));
            told.push((OPEN, format!("ports {first}-{last}/{protocol}"), ports));
        }
    }
    // Another port in the place of one is as open, where both are of one protocol.
    let mut by_protocol: BTreeMap<&str, Vec<Exposed<'_>>> = BTreeMap::new();
    for port in told {
        by_protocol.entry(&port.2.value.protocol).or_default().push(port);
    }
    for (protocol, told) in by_protocol {
        let count = told.len().min(MOST_SLOTS);
        for (level, key, place) in told {
            let exposure = found.say(level, key, place, "");
            if level == OPEN {
                exposure.within([slot(count, protocol)]);
            }
        }
        for number in 1..=count {
            let head = Spanned::new((), stage.head);
            found.say(OPEN, slot(number, protocol), &head, "").told(Told::Elsewhere);
        }
    }
}

fn slot(number: usize, protocol: &str) -> String {
    format!("{protocol} port no. {number}")
}

/// A port with its level and key, where the policy doesn't allow it.
type Exposed<'p> = (Level, String, &'p Spanned<Ports>);

fn of<'p>(
    port: u16,
    protocol: &str,
    image: Option<&str>,
    place: &'p Spanned<Ports>,
    found: &Found<'_>,
) -> Option<Exposed<'p>> {
    if allowed(port, protocol, found.settings) {
        return None;
    }
    let known = if protocol == "tcp" { service(port, image) } else { None };
    let level = match known {
        Some(Service::Administration) => ADMINISTRATION,
        Some(Service::Data) => DATA,
        None => OPEN,
    };
    Some((level, format!("port {port}/{protocol}"), place))
}

fn allowed(port: u16, protocol: &str, settings: &Settings) -> bool {
    let (plain, full) = (port.to_string(), format!("{port}/{protocol}"));
    settings.allowed_ports.iter().any(|allowed| {
        (protocol == "tcp" && glob::matches(allowed, &plain)) || glob::matches(allowed, &full)
    })
}
