//! Which images are taken: whom to trust, what is past its end, what scanners must have said.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::{Age, Day, Threshold};
use super::waiver::{Standing, standing};
use crate::model::{Glob, ImageRef, printable};

/// Which images are taken.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Images {
    /// Registries, repositories and tags that may be built on or run, as globs over
    /// `registry/repository` or `registry/repository:tag`. Empty: only a change is told.
    pub trusted: Vec<Glob>,
    /// Registries, repositories and tags that may not, in the same notation; they count before
    /// `trusted`.
    pub denied: Vec<Glob>,
    /// Versions past their end of life, beside those that plimsoll knows; the first that matches
    /// counts.
    pub end_of_life: Vec<EndOfLife>,
    /// What scanners must have said of a new image. Without this section nothing is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Scans")]
    pub scans: Option<Scans>,
}

/// Versions of an image and the day on which their support ends.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndOfLife {
    /// Glob over `registry/repository`.
    pub image: Glob,
    /// Versions as tags start with them: `1.2` is also `1.2.3-slim`.
    pub versions: Vec<String>,
    /// The last day of support.
    pub date: Day,
}

/// What scanners must have said of a new image.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scans {
    /// Folder on the server with reports: Trivy JSON, Grype JSON, SARIF, CycloneDX, SPDX, OpenVEX.
    pub path: ServerPath,
    /// How old a report may be, in days or weeks: `14d`, `2w`.
    #[serde(default)]
    pub max_age: Age,
    /// The mildest severity of a vulnerability that is not put up with.
    #[serde(default = "fail_on")]
    pub fail_on: Threshold,
    /// What happens to a new image without a report that is young enough.
    #[serde(default)]
    pub missing: Missing,
    /// Vulnerabilities that are put up with, for a reason and until a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Accept>,
}

const fn fail_on() -> Threshold {
    Threshold::High
}

/// What happens to a new image without a report that is young enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It is told at medium severity.
    #[default]
    Annotate,
    /// It is told at high severity.
    Reject,
    /// It is not told.
    Ignore,
}

/// A vulnerability that is put up with.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Accept {
    /// Its id as scanners write it: `CVE-2026-1234`, `GHSA-…`.
    pub id: String,
    /// Only in these images: glob over `registry/repository` or `registry/repository:tag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Glob")]
    pub image: Option<Glob>,
    /// Why it is put up with.
    pub reason: String,
    /// The last day it counts, by the server's clock in UTC.
    pub until: Day,
}

impl Accept {
    /// Whether it is written for this vulnerability of this image, whatever the day.
    fn covers(&self, ids: &[&str], image: &ImageRef) -> bool {
        ids.iter().any(|id| id.eq_ignore_ascii_case(&self.id))
            && self.image.as_ref().is_none_or(|glob| covers(glob, image))
    }

    /// Why it does not count today, in one printable sentence; `None` where it does.
    pub(super) fn notice(&self, today: Date, longest: u16) -> Option<String> {
        let (id, until) = (printable(&self.id, 60), self.until.0);
        match standing(until, today, longest) {
            Standing::Valid => None,
            Standing::Expired => {
                Some(format!("{id} was accepted until {until}: that no longer counts"))
            }
            Standing::TooLong => Some(format!(
                "{id} is accepted until {until}, more than {longest} days: that does not count"
            )),
        }
    }
}

fn covers(glob: &Glob, image: &ImageRef) -> bool {
    [image.name(), image.familiar()].iter().any(|name| {
        let tagged = format!("{name}:{}", image.tag.as_deref().unwrap_or("latest"));
        glob.matches(name.as_bytes()) || glob.matches(tagged.as_bytes())
    })
}

impl Scans {
    /// Whether a vulnerability known by these ids is put up with in an image today; else why an
    /// exception that was written for it does not count.
    pub fn accepts(
        &self,
        ids: &[&str],
        image: &ImageRef,
        (today, longest): (Date, u16),
    ) -> Result<bool, String> {
        let mut refused = None;
        for accept in self.accept.iter().filter(|accept| accept.covers(ids, image)) {
            match accept.notice(today, longest) {
                None => return Ok(true),
                Some(notice) => refused = Some(notice),
            }
        }
        refused.map_or(Ok(false), Err)
    }
}

/// A folder of the server, by its whole path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ServerPath(PathBuf);

impl ServerPath {
    /// As written.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl TryFrom<String> for ServerPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if Path::new(&text).is_absolute() && !text.contains(char::is_control) {
            Ok(Self(text.into()))
        } else {
            Err("the whole path on the server, as /srv/scans".into())
        }
    }
}

impl From<ServerPath> for String {
    fn from(path: ServerPath) -> Self {
        path.0.display().to_string()
    }
}
