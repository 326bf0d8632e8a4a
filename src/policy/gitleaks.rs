//! A team's own gitleaks configuration: its rules and allowlists, as far as they can be honoured.
//!
//! Source: gitleaks, README, "Configuration" (v8.25 and earlier forms).

mod allow;
mod dialect;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::model::{SecretPatterns, entropy};
use allow::Allow;

/// Largest configuration that is read.
const LARGEST: u64 = 4 << 20;
/// How deep `extend.path` is followed, as in gitleaks.
const DEPTH: usize = 2;
/// How many secrets of one rule are told in one text.
const MOST: usize = 32;
/// What one compiled pattern may take.
const COMPILED: usize = 4 << 20;

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

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Written {
    id: String,
    regex: Option<String>,
    path: Option<String>,
    keywords: Vec<String>,
    entropy: f64,
    secret_group: usize,
    allowlist: Option<allow::Written>,
    allowlists: Vec<allow::Written>,
    required: Vec<toml::Value>,
}

#[derive(Debug)]
struct Pattern {
    id: String,
    regex: Lazy,
    path: Option<Lazy>,
    keywords: Vec<String>,
    entropy: f64,
    group: usize,
    allows: Vec<Allow>,
}

/// A pattern that is compiled when it is first needed.
#[derive(Clone, Debug)]
struct Lazy {
    source: String,
    regex: OnceLock<Option<Regex>>,
}

impl Lazy {
    fn new(source: &str) -> Self {
        Self { source: source.to_owned(), regex: OnceLock::new() }
    }

    fn is_match(&self, text: &str) -> bool {
        self.get().is_some_and(|regex| regex.is_match(text))
    }

    fn get(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| compiled(&self.source).ok()).as_ref()
    }

    /// Why it can't be compiled.
    fn fault(&self) -> Option<String> {
        compiled(&self.source).err()
    }
}

/// Rules and allowlists that were read, and what of them can't be honoured.
#[derive(Debug, Default)]
pub struct Gitleaks {
    patterns: Vec<Pattern>,
    allows: Vec<Allow>,
    notes: Vec<String>,
    digest: [u8; 32],
}

