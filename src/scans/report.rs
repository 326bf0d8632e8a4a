//! One report, whichever scanner wrote it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{cyclonedx, grype, openvex, sarif, spdx, spdx3, trivy};
use crate::model::{Severity, printable};

/// Vulnerabilities kept of one report.
const MOST: usize = 20_000;
/// How much of an id, a package or a version is kept.
const SHORT: usize = 100;

/// What one report says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Who wrote it.
    pub tool: String,
    /// The images it is about: `sha256:…` or `registry/repository:tag`.
    pub keys: Vec<String>,
    /// When, in seconds since 1970; `None`: it doesn't say.
    pub scanned: Option<i64>,
    /// What it found.
    pub hits: Vec<Hit>,
    /// What it says does not apply, or applies after all.
    pub statements: Vec<Statement>,
}

/// A vulnerability in one package.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// As the scanner calls it.
    pub id: String,
    /// Other names of the same one.
    pub aliases: Vec<String>,
    /// `None`: nobody has said yet.
    pub severity: Option<Severity>,
    /// The package.
    pub package: String,
    /// The version that mends it; empty where there is none.
    pub fixed: String,
}

/// Whether a vulnerability applies to images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// The images, as in [`Report::keys`], or a repository without a tag.
    pub keys: Vec<String>,
    /// Its id and its other names.
    pub ids: Vec<String>,
    /// Only in these packages; empty: in all.
    pub packages: Vec<String>,
    /// Whether it applies.
    pub applies: bool,
    /// When that was said, in seconds since 1970.
    pub at: i64,
}

impl Report {
    /// Reads a report of any kind.
    ///
    /// # Errors
    /// What is wrong with it and, where that is known, its line.
    pub fn read(text: &[u8]) -> Result<Self, (Option<usize>, String)> {
        let probe: Probe = serde_json::from_slice(text).map_err(|error| fault(&error))?;
        let read = match probe {
            Probe { bom_format: Some(_), .. } => cyclonedx::read(text),
            Probe { spdx_version: Some(_), .. } => spdx::read(text),
            Probe { graph: Some(_), .. } => spdx3::read(text),
            Probe { runs: Some(_), .. } => sarif::read(text),
            Probe { matches: Some(_), .. } => grype::read(text),
            Probe { statements: Some(_), .. } => openvex::read(text),
            Probe { artifact: Some(_), .. } => trivy::read(text),
            _ => {
                let known = "not a report of Trivy or Grype, nor SARIF, CycloneDX, SPDX or OpenVEX";
                return Err((None, known.to_owned()));
            }
        };
        let mut report = read.map_err(|error| fault(&error))?;
        report.tidy();
        if report.keys.is_empty() && report.statements.is_empty() {
            return Err((None, "names no image, or did not look for vulnerabilities".to_owned()));
        }
        Ok(report)
    }

    /// Bounded, and nothing twice.
    fn tidy(&mut self) {
        self.keys.sort();
        self.keys.dedup();
        self.keys.retain(|key| !key.contains(char::is_whitespace));
        self.hits.truncate(MOST);
        self.statements.truncate(MOST);
        for hit in &mut self.hits {
            for text in [&mut hit.id, &mut hit.package, &mut hit.fixed] {
                *text = printable(text, SHORT);
            }
        }
        self.hits.sort_by(|a, b| (&a.id, &a.package).cmp(&(&b.id, &b.package)));
        self.hits.dedup_by(|a, b| a.id == b.id && a.package == b.package);
    }
}

fn fault(error: &serde_json::Error) -> (Option<usize>, String) {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    (Some(error.line()), printable(words, 200))
}

/// What tells the formats apart.
#[derive(Deserialize)]
struct Probe {
    #[serde(rename = "bomFormat")]
    bom_format: Option<Any>,
    #[serde(rename = "spdxVersion")]
    spdx_version: Option<Any>,
    #[serde(rename = "@graph")]
    graph: Option<Any>,
    runs: Option<Any>,
    matches: Option<Any>,
    statements: Option<Any>,
    #[serde(rename = "ArtifactName")]
    artifact: Option<Any>,
}

type Any = serde::de::IgnoredAny;

/// A list that may be `null`.
pub(super) type List<T> = Option<Vec<T>>;

/// The items of such a list.
pub(super) fn items<T>(list: List<T>) -> impl Iterator<Item = T> {
    list.into_iter().flatten()
}

/// A severity in a scanner's words.
pub(super) fn severity(word: &str) -> Option<Severity> {
    Some(match word.to_ascii_lowercase().as_str() {
        "critical" => Severity::Critical,
        "high" | "important" => Severity::High,
        "medium" | "moderate" => Severity::Medium,
        "low" | "minor" => Severity::Low,
        "negligible" | "info" | "informational" | "none" => Severity::Info,
        _ => return None,
    })
}

/// A severity by its CVSS score.
pub(super) fn severity_of(score: f64) -> Option<Severity> {
    Some(match score {
        9.0..=10.0 => Severity::Critical,
        7.0..9.0 => Severity::High,
        4.0..7.0 => Severity::Medium,
        0.1..4.0 => Severity::Low,
        0.0..0.1 => Severity::Info,
        _ => return None,
    })
}

/// A moment as RFC 3339 writes it, in seconds since 1970.
pub(super) fn moment(text: Option<&str>) -> Option<i64> {
    text?.parse::<Timestamp>().ok().map(Timestamp::as_second)
}
