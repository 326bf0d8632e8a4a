//! What Docker's daemon, and the clients that pull for it, are told for every container at once.

use crate::model::{
    AccessKind, AccessObject, Example, Found, Level, Measure, Reference, Rule, Severity, Spanned,
    Variable,
};

const KEPT: Level = Level::closed("restricted");
const SLIGHT: Level =
    Level::low(1, "less restricted").in_new_unit(Severity::Info).when_added(Severity::Low);
const WEAK: Level = Level::medium(2, "not restricted").in_new_unit(Severity::Low);
const OPEN: Level = Level::high(3, "switched off").in_new_unit(Severity::Medium);
const PLAIN: Level = Level::high(3, "trusted without encryption").in_new_unit(Severity::Medium);
const MIRROR: Level = Level::low(1, "asked for images");
const LOCAL: Level = Level::medium(2, "open to every process of this host");
const VERIFIED: Level = Level::medium(2, "open to the network, certificates checked");
const NETWORK: Level = Level::critical(4, "open to the network, nobody checked");
const UNSIGNED: Level = Level::high(3, "accepted without a signature")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Medium);

pub(super) const RULE: Rule = Rule {
    id: "daemon-setting",
    promise: "The settings of a container daemon never get weaker.",
    why: "One line of `daemon.json` counts for every container of the host: whether they reach each \
          other, whose images are taken on trust, whether root in a container is root outside, and \
          who may command the daemon, which is as good as being root.",
    fix: "Take the setting back. A registry with a certificate of its own needs no \
          `insecure-registries`: put its authority into `/etc/docker/certs.d`. Reach the API over \
          SSH.",
    fix_in: &[],
    levels: &[KEPT, SLIGHT, WEAK, OPEN, PLAIN, MIRROR, LOCAL, VERIFIED, NETWORK, UNSIGNED],
    references: &[
        Reference::CisDocker("2.2"),
        Reference::CisDocker("2.4"),
        Reference::CisDocker("2.5"),
        Reference::CisDocker("2.7"),
        Reference::CisDocker("2.9"),
        Reference::CisDocker("2.14"),
        Reference::CisDocker("2.16"),
        Reference::CisDocker("2.17"),
        Reference::Cwe(1188),
        Reference::Docker("dockerd: Daemon configuration file"),
    ],
    answers: &[
        "docker-bench 2.2",
        "docker-bench 2.4",
        "docker-bench 2.5",
        "docker-bench 2.7",
        "docker-bench 2.8",
        "docker-bench 2.9",
        "docker-bench 2.10",
        "docker-bench 2.12",
        "docker-bench 2.13",
        "docker-bench 2.14",
        "docker-bench 2.15",
        "docker-bench 2.16",
        "docker-bench 2.17",
        "docker-bench 2.18",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "etc/docker/daemon.json",
            change: r#"
                  {
                -   "icc": false,
                -   "userns-remap": "default",
                +   "insecure-registries": ["registry.example.org:5000", "localhost:5000"],
                +   "hosts": ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2375"],
                    "log-driver": "journald"
                  }
            "#,
            beside: &[],
            findings: &[
                "API at 0.0.0.0:2375 of daemon.json: open to the network, nobody checked (tcp://0.0.0.0:2375)",
                "registry registry.example.org:5000 of daemon.json: trusted without encryption",
                "traffic between containers of daemon.json: was restricted (false), now not restricted",
                "users of containers of daemon.json: was restricted (default), now not restricted",
            ],
        },
        Example {
            file: "etc/containers/policy.json",
            change: r#"
                  {
                -   "default": [{"type": "reject"}]
                +   "default": [{"type": "insecureAcceptAnything"}]
                  }
            "#,
            beside: &[],
            findings: &[
                "images of default of policy.json: was restricted (reject), now accepted without a signature (insecureAcceptAnything)",
            ],
        },
        Example {
            file: "etc/docker/daemon.json", // in another order, a default written out
            change: r#"
                  {
                -   "icc": false,
                -   "storage-driver": "overlay2"
                +   "storage-driver": "overlay2",
                +   "iptables": true,
                +   "icc": false
                  }
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

/// When a setting restricts.
enum Restricts {
    /// Where it has this value; a lack of it is a loss.
    At(&'static str),
    /// Wherever something is written; a lack of it is a loss.
    Anything,
    /// Unless it has this value.
    Unless(&'static str),
}

use Restricts::{Anything, At, Unless};

/// Settings of `daemon.json`, what they restrict, when, and what it means where they do not.
const SETTINGS: &[(&str, &str, Restricts, Level)] = &[
    ("icc", "traffic between containers", At("false"), WEAK),
    ("userns-remap", "users of containers", Anything, WEAK),
    ("no-new-privileges", "further privileges", At("true"), WEAK),
    ("selinux-enabled", "SELinux", At("true"), WEAK),
    ("authorization-plugins", "who may command the daemon", Anything, WEAK),
    ("ip", "the address that ports are published on", Anything, WEAK),
    ("userland-proxy", "the proxy for published ports", At("false"), SLIGHT),
    ("live-restore", "containers while the daemon is down", At("true"), SLIGHT),
    ("default-ulimits", "processes and files of containers", Anything, SLIGHT),
    ("experimental", "experimental features", Unless("true"), SLIGHT),
    ("default-ipc-mode", "memory shared between containers", Unless("shareable"), SLIGHT),
    ("default-cgroupns-mode", "control groups of the host", Unless("host"), WEAK),
    ("log-driver", "logs", Unless("none"), WEAK),
    ("allow-direct-routing", "routes past the firewall", Unless("true"), WEAK),
    ("api-cors-header", "web sites that may command the daemon", Unless("*"), WEAK),
    ("iptables", "the firewall", Unless("false"), OPEN),
    ("ip6tables", "the firewall for IPv6", Unless("false"), WEAK),
    ("seccomp-profile", "system calls", Unless("unconfined"), OPEN),
];

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    let AccessKind::Daemon(settings) = &object.kind else { return };
    if object.title == "policy.json" {
        policy(settings, found);
        return;
    }
    let head = Spanned::new((), object.head);
    for (name, key, restricts, level) in SETTINGS {
        let inside = format!("{name}.");
        let is = |setting: &&Variable| setting.name == *name || setting.name.starts_with(&inside);
        let setting = settings.iter().rfind(is);
        let value = setting.map_or("", text);
        let kept = match restricts {
            At(wanted) => value == *wanted,
            Anything => !value.is_empty(),
            Unless(weak) => value != *weak,
        };
        match setting {
            Some(setting) => {
                found.say(if kept { KEPT } else { *level }, key, &setting.place, value);
            }
            // Docker's own defaults: nobody who never asked for more has lost anything.
            None if !kept => drop(found.say(level.only_lost(), key, &head, "").absent()),
            None => {}
        }
    }
    registries(settings, found);
    hosts(settings, found);
}

fn text(variable: &Variable) -> &str {
    variable.value.as_ref().map_or("", |value| value.text.trim())
}

fn registries(settings: &[Variable], found: &mut Found<'_>) {
    for setting in settings {
        let (name, value) = (setting.name.as_str(), text(setting));
        if name == "insecure-registries" && !value.is_empty() && !is_local(value) {
            found.say(PLAIN, format!("registry {value}"), &setting.place, "");
        }
        if name == "registry-mirrors" && !value.is_empty() {
            let address = value.split_once("://").map_or(value, |(_, address)| address);
            let plain = value.starts_with("http://") && !is_local(address);
            let level = if plain { PLAIN } else { MIRROR };
            found.say(level, format!("mirror {address}"), &setting.place, "");
        }
    }
}

fn is_local(address: &str) -> bool {
    ["localhost", "127.", "[::1]"].iter().any(|local| address.starts_with(local))
}

/// Where the API listens, and who checks whom.
fn hosts(settings: &[Variable], found: &mut Found<'_>) {
    let checked = settings.iter().rfind(|setting| setting.name == "tlsverify");
    let verified = checked.is_some_and(|setting| text(setting) == "true");
    for setting in settings.iter().filter(|setting| setting.name == "hosts") {
        let value = text(setting);
        let Some(address) = value.strip_prefix("tcp://") else { continue };
        let level = match (verified, is_local(address)) {
            (true, true) => KEPT,
            (true, false) => VERIFIED,
            (false, true) => LOCAL,
            (false, false) => NETWORK,
        };
        let because = checked.iter().flat_map(|setting| setting.place.places());
        let place = setting.place.clone().because(because.collect::<Vec<_>>());
        found.say(level, format!("API at {address}"), &place, value);
    }
}

/// Whose images need which signature.
fn policy(settings: &[Variable], found: &mut Found<'_>) {
    for setting in settings {
        let Some(scope) = setting.name.strip_suffix(".type") else { continue };
        let level = if text(setting) == "insecureAcceptAnything" { UNSIGNED } else { KEPT };
        found.say(level, format!("images of {scope}"), &setting.place, text(setting));
    }
}
