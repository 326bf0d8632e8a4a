//! Podman's quadlets, and services that start a container by command line.
//!
//! Source: podman-systemd.unit(5).

mod settings;

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::options::{self, Word};
use super::{command_line, terms, workload};
use crate::model::{
    Declaration, EntryKind, File, Known, Network, NetworkKind, NetworkObject, Platform, Shared,
    Source, SourceKind, Tree, Unit, Variable, Workload,
};
use settings::{Setting, Settings};

/// Kinds of quadlet: the suffix of its name, its section.
const KINDS: &[(&str, &str)] = &[
    (".container", "Container"),
    (".pod", "Pod"),
    (".kube", "Kube"),
    (".build", "Build"),
    (".volume", "Volume"),
    (".network", "Network"),
    (".image", "Image"),
];

/// Settings that say what an option of `podman run` says. `true`: several words, or several times.
const OPTIONS: &[(&str, &str, bool)] = &[
    ("AddCapability", "cap-add", true),
    ("AddDevice", "device", true),
    ("AddHost", "add-host", true),
    ("Annotation", "annotation", true),
    ("DNS", "dns", true),
    ("DropCapability", "cap-drop", true),
    ("EnvironmentFile", "env-file", true),
    ("ExposeHostPort", "expose", true),
    ("GIDMap", "gidmap", true),
    ("GroupAdd", "group-add", true),
    ("HealthCmd", "health-cmd", false),
    ("IP", "ip", false),
    ("Label", "label", true),
    ("LogDriver", "log-driver", false),
    ("Memory", "memory", false),
    ("Mount", "mount", true),
    ("Network", "network", true),
    ("NoNewPrivileges", "security-opt.no-new-privileges", false),
    ("PidsLimit", "pids-limit", false),
    ("PublishPort", "publish", true),
    ("Pull", "pull", false),
    ("ReadOnly", "read-only", false),
    ("SeccompProfile", "security-opt.seccomp", false),
    ("Sysctl", "sysctl", true),
    ("TLSVerify", "tls-verify", false),
    ("Tmpfs", "tmpfs", true),
    ("UIDMap", "uidmap", true),
    ("Ulimit", "ulimit", true),
    ("Unmask", "unmask", false),
    ("UserNS", "userns", false),
    ("Volume", "volume", true),
];

/// The unit of a drop-in: `web.container` for `web.container.d/10.conf`.
pub(super) fn unit_of(path: &BStr) -> Option<BString> {
    let folder = path.get(..path.rfind_byte(b'/')?)?;
    let unit = folder.strip_suffix(b".d")?;
    path.ends_with(b".conf").then(|| unit.into())
}

/// The units of one file. A drop-in counts with the unit beside its folder.
pub(super) fn units(tree: &dyn Tree, file: &Rc<File>, out: &mut Vec<Declaration>) {
    let path: &BStr = file.text.path.as_ref();
    if path.ends_with(b".service") {
        services(file, out);
        return;
    }
    let main = unit_of(path);
    if let Some(main) = &main
        && matches!(tree.file(main.as_ref()), Ok(Some(_)))
    {
        return;
    }
    let own = main.as_ref().map_or(path, |main| main.as_ref()).to_str_lossy().into_owned();
    let name = own.rsplit('/').next().unwrap_or(&own);
    let Some((suffix, section)) = KINDS.iter().find(|(suffix, _)| name.ends_with(suffix)) else {
        return;
    };
    let mut settings = Settings { section, own: Rc::clone(file), all: Vec::new() };
    settings.read(file);
    if main.is_none() {
        for drop_in in drop_ins(tree, path) {
            settings.read(&drop_in);
        }
    }
    let name = name.strip_suffix(suffix).unwrap_or(name);
    match *section {
        "Network" => out.push(network(&settings, name)),
        "Kube" => kube(&settings, name, out),
        _ => out.push(settings.declare(Unit::Workload(Box::new(container(&settings, name))))),
    }
}

