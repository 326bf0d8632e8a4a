//! sudo and its like in a shipped image, or when a container starts.

use super::facts::command::{commands, place};
use super::facts::package::installed;
use super::facts::workload;
use crate::model::{
    Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Stage, WORKLOADS, Word,
    Workload,
};

const USED: Level = Level::low(1, "used in the build").in_new_unit(Severity::Info);
const STARTED: Level = Level::low(1, "used at the start").in_new_unit(Severity::Info);
const INSTALLED: Level = Level::medium(2, "in the image").in_new_unit(Severity::Low);
const MEMBER: Level = Level::medium(2, "open to an account").in_new_unit(Severity::Low);
const FREE: Level = Level::high(3, "open without a password").in_new_unit(Severity::Medium);

pub(super) const RULE: Rule = Rule {
    id: "sudo",
    promise: "A shipped image never gets sudo, nor a looser rule for it.",
    why: "sudo is a set-user-id program made to become root. With NOPASSWD the account that the \
          container runs as is root in all but name.",
    fix: "Do what needs root in a `RUN` before `USER`; to step down at start, use `gosu` or \
          `setpriv` instead.",
    fix_in: &[(WORKLOADS, "Run the command without it, as the account that it needs.")],
    levels: &[USED, STARTED, INSTALLED, MEMBER, FREE],
    references: &[Reference::Cwe(250), Reference::Docker("Building best practices: USER")],
    answers: &[
        "hadolint DL3004",
        "trivy DS-0010",
        "kics 8ada6e80",
        "checkov CKV2_DOCKER_1",
        "dockle DKL-DI-0001",
        "semgrep no-sudo-in-dockerfile",
        "droast DF010",
        "kubescape C-0062",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN apt-get update && apt-get install -y curl
                + RUN apt-get update && apt-get install -y curl sudo
                + RUN echo 'app ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/app
                  USER app
            ",
            beside: &[],
            findings: &[
                "sudo rules of the final stage: open without a password (NOPASSWD)",
                "sudo of the final stage: in the image",
            ],
        },
        Example {
            file: "Dockerfile", // a builder stage does not ship, and a word is no command
            change: "
                  FROM debian:12 AS build
                + RUN apt-get install -y sudo && sudo make install
                  FROM debian:12
                + RUN echo 'no sudo here'
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: ghcr.io/acme/app:1.2.3
                -     command: ['serve']
                +     command: ['sudo', '-E', 'serve']
            ",
            beside: &[],
            findings: &["sudo as a command of service web: used at the start"],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped {
        return;
    }
    let mut used = false;
    for command in commands(stage) {
        let place = place(stage, command.command);
        if matches!(command.program(), "sudo" | "doas") && !used {
            used = true;
            found.say(USED, "sudo as a command", &place, "");
        }
        let packages = installed(&command).filter(|(manager, _)| manager.system);
        for package in packages.map(|(_, packages)| packages).unwrap_or_default() {
            if matches!(package.name.as_str(), "sudo" | "doas" | "sudo-ldap" | "opendoas") {
                found.say(INSTALLED, "sudo", &place, &package.name);
            }
        }
        if let Some(account) = joins(command.program(), command.arguments()) {
            found.say(MEMBER, format!("sudo for {account}"), &place, "");
        }
        // `sudo` in front is a wrapper: its words are seen again without it.
        if !command.wrapped && command.words.iter().any(|word| is_free(word.as_str())) {
            found.say(FREE, "sudo rules", &place, "NOPASSWD");
        }
        let bodies = command.command.redirects.iter().map(|redirect| &redirect.target);
        if !command.wrapped && bodies.into_iter().any(|body| is_free(body.as_str())) {
            found.say(FREE, "sudo rules", &place, "NOPASSWD");
        }
    }
    let written = stage.copies.iter().flat_map(|copy| &copy.heredocs);
    for body in written.chain(stage.runs.iter().flat_map(|run| &run.data)) {
        if is_free(&body.text) {
            let place = crate::model::Spanned::new((), body.whole());
            found.say(FREE, "sudo rules", &place, "NOPASSWD");
        }
    }
}

/// A job of a CI system runs on a machine that is thrown away.
fn run(workload: &Workload, found: &mut Found<'_>) {
    let job = matches!(workload.platform, Platform::Ci | Platform::Devcontainer);
    let mut used = workload::commands(workload).filter(|_| !job);
    if let Some(command) = used.find(|command| matches!(command.program(), "sudo" | "doas")) {
        found.say(STARTED, "sudo as a command", &command.place(), "");
    }
}

fn is_free(text: &str) -> bool {
    text.contains("NOPASSWD")
        || text.lines().any(|line| line.trim_start().starts_with("permit nopass"))
}

/// The account that a command puts into a group that may use sudo.
fn joins<'a>(program: &str, arguments: &'a [Word]) -> Option<&'a str> {
    let texts = || arguments.iter().map(Word::as_str);
    let privileged = |text: &str| text.split(',').any(|group| matches!(group, "sudo" | "wheel"));
    match program {
        "usermod" | "useradd" | "adduser" | "gpasswd" | "addgroup" => texts()
            .any(privileged)
            .then(|| texts().rfind(|text| !text.starts_with('-') && !privileged(text)))
            .flatten(),
        _ => None,
    }
}
