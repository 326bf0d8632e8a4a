//! SPDX 3.0 with its security profile. Source: SPDX 3.0.1, `Security`: a vulnerability is an element,
//! how bad it is and whether it applies are relationships.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

use super::key;
use super::report::{Hit, List, Report, Statement, items, moment, severity, severity_of};
use crate::model::Severity;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "@graph")]
    graph: List<Element>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "spdxId")]
    id: Option<String>,
    created: Option<String>,
    name: Option<String>,
    from: Option<String>,
    to: Option<Value>,
    #[serde(rename = "externalIdentifier")]
    identifiers: List<Identifier>,
    #[serde(rename = "software_primaryPurpose")]
    purpose: Option<String>,
    #[serde(rename = "software_packageUrl")]
    purl: Option<String>,
    #[serde(rename = "security_severity")]
    severity: Option<String>,
    #[serde(rename = "security_score")]
    score: Option<Value>,
}

#[derive(Deserialize)]
struct Identifier {
    identifier: Option<String>,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let elements: Vec<Element> = items(document.graph).collect();
    let mut report = Report { tool: "SPDX".to_owned(), ..Report::default() };
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut rated: HashMap<&str, Severity> = HashMap::new();
    for element in &elements {
        report.scanned = report.scanned.max(moment(element.created.as_deref()));
        if element.purpose.as_deref() == Some("container") {
            report.keys.extend(element.purl.as_deref().map(key::of_purl).unwrap_or_default());
            report.keys.extend(element.name.as_deref().map(key::of_reference).unwrap_or_default());
        }
        if let (Some(id), Some(name)) = (&element.id, &element.name) {
            names.insert(id, name);
        }
        if let (Some(from), Some(severity)) = (&element.from, rating(element)) {
            let worst = rated.entry(from).or_insert(severity);
            *worst = severity.max(*worst);
        }
    }
    let at = report.scanned.unwrap_or_default();
    let mut packages: HashMap<&str, &str> = HashMap::new();
    for link in elements.iter().filter(|one| one.kind.contains("AssessmentRelationship")) {
        let target = targets(link.to.as_ref()).find_map(|id| names.get(id).copied());
        if let (Some(from), Some(target)) = (&link.from, target) {
            packages.insert(from, target);
        }
    }
    let excuses =
        |link: &&Element| link.kind.contains("VexNotAffected") || link.kind.contains("VexFixed");
    let excused: HashSet<&str> =
        elements.iter().filter(excuses).filter_map(|link| link.from.as_deref()).collect();
    for element in elements.iter().filter(|element| element.kind == "security_Vulnerability") {
        let Some(spdx_id) = element.id.as_deref() else { continue };
        let outside = element.identifiers.iter().flatten();
        let id = outside.filter_map(|one| one.identifier.clone()).find(|id| id.contains('-'));
        let Some(id) = id.or_else(|| element.name.clone()) else { continue };
        if excused.contains(spdx_id) {
            let (keys, ids) = (report.keys.clone(), vec![id]);
            let packages = Vec::new();
            report.statements.push(Statement { keys, ids, packages, applies: false, at });
            continue;
        }
        let package = packages.get(spdx_id).copied().unwrap_or_default().to_owned();
        let severity = rated.get(spdx_id).copied();
        report.hits.push(Hit { id, severity, package, ..Hit::default() });
    }
    if report.hits.is_empty() && report.statements.is_empty() {
        report.keys.clear(); // a bill of materials without any is no scan
    }
    Ok(report)
}

fn rating(element: &Element) -> Option<Severity> {
    let word = element.severity.as_deref().and_then(severity);
    word.or_else(|| match element.score.as_ref()? {
        Value::String(score) => severity_of(score.parse().ok()?),
        score => severity_of(score.as_f64()?),
    })
}

fn targets(to: Option<&Value>) -> impl Iterator<Item = &str> {
    let one = to.and_then(Value::as_str);
    let many = to.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many)
}
