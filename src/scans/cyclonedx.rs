//! CycloneDX JSON with vulnerabilities. Source: CycloneDX 1.6, `metadata.component`,
//! `vulnerabilities`; the properties in which Trivy names the image.

use std::collections::HashMap;

use serde::Deserialize;

use super::key;
use super::report::{Hit, List, Report, Statement, items, moment, severity, severity_of};
use crate::model::Severity;

#[derive(Deserialize)]
struct Document {
    metadata: Option<Metadata>,
    components: List<Component>,
    vulnerabilities: List<Vulnerability>,
}

#[derive(Deserialize)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    version: Option<String>,
    purl: Option<String>,
    properties: List<Property>,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: Option<String>,
    references: List<Named>,
    ratings: List<Rating>,
    recommendation: Option<String>,
    analysis: Option<Analysis>,
    affects: List<Affected>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Rating {
    severity: Option<String>,
    score: Option<f64>,
}

#[derive(Deserialize)]
struct Analysis {
    state: Option<String>,
}

#[derive(Deserialize)]
struct Affected {
    #[serde(rename = "ref")]
    reference: String,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let (component, timestamp) =
        document.metadata.map_or((None, None), |metadata| (metadata.component, metadata.timestamp));
    let scanned = moment(timestamp.as_deref());
    let keys = component.map(image).unwrap_or_default();
    let names: HashMap<String, String> = items(document.components)
        .filter_map(|component| Some((component.reference?, component.name)))
        .collect();
    let (mut hits, mut statements) = (Vec::new(), Vec::new());
    // A bill of materials without any is no scan.
    let scan = document.vulnerabilities.is_some();
    for one in items(document.vulnerabilities) {
        let Some(id) = one.id else { continue };
        let aliases: Vec<String> = items(one.references).filter_map(|named| named.id).collect();
        let packages: Vec<String> = items(one.affects)
            .map(|affected| match names.get(&affected.reference) {
                Some(name) => name.clone(),
                None => key::package_of(&affected.reference),
            })
            .collect();
        let state = one.analysis.and_then(|analysis| analysis.state).unwrap_or_default();
        if matches!(
            state.as_str(),
            "not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree"
        ) {
            let ids = [id].into_iter().chain(aliases).collect();
            let at = scanned.unwrap_or_default();
            statements.push(Statement { keys: keys.clone(), ids, packages, applies: false, at });
            continue;
        }
        let severity = worst(items(one.ratings));
        let fixed = mended(one.recommendation.as_deref().unwrap_or_default());
        let packages = if packages.is_empty() { vec![String::new()] } else { packages };
        hits.extend(packages.into_iter().map(|package| Hit {
            id: id.clone(),
            aliases: aliases.clone(),
            severity,
            package,
            fixed: fixed.clone(),
        }));
    }
    let keys = if scan { keys } else { Vec::new() };
    Ok(Report { tool: "CycloneDX".to_owned(), keys, scanned, hits, statements })
}

/// The keys of the image that a bill of materials is about.
fn image(component: Component) -> Vec<String> {
    let mut keys = component.purl.as_deref().map(key::of_purl).unwrap_or_default();
    for property in items(component.properties) {
        let name = property.name.rsplit(':').next().unwrap_or_default();
        match name {
            "RepoDigest" | "RepoTag" => keys.extend(key::of_reference(&property.value)),
            "ImageID" => keys.extend(key::of_digest(&property.value)),
            _ => {}
        }
    }
    if component.kind == "container" {
        let digest = component.version.as_deref().and_then(key::of_digest);
        let tag = component.version.as_deref().filter(|_| digest.is_none());
        let tag = tag.filter(|tag| !tag.is_empty() && !component.name.contains([':', '@']));
        // Syft writes `alpine:3.19` and the digest, others `alpine` and `3.19`.
        let bare = digest.is_some() && !component.name.contains(':');
        if !bare {
            let name = match tag {
                Some(tag) => format!("{}:{tag}", component.name),
                None => component.name,
            };
            keys.extend(key::of_reference(&name));
        }
        keys.extend(digest);
    }
    keys
}

fn worst(ratings: impl Iterator<Item = Rating>) -> Option<Severity> {
    let one = |rating: Rating| {
        let word = rating.severity.as_deref().and_then(severity);
        word.or_else(|| rating.score.and_then(severity_of))
    };
    ratings.filter_map(one).max()
}

/// The version that a recommendation ends in: `Upgrade openssl to version 3.0.2`.
fn mended(recommendation: &str) -> String {
    let after = recommendation.split("version ").nth(1).unwrap_or_default();
    let word = after.split([' ', ',', ';']).next().unwrap_or_default();
    word.trim_end_matches('.').to_owned()
}
