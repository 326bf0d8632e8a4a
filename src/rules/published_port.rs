//! Which ports of the host lead into a container, and who can reach them.

use super::facts::glob;
use super::facts::port::{Service, known_within, service};
use crate::model::{
    Base, Example, Found, Host, Level, Measure, Platform, Published, Reference, Rule, Settings,
    Severity, Spanned, Workload,
};

const LOOPBACK: Level = Level::closed("this host only");
const ADDRESS: Level = Level::medium(1, "one address of the host")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low);
const UNKNOWN: Level = Level::medium(2, "an address that a variable decides")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const EVERY: Level = Level::high(3, "every address of the host")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Medium)
    .when_widened(Severity::Medium);
const DATA: Level = Level::high(3, "every address of the host, where databases and caches listen");
const ADMINISTRATION: Level =
    Level::high(3, "every address of the host, where shells, debuggers and administration listen");
const NODE: Level = Level::high(3, "every address of the node")
    .in_new_unit(Severity::Medium)
    .when_added(Severity::Medium);
const FREE: Level = Level::closed("1024 or above");
const RESERVED: Level = Level::low(1, "below 1024, where well-known services listen")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);

/// The longest range that is told port by port.
const EXPANDED: u16 = 16;

pub(super) const RULE: Rule = Rule {
    id: "published-port",
    promise: "A port of the host never leads into a container further than before.",
    why: "Docker writes its own firewall rules, so a port published on every address is reachable \
          from the network even where the host's firewall says otherwise. A database or a shell \
          behind it often asks for no password.",
    fix: "Put the address in front: `127.0.0.1:5432:5432`, or take the port out: containers of one \
          network reach each other without it. In Kubernetes use a Service instead of `hostPort`.",
    levels: &[LOOPBACK, ADDRESS, UNKNOWN, EVERY, DATA, ADMINISTRATION, NODE, FREE, RESERVED],
    references: &[
        Reference::CisDocker("5.7"),
        Reference::CisDocker("5.8"),
        Reference::CisDocker("5.9"),
        Reference::CisDocker("5.14"),
        Reference::CisKubernetes("5.2.13"),
        Reference::PodSecurity("baseline: Host Ports"),
        Reference::Cwe(668),
        Reference::Compose("services: ports"),
        Reference::Docker("Packet filtering and firewalls"),
    ],
    answers: &[
        "kics 451d79dc",
        "kics bc2908f3",
        "kics 2b1836f1",
        "dclint no-unbound-port-interfaces",
        "compose-lint CL-0005",
        "docker-bench 5.7",
        "docker-bench 5.8",
        "docker-bench 5.9",
        "docker-bench 5.14",
        "docker-bench 7.2",
        "trivy KSV-0024",
        "checkov CKV_K8S_26",
        "kubescape C-0044",
        "kubescape C-0042",
        "kube-linter ssh-port",
        "polaris hostPortSet",
    ],
    options: &["allowed-ports"],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                      image: postgres:16.2
                -     ports: ['127.0.0.1:5432:5432']
                +     ports: ['5432:5432']
            ",
            beside: &[],
            findings: &[
                "port 5432/tcp of service db: was this host only (127.0.0.1:5432:5432), now every address of the host, where databases and caches listen (5432:5432)",
            ],
        },
        Example {
            file: "compose.yaml", // a port more, by a variable that has a default
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                -     ports: ['8080:80']
                +     ports:
                +       - '${BIND:-0.0.0.0}:8443:443'
                +       - '8080:80'
            ",
            beside: &[],
            findings: &[
                "port 443/tcp of service web: every address of the host (0.0.0.0:8443:443)",
            ],
        },
        Example {
            file: "compose.yaml", // the same bindings in other words
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                -     ports: ['8080:80', '0.0.0.0:8443:443/tcp', '127.0.0.1:9000:9000']
                +     ports:
                +       - \"8443:443\"
                +       - {target: 80, published: '8080', protocol: tcp}
                +       - {target: 9000, published: 9000, host_ip: 127.0.0.1}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // announced only, and reachable from this host only
            change: "
                  services:
                    cache:
                      image: redis:7.2.4
                +     expose: ['6379']
                +     ports: ['127.0.0.1:6379:6379', '[::1]:6380:6380']
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    // Services beside a CI job are reached over ports of a machine that is thrown away.
    if workload.platform == Platform::Ci {
        return;
    }
    let image = match workload.image.as_ref().map(|image| &image.value) {
        Some(Base::Image(image)) => Some(image.repository.as_str()),
        _ => None,
    };
    let measured = Measured { platform: workload.platform, image };
    for port in &workload.ports {
        measured.port(port, found);
    }
}

struct Measured<'a> {
    platform: Platform,
    image: Option<&'a str>,
}

impl Measured<'_> {
    fn port(&self, port: &Spanned<Published>, found: &mut Found<'_>) {
        let protocol = port.value.protocol.as_str();
        let Some((first, last)) = port.value.container.or(port.value.published) else {
            let level = self.level(&port.value.host, None);
            found.say(level, format!("port {}", port.value.text), port, "");
            return;
        };
        let one = |number: u16, found: &mut Found<'_>| {
            let published = port.value.published.map(|(start, end)| {
                if end > start { start.saturating_add(number - first) } else { start }
            });
            self.one(number, published, port, found);
        };
        if last.saturating_sub(first) < EXPANDED {
            (first..=last).for_each(|number| one(number, found));
        } else {
            known_within(first, last).for_each(|number| one(number, found));
            let level = self.level(&port.value.host, None);
            let key = format!("ports {first}-{last}/{protocol}");
            found.say(level, key, port, &port.value.text);
        }
    }

    /// One port of a container and the one of the host that leads to it.
    fn one(
        &self,
        number: u16,
        published: Option<u16>,
        port: &Spanned<Published>,
        found: &mut Found<'_>,
    ) {
        let protocol = port.value.protocol.as_str();
        let known = if protocol == "tcp" { self.service(number) } else { None };
        let may = |number: u16| allowed(number, protocol, found.settings);
        if may(number) || (known.is_none() && published.is_some_and(may)) {
            return;
        }
        let level = self.level(&port.value.host, known);
        let text = &port.value.text;
        found.say(level, format!("port {number}/{protocol}"), port, text);
        if let Some(published) = published {
            let level = if published < 1024 { RESERVED } else { FREE };
            let key = format!("number of the host's port for {number}/{protocol}");
            found.say(level, key, port, published.to_string());
        }
    }

    /// What listens there. That an image is made for shells excuses it; a database that is made
    /// to be one is as open as any other.
    fn service(&self, number: u16) -> Option<Service> {
        match service(number, None)? {
            Service::Administration => service(number, self.image),
            Service::Data => Some(Service::Data),
        }
    }

    fn level(&self, host: &Host, known: Option<Service>) -> Level {
        match (host, known) {
            (Host::Loopback, _) => LOOPBACK,
            (Host::Address(_), _) => ADDRESS,
            (Host::Unknown(_), _) => UNKNOWN,
            (Host::Every, Some(Service::Data)) => DATA,
            (Host::Every, Some(Service::Administration)) => ADMINISTRATION,
            (Host::Every, None) if self.platform == Platform::Kubernetes => NODE,
            (Host::Every, None) => EVERY,
        }
    }
}

fn allowed(port: u16, protocol: &str, settings: &Settings) -> bool {
    let (plain, full) = (port.to_string(), format!("{port}/{protocol}"));
    settings.allowed_ports.iter().any(|allowed| {
        (protocol == "tcp" && glob::matches(allowed, &plain)) || glob::matches(allowed, &full)
    })
}
