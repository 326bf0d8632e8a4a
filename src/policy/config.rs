//! What can be configured: parsing, defaults, reference and schema all come from here.

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroU32};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::images::{Images, ServerPath};
use super::name::{Folder, Port, RefName, VariableName};
use super::scalar::{Day, Size, Threshold, Time};
use crate::model::{Glob, Severity};

/// The policy of a server. Every key has a default; an empty file is the default policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "plimsoll policy")]
pub struct Config {
    /// Names of the build stages that ship. Empty: the last one of each Dockerfile.
    pub targets: Vec<String>,
    /// Refs whose history a new ref is compared with, by their full names. Empty: the default
    /// branch.
    pub baseline_refs: Vec<RefName>,
    /// Whether a `.plimsoll.toml` of the repository counts, as it stands at the baseline.
    pub repository_policy: RepositoryPolicy,
    /// The mildest severity that a `.plimsoll.toml` cannot loosen: at `info` it can only tighten.
    pub floor: Floor,
    /// What happens to the findings of a push.
    pub gate: Gate,
    /// What single rules are told, by their ids.
    pub rules: BTreeMap<String, RuleOptions>,
    /// Refs with thresholds of their own; the first section that matches counts. A ref that none
    /// matches gets the strictest of `[gate]` and all sections.
    pub refs: Vec<RefSection>,
    /// Which images are taken.
    pub images: Images,
    /// What is a secret, beside what plimsoll knows.
    pub secrets: Secrets,
    /// Which files are judged.
    pub paths: Paths,
    /// Context folders of Dockerfiles that are not built in their own folder.
    pub contexts: Vec<Context>,
    /// Findings that are let through, for a reason and until a day.
    pub waivers: Vec<Waiver>,
    /// Whether, and by whom, a refusal can be overruled with `git push -o plimsoll.bypass=REASON`.
    pub bypass: BypassOptions,
    /// How much of a push is looked at before it counts as not judged.
    pub limits: Limits,
    /// What an open exposure takes from the score of `plimsoll score`.
    pub score: Score,
}

/// What is a secret, beside what plimsoll knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secrets {
    /// A gitleaks configuration on the server, by its whole path: its rules find secrets as well, and
    /// its allowlists let secrets pass. `plimsoll policy check` says what of it can't be honoured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub gitleaks_config: Option<ServerPath>,
}

/// What happens to the findings of a push.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gate {
    /// The mildest severity that turns a push away.
    pub reject_at: Threshold,
    /// The mildest severity that is told at all.
    pub annotate_at: Threshold,
    /// What happens to a push that can't be judged: a file that can't be read, a limit reached.
    pub on_error: Reaction,
    /// What happens to a first push, which has nothing to compare with: `annotate` lets an import
    /// of an old repository in.
    pub first_push: Enforcement,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            reject_at: Threshold::High,
            annotate_at: Threshold::Low,
            on_error: Reaction::Reject,
            first_push: Enforcement::Enforce,
        }
    }
}

/// Refuse, or only say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reaction {
    /// Say it and refuse the push.
    Reject,
    /// Say it and let the push through.
    Annotate,
}

/// Apply the thresholds, or only tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enforcement {
    /// As every other push.
    Enforce,
    /// Say everything, refuse nothing.
    Annotate,
}

/// Whether the repository's own file counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RepositoryPolicy {
    /// It is not read.
    #[default]
    Off,
    /// As it stands in the revision that the push is compared with.
    Baseline,
}

/// A threshold that is `info` unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Floor(pub Threshold);

impl Default for Floor {
    fn default() -> Self {
        Self(Threshold::Info)
    }
}

/// What one rule is told. Which of the options a rule reads, `plimsoll explain RULE` says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleOptions {
    /// The severity of all its findings, instead of the one each level has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Severity")]
    pub severity: Option<Severity>,
    /// It is not asked.
    pub off: bool,
    /// Registries and repositories that may be built on, as globs over `registry/repository`:
    /// `docker.io/library/*`. Empty: only a change of the base image is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_images: Vec<Glob>,
    /// Images whose own user is not root, as globs over `registry/repository[:tag]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nonroot_images: Vec<Glob>,
    /// Ports that may be exposed or published without a word: `443` or `443/tcp`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_ports: Vec<Port>,
    /// How many percent a limit may be raised without a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u16")]
    pub limit_growth: Option<u16>,
}

