//! SARIF 2.1.0. Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::json::ascii_where_needed;
use super::told::{Told, found, landed};
use crate::model::{Action, Audit, Report, Rule, Severity, Side, printable, printable_bytes};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One run for each repository: what is open as `new`, what was repaired as `absent`.
pub fn audits_sarif(audits: &[Audit], out: &mut impl Write) -> io::Result<()> {
    let runs = audits.iter().map(|audit| {
        let told: Vec<Told<'_>> = landed(audit).collect();
        let mut run = run(&told, audit.failure.as_deref());
        if let Some(head) = Some(&audit.head).filter(|head| !head.is_empty()) {
            run["versionControlProvenance"] = json!([{
                "repositoryUri": format!("file://{}", uri(audit.repository.as_bytes())),
                "revisionId": head,
                "mappedTo": { "uriBaseId": "SRCROOT" },
            }]);
        }
        run["automationDetails"] = json!({
            "id": format!("plimsoll/audit/{}", printable(&audit.range, 200)),
        });
        run
    });
    write(&runs.collect::<Vec<_>>(), out)
}

/// One run: everything that was found is `new`.
pub fn sarif(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write(&[run(&found(report).collect::<Vec<_>>(), None)], out)
}

fn write(runs: &[Value], out: &mut impl Write) -> io::Result<()> {
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": runs });
    writeln!(out, "{}", ascii_where_needed(&serde_json::to_string_pretty(&log)?))
}

fn run(told: &[Told<'_>], failure: Option<&str>) -> Value {
    let mut rules: BTreeMap<&str, &Rule> = BTreeMap::new();
    for one in told {
        rules.insert(one.finding.regression.rule.id, one.finding.regression.rule);
    }
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results: Vec<Value> = told.iter().map(|one| result(one, &index)).collect();
    let mut invocation = json!({ "executionSuccessful": failure.is_none() });
    if let Some(failure) = failure {
        let text = json!({ "text": printable(failure, 1000) });
        invocation["toolExecutionNotifications"] = json!([{ "level": "error", "message": text }]);
    }
    json!({
        "tool": { "driver": {
            "name": "plimsoll",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.values().map(|rule| described(rule)).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the top of the repository" } } },
        "invocations": [invocation],
        "results": results,
    })
}

fn described(rule: &Rule) -> Value {
    let worst = rule.levels.iter().map(|level| level.severity).max().unwrap_or(Severity::Info);
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.promise },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.fix },
        "defaultConfiguration": { "level": level(worst) },
        "properties": { "security-severity": score(worst), "tags": ["security", "container"] },
    })
}

fn result(one: &Told<'_>, index: &BTreeMap<&str, usize>) -> Value {
    let regression = &one.finding.regression;
    let mut properties = Map::new();
    let side = if regression.side == Side::Old { "old" } else { "new" };
    properties.insert("severity".into(), json!(regression.severity.name()));
    properties.insert("action".into(), json!(one.finding.action.name()));
    properties.insert("unit".into(), json!(printable(&regression.unit, 400)));
    properties.insert("side".into(), json!(side));
    if let Some(step) = one.step {
        properties.insert("commit".into(), json!(step.commit));
        properties.insert("author".into(), json!(printable_bytes(&step.author, 200)));
    }
    if let Some(repair) = one.repair {
        properties.insert("repaired".into(), json!(repair.commit));
    }
    let mut result = json!({
        "ruleId": regression.rule.id,
        "ruleIndex": index.get(regression.rule.id),
        "level": level(regression.severity),
        "message": { "text": printable(&regression.message, 1000) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(one.path), "uriBaseId": "SRCROOT" },
            "region": {
                "startLine": regression.span.line.max(1),
                "endLine": regression.span.end_line.max(regression.span.line).max(1),
            },
        }}],
        "partialFingerprints": { "plimsoll/v1": regression.fingerprint },
        "baselineState": if one.is_open() { "new" } else { "absent" },
        "properties": properties,
    });
    if one.finding.action == Action::Waive {
        let reason = one.finding.waived.as_deref().unwrap_or_default();
        result["suppressions"] =
            json!([{ "kind": "external", "justification": printable(reason, 400) }]);
    }
    result
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// As GitHub ranks alerts: over 9.0 is critical, from 7.0 high, from 4.0 medium.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

/// A path as part of a URI: every byte that is not plain is `%NN`, so nothing hides in it.
fn uri(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
