//! What a secret looks like: by the name that promises it, by its own form, by what it stands in.

mod base64;
mod chance;
mod elsewhere;
mod login;
mod name;
mod option;
mod provider;
mod shown;
mod teller;
mod token;
mod value;
mod words;

pub(in crate::rules) use name::{promises, tells_about};
pub(in crate::rules) use teller::Teller;

/// How sure it is that a value gives access to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Strength {
    /// A default that works: `postgres`, `secret123`.
    Weak,
    /// A credential.
    Strong,
}

/// A secret found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Secret {
    /// What it is: `password of a URL`, `GitHub token`.
    pub what: &'static str,
    /// The secret itself, never to be shown.
    pub value: String,
    /// How sure.
    pub strength: Strength,
}

impl Secret {
    /// It was made by a machine for one use, a key, a token or what nobody thought up: in its place
    /// another one is another credential. A password that a person made may only be spelled otherwise.
    pub(in crate::rules) fn is_issued(&self) -> bool {
        (self.what != "value" && !self.what.contains("password"))
            || chance::unguessable(&self.value)
    }
}

/// Longest text that is looked at in one piece.
const LONGEST: usize = 64 * 1024;

/// The secret that a value is, under a name that may promise one.
pub(in crate::rules) fn of_value(name: &str, text: &str) -> Option<Secret> {
    in_text(text).into_iter().next().or_else(|| in_settings(text)).or_else(|| promised(name, text))
}

/// What stands under a name that promises it.
fn promised(name: &str, text: &str) -> Option<Secret> {
    let strength = value::judge(text, promises(name)?)?;
    Some(Secret {
        what: "value",
        value: text.trim().trim_matches(['"', '\'']).to_owned(),
        strength,
    })
}

/// `Server=db;Password=…`, `jdbc:…?user=app&password=…`, `-Dkey.password=…`: settings in one value.
fn in_settings(text: &str) -> Option<Secret> {
    if text.len() > LONGEST {
        return None;
    }
    if text.contains("\":")
        && let Some(secret) = in_json(text)
    {
        return Some(secret);
    }
    if !text.contains('=') || !text.contains([' ', ';', '&', '?', ',']) {
        return None;
    }
    text.split([' ', ';', '&', '?', ',', '\n']).take(256).find_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        let name = name.rsplit('.').next()?.trim_start_matches("-D").trim_start_matches('-');
        promised(name, value)
    })
}

/// `{"user": "app", "password": "…"}`: members of objects that a value holds as text.
fn in_json(text: &str) -> Option<Secret> {
    text.split(['{', ',', '}', '\n']).take(256).find_map(|piece| {
        let (name, value) = piece.split_once("\":")?;
        let value = value.trim().strip_prefix('"')?.split('"').next()?;
        promised(name.trim().strip_prefix('"')?, value)
    })
}

/// The secrets that show by themselves in any text: tokens, keys, URLs and headers with passwords.
pub(in crate::rules) fn in_text(text: &str) -> Vec<Secret> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let text = &text[..end.unwrap_or_default()];
    let mut found = token::find(text);
    if found.is_empty() {
        let decoded = text
            .split(|c: char| !c.is_ascii_alphanumeric() && !"+/=_-".contains(c))
            .filter(|word| (24..=8192).contains(&word.len()))
            .take(64)
            .filter_map(base64::decode);
        for text in decoded {
            found.extend(token::find(&text));
        }
    }
    found
}

/// How many secrets show by themselves in a declared value.
pub fn known_secrets(text: &str) -> usize {
    in_text(text).len()
}

/// The regular expression of every credential that has a form of its own.
pub fn known_forms() -> impl Iterator<Item = String> {
    provider::TABLES.iter().copied().flatten().map(provider::Form::source)
}

/// The secret of `user:password`, as `curl -u` takes it.
pub(in crate::rules) fn of_login(text: &str) -> Option<Secret> {
    let (user, password) = text.split_once(':')?;
    let strength = login::judge_login(user, password)?;
    (!user.contains("//")).then(|| Secret {
        what: "password of a login",
        value: password.to_owned(),
        strength,
    })
}

#[cfg(test)]
mod tests {
    use super::{Strength, in_text, of_login, of_value};

    fn strength(name: &str, value: &str) -> Option<Strength> {
        of_value(name, value).map(|secret| secret.strength)
    }

    #[test]
    fn a_promised_secret_is_judged_by_its_value() {
        for (name, value) in [
            ("DB_PASSWORD", "x8Kq2mZ0pTr7"),
            ("SECRET_KEY", "9f8d7c6b5a4e3d2c1b0a"),
            ("apiKey", "f3a91c7e5b2d4860a1c3e5f7"),
            ("MYSQL_ROOT_PASSWORD", "Tr0ub4dor&3xyz"),
            ("SECRET_KEY", "q(m)4nLGtz$(_w3N7z1k(EFsWCjjjzx08x9VhNVcfd%6RF#r!6"),
            ("SECRET_KEY", "q(m)4nLGtz$zx08x9VhNVcfd%6RF#r!6"),
        ] {
            assert_eq!(strength(name, value), Some(Strength::Strong), "{name}={value}");
        }
        for (name, value) in [
            ("POSTGRES_PASSWORD", "postgres"),
            ("DB_PASS", "secret123"),
            ("JWT_SECRET", "supersecret"),
            ("ADMIN_PASSWORD", "MySuperStrongLoginPassword"),
            ("REDIS_PASSWORD", "1234"),
            ("ADMIN_PASSWORD", "P@ssw0rd"),
            ("ADMIN_PASSWORD", "Ch@ngeMe"),
            ("DB_PASSWORD", "todopw"),
        ] {
            assert_eq!(strength(name, value), Some(Strength::Weak), "{name}={value}");
        }
    }

