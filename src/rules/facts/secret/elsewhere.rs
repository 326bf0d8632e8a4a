//! Values that only say where a secret stands, ask for one, or are none by their form.

use super::chance::{one_case, same_characters, unguessable};
use super::{name, shown};

/// Says that something else stands here later, or that nothing real does.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change_me",
    "change-me",
    "changeit",
    "change-this",
    "change_this",
    "changethis",
    "replace",
    "placeholder",
    "example",
    "dummy",
    "your",
    "xxx",
    "fixme",
    "insert",
    "sample",
    "redacted",
    "***",
    "...",
    "notreal",
    "not-real",
    "not_real",
    "fake",
    "mock",
    "unused",
    "ignore",
    "notused",
    "not-used",
    "not_used",
    "build",
    "precompile",
    "none",
    "nosecret",
    "notasecret",
    "not-a-secret",
    "not_a_secret",
    "undefined",
    "to-be",
    "tobe",
    "override",
    "overridden",
    "set-me",
    "setme",
    "set_me",
    "fill",
    "invalid",
    "temporary",
];

/// It says that something else stands here later, or that nothing real does.
pub(super) fn is_placeholder(lower: &str) -> bool {
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    // An application may be called so.
    PLACEHOLDERS.iter().any(|word| lower.contains(word)) || words.any(|word| word == "todo")
}

/// First words of what only asks for a value.
const ASKING: &[&str] =
    &["change", "enter", "provide", "generate", "choose", "create", "please", "put", "use"];

/// Starts of values that only refer to a secret, or are public.
const REFERENCES: &[&str] = &[
    "$",
    "./",
    "../",
    "~/",
    "%",
    "{{",
    "<",
    "vault:",
    "op://",
    "ssm:",
    "arn:",
    "env:",
    "file:",
    "secret:",
    "secrets:",
    "ref+",
    "projects/",
    "sha256:",
    "sha512:",
    "ssh-rsa ",
    "ssh-ed25519 ",
    "ecdsa-",
    "-----begin public",
    "-----begin cert",
    "age1",
    "pk_live_",
    "pk_test_",
    "c:\\",
    "enc[",
    "kms:",
    "http://",
    "https://",
    "@",
    "!",
];

/// It names where the secret stands, is public, a hash, or what a program fills in.
pub(super) fn stands_elsewhere(text: &str, lower: &str) -> bool {
    let refers_to = |start: &&str| lower.starts_with(*start);
    REFERENCES.iter().any(refers_to)
        || (text.starts_with('/') && !unguessable(text))
        || ["{{", "/run/secrets", "://", "('", "(\"", "['", "[\""]
            .iter()
            .any(|part| lower.contains(part))
        || refers(text)
        || bracketed(text)
        || is_path(text)
        || FILES.iter().any(|end| lower.ends_with(end))
        || HASHES.iter().any(|hash| text.contains(hash))
        || same_characters(text)
        || asks(text)
        || shown::is_shown(text)
}

/// Ends of the names of files.
const FILES: &[&str] = &[
    ".sh",
    ".py",
    ".js",
    ".txt",
    ".json",
    ".yml",
    ".yaml",
    ".xml",
    ".toml",
    ".ini",
    ".conf",
    ".cfg",
    ".properties",
    ".pem",
    ".key",
    ".crt",
    ".cer",
    ".p12",
    ".pfx",
    ".jks",
    ".env",
    ".keytab",
    ".class",
    ".jar",
    ".php",
    ".rb",
    ".html",
    ".csv",
];

/// What a hash of a password holds: the password itself can't be read from it.
const HASHES: &[&str] = &[
    "$apr1$",
    "$1$",
    "$2a$",
    "$2b$",
    "$2y$",
    "$5$",
    "$6$",
    "$y$",
    "$argon2",
    "$pbkdf2",
    "$scrypt$",
    "pbkdf2_sha256$",
    "pbkdf2:sha256:",
    "scrypt:",
    "{SSHA}",
    "{SHA}",
    "{bcrypt}",
    "SCRAM-SHA-256$",
];

/// `secret/data/api`, `kv2/org1/tls?field`: small words between slashes, hardly a digit in any.
fn is_path(text: &str) -> bool {
    let word = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let small =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        part.bytes().all(small) && digits <= 2 && (digits == 0 || part.len() > digits * 2)
    };
    text.contains('/') && text.split(['/', '?', '#']).all(word)
}

/// `{NAME}`, `[name]`, `(name)`, `__NAME__`: a place to fill in.
fn bracketed(text: &str) -> bool {
    let inside = text.split_once('<').is_some_and(|(_, rest)| rest.contains('>'));
    inside
        || [("{", "}"), ("[", "]"), ("(", ")"), ("__", "__"), ("#{", "}#")].iter().any(
            |(start, end)| {
                let inner = text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
                inner.is_some_and(|inner| {
                    inner
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte))
                })
            },
        )
}

/// What asks for a value in words instead of being one: `changeRunnerToken`, `enter-jwt-secret`.
fn asks(text: &str) -> bool {
    let words = name::words(text);
    let verb = words.first().is_some_and(|first| ASKING.contains(&first.as_str()));
    let word = |word: &String| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    verb && words.len() > 1 && words.iter().all(word)
}

/// A `$NAME`, `${NAME}` or `$(command)` anywhere: part of it comes from elsewhere. Chance makes
/// dollars, too, but hardly a name, or a bracket that closes.
pub(super) fn refers(text: &str) -> bool {
    text.split('$').skip(1).any(|rest| {
        if rest.starts_with('{') || (rest.starts_with('(') && rest.contains(')')) {
            return true;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        word && name.len() >= 2 && one_case(name)
    })
}

pub(super) fn nothing(lower: &str) -> bool {
    matches!(lower, "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "nil" | "empty")
}
