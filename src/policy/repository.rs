//! A repository's own `.plimsoll.toml`: what it may change, and what it loosened.

use std::collections::BTreeMap;

use super::Policy;
use super::config::{RepositoryConfig, RepositoryPolicy, RepositoryRule, Waiver};
use super::error::PolicyError;
use super::read::Reader;
use super::scalar::Threshold;
use crate::model::{Action, Severity, printable};

/// Largest `.plimsoll.toml` that is read.
const LARGEST: usize = 1 << 16;

const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// What a repository says on top of the server's policy. At `floor` and above it only tightens.
#[derive(Clone, Debug)]
pub(super) struct Overlay {
    pub(super) floor: Threshold,
    pub(super) reject_at: Option<Threshold>,
    pub(super) annotate_at: Option<Threshold>,
    pub(super) rules: BTreeMap<String, RepositoryRule>,
    pub(super) waivers: Vec<Waiver>,
}

impl Overlay {
    /// The severity of a rule's finding, `server` being what the server makes of it.
    pub(super) fn severity(&self, rule: &str, server: Severity) -> Option<Severity> {
        let Some(own) = self.rules.get(rule) else { return Some(server) };
        let wanted = if own.off { None } else { Some(own.severity.unwrap_or(server)) };
        if self.floor.takes(server) { wanted.max(Some(server)) } else { wanted }
    }
}

impl Policy {
    /// This policy with a repository's own file on top, and what of that file is not honoured.
    ///
    /// The file must be the baseline's. It may set `gate.reject-at`, `gate.annotate-at`, a rule's
    /// `severity` and `off`, and waivers: to tighten in any case, to loosen only for findings milder
    /// than `floor`. Where `repository-policy` is off, this is the policy unchanged.
    ///
    /// # Errors
    /// What is wrong with the file. The policy without it still stands.
    pub fn with_repository(
        &self,
        name: &str,
        text: &str,
    ) -> Result<(Self, Vec<String>), PolicyError> {
        if self.config.repository_policy == RepositoryPolicy::Off {
            return Ok((self.clone(), Vec::new()));
        }
        let config = self.read_repository(name, text)?;
        let overlay = Overlay {
            floor: self.config.floor.0,
            reject_at: config.gate.reject_at,
            annotate_at: config.gate.annotate_at,
            rules: config.rules,
            waivers: config.waivers,
        };
        let notes = self.not_honoured(&overlay, name);
        Ok((Self { overlay: Some(overlay), ..self.clone() }, notes))
    }

    fn read_repository(&self, name: &str, text: &str) -> Result<RepositoryConfig, PolicyError> {
        if text.len() > LARGEST {
            return Err(PolicyError::whole(name, "larger than 64KiB: it is not read"));
        }
        Reader { name, text, rules: &self.rules, options: false }.read()
    }

    fn not_honoured(&self, overlay: &Overlay, name: &str) -> Vec<String> {
        let floor = overlay.floor;
        let name = printable(name, 200);
        let mut notes = Vec::new();
        let thresholds = [
            ("reject-at", overlay.reject_at, self.config.gate.reject_at),
            ("annotate-at", overlay.annotate_at, self.config.gate.annotate_at),
        ];
        for (key, own, server) in thresholds {
            if let Some(own) = own.filter(|own| *own > server && *own > floor) {
                notes.push(format!(
                    "{name}: gate.{key} = \"{}\" does not count from the server's floor, {}, on",
                    own.name(),
                    floor.name()
                ));
            }
        }
        for (id, own) in &overlay.rules {
            let bent = |server: Severity| {
                let wanted = if own.off { None } else { Some(own.severity.unwrap_or(server)) };
                overlay.severity(id, server) != wanted
            };
            if SEVERITIES.into_iter().any(bent) {
                notes.push(format!(
                    "{name}: rules.{id} is not loosened from the server's floor, {}, on",
                    floor.name()
                ));
            }
        }
        if floor == Threshold::Info && !overlay.waivers.is_empty() {
            notes.push(format!("{name}: its waivers do not count; the server's floor is info"));
        }
        notes
    }

    /// What a change of a repository's own file from `old` to `new` loosens, each in one printable
    /// phrase. `None` is no file. Empty where `repository-policy` is off.
    pub fn loosened(&self, name: &str, old: Option<&str>, new: Option<&str>) -> Vec<String> {
        if self.config.repository_policy == RepositoryPolicy::Off || old == new {
            return Vec::new();
        }
        let before = old.and_then(|text| self.with_repository(name, text).ok());
        let after = match new.map(|text| self.with_repository(name, text)) {
            None => self.clone(),
            Some(Ok((policy, _))) => policy,
            // What can't be read doesn't tighten: told, unless it was so before.
            Some(Err(_)) if old.is_some() && before.is_none() => return Vec::new(),
            Some(Err(error)) => return vec![format!("it can't be read: {}", error.message())],
        };
        let before = before.map_or_else(|| self.clone(), |(policy, _)| policy);
        let mut loosened = milder_actions(&before, &after);
        loosened.extend(milder_rules(&before, &after));
        loosened.extend(new_waivers(&before, &after));
        loosened
    }
}

fn milder_actions(before: &Policy, after: &Policy) -> Vec<String> {
    let (old, new) = (before.for_ref(&[]), after.for_ref(&[]));
    let done = |action| match action {
        Action::Reject => "refused",
        Action::Annotate | Action::Waive => "told",
        Action::Ignore => "ignored",
    };
    let milder = SEVERITIES.into_iter().rev().filter_map(|severity| {
        let (was, now) = (old.action(severity), new.action(severity));
        let (name, was_done, now_done) = (severity.name(), done(was), done(now));
        (now < was).then(|| format!("{name} findings: was {was_done}, now {now_done}"))
    });
    milder.collect()
}

fn milder_rules(before: &Policy, after: &Policy) -> Vec<String> {
    let ids = |policy: &Policy| -> Vec<String> {
        policy.overlay.iter().flat_map(|overlay| overlay.rules.keys().cloned()).collect()
    };
    let mut ids = [ids(before), ids(after)].concat();
    ids.sort();
    ids.dedup();
    let word = |severity: Option<Severity>| severity.map_or("off", Severity::name);
    let milder = ids.into_iter().filter_map(|id| {
        SEVERITIES.into_iter().rev().find_map(|severity| {
            let (was, now) = (before.severity_of(&id, severity), after.severity_of(&id, severity));
            (now < was).then(|| format!("rule {id}: was {}, now {}", word(was), word(now)))
        })
    });
    milder.collect()
}

fn new_waivers(before: &Policy, after: &Policy) -> Vec<String> {
    let of = |policy: &Policy| -> Vec<Waiver> {
        policy.overlay.iter().flat_map(|overlay| overlay.waivers.clone()).collect()
    };
    if after.config.floor.0 == Threshold::Info {
        return Vec::new();
    }
    let old = of(before);
    let new = of(after).into_iter().filter(|waiver| !old.contains(waiver));
    new.map(|waiver| format!("a new waiver for {} until {}", waiver.title(), waiver.until.0))
        .collect()
}
