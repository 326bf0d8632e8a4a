//! The container runtime's own interface, handed to a container.

use super::facts::host_path::{Holds, clean, holds, runtime_of};
use crate::model::{
    Example, Found, Level, Measure, Mount, MountKind, Platform, Reference, Rule, Severity, Spanned,
    Workload,
};

const SOCKET: Level = Level::critical(1, "mounted");
const FOLDER: Level = Level::critical(2, "mounted, with all beside them");
const DEVELOPER: Level = Level::high(1, "mounted, where it is developed");
const DEVELOPER_FOLDER: Level =
    Level::high(2, "mounted with all beside them, where it is developed");
const JOB: Level = Level::high(1, "mounted, in a CI job").in_new_unit(Severity::Medium);
const JOB_FOLDER: Level =
    Level::high(2, "mounted with all beside them, in a CI job").in_new_unit(Severity::Medium);

const FOLDER_KEY: &str = "sockets of the host";

pub(super) const RULE: Rule = Rule {
    id: "runtime-socket",
    promise: "A container never gets hold of the runtime that it runs on.",
    why: "Whoever can speak to the Docker socket starts a privileged container with the host's disk \
          mounted: it is root of the host without a password. Mounting it read-only changes \
          nothing, for requests are sent, not written to the file; a folder above it (/var/run, /run, \
          /) hands it over as well.",
    fix: "Take the mount away; where a tool only watches, put a proxy in front that lets no writing \
          request through, and build images without the socket (BuildKit rootless, Kaniko).",
    fix_in: &[],
    levels: &[SOCKET, FOLDER, DEVELOPER, DEVELOPER_FOLDER, JOB, JOB_FOLDER],
    references: &[
        Reference::CisDocker("5.32"),
        Reference::CisKubernetes("5.2.12"),
        Reference::PodSecurity("baseline: HostPath Volumes"),
        Reference::Cwe(250),
        Reference::Cwe(269),
        Reference::Docker("Protect the Docker daemon socket"),
    ],
    answers: &[
        "kics d6355c88",
        "kics a6f34658",
        "semgrep exposing-docker-socket-volume",
        "semgrep exposing-docker-socket-hostpath",
        "docksec docker socket",
        "docker-bench 5.32",
        "compose-lint CL-0001",
        "trivy KSV-0006",
        "checkov CKV_K8S_27",
        "kube-linter docker-sock",
        "kubesec VolumeClaimHostPathDockerSock",
        "kubescape C-0074",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    proxy:
                      image: traefik:v3.1.2
                +     volumes:
                +       - /var/run/docker.sock:/var/run/docker.sock:ro
            ",
            beside: &[],
            findings: &["docker socket of service proxy: mounted (/run/docker.sock)"],
        },
        Example {
            file: "compose.yaml", // through the folder that it lies in
            change: "
                  services:
                    ci:
                      image: acme/ci:1.2.3
                      volumes:
                -       - run:/host
                +       - type: bind
                +         source: /var/lib/../run
                +         target: /host
            ",
            beside: &[],
            findings: &["sockets of the host of service ci: mounted, with all beside them (/run)"],
        },
        Example {
            file: "daemonset.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: DaemonSet
                  metadata: {name: agent}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: agent
                            image: acme/agent:1.2.3
                            volumeMounts: [{name: sock, mountPath: /sock}]
                        volumes:
                -         - {name: sock, emptyDir: {}}
                +         - {name: sock, hostPath: {path: /run/containerd/containerd.sock}}
            ",
            beside: &[],
            findings: &[
                "containerd socket of container agent of DaemonSet agent: mounted (/run/containerd/containerd.sock)",
            ],
        },
        Example {
            file: "compose.yaml", // the same socket by its other path; another program's socket
            change: "
                  services:
                    proxy:
                      image: traefik:v3.1.2
                      volumes:
                -       - /var/run/docker.sock:/var/run/docker.sock
                +       - /run/docker.sock:/var/run/docker.sock:ro
                +       - ./run/mysqld.sock:/run/mysqld.sock
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for mount in workload.mounts.iter().filter(|mount| mount.value.kind == MountKind::Host) {
        socket(mount, workload.platform, found);
    }
}

fn socket(mount: &Spanned<Mount>, platform: Platform, found: &mut Found<'_>) {
    let path = clean(&mount.value.source);
    let (one, all) = match platform {
        Platform::Devcontainer => (DEVELOPER, DEVELOPER_FOLDER),
        Platform::Ci => (JOB, JOB_FOLDER),
        _ => (SOCKET, FOLDER),
    };
    match runtime_of(&path) {
        Some(runtime) => {
            found.say(one, format!("{runtime} socket"), mount, &path).open_under(FOLDER_KEY);
        }
        None if path == "/" || holds(&path, true) == Holds::Sockets => {
            found.say(all, FOLDER_KEY, mount, &path);
        }
        None => {}
    }
}
