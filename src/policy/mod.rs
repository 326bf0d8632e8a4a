//! Findings in, a verdict out: what the people who run the server decided.
//!
//! Policy is trusted, pushes are not: a repository's own file counts only where the server's policy
//! says so, only as it stood before the push, and never below the server's floor. What a policy says
//! wrongly is an error with its place, never a silent default.

mod bypass;
mod config;
mod error;
mod gitleaks;
mod images;
mod judge;
mod name;
mod read;
mod reference;
mod refs;
mod repository;
mod scalar;
mod score;
mod suggest;
mod waiver;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bstr::{BStr, BString};
use jiff::civil::Date;

use crate::model::{FileKind, Glob, Regression, Rule, SecretPatterns, Settings, Severity};

pub use bypass::Bypass;
pub use config::{Config, Enforcement, Mode, Reaction, RepositoryPolicy, Waiver};
pub use error::PolicyError;
pub use gitleaks::Gitleaks;
pub use images::{Accept, EndOfLife, Images, Missing, Scans};
pub use judge::Verdict;
pub use reference::{TEMPLATE, reference, schema};
pub use refs::RefPolicy;
pub use scalar::Threshold;
pub use suggest::{Allowance, Proposal};

use repository::Overlay;

/// A policy that can be asked.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    config: Config,
    rules: Vec<&'static Rule>,
    overlay: Option<Overlay>,
    secrets: Option<Arc<Gitleaks>>,
}

/// How much of a push is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file that is read, in bytes.
    pub file_size: u64,
    /// Names looked at below a build context.
    pub tree_names: usize,
    /// Links followed, folders entered.
    pub depth: usize,
    /// Container files judged in one push.
    pub files: usize,
    /// New commits looked at one by one.
    pub commits: usize,
    /// Time after which the rest counts as not judged.
    pub time_budget: Duration,
}

/// Today by the server's clock, in UTC. Read it once a run: a waiver must not end in the middle.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

