//! Addresses: which part of one stays when a version is raised.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::Word;

/// Whether a text is the address of something to be fetched.
pub(in crate::rules) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        let scheme = scheme.to_ascii_lowercase();
        matches!(scheme.as_str(), "http" | "https" | "ftp" | "ftps") && !rest.is_empty()
    })
}

/// The first word that is an address, or looks like one without its scheme (`get.docker.com`).
pub(in crate::rules) fn find(words: &[Word]) -> Option<&str> {
    let texts = || words.iter().map(Word::as_str);
    texts().find(|text| is_url(text)).or_else(|| texts().find(|text| is_bare(text)))
}

fn is_bare(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let labels = || host.split('.');
    !text.starts_with(['-', '.', '/'])
        && labels().count() > 1
        && labels().all(|label| !label.is_empty())
        && labels().next_back().is_some_and(|top| {
            (2..=6).contains(&top.len()) && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
        && (text.contains('/') || !is_file(host))
}

fn is_file(name: &str) -> bool {
    [".sh", ".py", ".gz", ".tgz", ".zip", ".txt", ".deb", ".rpm", ".apk", ".pl", ".rb", ".json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// An address without what may be secret in it: user, password, query and fragment.
pub(in crate::rules) fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

/// What names an address whatever its version: host and path, with `*` for versions, hashes,
/// branches and variables.
pub(in crate::rules) fn key(url: &str) -> String {
    static MOVING: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            \$\{?[A-Za-z_0-9]+\}?
            | \b[0-9a-f]{7,64}\b
            | v?[0-9]+(?:[._+-][0-9]+)*(?:[-._+]?(?:rc|alpha|beta|pre|dev)[-._]?[0-9]*)?
            ",
        )
        .ok()
    });
    let shown = shown(url);
    let bare = shown.split_once("://").map_or(shown.as_str(), |(_, rest)| rest);
    let (host, path) = bare.split_at(bare.find('/').unwrap_or(bare.len()));
    let path = path.replace("/releases/latest/download/", "/releases/download/*/");
    let path = MOVING.as_ref().map_or(path.as_str().into(), |it| it.replace_all(&path, "*"));
    let branch = |part: &'_ str| {
        matches!(part, "master" | "main" | "latest" | "stable" | "HEAD" | "develop" | "*")
    };
    let parts: Vec<&str> = path
        .trim_end_matches('/')
        .split('/')
        .map(|part| if branch(part) { "*" } else { part })
        .collect();
    let mut path = parts.join("/");
    while path.contains("**") {
        path = path.replace("**", "*");
    }
    format!("{}{path}", host.to_ascii_lowercase())
}

/// Who puts things where an address leads, whatever the file is called: the repository of a forge,
/// the folder elsewhere. What lies at the top of a host may be anybody's: it is its own.
pub(in crate::rules) fn source(url: &str) -> String {
    let key = key(url);
    let parts: Vec<&str> = key.split('/').collect();
    let forge = |host: &str| {
        ["github", "gitlab", "codeberg", "bitbucket"].iter().any(|name| host.starts_with(name))
            || host == "raw.githubusercontent.com"
    };
    match parts.as_slice() {
        ["raw.githubusercontent.com" | "github.com", owner, name, _, ..] => {
            format!("github.com/{owner}/{}", name.trim_end_matches(".git"))
        }
        [host, owner, name, _, ..] if forge(host) => format!("{host}/{owner}/{name}"),
        [host, folder @ .., _] if !folder.is_empty() && !forge(host) && !shares(host) => {
            format!("{host}/{}", folder.join("/"))
        }
        _ => key,
    }
}

/// Hosts where anybody puts things into the same folder.
fn shares(host: &str) -> bool {
    ["paste", "gist", "hastebin", "transfer", "ipfs", "file.io", "dpaste", "ix.io", "0x0"]
        .iter()
        .any(|word| host.contains(word))
}

/// Whether an address is this machine: nobody stands between.
pub(in crate::rules) fn is_local(url: &str) -> bool {
    let key = key(url);
    let host = key.split(['/', ':']).next().unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "[") || key.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_does_not_name_an_address() {
        let same = [
            ("https://e.org/v1.2.3/x.sh", "https://e.org/v1.2.4/x.sh"),
            ("https://e.org/v1.2.3/x.sh", "https://e.org/${VERSION}/x.sh"),
            ("https://e.org/master/x.sh", "https://e.org/3f2a9c81/x.sh"),
            ("https://u:p@e.org/x-1.0-rc.1.sh?t=1", "http://e.org/x-2.0.sh"),
            (
                "https://e.org/a/releases/latest/download/x",
                "https://e.org/a/releases/download/v1/x",
            ),
        ];
        for (one, other) in same {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("https://e.org/x.sh"), key("https://evil.org/x.sh"));
        assert_ne!(key("https://e.org/x.sh"), key("https://e.org/y.sh"));
    }

    #[test]
    fn a_repository_and_a_folder_are_one_source_a_host_is_not() {
        let same = [
            ("https://github.com/o/r/raw/master/x", "https://github.com/o/r/releases/download/1/y"),
            ("https://raw.githubusercontent.com/o/r/main/x", "https://github.com/o/r/raw/v1/y"),
            ("https://e.org/tool/x-amd64", "https://e.org/tool/x-x86_64.gz"),
        ];
        for (one, other) in same {
            assert_eq!(source(one), source(other));
        }
        let different = [
            ("https://github.com/o/r/raw/master/x", "https://github.com/o/evil/raw/master/x"),
            ("https://e.org/x.sh", "https://e.org/y.sh"),
            ("https://pastebin.com/raw/abc", "https://pastebin.com/raw/xyz"),
            ("https://e.org/a/x", "https://e.org/b/x"),
            ("https://github.com/o/x", "https://github.com/o/y"),
        ];
        for (one, other) in different {
            assert_ne!(source(one), source(other));
        }
    }

    #[test]
    fn addresses_without_a_scheme_are_known() {
        assert!(is_bare("get.docker.com") && is_bare("sh.rustup.rs") && is_bare("e.org/x.sh"));
        assert!(!is_bare("install.sh") && !is_bare("./x.sh") && !is_bare("/tmp/x.org"));
    }
}
