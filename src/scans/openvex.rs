//! OpenVEX: which vulnerabilities apply to which products. Source: OpenVEX specification 0.2.0; texts
//! in place of objects as 0.0.1 had them.

use serde::Deserialize;
use serde_json::Value;

use super::key;
use super::report::{List, Report, Statement, items, moment};

#[derive(Deserialize)]
struct Document {
    timestamp: Option<String>,
    last_updated: Option<String>,
    statements: List<Said>,
}

#[derive(Deserialize)]
struct Said {
    vulnerability: Value,
    timestamp: Option<String>,
    products: List<Product>,
    status: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Text(String),
    Object(Component),
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "@id")]
    id: Option<String>,
    identifiers: Option<Identifiers>,
    hashes: Option<Hashes>,
    subcomponents: List<Product>,
}

#[derive(Deserialize)]
struct Identifiers {
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Hashes {
    #[serde(rename = "sha-256")]
    sha256: Option<String>,
}

pub(super) fn read(text: &[u8]) -> serde_json::Result<Report> {
    let document: Document = serde_json::from_slice(text)?;
    let written =
        moment(document.timestamp.as_deref()).max(moment(document.last_updated.as_deref()));
    let mut statements = Vec::new();
    for said in items(document.statements) {
        let applies = match said.status.as_str() {
            "not_affected" | "fixed" => false,
            "affected" | "under_investigation" => true,
            _ => continue,
        };
        let ids = ids(&said.vulnerability);
        let at = moment(said.timestamp.as_deref()).or(written).unwrap_or_default();
        for product in items(said.products) {
            let (keys, packages) = about(product);
            if !keys.is_empty() {
                statements.push(Statement { keys, ids: ids.clone(), packages, applies, at });
            }
        }
    }
    Ok(Report { tool: "OpenVEX".to_owned(), scanned: written, statements, ..Report::default() })
}

fn ids(vulnerability: &Value) -> Vec<String> {
    if let Value::String(id) = vulnerability {
        return vec![id.clone()];
    }
    let name = vulnerability.get("name").and_then(Value::as_str);
    let aliases = vulnerability.get("aliases").and_then(Value::as_array);
    let aliases = aliases.into_iter().flatten().filter_map(Value::as_str);
    name.into_iter().chain(aliases).map(str::to_owned).collect()
}

/// The keys of a product that is an image, and the packages in it that are meant.
fn about(product: Product) -> (Vec<String>, Vec<String>) {
    let component = match product {
        Product::Text(id) => return (keys_of(&id), Vec::new()),
        Product::Object(component) => component,
    };
    let packages = items(component.subcomponents).map(|part| match part {
        Product::Text(id) => key::package_of(&id),
        Product::Object(part) => {
            let purl = part.identifiers.and_then(|identifiers| identifiers.purl).or(part.id);
            purl.map(|purl| key::package_of(&purl)).unwrap_or_default()
        }
    });
    let packages = packages.filter(|package| !package.is_empty()).collect();
    let purl = component.identifiers.and_then(|identifiers| identifiers.purl);
    let hash = component.hashes.and_then(|hashes| hashes.sha256);
    let mut keys: Vec<String> =
        [component.id, purl].into_iter().flatten().flat_map(|id| keys_of(&id)).collect();
    keys.extend(hash.and_then(|hex| key::of_digest(&format!("sha256:{hex}"))));
    (keys, packages)
}

fn keys_of(id: &str) -> Vec<String> {
    if id.starts_with("pkg:") { key::of_purl(id) } else { key::of_reference(id) }
}
