//! Which names promise secrets, and which of those plainly hold none.

use bstr::{BStr, ByteSlice as _};

use crate::model::Sensitive::{
    self, Archive, Credential, Environment, History, Key, Settings, State,
};

/// Names that are looked for whether or not they are in the tree, with the path that is matched.
/// `…` is a folder that no pattern names.
pub(super) const PROBES: &[(&str, &str, Sensitive)] = &[
    (".env", ".env", Environment),
    (".git", ".git/config", History),
    ("id_rsa", "id_rsa", Key),
    (".npmrc", ".npmrc", Settings),
    (".env.local", ".env.local", Environment),
    (".env.production", ".env.production", Environment),
    ("server.key", "server.key", Key),
    ("server.pem", "server.pem", Key),
    ("id_ed25519", "id_ed25519", Key),
    (".ssh/id_rsa", ".ssh/id_rsa", Key),
    ("certs/server.key", "certs/server.key", Key),
    ("certs/server.pem", "certs/server.pem", Key),
    ("secrets/.env", "secrets/.env", Environment),
    ("…/.env", "…/.env", Environment),
    ("…/.env.local", "…/.env.local", Environment),
    ("…/id_rsa", "…/id_rsa", Key),
    ("…/server.key", "…/server.key", Key),
    ("…/server.pem", "…/server.pem", Key),
    ("cert.p12", "cert.p12", Key),
    ("keystore.jks", "keystore.jks", Key),
    ("secrets.kdbx", "secrets.kdbx", Key),
    ("client.ovpn", "client.ovpn", Key),
    (".aws/credentials", ".aws/credentials", Credential),
    (".docker/config.json", ".docker/config.json", Credential),
    (".kube/config", ".kube/config", Credential),
    ("kubeconfig", "kubeconfig", Credential),
    ("credentials.json", "credentials.json", Credential),
    ("service-account.json", "service-account.json", Credential),
    (".git-credentials", ".git-credentials", Credential),
    (".netrc", ".netrc", Credential),
    (".pypirc", ".pypirc", Credential),
    (".htpasswd", ".htpasswd", Credential),
    (".vault-token", ".vault-token", Credential),
    ("terraform.tfstate", "terraform.tfstate", State),
    (".terraform/terraform.tfstate", ".terraform/terraform.tfstate", State),
    ("terraform.tfvars", "terraform.tfvars", State),
];

/// Names looked for in a folder that is copied.
pub(super) const IN_FOLDERS: &[(&str, Sensitive)] = &[
    (".env", Environment),
    (".env.local", Environment),
    (".npmrc", Settings),
    ("id_rsa", Key),
    ("server.key", Key),
    ("server.pem", Key),
    ("credentials.json", Credential),
];

/// Whole names, in lower case and in order.
const NAMES: &[(&str, Sensitive)] = &[
    (".aws", Credential),
    (".boto", Credential),
    (".dockercfg", Credential),
    (".env", Environment),
    (".git", History),
    (".git-credentials", Credential),
    (".gnupg", Key),
    (".htpasswd", Credential),
    (".kube", Credential),
    (".my.cnf", Credential),
    (".netrc", Credential),
    (".npmrc", Settings),
    (".pgpass", Credential),
    (".pypirc", Credential),
    (".s3cfg", Credential),
    (".ssh", Key),
    (".vault-token", Credential),
    ("_netrc", Credential),
    ("application_default_credentials.json", Credential),
    ("credentials.json", Credential),
    ("credentials.toml", Credential),
    ("credentials.xml", Credential),
    ("credentials.yaml", Credential),
    ("credentials.yml", Credential),
    ("id_dsa", Key),
    ("id_ecdsa", Key),
    ("id_ed25519", Key),
    ("id_rsa", Key),
    ("kubeconfig", Credential),
    ("master.key", Key),
    ("secrets.json", Credential),
    ("secrets.toml", Credential),
    ("secrets.yaml", Credential),
    ("secrets.yml", Credential),
    ("secring.gpg", Key),
    ("service-account.json", Credential),
    ("service_account.json", Credential),
    ("serviceaccount.json", Credential),
    ("terraform.tfstate", State),
    ("terraform.tfstate.backup", State),
];

const ENDINGS: &[(&str, Sensitive)] = &[
    (".env", Environment),
    (".pem", Key),
    (".key", Key),
    (".p12", Key),
    (".pfx", Key),
    (".jks", Key),
    (".keystore", Key),
    (".kdbx", Key),
    (".psafe3", Key),
    (".ppk", Key),
    (".ovpn", Key),
    (".tfstate", State),
    (".tfvars", State),
];

