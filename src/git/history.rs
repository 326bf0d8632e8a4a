//! A history from its roots on.

use std::collections::BinaryHeap;

use anyhow::{Result, bail};
use gix::commitgraph::Graph;
use gix::hashtable::{HashMap, HashSet};

use super::{Commit, Commits, Id, Limits, Repository};
use crate::model::{Gap, GapKind};

/// How many first parents are followed to a root: a quarter of a second where no commit-graph lists
/// them.
const FOLLOWED: usize = 20_000;

/// Commits in an order in which no commit stands before its parents.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The commits, oldest first.
    pub commits: Vec<Commit>,
    /// Where the walk had to stop: a commit that is missing or broken.
    pub gaps: Vec<Gap>,
}

/// Commits by the commit-graph where it has them, which saves to open each.
struct Source<'r> {
    repository: &'r Repository,
    graph: Option<Graph>,
}

impl Source<'_> {
    fn commit(&self, id: Id) -> Result<Commit, Gap> {
        match self.graph.as_ref().and_then(|graph| listed(graph, id)) {
            Some(commit) => Ok(commit),
            None => self.repository.commit(id),
        }
    }
}

fn listed(graph: &Graph, id: Id) -> Option<Commit> {
    let commit = graph.commit_by_id(id)?;
    let parents = commit.iter_parents().map(|at| Some(graph.id_at(at.ok()?).to_owned()));
    Some(Commit {
        id,
        tree: commit.root_tree_id().to_owned(),
        parents: parents.collect::<Option<_>>()?,
        seconds: commit.committer_timestamp().try_into().ok()?,
    })
}

impl Repository {
    /// Every commit that `tips` lead to and none of `known` does, or only the steps along first
    /// parents.
    pub fn history(&self, tips: &[Id], known: &[Id], first_parent: bool) -> History {
        let source = Source { repository: self, graph: self.commit_graph() };
        if let ([tip], [_, ..], None, false) = (tips, known, &source.graph, first_parent) {
            return self.since(*tip, known);
        }
        let old: HashSet<Id> =
            if known.is_empty() { HashSet::default() } else { reach(&source, known, first_parent) };
        let (mut found, mut gaps) = (HashMap::default(), Vec::new());
        let mut todo: Vec<Id> = tips.to_vec();
        while let Some(id) = todo.pop() {
            if old.contains(&id) || found.contains_key(&id) {
                continue;
            }
            match source.commit(id) {
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
        let source = Source { repository: self, graph: self.commit_graph() };
        let mut id = self.commit_named("HEAD").ok()?;
        for _ in 0..FOLLOWED {
            match source.commit(id).ok()?.parents.first() {
                Some(&parent) => id = parent,
                None => return Some(id),
            }
        }
        None
    }

    /// What a tip has and none of `known`, without a commit-graph: by the clocks of both sides, so that what is old stays unread.
    fn since(&self, tip: Id, known: &[Id]) -> History {
        let limits = Limits { commits: usize::MAX, until: None, ..Limits::default() };
        let Commits { commits, mut gaps, notes } = self.new_commits(tip, known, &limits);
        gaps.extend(notes.into_iter().map(|note| Gap::of(GapKind::MissingObject, "", note)));
        let found = commits.into_iter().map(|commit| (commit.id, commit)).collect();
        History { commits: ordered(found, false), gaps }
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

fn reach(source: &Source<'_>, tips: &[Id], first_parent: bool) -> HashSet<Id> {
    let (mut seen, mut todo) = (HashSet::default(), tips.to_vec());
    while let Some(id) = todo.pop() {
        if seen.insert(id)
            && let Ok(commit) = source.commit(id)
        {
            todo.extend(followed(&commit, first_parent));
        }
    }
    seen
}

fn followed(commit: &Commit, first_parent: bool) -> impl Iterator<Item = Id> {
    let most = if first_parent { 1 } else { usize::MAX };
    commit.parents.iter().copied().take(most)
}

/// Parents first; of what may come next the oldest.
fn ordered(mut found: HashMap<Id, Commit>, first_parent: bool) -> Vec<Commit> {
    let mut children: HashMap<Id, Vec<Id>> = HashMap::default();
    let mut waits: HashMap<Id, usize> = HashMap::default();
    let mut ready = BinaryHeap::new();
    for commit in found.values() {
        let mut count = 0;
        for parent in followed(commit, first_parent).filter(|id| found.contains_key(id)) {
            children.entry(parent).or_default().push(commit.id);
            count += 1;
        }
        if count == 0 {
            ready.push((std::cmp::Reverse(commit.seconds), commit.id));
        } else {
            waits.insert(commit.id, count);
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
