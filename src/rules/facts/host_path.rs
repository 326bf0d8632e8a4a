//! Paths of the host, by what lies there.

use super::device::{Danger, danger};

/// What a host path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Holds {
    /// All of the host.
    Everything,
    /// Keys, tokens, other workloads' data.
    Secrets,
    /// The system: programs, configuration, the kernel's own files, logs.
    System,
    /// The container runtime's sockets.
    Sockets,
    /// A user's keys and tokens.
    Keys,
    /// What only names or describes: time zone, certificates, host names.
    Facts,
    /// Part of the project.
    Project,
    /// A variable decides.
    Anything,
    /// Data like any other.
    Data,
}

/// How deep a path is looked at.
const DEPTH: usize = 24;

/// With slashes only, without doubled ones, `.` and `..`; `/var/run` is `/run`, drives are in lower
/// case.
pub(in crate::rules) fn clean(source: &str) -> String {
    let text = source.trim().replace('\\', "/");
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let text = if drive { text.to_ascii_lowercase() } else { text };
    if text.starts_with("//./") || text.starts_with("//?/") {
        return text.to_ascii_lowercase();
    }
    let rooted = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/').take(256) {
        match part {
            "" | "." => {}
            ".." if rooted
                || parts.last().is_some_and(|last| !last.starts_with(['.', '$', '~'])) =>
            {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if rooted && parts.first() == Some(&"private") {
        parts.remove(0);
    }
    if rooted && parts.starts_with(&["var", "run"]) {
        parts.remove(0);
    }
    let root = if rooted {
        "/"
    } else if text.starts_with('.') && !text.starts_with("..") {
        "./"
    } else {
        ""
    };
    format!("{root}{}", parts.join("/"))
}

/// The folders above a clean path, nearest first.
pub(in crate::rules) fn above(path: &str) -> impl Iterator<Item = &str> {
    let cut = |at: usize| if at == 0 { "/" } else { &path[..at] };
    let inner = path.rmatch_indices('/').map(|(at, _)| at).filter(move |at| at + 1 < path.len());
    inner.map(cut).take(DEPTH)
}

/// Whether a clean path is `folder` or lies below it.
pub(in crate::rules) fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The runtime whose socket a clean path is.
pub(in crate::rules) fn runtime_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    Some(match name.trim_end_matches(".raw") {
        "docker.sock" => "docker",
        "containerd.sock" | "containerd.sock.ttrpc" => "containerd",
        "crio.sock" => "crio",
        "podman.sock" => "podman",
        "buildkitd.sock" => "buildkit",
        "dockershim.sock" | "cri-dockerd.sock" => "dockershim",
        _ if path.starts_with("//./pipe/") && name.contains("docker") => "docker",
        _ if path.starts_with("//./pipe/") && name.contains("containerd") => "containerd",
        _ if path.starts_with("//./pipe/") && name.contains("podman") => "podman",
        _ => match path {
            "/run/containerd" | "/run/k3s/containerd" | "/run/k3s" => "containerd",
            "/run/podman" => "podman",
            "/run/crio" => "crio",
            "/run/buildkit" => "buildkit",
            "/run/dockershim" => "dockershim",
            _ => return None,
        },
    })
}

/// Folders with all that is below them.
const SECRET_TREES: &[&str] = &[
    "/root",
    "/etc/kubernetes",
    "/etc/ssh",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/ssl/private",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/rancher",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/rancher",
    "/var/lib/kubernetes",
    "/run/secrets",
];
/// Of those what every log collector and storage driver mounts.
const NOT_SO_SECRET: &[&str] = &[
    "/var/lib/docker/containers",
    "/var/lib/kubelet/device-plugins",
    "/var/lib/kubelet/plugins",
    "/var/lib/kubelet/plugins_registry",
    "/var/lib/kubelet/pod-resources",
    "/var/lib/kubelet/seccomp",
    "/var/lib/rancher/k3s/agent/containerd/io.containerd.grpc.v1.cri",
];
/// Folders that are secret as a whole; what is below them is somebody's data.
const SECRET_FOLDERS: &[&str] = &[
    "/etc",
    "/home",
    "/mnt/c",
    "/Users",
    "/var",
    "/var/lib",
    "c:",
    "c:/users",
    "c:/windows",
    "c:/programdata",
];
const SYSTEM_TREES: &[&str] = &[
    "/boot",
    "/proc",
    "/sys",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/crontab",
    "/etc/systemd",
    "/etc/docker",
    "/etc/containerd",
    "/etc/crio",
    "/etc/cni",
    "/etc/pam.d",
    "/etc/profile.d",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/modprobe.d",
    "/etc/udev",
    "/etc/init.d",
    "/etc/passwd",
    "/etc/group",
    "/etc/security",
    "/etc/apparmor.d",
    "/etc/selinux",
    "/lib/systemd",
    "/usr/lib/systemd",
    "/lib/modules",
    "/usr/lib/modules",
    "/usr/bin",
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/bin",
    "/sbin",
    "/opt/cni/bin",
    "/var/spool/cron",
    "/run/systemd",
    "/run/dbus",
    "/run/netns",
    "/run/docker",
    "/run/udev",
];
const SYSTEM_FOLDERS: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr",
    "/usr/lib",
    "/usr/local",
    "/usr/share",
    "/var/lib/docker/containers",
    "/var/lib/systemd",
];
const FACTS: &[&str] = &[
    "/etc/localtime",
    "/etc/timezone",
    "/usr/share/zoneinfo",
    "/etc/ssl/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/machine-id",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/lsb-release",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/lib/modules",
    "/usr/lib/modules",
    "/usr/src",
    "/tmp/.X11-unix",
    "/run/udev",
    "/run/log/journal",
    "/var/log/journal",
];
const KEYS: &[&str] = &[
    ".ssh",
    ".aws",
    ".azure",
    ".kube",
    ".gnupg",
    ".docker",
    ".netrc",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
];

