//! Names that promise a secret.

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Promise {
    /// Something a person may have thought up: a short value counts.
    Password,
    /// Something a machine made: a plain word is a name, not the thing.
    Token,
}

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "passcode",
    "requirepass",
];

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

/// What `name` promises, if anything.
pub(in crate::rules) fn promises(name: &str) -> Option<Promise> {
    if name.len() > 200 {
        return None;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // `passwordKey` is the key that a password stands under.
    let key_of = matches!(words.as_slice(), [.., "password" | "token" | "credentials", "key"]);
    let about = key_of || words.last().is_some_and(|last| ABOUT.contains(last));
    if about || words.iter().any(|word| PUBLIC.contains(word)) {
        return None;
    }
    // `password2` is one more password.
    let bare = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&bare(word).as_str()));
    let keyed = words.windows(2).any(|pair| match pair {
        [kind, "key" | "keys"] => KEYS.contains(kind),
        _ => false,
    });
    let lone = matches!(words.as_slice(), ["pwd" | "pat" | "pass" | "pw"]);
    if lone {
        return None;
    }
    if has(PASSWORDS) && !keyed {
        return Some(Promise::Password);
    }
    let joined = words.iter().any(|word| word.ends_with("password") || word.ends_with("passwd"));
    if joined {
        return Some(Promise::Password);
    }
    (has(TOKENS) || keyed).then_some(Promise::Token)
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
