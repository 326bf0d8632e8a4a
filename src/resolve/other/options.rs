//! The options of `docker run` and its kin: `podman`, `nerdctl`, `create` for `run`.
//!
//! Other surfaces say the same under other names; they are lowered by these names too.
//! Source: Docker CLI reference, "docker container run"; podman-run(1).

use super::terms;
use crate::model::{
    Base, Device, DeviceKind, Known, Namespace, NamespaceKind, Resource, Shared, Spanned, Value,
    Variable, Workload,
};
use crate::resolve::reference;

/// A word of a command line, or a value that stands for one.
pub(super) type Word = Spanned<Value>;

/// Options without a value; `--option=false` takes them back.
const SWITCHES: &[&str] = &[
    "detach",
    "disable-content-trust",
    "env-host",
    "help",
    "http-proxy",
    "init",
    "interactive",
    "no-healthcheck",
    "no-hostname",
    "no-hosts",
    "oom-kill-disable",
    "passwd",
    "privileged",
    "publish-all",
    "quiet",
    "read-only",
    "read-only-tmpfs",
    "replace",
    "rm",
    "rmi",
    "rootfs",
    "sig-proxy",
    "tls-verify",
    "tty",
    "use-api-socket",
];

/// Short options and what they are short for.
const SHORT: &[(char, &str)] = &[
    ('a', "attach"),
    ('c', "cpu-shares"),
    ('d', "detach"),
    ('e', "env"),
    ('h', "hostname"),
    ('i', "interactive"),
    ('l', "label"),
    ('m', "memory"),
    ('p', "publish"),
    ('q', "quiet"),
    ('t', "tty"),
    ('u', "user"),
    ('v', "volume"),
    ('w', "workdir"),
    ('P', "publish-all"),
];

/// Reads options up to the first word that is none, which is the image: its index.
pub(super) fn read(words: &[Word], to: &mut Workload) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.value.text.as_str();
        if text == "--" {
            return at + 1;
        }
        let next = words.get(at + 1);
        let taken = if let Some(long) = text.strip_prefix("--") {
            read_long(long, word, next, to)
        } else if text.len() > 1 && text.starts_with('-') {
            read_short(text, word, next, to)
        } else {
            return at;
        };
        at += 1 + usize::from(taken);
    }
    at
}

/// Reads options and the image and arguments behind them.
pub(super) fn read_run(words: &[Word], to: &mut Workload) {
    let at = read(words, to);
    to.image = words.get(at).map(image);
    let rest = words.get(at + 1..).unwrap_or_default();
    if !rest.is_empty() {
        to.command = terms::exec(rest);
    }
}

/// The image that a word names.
pub(super) fn image(word: &Word) -> Spanned<Base> {
    terms::at(word, reference::of_image(&word.value))
}

/// One long option; whether it took the next word.
fn read_long(long: &str, word: &Word, next: Option<&Word>, to: &mut Workload) -> bool {
    if let Some((name, _)) = long.split_once('=') {
        set(to, name, &terms::part(word, name.len() + 3..word.value.text.len()));
        return false;
    }
    if SWITCHES.contains(&long) {
        set(to, long, &terms::with_text(word, "true"));
        return false;
    }
    match next {
        Some(value) => set(to, long, value),
        None => return false,
    }
    true
}

/// A cluster of short options, `-dit` or `-p8080:80`; whether it took the next word.
fn read_short(text: &str, word: &Word, next: Option<&Word>, to: &mut Workload) -> bool {
    for (at, letter) in text.char_indices().skip(1) {
        let Some((_, name)) = SHORT.iter().find(|(short, _)| *short == letter) else {
            return false;
        };
        if SWITCHES.contains(name) {
            set(to, name, &terms::with_text(word, "true"));
            continue;
        }
        let rest = at + letter.len_utf8();
        if rest < text.len() {
            let skip = usize::from(text.get(rest..).is_some_and(|rest| rest.starts_with('=')));
            set(to, name, &terms::part(word, rest + skip..text.len()));
            return false;
        }
        if let Some(value) = next {
            set(to, name, value);
        }
        return next.is_some();
    }
    false
}