impl Policy {
    /// Reads a policy. `name` is the file as messages call it, `rules` are all there are.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and the nearest key that would be right.
    pub fn parse(name: &str, text: &str, rules: &[&'static Rule]) -> Result<Self, PolicyError> {
        let config: Config = read::Reader { name, text, rules, options: true }.read()?;
        Ok(Self { config, rules: rules.to_vec(), overlay: None, secrets: None })
    }

    /// What an empty file says, without reading one.
    pub fn built_in(rules: &[&'static Rule]) -> Self {
        Self { config: Config::default(), rules: rules.to_vec(), overlay: None, secrets: None }
    }

    /// The configuration as it was read.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The whole configuration as TOML, defaults filled in; it reads back to the same.
    pub fn show(&self) -> String {
        reference::toml(&self.config)
    }

    /// What of it has a say in what is measured, as text: two policies that say the same here
    /// differ in what they do about a finding, never in what is found.
    pub fn measuring(&self) -> String {
        let Config { targets, rules, images, secrets, paths, contexts, limits, score, .. } =
            self.config.clone();
        reference::toml(&Config {
            targets,
            rules,
            images,
            secrets,
            paths,
            contexts,
            limits,
            score,
            ..Config::default()
        })
    }

    /// The same, with the patterns that `secrets.gitleaks-config` names.
    #[must_use]
    pub fn with_secrets(self, patterns: Gitleaks) -> Self {
        Self { secrets: Some(Arc::new(patterns)), ..self }
    }

    /// The patterns that were read.
    pub fn secrets(&self) -> Option<&Gitleaks> {
        self.secrets.as_deref()
    }

    /// What rules are told.
    pub fn settings(&self) -> Settings {
        let mut options = self.config.rules.values();
        let globs = |globs: &[crate::model::Glob]| -> Vec<String> {
            globs.iter().map(ToString::to_string).collect()
        };
        Settings {
            trusted_images: globs(&self.config.images.trusted)
                .into_iter()
                .chain(options.clone().flat_map(|rule| globs(&rule.trusted_images)))
                .collect(),
            denied_images: globs(&self.config.images.denied),
            end_of_life: self
                .config
                .images
                .end_of_life
                .iter()
                .map(|end| (end.image.to_string(), end.versions.clone(), end.date.0))
                .collect(),
            evidence: None,
            secrets: self.secrets.clone().map(|it| it as Arc<dyn SecretPatterns>),
            today: None,
            nonroot_images: options.clone().flat_map(|rule| globs(&rule.nonroot_images)).collect(),
            allowed_ports: options
                .clone()
                .flat_map(|rule| rule.allowed_ports.iter().map(|port| port.as_str().to_owned()))
                .collect(),
            limit_growth: options.find_map(|rule| rule.limit_growth),
            targets: self.config.targets.clone(),
            contexts: self
                .config
                .contexts
                .iter()
                .map(|context| (context.dockerfile.to_string(), context.folder.as_str().to_owned()))
                .collect(),
        }
    }

    /// How much of a push is looked at.
    pub fn limits(&self) -> Limits {
        let limits = &self.config.limits;
        let count = |count: NonZeroU32| usize::try_from(count.get()).unwrap_or(usize::MAX);
        Limits {
            file_size: limits.file_size.0,
            tree_names: count(limits.tree_names),
            depth: count(limits.depth),
            files: count(limits.files),
            commits: count(limits.commits),
            time_budget: limits.time_budget.0,
        }
    }

    /// Refs whose history a new ref is compared with, by their full names; empty: the default branch.
    pub fn baseline_refs(&self) -> impl Iterator<Item = &str> {
        self.config.baseline_refs.iter().map(name::RefName::as_str)
    }

    /// Whether a `.plimsoll.toml` at the baseline is to be read.
    pub fn reads_repository(&self) -> bool {
        self.config.repository_policy == RepositoryPolicy::Baseline
    }

    /// The severity of a rule's finding, `default` being the level's own. `None`: the rule is off.
    pub fn severity(&self, rule: &Rule, default: Severity) -> Option<Severity> {
        self.severity_of(rule.id, default)
    }

    fn severity_of(&self, rule: &str, default: Severity) -> Option<Severity> {
        let options = self.config.rules.get(rule);
        if options.is_some_and(|options| options.off) {
            return None;
        }
        let server = options.and_then(|options| options.severity).unwrap_or(default);
        match &self.overlay {
            Some(overlay) => overlay.severity(rule, server),
            None => Some(server),
        }
    }

    /// How a ref is treated that is known by these names: its own, and those it is an alias of or
    /// for. The strictest counts.
    pub fn for_ref(&self, names: &[&BStr]) -> RefPolicy {
        RefPolicy::new(&self.config, self.overlay.as_ref(), names)
    }

    /// How a ref is treated whose push has no baseline at all.
    pub fn for_first_push(&self, names: &[&BStr]) -> RefPolicy {
        self.for_ref(names).first_push(self.config.gate.first_push)
    }

    /// Whether a file is judged; those that are not are to be counted.
    pub fn judges(&self, path: &BStr) -> bool {
        let paths = &self.config.paths;
        let included =
            paths.include.is_empty() || paths.include.iter().any(|glob| glob.matches(path));
        included && !paths.exclude.iter().any(|glob| glob.matches(path))
    }

    /// What policy says that a file is, whatever its name.
    pub fn kind_of(&self, path: &BStr) -> Option<FileKind> {
        let paths = &self.config.paths;
        let kinds =
            [(&paths.dockerfiles, FileKind::Dockerfile), (&paths.compose, FileKind::Compose)];
        let is = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(path));
        kinds.into_iter().find(|(globs, _)| is(globs)).map(|(_, kind)| kind)
    }

    /// The first waiver that counts today and covers a finding, whose severity is already what
    /// [`severity`](Self::severity) says. A repository's own waivers cover only
    /// what is milder than `floor`.
    pub fn waiver(&self, regression: &Regression, today: Date) -> Option<&Waiver> {
        let longest = self.config.limits.waiver_days.get();
        self.waivers_for(regression).find(|waiver| {
            waiver.covers(regression) && waiver.standing(today, longest) == waiver::Standing::Valid
        })
    }

    fn waivers_for(&self, regression: &Regression) -> impl Iterator<Item = &Waiver> {
        let overlay = self.overlay.iter();
        let own = overlay.filter(|overlay| !overlay.floor.takes(regression.severity));
        self.config.waivers.iter().chain(own.flat_map(|overlay| &overlay.waivers))
    }

    /// Every waiver that does not count today, each in one printable sentence: for `policy check`.
    /// What concerns a push, [`judge`](Self::judge) says by itself.
    pub fn notices(&self, today: Date) -> Vec<String> {
        let longest = self.config.limits.waiver_days.get();
        let waivers = self.config.waivers.iter().filter_map(|waiver| waiver.notice(today, longest));
        let scans = self.config.images.scans.iter().flat_map(|scans| &scans.accept);
        waivers.chain(scans.filter_map(|accept| accept.notice(today, longest))).collect()
    }

    /// Whether the pusher overrules a refusal. `variable` asks the server's environment.
    pub fn bypass(
        &self,
        push_options: &[BString],
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Bypass {
        self.config.bypass.decide(push_options, variable)
    }
}
