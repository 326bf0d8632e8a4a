//! A history from its roots on.

use std::collections::{BinaryHeap, HashMap, HashSet};

use anyhow::{Result, bail};
use bstr::{BString, ByteSlice as _};

use super::{Commit, Id, Repository};
use crate::model::Gap;

/// How many first parents are followed to a root.
const FOLLOWED: usize = 200_000;

/// Commits in an order in which no commit stands before its parents.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The commits, oldest first.
    pub commits: Vec<Commit>,
    /// Where the walk had to stop: a commit that is missing or broken.
    pub gaps: Vec<Gap>,
}

impl Repository {
    /// Every commit that `tips` lead to and none of `known` does, or only the steps along first
    /// parents.
    pub fn history(&self, tips: &[Id], known: &[Id], first_parent: bool) -> History {
        let old: HashSet<Id> =
            if known.is_empty() { HashSet::new() } else { self.reach(known, first_parent).0 };
        let (mut found, mut gaps) = (HashMap::new(), Vec::new());
        let mut todo: Vec<Id> = tips.to_vec();
        while let Some(id) = todo.pop() {
            if old.contains(&id) || found.contains_key(&id) {
                continue;
            }
            match self.commit(id) {
                Ok(commit) => {
                    todo.extend(followed(&commit, first_parent));
                    found.insert(id, commit);
                }
                Err(gap) => gaps.push(gap),
            }
        }
        History { commits: ordered(found, first_parent), gaps }
    }

    /// Where the history of `HEAD` began: its first parents' end, the same in every full clone.
    /// `None`: there is no commit yet, or too many to follow.
    pub fn root(&self) -> Option<Id> {
        let mut id = self.commit_named("HEAD").ok()?;
        for _ in 0..FOLLOWED {
            match self.commit(id).ok()?.parents.first() {
                Some(&parent) => id = parent,
                None => return Some(id),
            }
        }
        None
    }

    fn reach(&self, tips: &[Id], first_parent: bool) -> (HashSet<Id>, Vec<Gap>) {
        let (mut seen, mut gaps, mut todo) = (HashSet::new(), Vec::new(), tips.to_vec());
        while let Some(id) = todo.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.commit(id) {
                Ok(commit) => todo.extend(followed(&commit, first_parent)),
                Err(gap) => gaps.push(gap),
            }
        }
        (seen, gaps)
    }

    /// The first line of a commit's message; empty where it can't be read.
    pub fn subject(&self, id: Id) -> BString {
        let mut buffer = Vec::new();
        let Ok(data) = self.objects.read(&id, &mut buffer) else { return BString::default() };
        let message = data.data.find("\n\n").and_then(|at| data.data.get(at + 2..));
        message.and_then(|text| text.lines().next()).unwrap_or_default().into()
    }

    /// The commits that a range names: `A..B`, or all that lead to `B`; `HEAD` for an empty text.
    ///
    /// # Errors
    /// Where a name names no commit.
    pub fn commits_of(&self, range: &str) -> Result<(Vec<Id>, Vec<Id>)> {
        let (old, new) = match range.split_once("..") {
            Some((old, new)) if !new.starts_with('.') => (Some(old), new),
            Some(_) => bail!("{range:?} is no range that has a direction; use `A..B`"),
            None => (None, range),
        };
        let named = |text: &str| self.commit_named(if text.is_empty() { "HEAD" } else { text });
        let known = old.map(named).transpose()?;
        Ok((vec![named(new)?], known.into_iter().collect()))
    }
}

fn followed(commit: &Commit, first_parent: bool) -> Vec<Id> {
    let most = if first_parent { 1 } else { usize::MAX };
    commit.parents.iter().copied().take(most).collect()
}

/// Parents first; of what may come next the oldest.
fn ordered(mut found: HashMap<Id, Commit>, first_parent: bool) -> Vec<Commit> {
    let mut children: HashMap<Id, Vec<Id>> = HashMap::new();
    let mut waits: HashMap<Id, usize> = HashMap::new();
    let mut ready = BinaryHeap::new();
    for commit in found.values() {
        let parents: Vec<Id> = followed(commit, first_parent)
            .into_iter()
            .filter(|id| found.contains_key(id))
            .collect();
        if parents.is_empty() {
            ready.push((std::cmp::Reverse(commit.seconds), commit.id));
        }
        waits.insert(commit.id, parents.len());
        for parent in parents {
            children.entry(parent).or_default().push(commit.id);
        }
    }
    let mut commits = Vec::with_capacity(found.len());
    while let Some((_, id)) = ready.pop() {
        for child in children.remove(&id).unwrap_or_default() {
            let Some(left) = waits.get_mut(&child) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0
                && let Some(commit) = found.get(&child)
            {
                ready.push((std::cmp::Reverse(commit.seconds), child));
            }
        }
        commits.extend(found.remove(&id));
    }
    commits
}
