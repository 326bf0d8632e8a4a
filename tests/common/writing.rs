//! One value in many writings: keys and lists in another order, quoted, anchored, merged, as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Lists whose order says something.
const ORDERED: [&str; 4] = ["command", "args", "entrypoint", "test"];

/// How a value is written, drawn from a seed.
#[allow(clippy::struct_excessive_bools, reason = "one for each way of writing")]
pub struct Writer {
    state: u64,
    /// Values that a document has anchored so far, each with its anchor's number.
    anchors: Vec<(Value, usize)>,
    last_anchor: usize,
    json: bool,
    quotes: bool,
    anchoring: bool,
    merging: bool,
}

impl Writer {
    pub fn new(seed: u64) -> Self {
        let mut writer = Self {
            state: seed | 1,
            anchors: Vec::new(),
            last_anchor: 0,
            json: false,
            quotes: false,
            anchoring: false,
            merging: false,
        };
        for _ in 0..8 {
            writer.draw(2);
        }
        writer.json = writer.draw(4) == 0;
        writer.quotes = writer.draw(2) == 0;
        writer.anchoring = writer.draw(2) == 0;
        writer.merging = writer.draw(3) == 0;
        writer
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Below `most`; xorshift, so that a seed is a writing for ever.
    pub fn draw(&mut self, most: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % most
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.draw(at + 1);
            items.swap(at, other);
        }
    }

    /// One document.
    pub fn document(&mut self, value: &Value) -> String {
        self.anchors.clear();
        let mut out = String::new();
        if self.json {
            self.flow(value, "", true, &mut out);
            out.push('\n');
        } else {
            self.block_map(value.as_object().unwrap(), 0, &mut out);
        }
        out
    }

    /// What was anchored before becomes an alias.
    fn alias(&self, value: &Value, out: &mut String) -> bool {
        let known = self.anchors.iter().find(|(known, _)| known == value);
        if let Some((_, number)) = known {
            let _ = write!(out, "*a{number}");
        }
        known.is_some()
    }

    /// Puts an anchor in front of a value; its number, which counts once the value is written.
    fn anchor(&mut self, out: &mut String) -> Option<usize> {
        self.anchoring.then(|| {
            self.last_anchor += 1;
            let _ = write!(out, "&a{}", self.last_anchor);
            self.last_anchor
        })
    }

    fn block_list(&mut self, list: &Value, key: &str, depth: usize, out: &mut String) {
        for item in self.ordered(list.as_array().unwrap(), key) {
            let _ = write!(out, "{}- ", "  ".repeat(depth));
            self.behind(&item, "", depth + 1, out);
        }
    }

    fn block_map(&mut self, map: &Map<String, Value>, depth: usize, out: &mut String) {
        let mut entries: Vec<(&String, &Value)> = map.iter().collect();
        self.shuffle(&mut entries);
        if self.merging && depth > 1 && entries.len() > 1 && self.draw(2) == 0 {
            let rest = entries.split_off(entries.len() / 2);
            let merged: Map<String, Value> =
                rest.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            let _ = write!(out, "{}<<: ", "  ".repeat(depth));
            self.flow(&Value::Object(merged), "", false, out);
            out.push('\n');
        }
        for (key, value) in entries {
            if self.draw(9) == 0 {
                let _ = writeln!(out, "{}# privileged: true", "  ".repeat(depth));
            }
            let written = self.text(key, false);
            let _ = write!(out, "{}{written}: ", "  ".repeat(depth));
            self.behind(value, key, depth + 1, out);
        }
    }

    /// A value behind a key or a dash, on lines of its own where it is a mapping or a list.
    fn behind(&mut self, value: &Value, key: &str, depth: usize, out: &mut String) {
        let empty = value.as_object().is_some_and(Map::is_empty)
            || value.as_array().is_some_and(Vec::is_empty);
        if empty || !(value.is_object() || value.is_array()) || self.draw(6) == 0 {
            self.flow(value, key, false, out);
            out.push('\n');
            return;
        }
        if self.alias(value, out) {
            out.push('\n');
            return;
        }
        let anchor = self.anchor(out);
        out.push('\n');
        match value {
            Value::Object(map) => self.block_map(map, depth, out),
            other => self.block_list(other, key, depth, out),
        }
        self.anchors.extend(anchor.map(|number| (value.clone(), number)));
    }

    fn flow(&mut self, value: &Value, key: &str, json: bool, out: &mut String) {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<(&String, &Value)> = map.iter().collect();
                self.shuffle(&mut entries);
                out.push('{');
                for (at, (key, value)) in entries.into_iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    let written = self.text(key, json);
                    let _ = write!(out, "{written}: ");
                    self.flow(value, key, json, out);
                }
                out.push('}');
            }
            Value::Array(list) => {
                out.push('[');
                for (at, item) in self.ordered(list, key).iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    self.flow(item, "", json, out);
                }
                out.push(']');
            }
            Value::String(text) => {
                let text = self.text(text, json);
                out.push_str(&text);
            }
            other => out.push_str(&other.to_string()),
        }
    }

    fn ordered(&mut self, list: &[Value], key: &str) -> Vec<Value> {
        let mut list = list.to_vec();
        if !ORDERED.contains(&key) {
            self.shuffle(&mut list);
        }
        list
    }

    /// A string as a scalar: plain where no reader takes it for anything else.
    fn text(&mut self, text: &str, json: bool) -> String {
        let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
            && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
                .contains(&text.to_lowercase().as_str());
        match self.draw(if plain && !self.quotes { 6 } else { 2 }) {
            _ if json => Value::from(text).to_string(),
            0 => Value::from(text).to_string(),
            1 => format!("'{}'", text.replace('\'', "''")),
            _ => text.to_owned(),
        }
    }
}

/// The documents of one revision, in files.
pub fn files(documents: &[Value], seed: u64) -> Vec<(String, String)> {
    let mut writer = Writer::new(seed);
    let mut documents = documents.to_vec();
    writer.shuffle(&mut documents);
    let count = 1 + writer.draw(3);
    let listed = writer.draw(3) == 0;
    let carriage = writer.draw(4) == 0;
    let mut files = Vec::new();
    for (at, part) in documents.chunks(documents.len().div_ceil(count).max(1)).enumerate() {
        let mut one = Writer::new(seed.wrapping_add(at as u64 + 7).wrapping_mul(0x9e37_79b9));
        let mut text = if listed || one.is_json() && part.len() > 1 {
            let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": part});
            one.document(&list)
        } else {
            let texts: Vec<String> = part.iter().map(|value| one.document(value)).collect();
            texts.join("---\n")
        };
        if carriage {
            text = text.replace('\n', "\r\n");
        }
        let ending = if one.is_json() { "json" } else { "yaml" };
        let folder = ["", "deploy/", "k8s/base/"][writer.draw(3)];
        files
            .push((format!("{folder}{}-{at}.{ending}", ["web", "all", "x"][writer.draw(3)]), text));
    }
    files
}
