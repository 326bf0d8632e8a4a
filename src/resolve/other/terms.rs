//! Values as containers' command lines write them: mounts, ports, sizes.

use std::ops::Range;

use super::options::Word;
use crate::model::{
    Host, Invocation, Known, Limit, Mount, MountKind, Profile, Published, Resource, Span, Spanned,
    Switch, Value, ValueFile, Variable,
};
use crate::resolve::stage;

/// A word in which `$` stands for a variable that can't be known.
pub(super) fn expanded(text: &Spanned<String>) -> Word {
    text.with(Value { text: text.value.clone(), unknown: text.value.contains('$') })
}

/// The same of a word as a shell sees it: what a command prints can't be known either.
pub(super) fn of_shell(word: &crate::model::Word) -> Word {
    let mut read = expanded(&word.text);
    read.value.unknown |= !word.substitutions.is_empty();
    read
}

/// `value`, declared where the word stands.
pub(super) fn at<T>(word: &Word, value: T) -> Spanned<T> {
    word.with(value)
}

/// The same place with another text.
pub(super) fn with_text(word: &Word, text: &str) -> Word {
    let unknown = word.value.unknown && text.contains(['$', '{']);
    at(word, Value { text: text.to_owned(), unknown })
}

/// A part of a word. Its span is the part's own where the word is written as it reads.
pub(super) fn part(word: &Word, range: Range<usize>) -> Word {
    let text = word.value.text.get(range.clone()).unwrap_or_default();
    let mut part = with_text(word, text);
    let Span { start, end, line, end_line, .. } = word.span;
    if (end - start) as usize == word.value.text.len() && line == end_line {
        let offset = |at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        part.span = Span { start: offset(range.start), end: offset(range.end), ..word.span };
    }
    part
}

/// A boolean; what is neither is unknown.
pub(super) fn switch(word: &Word) -> Switch {
    let text = word.value.text.trim();
    let known = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" | "t" => Known::Is(true),
        "false" | "no" | "off" | "n" | "0" | "f" => Known::Is(false),
        _ => Known::Unknown(text.to_owned()),
    };
    at(word, known)
}

/// The opposite.
pub(super) fn not(switch: &Switch) -> Switch {
    let value = match &switch.value {
        Known::Is(value) => Known::Is(!value),
        unknown @ Known::Unknown(_) => unknown.clone(),
    };
    switch.with(value)
}

/// Capabilities: upper case, without `CAP_`, several with commas or blanks between.
pub(super) fn capabilities(word: &Word) -> Vec<Spanned<String>> {
    let names = word.value.text.split([',', ' ', '\t']).filter(|name| !name.is_empty());
    let name = |name: &str| {
        let name = name.to_ascii_uppercase();
        at(word, name.strip_prefix("CAP_").unwrap_or(&name).to_owned())
    };
    names.map(name).collect()
}

/// Whether `ALL` is meant.
pub(super) fn is_all(text: &str) -> bool {
    text.eq_ignore_ascii_case("all") || text.eq_ignore_ascii_case("unconfined")
}

