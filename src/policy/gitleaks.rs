//! A team's own gitleaks configuration: its rules and allowlists, as far as they can be honoured.
//!
//! Source: gitleaks, README, "Configuration" (v8.25 and earlier forms).

mod allow;
mod dialect;
mod file;

use std::path::Path;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

use crate::model::{SecretPatterns, entropy};
use allow::Allow;

/// How many secrets of one rule are told in one text.
const MOST: usize = 32;
/// What one compiled pattern may take.
const COMPILED: usize = 4 << 20;

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
        let file::Whole { rules, allows, notes, digest } = file::Whole::read(file)?;
        let mut all = Self { notes, digest, ..Self::default() };
        for rule in &rules {
            all.rule(rule);
        }
        for list in &allows {
            all.allow(list);
        }
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

    fn note(&mut self, text: &str) {
        self.notes.push(crate::model::printable(text, 300));
    }

    fn rule(&mut self, rule: &file::Written) {
        let id = &rule.id;
        if !rule.required.is_empty() {
            self.note(&format!("rule {id}: `required` is left out, each match counts by itself"));
        }
        let Some(regex) = &rule.regex else {
            return self.note(&match rule.path {
                Some(_) => format!("rule {id}: a rule for paths alone is left out"),
                None => format!(
                    "rule {id} is left out: it has no regex, and changes none of an extended file"
                ),
            });
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
                for id in ids {
                    match self.patterns.iter_mut().find(|it| it.id == *id) {
                        Some(pattern) => pattern.allows.push(allow.clone()),
                        None => self.note(&format!(
                            "allowlist: its targetRules name `{id}`, of which no regex is read"
                        )),
                    }
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
