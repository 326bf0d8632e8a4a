//! The password of a login: what stands behind the colon of `user:password`.

use super::Strength;
use super::chance::same_characters;
use super::elsewhere::refers;

/// How much of a secret the password of `user:password` is; `None`: it is none.
///
/// It stands where a password is used, so only what is made of the defaults that everybody knows,
/// or of the user's own name, is less than a credential.
pub(super) fn judge_login(user: &str, password: &str) -> Option<Strength> {
    let lower = password.to_ascii_lowercase();
    let refers = ["{{", "<", "***", "..."].iter().any(|part| lower.contains(part))
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
        None if shouted(password) => Some(Strength::Weak),
        None => Some(Strength::Strong),
    }
}

/// `STRONG_DB_PASSWORD`: what a document writes for a value, which works where nobody changes it.
fn shouted(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
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

/// Words of the passwords that everybody knows.
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
            .filter(|word| rest.starts_with(word))
            .max_by_key(|word| word.len())?;
        found.push(word);
        rest = rest.strip_prefix(word)?;
    }
}
