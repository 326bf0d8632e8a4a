//! Trivy's own JSON, schema 2. Source: Trivy documentation, "Reporting", format `json`.

use serde::Deserialize;

use super::key;
use super::report::{Hit, List, Report, items, moment, severity};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    artifact_name: String,
    artifact_type: Option<String>,
    created_at: Option<String>,
    metadata: Option<Metadata>,
    results: List<Part>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    #[serde(rename = "ImageID")]
    image_id: Option<String>,
    repo_tags: List<String>,
    repo_digests: List<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    vulnerabilities: List<Vulnerability>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: String,
    #[serde(default)]
    pkg_name: String,
    #[serde(default)]
    fixed_version: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    vendor_ids: List<String>,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let mut keys = Vec::new();
    if document.artifact_type.as_deref().is_none_or(|kind| kind == "container_image") {
        let metadata = document.metadata.unwrap_or_default();
        keys.extend(key::of_reference(&document.artifact_name));
        keys.extend(metadata.image_id.as_deref().and_then(key::of_digest));
        let names = items(metadata.repo_tags).chain(items(metadata.repo_digests));
        keys.extend(names.flat_map(|name| key::of_reference(&name)));
    }
    let found = items(document.results).flat_map(|part| items(part.vulnerabilities));
    let hits = found.map(|one| Hit {
        id: one.id,
        aliases: one.vendor_ids.unwrap_or_default(),
        severity: severity(&one.severity),
        package: one.pkg_name,
        fixed: one.fixed_version,
    });
    Ok(Report {
        tool: "Trivy".to_owned(),
        keys,
        scanned: moment(document.created_at.as_deref()),
        hits: hits.collect(),
        statements: Vec::new(),
    })
}
