//! What is no secret, item by item, and beside each what is almost the same and is one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::{Server, plimsoll};

const PASSWORD: &str = "x8Kq2mZ0pTr7";
const RULES: [&str; 3] = ["plain-secret", "secret-in-environment", "secret-in-image"];

/// A repository whose last commit brings this file; what `plimsoll check` says of secrets in it.
fn said(server: &Server, path: &str, before: &str, content: &str) -> String {
    server.write(path, before);
    server.git(["add", "--all"]);
    server.git(["commit", "--quiet", "--allow-empty", "-m", "before"]);
    server.change(path, content);
    let out = plimsoll(&server.work(), ["check", "--all"]).out;
    assert!(!out.contains(PASSWORD), "{out}");
    let told = |line: &&str| RULES.iter().any(|rule| line.contains(rule));
    out.lines().filter(told).collect::<Vec<_>>().join("\n")
}

fn compose(lines: &str) -> String {
    format!("services:\n  app:\n    image: ghcr.io/acme/app:1.2.3\n    environment:\n{lines}")
}

/// One variable of a service.
fn variable(name: &str, value: &str) -> String {
    compose(&format!("      LOG_LEVEL: info\n      {name}: {value}\n"))
}

#[test]
fn what_is_no_variables_secret_is_silent_and_its_neighbour_is_told() {
    let server = Server::new();
    server.unhook("pre-receive");
    let digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let (short, key) = (digits.get(..40).unwrap(), "AAAAC3NzaC1lZDI1NTE5AAAAIKb0x8Kq2mZ0pTr7");
    let block = |kind: &str| {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7x8Kq2mZ0pTr7aB3dE5fG";
        format!("|\n        -----BEGIN {kind}-----\n        {body}\n        -----END {kind}-----")
    };
    let certificate = block("CERTIFICATE");
    let private = block("PRIVATE KEY");
    let cases = [
        ("a variable", ("DB_PASSWORD", "$DB_PASSWORD"), ("DB_PASSWORD", "x8Kq2mZ0pTr7$$")),
        ("a variable", ("DB_PASSWORD", "${PW:?}"), ("DB_PASSWORD", "${PW:-x8Kq2mZ0pTr7}")),
        ("a file", ("TOKEN_FILE", "/etc/app/t9.txt"), ("TOKEN_PROFILE_KEY", "x8Kq2mZ0pTr7aB3dE5")),
        ("a mount", ("TOKEN", "/run/secrets/t9"), ("TOKEN", "/x8Kq2mZ0pTr7aB3dE5fG")),
        ("vault", ("DB_PASSWORD", "vault:kv/data/app#pw"), ("DB_PASSWORD", "vaultx8Kq2mZ0pTr7")),
        ("1Password", ("DB_PASSWORD", "op://infra/db/pw"), ("DB_PASSWORD", "op-x8Kq2mZ0pTr7")),
        ("a template", ("DB_PASSWORD", "'{{ db_pw }}'"), ("DB_PASSWORD", "x8Kq2{mZ0}pTr7")),
        (
            "SOPS",
            ("DB_PASSWORD", "'ENC[AES256_GCM,data:x8Kq2mZ0pTr7]'"),
            ("DB_PASSWORD", "ENCx8Kq2mZ0"),
        ),
        ("a place", ("API_KEY", "<your-api-key>"), ("API_KEY", "youx8Kq2mZ0pTr7")),
        ("a place", ("API_KEY", "change-me-please"), ("API_KEY", "changed-x8Kq2mZ0")),
        ("a place", ("API_KEY", "xxxxxxxxxxxxxxxx"), ("API_KEY", "xx8Kq2mZ0pTr7xx")),
        (
            "documentation",
            ("AWS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_KEY_ID", "AKIAIOSFODNN7EX4MPLE"),
        ),
        ("nothing", ("DB_PASSWORD", "''"), ("DB_PASSWORD", "'pw1'")),
        ("a checksum", ("SECRET_SHA256", digits), ("SECRET_SHARED", digits)),
        ("a digest", ("APP_SECRET", &format!("sha256:{digits}")), ("APP_SECRET", digits)),
        ("a git id", ("GIT_COMMIT", short), ("GIT_TOKEN", short)),
        ("a public key", ("PUBLIC_KEY", &format!("ssh-ed25519 {key}")), ("SIGNING_KEY", key)),
        ("a certificate", ("TLS_CERT", &certificate), ("TLS_CERT", &private)),
        (
            "a hash",
            ("ADMIN_PASSWORD", "$$2y$$05$$x8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9wX1yZ3aB5cD7eF"),
            ("ADMIN_PASSWORD", "2y05x8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9wX1yZ3aB5cD7eF"),
        ),
    ];
    for (item, (name, value), (other, told)) in cases {
        let silent = said(
            &server,
            "compose.yaml",
            &compose("      LOG_LEVEL: info\n"),
            &variable(name, value),
        );
        assert_eq!(silent, "", "{item}: {name}");
        let loud = said(
            &server,
            "compose.yaml",
            &compose("      LOG_LEVEL: info\n"),
            &variable(other, told),
        );
        assert!(loud.contains("secret-in-environment"), "{item}: {other} is not told: {loud:?}");
    }
}

