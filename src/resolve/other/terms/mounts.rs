//! Mounts: `-v`, `--mount` and their kin.

use super::{at, split};
use crate::model::{Mount, MountKind, Spanned};
use crate::resolve::other::options::Word;

/// `-v`: `[source:]target[:options]`.
pub(in crate::resolve::other) fn volume(word: &Word) -> Option<Spanned<Mount>> {
    let text = word.value.text.as_str();
    let drive =
        matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let skip = if drive { 2 } else { 0 };
    let mut parts = split(text.get(skip..)?, ':');
    for part in &mut parts {
        *part = part.start + skip..part.end + skip;
    }
    if let Some(first) = parts.first_mut().filter(|_| drive) {
        first.start = 0;
    }
    let get = |index: usize| parts.get(index).and_then(|range| text.get(range.clone()));
    let (source, target, options) = match parts.len() {
        0 | 1 => ("", get(0)?, ""),
        _ => (get(0)?, get(1)?, get(2).unwrap_or_default()),
    };
    Some(at(word, bind_or_volume(source, target, options, word.value.unknown)))
}

/// A mount by its source: a path of the host or the name of a volume.
pub(in crate::resolve::other) fn bind_or_volume(
    source: &str,
    target: &str,
    options: &str,
    unknown: bool,
) -> Mount {
    let host = source.starts_with(['/', '.', '~', '$', '%', '\\'])
        || source.as_bytes().get(1) == Some(&b':');
    let kind = if host { MountKind::Host } else { MountKind::Volume };
    let mut mount = Mount {
        kind,
        source: tidy(source),
        target: target.to_owned(),
        read_only: false,
        propagation: None,
        exec: false,
        unknown: source.starts_with('%') || (unknown && source.contains('$')),
    };
    for option in options.split(',') {
        mount_option(&mut mount, option.trim());
    }
    mount
}

fn mount_option(mount: &mut Mount, option: &str) {
    match option {
        "ro" | "readonly" => mount.read_only = true,
        "rw" => mount.read_only = false,
        "exec" => mount.exec = true,
        "noexec" => mount.exec = false,
        "shared" | "rshared" | "slave" | "rslave" | "private" | "rprivate" | "unbindable"
        | "runbindable" => mount.propagation = Some(option.to_owned()),
        _ => {}
    }
}

/// A path without a slash at its end.
fn tidy(path: &str) -> String {
    let tidy = path.trim_end_matches('/');
    if tidy.is_empty() && !path.is_empty() { "/".to_owned() } else { tidy.to_owned() }
}

/// `--mount`: `type=bind,source=/a,target=/b,readonly`.
pub(in crate::resolve::other) fn mount(word: &Word) -> Option<Spanned<Mount>> {
    let text = word.value.text.as_str();
    let (mut kind, mut source, mut device) = ("volume", "", "");
    let mut mount = bind_or_volume("", "", "", false);
    for range in split(text, ',') {
        let field = text.get(range)?.trim().trim_matches('"');
        let (name, value) = field.split_once('=').unwrap_or((field, "true"));
        let on = !matches!(value, "false" | "0");
        match name.trim() {
            "type" => kind = value,
            "source" | "src" => source = value,
            "target" | "destination" | "dst" => value.clone_into(&mut mount.target),
            "readonly" | "ro" => mount.read_only = on,
            "rw" => mount.read_only = !on,
            "bind-propagation" => mount.propagation = Some(value.to_ascii_lowercase()),
            "volume-opt" => device = value.strip_prefix("device=").unwrap_or(device),
            "tmpfs-mode" => {}
            option => mount_option(&mut mount, option),
        }
    }
    (mount.kind, source) = match kind {
        "bind" | "npipe" | "glob" => (MountKind::Host, source),
        "volume" if device.starts_with('/') => (MountKind::Host, device),
        "volume" => (MountKind::Volume, source),
        "tmpfs" | "ramfs" => (MountKind::Temporary, ""),
        other => (MountKind::Other, other),
    };
    mount.unknown = word.value.unknown && source.contains('$');
    mount.source = tidy(source);
    Some(at(word, mount))
}

/// `--tmpfs`: `/run[:options]`.
pub(in crate::resolve::other) fn tmpfs(word: &Word) -> Spanned<Mount> {
    let (target, options) = word.value.text.split_once(':').unwrap_or((&word.value.text, ""));
    let mut mount = bind_or_volume("", target, options, false);
    mount.kind = MountKind::Temporary;
    at(word, mount)
}

/// `--volumes-from`: `name[:ro]`.
pub(in crate::resolve::other) fn volumes_from(word: &Word) -> Spanned<Mount> {
    let (name, options) = word.value.text.split_once(':').unwrap_or((&word.value.text, ""));
    let mut mount = bind_or_volume("", "", options, false);
    mount.kind = MountKind::From;
    name.clone_into(&mut mount.source);
    at(word, mount)
}

/// `--use-api-socket`: the socket and the credentials of whoever starts it.
pub(in crate::resolve::other) fn api_socket(word: &Word) -> Option<Spanned<Mount>> {
    let socket = "/var/run/docker.sock";
    (word.value.text != "false").then(|| at(word, bind_or_volume(socket, socket, "", false)))
}

#[cfg(test)]
mod tests {
    use super::super::expanded;
    use super::*;
    use crate::model::{FileId, Span};

    fn word(text: &str) -> Word {
        expanded(&Spanned::new(text.to_owned(), Span::head(FileId(0))))
    }

    #[test]
    fn volumes() {
        for (text, kind, source, target) in [
            ("/data", MountKind::Volume, "", "/data"),
            ("data:/d:ro", MountKind::Volume, "data", "/d"),
            ("./a/:/d", MountKind::Host, "./a", "/d"),
            ("C:\\x:/d", MountKind::Host, "C:\\x", "/d"),
            ("$PWD:/d", MountKind::Host, "$PWD", "/d"),
        ] {
            let mount = volume(&word(text)).unwrap().value;
            assert_eq!((mount.kind, mount.source.as_str()), (kind, source), "{text}");
            assert_eq!(mount.target, target, "{text}");
        }
    }
}
