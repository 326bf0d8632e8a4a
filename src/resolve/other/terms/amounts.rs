//! Ports, addresses, sizes and limits.

use super::{at, split, with_text};
use crate::model::{Host, Limit, Published, Resource, Spanned};
use crate::resolve::other::options::Word;

/// A port: `[[address:]host:]container[/protocol]`, ranges with a dash.
pub(in crate::resolve::other) fn port(word: &Word) -> Option<Spanned<Published>> {
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
pub(in crate::resolve::other) fn host(address: &str) -> Host {
    match address {
        "" | "0.0.0.0" | "::" | "*" => Host::Every,
        "localhost" | "::1" => Host::Loopback,
        loopback if loopback.starts_with("127.") => Host::Loopback,
        unknown if unknown.contains(['$', '{']) => Host::Unknown(unknown.to_owned()),
        other => Host::Address(other.to_owned()),
    }
}

/// `80` or `80-90`.
pub(in crate::resolve::other) fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

/// A limit of a resource.
pub(in crate::resolve::other) fn limit(resource: Resource, word: &Word) -> Spanned<Limit> {
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
pub(in crate::resolve::other) fn ulimit(word: &Word) -> Option<Spanned<Limit>> {
    let (name, value) = word.value.text.split_once('=')?;
    let hard = value.rsplit(':').next().unwrap_or(value);
    let limit = limit(Resource::Ulimit(name.to_owned()), &with_text(word, hard));
    Some(limit)
}

/// Bytes, with Docker's suffixes: powers of 1024, a `b` or `iB` behind them.
pub(in crate::resolve::other) fn bytes(text: &str) -> Option<u64> {
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
pub(in crate::resolve::other) fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole.checked_mul(1000)?.checked_add(digits.parse().ok()?)
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
}
