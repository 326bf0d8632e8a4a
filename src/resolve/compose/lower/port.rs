//! `ports` and `expose`.
//!
//! Source: Compose Specification, "ports"; go-connections, `nat/nat.go`.

use std::net::IpAddr;

use super::read;
use crate::model::{Host, Node, Published, Spanned};

/// `ports`, short and long.
pub(super) fn published(node: Option<&Node>) -> Vec<Spanned<Published>> {
    let Some(node) = node else { return Vec::new() };
    let of = |item: &Node| {
        let port = if item.is_map() { long(item) } else { short(item.text()?) };
        Some(item.place(port))
    };
    node.items().iter().filter_map(of).collect()
}

/// Ports without quotes that a reader of YAML 1.1 takes for a number to the base of 60: `22:22`.
pub(super) fn ambiguous(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    let sixty = |text: &str| {
        let mut parts = text.split(':');
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.next().is_some_and(|first| digits(first) && !first.starts_with('0'))
            && text.contains(':')
            && parts.all(|part| part.len() <= 2 && digits(part) && *part < *"60")
    };
    let items = node.map_or(&[][..], Node::items).iter();
    items.filter(move |item| item.is_plain() && item.text().is_some_and(sixty))
}

/// `expose`.
pub(super) fn exposed(node: Option<&Node>) -> Vec<Spanned<Published>> {
    let of = |text: Spanned<String>| {
        let (range, protocol) = protocol_of(&text.value);
        let container = range_of(range);
        let host = Host::Every;
        text.with(Published {
            host,
            published: None,
            container,
            protocol,
            text: text.value.clone(),
        })
    };
    read::texts(node).into_iter().map(of).collect()
}

/// `[[IP:][PUBLISHED]:]CONTAINER[/PROTOCOL]`; an IPv6 address may stand without brackets.
fn short(text: &str) -> Published {
    let (ports, protocol) = protocol_of(text);
    let pieces = read::split(ports, ':');
    let (host, published, container) = match pieces.as_slice() {
        [container] => (Host::Every, None, range_of(container)),
        [published, container] => (Host::Every, range_of(published), range_of(container)),
        [address @ .., published, container] => {
            (host_of(&address.join(":")), range_of(published), range_of(container))
        }
        [] => (Host::Every, None, None),
    };
    Published { host, published, container, protocol, text: text.to_owned() }
}

fn long(item: &Node) -> Published {
    let get = |key: &str| {
        let node = item.get(key).filter(|node| !node.is_null());
        node.and_then(Node::text).map(str::trim).unwrap_or_default()
    };
    let (address, published, target) = (get("host_ip"), get("published"), get("target"));
    let protocol = match get("protocol") {
        "" => "tcp".to_owned(),
        named => named.to_ascii_lowercase(),
    };
    let mut text = if address.is_empty() { String::new() } else { format!("{address}:") };
    if !address.is_empty() || !published.is_empty() {
        text.push_str(published);
        text.push(':');
    }
    text.push_str(target);
    if protocol != "tcp" {
        text.push('/');
        text.push_str(&protocol);
    }
    Published {
        host: host_of(address),
        published: range_of(published),
        container: range_of(target),
        protocol,
        text,
    }
}

fn protocol_of(text: &str) -> (&str, String) {
    match text.trim().rsplit_once('/') {
        Some((ports, protocol)) if !protocol.contains('}') => {
            (ports, protocol.trim().to_ascii_lowercase())
        }
        _ => (text.trim(), "tcp".to_owned()),
    }
}

/// Which addresses of the host `host_ip` names; none at all is every one.
fn host_of(text: &str) -> Host {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if bare.contains('$') {
        return Host::Unknown(text.to_owned());
    }
    match bare.parse::<IpAddr>() {
        _ if bare.is_empty() => Host::Every,
        Ok(address) => {
            let address = address.to_canonical();
            if address.is_unspecified() {
                Host::Every
            } else if address.is_loopback() {
                Host::Loopback
            } else {
                Host::Address(address.to_string())
            }
        }
        Err(_) if bare.eq_ignore_ascii_case("localhost") => Host::Loopback,
        Err(_) => Host::Address(bare.to_owned()),
    }
}

/// `80`, `8000-8010`; `None` for what is no port.
fn range_of(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::{Host, short};

    #[test]
    fn short_forms() {
        let every = Host::Every;
        for (text, host, published, container) in [
            ("80", every.clone(), None, Some((80, 80))),
            ("8080:80", every.clone(), Some((8080, 8080)), Some((80, 80))),
            (":8080:80", every.clone(), Some((8080, 8080)), Some((80, 80))),
            ("0.0.0.0:8080:80", every.clone(), Some((8080, 8080)), Some((80, 80))),
            ("[::]:8080:80", every.clone(), Some((8080, 8080)), Some((80, 80))),
            (":::8080:80", every.clone(), Some((8080, 8080)), Some((80, 80))),
            ("127.0.0.1:8080:80", Host::Loopback, Some((8080, 8080)), Some((80, 80))),
            ("127.0.0.1::80", Host::Loopback, None, Some((80, 80))),
            ("::1:8080:80", Host::Loopback, Some((8080, 8080)), Some((80, 80))),
            ("[::ffff:127.0.0.1]:1:2", Host::Loopback, Some((1, 1)), Some((2, 2))),
            ("10.0.0.7:1-3:1-3", Host::Address("10.0.0.7".into()), Some((1, 3)), Some((1, 3))),
            ("${A:-x}:1:2", Host::Unknown("${A:-x}".into()), Some((1, 1)), Some((2, 2))),
            ("${A:-8080}:80", every.clone(), None, Some((80, 80))),
            ("99999:80", every.clone(), None, Some((80, 80))),
        ] {
            let port = short(text);
            let found = (port.host, port.published, port.container);
            assert_eq!(found, (host, published, container), "{text}");
        }
        assert_eq!(short("53:53/UDP").protocol, "udp");
        assert_eq!(short("22:22").published, Some((22, 22)));
    }
}
