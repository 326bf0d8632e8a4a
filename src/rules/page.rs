//! A rule as a page, the list of rules, and both as data.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::RULES;
use crate::model::{Level, Reference, Rule};

/// Writes the page of one rule as Markdown: what `explain` prints, and a section of the reference.
pub fn page(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## {}\n\n{}\n\n{}\n", rule.id, sentence(rule.promise), sentence(rule.why))?;
    writeln!(out, "**Fix:** {}\n", sentence(rule.fix))?;
    for (platforms, fix) in rule.fix_in {
        let names: Vec<&str> = platforms.iter().map(|platform| platform.name()).collect();
        writeln!(out, "- {}: {}", names.join(", "), sentence(fix))?;
    }
    if !rule.fix_in.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "| level | worse than before | new in a known unit | in a new unit |")?;
    writeln!(out, "|---|---|---|---|")?;
    for level in rule.levels {
        writeln!(out, "| {} | {} |", level.label, severities(level).join(" | "))?;
    }
    writeln!(out)?;
    if rule.every_commit {
        writeln!(out, "Asked of every new commit: what it finds stays in history.\n")?;
    }
    if !rule.options.is_empty() {
        writeln!(out, "Options in `[rules.{}]`: {}\n", rule.id, code(rule.options))?;
    }
    for example in rule.examples {
        writeln!(out, "`{}`\n\n```diff\n{}```\n", example.file, unindented(example.change))?;
        if example.findings.is_empty() {
            writeln!(out, "Nothing is told.\n")?;
        }
        for finding in example.findings {
            writeln!(out, "> {finding}\n")?;
        }
    }
    let references: Vec<String> = rule.references.iter().map(reference).collect();
    writeln!(out, "References: {}\n", references.join("; "))?;
    if !rule.answers.is_empty() {
        writeln!(out, "Answers: {}\n", rule.answers.join(", "))?;
    }
    Ok(())
}

/// Writes one line a rule: id, the worst severity, the promise.
pub fn list(out: &mut impl Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in RULES {
        let worst = rule.levels.iter().filter(|level| level.rank > 0).map(|level| level.severity);
        let worst = worst.max().map_or("info", |severity| severity.name());
        writeln!(out, "{:width$}  {worst:8}  {}", rule.id, sentence(rule.promise))?;
    }
    Ok(())
}

/// Every rule as data: id, promise, why, fix by platform, levels with their severities, references, the peers'
/// ids, options, examples.
#[must_use]
pub fn json() -> Value {
    Value::Array(RULES.iter().map(|rule| one(rule)).collect())
}

/// Writes the reference of all rules.
pub fn reference_of_all(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# Rules\n")?;
    writeln!(out, "Generated from the rules themselves; `plimsoll explain RULE` prints one.\n")?;
    writeln!(
        out,
        "A finding weighs by where it came from: what got worse than it was in the same stage or \
         file, what a known stage or file had nothing of before, or what comes with a new one.\n"
    )?;
    for rule in RULES {
        writeln!(out, "- [{}](#{}): {}", rule.id, rule.id, sentence(rule.promise))?;
    }
    writeln!(out)?;
    RULES.iter().try_for_each(|rule| page(rule, out))
}

fn one(rule: &Rule) -> Value {
    let levels: Vec<Value> = rule
        .levels
        .iter()
        .map(|level| {
            let [worse, added, new] = severities(level);
            json!({ "label": level.label, "rank": level.rank, "worse": worse, "added": added, "new-unit": new })
        })
        .collect();
    let references: Vec<String> = rule.references.iter().map(reference).collect();
    let examples: Vec<Value> = rule
        .examples
        .iter()
        .map(|example| {
            json!({
                "file": example.file,
                "change": unindented(example.change),
                "findings": example.findings,
            })
        })
        .collect();
    let fixes: Vec<Value> = rule
        .fix_in
        .iter()
        .map(|(platforms, fix)| {
            let names: Vec<&str> = platforms.iter().map(|platform| platform.name()).collect();
            json!({ "platforms": names, "fix": sentence(fix) })
        })
        .collect();
    json!({
        "id": rule.id,
        "promise": sentence(rule.promise),
        "why": sentence(rule.why),
        "fix": sentence(rule.fix),
        "fix-in": fixes,
        "levels": levels,
        "references": references,
        "answers": rule.answers,
        "options": rule.options,
        "every-commit": rule.every_commit,
        "examples": examples,
    })
}

/// What a level weighs: worse than before, new in a known unit, in a new unit.
fn severities(level: &Level) -> [String; 3] {
    if level.rank == 0 {
        return ["safe", "safe", "safe"].map(str::to_owned);
    }
    let worse = match level.widened.filter(|widened| *widened != level.severity) {
        Some(widened) => format!("{}; {} if it was open", level.severity.name(), widened.name()),
        None => level.severity.name().to_owned(),
    };
    let added = level.added.unwrap_or(level.severity).name();
    [worse, added.to_owned(), level.new.name().to_owned()]
}

fn reference(reference: &Reference) -> String {
    match reference {
        Reference::CisDocker(section) => format!("CIS Docker Benchmark {section}"),
        Reference::Cwe(number) => format!("CWE-{number}"),
        Reference::Docker(title) => format!("Docker documentation, “{title}”"),
        Reference::Nist(section) => format!("NIST SP 800-190, {section}"),
        Reference::CisKubernetes(section) => format!("CIS Kubernetes Benchmark {section}"),
        Reference::Kubernetes(title) => format!("Kubernetes documentation, “{title}”"),
        Reference::PodSecurity(control) => format!("Pod Security Standards, {control}"),
        Reference::NsaCisa(section) => {
            format!("NSA/CISA Kubernetes Hardening Guide, {section}")
        }
        Reference::Compose(element) => format!("Compose Specification, {element}"),
        Reference::Other(page) => (*page).to_owned(),
    }
}

fn code(options: &[&str]) -> String {
    options.iter().map(|option| format!("`{option}`")).collect::<Vec<_>>().join(", ")
}

/// Blanks folded.
fn sentence(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without the indentation that all lines share, and without blank lines at both ends.
fn unindented(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let shared = lines.iter().filter(|line| !line.trim().is_empty());
    let shared = shared.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or_default();
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(first, |at| at + 1);
    let mut out = String::with_capacity(text.len());
    for line in &lines[first..last] {
        out.push_str(line.get(shared..).unwrap_or_default());
        out.push('\n');
    }
    out
}
