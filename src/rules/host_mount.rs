//! Paths of the host that a container sees.

use super::facts::host_path::{Holds, above, clean, holds, runtime_of};
use crate::model::{
    Example, Found, Level, Measure, Mount, MountKind, Platform, Reference, Rule, Severity, Spanned,
    Told, Workload,
};

const READ_ONLY: Level = Level::closed("read-only");
const WRITABLE: Level = Level::low(1, "writable").only_lost();
const ANYTHING: Level = Level::info(1, "a path that a variable decides");
const DATA: Level = Level::info(1, "of the host, read-only");
const DATA_WRITABLE: Level = Level::low(2, "of the host, writable").in_new_unit(Severity::Info);
const NODE: Level = Level::medium(1, "of the node, read-only");
const NODE_WRITABLE: Level = Level::medium(2, "of the node, writable");
const KEYS: Level = Level::medium(3, "where a user's keys lie");
const SYSTEM: Level = Level::medium(3, "part of the host's system, read-only");
const SYSTEM_WRITABLE: Level = Level::high(4, "part of the host's system, writable");
const SECRETS: Level = Level::high(5, "what the host keeps to itself, read-only");
const SECRETS_WRITABLE: Level = Level::high(6, "what the host keeps to itself, writable");
// Adding it is told by `runtime-socket`: the runtime's socket is below it.
const EVERYTHING: Level = Level::high(7, "all of the host, read-only")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const EVERYTHING_WRITABLE: Level = Level::critical(8, "all of the host, writable")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const REMOTE: Level = Level::low(1, "a volume that nodes mount").in_new_unit(Severity::Info);
const FROM: Level = Level::low(1, "taken over").in_new_unit(Severity::Info);
const OWN: Level = Level::closed("kept apart");
const SLAVE: Level = Level::low(1, "from the host");
const SHARED: Level = Level::medium(2, "to the host");
const NO_EXEC: Level = Level::closed("without programs");
const EXEC: Level = Level::low(1, "programs may be started from it").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "host-mount",
    promise: "A container never sees more of the host's files than before, and never writes to more.",
    why: "A folder of the host is a way out of the container: /etc and /root hold keys and what root \
          runs, /proc and /sys the kernel's switches, /var/lib/kubelet and /var/lib/docker every \
          other container's secrets. Read-only stops changing them, not reading them.",
    fix: "Use a named volume, or mount the one file that is needed, read-only.",
    fix_in: &[(
        &[Platform::Kubernetes, Platform::Values],
        "Use a claim, an `emptyDir`, a ConfigMap or a Secret instead of `hostPath`, or mount \
             the one file that is needed, `readOnly: true`.",
    )],
    levels: &[
        READ_ONLY,
        WRITABLE,
        ANYTHING,
        DATA,
        DATA_WRITABLE,
        NODE,
        NODE_WRITABLE,
        KEYS,
        SYSTEM,
        SYSTEM_WRITABLE,
        SECRETS,
        SECRETS_WRITABLE,
        EVERYTHING,
        EVERYTHING_WRITABLE,
        REMOTE,
        FROM,
        OWN,
        SLAVE,
        SHARED,
        NO_EXEC,
        EXEC,
    ],
    references: &[
        Reference::CisDocker("5.6"),
        Reference::CisDocker("5.20"),
        Reference::CisKubernetes("5.2.12"),
        Reference::PodSecurity("baseline: HostPath Volumes"),
        Reference::PodSecurity("restricted: Volume Types"),
        Reference::Cwe(668),
        Reference::Cwe(732),
        Reference::Kubernetes("Volumes: hostPath"),
    ],
    answers: &[
        "kics 1c1325ff",
        "kics baa452f0",
        "kics aa8f7a35",
        "kics 5308a7a8",
        "kics b7652612",
        "docksec host mounts",
        "docker-bench 5.6",
        "docker-bench 5.20",
        "compose-lint CL-0013",
        "compose-lint CL-0017",
        "compose-lint CL-0022",
        "compose-lint CL-0025",
        "trivy KSV-0023",
        "trivy KSV-0028",
        "trivy KSV-0121",
        "kube-linter sensitive-host-mounts",
        "kube-linter writable-host-mount",
        "kube-linter unsafe-proc-mount",
        "polaris hostPathSet",
        "kubescape C-0045",
        "kubescape C-0048",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml", // the data moved to another folder of the host
            change: "
                  services:
                    db:
                      image: postgres:16.2
                      volumes:
                -       - /opt/data/db:/var/lib/postgresql/data
                +       - /opt/acme/db:/var/lib/postgresql/data
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // up the tree, and with all beside it
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                      volumes:
                -       - /etc/nginx:/etc/nginx:ro
                +       - /etc:/etc/host:ro
            ",
            beside: &[],
            findings: &["mount /etc of service web: what the host keeps to itself, read-only"],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                      volumes:
                -       - /proc:/host/proc:ro
                +       - /proc:/host/proc
            ",
            beside: &[],
            findings: &[
                "mount /proc of service web: was part of the host's system, read-only, now part of the host's system, writable",
            ],
        },
        Example {
            file: "deploy.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: acme/web:1.2.3
                            volumeMounts: [{name: data, mountPath: /data}]
                        volumes:
                          - name: data
                -           emptyDir: {}
                +           hostPath: {path: /srv/data}
            ",
            beside: &[],
            findings: &[
                "mount /srv/data of container app of Deployment web: of the node, writable",
            ],
        },
        Example {
            file: "compose.yaml", // less of it
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                      volumes:
                -       - /etc:/etc/host
                +       - /etc/nginx:/etc/nginx
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // the project's own files, and what only tells the time
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                      volumes:
                        - data:/data
                +       - ./src:/src
                +       - ../etc:/etc/app
                +       - /etc/localtime:/etc/localtime:ro
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// Kinds of volumes that are no part of the cluster's own.
const REMOTES: &[&str] = &[
    "awselasticblockstore",
    "azuredisk",
    "azurefile",
    "cephfs",
    "cinder",
    "fc",
    "flexvolume",
    "flocker",
    "gcepersistentdisk",
    "gitrepo",
    "glusterfs",
    "iscsi",
    "nfs",
    "photonpersistentdisk",
    "portworxvolume",
    "quobyte",
    "rbd",
    "scaleio",
    "storageos",
    "vspherevolume",
];

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for mount in &workload.mounts {
        let source = mount.value.source.as_str();
        match mount.value.kind {
            MountKind::Host => host(mount, workload.platform, found),
            MountKind::Volume if !source.is_empty() => {
                let level = if mount.value.read_only { READ_ONLY } else { WRITABLE };
                found.say(level, format!("volume {source}"), mount, "");
            }
            MountKind::From => drop(found.say(FROM, format!("mounts of {source}"), mount, "")),
            MountKind::Other if REMOTES.contains(&source.to_ascii_lowercase().as_str()) => {
                found.say(REMOTE, format!("volume of kind {source}"), mount, "");
            }
            MountKind::Temporary if !mount.value.target.is_empty() => {
                let level = if mount.value.exec { EXEC } else { NO_EXEC };
                found.say(level, format!("temporary mount {}", mount.value.target), mount, "");
            }
            MountKind::Volume | MountKind::Other | MountKind::Temporary => {}
        }
    }
}

