//! Devices by name.

/// What a device gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Danger {
    /// Nothing: every container has it.
    None,
    /// One piece of hardware.
    Hardware,
    /// Disks, memory, the hypervisor, all of `/dev`.
    Host,
}

/// Devices that every container has.
const HARMLESS: &[&str] = &[
    "console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
    "stdout", "tty", "urandom", "zero",
];

/// Names that disks start with, a digit or a letter behind them.
const DISKS: &[&str] = &[
    "sd", "hd", "vd", "xvd", "nvme", "dm-", "md", "loop", "mmcblk", "sg", "nbd", "rbd", "zd",
    "bcache", "drbd", "sr",
];

/// Names and folders that hold the host.
const HOST: &[&str] = &[
    "",
    "mem",
    "kmem",
    "port",
    "kvm",
    "mapper",
    "disk",
    "block",
    "raw",
    "vhost-net",
    "vhost-vsock",
    "vfio",
    "cpu",
    "nvram",
    "watchdog",
    "kmsg",
    "loop-control",
    "btrfs-control",
    "device-mapper",
];

/// How dangerous a path below `/dev` is; `None` for any other path.
pub(in crate::rules) fn danger(path: &str) -> Option<Danger> {
    let rest = path.strip_prefix("/dev").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    let rest = rest.trim_start_matches('/');
    let first = rest.split('/').next().unwrap_or_default();
    let disk = DISKS.iter().any(|start| {
        let behind = rest.strip_prefix(start).and_then(|rest| rest.chars().next());
        let letters = matches!(*start, "sd" | "hd" | "vd" | "xvd");
        behind.is_some_and(|c| if letters { c.is_ascii_lowercase() } else { c.is_ascii_digit() })
    });
    Some(if HARMLESS.contains(&first) {
        Danger::None
    } else if disk || HOST.contains(&first) {
        Danger::Host
    } else {
        Danger::Hardware
    })
}

/// Whether a rule of the devices control group opens more than one device, or a kind of disk:
/// `a *:* rwm`, `c *:* rwm`, `b 8:* rwm`.
pub(in crate::rules) fn wide_rule(rule: &str) -> bool {
    let mut words = rule.split_whitespace();
    let (kind, numbers) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    kind == "a" || kind == "b" || numbers.starts_with('*') || numbers.starts_with("1:")
}

#[cfg(test)]
mod tests {
    use super::{Danger, danger, wide_rule};

    #[test]
    fn devices_by_what_they_hold() {
        for (path, expected) in [
            ("/dev", Some(Danger::Host)),
            ("/dev/sda", Some(Danger::Host)),
            ("/dev/sda1", Some(Danger::Host)),
            ("/dev/nvme0n1", Some(Danger::Host)),
            ("/dev/disk/by-id/x", Some(Danger::Host)),
            ("/dev/kvm", Some(Danger::Host)),
            ("/dev/snd", Some(Danger::Hardware)),
            ("/dev/ttyUSB0", Some(Danger::Hardware)),
            ("/dev/dri/card0", Some(Danger::Hardware)),
            ("/dev/null", Some(Danger::None)),
            ("/devices/sda", None),
            ("./dev/sda", None),
        ] {
            assert_eq!(danger(path), expected, "{path}");
        }
        for wide in ["a *:* rwm", "a", "c *:* rwm", "b 8:* rmw", "c 1:1 r"] {
            assert!(wide_rule(wide), "{wide}");
        }
        for narrow in ["c 10:200 rwm", "c 188:* rmw", "c 226:0 rwm"] {
            assert!(!wide_rule(narrow), "{narrow}");
        }
    }
}