impl Gitleaks {
    /// Reads a configuration and the one it extends.
    ///
    /// # Errors
    /// A file that can't be read, or is no TOML. A single rule that can't be honoured is a note.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let mut all = Self::default();
        all.add(file, 0, &mut Vec::new())?;
        Ok(all)
    }

    /// What can't be honoured, one line each. Every pattern is compiled for it.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        for pattern in &self.patterns {
            let id = &pattern.id;
            match pattern.regex.get().map(|regex| pattern.group >= regex.captures_len()) {
                Some(true) => {
                    notes.push(format!("rule {id} is left out: it has no group {}", pattern.group));
                }
                Some(false) => {}
                None => {
                    let why = pattern.regex.fault().unwrap_or_default();
                    notes.push(format!("rule {id} is left out: its regex: {why}"));
                }
            }
            if let Some(why) = pattern.path.as_ref().and_then(Lazy::fault) {
                notes.push(format!("rule {id} is left out: its path: {why}"));
            }
        }
        let allows = self.patterns.iter().flat_map(|it| &it.allows).chain(&self.allows);
        let broken = allows.flat_map(Allow::patterns).filter_map(Lazy::fault);
        notes.extend(broken.map(|why| format!("a pattern of an allowlist is left out: {why}")));
        notes.into_iter().map(|note| crate::model::printable(&note, 300)).collect()
    }

    /// Stands for all that was read: another configuration has another one.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        self.patterns.len()
    }

    fn add(&mut self, file: &Path, depth: usize, disabled: &mut Vec<String>) -> anyhow::Result<()> {
        use anyhow::Context as _;
        let name = file.display();
        let size = fs::metadata(file).with_context(|| format!("gitleaks-config {name}"))?.len();
        anyhow::ensure!(size <= LARGEST, "gitleaks-config {name} is larger than {LARGEST} bytes");
        let text = fs::read_to_string(file).with_context(|| format!("gitleaks-config {name}"))?;
        self.digest = *blake3::keyed_hash(&self.digest, text.as_bytes()).as_bytes();
        let read: File =
            toml::from_str(&text).with_context(|| format!("gitleaks-config {name}"))?;
        if read.extend.use_default {
            self.note(
                "extend.useDefault: plimsoll's own detectors stand for gitleaks' default rules",
            );
            let other = read.extend.disabled_rules.iter();
            for id in other.filter(|id| !read.rules.iter().any(|rule| rule.id == **id)) {
                self.note(&format!(
                    "extend.disabledRules: a default rule `{id}` is not known by this id"
                ));
            }
        } else {
            self.note("plimsoll's own detectors stay on beside these rules");
        }
        if read.extend.url.is_some() {
            self.note("extend.url: nothing is fetched");
        }
        disabled.extend(read.extend.disabled_rules.iter().cloned());
        for rule in &read.rules {
            if !disabled.contains(&rule.id) && !self.patterns.iter().any(|it| it.id == rule.id) {
                self.rule(rule);
            }
        }
        for list in read.allowlist.iter().chain(&read.allowlists) {
            self.allow(list);
        }
        match read.extend.path {
            Some(_) if depth >= DEPTH => self.note("extend.path: nested too deep"),
            Some(path) => {
                let base = file.parent().unwrap_or(Path::new("/")).join(path);
                self.add(&base, depth + 1, disabled)?;
            }
            None => {}
        }
        Ok(())
    }

    fn note(&mut self, text: &str) {
        let text = crate::model::printable(text, 300);
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    fn rule(&mut self, rule: &Written) {
        let id = &rule.id;
        if !rule.required.is_empty() {
            self.note(&format!("rule {id}: `required` is left out, each match counts by itself"));
        }
        let Some(regex) = &rule.regex else {
            return self.note(&format!("rule {id}: a rule for paths alone is left out"));
        };
        let mut allows = Vec::new();
        for list in rule.allowlist.iter().chain(&rule.allowlists) {
            let (allow, notes) = Allow::new(list);
            allows.extend(allow);
            for note in notes {
                self.note(&format!("rule {id}: {note}"));
            }
        }
        self.patterns.push(Pattern {
            id: id.clone(),
            group: rule.secret_group,
            regex: Lazy::new(regex),
            path: rule.path.as_deref().map(Lazy::new),
            keywords: rule.keywords.iter().map(|word| word.to_lowercase()).collect(),
            entropy: rule.entropy,
            allows,
        });
    }

    fn allow(&mut self, list: &allow::Written) {
        let (allow, notes) = Allow::new(list);
        for note in notes {
            self.note(&format!("allowlist: {note}"));
        }
        match (allow, list.target_rules.as_slice()) {
            (Some(allow), []) => self.allows.push(allow),
            (Some(allow), ids) => {
                for pattern in self.patterns.iter_mut().filter(|it| ids.contains(&it.id)) {
                    pattern.allows.push(allow.clone());
                }
            }
            (None, _) => {}
        }
    }
}

/// A Go pattern in this program's dialect.
fn compiled(pattern: &str) -> Result<Regex, String> {
    let pattern = dialect::translated(pattern);
    let built = RegexBuilder::new(&pattern).size_limit(COMPILED).build();
    built.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())
}

impl SecretPatterns for Gitleaks {
    fn find(&self, path: &str, text: &str) -> Vec<(String, String)> {
        let lower = text.to_lowercase();
        let mut found = Vec::new();
        for pattern in &self.patterns {
            let hinted = pattern.keywords.is_empty()
                || pattern.keywords.iter().any(|word| lower.contains(word));
            if !hinted || pattern.path.as_ref().is_some_and(|it| !it.is_match(path)) {
                continue;
            }
            let regex = pattern.regex.get().filter(|regex| pattern.group < regex.captures_len());
            for captures in regex.iter().flat_map(|regex| regex.captures_iter(text)).take(MOST) {
                let Some(whole) = captures.get(0) else { continue };
                // Without a number the first group is the secret, if there is one.
                let secret = captures.get(pattern.group.max(1)).unwrap_or(whole).as_str();
                let known = pattern.allows.iter().chain(&self.allows);
                if !secret.is_empty()
                    && (pattern.entropy <= 0.0 || entropy(secret) > pattern.entropy)
                    && !known.into_iter().any(|it| it.takes(path, secret, whole.as_str(), text))
                {
                    found.push((pattern.id.clone(), secret.to_owned()));
                }
            }
        }
        found
    }

    fn allows(&self, path: &str, secret: &str) -> bool {
        self.allows.iter().any(|it| it.takes(path, secret, secret, secret))
    }
}

#[cfg(test)]
mod tests;
