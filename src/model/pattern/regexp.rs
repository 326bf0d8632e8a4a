//! From a pattern to the regular expression that moby makes of it, and from that to steps.
//!
//! Source: moby/patternmatcher, `compile`; Go, `regexp/syntax`. Escapes that no file name needs
//! (`\b`, `\pL`, `\Q`) are refused.

use super::Kind;
use super::steps::{Set, Step, push};

const ESCAPED: &str = ".+()|{}$";

/// How moby compares a pattern.
pub(super) fn kind(pattern: &str) -> Kind {
    expression(pattern).0
}

/// The steps of a pattern; `None` where Go refuses its expression.
pub(super) fn steps(pattern: &str) -> Option<Vec<Step>> {
    parse(&expression(pattern).1)
}

fn expression(pattern: &str) -> (Kind, String) {
    let (mut kind, mut out) = (Kind::Exact, String::with_capacity(pattern.len() + 8));
    let mut chars = pattern.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                if chars.peek().is_some() {
                    out.push_str("(.*/)?");
                    kind = Kind::Steps;
                } else if kind == Kind::Exact {
                    kind = Kind::Prefix;
                } else {
                    out.push_str(".*");
                    kind = Kind::Steps;
                }
                if first {
                    kind = Kind::Suffix;
                }
            }
            '*' | '?' => {
                out.push_str(if c == '*' { "[^/]*" } else { "[^/]" });
                kind = Kind::Steps;
            }
            '\\' => {
                out.push(c);
                if let Some(next) = chars.next() {
                    out.push(next);
                    kind = Kind::Steps;
                }
            }
            '[' | ']' => {
                out.push(c);
                kind = Kind::Steps;
            }
            c => {
                if ESCAPED.contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        first = false;
    }
    (kind, out)
}

fn parse(mut rest: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while let Some(c) = rest.chars().next() {
        let step;
        (step, rest) = if let Some(rest) = rest.strip_prefix("(.*/)?") {
            (Step::Folders, rest)
        } else if let Some(rest) = rest.strip_prefix(".*") {
            (Step::Many(Set::NotNewline), rest)
        } else if let Some(rest) = rest.strip_prefix('[') {
            let (set, rest) = class(rest)?;
            match rest.strip_prefix('*') {
                Some(rest) => (Step::Many(set), rest),
                None => (Step::One(set), rest),
            }
        } else if let Some(rest) = rest.strip_prefix('^') {
            (Step::Start, rest)
        } else if let Some(rest) = rest.strip_prefix('\\') {
            match shorthand(rest) {
                Some((ranges, rest)) => (Step::One(Set::Class(ranges, false)), rest),
                None => escape(rest).map(|(c, rest)| (Step::One(Set::Char(c)), rest))?,
            }
        } else {
            (Step::One(Set::Char(c)), rest.get(c.len_utf8()..)?)
        };
        push(&mut steps, step);
    }
    Some(steps)
}

/// A class after its `[`.
fn class(rest: &str) -> Option<(Set, &str)> {
    let (negated, mut rest) = match rest.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut ranges = Vec::new();
    let mut first = true;
    loop {
        if let Some(after) = rest.strip_prefix(']')
            && !first
        {
            let set = if ranges == [('/', '/')] && negated {
                Set::NotSlash
            } else {
                Set::Class(ranges, negated)
            };
            return Some((set, after));
        }
        first = false;
        if let Some((name, after)) = rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]"))
        {
            ranges.extend(named(name)?);
            rest = after;
        } else if let Some((more, after)) = rest.strip_prefix('\\').and_then(shorthand) {
            ranges.extend(more);
            rest = after;
        } else {
            let low;
            (low, rest) = member(rest)?;
            let mut high = low;
            if rest.starts_with('-') && !rest.starts_with("-]") && rest.len() > 1 {
                (high, rest) = member(rest.get(1..)?)?;
            }
            if high < low {
                return None;
            }
            ranges.push((low, high));
        }
    }
}

fn member(rest: &str) -> Option<(char, &str)> {
    match rest.strip_prefix('\\') {
        Some(rest) => escape(rest),
        None => rest.chars().next().and_then(|c| Some((c, rest.get(c.len_utf8()..)?))),
    }
}

/// `\d`, `\s`, `\w` and their opposites, after the backslash: ASCII in Go.
fn shorthand(rest: &str) -> Option<(Vec<(char, char)>, &str)> {
    let c = rest.chars().next()?;
    let ranges = match c.to_ascii_lowercase() {
        'd' => named("digit"),
        's' => Some(vec![('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')]),
        'w' => named("word"),
        _ => None,
    }?;
    let ranges = if c.is_ascii_uppercase() { opposite(&ranges) } else { ranges };
    Some((ranges, rest.get(1..)?))
}

/// A POSIX class by name, `^` in front for its opposite. Ranges ascend.
fn named(name: &str) -> Option<Vec<(char, char)>> {
    if let Some(name) = name.strip_prefix('^') {
        return named(name).map(|ranges| opposite(&ranges));
    }
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\u{7f}')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(ranges.to_vec())
}

fn opposite(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut out = Vec::new();
    let mut next = Some('\0');
    for &(low, high) in ranges {
        if let (Some(start), Some(end)) = (next, before(low))
            && start <= end
        {
            out.push((start, end));
        }
        next = char::from_u32(u32::from(high) + 1);
    }
    out.extend(next.map(|start| (start, char::MAX)));
    out
}

fn before(c: char) -> Option<char> {
    u32::from(c).checked_sub(1).and_then(char::from_u32)
}

/// One escaped character, after the backslash.
fn escape(rest: &str) -> Option<(char, &str)> {
    let c = rest.chars().next()?;
    let after = rest.get(c.len_utf8()..)?;
    let value = match c {
        'a' => '\u{7}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return hexadecimal(after),
        '0'..='7' => return octal(c, rest),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return None,
    };
    Some((value, after))
}

fn hexadecimal(rest: &str) -> Option<(char, &str)> {
    let (digits, after) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => (rest.get(..2)?, rest.get(2..)?),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| plain)?;
    Some((char::from_u32(value)?, after))
}

/// `\0`, or two to three octal digits: a single one would refer back, which Go refuses.
fn octal(first: char, rest: &str) -> Option<(char, &str)> {
    let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    let value = u32::from_str_radix(rest.get(..length)?, 8).ok()?;
    (length > 1 || first == '0').then_some((char::from_u32(value)?, rest.get(length..)?))
}