/// Refs with thresholds of their own.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RefSection {
    /// Glob over the full name: `refs/heads/release/**`.
    pub r#match: Glob,
    /// Whether its thresholds count.
    #[serde(default)]
    pub mode: Mode,
    /// Instead of `gate.reject-at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Threshold")]
    pub reject_at: Option<Threshold>,
    /// Instead of `gate.annotate-at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Threshold")]
    pub annotate_at: Option<Threshold>,
}

/// How a ref is treated, mildest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Not judged.
    Off,
    /// Judged and told, never refused.
    Annotate,
    /// Judged by the thresholds.
    #[default]
    Enforce,
}

/// Which files are judged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Paths {
    /// Globs over paths from the top: only these are judged. Empty: all.
    pub include: Vec<Glob>,
    /// Globs over paths from the top: these are not judged, and counted in the report.
    pub exclude: Vec<Glob>,
    /// Globs over paths from the top: these are Dockerfiles, whatever their names.
    pub dockerfiles: Vec<Glob>,
    /// Globs over paths from the top: these are compose files, whatever their names.
    pub compose: Vec<Glob>,
}

/// The context folder of Dockerfiles.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Context {
    /// Glob over the Dockerfile's path from the top.
    pub dockerfile: Glob,
    /// Its context folder from the top; `.` is the top itself.
    pub folder: Folder,
}

/// A finding that is let through. Every key that is given must match.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    /// A rule's id; `*` or nothing for every rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub rule: Option<String>,
    /// Glob over the path that the finding names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Glob")]
    pub path: Option<Glob>,
    /// The unit as the finding names it: `final stage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub unit: Option<String>,
    /// The finding's fingerprint; it changes when the finding gets worse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub fingerprint: Option<String>,
    /// Why it is let through; shown in the report.
    pub reason: String,
    /// The last day it counts, by the server's clock in UTC.
    pub until: Day,
}

/// Whether, and by whom, a refusal can be overruled.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BypassOptions {
    /// Whether `git push -o plimsoll.bypass=REASON` lets a refused push through.
    pub push_option: bool,
    /// Who may, by the names in `user-env`. Empty: everybody who may push.
    pub users: Vec<String>,
    /// The environment variable in which the server puts the pusher's name.
    pub user_env: VariableName,
}

/// How much of a push is looked at before it counts as not judged.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Largest file that is read.
    pub file_size: Size,
    /// Names looked at below a build context.
    pub tree_names: NonZeroU32,
    /// Links followed, folders entered.
    pub depth: NonZeroU32,
    /// Container files judged in one push.
    pub files: NonZeroU32,
    /// New commits looked at one by one.
    pub commits: NonZeroU32,
    /// Time after which the rest of the push counts as not judged.
    pub time_budget: Time,
    /// Longest a waiver may last from today, in days.
    pub waiver_days: NonZeroU16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size: Size(1 << 20),
            tree_names: count(500_000),
            depth: count(64),
            files: count(5000),
            commits: count(10_000),
            time_budget: Time(std::time::Duration::from_secs(2)),
            waiver_days: NonZeroU16::MIN.saturating_add(364),
        }
    }
}

/// What an open exposure takes from the score; described in docs/score.md.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Score {
    /// One of critical severity.
    pub critical: u16,
    /// One of high severity.
    pub high: u16,
    /// One of medium severity.
    pub medium: u16,
    /// One of low severity.
    pub low: u16,
    /// The sum at which the score is 50.
    pub half: NonZeroU32,
}

impl Default for Score {
    fn default() -> Self {
        Self { critical: 40, high: 15, medium: 5, low: 1, half: count(200) }
    }
}

fn count(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// What a repository's own `.plimsoll.toml` may say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RepositoryConfig {
    pub(super) gate: RepositoryGate,
    pub(super) rules: BTreeMap<String, RepositoryRule>,
    pub(super) waivers: Vec<Waiver>,
}

/// Thresholds of its own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RepositoryGate {
    pub(super) reject_at: Option<Threshold>,
    pub(super) annotate_at: Option<Threshold>,
}

/// Severity of a rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RepositoryRule {
    pub(super) severity: Option<Severity>,
    pub(super) off: bool,
}
