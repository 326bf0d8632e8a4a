//! Docker's API without TLS: whoever reaches it is root of the host.

use super::facts::workload::{commands, invocations};
use crate::model::{
    Base, Example, Found, Invoked, Level, Measure, Platform, Reference, Rule, Severity, Variable,
    Word, Workload,
};

const VERIFIED: Level = Level::closed("with TLS");
const PROXY: Level = Level::low(1, "used without TLS, of a proxy").in_new_unit(Severity::Info);
const CLIENT: Level =
    Level::high(2, "used without TLS").in_new_unit(Severity::Medium).when_added(Severity::Medium);
const JOB: Level = Level::medium(2, "used without TLS, in a job").in_new_unit(Severity::Low);
const JOB_SERVER: Level = Level::medium(3, "served without TLS, in a job");
const SERVER: Level = Level::critical(3, "served without TLS");

pub(super) const RULE: Rule = Rule {
    id: "docker-api",
    promise: "Docker's API is never served or used without TLS.",
    why: "The API knows no other guard than its certificates: whoever reaches the port starts a \
          container with the host's file system in it, and is root there.",
    fix: "Keep TLS on: `--tlsverify`, port 2376, `DOCKER_TLS_CERTDIR=/certs`; or give a socket \
          proxy that lets only a few calls through.",
    fix_in: &[],
    levels: &[VERIFIED, PROXY, CLIENT, JOB, JOB_SERVER, SERVER],
    references: &[
        Reference::CisDocker("2.7"),
        Reference::Cwe(306),
        Reference::Cwe(319),
        Reference::Docker("Protect the Docker daemon socket"),
    ],
    answers: &["docker-bench 2.7"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    dind:
                      image: docker:25.0.3-dind
                +     command: dockerd -H tcp://0.0.0.0:2375 --tls=false
                    runner:
                      image: docker:25.0.3
                      environment:
                -       DOCKER_HOST: tcp://dind:2376
                +       DOCKER_HOST: tcp://dind:2375
            ",
            beside: &[],
            findings: &[
                "Docker API of service dind: served without TLS (dockerd -H tcp://0.0.0.0:2375 --tls=false)",
                "Docker API at dind of service runner: was with TLS (tcp://dind:2376), now used without TLS (tcp://dind:2375)",
            ],
        },
        Example {
            file: "compose.yaml", // with certificates, or by a socket of its own
            change: "
                  services:
                    dind:
                      image: docker:25.0.3-dind
                +     command: ['dockerd', '--host=tcp://0.0.0.0:2376', '--tlsverify', '--tlscacert=/c/ca.pem']
                    runner:
                      image: docker:25.0.3
                      environment:
                +       DOCKER_HOST: unix:///run/user/1000/docker.sock
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let job = workload.platform == Platform::Ci;
    let of = |name: &str| workload.environment.iter().rfind(|variable| variable.name == name);
    if let Some(host) = of("DOCKER_HOST") {
        client(host, of("DOCKER_TLS_VERIFY"), job, found);
    }
    let server = if job { JOB_SERVER } else { SERVER };
    for command in commands(workload).filter(|command| !command.wrapped && serves(command)) {
        let place = command.place();
        found.say(server, "Docker API", &place, command.text());
    }
    if !is_dind(workload) {
        return;
    }
    if let Some(folder) = of("DOCKER_TLS_CERTDIR")
        && folder.value.as_ref().is_some_and(|folder| folder.text.trim().is_empty())
    {
        found.say(server, "Docker API", &folder.place, "DOCKER_TLS_CERTDIR is empty");
    }
    // The arguments alone, as `command:` has them.
    for invocation in invocations(workload) {
        for command in invocation.shell.commands() {
            if let Some(word) = command.words.iter().find(|word| is_off(word.as_str())) {
                found.say(server, "Docker API", &word.text, word.as_str());
            }
        }
    }
}

fn client(host: &Variable, verify: Option<&Variable>, job: bool, found: &mut Found<'_>) {
    let text = host.value.as_ref().map_or("", |value| value.text.trim());
    let Some(address) = text.strip_prefix("tcp://").or_else(|| text.strip_prefix("http://")) else {
        return;
    };
    let (name, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let verify = verify.and_then(|verify| verify.value.as_ref());
    let verified = verify.is_some_and(|value| !matches!(value.text.trim(), "" | "0" | "false"));
    let level = if verified || port.starts_with("2376") {
        VERIFIED
    } else if job {
        JOB
    } else if name.contains("proxy") {
        PROXY
    } else {
        CLIENT
    };
    found.say(level, format!("Docker API at {name}"), &host.place, text);
}

/// `dockerd -H tcp://…` without a look at certificates.
fn serves(command: &Invoked<'_>) -> bool {
    let daemon = matches!(command.program(), "dockerd" | "dockerd-entrypoint.sh" | "dind");
    let words = || command.arguments().iter().map(Word::as_str);
    let listens = words().any(|word| {
        let word = word.trim_start_matches("--host=").trim_start_matches("-H=");
        word.trim_start_matches("-H").starts_with("tcp://")
    });
    let verified = words().any(|word| matches!(word, "--tlsverify" | "--tlsverify=true"));
    daemon && ((listens && !verified) || words().any(is_off))
}

fn is_off(word: &str) -> bool {
    matches!(word, "--tls=false" | "--tlsverify=false")
}

fn is_dind(workload: &Workload) -> bool {
    let Some(Base::Image(image)) = workload.image.as_ref().map(|image| &image.value) else {
        return false;
    };
    image.repository.ends_with("/docker")
        || image.repository.contains("dind")
        || image.tag.as_deref().is_some_and(|tag| tag.contains("dind"))
}