/// Folder and file that only together say something.
const IN_FOLDER: &[(&str, &str)] =
    &[(".aws", "credentials"), (".docker", "config.json"), (".kube", "config")];

const EXAMPLES: &[&str] = &[
    "example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults",
    "schema", "md", "d", "ts", "js", "go", "py", "rb", "php", "j2", "enc", "sops", "gpg", "age",
];
/// In names of keys: what is public anyway.
const PUBLIC: &[&str] = &[
    "ca",
    "cacert",
    "cacerts",
    "cert",
    "certificate",
    "chain",
    "fullchain",
    "bundle",
    "root",
    "public",
    "pub",
    "pubkey",
    "trust",
    "truststore",
    "signing",
    "gpg",
    "release",
    "archive",
    "dhparam",
    "dhparams",
    "dh",
    "repo",
    "apt",
];
const TESTS: &[&str] = &[
    "test",
    "tests",
    "testdata",
    "test-data",
    "test_data",
    "test-fixtures",
    "test_fixtures",
    "fixture",
    "fixtures",
    "__tests__",
    "__fixtures__",
    "spec",
    "specs",
    "example",
    "examples",
    "sample",
    "samples",
    "docs",
    "mock",
    "mocks",
    "e2e",
    "testing",
    "testutil",
    "demo",
];

/// What a path promises by its name, `None` for nothing. Case is folded.
pub(super) fn kind(path: &[u8]) -> Option<Sensitive> {
    let mut parts = path.rsplit(|&byte| byte == b'/');
    let name = parts.next().unwrap_or_default();
    if name.len() > 255 || !name.iter().any(|byte| matches!(byte, b'.' | b'_' | b'g')) {
        return in_folder(name, parts.next().unwrap_or_default());
    }
    let mut buffer = [0; 255];
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(lower).ok()?;
    if let Ok(index) = NAMES.binary_search_by_key(&name, |(name, _)| name) {
        return NAMES.get(index).map(|(_, kind)| *kind);
    }
    if let Some(rest) = name.strip_prefix(".env") {
        let further = rest.starts_with(['.', '-', '_']) && !says(name, EXAMPLES);
        return further.then_some(Environment);
    }
    if let Some((ending, kind)) = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)) {
        let public = match *ending {
            ".pem" | ".key" => PUBLIC,
            _ => &["trust", "truststore", "cacerts"],
        };
        return (!says(name, EXAMPLES) && !says(name, public)).then_some(*kind);
    }
    let account =
        name.strip_suffix(".json").is_some_and(|name| name.starts_with("service-account"));
    if account && !says(name, EXAMPLES) {
        return Some(Credential);
    }
    in_folder(name.as_bytes(), parts.next().unwrap_or_default()).or_else(|| archive(name))
}

fn in_folder(name: &[u8], folder: &[u8]) -> Option<Sensitive> {
    let pair = |(a, b): &(&str, &str)| folder == a.as_bytes() && name == b.as_bytes();
    IN_FOLDER.iter().any(pair).then_some(Credential)
}

fn archive(name: &str) -> Option<Sensitive> {
    let packed = [".tar", ".tgz", ".zip", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"];
    let secret = ["creds", "credentials", "secret", "secrets", "keys", "certs", "ssl", "ssh"];
    (packed.iter().any(|ending| name.ends_with(ending)) && says(name, &secret)).then_some(Archive)
}

/// Whether one of the words a name is made of is in `words`.
fn says(name: &str, words: &[&str]) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}

/// Whether a path lies among tests, examples or documents.
pub(super) fn of_tests(path: &str) -> bool {
    path.split('/').any(|part| TESTS.contains(&part))
        || path.rsplit('/').next().is_some_and(|name| {
            name.starts_with(".env") && says(name, &["test", "tests", "testing", "ci"])
        })
}

/// Folders that other people's files lie in.
pub(super) fn foreign(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    [&b"node_modules"[..], b"vendor", b"third_party", b".git"].contains(&name)
}

