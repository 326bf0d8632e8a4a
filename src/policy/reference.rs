//! The reference of policy, for editors and for people: both from the types.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::config::Config;

/// The default policy written out with comments, for `plimsoll policy init`.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The JSON schema of a policy, as `docs/policy.schema.json`.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Config);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The reference of every key, as `docs/policy.md`.
pub fn reference() -> String {
    let schema = schemars::schema_for!(Config).to_value();
    let mut page = String::from(
        "# Policy\n\nThe policy is a TOML file. plimsoll takes `--policy FILE`, else the one that \
         `$PLIMSOLL_POLICY` names, else `plimsoll.toml` in the git directory, else \
         `/etc/plimsoll/policy.toml`, else the defaults below. `plimsoll policy init` prints the \
         defaults with comments, `plimsoll policy check FILE` checks a file before it is used.\n\n\
         This page and `policy.schema.json` are generated from the program.\n",
    );
    let top = object(&schema);
    let (tables, keys): (Vec<_>, Vec<_>) =
        properties(top).into_iter().partition(|(_, key)| section(&schema, key).is_some());
    page.push_str("\n## Top of the file\n\n");
    rows(&mut page, &schema, top, &keys);
    for (name, key) in tables {
        let Some((title, table)) =
            section(&schema, key).map(|(kind, table)| (kind.replace('_', name), table))
        else {
            continue;
        };
        tables_of(&mut page, &schema, (&title, description(key)), table);
    }
    page + GLOBS + REPOSITORY
}

/// A table with its keys, then the tables inside it.
fn tables_of(
    page: &mut String,
    schema: &Value,
    (title, about): (&str, String),
    table: &Map<String, Value>,
) {
    let _ = write!(page, "\n## `{title}`\n\n{about}\n\n");
    let (inner, keys): (Vec<_>, Vec<_>) =
        properties(table).into_iter().partition(|(_, key)| section(schema, key).is_some());
    rows(page, schema, table, &keys);
    for (name, key) in inner {
        let Some((kind, table)) = section(schema, key) else { continue };
        let name = format!("{}.{name}", title.trim_matches(['[', ']']));
        tables_of(page, schema, (&kind.replace('_', &name), description(key)), table);
    }
}

const GLOBS: &str = "
## Globs

A glob matches a whole path, ref name or image, never a part of it, and tells upper case from lower \
case. `?` is one byte other than `/`, `*` any number of them, `**` any number of any bytes, and `**/` \
also nothing: `**/Dockerfile` is a Dockerfile anywhere, `vendor/**` everything below `vendor`. `\\` \
takes away what the next character means. There are no brackets and no braces; a glob that can match \
nothing is an error.
";

const REPOSITORY: &str = "
## A repository's own `.plimsoll.toml`

It counts with `repository-policy = \"baseline\"`, as it stands in the revision that the push is \
compared with. It may hold `gate.reject-at`, `gate.annotate-at`, `severity` and `off` of a rule, and \
waivers. For findings at `floor` and above the stricter of the server's and its own answer counts; for \
milder ones its own does. A push that loosens it is told so.
";

/// The table that a key holds, and how its header is written, the key's name as `_`.
fn section<'a>(
    schema: &'a Value,
    key: &'a Value,
) -> Option<(&'static str, &'a Map<String, Value>)> {
    let holds = |value: Option<&'a Value>| {
        let table = object(resolved(schema, value?));
        table.contains_key("properties").then_some(table)
    };
    if let Some(table) = holds(key.get("additionalProperties")) {
        return Some(("[_.RULE]", table));
    }
    if let Some(table) = holds(key.get("items")) {
        return Some(("[[_]]", table));
    }
    holds(Some(key)).map(|table| ("[_]", table))
}

fn rows(page: &mut String, schema: &Value, table: &Map<String, Value>, keys: &[(&String, &Value)]) {
    let required = table.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|other| other == name));
    page.push_str("| key | value | default | meaning |\n|---|---|---|---|\n");
    for (name, key) in keys {
        let default = match key.get("default") {
            Some(default) => format!("`{default}`"),
            None if is_required(name) => "required".into(),
            None => String::new(),
        };
        let (value, meaning) = (value_of(schema, key), description(key));
        let _ = writeln!(page, "| `{name}` | {value} | {default} | {meaning} |");
    }
}