    #[test]
    fn what_only_sounds_like_a_secret_is_none() {
        for (name, value) in [
            ("TOKEN_FILE", "/run/secrets/t"),
            ("PASSWORD", "${PASSWORD:?}"),
            ("PASSWORD", "x8Kq2m-$(cat pw)"),
            ("PASSWORD", "x8Kq2m-$PEPPER"),
            ("PASSWORD", "x8Kq2m-${PEPPER}"),
            ("API_KEY", "changeme"),
            ("PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKb0"),
            ("SECRET_NAME", "prod-db"),
            ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"),
            ("TOKENIZERS_PARALLELISM", "false"),
            ("PASSWORD", ""),
            ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
            ("API_TOKEN", "<your-token>"),
            ("API_TOKEN", "xxxxxxxxxxxx"),
            ("SECRET_KEY_BASE_DUMMY", "1"),
            ("SECRET_KEY", "dummy-for-build"),
            ("TOKEN_TTL", "3600"),
            ("SSH_KEY_PATH", "/root/.ssh/id_rsa"),
            ("NODE_VERSION", "20.11.1"),
            ("MONKEY", "x8Kq2mZ0pTr7"),
            ("KEY_SHA256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            ("AUTH_TOKEN_HEADER", "X-Auth-Token-2"),
            ("COMPASS", "x8Kq2mZ0pTr7"),
            ("API_KEY", "{{ api_key }}"),
            ("SECRET", "vault:kv/data/app#key"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("DB_PASSWORD", "todo: ask ops"),
            ("DB_PASSWORD", "os.environ['DB_PASSWORD']"),
            ("VAULT_SECRET_KEY", "kv2/data/org1/tls"),
            ("VAULT_SECRET_KEY", "kv2/data/org1-net/ca?password"),
        ] {
            assert_eq!(of_value(name, value), None, "{name}={value}");
        }
    }

    #[test]
    fn tokens_and_urls_show_by_themselves() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        let found = in_text(&format!("git clone https://{token}@github.com/a/b"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "GitHub token");
        let url = in_text("postgres://user:password@host/db");
        assert_eq!((url[0].what, url[0].strength), ("password of a URL", Strength::Weak));
        for (login, strength) in [
            ("app:q8Zr2Lx7mKw", Strength::Strong),
            ("app:hunter2secret", Strength::Strong),
            ("app:correcthorse", Strength::Weak),
            ("app:build-7-horses", Strength::Strong),
            ("umami:umami", Strength::Weak),
            ("postgres:MyPassword123", Strength::Weak),
            ("root:changeme", Strength::Weak),
            ("app:STRONG_DB_PASSWORD", Strength::Weak),
            (":redis", Strength::Weak),
        ] {
            let found = in_text(&format!("postgres://{login}@db:5432/app"));
            assert_eq!(found[0].strength, strength, "{login}");
            assert_eq!(of_login(login).unwrap().strength, strength, "{login}");
        }
        for silent in [
            "postgres://user:${PW}@host/db",
            "postgres://user:<password>@host/db",
            "postgres://dummy:dummy@localhost/build",
            "postgres://user:your-password@host/db",
            "postgres://user:%s@host/db",
            "https://example.com:8080/path@v2",
            "npm install @scope/pkg@1.2.3",
            "https://github.com/a/b",
            "AKIAIOSFODNN7EXAMPLE",
            "Authorization: Bearer $TOKEN",
        ] {
            assert_eq!(in_text(silent), Vec::new(), "{silent}");
        }
        let header = in_text("Authorization: Bearer 8fj2kd93jf02kd93jf0");
        assert_eq!(header.len(), 1);
    }

    #[test]
    fn one_wrapper_of_base64_is_taken_off() {
        // postgres://app:q8Zr2Lx7mKw@db/app
        let found = in_text("cG9zdGdyZXM6Ly9hcHA6cThacjJMeDdtS3dAZGIvYXBw");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].value, "q8Zr2Lx7mKw");
        let hex = "706f7374677265733a2f2f6170703a71385a72324c78376d4b774064622f617070";
        assert_eq!(in_text(hex), found);
        assert_eq!(strength("PASSWORD2", "x8Kq2mZ0pTr7"), Some(Strength::Strong));
    }

    #[test]
    fn a_login_holds_its_password_behind_the_colon() {
        assert_eq!(of_login("app:q8Zr2Lx7mKw").unwrap().value, "q8Zr2Lx7mKw");
        assert_eq!(of_login("app:$PW"), None);
        assert_eq!(of_login("1000"), None);
    }
}