#[test]
fn what_a_cluster_seals_or_hands_over_is_silent_and_what_it_opens_is_told() {
    let server = Server::new();
    server.unhook("pre-receive");
    let pod = |variable: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    \
             image: ghcr.io/acme/app:1.2.3\n    env:\n    - name: LOG_LEVEL\n      value: info\n{variable}"
        )
    };
    let handed =
        pod("    - name: DB_PASSWORD\n      valueFrom: {secretKeyRef: {name: db, key: pw}}\n");
    let written = pod(&format!("    - name: DB_PASSWORD\n      value: {PASSWORD}\n"));
    let head = "metadata: {name: db}\n";
    let sealed = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n{head}spec:\n  encryptedData:\n    \
         password: AgBy3i4OJSWKx8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7sU9w\n"
    );
    let open = format!("apiVersion: v1\nkind: Secret\n{head}data:\n  password: eDhLcTJtWjBwVHI3\n");
    let sops = format!(
        "apiVersion: v1\nkind: Secret\n{head}data:\n  password: \
         ENC[AES256_GCM,data:x8Kq2mZ0,iv:aB3dE5fG,tag:7hI9jK1l,type:str]\nsops:\n  mac: \
         ENC[AES256_GCM,data:x8Kq2mZ0,iv:aB3dE5fG,tag:7hI9jK1l,type:str]\n  version: 3.8.1\n"
    );
    for (path, before, silent, loud, rule) in [
        ("web.yaml", pod(""), handed, written, "secret-in-environment"),
        ("secret.yaml", String::new(), sealed, open.clone(), "plain-secret"),
        ("secret.yaml", String::new(), sops, open, "plain-secret"),
    ] {
        assert_eq!(said(&server, path, &before, &silent), "", "{path}");
        let told = said(&server, path, &before, &loud);
        assert!(told.contains(rule), "{path}: {told:?}");
    }
}

#[test]
fn a_default_in_a_published_service_is_told_below_a_credential() {
    let server = Server::new();
    server.unhook("pre-receive");
    let service = |value: &str| {
        variable("POSTGRES_PASSWORD", value)
            .replace("environment", "ports: ['5432:5432']\n    environment")
    };
    let bare = service("''");
    for (value, level) in [("postgres", "medium"), ("changeme", "medium"), (PASSWORD, "critical")] {
        let told = said(&server, "compose.yaml", &bare, &service(value));
        assert!(told.starts_with(&format!("{level}  secret-in-environment")), "{value}: {told:?}");
    }
    // What was handed over at run time and is now known to everybody weighs more, still less.
    let told = said(&server, "compose.yaml", &service("${PW:?}"), &service("postgres"));
    assert!(told.starts_with("high  secret-in-environment"), "{told:?}");
}
