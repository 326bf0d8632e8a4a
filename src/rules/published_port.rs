//! Which ports of the host lead into a container, and who can reach them.

use super::facts::glob;
use super::facts::port::{Service, known_within, service};
use crate::model::{
    Base, Example, Found, Host, Level, Measure, Platform, Published, Reference, Rule, Settings,
    Severity, Span, Spanned, Told, Workload,
};

const LOOPBACK: Level = Level::closed("this host only");
const ADDRESS: Level = Level::medium(1, "one address of the host").only_lost();
const UNKNOWN: Level = Level::medium(2, "an address that a variable decides").only_lost();
const EVERY: Level = Level::high(3, "every address of the host").only_lost();
const NODE: Level = Level::high(3, "every address of the node").only_lost();
const DATA: Level = Level::high(4, "every address of the host, where databases and caches listen");
const ADMINISTRATION: Level =
    Level::high(4, "every address of the host, where shells, debuggers and administration listen");
// A port more than before.
const NEW_ADDRESS: Level = Level::low(5, "one address of the host");
const NEW_UNKNOWN: Level =
    Level::low(5, "an address that a variable decides").in_new_unit(Severity::Info);
const NEW_EVERY: Level = Level::medium(5, "every address of the host").in_new_unit(Severity::Low);
const NEW_NODE: Level = Level::medium(5, "every address of the node");
const ANNOUNCED: Level =
    Level::low(1, "announced, where shells, debuggers and administration listen")
        .in_new_unit(Severity::Info);
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
    fix: "Put the address in front: `127.0.0.1:5432:5432`, or take the port out: containers of \
          one network reach each other without it.",
    fix_in: &[
        (
            &[Platform::Kubernetes, Platform::Values],
            "Take `hostPort` out and let a Service lead to the pod.",
        ),
        (&[Platform::Ecs], "Take `hostPort` out and let a load balancer lead to the task."),
        (
            &[Platform::Nomad],
            "Take the static port out and let the mesh or a load balancer lead to the task.",
        ),
    ],
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
                "new port 443/tcp of service web: every address of the host (0.0.0.0:8443:443)",
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
            file: "compose.yaml", // another port instead
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                -     ports: ['5000:5000', '9000-9050:9000-9050']
                +     ports: ['8000:8000', '9000-9040:9000-9040']
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
        Example {
            file: "web.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: ghcr.io/acme/app:1.2.3
                            ports:
                              - containerPort: 8080
                +               hostPort: 8080
            ",
            beside: &[],
            findings: &[
                "new port 8080/tcp of container app of Deployment web: every address of the node (8080:8080/tcp)",
            ],
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
    let mut measured =
        Ports { platform: workload.platform, image, head: workload.head, every: 0, others: 0 };
    // Told last: how many ports there are decides whether one of them is one more.
    let mut plain = Vec::new();
    for port in &workload.ports {
        measured.port(port, &mut plain, found);
    }
    measured.tell(plain, found);
    for port in &workload.exposed {
        measured.announced(port, found);
    }
}

/// The ports of one workload.
struct Ports<'a> {
    platform: Platform,
    image: Option<&'a str>,
    head: Span,
    /// How many are open on every address, and how many of the plain ones on fewer.
    every: usize,
    others: usize,
}

/// A port that nothing is known of: its name, and where it is declared.
type Plain<'a> = (String, &'a Spanned<Published>);

