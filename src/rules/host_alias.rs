//! Names that a container resolves otherwise than the rest of the world.

use super::facts::workload::pod;
use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Variable, Workload};

const OTHER: Level = Level::low(1, "another address").in_new_unit(Severity::Info);
const HOST: Level = Level::low(1, "the host itself").in_new_unit(Severity::Info);
const METADATA: Level = Level::high(2, "the cloud's metadata service");

/// Where clouds hand out credentials to whoever asks from the machine.
const METADATA_ADDRESSES: &[&str] = &[
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.169.253",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
];

pub(super) const RULE: Rule = Rule {
    id: "host-alias",
    promise: "No name leads a container to another machine than before.",
    why: "An entry in the container's own hosts file wins over every name server: traffic to a \
          known name goes to whoever the entry says. The metadata service of a cloud hands out the \
          machine's credentials.",
    fix: "Let name servers resolve names. For another container use its service name.",
    fix_in: &[],
    levels: &[OTHER, HOST, METADATA],
    references: &[
        Reference::Cwe(350),
        Reference::Cwe(918),
        Reference::Compose("services: extra_hosts"),
        Reference::Kubernetes("Adding entries to Pod /etc/hosts with HostAliases"),
    ],
    answers: &["trivy KSV-0007", "kubesec hostAliases"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                +     extra_hosts:
                +       - 'host.docker.internal:host-gateway'
                +       - 'config.example.org=169.254.169.254'
            ",
            beside: &[],
            findings: &[
                "name config.example.org of service web: the cloud's metadata service (169.254.169.254)",
                "name host.docker.internal of service web: the host itself (host-gateway)",
            ],
        },
        Example {
            file: "compose.yaml", // in other words, and a name that is only silenced
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                      extra_hosts:
                -       - 'db.example.org:10.0.0.5'
                +       db.example.org: 10.0.0.5
                +       ads.example.org: 127.0.0.1
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "web.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                +   hostAliases: [{ip: 10.0.0.5, hostnames: [db.example.org]}]
                    containers: [{name: app, image: 'ghcr.io/acme/app:1.2.3'}]
            ",
            beside: &[],
            findings: &[
                "name db.example.org of container app of Pod web: another address (10.0.0.5)",
            ],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for alias in &workload.extra_hosts {
        let address = alias.value.as_ref().map_or("", |value| value.text.trim());
        let Some(level) = level(alias, address) else { continue };
        let name = alias.name.to_ascii_lowercase();
        let key = format!("name {name}");
        let exposure = found.say(level, &key, &alias.place, address);
        if let Some(pod) = pod(workload) {
            exposure.same_as(format!("{pod}\0{key}\0{address}"));
        }
    }
}

fn level(alias: &Variable, address: &str) -> Option<Level> {
    let plain = address.trim_matches(['[', ']']).to_ascii_lowercase();
    if METADATA_ADDRESSES.contains(&plain.as_str()) {
        return Some(METADATA);
    }
    if plain == "host-gateway" {
        return Some(HOST);
    }
    let known = alias.value.as_ref().is_some_and(|value| !value.unknown);
    let itself = plain.starts_with("127.") || matches!(plain.as_str(), "::1" | "0.0.0.0" | "::");
    (known && !itself && !plain.is_empty()).then_some(OTHER)
}
