//! Names that promise a secret.

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Promise {
    /// Something a person may have thought up: a short value counts.
    Password,
    /// The same, or the name of the object that holds one.
    Secret,
    /// Something a machine made: a plain word is a name, not the thing.
    Token,
    /// The name goes on after the word that promises: only what nobody could have thought up is it.
    Afar,
}

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "passcode",
    "requirepass",
    "storepass",
    "keypass",
];

const SECRETS: &[&str] = &["secret", "secrets"];

const TOKENS: &[&str] =
    &["token", "apikey", "authkey", "credential", "credentials", "accesskey", "secretkey", "pat"];

/// In front of `key`.
const KEYS: &[&str] = &[
    "api",
    "access",
    "private",
    "secret",
    "encryption",
    "signing",
    "master",
    "account",
    "storage",
    "app",
    "auth",
    "service",
    "session",
    "jwt",
    "deploy",
    "license",
    "admin",
    "client",
    "shared",
    "hmac",
    "aes",
    "webhook",
    "subscription",
    "fernet",
    "cipher",
    "crypt",
    "crypto",
    "encrypt",
    "cookie",
];

/// A name with one of these at its end says something about a secret, and is none.
const ABOUT: &[&str] = &[
    "file",
    "files",
    "path",
    "dir",
    "directory",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "name",
    "names",
    "id",
    "ids",
    "type",
    "version",
    "length",
    "len",
    "size",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "expire",
    "timeout",
    "enabled",
    "enable",
    "disabled",
    "disable",
    "policy",
    "algorithm",
    "alg",
    "issuer",
    "audience",
    "header",
    "prefix",
    "suffix",
    "field",
    "cookie",
    "count",
    "limit",
    "max",
    "min",
    "provider",
    "manager",
    "store",
    "backend",
    "ref",
    "hash",
    "required",
    "dummy",
    "region",
    "format",
    "env",
    "var",
    "arn",
    "location",
    "mount",
    "service",
    "server",
    "user",
    "username",
    "email",
    "realm",
    "mode",
    "method",
    "hint",
    "label",
    "labels",
    "annotation",
    "annotations",
    "lifetime",
    "interval",
    "rotation",
    "scope",
    "scopes",
    "fingerprint",
    "sha256",
    "sha512",
    "sha1",
    "md5",
    "checksum",
    "digest",
    "cmd",
    "command",
    "script",
    "helper",
    "validation",
    "age",
    "days",
    "minutes",
    "seconds",
    "hours",
    "template",
    "volume",
    "namespace",
    "param",
    "parameter",
    "hasher",
    "project",
    "scheme",
    "class",
    "addr",
    "address",
    "rule",
    "regex",
    "pattern",
    "characters",
    "chars",
    "complexity",
    "strength",
    "attempts",
    "retries",
    "encoding",
    "kind",
    "source",
    "group",
    "role",
    "users",
    "driver",
    "plugin",
    "prompt",
    "reset",
    "description",
    "title",
    "image",
];

/// A name with one of these anywhere is public, or no secret by its purpose.
const PUBLIC: &[&str] = &[
    "public",
    "pub",
    "publishable",
    "gpg",
    "pgp",
    "checksum",
    "allow",
    "random",
    "placeholder",
    "existing",
];

/// Words that may follow the one that promises: which of several it is, or how it is written.
const WHICH: &[&str] = &[
    "key",
    "keys",
    "value",
    "values",
    "string",
    "text",
    "data",
    "base",
    "base64",
    "b64",
    "plain",
    "prod",
    "production",
    "dev",
    "development",
    "test",
    "testing",
    "staging",
    "stage",
    "live",
    "ci",
    "local",
    "default",
    "old",
    "new",
    "current",
    "next",
    "previous",
    "primary",
    "secondary",
    "main",
    "root",
    "admin",
    "db",
    "database",
    "internal",
    "external",
    "seed",
    "salt",
    "encryption",
];

/// What `name` promises, if anything.
pub(in crate::rules) fn promises(name: &str) -> Option<Promise> {
    if name.len() > 200 {
        return None;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.iter().any(|word| PUBLIC.contains(word)) {
        return None;
    }
    if matches!(words.as_slice(), [.., "erlang", "cookie"]) {
        return Some(Promise::Token);
    }
    // `passwordKey` is the key that a password stands under.
    let key_of = matches!(words.as_slice(), [.., "password" | "token" | "credentials", "key"]);
    let lone = matches!(words.as_slice(), ["pwd" | "pat" | "pass" | "pw"]);
    if key_of || lone || is_about(&words) {
        return None;
    }
    let (at, promise) =
        (0..words.len()).rev().find_map(|at| Some((at, word_promises(&words, at)?)))?;
    let tail = words.get(at + 1..).unwrap_or_default();
    let which = |word: &&str| WHICH.contains(&bare(word)) || bare(word).is_empty();
    Some(if tail.iter().all(which) { promise } else { Promise::Afar })
}

/// `password2` is one more password.
fn bare(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// What the word at `at` promises; the one in front of `key` counts for `key`.
fn word_promises(words: &[&str], at: usize) -> Option<Promise> {
    let word = bare(words.get(at)?);
    let before = at.checked_sub(1).and_then(|at| words.get(at));
    if matches!(word, "key" | "keys") && before.is_some_and(|kind| KEYS.contains(kind)) {
        return Some(Promise::Token);
    }
    if PASSWORDS.contains(&word) || word.ends_with("password") || word.ends_with("passwd") {
        return Some(Promise::Password);
    }
    if SECRETS.contains(&word) {
        return Some(Promise::Secret);
    }
    TOKENS.contains(&word).then_some(Promise::Token)
}

/// The name says something about a secret, such as whose it is, and is none.
pub(in crate::rules) fn tells_about(name: &str) -> bool {
    let words = words(name);
    is_about(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn is_about(words: &[&str]) -> bool {
    words.last().is_some_and(|last| ABOUT.contains(last))
}

/// The words of a name: at `_`, `-`, `.`, and where a small letter meets a capital one.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let cut = !c.is_ascii_alphanumeric();
        if cut || (before.is_ascii_lowercase() && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| !cut) {
            last.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}
