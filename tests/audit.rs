//! `plimsoll audit`: what it finds in a history, what of it is told, and in which form.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::server::{Ran, Server, plimsoll};
use proptest::prelude::*;
use serde_json::Value;

const APP: &str = "FROM node:20.11.1\nUSER node\n";
const ROOT: &str = "FROM node:20.11.1\n";
const PORT: &str = "services:\n  db:\n    image: postgres:16.1\n    ports: ['5432:5432']\n";
const SHUT: &str =
    "services:\n  db:\n    image: postgres:16.1\n    ports: ['127.0.0.1:5432:5432']\n";

fn audit(server: &Server, arguments: &[&str]) -> Ran {
    plimsoll(&server.work(), [&["audit", "--quiet"], arguments].concat())
}

/// A history that opens two things and repairs one.
fn history() -> Server {
    let server = Server::new();
    server.change("Dockerfile", APP).change("compose.yaml", SHUT);
    server.change("Dockerfile", ROOT).change("compose.yaml", PORT).change("Dockerfile", APP);
    server
}

fn lines(text: &str, kind: &str) -> Vec<Value> {
    let all = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|value| value["kind"] == kind).collect()
}

#[test]
fn what_landed_is_open_until_it_is_repaired() {
    let server = history();
    let told = audit(&server, &["--format", "json", "--min-severity", "high"]).succeeded();
    let findings = lines(&told, "finding");
    let rules: Vec<(&str, bool)> = findings
        .iter()
        .map(|one| (one["rule"].as_str().unwrap(), one["open"].as_bool().unwrap()))
        .collect();
    assert!(rules.contains(&("runs-as-root", false)), "{told}");
    assert!(rules.contains(&("published-port", true)), "{told}");
    let of = &lines(&told, "repository")[0];
    assert_eq!((of["schema"].as_u64(), of["commits"].as_u64()), (Some(1), Some(5)), "{told}");
    assert_eq!(of["partial"], false);
}

