//! Which repositories are audited.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::cli::args;

/// How deep repositories are looked for.
const DEEPEST: usize = 16;
const LONGEST_LIST: usize = 1_000_000;

/// The repositories that the arguments name, in their order, and the range audited in each.
pub(super) fn named(arguments: &args::Audit) -> Result<(Vec<PathBuf>, String)> {
    let (mut folders, mut range) = (Vec::new(), None);
    folders.extend(arguments.repository.clone());
    for what in &arguments.what {
        if what == "-" {
            folders.extend(listed(&mut io::stdin().lock())?);
        } else if Path::new(what).is_dir() && range.as_ref() != Some(what) {
            folders.push(PathBuf::from(what));
        } else if let Some(range) = range.replace(what.clone()) {
            bail!("{range} and {what} are no folders, and there is only one range");
        }
    }
    if let Some(top) = &arguments.below {
        folders.extend(below(top)?);
    } else if folders.is_empty() && !arguments.what.iter().any(|what| what == "-") {
        folders.push(PathBuf::from("."));
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    if let Some(shard) = arguments.shard {
        folders.retain(|folder| shard.takes(folder));
    }
    Ok((folders, range.unwrap_or_else(|| "HEAD".to_owned())))
}

/// One folder a line.
fn listed(input: &mut impl io::BufRead) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for line in input.lines().take(LONGEST_LIST) {
        let line = line.context("the list on standard input")?;
        folders.extend(Some(line.trim()).filter(|line| !line.is_empty()).map(PathBuf::from));
    }
    Ok(folders)
}

/// Every repository below a folder, bare or not. Links are not followed, and nothing is looked for
/// inside a repository.
fn below(top: &Path) -> Result<Vec<PathBuf>> {
    ensure!(top.is_dir(), "{} is no folder", top.display());
    let (mut found, mut todo) = (Vec::new(), vec![(top.to_owned(), 0)]);
    while let Some((folder, depth)) = todo.pop() {
        let bare = folder.join("HEAD").exists() && folder.join("objects").is_dir();
        if bare || folder.join(".git").exists() {
            found.push(folder);
            continue;
        }
        // What can't be listed holds nothing that could be audited.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let folders = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        if depth < DEEPEST {
            todo.extend(folders.map(|entry| (entry.path(), depth + 1)));
        }
    }
    found.sort();
    Ok(found)
}

/// One part of a fleet: which of how many, counted from zero as Kubernetes and GNU parallel's
/// `{= $_ = $job->seq() - 1 =}` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// Reads `I/N`.
    pub(in crate::cli) fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            Some(Self { number: number.parse().ok()?, of: of.parse().ok()? })
        });
        numbers
            .filter(|shard| shard.number < shard.of)
            .ok_or_else(|| "a shard is I/N, with I from 0 to N - 1".to_owned())
    }

    /// Each repository is in exactly one shard, whichever others there are.
    fn takes(self, folder: &Path) -> bool {
        let hash = blake3::hash(folder.as_os_str().as_encoded_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        u64::from_be_bytes(first) % self.of == self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_repository_is_in_one_shard() {
        let shards: Vec<Shard> =
            (0..5).map(|number| Shard::parse(&format!("{number}/5")).unwrap()).collect();
        for number in 0..100 {
            let folder = PathBuf::from(format!("/srv/git/{number}.git"));
            assert_eq!(shards.iter().filter(|shard| shard.takes(&folder)).count(), 1);
        }
        assert!(Shard::parse("5/5").is_err());
        assert!(Shard::parse("1").is_err());
    }
}