/// Sets what one option says. What is of no concern is left out.
pub(super) fn set(to: &mut Workload, name: &str, value: &Word) {
    let text = value.value.text.as_str();
    let switch = || Some(terms::switch(value));
    let plain = || Some(terms::at(value, text.to_owned()));
    match name {
        "privileged" => to.privileged = switch(),
        "read-only" => to.read_only_root = switch(),
        "cap-add" => to.capabilities_added.extend(terms::capabilities(value)),
        "cap-drop" => to.capabilities_dropped.extend(terms::capabilities(value)),
        "user" => to.user = Some(value.clone()),
        "group-add" => to.groups.extend(plain()),
        "pull" => to.pull_policy = plain(),
        "restart" => to.restart = plain(),
        "runtime" => to.runtime = plain(),
        "volume" => to.mounts.extend(terms::volume(value)),
        "mount" => to.mounts.extend(terms::mount(value)),
        "tmpfs" => to.mounts.push(terms::tmpfs(value)),
        "volumes-from" => to.mounts.push(terms::volumes_from(value)),
        "use-api-socket" => to.mounts.extend(terms::api_socket(value)),
        "publish" => to.ports.extend(terms::port(value)),
        "expose" => to.exposed.extend(terms::port(value)),
        "network" | "net" => network(to, value),
        "pid" => namespace(to, NamespaceKind::Pid, value),
        "ipc" => namespace(to, NamespaceKind::Ipc, value),
        "uts" => namespace(to, NamespaceKind::Uts, value),
        "userns" => namespace(to, NamespaceKind::User, value),
        "cgroupns" => namespace(to, NamespaceKind::Cgroup, value),
        "uidmap" | "gidmap" | "subuidname" => {
            let own = Namespace { kind: NamespaceKind::User, shared: Shared::Nobody };
            to.namespaces.push(terms::at(value, own));
        }
        "security-opt" => security(to, value),
        "device" => to.devices.push(device(value)),
        "device-cgroup-rule" => to.devices.push(terms::at(
            value,
            Device {
                kind: DeviceKind::Rule,
                name: text.to_owned(),
                permissions: text.rsplit(' ').next().unwrap_or_default().to_owned(),
            },
        )),
        "gpus" => to.devices.push(terms::at(
            value,
            Device { kind: DeviceKind::Gpu, name: text.to_owned(), permissions: "rwm".into() },
        )),
        "memory" => to.limits.push(terms::limit(Resource::Memory, value)),
        "cpus" => to.limits.push(terms::limit(Resource::Cpu, value)),
        "pids-limit" => to.limits.push(terms::limit(Resource::Pids, value)),
        "ulimit" => to.limits.extend(terms::ulimit(value)),
        "env" => to.environment.extend(terms::variable(value)),
        "label" | "annotation" => to.labels.extend(terms::variable(value)),
        "sysctl" => to.sysctls.extend(terms::variable(value)),
        "add-host" => to.extra_hosts.extend(terms::host_entry(value)),
        "env-file" => to.value_files.push(terms::value_file(value)),
        "entrypoint" => to.entrypoint = terms::exec(std::slice::from_ref(value)),
        "no-healthcheck" => to.healthcheck = Some(terms::not(&terms::switch(value))),
        "health-cmd" => {
            let on = Known::Is(!matches!(text, "none" | ""));
            to.healthcheck = Some(terms::at(value, on));
            to.commands.extend(terms::shell(value));
        }
        "systempaths" | "unmask" => {
            let open = Known::Is(terms::is_all(text) || text.contains("/proc"));
            to.unmasked = Some(terms::at(value, open));
        }
        "log-driver" => to.options.push(option("logging.driver", value)),
        "oom-kill-disable" => to.options.push(option("oom_kill_disable", value)),
        "oom-score-adj" => to.options.push(option("oom_score_adj", value)),
        "cgroup-parent" => to.options.push(option("cgroup_parent", value)),
        "tls-verify" => to.options.push(option("tls_verify", value)),
        "publish-all" => to.options.push(option("publish_all", value)),
        "dns" => to.options.push(option("dns", value)),
        _ => {}
    }
}

