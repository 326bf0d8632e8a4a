//! Which policy counts.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::args::Common;
use crate::policy::{Gitleaks, Policy};
use crate::rules::RULES;

/// Where a server's policy lies when nothing else is said.
const SYSTEM: &str = "/etc/plimsoll/policy.toml";
/// A policy is written by hand.
const LARGEST: u64 = 1 << 20;

/// The policy in force for a repository.
///
/// `--policy`, else `$PLIMSOLL_POLICY`, else `plimsoll.toml` in the git directory, else
/// `/etc/plimsoll/policy.toml`, else the built-in one. What is named must be there; what is there
/// must be readable.
pub(super) fn policy(common: &Common, git_dir: Option<&Path>) -> Result<Policy> {
    policy_or(common.policy.as_deref(), git_dir)
}

/// As [`policy`], `named` being what `--policy` says.
pub(super) fn policy_or(named: Option<&Path>, git_dir: Option<&Path>) -> Result<Policy> {
    if let Some(file) = named {
        return read(file);
    }
    if let Some(file) = std::env::var_os("PLIMSOLL_POLICY").filter(|file| !file.is_empty()) {
        return read(Path::new(&file));
    }
    let own = git_dir.map(|folder| folder.join("plimsoll.toml"));
    for file in own.into_iter().chain([PathBuf::from(SYSTEM)]) {
        if there(&file)? {
            return read(&file);
        }
    }
    Ok(Policy::built_in(RULES))
}

/// A policy file.
pub(super) fn read(file: &Path) -> Result<Policy> {
    let name = file.display().to_string();
    let size = fs::metadata(file).with_context(|| format!("policy {name}"))?.len();
    ensure!(size <= LARGEST, "policy {name} is larger than {LARGEST} bytes");
    let text = fs::read_to_string(file).with_context(|| format!("policy {name}"))?;
    let policy = Policy::parse(&name, &text, RULES).map_err(|error| anyhow::anyhow!("{error}"))?;
    let patterns = policy.config().secrets.gitleaks_config.as_ref();
    let patterns = patterns.map(|file| Gitleaks::read(file.as_path())).transpose()?;
    Ok(match patterns {
        Some(patterns) => policy.with_secrets(patterns),
        None => policy,
    })
}

fn there(file: &Path) -> Result<bool> {
    match fs::symlink_metadata(file) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error).with_context(|| format!("policy {}", file.display())),
    }
}
