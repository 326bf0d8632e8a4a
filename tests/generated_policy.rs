//! The policy's reference and schema are what the program says. `UPDATE=1` writes them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use plimsoll::policy;

fn compare(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == generated, "{file} is behind: UPDATE=1 cargo test --test generated_policy");
}

#[test]
fn the_schema_is_the_programs() {
    compare("docs/policy.schema.json", &policy::schema());
}

#[test]
fn the_reference_is_the_programs() {
    compare("docs/policy.md", &policy::reference());
}