/// Whether the content of a file plainly holds no secret.
pub(super) fn empty_of_secrets(kind: Sensitive, path: &str, content: &str) -> bool {
    match kind {
        Environment => !content.lines().any(secret_assignment),
        Settings => !content.lines().any(|line| {
            ["_auth", "_password", "token"].iter().any(|word| line.contains(word))
                && !line.contains("${")
        }),
        Key if [".pem", ".key"].iter().any(|ending| path.ends_with(ending)) => {
            content.contains("-----BEGIN ") && !content.contains("PRIVATE KEY")
        }
        // MySQL takes an option by the start of its name.
        Credential if path.ends_with(".my.cnf") => !content.to_ascii_lowercase().contains("pass"),
        _ => content.trim().is_empty(),
    }
}

/// `DB_PASSWORD=x`, `URL=scheme://user:password@host`: a name or a value that speaks of secrets.
fn secret_assignment(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return line.contains('\u{1a}') };
    let value = value.trim().trim_matches(['"', '\'']);
    if name.trim_start().starts_with('#') || value.is_empty() || value.starts_with("${") {
        return false;
    }
    let name = name.to_ascii_uppercase();
    let words = ["SECRET", "TOKEN", "PASS", "PWD", "KEY", "CREDENTIAL", "DSN", "AUTH"];
    words.iter().any(|word| name.contains(word))
        || value.split_once("://").is_some_and(|(_, rest)| {
            rest.split('/').next().is_some_and(|authority| {
                authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
            })
        })
}

/// Whether a name is a Dockerfile's, by its name alone.
pub(super) fn names_dockerfile(name: &BStr) -> bool {
    let lower = name.to_ascii_lowercase();
    let stands = |word: &[u8]| {
        lower.as_slice() == word
            || lower.starts_with(&[word, b"."].concat())
            || lower.starts_with(&[word, b"-"].concat())
            || lower.ends_with(&[b".", word].concat())
            || lower.ends_with(&[b"-", word].concat())
    };
    (stands(b"dockerfile") || stands(b"containerfile")) && !lower.contains_str("ignore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn probes_are_sensitive_names() {
        for (_, path, kind) in PROBES {
            let path = path.trim_end_matches("/config");
            let path = if path == ".kube" { ".kube/config" } else { path };
            assert_eq!(super::kind(path.as_bytes()), Some(*kind), "{path}");
        }
    }

    #[test]
    fn what_is_public_or_an_example_is_not_sensitive() {
        for path in [
            ".env.example",
            ".env.sample",
            ".env.template",
            ".env.dist",
            "id_rsa.pub",
            "ca.pem",
            "certs/ca-bundle.crt",
            "server.crt",
            "fullchain.pem",
            "rds-ca-bundle.pem",
            "env.ts",
            ".envrc",
            "README.md",
            "config.json",
            "config",
            "truststore.jks",
            "public.key",
            "nginx_signing.key",
            "src/environment.rs",
            "rootfs.tar.gz",
            ".env.d.ts",
        ] {
            assert_eq!(kind(path.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn what_speaks_of_secrets_is() {
        for (path, expected) in [
            (".env.prod", Environment),
            ("deploy/web.env", Environment),
            (".ENV", Environment),
            ("k/privkey.pem", Key),
            ("a.tfvars", State),
            ("creds.tar.gz", Archive),
            ("home/.kube/config", Credential),
            ("service-account-prod.json", Credential),
        ] {
            assert_eq!(kind(path.as_bytes()), Some(expected), "{path}");
        }
    }

    #[test]
    fn settings_without_a_secret_are_harmless() {
        assert!(empty_of_secrets(Environment, ".env", "PORT=3000\n#TOKEN=x\nAPI_KEY=\n"));
        assert!(!empty_of_secrets(Environment, ".env", "DB=postgres://a:b@h/d\n"));
        assert!(!empty_of_secrets(Environment, ".env", "API_KEY=abc\n"));
        assert!(empty_of_secrets(Settings, ".npmrc", "//r/:_authToken=${T}\nsave-exact=true\n"));
        assert!(!empty_of_secrets(Settings, ".npmrc", "//r/:_authToken=npm_x\n"));
        assert!(empty_of_secrets(Credential, "etc/.my.cnf", "[mysqldump]\nquick=1\n"));
        assert!(!empty_of_secrets(Credential, ".my.cnf", "[client]\nPassword = x\n"));
        assert!(empty_of_secrets(Key, "a.pem", "-----BEGIN CERTIFICATE-----\n"));
        assert!(!empty_of_secrets(Key, "a.pem", "-----BEGIN RSA PRIVATE KEY-----\n"));
    }
}
