//! Capabilities: what each of them gives away.
//!
//! Source: capabilities(7); moby, `oci/caps`; Podman, `containers.conf`.

use crate::model::Platform;

/// How far a capability reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Reach {
    /// Ports below 1024, and nothing else.
    Port,
    /// Files and processes of the container itself; the runtimes give it by default.
    Own,
    /// Priorities, locks, limits.
    Mild,
    /// Parts of the kernel that all containers share.
    Kernel,
    /// The host itself.
    Host,
}

/// What Docker and containerd give to every container.
pub(in crate::rules) const DEFAULT: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// What Podman leaves out of them.
const NOT_PODMANS: &[&str] = &["AUDIT_WRITE", "MKNOD", "NET_RAW"];

/// Whether every container of a platform has it unless it is dropped.
pub(in crate::rules) fn is_default(name: &str, platform: Platform) -> bool {
    DEFAULT.contains(&name) && !(platform == Platform::Quadlet && NOT_PODMANS.contains(&name))
}

/// How far it reaches. What is not known is taken for the kernel's.
pub(in crate::rules) fn reach(name: &str) -> Reach {
    match name {
        "NET_BIND_SERVICE" => Reach::Port,
        "AUDIT_WRITE" | "CHOWN" | "DAC_OVERRIDE" | "FOWNER" | "FSETID" | "KILL" | "SETFCAP"
        | "SETGID" | "SETPCAP" | "SETUID" | "SYS_CHROOT" => Reach::Own,
        "BLOCK_SUSPEND" | "IPC_LOCK" | "IPC_OWNER" | "LEASE" | "LINUX_IMMUTABLE"
        | "NET_BROADCAST" | "SYS_NICE" | "SYS_PACCT" | "SYS_RESOURCE" | "SYS_TTY_CONFIG"
        | "WAKE_ALARM" => Reach::Mild,
        "ALL" | "BPF" | "DAC_READ_SEARCH" | "MAC_ADMIN" | "MAC_OVERRIDE" | "SYS_ADMIN"
        | "SYS_BOOT" | "SYS_MODULE" | "SYS_RAWIO" => Reach::Host,
        _ => Reach::Kernel,
    }
}
