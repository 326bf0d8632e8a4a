//! How much of a version a tag names.

/// How firmly a tag holds an image in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Firmness {
    /// Three numbers or more, a date, a commit: publishers don't move it, though they could.
    Full,
    /// Moves with every release: `20`, `3.19`, `bookworm`.
    Partial,
    /// Moves with everything: `latest`, `edge`, `main`.
    Floating,
}

const FLOATING: &[&str] = &[
    "latest",
    "edge",
    "nightly",
    "main",
    "master",
    "dev",
    "develop",
    "devel",
    "development",
    "head",
    "trunk",
    "canary",
    "rolling",
    "unstable",
    "testing",
    "sid",
    "rawhide",
    "tumbleweed",
    "current",
    "next",
    "snapshot",
    "beta",
    "alpha",
    "rc",
    "staging",
    "preview",
    "experimental",
    "insiders",
    "tip",
    "slim",
    "alpine",
    "prod",
    "production",
    "release",
    "test",
    "default",
];

/// Those that mean the same with a variant beside them: `alpine-trunk`, `latest-alpine`.
const MOVING: &[&str] = &[
    "latest", "nightly", "edge", "main", "master", "trunk", "develop", "canary", "head",
    "snapshot", "unstable",
];

/// How firmly `tag` holds.
pub(in crate::rules) fn firmness(tag: &str) -> Firmness {
    let tag = tag.to_ascii_lowercase();
    if FLOATING.contains(&tag.as_str()) {
        return Firmness::Floating;
    }
    let first = tag.split(['-', '_', '.']).next().unwrap_or_default();
    let numbered = tag.bytes().any(|byte| byte.is_ascii_digit());
    let last = tag.rsplit(['-', '_', '.']).next().unwrap_or_default();
    // At the end `dev` may be what is in the image: headers and compilers.
    if !numbered && (first == "dev" || MOVING.contains(&first) || MOVING.contains(&last)) {
        return Firmness::Floating;
    }
    if tag.split(['-', '_', '+']).any(full) || dated(&tag) || built(&tag) {
        Firmness::Full
    } else {
        Firmness::Partial
    }
}

/// Three numbers with dots, a date of eight digits, a commit, a Docker-style content hash.
fn full(part: &str) -> bool {
    let part = part.strip_prefix('v').unwrap_or(part);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // `go1.21.5` is as firm as `v1.21.5`
    let numbers = part
        .trim_start_matches(|letter: char| letter.is_ascii_alphabetic())
        .split('.')
        .take_while(|piece| piece.bytes().next().is_some_and(|byte| byte.is_ascii_digit()))
        .count();
    if numbers >= 3 || (part.len() >= 6 && digits(part)) {
        return true;
    }
    let hex = part.strip_prefix('g').filter(|rest| rest.len() >= 7).unwrap_or(part);
    (7..=64).contains(&hex.len())
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        && hex.bytes().any(|byte| byte.is_ascii_digit())
        && hex.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// `8u302-b08`, `21_35`, `9.4-722`, `3.0-0`: a release and its build, as OpenJDK and Red Hat count
/// them.
fn built(tag: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let update = |part: &str| {
        part.split_once('u').is_some_and(|(major, update)| digits(major) && digits(update))
    };
    let pieces: Vec<&str> = tag.split('-').collect();
    let release = pieces.windows(2).any(|pair| match pair {
        [release, build] => {
            numbered(release)
                && (build.strip_prefix('b').is_some_and(digits)
                    || (release.contains('.')
                        && (digits(build) || build.len() >= 3 && build.split('.').all(digits))))
        }
        _ => false,
    });
    let underscored = |part: &&str| {
        part.rsplit_once('_').is_some_and(|(release, build)| numbered(release) && digits(build))
    };
    release || pieces.iter().any(|part| update(part)) || pieces.iter().any(underscored)
}

/// `2024-01-31`, `2024.01`, `jammy-2024…`: year, month and perhaps day.
fn dated(tag: &str) -> bool {
    let pieces: Vec<&str> = tag.split(['-', '_', '.']).collect();
    pieces.windows(2).any(|pair| match pair {
        [year, month] => {
            year.len() == 4
                && (year.starts_with("20") || year.starts_with("19"))
                && year.bytes().all(|byte| byte.is_ascii_digit())
                && month.len() == 2
                && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
                && pieces.len() >= 3
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{Firmness, firmness};

    #[test]
    fn tags_hold_as_firmly_as_their_publishers_move_them() {
        for tag in [
            "20.11.1",
            "v1.2.3-alpine",
            "3.19.1",
            "1.21.6-bookworm",
            "bookworm-20240110",
            "2024-01-31",
            "git-3f5a9bc",
            "7.4.33-fpm",
            "sha-0a1b2c3d",
            "17.0.9_9-jre",
            "12.4.1-devel-ubuntu22.04",
            "RELEASE.2024-01-31T20-20-33Z",
            "8u302-b08-jdk",
            "8u372",
            "21_35-jdk",
            "9.4-722",
            "3.0-0",
            "8.10-1088",
            "9.4-1214.1725849297",
            "go1.14.2-node",
        ] {
            assert_eq!(firmness(tag), Firmness::Full, "{tag}");
        }
        for tag in [
            "20",
            "3.19",
            "bookworm",
            "22.04",
            "20-slim",
            "8.0-chiseled",
            "lts-alpine",
            "jammy",
            "17-jdk",
            "3.12-slim-bookworm",
            "v2",
            "stable",
            "1.25-alpine3.19",
            "bullseye-slim",
            "16-3.4",
            "16.2-3.4.",
            "8-jdk",
            "ubuntu-22.04",
            "ubuntu22.04",
            "go1.14-node",
        ] {
            assert_eq!(firmness(tag), Firmness::Partial, "{tag}");
        }
        for tag in [
            "latest",
            "Latest",
            "edge",
            "nightly",
            "main",
            "latest-alpine",
            "postgresql-latest",
            "ubuntu-trunk",
            "alpine-nightly",
        ] {
            assert_eq!(firmness(tag), Firmness::Floating, "{tag}");
        }
    }
}
