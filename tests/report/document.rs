//! The JSON document, its schema and its reference.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use plimsoll::model::{Action, Bypass};
use plimsoll::report::{Document, json};
use serde_json::Value;

use super::*;

/// A report with something in every list.
fn example() -> Report {
    let mut one = on("refs/heads/main", Action::Reject, vec![port(3)]);
    one.improvements = vec![better(&ROOT, "user of db: was root, now 10001")];
    one.problems = vec![problem("Dockerfile", "unknown instruction `FORM`", Action::Annotate)];
    let mut report = report(vec![one]);
    report.bypass = Some(Bypass { user: "alice".into(), reason: "outage, ticket 42".into() });
    report
}

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    json(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn schema() -> Value {
    serde_json::to_value(schemars::schema_for!(Document)).unwrap()
}

/// Compares a generated file with what is checked in; `UPDATE=1` writes it.
fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, text, "{name} is out of date: UPDATE=1 cargo test --test report");
}

#[test]
fn the_schema_is_up_to_date() {
    compare("docs/report.schema.json", &(serde_json::to_string_pretty(&schema()).unwrap() + "\n"));
}

#[test]
fn the_reference_is_up_to_date() {
    let schema = schema();
    let mut page = format!(
        "# The JSON report\n\n`--format json` writes one document; [report.schema.json](report.schema.json) is its JSON \
         schema. Both and this page come from the types in `src/report/document.rs`.\n\n\
         Text is UTF-8. A path or ref name that is not shows U+FFFD for what is wrong in it, and has a second member, \
         `path_bytes` or `ref_bytes`, with all its bytes as hex. Controls, invisible characters and those that turn the \
         direction of text are written as `\\uXXXX`: a terminal that shows the document acts on none of it. Secrets \
         are redacted before they get here.\n\n```json\n{}```\n",
        written(&example())
    );
    section(&mut page, "The document", &schema);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        section(&mut page, name, definition);
    }
    compare("docs/json.md", &page);
}

fn section(page: &mut String, title: &str, schema: &Value) {
    let description = schema["description"].as_str().unwrap_or_default();
    write!(page, "\n## {title}\n{description}\n").unwrap();
    if let Some(properties) = schema["properties"].as_object() {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        page.push_str("\n| member | type | meaning |\n|---|---|---|\n");
        for (name, property) in properties {
            let always =
                if required.contains(&Value::from(name.as_str())) { "" } else { ", optional" };
            let text = property["description"].as_str().unwrap_or_default().replace('|', "\\|");
            writeln!(page, "| `{name}` | {}{always} | {text} |", kind(property)).unwrap();
        }
    }
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        let name = variant["const"].as_str().unwrap_or_default();
        write!(page, "\n- `{name}`: {}", variant["description"].as_str().unwrap_or_default())
            .unwrap();
    }
    if schema["oneOf"].is_array() {
        page.push('\n');
    }
}

/// A property's type in a word or two, other types linked.
fn kind(property: &Value) -> String {
    if let Some(reference) = property["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if property["items"].is_object() {
        return format!("list of {}", kind(&property["items"]));
    }
    if let Some(options) = property["anyOf"].as_array() {
        return options.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &property["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

#[test]
fn what_is_written_fits_the_schema() {
    let value: Value = serde_json::from_str(&written(&example())).unwrap();
    let schema = schema();
    fits(&value, &schema, &schema);
}

/// Every member is known, every required one there, down to the last object.
fn fits(value: &Value, schema: &Value, root: &Value) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => &root["$defs"][reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{name} is missing");
        }
        for (name, member) in object {
            fits(member, properties.get(name).unwrap_or_else(|| panic!("{name} is unknown")), root);
        }
    }
    for item in value.as_array().into_iter().flatten() {
        fits(item, &schema["items"], root);
    }
    let options = schema["anyOf"].as_array().into_iter().flatten();
    for option in options.filter(|option| option["$ref"].is_string() && !value.is_null()) {
        fits(value, option, root);
    }
}

#[test]
fn what_two_refs_share_is_told_once() {
    let mut twin = on("refs/tags/v1", Action::Reject, vec![port(3)]);
    twin.same_as = Some("refs/heads/main".into());
    let value: Value = serde_json::from_str(&written(&report(vec![
        on("refs/heads/main", Action::Reject, vec![port(3)]),
        twin,
    ])))
    .unwrap();
    assert_eq!(value["findings"].as_array().unwrap().len(), 1);
    assert_eq!(value["refs"][1]["same_as"], "refs/heads/main");
}
