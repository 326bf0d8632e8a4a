//! The reference of the rules is what the program says. `UPDATE=1` writes it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use plimsoll::rules;

#[test]
fn the_reference_is_the_programs() {
    let mut generated = Vec::new();
    rules::reference_of_all(&mut generated).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(
        kept == generated,
        "docs/rules.md is behind: UPDATE=1 cargo test --test generated_rules"
    );
}

#[test]
fn list_and_data_name_every_rule_and_every_severity() {
    let mut list = Vec::new();
    rules::list(&mut list).unwrap();
    let list = String::from_utf8(list).unwrap();
    let data = rules::json();
    for (number, rule) in rules::RULES.iter().enumerate() {
        assert!(list.lines().any(|line| line.starts_with(rule.id)), "{} is not listed", rule.id);
        assert_eq!(data[number]["id"], rule.id);
        assert_eq!(data[number]["levels"].as_array().unwrap().len(), rule.levels.len());
        assert_eq!(rules::find(rule.id).unwrap().id, rule.id);
    }
}