fn host(mount: &Spanned<Mount>, platform: Platform, found: &mut Found<'_>) {
    let path = clean(&mount.value.source);
    propagation(mount, &path, found);
    let holds = holds(&path, mount.value.read_only);
    if holds == Holds::Sockets && runtime_of(&path).is_some() {
        return;
    }
    let level = level(holds, mount.value.read_only, platform);
    let wider = above(&path).map(|folder| format!("mount {folder}"));
    // Data that lie elsewhere on the host are as much the container's own as before.
    let data = [ANYTHING, DATA, DATA_WRITABLE].contains(&level);
    let target = format!("data at {}", mount.value.target);
    if data {
        found.say(level, &target, mount, "").told(Told::Elsewhere);
    }
    let same = data.then_some(target);
    let exposure =
        found.say(level, format!("mount {path}"), mount, "").within(wider.into_iter().chain(same));
    if holds == Holds::Sockets {
        exposure.told(Told::Elsewhere);
    }
}

fn level(holds: Holds, read_only: bool, platform: Platform) -> Level {
    // Whoever writes a pod's manifest does not choose its node: any path of it is somebody else's.
    let node = matches!(platform, Platform::Kubernetes | Platform::Values);
    match (holds, read_only) {
        (Holds::Everything, true) => EVERYTHING,
        (Holds::Everything, false) => EVERYTHING_WRITABLE,
        (Holds::Secrets | Holds::Sockets, true) => SECRETS,
        (Holds::Secrets | Holds::Sockets, false) => SECRETS_WRITABLE,
        (Holds::System, true) => SYSTEM,
        (Holds::System, false) => SYSTEM_WRITABLE,
        (Holds::Keys, _) => KEYS,
        (Holds::Data | Holds::Anything | Holds::Project, true) if node => NODE,
        (Holds::Data | Holds::Anything | Holds::Project, false) if node => NODE_WRITABLE,
        (Holds::Facts, false) if node => DATA_WRITABLE,
        (Holds::Data, true) => DATA,
        (Holds::Data, false) => DATA_WRITABLE,
        (Holds::Anything, _) => ANYTHING,
        (Holds::Facts | Holds::Project, true) => READ_ONLY,
        (Holds::Facts | Holds::Project, false) => WRITABLE,
    }
}

fn propagation(mount: &Spanned<Mount>, path: &str, found: &mut Found<'_>) {
    let mode = mount.value.propagation.as_deref().unwrap_or_default();
    let level = match mode {
        "shared" | "rshared" | "bidirectional" => SHARED,
        "slave" | "rslave" | "hosttocontainer" => SLAVE,
        _ => OWN,
    };
    let key = format!("propagation of mounts below {path}");
    let exposure = found.say(level, key, mount, mode);
    // A new mount is told by itself.
    if level == SLAVE {
        exposure.told(Told::IfLost);
    }
}
