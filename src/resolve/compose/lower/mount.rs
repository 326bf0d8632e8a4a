//! `volumes`, `tmpfs`, `volumes_from`.
//!
//! Source: Compose Specification, "volumes"; compose-go, `format/volume.go`.

use super::read;
use crate::model::{Mount, MountKind, Node, Spanned, Variable};

/// Where the engine's interface is put with `use_api_socket`.
const API_SOCKET: &str = "/var/run/docker.sock";
const PROPAGATIONS: &[&str] = &["shared", "rshared", "slave", "rslave", "private", "rprivate"];

/// What a service mounts; `volumes` is the top level's.
pub(super) fn mounts(service: &Node, volumes: Option<&Node>) -> Vec<Spanned<Mount>> {
    let items = service.get("volumes").map_or(&[][..], Node::items);
    let mut mounts: Vec<Spanned<Mount>> = Vec::new();
    for item in items {
        let mount = if item.is_map() { Some(long(item)) } else { item.text().map(short) };
        mounts.extend(mount.map(|mount| bound(item.place(mount), volumes)));
    }
    mounts
        .extend(read::texts(service.get("tmpfs")).iter().map(|text| text.with(tmpfs(&text.value))));
    for text in read::texts(service.get("volumes_from")) {
        mounts.push(text.with(from(&text.value)));
    }
    let socket = service.get("use_api_socket").filter(|node| node.boolean() == Some(true));
    mounts.extend(socket.map(|node| {
        node.place(Mount { target: API_SOCKET.into(), ..blank(MountKind::Host, API_SOCKET) })
    }));
    mounts
}

/// A named volume that is only another name for a folder of the host.
fn bound(mount: Spanned<Mount>, volumes: Option<&Node>) -> Spanned<Mount> {
    if mount.value.kind != MountKind::Volume || mount.value.source.is_empty() {
        return mount;
    }
    let volume = volumes.and_then(|volumes| volumes.get(&mount.value.source));
    let Some(options) = volume.and_then(|volume| volume.get("driver_opts")) else { return mount };
    let get = |key: &str| options.get(key).and_then(Node::text).unwrap_or_default();
    let binds = get("o").split(',').any(|option| matches!(option.trim(), "bind" | "rbind"));
    match options.get("device") {
        Some(device) if binds => {
            let read_only = get("o").split(',').any(|option| option.trim() == "ro");
            let value = Mount {
                kind: MountKind::Host,
                source: host_path(device.text().unwrap_or_default()),
                read_only: mount.value.read_only || read_only,
                unknown: device.is_opaque(),
                ..mount.value
            };
            let here = std::iter::once(mount.span).chain(mount.because);
            device.place(value).because(here)
        }
        _ => mount,
    }
}

/// What options of the drivers of its named volumes say: addresses and passwords of shares.
pub(super) fn driver_options(mounts: &[Spanned<Mount>], volumes: Option<&Node>) -> Vec<Variable> {
    let named = mounts.iter().filter(|mount| mount.value.kind == MountKind::Volume);
    let options = named.filter_map(|mount| {
        let name = mount.value.source.as_str();
        Some((name, volumes?.get(name)?.get("driver_opts")?))
    });
    options
        .flat_map(|(name, options)| {
            read::variables(Some(options), &['=']).into_iter().map(move |option| Variable {
                name: format!("{} of volume {name}", option.name),
                ..option
            })
        })
        .collect()
}

fn short(text: &str) -> Mount {
    let pieces = volume_pieces(text);
    let (source, target, options) = match pieces.as_slice() {
        [] => ("", "", ""),
        [target] => ("", *target, ""),
        [source, target] => (*source, *target, ""),
        [source, target, options, ..] => (*source, *target, *options),
    };
    let kind = if is_path(source) { MountKind::Host } else { MountKind::Volume };
    let path = if kind == MountKind::Host { host_path(source) } else { source.to_owned() };
    let mut mount = Mount { target: target.to_owned(), ..blank(kind, &path) };
    for option in options.split(',').map(str::trim) {
        match option.to_ascii_lowercase().as_str() {
            "ro" | "readonly" => mount.read_only = true,
            "rw" => mount.read_only = false,
            known if PROPAGATIONS.contains(&known) => mount.propagation = Some(known.to_owned()),
            _ => {}
        }
    }
    mount
}

/// `SOURCE:TARGET:OPTIONS`; the colon of a drive and of a variable part nothing.
fn volume_pieces(text: &str) -> Vec<&str> {
    let mut rest = read::split(text, ':').into_iter().peekable();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some(piece) = rest.next() {
        let mut end = at + piece.len();
        let drive = matches!(piece.as_bytes(), [letter] if letter.is_ascii_alphabetic());
        if drive && rest.peek().is_some_and(|next| next.starts_with(['\\', '/'])) {
            end += 1 + rest.next().map_or(0, str::len);
        }
        pieces.push(text.get(at..end).unwrap_or_default());
        at = end + 1;
    }
    pieces
}

