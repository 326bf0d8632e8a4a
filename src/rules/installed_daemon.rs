//! Ways in that a package or a start command brings along.

use super::facts::command::{commands, place};
use super::facts::package::installed;
use crate::model::{
    Example, Found, Invoked, Level, Measure, Reference, Rule, Severity, Spanned, Stage, Word,
};

const TOOL: Level = Level::low(1, "installed").in_new_unit(Severity::Info);
const SERVER: Level = Level::medium(2, "installed, lets others in").in_new_unit(Severity::Low);
const STARTED: Level = Level::medium(2, "started, lets others in");
const ENGINE: Level = Level::critical(3, "started, open to the network");

/// Programs that let others in.
const SERVERS: &[&str] = &[
    "sshd",
    "dropbear",
    "telnetd",
    "in.telnetd",
    "vsftpd",
    "xinetd",
    "inetd",
    "rshd",
    "x11vnc",
    "vncserver",
    "tightvncserver",
    "ttyd",
    "gotty",
    "shellinaboxd",
    "tftpd",
    "smbd",
];
/// Packages that hold one.
const PACKAGES: &[&str] = &[
    "openssh-server",
    "openssh",
    "dropbear",
    "telnetd",
    "telnet-server",
    "vsftpd",
    "xinetd",
    "rsh-server",
    "x11vnc",
    "tigervnc-standalone-server",
    "tightvncserver",
    "ttyd",
    "shellinabox",
    "tftpd-hpa",
    "samba",
];
/// Packages that help whoever got in.
const TOOLS: &[&str] = &[
    "netcat",
    "netcat-openbsd",
    "netcat-traditional",
    "nmap-ncat",
    "nmap",
    "socat",
    "tcpdump",
    "wireshark",
    "tshark",
    "telnet",
    "strace",
    "gdb",
    "docker.io",
    "docker-ce",
    "docker-ce-cli",
    "docker-cli",
    "docker",
];

pub(super) const RULE: Rule = Rule {
    id: "installed-daemon",
    promise: "No further login service, engine or network tool gets into a shipped image.",
    why: "A daemon beside the application is a way in that nobody watches, and it needs no \
          `EXPOSE`; scanners and engines help whoever got in to get further.",
    fix: "Use `docker exec` or `kubectl exec` instead of ssh, and an ephemeral debug container \
          instead of tools in the image.",
    fix_in: &[],
    levels: &[TOOL, SERVER, STARTED, ENGINE],
    references: &[
        Reference::CisDocker("4.3"),
        Reference::CisDocker("5.7"),
        Reference::Nist("4.4.3"),
        Reference::Cwe(1125),
    ],
    answers: &["hadolint DL3001", "kics 9b6b0f38", "docker-bench 4.3", "droast DF060"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN apt-get install -y curl
                + RUN apt-get install -y curl openssh-server netcat-openbsd
                - CMD [\"app\"]
                + CMD [\"/usr/sbin/sshd\", \"-D\"]
            ",
            beside: &[],
            findings: &[
                "package openssh-server of the final stage: installed, lets others in",
                "daemon sshd of the final stage: started, lets others in",
                "package netcat-openbsd of the final stage: installed",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM docker:27
                - ENTRYPOINT [\"dockerd\", \"-H\", \"unix:///var/run/docker.sock\"]
                + ENTRYPOINT [\"dockerd\", \"-H\", \"tcp://0.0.0.0:2375\"]
            ",
            beside: &[],
            findings: &[
                "Docker engine of the final stage: started, open to the network (tcp://0.0.0.0:2375)",
            ],
        },
        Example {
            file: "Dockerfile", // a client, and a stage that does not ship
            change: "
                  FROM debian:12 AS build
                + RUN apt-get install -y openssh-server gdb
                  FROM debian:12
                - RUN apt-get install -y curl
                + RUN apt-get install -y curl openssh-client
                  CMD [\"app\"]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped {
        return;
    }
    for command in commands(stage) {
        let packages = installed(&command).filter(|(manager, _)| manager.system);
        for package in packages.map(|(_, packages)| packages).unwrap_or_default() {
            let name = package.name.as_str();
            let level = if PACKAGES.contains(&name) {
                SERVER
            } else if TOOLS.contains(&name) {
                TOOL
            } else {
                continue;
            };
            found.say(level, format!("package {name}"), &place(stage, command.command), "");
        }
    }
    if stage.target && !stage.trigger {
        for invocation in stage.entrypoint.iter().chain(&stage.cmd) {
            for command in invocation.shell.commands() {
                started(&command, &invocation.place, found);
            }
        }
    }
}

fn started(command: &Invoked<'_>, place: &Spanned<()>, found: &mut Found<'_>) {
    let name = command.program();
    let listens = |word: &Word| {
        let text = word.as_str();
        let address = text.rsplit('=').next().unwrap_or(text).trim_start_matches("-H");
        address.starts_with("tcp://")
            && !address.contains("127.0.0.1")
            && !address.contains("localhost")
    };
    if SERVERS.contains(&name) {
        found.say(STARTED, format!("daemon {name}"), place, "");
    }
    let engine = matches!(name, "dockerd" | "docker" | "dockerd-entrypoint.sh");
    if engine
        && let Some(address) = command.arguments().iter().find(|word| listens(word))
        && !command.has("--tlsverify")
    {
        found.say(ENGINE, "Docker engine", place, address.as_str());
    }
    if matches!(name, "nc" | "ncat" | "netcat") && command.arguments().iter().any(listening) {
        found.say(STARTED, "listener", place, name);
    }
}

/// `-l`, alone or in a cluster.
fn listening(word: &Word) -> bool {
    super::facts::command::clustered(word.as_str(), 'l', "peswx") || word.as_str() == "--listen"
}
