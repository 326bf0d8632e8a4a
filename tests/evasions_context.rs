//! Evasions by what a build takes into the image: a real push, a real hook, and the line that is
//! told of.
//!
//! Not here: I09 stands with the compose files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::server::Server;
use common::table::{A, push_each_tree, told};

#[test]
fn ignore_files() {
    push_each_tree(&[
        (
            "I01",
            &[("Dockerfile", ALL), (".dockerignore", "!.env\n.env*\n")],
            &[("Dockerfile", ALL), (".dockerignore", ".env*\n!.env\n")],
            &["high build-context .dockerignore:1"],
        ),
        (
            "I02",
            &[("Dockerfile", ALL), (".dockerignore", "**/*.pem\n"), ("certs/a.pem", "x\n")],
            &[("Dockerfile", ALL), (".dockerignore", "*.pem\n"), ("certs/a.pem", "x\n")],
            &["high build-context .dockerignore:1 (old line)"],
        ),
        (
            "I03",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n")],
            &[("Dockerfile", ALL), (".dockerignore", "# .env\n")],
            &["high build-context .dockerignore:1 (old line)"],
        ),
        (
            "I03 a pattern, not a comment",
            &[("Dockerfile", ALL), (".dockerignore", "*\n!src\n")],
            &[("Dockerfile", ALL), (".dockerignore", "*\n!src\n # note\n")],
            &[],
        ),
        (
            "I04",
            &[("Dockerfile", ALL), (".dockerignore", "*\n!src\n")],
            &[("Dockerfile", ALL), (".dockerignore", "node_modules\n")],
            &["high build-context .dockerignore:1 (old line)"],
        ),
        (
            "I04 exception at the end",
            &[("Dockerfile", ALL), (".dockerignore", "secrets\n*.key\n"), ("secrets/db.key", "x")],
            &[
                ("Dockerfile", ALL),
                (".dockerignore", "secrets\n*.key\n!secrets/**\n"),
                ("secrets/db.key", "x"),
            ],
            &["high build-context .dockerignore:3"],
        ),
        (
            "I04 blank behind the mark",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n")],
            &[("Dockerfile", ALL), (".dockerignore", ".env\n! .env\n")],
            &["high build-context .dockerignore:2"],
        ),
        (
            "I05",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n.git\n")],
            &[("Dockerfile", ALL), (".dockerignore", "[\n.env\n")],
            &["high build-context .dockerignore:2 (old line)", "unjudged .dockerignore:1"],
        ),
        (
            "I05 a lone mark",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n")],
            &[("Dockerfile", ALL), (".dockerignore", "!\n.env\n")],
            &["unjudged .dockerignore:1"],
        ),
        (
            "I06",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n")],
            &[
                ("Dockerfile", ALL),
                (".dockerignore", ".env\n"),
                ("Dockerfile.dockerignore", "node_modules\n"),
            ],
            &["high build-context Dockerfile.dockerignore:1"],
        ),
        (
            "I07",
            &[("Dockerfile", ALL), ("Dockerfile.dockerignore", ".env\n")],
            &[("app.Dockerfile", ALL), ("Dockerfile.dockerignore", ".env\n")],
            &["high build-context app.Dockerfile:2"],
        ),
        (
            "I08",
            &[("Dockerfile", ALL), (".dockerignore", ".env\n.git\n")],
            &[("Dockerfile", ALL), (".containerignore", ".git\n")],
            &["high build-context .dockerignore:1 (old line)", "high build-context Dockerfile:2"],
        ),
        (
            "I08 the other way round",
            &[("Dockerfile", ALL), (".containerignore", ".env\n.git\n")],
            &[("Dockerfile", ALL), (".dockerignore", ".git\n")],
            &["high build-context Dockerfile:2", "better"],
        ),
    ]);
}

#[test]
fn i05_a_line_that_no_builder_reads_is_not_passed_over() {
    let server = Server::new();
    let good = ".env\n.git\n";
    server.write("Dockerfile", ALL.replace("{a}", A)).change(".dockerignore", good);
    server.unhook("pre-receive");
    server.push().accepted();
    server.hook("pre-receive");
    let long = format!("{}\n{good}", "x".repeat(70_000));
    let pushed = server.change(".dockerignore", long).push();
    pushed.refused();
    assert_eq!(told(&pushed), ["unjudged .dockerignore:1"], "{}", pushed.all());
}

#[test]
fn copies() {
    push_each_tree(&[
        (
            "I10",
            &[("Dockerfile", "FROM node@{a}\nCOPY src/ .\nUSER app\n"), (".dockerignore", "x\n")],
            &[("Dockerfile", ALL), (".dockerignore", "x\n")],
            &["high build-context Dockerfile:2"],
        ),
        (
            "I11",
            &[("Dockerfile", "FROM node@{a}\nCOPY --exclude=.env . .\nUSER app\n")],
            &[("Dockerfile", ALL)],
            &["high build-context Dockerfile:2 (old line)"],
        ),
        (
            "I11 history kept",
            &[(
                "Dockerfile",
                "FROM node@{a}\nADD https://github.com/a/b.git#0123456789abcdef0123456789abcdef01234567 /x\nUSER app\n",
            )],
            &[(
                "Dockerfile",
                "FROM node@{a}\nADD --keep-git-dir=true https://github.com/a/b.git#0123456789abcdef0123456789abcdef01234567 /x\nUSER app\n",
            )],
            &["medium build-context Dockerfile:2"],
        ),
        (
            "D30 environment file",
            &[("Dockerfile", APP), (".env.prod", "DB_PASSWORD=x8Kq2mZ0pTr7\n")],
            &[
                ("Dockerfile", "FROM node@{a}\nCOPY .env.prod /app/config.txt\nUSER app\n"),
                (".env.prod", "DB_PASSWORD=x8Kq2mZ0pTr7\n"),
            ],
            &["critical credential-file Dockerfile:2"],
        ),
        (
            "a file with a secret that comes with the context",
            &[("Dockerfile", ALL), (".dockerignore", ".git\n")],
            &[
                ("Dockerfile", ALL),
                (".dockerignore", ".git\n"),
                ("prod.env", "DB_PASSWORD=x8Kq2mZ0pTr7\n"),
            ],
            &["critical secret-in-environment prod.env:1"],
        ),
        (
            "D30 key",
            &[("Dockerfile", APP)],
            &[("Dockerfile", "FROM node@{a}\nCOPY id_rsa k\nUSER app\n")],
            &["critical credential-file Dockerfile:2"],
        ),
    ]);
}

const ALL: &str = "FROM node@{a}\nCOPY . .\nUSER app\n";
const APP: &str = "FROM node@{a}\nUSER app\n";