/// The ranges between separators, those inside of `${…}` and `{{…}}` left alone.
pub(super) fn split(text: &str, separator: char) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if character == separator && depth == 0 => {
                parts.push(start..index);
                start = index + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

/// `-v`: `[source:]target[:options]`.
pub(super) fn volume(word: &Word) -> Option<Spanned<Mount>> {
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
pub(super) fn bind_or_volume(source: &str, target: &str, options: &str, unknown: bool) -> Mount {
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
pub(super) fn mount(word: &Word) -> Option<Spanned<Mount>> {
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
pub(super) fn tmpfs(word: &Word) -> Spanned<Mount> {
    let (target, options) = word.value.text.split_once(':').unwrap_or((&word.value.text, ""));
    let mut mount = bind_or_volume("", target, options, false);
    mount.kind = MountKind::Temporary;
    at(word, mount)
}

/// `--volumes-from`: `name[:ro]`.
pub(super) fn volumes_from(word: &Word) -> Spanned<Mount> {
    let (name, options) = word.value.text.split_once(':').unwrap_or((&word.value.text, ""));
    let mut mount = bind_or_volume("", "", options, false);
    mount.kind = MountKind::From;
    name.clone_into(&mut mount.source);
    at(word, mount)
}

/// `--use-api-socket`: the socket and the credentials of whoever starts it.
pub(super) fn api_socket(word: &Word) -> Option<Spanned<Mount>> {
    let socket = "/var/run/docker.sock";
    (word.value.text != "false").then(|| at(word, bind_or_volume(socket, socket, "", false)))
}

/// A port: `[[address:]host:]container[/protocol]`, ranges with a dash.
pub(super) fn port(word: &Word) -> Option<Spanned<Published>> {
    let text = word.value.text.as_str();
    let (address, rest) = match text.strip_prefix('[').and_then(|rest| rest.split_once("]:")) {
        Some((address, rest)) => (Some(address), rest),
        None => (None, text),
    };
    let (ports, protocol) = rest.rsplit_once('/').unwrap_or((rest, "tcp"));
    let parts = split(ports, ':');
    let get = |back: usize| {
        let index = parts.len().checked_sub(back)?;
        ports.get(parts.get(index)?.clone())
    };
    let container = get(1)?;
    if container.is_empty() {
        return None;
    }
    let host = host(address.or_else(|| get(3)).unwrap_or_default());
    let published = get(2).and_then(range);
    let port = Published {
        host,
        published,
        container: range(container),
        protocol: protocol.to_ascii_lowercase(),
        text: text.to_owned(),
    };
    Some(at(word, port))
}

/// Which addresses of the host an address of a port means.
pub(super) fn host(address: &str) -> Host {
    match address {
        "" | "0.0.0.0" | "::" | "*" => Host::Every,
        "localhost" | "::1" => Host::Loopback,
        loopback if loopback.starts_with("127.") => Host::Loopback,
        unknown if unknown.contains(['$', '{']) => Host::Unknown(unknown.to_owned()),
        other => Host::Address(other.to_owned()),
    }
}

/// `80` or `80-90`.
pub(super) fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

/// A limit of a resource.
pub(super) fn limit(resource: Resource, word: &Word) -> Spanned<Limit> {
    let text = word.value.text.trim();
    let amount = match resource {
        Resource::Memory | Resource::Storage => bytes(text),
        Resource::Cpu => thousandths(text),
        Resource::Pids | Resource::Ulimit(_) => text.parse().ok(),
    };
    let amount = amount.filter(|amount| *amount > 0);
    let unknown = amount.is_none() && word.value.unknown;
    at(word, Limit { resource, amount, unknown, text: text.to_owned() })
}

/// `--ulimit`: `name=soft[:hard]`; the hard one counts.
pub(super) fn ulimit(word: &Word) -> Option<Spanned<Limit>> {
    let (name, value) = word.value.text.split_once('=')?;
    let hard = value.rsplit(':').next().unwrap_or(value);
    let limit = limit(Resource::Ulimit(name.to_owned()), &with_text(word, hard));
    Some(limit)
}

/// Bytes, with Docker's suffixes: powers of 1024, a `b` or `iB` behind them.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "ki" | "kib" => 10,
        "m" | "mb" | "mi" | "mib" => 20,
        "g" | "gb" | "gi" | "gib" => 30,
        "t" | "tb" | "ti" | "tib" => 40,
        _ => return None,
    };
    Some(thousandths(number)?.checked_mul(1 << shift)? / 1000)
}

/// A decimal number in thousandths.
pub(super) fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.checked_mul(1000)?.checked_add(digits.parse().ok()?)
}

/// `NAME=value`; without a value it is taken from whoever starts it.
pub(super) fn variable(word: &Word) -> Option<Variable> {
    let text = word.value.text.as_str();
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, with_text(word, value).value),
        None => (text, Value { text: format!("${text}"), unknown: true }),
    };
    let name = name.trim();
    let place = at(word, ());
    (!name.is_empty()).then(|| Variable { name: name.to_owned(), value: Some(value), place })
}

