//! Values under a promising name: a secret, a working default, or neither.

use super::Strength;
use super::name::Promise;
use crate::model::entropy;

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
    if stands_elsewhere(text, &lower) || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
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

/// It names where the secret stands, is public, a hash, or what a program fills in.
fn stands_elsewhere(text: &str, lower: &str) -> bool {
    let refers_to = |start: &&str| lower.starts_with(*start);
    REFERENCES.iter().any(refers_to)
        || (text.starts_with('/') && !unguessable(text))
        || ["${", "$(", "{{", "/run/secrets", "://", "('", "(\""]
            .iter()
            .any(|part| lower.contains(part))
        || refers(text)
        || bracketed(text)
        || is_path(text)
        || FILES.iter().any(|end| lower.ends_with(end))
        || HASHES.iter().any(|hash| text.contains(hash))
        || same_characters(text)
        || asks(text)
        || super::shown::is_shown(text)
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

/// `secret/data/api`: small words between slashes.
fn is_path(text: &str) -> bool {
    let word =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_.".contains(&byte));
    text.contains('/') && text.split('/').all(word)
}

/// `0123456789abcdef…`: most characters are the next one, or the same.
fn counts_up(text: &str) -> bool {
    let next = |pair: &[u8]| matches!(pair, [a, b] if a == b || a.checked_add(1) == Some(*b));
    text.as_bytes().windows(2).filter(|pair| next(pair)).count() * 5 >= text.len() * 4
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

/// `changeme`: everybody is asked to change it, and until then it works.
fn waits_for_change(lower: &str) -> bool {
    let letters: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
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

/// Nobody thought it up: sixteen characters or more, letters of both cases or digits among them as
/// uneven as chance makes them, no words.
fn unguessable(text: &str) -> bool {
    let kind = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let bytes = || text.bytes();
    let digits = bytes().filter(u8::is_ascii_digit).count();
    let groups = text.split(['-', '_', '/']).filter(|part| part.len() < 8).count();
    text.len() >= 16
        && bytes().all(kind)
        && digits >= 2
        && bytes().any(|byte| byte.is_ascii_alphabetic())
        && groups <= text.len() / 12
        && entropy(text) >= 3.0
        && !wordy(text)
}

/// It is made of words a person can say, and few digits in one or two places: a machine made it
/// with no chance worth a thought.
fn wordy(text: &str) -> bool {
    let mut runs: Vec<String> = vec![String::new()];
    let (mut before, mut numbers, mut digits) = (' ', 0, 0);
    for c in text.chars() {
        let cut = !c.is_ascii_alphabetic();
        digits += usize::from(c.is_ascii_digit());
        numbers += usize::from(c.is_ascii_digit() && !before.is_ascii_digit());
        if cut || (before.is_ascii_lowercase() && c.is_ascii_uppercase()) {
            runs.push(String::new());
        }
        if let Some(run) = runs.last_mut().filter(|_| !cut) {
            run.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    runs.retain(|run| !run.is_empty());
    let letters: usize = runs.iter().map(String::len).sum();
    let long = runs.iter().any(|run| run.len() >= 4);
    long && letters * 2 >= runs.len() * 7
        && numbers <= 2
        && digits <= 6
        && digits * 3 <= text.len()
        && runs.iter().filter(|run| run.len() >= 4).all(|run| sayable(run))
}

/// Letters in one row, and what is no letter around them.
fn one_word(text: &str) -> bool {
    text.trim_matches(|c: char| !c.is_ascii_alphabetic())
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic())
}

/// Vowels as often as in words, and never five consonants in a row.
fn sayable(run: &str) -> bool {
    let vowel = |c: char| "aeiouy".contains(c);
    let vowels = run.chars().filter(|c| vowel(*c)).count();
    let row = run.split(vowel).map(str::len).max().unwrap_or_default();
    vowels * 5 >= run.len() && row <= 4
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
        let word = std::iter::once(user)
            .chain(user.split(['-', '_', '.']))
            .filter(|part| part.len() >= 3)
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

/// A `$NAME` anywhere: part of it comes from elsewhere.
fn refers(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| match pair {
        [b'$', next] => next.is_ascii_alphabetic() || *next == b'_',
        _ => false,
    })
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
