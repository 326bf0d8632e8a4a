//! SPDX 2.3 with references to vulnerabilities. Source: SPDX 2.3, annex "How to use SPDX in different
//! scenarios: including security information"; the annotations in which Trivy names the image.

use serde::Deserialize;

use super::key;
use super::report::{Hit, List, Report, items, moment, severity};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    name: String,
    creation_info: Option<Creation>,
    packages: List<Package>,
}

#[derive(Deserialize)]
struct Creation {
    created: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(default)]
    name: String,
    version_info: Option<String>,
    primary_package_purpose: Option<String>,
    external_refs: List<Outside>,
    annotations: List<Note>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outside {
    #[serde(default)]
    reference_category: String,
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
    #[serde(default)]
    comment: String,
}

#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    comment: String,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let (mut keys, mut hits) = (Vec::new(), Vec::new());
    for package in items(document.packages) {
        let container = package.primary_package_purpose.as_deref() == Some("CONTAINER");
        let notes: Vec<String> = items(package.annotations).map(|note| note.comment).collect();
        if container {
            keys.extend(key::of_reference(&package.name));
            keys.extend(package.version_info.as_deref().and_then(key::of_digest));
            keys.extend(notes.iter().flat_map(|note| noted(note)));
        }
        for outside in items(package.external_refs) {
            let image = outside.reference_type == "purl";
            if image && (container || outside.reference_locator.starts_with("pkg:oci/")) {
                keys.extend(key::of_purl(&outside.reference_locator));
            }
            let advisory = matches!(outside.reference_type.as_str(), "advisory" | "url");
            if outside.reference_category != "SECURITY" || !advisory {
                continue;
            }
            let Some(id) = id(&outside.reference_locator).or_else(|| id(&outside.comment)) else {
                continue;
            };
            let word = |text: &str| text.split(|c: char| !c.is_alphanumeric()).find_map(severity);
            let about = notes.iter().find(|note| note.contains(&id));
            hits.push(Hit {
                severity: word(&outside.comment).or_else(|| word(about?)),
                id,
                package: package.name.clone(),
                ..Hit::default()
            });
        }
        // What stands only in an annotation of a package.
        for note in &notes {
            let Some(id) = id(note).filter(|id| !hits.iter().any(|hit| hit.id == *id)) else {
                continue;
            };
            let severity = note.split(|c: char| !c.is_alphanumeric()).find_map(severity);
            hits.push(Hit { id, severity, package: package.name.clone(), ..Hit::default() });
        }
    }
    if keys.is_empty() {
        keys = key::of_reference(&document.name);
    }
    // A bill of materials without any is no scan.
    if hits.is_empty() {
        keys.clear();
    }
    let scanned = document.creation_info.and_then(|creation| moment(creation.created.as_deref()));
    Ok(Report { tool: "SPDX".to_owned(), keys, scanned, hits, statements: Vec::new() })
}

fn noted(note: &str) -> Vec<String> {
    match note.split_once(": ") {
        Some(("RepoDigest" | "RepoTag", name)) => key::of_reference(name),
        Some(("ImageID", digest)) => key::of_digest(digest).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The id in a link or a sentence: `https://nvd.nist.gov/vuln/detail/CVE-2026-1`.
fn id(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut ids = words.filter(|word| {
        ["CVE-", "GHSA-", "DSA-", "RHSA-"].iter().any(|start| word.starts_with(start))
    });
    ids.next().map(str::to_owned)
}
