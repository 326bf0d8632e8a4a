//! The command line: what each command prints, and the code it exits with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::{Ran, Server, plimsoll};

const APP: &str = "FROM node:20.11.1\nUSER node\n";
const ROOT: &str = "FROM node:20.11.1\n";

fn run(server: &Server, arguments: &[&str]) -> Ran {
    plimsoll(&server.work(), arguments)
}

fn printed(arguments: &[&str]) -> String {
    let ran = plimsoll(&std::env::temp_dir(), arguments);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    ran.out
}

#[test]
fn check_exits_with_what_it_decided() {
    let server = Server::new();
    server.change("Dockerfile", APP).change("README", "x");
    let good = run(&server, &["check"]);
    assert_eq!((good.code, good.out.as_str()), (Some(0), ""));
    server.change("Dockerfile", ROOT);
    let bad = run(&server, &["check"]);
    assert_eq!(bad.code, Some(1), "{}", bad.out);
    assert!(bad.out.contains("runs-as-root"), "{}", bad.out);
    for range in [&["check", "HEAD~1..HEAD"][..], &["check", "HEAD~1", "HEAD"]] {
        assert_eq!(run(&server, range).code, Some(1), "{range:?}");
    }
    assert_eq!(run(&server, &["check", "HEAD..HEAD~1"]).code, Some(0), "the way back is better");
    for wrong in [&["check", "nothing"][..], &["check", "-C", "/nonexistent"], &["check", "--no"]] {
        let ran = run(&server, wrong);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn check_sees_the_index_and_the_disk() {
    let server = Server::new();
    server.change("Dockerfile", APP).write("Dockerfile", ROOT);
    assert_eq!(run(&server, &["check", "--staged"]).code, Some(0));
    assert_eq!(run(&server, &["check", "--worktree"]).code, Some(1));
    server.git(["add", "Dockerfile"]);
    server.write("Dockerfile", APP);
    assert_eq!(run(&server, &["check", "--staged"]).code, Some(1));
    assert_eq!(run(&server, &["check", "--worktree"]).code, Some(0));
}

#[test]
fn check_as_json_is_one_document() {
    let server = Server::new();
    server.change("Dockerfile", APP).change("Dockerfile", ROOT);
    let ran = run(&server, &["check", "--format", "json"]);
    assert_eq!(ran.code, Some(1));
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(document.to_string().contains("\"runs-as-root\""));
}

#[test]
fn every_listed_rule_can_be_explained() {
    let rules: serde_json::Value =
        serde_json::from_str(&printed(&["rules", "--format", "json"])).unwrap();
    let rules = rules.as_array().unwrap();
    let text = printed(&["rules"]);
    assert!(rules.len() > 20);
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        assert!(text.contains(id), "{id}");
        assert!(printed(&["explain", id]).starts_with(&format!("## {id}\n")), "{id}");
    }
}

#[test]
fn a_misspelt_rule_is_guessed() {
    let ran = plimsoll(&std::env::temp_dir(), ["explain", "run-as-root"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("did you mean runs-as-root?"), "{}", ran.err);
}

#[test]
fn the_policy_that_is_printed_is_one_that_is_read() {
    let server = Server::new();
    let shown = printed(&["policy", "show"]);
    for text in [printed(&["policy", "init"]), shown.clone()] {
        server.write("policy.toml", text);
        assert_eq!(run(&server, &["policy", "check", "policy.toml"]).code, Some(0));
        let again = run(&server, &["policy", "show", "policy.toml"]);
        assert_eq!((again.code, &again.out), (Some(0), &shown));
    }
    let schema: serde_json::Value = serde_json::from_str(&printed(&["policy", "schema"])).unwrap();
    assert!(schema["properties"]["gate"].is_object());
}

#[test]
fn a_wrong_policy_is_told_with_its_place() {
    let server = Server::new();
    server.write("policy.toml", "[gate]\nreject-at = \"hihg\"\n");
    for what in ["check", "show"] {
        let ran = run(&server, &["policy", what, "policy.toml"]);
        assert_eq!(ran.code, Some(2), "{what}");
        assert!(ran.err.contains("line 2") && ran.err.contains("hihg"), "{}", ran.err);
    }
    assert_eq!(run(&server, &["check", "--policy", "policy.toml"]).code, Some(2));
}