/// Another option that a rule may ask about.
pub(super) fn option(name: &str, value: &Word) -> Variable {
    Variable {
        name: name.to_owned(),
        value: Some(value.value.clone()),
        place: terms::at(value, ()),
    }
}

/// `--network`: a namespace, or the name of a network.
fn network(to: &mut Workload, value: &Word) {
    let text = value.value.text.as_str();
    let name = text.split(',').find_map(|part| part.trim().strip_prefix("name="));
    let name = name.unwrap_or_else(|| text.split(',').next().unwrap_or_default());
    let mode = name.split(':').next().unwrap_or_default();
    match mode {
        "host" | "none" | "container" | "ns" => namespace(to, NamespaceKind::Network, value),
        "" | "bridge" | "default" | "private" | "slirp4netns" | "pasta" => {}
        _ if value.value.unknown => namespace(to, NamespaceKind::Network, value),
        _ => to.networks.push(terms::at(value, name.to_owned())),
    }
}

fn namespace(to: &mut Workload, kind: NamespaceKind, value: &Word) {
    let text = value.value.text.as_str();
    let shared = match text.split_once(':') {
        Some(("container" | "ns" | "service", name)) => Shared::Container(name.to_owned()),
        _ if text == "host" => Shared::Host,
        _ if text == "shareable" => Shared::Container(text.to_owned()),
        _ if value.value.unknown => Shared::Unknown(text.to_owned()),
        _ => Shared::Nobody,
    };
    to.namespaces.push(terms::at(value, Namespace { kind, shared }));
}

/// `--security-opt`.
fn security(to: &mut Workload, value: &Word) {
    let text = value.value.text.as_str();
    let cut = text.find(['=', ':']);
    let (name, setting) = match cut {
        Some(cut) => (text.get(..cut).unwrap_or_default(), text.get(cut + 1..).unwrap_or_default()),
        None => (text, ""),
    };
    let rest = terms::with_text(value, setting);
    match name {
        "no-new-privileges" => {
            let on = if setting.is_empty() { terms::with_text(value, "true") } else { rest };
            to.no_new_privileges = Some(terms::switch(&on));
        }
        "seccomp" => to.seccomp = Some(terms::profile(&rest)),
        "apparmor" => to.apparmor = Some(terms::profile(&rest)),
        "label" => to.selinux = terms::selinux(&rest).or_else(|| to.selinux.take()),
        "systempaths" | "unmask" => set(to, name, &rest),
        _ if value.value.unknown => {}
        _ => to.options.push(option(&format!("security_opt.{name}"), &rest)),
    }
}

/// `--device`: `/dev/x[:/dev/y][:rwm]`, or a name of the Container Device Interface.
fn device(value: &Word) -> Spanned<Device> {
    let text = value.value.text.as_str();
    let parts = terms::split(text, ':');
    let source = parts.first().map_or("", |range| text.get(range.clone()).unwrap_or_default());
    let last = parts.last().filter(|_| parts.len() > 1);
    let last = last.and_then(|range| text.get(range.clone())).unwrap_or_default();
    let permissions = !last.is_empty() && last.bytes().all(|byte| b"rwm".contains(&byte));
    let kind = match source {
        name if name.starts_with(['/', '$', '.']) => DeviceKind::Path,
        name if name.contains('=') => DeviceKind::Cdi,
        _ => DeviceKind::Path,
    };
    let permissions = if permissions { last } else { "rwm" };
    terms::at(value, Device { kind, name: source.to_owned(), permissions: permissions.to_owned() })
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
