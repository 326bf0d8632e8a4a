//! Values under a promising name: a secret, a working default, or neither.

use super::Strength;
use super::name::Promise;

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
    "todo",
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

/// First words of what only asks for a value.
const ASKING: &[&str] =
    &["change", "enter", "provide", "generate", "choose", "create", "please", "put", "use"];

/// Parts of the defaults that everybody knows.
const COMMON: &[&str] = &[
    "password", "passw0rd", "passwd", "secret", "admin", "root", "postgres", "mysql", "test",
    "pass", "user", "guest", "qwerty", "123", "welcome", "default", "letmein", "demo", "dev",
    "local", "docker", "redis", "mongo", "rabbit", "minio", "abc", "token", "key",
];

/// Starts of values that only refer to a secret, or are public.
const REFERENCES: &[&str] = &[
    "$",
    "/",
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

/// How much of a secret `text` is under a name with this promise; `None`: it is none.
pub(super) fn judge(text: &str, promise: Promise) -> Option<Strength> {
    let text = text.trim().trim_matches(['"', '\'']);
    let lower = text.to_ascii_lowercase();
    if text.len() < 3 || text.len() > 4096 || nothing(&lower) || text.contains(char::is_whitespace)
    {
        return None;
    }
    if REFERENCES.iter().any(|start| lower.starts_with(start))
        || ["${", "$(", "{{", "/run/secrets", "://"].iter().any(|part| lower.contains(part))
        || refers(text)
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || same_characters(text)
        || asks(text)
    {
        return None;
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let word = !text.bytes().any(|byte| byte.is_ascii_digit()) && one_case(text);
    match promise {
        Promise::Token if digits || word || text.len() < 8 => None,
        Promise::Token if common(&lower) && text.len() < 20 => Some(Strength::Weak),
        Promise::Token => Some(Strength::Strong),
        Promise::Password if word && lower.contains(['-', '_', '.']) && !common(&lower) => None,
        Promise::Password if strong(text, &lower) => Some(Strength::Strong),
        Promise::Password => Some(Strength::Weak),
    }
}

/// How much of a secret the password of `user:password` is; `None`: it is none.
///
/// It stands where a password is used, so only what is made of the defaults that everybody knows,
/// or of the user's own name, is less than a credential.
pub(super) fn judge_login(user: &str, password: &str) -> Option<Strength> {
    let lower = password.to_ascii_lowercase();
    let refers = ["${", "$(", "{{", "<", "***", "..."].iter().any(|part| lower.contains(part))
        || password.starts_with(['$', '%', '{', '['])
        || refers(password);
    if !(3..=4096).contains(&password.len()) || refers || same_characters(password) {
        return None;
    }
    let user = user.to_ascii_lowercase();
    match words(&lower, &user) {
        Some(words) if words.iter().any(|word| NOTHING.contains(word)) => None,
        Some(_) => Some(Strength::Weak),
        // A word by itself is as weak here as under a name of its own.
        None if lower == *password && password.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            Some(Strength::Weak)
        }
        None => Some(Strength::Strong),
    }
}

/// Words of a password that say that none stands there.
const NOTHING: &[&str] = &[
    "dummy",
    "placeholder",
    "your",
    "fake",
    "mock",
    "unused",
    "ignored",
    "ignore",
    "none",
    "null",
    "redacted",
    "xxx",
    "token",
    "build",
    "notused",
    "invalid",
];

/// Words of the passwords that everybody knows, none the start of a later one.
const KNOWN: &[&str] = &[
    "password",
    "passw0rd",
    "passwd",
    "passwort",
    "pass",
    "pw",
    "pwd",
    "secret",
    "admin",
    "adm",
    "root",
    "postgresql",
    "postgres",
    "pgsql",
    "pg",
    "mysql",
    "mariadb",
    "mongodb",
    "mongo",
    "rabbitmq",
    "rabbit",
    "redis",
    "minio",
    "elastic",
    "changeme",
    "changeit",
    "change",
    "replace",
    "example",
    "sample",
    "testing",
    "tester",
    "test",
    "username",
    "user",
    "guest",
    "qwerty",
    "welcome",
    "default",
    "letmein",
    "demo",
    "development",
    "dev",
    "localhost",
    "local",
    "docker",
    "super",
    "database",
    "db",
    "web",
    "app",
    "abc",
    "key",
    "my",
    "me",
    "the",
    "some",
    "foo",
    "bar",
    "in",
    "production",
    "prod",
];

/// The known words that `lower` is made of, digits and signs between them aside; `None`: it holds
/// another one.
fn words<'a>(lower: &'a str, user: &'a str) -> Option<Vec<&'a str>> {
    let mut rest = lower;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(['_', '-', '.', '!', '@', '#', '+', '*']);
        let counted = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() - counted.len() > 6 {
            return None;
        }
        rest = counted;
        if rest.is_empty() {
            return Some(found);
        }
        let word = [user]
            .into_iter()
            .filter(|user| user.len() >= 3)
            .chain(NOTHING.iter().chain(KNOWN).copied())
            .find(|word| rest.starts_with(word))?;
        found.push(word);
        rest = rest.strip_prefix(word)?;
    }
}

/// What asks for a value in words instead of being one: `changeRunnerToken`, `enter-jwt-secret`.
fn asks(text: &str) -> bool {
    let words = super::name::words(text);
    let verb = words.first().is_some_and(|first| ASKING.contains(&first.as_str()));
    let word = |word: &String| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    verb && words.len() > 1 && words.iter().all(word)
}

/// How many bits of chance each byte of `text` carries, by how often each byte stands in it.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX).max(1));
    let share = |count: &u32| f64::from(*count) / all;
    -counts.iter().filter(|count| **count > 0).map(|c| share(c) * share(c).log2()).sum::<f64>()
}

/// A `$NAME` anywhere: part of it comes from elsewhere.
fn refers(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| match pair {
        [b'$', next] => next.is_ascii_alphabetic() || *next == b'_',
        _ => false,
    })
}

fn strong(text: &str, lower: &str) -> bool {
    let classes = [
        text.bytes().any(|byte| byte.is_ascii_lowercase()),
        text.bytes().any(|byte| byte.is_ascii_uppercase()),
        text.bytes().any(|byte| byte.is_ascii_digit()),
        text.bytes().any(|byte| !byte.is_ascii_alphanumeric()),
    ];
    let mixed = classes.iter().filter(|class| **class).count();
    let varied = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    text.len() >= 8
        && mixed >= 2
        && varied >= 6
        && (!one_case(text) || classes[2])
        && !(common(lower) && text.len() < 20)
}

fn common(lower: &str) -> bool {
    COMMON.iter().any(|word| lower.contains(word))
}

/// Letters of one case only, digits and signs aside.
fn one_case(text: &str) -> bool {
    !(text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase()))
}

fn nothing(lower: &str) -> bool {
    matches!(lower, "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "nil" | "empty")
}

fn same_characters(text: &str) -> bool {
    let first = text.chars().next();
    text.chars().all(|c| Some(c) == first)
}
