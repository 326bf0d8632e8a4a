//! Named images: one a line, as JSON, and as a CycloneDX bill of materials.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::model::{ImageRef, NamedImage, printable, printable_bytes};

/// How much of a path is shown.
const PATH: usize = 4096;

/// `reference  path:line  unit`, one place a line.
pub fn images_text(images: &[NamedImage], out: &mut impl Write) -> io::Result<()> {
    for image in images {
        writeln!(
            out,
            "{}  {}:{}  {}",
            printable(&image.text, 400),
            printable_bytes(&image.path, PATH),
            image.line,
            printable(&image.unit, 200),
        )?;
    }
    Ok(())
}

/// An array, one object a place; `image` is null where the reference can't be known.
pub fn images_json(images: &[NamedImage], out: &mut impl Write) -> io::Result<()> {
    let all: Vec<Value> = images
        .iter()
        .map(|image| {
            json!({
                "reference": printable(&image.text, 400),
                "image": image.image.as_ref().map(parts),
                "unit": printable(&image.unit, 200),
                "path": printable_bytes(&image.path, PATH),
                "line": image.line,
            })
        })
        .collect();
    writeln!(out, "{:#}", Value::Array(all))
}

fn parts(image: &ImageRef) -> Value {
    json!({
        "registry": image.registry,
        "repository": image.repository,
        "tag": image.tag,
        "digest": image.digest,
    })
}

/// A CycloneDX 1.6 bill of materials: one component an image, its places as occurrences. What can't be
/// known is left out, since a scanner could not fetch it.
///
/// Source: CycloneDX 1.6, `component.evidence.occurrences`; package-url, type `oci`.
pub fn images_cyclonedx(images: &[NamedImage], out: &mut impl Write) -> io::Result<()> {
    let mut places: BTreeMap<String, (&ImageRef, Vec<Value>)> = BTreeMap::new();
    for image in images {
        let Some(reference) = &image.image else { continue };
        let place = json!({
            "location": printable_bytes(&image.path, PATH),
            "line": image.line,
            "additionalContext": printable(&image.unit, 200),
        });
        let entry = places.entry(image.text.clone()).or_insert_with(|| (reference, Vec::new()));
        entry.1.push(place);
    }
    let components: Vec<Value> = places
        .iter()
        .map(|(text, (image, places))| {
            let version = image.digest.as_ref().or(image.tag.as_ref());
            json!({
                "type": "container",
                "bom-ref": text,
                "name": image.familiar(),
                "version": version.map_or("latest", String::as_str),
                "purl": purl(image),
                "evidence": { "occurrences": places },
            })
        })
        .collect();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "tools": { "components": [
            { "type": "application", "name": "plimsoll", "version": env!("CARGO_PKG_VERSION") }
        ] } },
        "components": components,
    });
    writeln!(out, "{document:#}")
}

/// `pkg:oci/node@sha256%3A…?repository_url=docker.io/library/node&tag=20`: the digest is the
/// version, where there is one.
fn purl(image: &ImageRef) -> String {
    let name = image.repository.rsplit('/').next().unwrap_or(&image.repository);
    let version = image.digest.as_ref().map(|digest| format!("@{}", digest.replace(':', "%3A")));
    let tag = image.tag.as_ref().map(|tag| format!("&tag={tag}"));
    format!(
        "pkg:oci/{}{}?repository_url={}{}",
        name.to_ascii_lowercase(),
        version.unwrap_or_default(),
        image.name(),
        tag.unwrap_or_default(),
    )
}