fn long(item: &Node) -> Mount {
    let node = |key: &str| item.at(key).filter(|node| !node.is_null());
    let get = |key: &str| node(key).and_then(Node::text).unwrap_or_default();
    let source = get("source");
    let kind = match get("type") {
        "bind" | "npipe" => MountKind::Host,
        "tmpfs" => MountKind::Temporary,
        "" if is_path(source) => MountKind::Host,
        "" | "volume" | "cluster" => MountKind::Volume,
        _ => MountKind::Other,
    };
    let source = match kind {
        MountKind::Host => host_path(source),
        MountKind::Other => get("type").to_owned(),
        MountKind::Temporary => String::new(),
        _ => source.to_owned(),
    };
    let propagation = node("bind.propagation").and_then(Node::text).map(str::to_ascii_lowercase);
    Mount {
        target: get("target").to_owned(),
        read_only: node("read_only").and_then(Node::boolean) == Some(true),
        propagation,
        unknown: node("source").is_some_and(Node::is_opaque),
        ..blank(kind, &source)
    }
}

/// `/run:rw,exec,size=64m`; without an option nothing may be started from it.
fn tmpfs(text: &str) -> Mount {
    let (target, options) = text.split_once(':').unwrap_or((text, ""));
    let mut mount = Mount { target: target.to_owned(), ..blank(MountKind::Temporary, "") };
    for option in options.split(',').map(str::trim) {
        match option {
            "exec" => mount.exec = true,
            "noexec" => mount.exec = false,
            "ro" => mount.read_only = true,
            _ => {}
        }
    }
    mount
}

/// `service`, `service:ro`, `container:name:ro`.
fn from(text: &str) -> Mount {
    let rest = text.strip_prefix("container:").unwrap_or(text);
    let (name, mode) = rest.split_once(':').unwrap_or((rest, ""));
    Mount { read_only: mode == "ro", ..blank(MountKind::From, name) }
}

fn blank(kind: MountKind, source: &str) -> Mount {
    Mount {
        kind,
        source: source.to_owned(),
        target: String::new(),
        read_only: false,
        propagation: None,
        exec: false,
        unknown: source.contains('$'),
    }
}

/// Whether a source names a path of the host and no volume. What a variable starts may be either:
/// such values most often hold a path.
fn is_path(source: &str) -> bool {
    let drive = matches!(source.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    drive || source.starts_with(['.', '/', '~', '\\', '$'])
}

/// A path without `.`, `..` and doubled slashes, as far as that can be told. `.` stands for the
/// project's folder.
pub(super) fn host_path(text: &str) -> String {
    let text = text.trim();
    let rooted = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in read::split(text, '/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." && !last.contains('$') && last != "~" => {
                    parts.pop();
                }
                None if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if rooted {
        format!("/{path}")
    } else if text.starts_with('.') && !path.starts_with("..") {
        if path.is_empty() { ".".to_owned() } else { format!("./{path}") }
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::{MountKind, host_path, short};

    #[test]
    fn short_forms() {
        use MountKind::{Host, Volume};
        for (text, kind, source, target, read_only) in [
            ("/data", Volume, "", "/data", false),
            ("data:/data", Volume, "data", "/data", false),
            ("data:/data:ro", Volume, "data", "/data", true),
            ("./src:/src:ro,z", Host, "./src", "/src", true),
            (".:/src", Host, ".", "/src", false),
            ("../..:/src", Host, "../..", "/src", false),
            ("~/.ssh:/root/.ssh:Z", Host, "~/.ssh", "/root/.ssh", false),
            (r"C:\data:/data:ro", Host, r"C:\data", "/data", true),
            ("c:/data:/data", Host, "c:/data", "/data", false),
            (r"\\.\pipe\docker_engine:/x", Host, r"\\.\pipe\docker_engine", "/x", false),
            ("/var/lib/../run/docker.sock:/s", Host, "/var/run/docker.sock", "/s", false),
            ("${A:-/x}:/data:ro", Host, "${A:-/x}", "/data", true),
        ] {
            let mount = short(text);
            let found = (mount.kind, mount.source.as_str(), mount.target.as_str(), mount.read_only);
            assert_eq!(found, (kind, source, target, read_only), "{text}");
        }
        assert_eq!(short("/:/host:ro,rslave").propagation.as_deref(), Some("rslave"));
    }

    #[test]
    fn paths_of_the_host() {
        for (text, path) in [
            ("/", "/"),
            ("//var///run/", "/var/run"),
            ("/../etc", "/etc"),
            ("./", "."),
            ("./a/../b", "./b"),
            ("./a/../../b", "../b"),
            ("../../var/run", "../../var/run"),
            ("~/../x", "~/../x"),
            ("$HOME/../x", "$HOME/../x"),
        ] {
            assert_eq!(host_path(text), path);
        }
    }
}