/// The drop-ins of a unit, in the order of their names.
fn drop_ins(tree: &dyn Tree, path: &BStr) -> Vec<Rc<File>> {
    let folder = BString::from([path.as_bytes(), b".d"].concat());
    let mut names = tree.names(folder.as_ref()).to_vec();
    names.retain(|(name, kind)| *kind != EntryKind::Folder && name.ends_with(b".conf"));
    names.sort_by(|a, b| a.0.cmp(&b.0));
    let file = |name: BString| {
        let path = BString::from([folder.as_bytes(), b"/", name.as_bytes()].concat());
        tree.file(path.as_ref()).ok().flatten()
    };
    names.into_iter().filter_map(|(name, _)| file(name)).collect()
}

/// A container, or what declares some of what containers do: a pod, a build, a volume, an image.
fn container(settings: &Settings<'_>, name: &str) -> Workload {
    let kind = settings.section.to_ascii_lowercase();
    let platform = match settings.section {
        "Image" | "Volume" => Platform::Reference,
        _ => Platform::Quadlet,
    };
    let title = format!("{kind} {name}");
    let mut unit = workload(platform, title.clone(), title, settings.head(), &settings.own);
    if let Some(image) = settings.last("Image").filter(|_| settings.section != "Volume") {
        let other = [".image", ".build"].iter().any(|suffix| image.value.text.ends_with(suffix));
        unit.image = (!other).then(|| options::image(&image));
    }
    for (key, option, several) in OPTIONS {
        let every = settings.every(key);
        let from = if *several { 0 } else { every.len().saturating_sub(1) };
        for setting in every.get(from..).unwrap_or_default() {
            apply(&mut unit, option, *several, setting);
        }
    }
    for setting in settings.every("Environment") {
        unit.environment.extend(setting.words().iter().filter_map(literal));
    }
    user(settings, &mut unit);
    confinement(settings, &mut unit);
    for setting in settings.every("PodmanArgs") {
        options::read(&setting.words(), &mut unit);
    }
    if let Some(exec) = settings.every("Exec").last() {
        unit.command = terms::exec(&exec.words());
    }
    for key in ["ExecStartPre", "ExecStartPost", "ExecStopPost"] {
        for setting in settings.every_of("Service", key) {
            unit.commands.extend(terms::exec(&setting.words()));
        }
    }
    volume(settings, &mut unit);
    build(settings, &mut unit);
    unit
}

fn apply(unit: &mut Workload, option: &str, several: bool, setting: &Setting) {
    if let Some(name) = option.strip_prefix("security-opt.") {
        let mut word = setting.word();
        word.value.text = format!("{name}={}", word.value.text);
        options::set(unit, "security-opt", &word);
        return;
    }
    let words = if several { setting.words() } else { vec![setting.word()] };
    for word in words {
        options::set(unit, option, &word);
    }
}

/// A variable; only one that is nothing but another one is unknown.
fn literal(word: &Word) -> Option<Variable> {
    let mut variable = terms::variable(word)?;
    if let Some(value) = &mut variable.value {
        value.unknown = value.text.starts_with('$') || value.text.contains("${");
    }
    Some(variable)
}

fn user(settings: &Settings<'_>, unit: &mut Workload) {
    unit.user = settings.last("User");
    if let (Some(user), Some(group)) = (&mut unit.user, settings.last("Group")) {
        user.value.text = format!("{}:{}", user.value.text, group.value.text);
        user.value.unknown |= group.value.unknown;
        user.because.push(group.span);
    }
}

