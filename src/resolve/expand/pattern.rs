//! The patterns of `${V#…}`, `${V%…}` and `${V/…/…}`: `*` and `?`, no brackets.

use regex::{Regex, RegexBuilder};

use super::Failure;

const INVALID: Failure = Failure::Syntax("a substitution's pattern is invalid");
/// How large a compiled pattern may get, in bytes.
const COMPILED: usize = 1 << 20;

/// Takes the shortest (or the longest) match off the front.
pub(super) fn trim_prefix(value: &str, pattern: &str, greedy: bool) -> Result<String, Failure> {
    let found = compile(pattern, greedy, true)?.find(value).map_or(0, |found| found.end());
    Ok(value.get(found..).unwrap_or_default().to_owned())
}

/// Takes the shortest (or the longest) match off the end.
///
/// A regular expression finds the leftmost match only, so that both are turned round.
pub(super) fn trim_suffix(value: &str, pattern: &str, greedy: bool) -> Result<String, Failure> {
    let backwards: String = value.chars().rev().collect();
    let rest = trim_prefix(&backwards, &reversed(pattern), greedy)?;
    Ok(rest.chars().rev().collect())
}

/// Replaces the first match, or all of them.
pub(super) fn replace(
    value: &str,
    pattern: &str,
    replacement: &str,
    all: bool,
) -> Result<String, Failure> {
    let pattern = compile(pattern, true, false)?;
    if all {
        return Ok(pattern.replace_all(value, replacement).into_owned());
    }
    Ok(pattern.replacen(value, 1, regex::NoExpand(replacement)).into_owned())
}

/// Backwards, an escape still in front of what it escapes.
fn reversed(pattern: &str) -> String {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        pieces.push((c, if c == '\\' { chars.next() } else { None }));
    }
    pieces.into_iter().rev().flat_map(|(c, escaped)| std::iter::once(c).chain(escaped)).collect()
}

fn compile(pattern: &str, greedy: bool, anchored: bool) -> Result<Regex, Failure> {
    let mut out = String::from(if anchored { "^" } else { "" });
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(if greedy { ".*" } else { ".*?" }),
            '?' => out.push('.'),
            '\\' => match chars.peek() {
                Some('}' | '/') => {}
                Some('*' | '?' | '\\') => {
                    out.push('\\');
                    out.extend(chars.next());
                }
                _ => return Err(INVALID),
            },
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    RegexBuilder::new(&out).size_limit(COMPILED).build().map_err(|_| Failure::Limit)
}
