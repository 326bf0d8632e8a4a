//! The examples of docs/audit.md, run as they stand there: only the folders are others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says aloud what it left out"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::server::{PLIMSOLL, Server, git, plimsoll};
use tempfile::TempDir;

const DOCS: &str = include_str!("../docs/audit.md");
const ROOT: &str = "FROM node:20.11.1\n";
const APP: &str = "FROM node:20.11.1\nUSER node\n";

/// The first block of code behind a text: indented, or between fences of a language.
fn block(behind: &str) -> String {
    let (_, rest) = DOCS.split_once(behind).unwrap_or_else(|| panic!("{behind} is not in docs"));
    if let Some((before, fenced)) = rest.split_once("```")
        && !before.contains("\n    ")
    {
        let (_, code) = fenced.split_once('\n').unwrap();
        return code.split_once("```").unwrap().0.to_owned();
    }
    let lines = rest.split_inclusive('\n').skip_while(|line| !line.starts_with("    "));
    lines.map_while(|line| line.strip_prefix("    ")).collect()
}

/// Nine repositories, each with a finding that is open and one that was repaired.
fn fleet() -> TempDir {
    let server = Server::new();
    server.change("Dockerfile", APP).change("Dockerfile", ROOT).change("Dockerfile", APP);
    server.change(
        "compose.yaml",
        "services:\n  db:\n    image: postgres:16.1\n    ports: ['5432:5432']\n",
    );
    let top = tempfile::tempdir().unwrap();
    let work = server.work();
    for number in 0..9 {
        let name = format!("git/{number}.git");
        git(top.path(), ["clone", "-q", "--bare", work.to_str().unwrap(), &name]).succeeded();
    }
    top
}

fn shell(folder: &Path, script: &str, variables: &[(&str, &str)]) -> Output {
    let own = Path::new(PLIMSOLL).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    let variables = [("PATH", path.as_str()), ("PLIMSOLL_POLICY", "/dev/null")]
        .into_iter()
        .chain(variables.iter().copied());
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(folder)
        .envs(variables)
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn sorted(text: &str) -> BTreeSet<&str> {
    text.lines().collect()
}

/// What one run over the whole fleet writes.
fn whole(top: &Path) -> String {
    let arguments = ["audit", "-q", "--below", "git", "--format", "json", "--policy", "/dev/null"];
    plimsoll(top, arguments).succeeded()
}

#[test]
fn gnu_parallel_audits_a_fleet_in_parts() {
    let top = fleet();
    let mut script = block("GNU parallel, eight parts").replace("/srv/git", "git");
    assert!(script.contains("parallel plimsoll audit"), "{script}");
    let there = Command::new("parallel").arg("--version").output();
    let gnu = there.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains("GNU parallel"));
    if !gnu {
        eprintln!("GNU parallel is not installed: xargs -P stands for it");
        script = script.replace("parallel plimsoll", "xargs -P 4 -I '{}' plimsoll");
    }
    shell(top.path(), &script, &[]);
    let merged = fs::read_to_string(top.path().join("audit.jsonl")).unwrap();
    let parts =
        (0..8).map(|part| fs::read_to_string(top.path().join(format!("part-{part}.jsonl"))));
    let parts: Vec<String> = parts.map(Result::unwrap).collect();
    assert!(parts.iter().filter(|part| !part.is_empty()).count() > 1, "one part took all");
    assert_eq!(merged.matches(r#""kind":"repository""#).count(), 9);
    assert_eq!(sorted(&merged), sorted(&whole(top.path())));
}

#[test]
fn the_job_for_kubernetes_is_one_that_is_let_in() {
    let server = Server::new();
    server.change("README", "x").change("k8s/job.yaml", block("A Kubernetes Indexed Job"));
    let check = ["check", "--policy", "/dev/null", "--format", "json"];
    let ran = plimsoll(&server.work(), check);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{}", ran.out);
    // It is read, not passed over.
    let open = block("A Kubernetes Indexed Job").replace("drop: [ALL]", "add: [SYS_ADMIN]");
    server.change("k8s/job.yaml", open);
    let ran = plimsoll(&server.work(), check);
    assert!(ran.out.contains("added-capability"), "{}", ran.out);
}

#[test]
fn each_pod_of_the_job_takes_its_part() {
    let top = fleet();
    let job = block("A Kubernetes Indexed Job");
    let (_, command) = job.split_once("command: [sh, -c, '").unwrap();
    let (command, _) = command.split_once("']").unwrap();
    // YAML folds a quoted value's lines into one.
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
    let command = command.replace(" /git ", " git ").replace("/out/", "out/");
    assert!(job.contains("completions: 8\n") && command.contains("$JOB_COMPLETION_INDEX/8"));
    fs::create_dir(top.path().join("out")).unwrap();
    for index in 0..8 {
        shell(top.path(), &command, &[("JOB_COMPLETION_INDEX", &index.to_string())]);
    }
    shell(top.path(), "plimsoll merge out/part-*.jsonl -o audit.jsonl", &[]);
    let merged = fs::read_to_string(top.path().join("audit.jsonl")).unwrap();
    assert_eq!(sorted(&merged), sorted(&whole(top.path())));
}

#[test]
fn duckdb_answers_the_queries() {
    let python = std::env::var("PLIMSOLL_DUCKDB").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !there.is_ok_and(|it| it.status.success()) {
        eprintln!("DuckDB's Python package is not installed: its queries are not tried");
        return;
    }
    let top = fleet();
    fs::write(top.path().join("audit.jsonl"), whole(top.path())).unwrap();
    let script = "
import sys, duckdb
for query in sys.argv[1].split(';'):
    if query.strip():
        print('--'); [print(*row) for row in duckdb.sql(query).fetchall()] if 'SELECT' in query else duckdb.sql(query)
";
    let ran = Command::new(&python)
        .args(["-c", script, &block("DuckDB, the file as it is")])
        .current_dir(top.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(told.matches("--\n").count(), 4, "{told}");
    assert!(told.contains("published-port high 9"), "{told}");
}
