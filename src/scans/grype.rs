//! Grype's own JSON. Source: Grype's JSON schema, `matches`, `source`, `descriptor`.

use serde::Deserialize;
use serde_json::Value;

use super::key;
use super::report::{Hit, List, Report, items, moment, severity};

#[derive(Deserialize)]
struct Document {
    matches: List<Match>,
    source: Option<Source>,
    descriptor: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Match {
    vulnerability: Vulnerability,
    #[serde(rename = "relatedVulnerabilities")]
    related: List<Named>,
    artifact: Option<Artifact>,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    #[serde(default)]
    severity: String,
    fix: Option<Fix>,
}

#[derive(Deserialize)]
struct Fix {
    versions: List<String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Source {
    /// An object for an image, a text for a folder.
    target: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    user_input: Option<String>,
    #[serde(rename = "imageID")]
    image_id: Option<String>,
    manifest_digest: Option<String>,
    tags: List<String>,
    repo_digests: List<String>,
}

#[derive(Deserialize)]
struct Descriptor {
    timestamp: Option<String>,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let target = document.source.and_then(|source| source.target);
    let target: Target = match target {
        Some(target @ Value::Object(_)) => serde_json::from_value(target)?,
        _ => Target::default(),
    };
    let mut keys = Vec::new();
    let input = target.user_input.map(|input| {
        // `docker:node:20`, `registry:node:20`: where Grype is to take it from.
        let scheme = ["docker:", "podman:", "containerd:", "registry:"];
        let bare = scheme.iter().find_map(|scheme| input.strip_prefix(scheme));
        bare.map_or(input.clone(), str::to_owned)
    });
    let names = input.into_iter().chain(items(target.tags)).chain(items(target.repo_digests));
    keys.extend(names.flat_map(|name| key::of_reference(&name)));
    let digests = target.image_id.into_iter().chain(target.manifest_digest);
    keys.extend(digests.filter_map(|digest| key::of_digest(&digest)));
    let hits = items(document.matches).map(|one| Hit {
        aliases: items(one.related).map(|named| named.id).collect(),
        severity: severity(&one.vulnerability.severity),
        package: one.artifact.map(|artifact| artifact.name).unwrap_or_default(),
        fixed: one.vulnerability.fix.and_then(|fix| items(fix.versions).next()).unwrap_or_default(),
        id: one.vulnerability.id,
    });
    Ok(Report {
        tool: "Grype".to_owned(),
        keys,
        hits: hits.collect(),
        scanned: moment(document.descriptor.and_then(|by| by.timestamp).as_deref()),
        statements: Vec::new(),
    })
}