/// What can be written, in words.
fn value_of(schema: &Value, key: &Value) -> String {
    let resolved = resolved(schema, key);
    let list = |key: &str| resolved.get(key).and_then(Value::as_array);
    if let Some(choices) = list("oneOf").or(list("enum")) {
        let name = |choice: &Value| {
            choice
                .get("const")
                .or(Some(choice))
                .and_then(Value::as_str)
                .map(|name| format!("`{name}`"))
        };
        return choices.iter().filter_map(name).collect::<Vec<_>>().join(", ");
    }
    if let Some(kinds) = list("anyOf") {
        let kinds: Vec<String> = kinds.iter().map(|kind| value_of(schema, kind)).collect();
        return kinds.join(" or ");
    }
    let format = resolved.get("format").and_then(Value::as_str);
    match resolved.get("type").and_then(Value::as_str) {
        Some("array") => {
            let item = resolved.get("items").map(|item| value_of(schema, item));
            format!("list: {}", item.unwrap_or_default())
        }
        Some("boolean") => "`true`, `false`".into(),
        Some("integer") => "number".into(),
        Some("string") if format == Some("date") => "day".into(),
        Some("string") => "text".into(),
        _ => String::new(),
    }
}

/// What a chain of references ends in.
fn resolved<'a>(schema: &'a Value, mut value: &'a Value) -> &'a Value {
    const LONGEST: usize = 8;
    for _ in 0..LONGEST {
        let reference = value.get("$ref").and_then(Value::as_str);
        let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
        match pointer.and_then(|pointer| schema.pointer(pointer)) {
            Some(next) => value = next,
            None => break,
        }
    }
    value
}

fn properties(table: &Map<String, Value>) -> Vec<(&String, &Value)> {
    table.get("properties").map(|keys| object(keys).iter().collect()).unwrap_or_default()
}

fn object(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

/// The doc comment, on one line.
fn description(key: &Value) -> String {
    let text = key.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A configuration as TOML that reads back to the same.
pub(super) fn toml(config: &Config) -> String {
    write(object(&serde_json::to_value(config).unwrap_or_default()))
}

/// What a key begins with under which remarks stand: about the key behind it, else about its table.
/// No key of a configuration begins so.
pub(super) const REMARK: char = '#';

/// The lines of remarks, as comments.
fn write_remarks(text: &mut String, remarks: Option<&Value>) {
    let lines = remarks.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for line in lines {
        let _ = writeln!(text, "# {}", crate::model::printable(line, 400));
    }
}

/// A configuration's values as [`toml`] writes them, remarks among them.
pub(super) fn write(values: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_table(&mut text, "", values);
    text
}

/// The keys of one table, then the tables in it.
fn write_table(text: &mut String, path: &str, table: &Map<String, Value>) {
    let is_table = |value: &Value| match value {
        Value::Object(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        _ => false,
    };
    let keys = || table.iter().filter(|(key, _)| !key.starts_with(REMARK));
    for (key, value) in keys().filter(|(_, value)| !is_table(value)) {
        write_remarks(text, table.get(&format!("{REMARK}{key}")));
        let _ = writeln!(text, "{key} = {}", scalar(value));
    }
    for (key, value) in keys().filter(|(_, value)| is_table(value)) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            Value::Array(items) => {
                for item in items {
                    let _ = write!(text, "\n[[{path}]]\n");
                    write_remarks(text, item.get(REMARK.to_string()));
                    write_table(text, &path, object(item));
                }
            }
            value if object(value).is_empty() => {}
            value => {
                if object(value).values().any(|value| !value.is_object()) {
                    let _ = write!(text, "\n[{path}]\n");
                }
                write_table(text, &path, object(value));
            }
        }
    }
}

/// A value; JSON's texts are TOML's, apart from characters that TOML wants escaped or that hide.
fn scalar(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(scalar).collect();
            format!("[{}]", items.join(", "))
        }
        value => {
            let mut text = String::new();
            for c in value.to_string().chars() {
                let shown = crate::model::printable(c.encode_utf8(&mut [0; 4]), 1);
                if shown.starts_with('\\') && c != '\\' {
                    let _ = write!(text, "\\U{:08x}", u32::from(c));
                } else {
                    text.push(c);
                }
            }
            text
        }
    }
}
