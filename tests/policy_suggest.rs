//! `plimsoll policy suggest`: what it proposes can be read, is explained, and keeps its promise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use common::server::{Ran, Server, fed, plimsoll};
use serde_json::Value;

/// A history in which ports come and go, a publisher changes, a user is lost, and more.
fn history() -> Server {
    let server = Server::new();
    let app = "FROM node:20.11.1\nUSER node\n";
    server.change("Dockerfile", app);
    for port in ["22", "5432", "22"] {
        server.change("Dockerfile", format!("{app}EXPOSE {port}\n")).change("Dockerfile", app);
    }
    server.change("Dockerfile", "FROM ghcr.io/acme/node:20.11.1\nUSER node\n");
    server.change("Dockerfile", "FROM ghcr.io/acme/node:20.11.1\n");
    let compose = "services:\n  db:\n    image: postgres:16.1\n";
    server.change("compose.yaml", compose);
    server.change("compose.yaml", format!("{compose}    privileged: true\n"));
    server.change("broken/compose.yaml", "services: {a: {image: 'x:1'}}\n");
    server.change("broken/compose.yaml", "services: {a: [\n");
    server
}

fn suggest(server: &Server, more: &[&str]) -> Ran {
    plimsoll(&server.work(), [&["policy", "suggest", "--policy", "/dev/null", "-q"], more].concat())
}

/// How many commits a policy turns back.
fn rejected(server: &Server, policy: &str) -> u64 {
    let file = server.folder().join("proposed.toml");
    fs::write(&file, policy).unwrap();
    let file = file.to_str().unwrap();
    let checked = plimsoll(&server.work(), ["policy", "check", file]).succeeded();
    assert_eq!(checked, "the policy can be read\n");
    let tried = ["audit", "-q", "--policy", "/dev/null", "--what-if", file, "--format", "json"];
    let told = plimsoll(&server.work(), tried).succeeded();
    let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    summary["policies"][1]["rejected"].as_u64().unwrap()
}

#[test]
fn the_proposal_turns_back_no_more_than_was_asked_for() {
    let server = history();
    assert!(rejected(&server, "") >= 6);
    for most in [0, 1, 2, 3] {
        let told = suggest(&server, &["--at-most", &most.to_string()]).succeeded();
        assert!(rejected(&server, &told) <= most, "{most}: {told}");
    }
}

#[test]
fn each_proposal_names_the_commits_it_rests_on() {
    let server = history();
    let told = suggest(&server, &[]).succeeded();
    let commits = server.git(["log", "--format=%h", "--abbrev=10"]);
    let lines: Vec<&str> = told.lines().collect();
    let above = |text: &str| {
        let at = lines.iter().position(|line| line.starts_with(text)).expect(text);
        let known = |line: &&&str| commits.lines().any(|commit| line.contains(commit));
        lines[..at].iter().rev().take_while(|line| line.starts_with('#')).filter(known).count()
    };
    // What came back is how things are; what happened once has an end.
    assert_eq!(above("allowed-ports = [\"22/tcp\"]"), 1, "{told}");
    assert!(above("trusted = [") >= 1, "{told}");
    assert!(above("on-error = \"annotate\"") >= 1, "{told}");
    assert!(
        told.contains("\"ghcr.io/acme/**\"") && told.contains("docker.io/library/**"),
        "{told}"
    );
    let waivers = told.matches("[[waivers]]").count();
    assert!(waivers >= 3, "{told}");
    assert_eq!(told.matches("\nuntil = ").count(), waivers);
    let explained = lines
        .windows(2)
        .filter(|pair| pair[0] == "[[waivers]]" && pair[1].starts_with("# 1 commit: "));
    assert_eq!(explained.count(), waivers, "{told}");
}

#[test]
fn the_worst_stays_out() {
    let server = history();
    let told = suggest(&server, &["--at-most", "1"]).succeeded();
    let file = server.folder().join("one.toml");
    fs::write(&file, told).unwrap();
    let audit = ["audit", "-q", "--format", "json", "--policy", file.to_str().unwrap()];
    let findings = plimsoll(&server.work(), audit).succeeded();
    let findings = findings.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let out: Vec<Value> = findings.filter(|one| one["action"] == "reject").collect();
    assert!(out.iter().all(|one| one["severity"] == "critical") && !out.is_empty(), "{out:?}");
}

#[test]
fn what_the_policy_says_already_is_kept() {
    let server = history();
    let file = server.folder().join("own.toml");
    fs::write(
        &file,
        "gate.reject-at = 'critical'\n[images]\ntrusted = ['registry.example.com/**']\n",
    )
    .unwrap();
    let own = ["policy", "suggest", "-q", "--at-most", "100", "--policy", file.to_str().unwrap()];
    let ran = plimsoll(&server.work(), own);
    assert!(ran.err.contains("nothing to propose"), "{}", ran.err);
    assert!(ran.out.contains("reject-at = \"critical\""), "{}", ran.out);
    assert!(ran.out.contains("registry.example.com/**"), "{}", ran.out);
}

#[test]
fn only_the_last_months_count() {
    let server = Server::new();
    let mut stream = String::new();
    // In 2019, 2020 and 2026.
    for (day, user) in [(17_900, "USER node\n"), (18_300, ""), (20_500, "# nothing\n")] {
        let text = format!("FROM node:20.11.1\n{user}");
        let date = format!("A <a@example.com> {} +0000", day * 86_400);
        let size = text.len();
        write!(
            stream,
            "commit refs/heads/main\nauthor {date}\ncommitter {date}\ndata 1\nx\n\
             M 100644 inline Dockerfile\ndata {size}\n{text}\n"
        )
        .unwrap();
    }
    let mut import = Command::new("git");
    import.args(["fast-import", "--quiet", "--force"]).current_dir(server.work());
    assert_eq!(fed(&mut import, stream.as_bytes()).code, Some(0));
    let waives = |months: &str| {
        let ran = suggest(&server, &["--months", months, "main"]);
        ran.succeeded().contains("[[waivers]]")
    };
    assert!(!waives("24"));
    assert!(waives("100"));
}
