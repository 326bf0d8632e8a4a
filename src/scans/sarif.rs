//! SARIF 2.1.0 as image scanners write it. Source: OASIS SARIF 2.1.0; GitHub's `security-severity`;
//! the names of the image as Trivy (`properties`) and Grype (`fullyQualifiedName`) give them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::key;
use super::report::{Hit, List, Report, items, moment, severity, severity_of};
use crate::model::Severity;

#[derive(Deserialize)]
struct Document {
    runs: List<Run>,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    results: List<Finding>,
    invocations: List<Invocation>,
    properties: Option<Properties>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    #[serde(default)]
    name: String,
    rules: List<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    id: String,
    help: Option<Text>,
    properties: Option<Rated>,
}

#[derive(Default, Deserialize)]
struct Text {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Rated {
    #[serde(rename = "security-severity")]
    score: Option<Value>,
    tags: List<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: Option<String>,
    level: Option<String>,
    #[serde(default)]
    message: Text,
    locations: List<Location>,
    suppressions: List<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    logical_locations: List<Logical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    end_time_utc: Option<String>,
    start_time_utc: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    image_name: Option<String>,
    #[serde(rename = "imageID")]
    image_id: Option<String>,
    repo_tags: List<String>,
    repo_digests: List<String>,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let mut report = Report { tool: "SARIF".to_owned(), ..Report::default() };
    for run in items(document.runs) {
        take(run, &mut report);
    }
    Ok(report)
}

fn take(run: Run, report: &mut Report) {
    if !run.tool.driver.name.is_empty() {
        report.tool.clone_from(&run.tool.driver.name);
    }
    for invocation in items(run.invocations) {
        let at = invocation.end_time_utc.or(invocation.start_time_utc);
        report.scanned = report.scanned.max(moment(at.as_deref()));
    }
    if let Some(of) = run.properties {
        let names = of.image_name.into_iter().chain(items(of.repo_tags));
        let names = names.chain(items(of.repo_digests));
        report.keys.extend(names.flat_map(|name| key::of_reference(&name)));
        report.keys.extend(of.image_id.as_deref().and_then(key::of_digest));
    }
    let rules: HashMap<String, Descriptor> =
        items(run.tool.driver.rules).map(|rule| (rule.id.clone(), rule)).collect();
    for finding in
        items(run.results).filter(|one| one.suppressions.as_ref().is_none_or(Vec::is_empty))
    {
        let Some(id) = finding.rule_id else { continue };
        let places = items(finding.locations).flat_map(|place| items(place.logical_locations));
        for name in places.filter_map(|place| place.fully_qualified_name) {
            // `index.docker.io/library/node@sha256:…:/usr/lib/…`
            let image = name.split(":/").next().unwrap_or_default();
            if image.contains('@') {
                report.keys.extend(key::of_reference(image));
            }
        }
        let rule = rules.get(&id);
        let help = rule.and_then(|rule| rule.help.as_ref()).map_or("", |help| help.text.as_str());
        let said =
            |names: &[&str]| line(&finding.message.text, names).or_else(|| line(help, names));
        report.hits.push(Hit {
            severity: rated(rule, finding.level.as_deref()),
            package: said(&["Package"]).unwrap_or_default(),
            fixed: said(&["Fixed Version", "Fix Version"]).unwrap_or_default(),
            // Grype's rules are `CVE-2026-1-openssl`.
            id: line(help, &["Vulnerability"]).unwrap_or(id),
            aliases: Vec::new(),
        });
    }
}

/// By its score, else by a tag that is a severity, else by its level.
fn rated(rule: Option<&Descriptor>, level: Option<&str>) -> Option<Severity> {
    let properties = rule.and_then(|rule| rule.properties.as_ref());
    let score = properties.and_then(|rated| match rated.score.as_ref()? {
        Value::String(score) => score.parse().ok(),
        score => score.as_f64(),
    });
    let mut tags = properties.and_then(|rated| rated.tags.as_ref()).into_iter().flatten();
    score.and_then(severity_of).or_else(|| tags.find_map(|tag| severity(tag))).or(match level {
        Some("error") => Some(Severity::High),
        Some("note") => Some(Severity::Low),
        Some("none") => Some(Severity::Info),
        _ => Some(Severity::Medium),
    })
}

/// The value of `Name: value` or `Name value` on a line of its own.
fn line(text: &str, names: &[&str]) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = names.iter().find_map(|name| line.trim().strip_prefix(name))?;
        let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix(' '))?.trim();
        (!value.is_empty() && !value.contains(' ')).then(|| value.to_owned())
    })
}
