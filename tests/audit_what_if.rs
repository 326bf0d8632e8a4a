//! `plimsoll audit --what-if`: two policies over the same history.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::server::{Ran, Server, plimsoll};
use serde_json::Value;

const APP: &str = "FROM node:20.11.1\nUSER node\n";
const ROOT: &str = "FROM node:20.11.1\n";
const PORT: &str = "FROM node:20.11.1\nUSER node\nEXPOSE 22\n";

/// Ada opens a port and takes it back, Bob takes the user away for good, Ada opens the port again.
fn history() -> Server {
    let server = Server::new();
    let by = |name: &str, content: &str| {
        server.write("Dockerfile", content).git(["add", "--all"]);
        let author = format!("--author={name} <{name}@example.com>");
        server.git(["commit", "--quiet", "--message", "change", &author]);
    };
    by("Ada", APP);
    by("Ada", PORT);
    by("Ada", APP);
    by("Bob", ROOT);
    by("Bob", APP);
    by("Ada", PORT);
    server
}

fn what_if(server: &Server, policy: &str, more: &[&str]) -> Ran {
    let file = server.folder().join("other.toml");
    fs::write(&file, policy).unwrap();
    let file = file.to_string_lossy().into_owned();
    let compare = ["audit", "-q", "--policy", "/dev/null", "--what-if", &file];
    plimsoll(&server.work(), [&compare, more].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const PORTS: &str = "[rules.exposed-port]\nallowed-ports = ['22']\n";

#[test]
fn the_summary_says_what_changes_and_for_whom() {
    let server = history();
    let told = what_if(&server, PORTS, &[]).succeeded();
    insta::assert_snapshot!(told, @"
    6 commits, 6 of them touch container files

                                                  /dev/null  …/other.toml
    commits turned back                                   3             1
      merges among them                                   0             0
      only for what could not be judged                   0             0
    authors turned back                                   2             1
    commits let in with a finding                         0             0
    regressions kept out                                  3             1
      repaired later all the same                         2             1

    commits turned back, by rule
      exposed-port                                        2             0
      runs-as-root                                        1             1

    commits turned back, by author
      Ada <Ada@example.com>                               2             0
      Bob <Bob@example.com>                               1             1

    turned back by /dev/null alone: 2
      2026-01-02 bcccdc2d6b Ada: change
        high     exposed-port  Dockerfile:3  port 22/tcp of the final stage: exposed, where shells, debuggers and administration listen
      2026-01-02 3ec7638409 Ada: change
        high     exposed-port  Dockerfile:3  port 22/tcp of the final stage: exposed, where shells, debuggers and administration listen

    turned back by …/other.toml alone: 0
    ");
}

#[test]
fn programs_read_the_same() {
    let server = history();
    let told = lines(&what_if(&server, PORTS, &["--format", "json"]).succeeded());
    let summary = told.last().unwrap();
    assert_eq!(summary["kind"], "what-if");
    let [now, then] = summary["policies"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!((now["rejected"].as_u64(), then["rejected"].as_u64()), (Some(3), Some(1)));
    let rule = &now["rules"][0];
    assert_eq!((&rule["rule"], rule["commits"].as_u64()), (&"exposed-port".into(), Some(2)));
    assert_eq!((rule["regressions"].as_u64(), rule["repaired"].as_u64()), (Some(2), Some(1)));
    assert_eq!(now["authors"].as_array().unwrap().len(), 2);
    assert_eq!(then["authors"].as_array().unwrap().len(), 1);
    let differences: Vec<&Value> = told.iter().filter(|one| one["kind"] == "difference").collect();
    assert_eq!(differences.len(), 2);
    for one in differences {
        assert_eq!((&one["rejected_by"], &one["author"]), (&"/dev/null".into(), &"Ada".into()));
        assert_eq!(one["findings"][0]["rule"], "exposed-port");
    }
}

#[test]
fn the_same_policy_makes_no_difference_and_a_stricter_one_turns_back_more() {
    let server = history();
    server.change("Dockerfile", "FROM node:20\nUSER node\n");
    let same = lines(&what_if(&server, "", &["--format", "json"]).succeeded());
    assert_eq!(same.len(), 1);
    assert_eq!(same[0]["policies"][0]["rejected"], same[0]["policies"][1]["rejected"]);
    let strict = "[gate]\nreject-at = 'low'\n";
    let strict = lines(&what_if(&server, strict, &["--format", "json"]).succeeded());
    let rejected = |at: usize| strict.last().unwrap()["policies"][at]["rejected"].as_u64().unwrap();
    assert!(rejected(1) > rejected(0));
    assert!(
        strict
            .iter()
            .any(|one| one["rejected_by"].as_str().is_some_and(|by| by.ends_with("other.toml")))
    );
}

#[test]
fn filters_count_here_too() {
    let server = history();
    let rejected = |more: &[&str]| {
        let told =
            lines(&what_if(&server, "", &[&["--format", "json"], more].concat()).succeeded());
        told.last().unwrap()["policies"][0]["rejected"].as_u64().unwrap()
    };
    assert_eq!(rejected(&["--author", "bob"]), 1);
    assert_eq!(rejected(&["--rule", "exposed-port"]), 2);
    assert_eq!(rejected(&["--path", "elsewhere/**"]), 0);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let server = history();
    for (policy, more, says) in [
        ("gate.reject-at = 'hihg'", &[][..], "other.toml"),
        ("", &["--format", "html"], "text or json"),
        ("", &["--fail-on", "high"], "--fail-on"),
    ] {
        let ran = what_if(&server, policy, more);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}
