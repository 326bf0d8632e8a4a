//! Values under a promising name: a secret, a working default, or neither.

use super::Strength;
use super::chance::{counts_up, one_case, one_word, unguessable, wordy};
use super::elsewhere::{is_placeholder, nothing, stands_elsewhere};
use super::name::Promise;

/// Parts of the defaults that everybody knows.
const COMMON: &[&str] = &[
    "password", "passw0rd", "passwd", "secret", "admin", "root", "postgres", "mysql", "test",
    "pass", "user", "guest", "qwerty", "123", "welcome", "default", "letmein", "demo", "dev",
    "local", "docker", "redis", "mongo", "rabbit", "minio", "abc", "token", "key",
];

/// How much of a secret `text` is under a name with this promise; `None`: it is none.
pub(super) fn judge(text: &str, promise: Promise) -> Option<Strength> {
    let text = text.trim().trim_matches(['"', '\'']);
    let lower = text.to_ascii_lowercase();
    let thought_up = matches!(promise, Promise::Password | Promise::Secret);
    if !(3..=4096).contains(&text.len()) || nothing(&lower) {
        return None;
    }
    if text.contains(char::is_whitespace) {
        return (thought_up && in_groups(text)).then_some(Strength::Strong);
    }
    if promise == Promise::Password && waits_for_change(&lower) {
        return Some(Strength::Weak);
    }
    if stands_elsewhere(text, &lower) || is_placeholder(&lower) {
        return None;
    }
    let common = common(&lower);
    let known = common && text.len() < 20;
    let word = !text.bytes().any(|byte| byte.is_ascii_digit()) && one_case(text);
    let named = word && lower.contains(['-', '_', '.']) && !common;
    match promise {
        Promise::Afar => unguessable(text).then_some(Strength::Strong),
        Promise::Token if text.bytes().all(|byte| byte.is_ascii_digit()) || text.len() < 8 => None,
        Promise::Token if word && !(common || named) && text.len() >= 16 && !wordy(text) => {
            Some(Strength::Strong)
        }
        Promise::Token if word => None,
        Promise::Token if wordy(text) => common.then_some(Strength::Weak),
        Promise::Token if known || counts_up(text) => Some(Strength::Weak),
        Promise::Token => Some(Strength::Strong),
        Promise::Secret if named => None,
        Promise::Password | Promise::Secret
            if strong(text) && !known && !(wordy(text) && (common || one_word(text))) =>
        {
            Some(Strength::Strong)
        }
        Promise::Password | Promise::Secret => Some(Strength::Weak),
    }
}

/// `changeme`: everybody is asked to change it, and until then it works.
fn waits_for_change(lower: &str) -> bool {
    let letters: String = plain(lower).chars().filter(char::is_ascii_alphanumeric).collect();
    let rest =
        ["changeme", "changeit", "changethis"].iter().find_map(|it| letters.strip_prefix(it));
    rest.is_some_and(|rest| rest.len() <= 4)
}

/// `abcd efgh ijkl mnop`: how a mailbox hands out passwords for programs.
fn in_groups(text: &str) -> bool {
    let group = |word: &str| {
        word.len() == 4
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let mut groups: Vec<&str> = text.split(' ').collect();
    let four = groups.len() == 4 && groups.iter().all(|word| group(word));
    groups.sort_unstable();
    groups.dedup();
    four && groups.len() == 4
}

fn strong(text: &str) -> bool {
    let classes = [
        text.bytes().any(|byte| byte.is_ascii_lowercase()),
        text.bytes().any(|byte| byte.is_ascii_uppercase()),
        text.bytes().any(|byte| byte.is_ascii_digit()),
        text.bytes().any(|byte| !byte.is_ascii_alphanumeric()),
    ];
    let mixed = classes.iter().filter(|class| **class).count();
    let varied = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    text.len() >= 8 && mixed >= 2 && varied >= 6 && (!one_case(text) || classes[2])
}

/// It holds one of the well-known words, also with signs that look like their letters.
fn common(lower: &str) -> bool {
    let plain = plain(lower);
    COMMON.iter().any(|word| lower.contains(word) || (word.len() >= 4 && plain.contains(word)))
}

/// `p@ssw0rd` with its letters back.
fn plain(lower: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '$' | '5' => 's',
        '3' => 'e',
        '1' | '!' => 'i',
        other => other,
    };
    lower.chars().map(letter).collect()
}