#[test]
fn filters_leave_out_what_is_not_asked_for() {
    let server = history();
    let count = |filter: &[&str]| {
        let told = audit(&server, &[filter, &["--format", "json"]].concat()).succeeded();
        lines(&told, "finding").len()
    };
    let all = count(&[]);
    assert!(all >= 2);
    assert_eq!(count(&["--rule", "published-port"]), 1);
    assert_eq!(count(&["--path", "compose.yaml", "--path", "Dockerfile"]), all);
    assert_eq!(count(&["--path", "other/**"]), 0);
    assert_eq!(count(&["--author", "nobody-of-this-name"]), 0);
    assert_eq!(count(&["--since", "1980-01-01", "--until", "2200-01-01"]), all);
    assert_eq!(count(&["--until", "1980-01-01"]), 0);
    for wrong in [&["--rule", "no-rule"][..], &["--since", "soon"], &["--min-severity", "big"]] {
        assert_eq!(audit(&server, wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn an_open_finding_fails_where_that_is_asked_for() {
    let server = history();
    assert_eq!(audit(&server, &[]).code, Some(0));
    assert_eq!(audit(&server, &["--fail-on", "high"]).code, Some(1));
    assert_eq!(audit(&server, &["--fail-on", "high", "--rule", "runs-as-root"]).code, Some(0));
}

#[test]
fn a_broken_repository_stops_no_other() {
    let (first, second) = (history(), history());
    let top = tempfile::tempdir().unwrap();
    fs::create_dir_all(top.path().join("broken.git/objects")).unwrap();
    fs::write(top.path().join("broken.git/HEAD"), "ref: refs/heads/main\n").unwrap();
    for (name, server) in [("a", &first), ("b", &second)] {
        common::server::git(
            top.path(),
            [
                "clone".as_ref(),
                "--quiet".as_ref(),
                "--bare".as_ref(),
                server.work().as_os_str(),
                std::ffi::OsStr::new(name),
            ],
        )
        .succeeded();
    }
    let run = |more: &[&str]| {
        let below = ["audit", "-q", "--format", "json", "--below", "."];
        plimsoll(top.path(), [&below, more].concat())
    };
    let whole = run(&[]);
    assert_eq!(whole.code, Some(2), "{}", whole.err);
    let repositories = lines(&whole.out, "repository");
    assert_eq!(repositories.len(), 3);
    assert_eq!(repositories.iter().filter(|one| one["failure"].is_string()).count(), 1);

    // The parts of a fleet are the whole of it.
    let mut files = Vec::new();
    for part in 0..3 {
        let file = top.path().join(format!("{part}.jsonl"));
        fs::write(&file, run(&["--shard", &format!("{part}/3")]).out).unwrap();
        files.push(file.to_string_lossy().into_owned());
    }
    let mut merge = vec!["merge"];
    merge.extend(files.iter().map(String::as_str));
    let merged = plimsoll(top.path(), merge).succeeded();
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&merged), sorted(&whole.out));
}

#[test]
fn hostile_names_stay_data_in_every_format() {
    let server = Server::new();
    server.change("Dockerfile", APP);
    server.git(["config", "user.name", "=HYPERLINK(\"http://x\")</script>\u{202e}\u{1b}[31m"]);
    server.change("=x</script>/compose.yaml", PORT);
    for format in ["text", "json", "sarif", "code-quality", "junit", "csv"] {
        let told = audit(&server, &["--format", format]).succeeded();
        assert!(told.contains("compose.yaml"), "{format}: {told}");
        assert!(!told.contains(['\u{1b}', '\u{202e}']), "{format}: {told}");
        match format {
            "csv" => {
                let cells = told.lines().flat_map(|line| line.split("\",\""));
                assert!(!cells.map(|cell| cell.trim_matches('"')).any(|c| c.starts_with('=')));
            }
            "junit" => assert!(!told.contains("</script>"), "{told}"),
            "sarif" | "code-quality" => assert!(serde_json::from_str::<Value>(&told).is_ok()),
            _ => {}
        }
    }
}

#[test]
fn sarif_has_what_the_standard_asks_for() {
    let server = history();
    let told = audit(&server, &["--format", "sarif"]).succeeded();
    let log: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let head = server.git(["rev-parse", "HEAD"]);
    assert_eq!(run["versionControlProvenance"][0]["revisionId"], head.trim());
    let mut states = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["plimsoll/v1"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        states.insert(result["baselineState"].as_str().unwrap().to_owned());
    }
    assert_eq!(states, BTreeSet::from(["absent".to_owned(), "new".to_owned()]));
}

#[test]
fn check_writes_the_same_formats() {
    let server = Server::new();
    server.change("Dockerfile", APP).change("Dockerfile", ROOT);
    for format in ["sarif", "code-quality", "junit", "csv"] {
        let ran = plimsoll(&server.work(), ["check", "--format", format]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.out.contains("runs-as-root"), "{format}: {}", ran.out);
    }
}

/// What a line of a random history does to a file.
fn change() -> impl Strategy<Value = (usize, usize)> {
    (0..FILES.len(), 0..4_usize)
}

const FILES: &[(&str, [&str; 4])] = &[
    ("Dockerfile", [APP, ROOT, "FROM node:latest\nUSER root\nEXPOSE 22\n", ""]),
    ("web/Dockerfile", ["FROM a AS b\nFROM b\nCOPY . .\n", APP, "FROM a@sha256:0\n", ""]),
    ("compose.yaml", [SHUT, PORT, "services:\n  db:\n    image: x\n    privileged: true\n", ""]),
    (".dockerignore", ["**\n", ".env\n", "# nothing\n", ""]),
    (".env", ["A=1\n", "PASSWORD=hunter2hunter2\n", "", ""]),
    (
        "k8s/pod.yaml",
        [
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  containers: [{name: a, image: x}]\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: 'x:1'}]\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort, ports: [{port: 1}]}\n",
            "",
        ],
    ),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_audit_finds_what_the_gate_does(changes in prop::collection::vec(change(), 1..14)) {
        let server = Server::new();
        server.change("README", "x");
        for (file, content) in changes {
            let (path, contents) = FILES[file];
            match contents[content] {
                "" if server.work().join(path).exists() => _ = server.remove(path),
                "" => _ = server.write("README", content.to_string()),
                text => _ = server.write(path, text),
            }
            server.git(["add", "--all"]);
            server.git(["commit", "--quiet", "--allow-empty", "--message", "x"]);
        }
        // The same exposure that lands again while it is open is one to the audit; so each commit is
        // audited by itself.
        let commits = server.git(["rev-list", "--reverse", "HEAD"]);
        let commits: Vec<&str> = commits.lines().collect();
        for pair in commits.windows(2) {
            let [old, new] = pair else { continue };
            let range = format!("{old}..{new}");
            let gate = plimsoll(&server.work(), ["check", old, new, "--format", "json"]);
            let gate: Value = serde_json::from_str(&gate.out).unwrap();
            let gate: BTreeSet<String> = gate["findings"].as_array().unwrap().iter().map(told).collect();
            let audit = audit(&server, &[&range, "--format", "json"]).succeeded();
            let audit: BTreeSet<String> = lines(&audit, "finding").iter().map(told).collect();
            prop_assert_eq!(&gate, &audit, "{}", range);
        }
        // And the history as a whole, judged in one run with everything shared, has no other.
        let whole = audit(&server, &["--format", "json"]).succeeded();
        for one in lines(&whole, "finding") {
            let (old, new) = (one["parent"].as_str().unwrap(), one["commit"].as_str().unwrap());
            if old.is_empty() {
                continue;
            }
            let gate = plimsoll(&server.work(), ["check", old, new, "--format", "json"]);
            let gate: Value = serde_json::from_str(&gate.out).unwrap();
            let found = gate["findings"].as_array().unwrap().iter().any(|f| told(f) == told(&one));
            prop_assert!(found, "{}", one);
        }
    }
}

fn told(finding: &Value) -> String {
    ["rule", "severity", "action", "path", "line", "message", "fingerprint"]
        .map(|key| finding[key].to_string())
        .join(" ")
}
