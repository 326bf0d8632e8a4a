//! `rules`, `explain` and `policy`: what plimsoll knows and how it is set up.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::args::{Common, ListFormat, PolicyAction};
use super::load;
use super::scans::Scans;
use crate::git::Repository;
use crate::model::printable;
use crate::policy::{self, Policy};
use crate::rules;

/// From here on a name is taken for a misspelt one.
const ALIKE: f64 = 0.75;

/// `plimsoll rules`.
pub(super) fn list(format: ListFormat) -> Result<()> {
    let mut out = io::stdout().lock();
    match format {
        ListFormat::Text => rules::list(&mut out)?,
        ListFormat::Json => writeln!(out, "{:#}", rules::json())?,
    }
    Ok(())
}

/// `plimsoll explain RULE`.
pub(super) fn explain(id: &str) -> Result<()> {
    let Some(rule) = rules::find(id) else {
        let id = printable(id, 60);
        let near = |rule: &crate::model::Rule| strsim::jaro_winkler(rule.id, &id);
        let nearest = rules::RULES.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
        let meant = nearest.filter(|rule| near(rule) >= ALIKE);
        let meant = meant.map_or_else(String::new, |rule| format!(" did you mean {}?", rule.id));
        bail!("there is no rule {id};{meant} `plimsoll rules` lists them");
    };
    rules::page(rule, &mut io::stdout().lock())?;
    Ok(())
}

/// `plimsoll policy …`.
pub(super) fn policy(action: &PolicyAction) -> Result<()> {
    let mut out = io::stdout().lock();
    match action {
        PolicyAction::Check { file } => {
            let policy = chosen(file.as_deref())?;
            for notice in policy.notices(policy::today()) {
                writeln!(out, "note: {notice}")?;
            }
            if let Some(patterns) = policy.secrets() {
                for note in patterns.notes() {
                    writeln!(out, "note: gitleaks-config: {note}")?;
                }
                writeln!(out, "{} rules of the gitleaks configuration are read", patterns.count())?;
            }
            if let Some(scans) = Scans::new(&policy, policy::today()) {
                // What is read now need not be read while somebody waits.
                let index = scans.index();
                for fault in index.faults() {
                    writeln!(out, "note: {fault}")?;
                }
                writeln!(out, "{} scan reports can be read", index.len())?;
            }
            writeln!(out, "the policy can be read")?;
        }
        PolicyAction::Show { file } => write!(out, "{}", chosen(file.as_deref())?.show())?,
        PolicyAction::Init => write!(out, "{}", policy::TEMPLATE)?,
        PolicyAction::Suggest(arguments) => {
            drop(out);
            super::audit::suggest(arguments)?;
        }
        PolicyAction::Schema => write!(out, "{}", policy::schema())?,
    }
    Ok(())
}

fn chosen(file: Option<&Path>) -> Result<Policy> {
    if let Some(file) = file {
        return load::read(file);
    }
    let folder = std::env::current_dir().context("the current folder")?;
    let repository = Repository::discover(&folder).ok();
    let git_dir: Option<PathBuf> = repository.map(|repository| repository.git_dir().to_owned());
    load::policy(&Common::default(), git_dir.as_deref())
}