/// What lies at a clean path of the host. Facts are only such where nothing can write to them.
pub(in crate::rules) fn holds(path: &str, read_only: bool) -> Holds {
    let among = |trees: &[&str]| trees.iter().any(|tree| is_in(path, tree));
    let home = path.starts_with(['~', '$']) || is_in(path, "/home") || is_in(path, "/root");
    if path == "/" || path == "c:/" || path == "c:" {
        return Holds::Everything;
    }
    if path == "/run" || runtime_of(path).is_some() {
        return Holds::Sockets;
    }
    if home && path.split('/').skip(1).any(|part| KEYS.contains(&part))
        || path.ends_with("/.config/gcloud")
    {
        return Holds::Keys;
    }
    if path.starts_with('$') {
        return Holds::Anything;
    }
    if !path.starts_with('/') && !matches!(path.as_bytes(), [_, b':', ..]) {
        return if path == "~" { Holds::Secrets } else { Holds::Project };
    }
    match danger(path) {
        Some(Danger::Host) => return Holds::Secrets,
        Some(Danger::Hardware) => return Holds::System,
        Some(Danger::None) => return Holds::Facts,
        None => {}
    }
    if among(FACTS) && (read_only || !among(SYSTEM_TREES)) {
        return Holds::Facts;
    }
    let home_of_one = ["/home/", "/Users/", "c:/users/"]
        .iter()
        .any(|homes| path.strip_prefix(homes).is_some_and(|name| !name.contains(['/', '$'])));
    if (among(SECRET_TREES) && !among(NOT_SO_SECRET))
        || SECRET_FOLDERS.contains(&path)
        || home_of_one
    {
        return Holds::Secrets;
    }
    if among(SYSTEM_TREES) || among(NOT_SO_SECRET) || SYSTEM_FOLDERS.contains(&path) {
        return Holds::System;
    }
    Holds::Data
}

#[cfg(test)]
mod tests {
    use super::{Holds, above, clean, holds, runtime_of};

    #[test]
    fn one_path_has_one_spelling() {
        for (written, path) in [
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var//run/../run/docker.sock", "/run/docker.sock"),
            ("/", "/"),
            ("/var/run/", "/run"),
            ("./data", "./data"),
            (".", "./"),
            ("C:\\Users\\me", "c:/users/me"),
            (r"\\.\pipe\docker_engine", "//./pipe/docker_engine"),
            ("$HOME/../x", "$HOME/../x"),
        ] {
            assert_eq!(clean(written), path, "{written}");
        }
        assert_eq!(above("/etc/nginx/conf.d").collect::<Vec<_>>(), ["/etc/nginx", "/etc", "/"]);
        assert_eq!(above("/").count(), 0);
    }

    #[test]
    fn a_path_by_what_lies_there() {
        for (path, read_only, expected) in [
            ("/", true, Holds::Everything),
            ("/etc", true, Holds::Secrets),
            ("/etc/nginx", false, Holds::Data),
            ("/etc/passwd", true, Holds::Facts),
            ("/etc/passwd", false, Holds::System),
            ("/etc/localtime", false, Holds::Facts),
            ("/proc", true, Holds::System),
            ("/var/lib/kubelet/pods", false, Holds::Secrets),
            ("/var/lib/kubelet/device-plugins", false, Holds::System),
            ("/var/lib/docker/containers", true, Holds::System),
            ("/var/lib/dockerfiles", true, Holds::Data),
            ("/home/me", true, Holds::Secrets),
            ("/home/me/project", false, Holds::Data),
            ("/home/me/.ssh", true, Holds::Keys),
            ("~/.aws", true, Holds::Keys),
            ("./.ssh", true, Holds::Project),
            ("../config", true, Holds::Project),
            ("$DATA/x", false, Holds::Anything),
            ("/dev/sda", true, Holds::Secrets),
            ("/dev/shm", false, Holds::Facts),
            ("/srv/app", false, Holds::Data),
        ] {
            assert_eq!(holds(path, read_only), expected, "{path}");
        }
        assert_eq!(runtime_of("/run/user/1000/podman/podman.sock"), Some("podman"));
        assert_eq!(runtime_of("//./pipe/docker_engine"), Some("docker"));
        assert_eq!(runtime_of("/run/postgresql/docker.socket"), None);
    }
}
