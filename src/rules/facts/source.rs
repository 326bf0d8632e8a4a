//! How firmly a version holds what is fetched, and who it is fetched from.

use super::version::{Firmness, firmness};
use crate::model::{Source, SourceKind};

/// How firmly a version holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Hold {
    /// A commit, a digest; of a chart also a full version.
    Fixed,
    /// A tag that looks like a full version.
    Tag,
    /// Part of a version, or a range.
    Range,
    /// A branch, `HEAD`, nothing.
    Floating,
    /// It can't be known.
    Unknown,
}

/// Hosts that many owners share: the first folder says whose it is.
const SHARED: &[&str] = &[
    "bitbucket.org",
    "codeberg.org",
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "gitlab.com",
    "quay.io",
    "raw.githubusercontent.com",
    "registry-1.docker.io",
    "registry.gitlab.com",
];

/// Places that follow one another: by the same hands.
const SAME: &[(&str, &str)] = &[
    ("kubernetes-charts.storage.googleapis.com", "charts.helm.sh"),
    ("kubernetes-charts-incubator.storage.googleapis.com", "charts.helm.sh"),
    ("registry-1.docker.io/bitnamicharts", "charts.bitnami.com"),
    ("docker.io/bitnamicharts", "charts.bitnami.com"),
    ("raw.githubusercontent.com/bitnami", "charts.bitnami.com"),
    ("github.com/kubernetes-incubator", "github.com/kubernetes-sigs"),
];

/// How firmly the version of a source holds; `None` where it has none to have.
pub(in crate::rules) fn hold(source: &Source) -> Option<Hold> {
    if source.kind == SourceKind::Context && source.location.is_none() {
        return None;
    }
    let Some(version) = &source.version else {
        return (source.kind != SourceKind::Repository).then_some(Hold::Floating);
    };
    if version.value.unknown {
        return Some(Hold::Unknown);
    }
    let text = version.value.text.trim();
    let chart = source.kind == SourceKind::Chart;
    Some(match () {
        () if is_commit(text) => Hold::Fixed,
        () if is_range(text, chart) => Hold::Range,
        () => match firmness(text.trim_start_matches(['=', ' '])) {
            Firmness::Full if chart => Hold::Fixed,
            Firmness::Full => Hold::Tag,
            Firmness::Partial if looks_like_version(text) => Hold::Range,
            _ => Hold::Floating,
        },
    })
}

fn is_commit(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digest = text.rsplit_once("sha256:").is_some_and(|(_, hash)| hash.len() == 64 && hex(hash));
    digest || ((text.len() == 40 || text.len() == 64) && hex(text))
}

fn is_range(text: &str, chart: bool) -> bool {
    let part = |part: &str| matches!(part, "*" | "x" | "X");
    let marks = text.starts_with(['^', '~', '>', '<']) || text.contains("||");
    let between = text.contains(" - ") || text.contains(',');
    let wild = text.split(['.', 'v']).any(part);
    // `1.2` of a chart means every `1.2.x`.
    let short = chart && looks_like_version(text) && text.split('.').count() < 3;
    marks || between || wild || short
}

fn looks_like_version(text: &str) -> bool {
    text.trim_start_matches(['v', 'V', '=', ' ']).starts_with(|c: char| c.is_ascii_digit())
}

/// Whose place a location is: a host, on shared ones with its first folder.
pub(in crate::rules) fn owner(location: &str) -> String {
    let (scheme, rest) = location.split_once("://").unwrap_or(("", location));
    let rest = rest.trim_start_matches("git::").trim_start_matches("https://");
    // `git@host:owner/name` is ssh's short form.
    let rest = match rest.split_once('@') {
        Some((user, behind)) if !user.contains('/') => behind,
        _ => rest,
    };
    let rest = if scheme.is_empty() { rest.replacen(':', "/", 1) } else { rest.to_owned() };
    let mut parts = rest.split(['/', '?', '#']).filter(|part| !part.is_empty());
    let host = parts.next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    let place = match parts.next() {
        Some(owner) if SHARED.contains(&host.as_str()) => {
            format!("{host}/{}", owner.to_ascii_lowercase())
        }
        _ => host,
    };
    let place = place.strip_suffix(".git").unwrap_or(&place).to_owned();
    let same = SAME.iter().find(|(old, _)| *old == place);
    same.map_or(place, |(_, now)| (*now).to_owned())
}

/// What is fetched can be changed on its way.
pub(in crate::rules) fn is_plain(location: &str) -> bool {
    let scheme = location.split("://").next().unwrap_or_default().to_ascii_lowercase();
    let local = ["http://localhost", "http://127.", "http://[::1]"];
    matches!(scheme.as_str(), "http" | "git")
        && location.contains("://")
        && !local.iter().any(|start| location.starts_with(start))
        && !location.contains(".svc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_by_host_or_by_first_folder() {
        for (location, whose) in [
            ("https://charts.example.com/stable", "charts.example.com"),
            ("https://github.com/Acme/x.git", "github.com/acme"),
            ("git@github.com:acme/x", "github.com/acme"),
            ("ssh://git@github.com/acme/x", "github.com/acme"),
            ("github.com/acme/x//base?ref=v1", "github.com/acme"),
            ("oci://registry-1.docker.io/bitnamicharts", "charts.bitnami.com"),
        ] {
            assert_eq!(owner(location), whose, "{location}");
        }
    }

    #[test]
    fn ranges() {
        for text in ["^1", "~1.2.3", "1.x.x", "*", ">= 1.0", "1 - 2", "1.2.*"] {
            assert!(is_range(text, false), "{text}");
        }
        assert!(is_range("1.2", true) && !is_range("1.2.3", true) && !is_range("main", true));
    }
}