/// A variable by name and value.
pub(super) fn named(name: &str, value: &Word) -> Variable {
    Variable { name: name.to_owned(), value: Some(value.value.clone()), place: at(value, ()) }
}

/// `--add-host`: `name:address` or `name=address`.
pub(super) fn host_entry(word: &Word) -> Option<Variable> {
    let text = word.value.text.as_str();
    let cut = text.find(['=', ':'])?;
    let value = with_text(word, text.get(cut + 1..)?.trim_matches(['[', ']']));
    Some(named(text.get(..cut)?, &value))
}

/// A file that variables come from; its path is as written until it is looked up.
pub(super) fn value_file(word: &Word) -> Spanned<ValueFile> {
    let file = ValueFile {
        path: word.value.text.as_str().into(),
        used_as: "env_file".to_owned(),
        file: None,
        variables: Vec::new(),
        secret: false,
    };
    at(word, file)
}

/// A confinement profile by name or path.
pub(super) fn profile(word: &Word) -> Spanned<Profile> {
    let text = word.value.text.as_str();
    let profile = match text {
        "unconfined" => Profile::Unconfined,
        "" | "default" | "builtin" | "runtime/default" | "docker-default" => Profile::Default,
        _ if word.value.unknown => Profile::Unknown(text.to_owned()),
        _ => Profile::Named(text.to_owned()),
    };
    at(word, profile)
}

/// `label=…`: `disable`, `type:spc_t`, and what confines as usual.
pub(super) fn selinux(word: &Word) -> Option<Spanned<Profile>> {
    let text = word.value.text.as_str();
    let kind = text.strip_prefix("type:").or_else(|| text.strip_prefix("type="));
    let profile = match kind.unwrap_or(text) {
        "disable" | "spc_t" => Profile::Unconfined,
        name if kind.is_some() => Profile::Named(name.to_owned()),
        _ => return None,
    };
    Some(at(word, profile))
}

/// Words that are started as they stand.
pub(super) fn exec(words: &[Word]) -> Option<Invocation> {
    let first = words.first()?;
    let texts: Vec<Spanned<String>> =
        words.iter().map(|word| at(word, word.value.text.clone())).collect();
    let (shell, exec) = stage::exec(&texts, &|_| None);
    let span = words.iter().fold(first.span, |span, word| join(span, word.span));
    Some(Invocation { place: Spanned::new((), span), exec, shell })
}

/// A text that a shell runs.
pub(super) fn shell(text: &Word) -> Option<Invocation> {
    let part = |part: &str| {
        let value = Value { text: part.to_owned(), unknown: false };
        Word { value, ..text.clone() }
    };
    exec(&[part("sh"), part("-c"), text.clone()])
}

/// Both where they are of one file.
fn join(a: Span, b: Span) -> Span {
    if a.file == b.file { a.to(b) } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn word(text: &str) -> Word {
        expanded(&Spanned::new(text.to_owned(), Span::head(FileId(0))))
    }

    #[test]
    fn sizes() {
        for (text, amount) in [
            ("512m", Some(512 << 20)),
            ("1.5g", Some(3 << 29)),
            ("2GiB", Some(2 << 30)),
            ("1024", Some(1024)),
            ("lots", None),
            ("99999999999999999999g", None),
        ] {
            assert_eq!(bytes(text), amount, "{text}");
        }
        assert_eq!(thousandths(".5"), Some(500));
    }

    #[test]
    fn ports() {
        for (text, host, published, container) in [
            ("80", Host::Every, None, Some((80, 80))),
            ("8080:80/udp", Host::Every, Some((8080, 8080)), Some((80, 80))),
            ("127.0.0.1::80", Host::Loopback, None, Some((80, 80))),
            ("[::1]:9000-9002:90-92", Host::Loopback, Some((9000, 9002)), Some((90, 92))),
            ("10.0.0.1:1:2", Host::Address("10.0.0.1".into()), Some((1, 1)), Some((2, 2))),
            ("${PORT:-1:2}:80", Host::Every, None, Some((80, 80))),
        ] {
            let port = port(&word(text)).unwrap().value;
            assert_eq!((port.host, port.published, port.container), (host, published, container));
        }
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