impl Ports<'_> {
    fn port<'p>(
        &mut self,
        port: &'p Spanned<Published>,
        plain: &mut Vec<Plain<'p>>,
        found: &mut Found<'_>,
    ) {
        let protocol = port.value.protocol.as_str();
        let Some((first, last)) = port.value.container.or(port.value.published) else {
            plain.push((port.value.text.clone(), port));
            return;
        };
        let mut one = |number: u16| {
            let start = port.value.published.map(|(start, end)| (start, end > start));
            let published =
                start.map(
                    |(start, range)| {
                        if range { start.saturating_add(number - first) } else { start }
                    },
                );
            self.one(number, published, port, plain, found);
        };
        if last.saturating_sub(first) < EXPANDED {
            (first..=last).for_each(one);
        } else {
            known_within(first, last).for_each(&mut one);
            plain.push((format!("{first}-{last}/{protocol}"), port));
        }
    }

    /// One port of a container and the one of the host that leads to it.
    fn one<'p>(
        &mut self,
        number: u16,
        published: Option<u16>,
        port: &'p Spanned<Published>,
        plain: &mut Vec<Plain<'p>>,
        found: &mut Found<'_>,
    ) {
        let (protocol, text) = (port.value.protocol.as_str(), &port.value.text);
        let known = if protocol == "tcp" { self.service(number) } else { None };
        let may = |number: u16| allowed(number, protocol, found.settings);
        if may(number) || (known.is_none() && published.is_some_and(may)) {
            return;
        }
        match (&port.value.host, known) {
            (Host::Every, Some(service)) => {
                let level = if service == Service::Data { DATA } else { ADMINISTRATION };
                let exposure = found.say(level, format!("port {number}/{protocol}"), port, text);
                let range = port.value.container.or(port.value.published);
                if range.is_some_and(|(first, last)| last - first >= EXPANDED) {
                    exposure.together();
                } else {
                    self.every += 1;
                }
            }
            _ => plain.push((format!("{number}/{protocol}"), port)),
        }
        if let Some(published) = published {
            let level = if published < 1024 { RESERVED } else { FREE };
            let key = format!("number of the host's port for {number}/{protocol}");
            found.say(level, key, port, published.to_string());
        }
    }

    fn tell(&mut self, plain: Vec<Plain<'_>>, found: &mut Found<'_>) {
        for (_, port) in &plain {
            match port.value.host {
                Host::Every => self.every += 1,
                Host::Address(_) | Host::Unknown(_) => self.others += 1,
                Host::Loopback => {}
            }
        }
        for (name, port) in plain {
            let (level, new) = self.levels(&port.value.host);
            let text = &port.value.text;
            found.say(level, format!("port {name}"), port, text);
            // Another port instead of one is as open; that one is bound wider is told above.
            let known = matches!(port.value.host, Host::Loopback);
            let exposure = found.say(new, format!("new port {name}"), port, text);
            exposure.told(if known { Told::Elsewhere } else { Told::Replaced });
            exposure.within([self.slot(&port.value.host)]);
        }
        for (count, host) in [(self.every, Host::Every), (self.others, Host::Loopback)] {
            for number in 1..=count {
                let place = Spanned::new((), self.head);
                found.say(NEW_EVERY, slot(&host, number), &place, "").told(Told::Elsewhere);
            }
        }
    }

    /// `expose`, `containerPort`: open to whoever shares a network with it.
    fn announced(&self, port: &Spanned<Published>, found: &mut Found<'_>) {
        let Some((first, last)) = port.value.container else { return };
        let known = known_within(first, last).filter(|_| port.value.protocol == "tcp");
        let shells = known.filter(|number| self.service(*number) == Some(Service::Administration));
        for number in shells.filter(|number| !allowed(*number, "tcp", found.settings)) {
            found.say(ANNOUNCED, format!("container port {number}/tcp"), port, "");
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

    /// The levels of a plain port: by whom it is reached, and as one more.
    fn levels(&self, host: &Host) -> (Level, Level) {
        match host {
            Host::Loopback => (LOOPBACK, NEW_ADDRESS),
            Host::Address(_) => (ADDRESS, NEW_ADDRESS),
            Host::Unknown(_) => (UNKNOWN, NEW_UNKNOWN),
            Host::Every if self.platform == Platform::Kubernetes => (NODE, NEW_NODE),
            Host::Every => (EVERY, NEW_EVERY),
        }
    }

    /// The last of as many as there are.
    fn slot(&self, host: &Host) -> String {
        slot(host, if *host == Host::Every { self.every } else { self.others })
    }
}

fn slot(host: &Host, number: usize) -> String {
    let kind = if *host == Host::Every { "every address" } else { "few addresses" };
    format!("port no. {number} on {kind}")
}

fn allowed(port: u16, protocol: &str, settings: &Settings) -> bool {
    let (plain, full) = (port.to_string(), format!("{port}/{protocol}"));
    settings.allowed_ports.iter().any(|allowed| {
        (protocol == "tcp" && glob::matches(allowed, &plain)) || glob::matches(allowed, &full)
    })
}
