//! `plimsoll audit --cache`, and forks: what was judged before is not judged again, and changes
//! nothing of what is found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::server::{Ran, Server, git, plimsoll};

/// A history in which every kind of thing happens that is kept: findings, repairs, renames, what
/// can't be read, commits that concern nothing.
fn history() -> Server {
    let server = Server::new();
    server.change("README", "x").change("Dockerfile", "FROM node:20.11.1\nUSER node\n");
    server.change("Dockerfile", "FROM node:latest\nEXPOSE 22 5432\nCOPY . .\n");
    server.change("compose.yaml", "services:\n  db:\n    image: x\n    ports: ['5432:5432']\n");
    server.change("compose.yaml", "services:\n  db: [\n");
    server.git(["mv", "Dockerfile", "web.Dockerfile"]);
    server.commit("move");
    server.change("README", "y");
    server.change("web.Dockerfile", "FROM node:20.11.1\nUSER node\nENV API_KEY=hunter2hunter2\n");
    server.change("compose.yaml", "services:\n  db:\n    image: x\n    privileged: true\n");
    server.remove("compose.yaml");
    server.commit("remove");
    server
}

/// The report as JSON Lines, and what was said beside it.
fn audit(folder: &Path, more: &[&str]) -> Ran {
    let format: &[&str] = if more.contains(&"--format") { &[] } else { &["--format", "json"] };
    let policy: &[&str] = if more.contains(&"--policy") { &[] } else { &["--policy", "/dev/null"] };
    let ran = plimsoll(folder, [&["audit"], format, policy, more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

struct Cached {
    server: Server,
    folder: tempfile::TempDir,
}

impl Cached {
    fn new() -> Self {
        Self { server: history(), folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, more: &[&str]) -> Ran {
        let cache = ["--cache", self.folder.path().to_str().unwrap()];
        audit(&self.server.work(), &[&cache, more].concat())
    }

    fn files(&self) -> Vec<PathBuf> {
        let list =
            |folder: &Path| fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        let folders: Vec<PathBuf> = list(self.folder.path());
        let files: Vec<PathBuf> =
            folders.iter().flat_map(|f| -> Vec<PathBuf> { list(f) }).collect();
        files
    }
}

#[test]
fn the_second_run_finds_the_same_and_judges_nothing() {
    let cached = Cached::new();
    let without = audit(&cached.server.work(), &[]);
    assert!(without.out.lines().count() > 8, "{}", without.out);
    let first = cached.run(&[]);
    let second = cached.run(&[]);
    assert_eq!(first.out, without.out);
    assert_eq!(second.out, without.out);
    assert!(!first.err.contains("known"), "{}", first.err);
    assert!(second.err.contains(": 0 commits judged, 10 known"), "{}", second.err);
    // Every form of the report is made of what is kept.
    for format in ["html", "sarif", "csv", "text"] {
        // The nonce of the page follows its data, and that the second in which it was made.
        let nonce = |text: &str| text.split_once("'nonce-").map(|(_, rest)| rest[..32].to_owned());
        let strip = |ran: Ran| {
            let out = nonce(&ran.out).map_or(ran.out.clone(), |it| ran.out.replace(&it, ""));
            out.replace(char::is_numeric, "")
        };
        let (with, without) = (
            strip(cached.run(&["--format", format])),
            strip(audit(&cached.server.work(), &["--format", format])),
        );
        assert_eq!(with, without, "{format}");
    }
}

#[test]
fn only_what_is_new_is_judged() {
    let cached = Cached::new();
    cached.run(&[]);
    cached.server.change("Dockerfile", "FROM node\n").change("README", "z");
    let more = cached.run(&[]);
    assert!(more.err.contains(": 2 commits judged, 10 known"), "{}", more.err);
    assert_eq!(more.out, audit(&cached.server.work(), &[]).out);
    assert!(cached.run(&[]).err.contains(": 0 commits judged"));
}

#[test]
fn another_policy_is_another_matter_where_it_changes_what_is_found() {
    let cached = Cached::new();
    cached.run(&[]);
    let policy = cached.server.folder().join("policy.toml");
    let path = policy.to_string_lossy().into_owned();
    let under = |text: &str| {
        fs::write(&policy, text).unwrap();
        let with = cached.run(&["--policy", &path]);
        let without =
            plimsoll(&cached.server.work(), ["audit", "--format", "json", "--policy", &path]);
        assert_eq!(with.out, without.out, "{text}");
        with.err
    };
    // What is done about a finding is asked anew each time.
    let waiver = "[[waivers]]\nrule = 'exposed-port'\nreason = 'x'\nuntil = 2200-01-01\n";
    for same in ["gate.reject-at = 'low'", "gate.annotate-at = 'high'", waiver] {
        assert!(under(same).contains(": 0 commits judged"), "{same}");
    }
    for other in ["rules.exposed-port.allowed-ports = ['22']", "paths.exclude = ['compose.yaml']"] {
        assert!(!under(other).contains("known"), "{other}");
    }
}

#[test]
fn a_broken_cache_is_said_and_made_anew() {
    let cached = Cached::new();
    let first = cached.run(&[]);
    for damage in [&b"nonsense"[..], b""] {
        let files = cached.files();
        assert!(!files.is_empty());
        for file in &files {
            fs::write(file, damage).unwrap();
        }
        let again = cached.run(&["--quiet"]);
        assert!(again.err.contains("is broken"), "{}", again.err);
        assert_eq!(again.out, first.out);
        assert!(cached.run(&[]).err.contains(": 0 commits judged"));
    }
}

#[test]
fn a_cache_that_is_no_folder_is_an_error() {
    let cached = Cached::new();
    let file = cached.folder.path().join("file");
    fs::write(&file, "").unwrap();
    let ran = plimsoll(
        &cached.server.work(),
        ["audit", "--format", "json", "--cache", file.to_str().unwrap()],
    );
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("cache"), "{}", ran.err);
}

#[test]
fn runs_at_once_find_the_same() {
    let cached = Cached::new();
    let without = audit(&cached.server.work(), &[]).out;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| cached.run(&["-q"]))).collect();
        for run in runs {
            let ran = run.join().unwrap();
            assert_eq!((ran.out.as_str(), ran.err.as_str()), (without.as_str(), ""));
        }
    });
    assert!(cached.run(&[]).err.contains(": 0 commits judged"));
}

/// Two forks of one history, the second with objects of the first, each with a commit of its own.
#[test]
fn what_forks_have_in_common_is_judged_once() {
    let server = history();
    let top = tempfile::tempdir().unwrap();
    let work = server.work();
    for (name, way) in [("a", "--shared"), ("b", "--shared"), ("c", "--no-local")] {
        git(top.path(), ["clone", "--quiet", way, work.to_str().unwrap(), name]).succeeded();
        let fork = top.path().join(name);
        fs::write(fork.join("Dockerfile"), format!("FROM {name}\n")).unwrap();
        git(&fork, ["add", "--all"]).succeeded();
        git(&fork, ["commit", "--quiet", "--message", name]).succeeded();
    }
    let fleet = audit(top.path(), &["a", "b", "c"]);
    assert!(fleet.err.contains("/b: 1 commits judged, 10 known"), "{}", fleet.err);
    assert!(fleet.err.contains("/c: 1 commits judged, 10 known"), "{}", fleet.err);
    let each: String = ["a", "b", "c"].map(|one| audit(top.path(), &[one]).out).concat();
    assert_eq!(fleet.out, each);
}
