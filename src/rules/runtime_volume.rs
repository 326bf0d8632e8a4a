//! Volumes and working folders where the kernel or the container runtime lives.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Stage};

const KERNEL: Level = Level::medium(1, "a volume where the kernel shows itself");
const SOCKET: Level = Level::high(2, "a volume for the container runtime's socket");
const WORKING: Level = Level::medium(1, "the working folder, among the system's own");

pub(super) const RULE: Rule = Rule {
    id: "runtime-volume",
    promise: "An image never asks for the kernel's folders or the runtime's socket.",
    why: "A volume on the Docker socket says that the image wants to rule the host; one on /proc, \
          /sys or /dev hides or replaces what protects it.",
    fix: "Keep volumes and the working folder below /app, /data or /var/lib.",
    fix_in: &[],
    levels: &[KERNEL, SOCKET, WORKING],
    references: &[
        Reference::CisDocker("5.6"),
        Reference::CisDocker("5.32"),
        Reference::Cwe(269),
        Reference::Cwe(862),
        Reference::Docker("Dockerfile reference: VOLUME"),
    ],
    answers: &["dockle DKL-DI-0002", "semgrep dockerfile-dockerd-socket-mount", "trivy DS-0030"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM docker:26-cli
                + VOLUME /var/run/docker.sock
                  USER build
            ",
            beside: &[],
            findings: &[
                "path /var/run/docker.sock of the final stage: a volume for the container runtime's socket",
            ],
        },
        Example {
            file: "Dockerfile", // the names only begin alike
            change: "
                  FROM node:20
                + VOLUME [\"/devices\", \"/data\"]
                + WORKDIR /process
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

const SOCKETS: &[&str] = &["docker.sock", "containerd.sock", "podman.sock", "crio.sock"];
const KERNELS: &[&str] = &["/proc", "/sys", "/dev"];
const SYSTEM: &[&str] = &["/proc", "/sys", "/dev", "/boot", "/initrd", "/lost+found"];

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped || stage.trigger {
        return;
    }
    for volume in &stage.volumes {
        let path = clean(&volume.value.text);
        let socket = SOCKETS.iter().any(|socket| path.ends_with(&format!("/{socket}")));
        let level = if socket {
            SOCKET
        } else if below(&path, KERNELS) {
            KERNEL
        } else {
            continue;
        };
        found.say(level, format!("path {path}"), volume, "");
    }
    if let Some(folder) = &stage.workdir {
        let path = clean(&folder.value.text);
        if below(&path, SYSTEM) && !below(&path, &["/dev/shm"]) {
            found.say(WORKING, format!("path {path}"), folder, "");
        }
    }
}

fn below(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Without double slashes, `.` and `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').take(64) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{}{}", if path.starts_with('/') { "/" } else { "" }, parts.join("/"))
}
