//! Every room knows `model` and no other; only `cli` knows the rooms.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

const ROOMS: &[&str] =
    &["audit", "cli", "compare", "git", "policy", "report", "resolve", "rules", "scans", "surface"];

#[test]
fn rooms_import_only_the_model() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut strays = Vec::new();
    for file in files(&src) {
        let inside = file.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        let room = inside.split('/').next().unwrap_or_default().to_owned();
        if room == "cli" || Path::new(&room).extension().is_some() {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for other in ROOMS.iter().filter(|other| **other != room) {
            if text.contains(&format!("crate::{other}")) {
                strays.push(format!("{inside} knows {other}"));
            }
        }
        if room != "git" && text.contains("gix::") {
            strays.push(format!("{inside} says gix"));
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
