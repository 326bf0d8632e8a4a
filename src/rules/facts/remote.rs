//! What `ADD` fetches: URLs and git repositories.
//! Source: Dockerfile reference, "ADD"; BuildKit `util/gitutil`, remote URLs.

/// A source that is not in the build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Remote<'a> {
    /// One file of a server.
    Download {
        /// `http`, not `https`.
        plain: bool,
        /// Host and path.
        rest: &'a str,
    },
    /// A git repository.
    Git {
        /// Host and path, without the reference.
        rest: &'a str,
        /// It names a commit in full.
        commit: bool,
    },
}

/// Reads a source; `None`: a path of the context.
pub(in crate::rules) fn read(source: &str) -> Option<Remote<'_>> {
    let (base, fragment) = source.split_once('#').unwrap_or((source, ""));
    let (address, query) = base.split_once('?').unwrap_or((base, ""));
    let scheme = address.split_once("://");
    let git_scheme = scheme.is_some_and(|(scheme, _)| matches!(scheme, "git" | "ssh"));
    let short = scheme.is_none() && address.starts_with("git@") && address.contains(':');
    let http = scheme.filter(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    });
    if git_scheme
        || short
        || (http.is_some() && address.trim_end_matches('/').strip_suffix(".git").is_some())
    {
        let rest = scheme.map_or(address, |(_, rest)| rest);
        let reference = fragment.split(':').next().unwrap_or_default();
        let asked = query.split('&').any(|part| {
            let value = part.strip_prefix("checksum=").or_else(|| part.strip_prefix("commit="));
            value.is_some_and(is_commit)
        });
        return Some(Remote::Git { rest, commit: asked || is_commit(reference) });
    }
    let (scheme, rest) = scheme?;
    let known = http.is_some() || scheme.eq_ignore_ascii_case("ftp");
    known.then(|| Remote::Download { plain: !scheme.eq_ignore_ascii_case("https"), rest })
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Host and owner of an address: what stays when a version in it moves.
pub(in crate::rules) fn origin(rest: &str) -> String {
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let mut parts = rest.split(['/', ':']).filter(|part| !part.is_empty());
    let mut origin = parts.next().unwrap_or_default().to_ascii_lowercase();
    for part in parts.take(2) {
        if part.contains('$') || part.bytes().any(|byte| byte.is_ascii_digit()) {
            break;
        }
        origin.push('/');
        origin.push_str(part.trim_end_matches(".git"));
    }
    origin
}

#[cfg(test)]
mod tests {
    use super::{Remote, origin, read};

    #[test]
    fn urls_and_repositories_are_told_apart() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        let git = |source: &str| match read(source) {
            Some(Remote::Git { commit, .. }) => Some(commit),
            _ => None,
        };
        assert_eq!(git(&format!("https://github.com/a/b.git#{sha}:sub")), Some(true));
        assert_eq!(git("https://github.com/a/b.git#main"), Some(false));
        assert_eq!(git("git@github.com:a/b.git"), Some(false));
        assert_eq!(git(&format!("git@github.com:a/b#{sha}")), Some(true));
        let plain = |source: &str| match read(source) {
            Some(Remote::Download { plain, .. }) => Some(plain),
            _ => None,
        };
        assert_eq!(plain("https://example.com/a.tgz"), Some(false));
        assert_eq!(plain("http://example.com/a.tgz"), Some(true));
        for local in ["a.tgz", "./x", "src/git@x", ".", "app.git"] {
            assert_eq!(read(local), None, "{local}");
        }
    }

    #[test]
    fn a_version_in_an_address_does_not_make_another_origin() {
        assert_eq!(origin("nodejs.org/dist/v20.1.0/node.tar.gz"), "nodejs.org/dist");
        assert_eq!(origin("github.com/a/b/releases/download/1/x"), "github.com/a/b");
        assert_eq!(origin("git@github.com:a/b.git"), "github.com/a/b");
        assert_eq!(origin("user:pw@host.io/x"), "host.io/x");
    }
}
