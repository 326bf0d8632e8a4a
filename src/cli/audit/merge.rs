//! `plimsoll merge`: the parts of a fleet's audit become one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cli::args;
use crate::report::SCHEMA;

/// Joins reports, by repository; a repository that several have is taken from the last of them.
pub(in crate::cli) fn merge(arguments: &args::Merge) -> Result<()> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &arguments.files {
        let name = || path.display().to_string();
        let file = File::open(path).with_context(name)?;
        let mut mine: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.with_context(name)?;
            if line.trim().is_empty() {
                continue;
            }
            let at = || format!("{}, line {}", name(), number + 1);
            let value: Value = serde_json::from_str(&line).with_context(at)?;
            if value.get("schema").and_then(Value::as_u64) != Some(u64::from(SCHEMA)) {
                bail!("{} is no line of an audit with schema {SCHEMA}", at());
            }
            let repository = value.get("repository").and_then(Value::as_str).unwrap_or_default();
            mine.entry(repository.to_owned()).or_default().push(line);
        }
        all.extend(mine);
    }
    let mut out: Box<dyn Write> = match &arguments.output {
        Some(path) => {
            Box::new(File::create(path).with_context(|| format!("output {}", path.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut out = BufWriter::new(&mut out);
    for line in all.values().flatten() {
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}
