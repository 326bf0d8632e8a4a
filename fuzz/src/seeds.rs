//! What fuzzing starts from: the examples of the rules, and the fixtures.

use std::fs;
use std::path::Path;

use plimsoll::policy::TEMPLATE;
use plimsoll::rules::RULES;

use crate::revision::{MapTree, sides};

/// The target that a file of this path is for.
pub fn target_of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    match name.rsplit('.').next().unwrap_or_default() {
        _ if name.ends_with("ignore") => "ignore_file",
        _ if name.contains("dockerfile") || name.contains("containerfile") => "dockerfile",
        _ if name.contains("compose") => "compose",
        "yaml" | "yml" | "tpl" => "manifests",
        "hcl" | "nomad" => "hcl",
        "json" | "jsonc" => "json",
        "toml" => "policy",
        _ => "secrets",
    }
}

/// Two trees in one text: every file below a line `@@ SIDE PATH`.
pub fn pair(old: &MapTree, new: &MapTree) -> Vec<u8> {
    let mut all = Vec::new();
    for (side, tree) in [("old", old), ("new", new)] {
        for (path, text) in tree.texts() {
            all.extend_from_slice(format!("@@ {side} {path}\n").as_bytes());
            all.extend_from_slice(text);
            all.extend_from_slice(if text.ends_with(b"\n") { b"" } else { b"\n" });
        }
    }
    all
}

/// Every seed with its target's name.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = vec![("policy", TEMPLATE.as_bytes().to_vec())];
    for example in RULES.iter().flat_map(|rule| rule.examples) {
        let (old, new) = sides(example);
        for (path, text) in old.texts().chain(new.texts()) {
            seeds.push((target_of(path), text.to_vec()));
        }
        seeds.push(("judge", pair(&old, &new)));
    }
    fixtures(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/")), &mut seeds);
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

/// The fixtures that lie below `top`, or beside it.
fn fixtures(top: &Path, seeds: &mut Vec<(&'static str, Vec<u8>)>) {
    let beside = [top.join("fixtures"), top.join("../fixtures")];
    let mut folders: Vec<_> = beside.into_iter().filter(|folder| folder.is_dir()).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(content) = fs::read(&path) {
                seeds.push((target_of(&path.to_string_lossy()), content));
            }
        }
    }
}