fn confinement(settings: &Settings<'_>, unit: &mut Workload) {
    if let Some(disabled) = settings.last("SecurityLabelDisable")
        && terms::switch(&disabled).value == Known::Is(true)
    {
        options::set(unit, "security-opt", &terms::with_text(&disabled, "label=disable"));
    }
    if let Some(kind) = settings.last("SecurityLabelType") {
        unit.selinux =
            terms::selinux(&terms::with_text(&kind, &format!("type:{}", kind.value.text)));
    }
    if let Some(apparmor) = settings.last("AppArmor") {
        unit.apparmor = Some(terms::profile(&apparmor));
    }
    if let Some(update) = settings.last("AutoUpdate") {
        unit.options.push(options::option("auto_update", &update));
    }
}

/// A volume that is a folder of the host.
fn volume(settings: &Settings<'_>, unit: &mut Workload) {
    let device = settings.last("Device").filter(|_| settings.section == "Volume");
    let Some(device) = device.filter(|device| device.value.text.starts_with('/')) else { return };
    let text = device.value.text.clone();
    if text.starts_with("/dev/") {
        options::set(unit, "device", &device);
    } else {
        let mount = terms::bind_or_volume(&text, "", "", device.value.unknown);
        unit.mounts.push(terms::at(&device, mount));
    }
}

/// What a build is allowed.
fn build(settings: &Settings<'_>, unit: &mut Workload) {
    if settings.section != "Build" {
        return;
    }
    unit.image = None;
    unit.build_privileges.extend(unit.namespaces.drain(..).filter_map(|namespace| {
        let host = namespace.value.shared == Shared::Host;
        host.then(|| namespace.with("network.host".to_owned()))
    }));
    for setting in settings.every("BuildArg") {
        unit.build_args.extend(setting.words().iter().filter_map(literal));
    }
}

/// A manifest that is played, and what is published for it.
fn kube(settings: &Settings<'_>, name: &str, out: &mut Vec<Declaration>) {
    out.push(settings.declare(Unit::Workload(Box::new(container(settings, name)))));
    let Some(yaml) = settings.last("Yaml").filter(|yaml| yaml.value.text.contains("://")) else {
        return;
    };
    let source = Source {
        file: settings.own.text.file,
        identity: format!("manifest {}", yaml.value.text),
        title: format!("manifest of kube {name}"),
        head: yaml.span,
        span: yaml.span,
        kind: SourceKind::Manifest,
        location: Some(yaml),
        version: None,
        verified: None,
    };
    out.push(settings.declare(Unit::Source(Box::new(source))));
}

fn network(settings: &Settings<'_>, name: &str) -> Declaration {
    let mut network = Network {
        internal: settings.last("Internal").map(|word| terms::switch(&word)),
        driver: settings.last("Driver").map(|word| terms::at(&word, word.value.text.clone())),
        ..Network::default()
    };
    for setting in settings.every("Options") {
        network.options.extend(setting.words().iter().filter_map(terms::variable));
    }
    let title = format!("network {name}");
    let object = NetworkObject {
        file: settings.own.text.file,
        identity: title.clone(),
        title,
        head: settings.head(),
        span: settings.own.text.span(0..settings.own.text.content.len()),
        because: Vec::new(),
        kind: NetworkKind::Network(network),
    };
    settings.declare(Unit::Network(Box::new(object)))
}

/// A service whose command starts a container.
fn services(file: &Rc<File>, out: &mut Vec<Declaration>) {
    let mut settings = Settings { section: "Service", own: Rc::clone(file), all: Vec::new() };
    settings.read(file);
    let name = file.text.path.to_str_lossy().into_owned();
    let name = name.rsplit('/').next().unwrap_or(&name);
    let name = name.strip_suffix(".service").unwrap_or(name);
    let keys = ["ExecStartPre", "ExecStart", "ExecStartPost"];
    for setting in keys.iter().flat_map(|key| settings.every(key)) {
        let mut words = setting.words();
        if let Some(first) = words.first_mut() {
            let program = first.value.text.trim_start_matches(['-', '@', '+', '!', ':']);
            first.value.text = program.to_owned();
        }
        let title = format!("container of service {name}");
        out.extend(command_line::container(&words, Platform::Quadlet, &title, file));
    }
}
