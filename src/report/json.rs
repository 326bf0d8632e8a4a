//! The report for programs: one JSON document, described in docs/json.md.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Document;
use crate::model::{Report, hides};

/// Writes `report` as one document and a newline.
///
/// A JSON document is also read in terminals and CI logs: what a terminal acts on, or what turns
/// the direction of text, is written as `\uXXXX`, so nothing is lost and nothing acts.
pub fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&Document::from(report))?;
    out.write_all(ascii_where_needed(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// Outside strings there is nothing to escape but the newlines of the layout.
pub(super) fn ascii_where_needed(json: &str) -> Cow<'_, str> {
    const TAKEN: &str = "non-fast-forward";
    if json.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) && !json.contains(TAKEN) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c != '\n' && hides(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    // Gitea takes these words anywhere in a hook's output for a push that is out of date.
    Cow::Owned(safe.replace(TAKEN, "non-fast\\u002dforward"))
}
