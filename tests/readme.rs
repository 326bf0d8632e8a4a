//! What the README shows is what happens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const PLIMSOLL: &str = env!("CARGO_BIN_EXE_plimsoll");
const TOP: &str = env!("CARGO_MANIFEST_DIR");

fn readme() -> String {
    fs::read_to_string(Path::new(TOP).join("README.md")).unwrap()
}

/// What stands between two marks, the marks left out.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{from} is missing"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to} is missing")).0
}

/// Runs the demo; `UPDATE=1` writes what its last push said into the README.
#[test]
fn the_push_shown_is_a_real_one() {
    let demo = Path::new(TOP).join("fixtures/demo.sh");
    let out = Command::new("sh")
        .args(["-c", "exec sh \"$0\" 2>&1"])
        .arg(demo)
        .env("PLIMSOLL", PLIMSOLL)
        .output()
        .unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{said}");
    assert_eq!(said.matches("(accepted)").count(), 2, "{said}");
    let accepted = between(&said, "== a reviewed", "== faster start");
    assert!(!accepted.contains("remote:"), "silence where nothing got worse: {accepted}");

    let lines: Vec<&str> = between(&said, "== faster start\n", "\n\n")
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.starts_with("To ") && !line.starts_with("error: "))
        .collect();
    let shown = format!("```text\n{}\n```\n", lines.join("\n"));
    let readme = readme();
    let (from, to) = ("compared by tests/readme.rs -->\n", "<!-- /demo -->");
    let there = between(&readme, from, to);
    if env::var_os("UPDATE").is_some() {
        let new = readme.replacen(&format!("{from}{there}{to}"), &format!("{from}{shown}{to}"), 1);
        fs::write(Path::new(TOP).join("README.md"), new).unwrap();
    } else {
        assert_eq!(there, shown, "UPDATE=1 cargo test --test readme");
    }
}

#[test]
fn the_policy_shown_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    fs::write(&file, between(&readme(), "```toml\n", "```")).unwrap();
    let out = Command::new(PLIMSOLL).args(["policy", "check"]).arg(&file).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}
