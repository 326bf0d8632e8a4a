//! Globs over image names and ports, as policy writes them.

/// Whether `text` as a whole matches `pattern`: `*` stands for any characters (`/` too), `?` for
/// one. Takes at most `pattern × text` steps.
pub(in crate::rules) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_takes_anything_and_a_plain_pattern_only_itself() {
        assert!(matches("ghcr.io/acme/*", "ghcr.io/acme/team/app"));
        assert!(matches("*/node:*-slim", "docker.io/library/node:20-slim"));
        assert!(matches("docker.io/library/nod?", "docker.io/library/node"));
        assert!(!matches("ghcr.io/acme/*", "ghcr.io/acmeevil/app"));
        assert!(!matches("node", "docker.io/library/node"));
        assert!(!matches("docker.io/library/node", "docker.io/library/node2"));
        assert!(matches("", "") && !matches("", "x") && matches("**", "x"));
    }
}
