//! A configuration as it is written, together with those that it extends.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use super::allow;

/// Largest configuration that is read.
const LARGEST: u64 = 4 << 20;
/// How deep `extend.path` is followed, as in gitleaks.
const DEPTH: usize = 2;

/// The file as it is written; what is not named here is another program's business.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    extend: Extend,
    rules: Vec<Written>,
    allowlist: Option<allow::Written>,
    allowlists: Vec<allow::Written>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Extend {
    path: Option<String>,
    use_default: bool,
    url: Option<String>,
    disabled_rules: Vec<String>,
}

/// A rule as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Written {
    pub(super) id: String,
    pub(super) regex: Option<String>,
    pub(super) path: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) entropy: f64,
    pub(super) secret_group: usize,
    pub(super) allowlist: Option<allow::Written>,
    pub(super) allowlists: Vec<allow::Written>,
    pub(super) required: Vec<toml::Value>,
}

/// What a file and those that it extends say together.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The rules, each once.
    pub(super) rules: Vec<Written>,
    /// The allowlists of no rule.
    pub(super) allows: Vec<allow::Written>,
    /// What of it can't be honoured.
    pub(super) notes: Vec<String>,
    /// Stands for all that was read.
    pub(super) digest: [u8; 32],
}

impl Whole {
    /// # Errors
    /// A file that can't be read, or is no TOML.
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        let mut whole = Self::default();
        whole.add(file, 0, &mut Vec::new())?;
        Ok(whole)
    }

    fn add(&mut self, file: &Path, depth: usize, disabled: &mut Vec<String>) -> anyhow::Result<()> {
        let name = format!("gitleaks-config {}", file.display());
        let size = fs::metadata(file).with_context(|| name.clone())?.len();
        anyhow::ensure!(size <= LARGEST, "{name} is larger than {LARGEST} bytes");
        let text = fs::read_to_string(file).with_context(|| name.clone())?;
        self.digest = *blake3::keyed_hash(&self.digest, text.as_bytes()).as_bytes();
        let read: File = toml::from_str(&text).context(name)?;
        let Extend { path, use_default, url, disabled_rules } = read.extend;
        if use_default {
            self.note(
                "extend.useDefault: plimsoll's own detectors stand for gitleaks' default rules",
            );
            for id in disabled_rules.iter().filter(|id| !read.rules.iter().any(|it| it.id == **id))
            {
                self.note(format!(
                    "extend.disabledRules: a default rule `{id}` is not known by this id"
                ));
            }
        } else {
            self.note("plimsoll's own detectors stay on beside these rules");
        }
        if url.is_some() {
            self.note("extend.url: nothing is fetched");
        }
        for rule in read.rules {
            if !disabled.contains(&rule.id) {
                self.rule(rule);
            }
        }
        self.allows.extend(read.allowlist.into_iter().chain(read.allowlists));
        disabled.extend(disabled_rules);
        match path {
            Some(_) if depth >= DEPTH => self.note("extend.path: nested too deep"),
            Some(path) => {
                let base = file.parent().unwrap_or(Path::new("/")).join(path);
                self.add(&base, depth + 1, disabled)?;
            }
            None => {}
        }
        Ok(())
    }

    /// A rule, or what the extended file has of one that is known.
    fn rule(&mut self, rule: Written) {
        match self.rules.iter_mut().find(|known| known.id == rule.id) {
            Some(known) => known.fill(rule),
            None => self.rules.push(rule),
        }
    }

    fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

impl Written {
    /// What a rule of the same id in an extended file adds: what this one leaves open, and to its
    /// lists.
    fn fill(&mut self, base: Self) {
        self.regex = self.regex.take().or(base.regex);
        self.path = self.path.take().or(base.path);
        if self.entropy == 0.0 {
            self.entropy = base.entropy;
        }
        if self.secret_group == 0 {
            self.secret_group = base.secret_group;
        }
        self.keywords.extend(base.keywords);
        self.allowlists.extend(base.allowlist.into_iter().chain(base.allowlists));
        self.required.extend(base.required);
    }
}
