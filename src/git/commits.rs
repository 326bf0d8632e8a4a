//! The commits that a push brings, and where histories meet.

use std::collections::{BinaryHeap, HashMap};

use anyhow::Result;
use bstr::{BString, ByteSlice as _};
use gix::error::ErrorExt as _;
use gix::hash::oid;
use gix::objs::{Data, Find};

use super::objects::{Objects, broken};
use super::{Id, Limits, Repository};
use crate::model::{Gap, GapKind};

/// How many commits are walked before the old side is read at all.
const SHORT: usize = 64;
/// How many commits are still looked at once only old ones are left that are older than every new
/// one, since clocks differ.
const SLOP: usize = 8;
const GRAPH_LIMIT: usize = 64 << 20;

/// A commit as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Id,
    /// Its tree.
    pub tree: Id,
    /// Its parents, some of which a shallow repository may lack.
    pub parents: Vec<Id>,
    /// The committer's clock, in seconds since 1970.
    pub seconds: i64,
}

/// What a commit says about itself; empty where it can't be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Who wrote it, as bytes.
    pub author_name: BString,
    /// The author's mail address, as bytes.
    pub author_email: BString,
    /// The first line of its message.
    pub subject: BString,
}

/// New commits, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    /// The commits.
    pub commits: Vec<Commit>,
    /// Where the walk had to stop.
    pub gaps: Vec<Gap>,
    /// Where it stopped because the repository is shallow by intent; printable.
    pub notes: Vec<String>,
}

impl Repository {
    /// One commit.
    ///
    /// # Errors
    /// A gap where it is missing or broken.
    pub fn commit(&self, id: Id) -> Result<Commit, Gap> {
        read(&self.objects, id)
    }

    /// Who wrote a commit, and what for.
    pub fn about(&self, id: Id) -> About {
        let mut buffer = Vec::new();
        let Ok(data) = self.objects.read_fresh(&id, &mut buffer) else { return About::default() };
        let message = data.data.find("\n\n").and_then(|at| data.data.get(at + 2..));
        let subject = message.and_then(|text| text.lines().next()).unwrap_or_default().into();
        let author = data.try_into_commit_iter().and_then(|tokens| tokens.author().ok());
        About {
            author_name: author.map(|author| author.name.to_owned()).unwrap_or_default(),
            author_email: author.map(|author| author.email.to_owned()).unwrap_or_default(),
            subject,
        }
    }

    /// The commit-graph that git keeps beside the objects. A shallow repository has none that counts.
    pub(super) fn commit_graph(&self) -> Option<gix::commitgraph::Graph> {
        let folder = self.main_store.join("info");
        if self.shallow.exists() {
            return None;
        }
        gix::commitgraph::Graph::at(&folder, self.objects.hash, Some(GRAPH_LIMIT)).ok()
    }

    /// Whether a commit's parents are left out on purpose: git checked what it took in.
    ///
    /// Source: gitrepository-layout(5), "shallow"; `GIT_SHALLOW_FILE` names it during a push.
    fn is_shallow(&self, id: Id) -> bool {
        let list = std::fs::read(&self.shallow).unwrap_or_default();
        list.lines().any(|line| line == id.to_string().as_bytes())
    }

    /// The commits that `tip` leads to and none of `known` does. What a shallow repository lacks ends
    /// the walk there; `notes` says so, or `gaps` where it is not shallow by intent.
    pub fn new_commits(&self, tip: Id, known: &[Id], limits: &Limits) -> Commits {
        if let Some(commits) = self.short_walk(tip, known) {
            return commits;
        }
        Walk::new(self, limits).run(tip, known)
    }

    /// The usual push: a few commits on top of what is known, of which nothing needs to be read.
    fn short_walk(&self, tip: Id, known: &[Id]) -> Option<Commits> {
        let mut found: Vec<Commit> = Vec::new();
        let mut todo = vec![tip];
        while let Some(id) = todo.pop() {
            if known.contains(&id) || found.iter().any(|commit| commit.id == id) {
                continue;
            }
            let commit = self.commit(id).ok()?;
            if commit.parents.is_empty() || found.len() == SHORT {
                return None;
            }
            todo.extend(commit.parents.iter().rev());
            found.push(commit);
        }
        found.sort_by_key(|commit| std::cmp::Reverse(commit.seconds));
        Some(Commits { commits: found, ..Commits::default() })
    }

    /// The best common ancestors of one commit with any of the others; several where branches were
    /// merged crosswise, none where they share nothing.
    pub(super) fn merge_bases(&self, tip: Id, others: &[Id], limits: &Limits) -> Result<Vec<Id>> {
        // Without a commit-graph the walk reads every commit, and comes to the same.
        let cache = self.commit_graph();
        let objects = Timed { objects: &self.objects, limits: *limits };
        let mut graph = gix::revwalk::Graph::new(objects, cache.as_ref());
        let bases = gix::revision::plumbing::merge_base(tip, others, &mut graph)
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(bases.map(|bases| bases.into_iter().collect()).unwrap_or_default())
    }
}

/// Objects until the time is over.
struct Timed<'r> {
    objects: &'r Objects,
    limits: Limits,
}

impl Find for Timed<'_> {
    fn try_find<'a>(&self, id: &oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        if self.limits.over() {
            return Err(gix::error::message("the time is over").raise());
        }
        self.objects.try_find(id, buffer)
    }
}

fn read(objects: &Objects, id: Id) -> Result<Commit, Gap> {
    let mut buffer = Vec::new();
    let data = objects.read(&id, &mut buffer)?;
    let mut tokens = data.try_into_commit_iter().ok_or_else(|| broken(&id))?;
    let tree = tokens.tree_id().map_err(|_| broken(&id))?;
    let parents = tokens.parent_ids().collect();
    let seconds = tokens.committer().map_or(0, |committer| committer.seconds());
    Ok(Commit { id, tree, parents, seconds })
}

/// A walk by date from both sides, as git's `rev-list` does it.
struct Walk<'r> {
    repository: &'r Repository,
    limits: &'r Limits,
    seen: HashMap<Id, Seen>,
    queue: BinaryHeap<(i64, Id)>,
    /// How many new commits wait in the queue.
    open: usize,
    /// The clock of the oldest new commit: what is old and not older than that may still reach it.
    oldest: i64,
    gaps: Vec<Gap>,
    notes: Vec<String>,
}

struct Seen {
    commit: Option<Commit>,
    old: bool,
    waits: bool,
}

impl<'r> Walk<'r> {
    fn new(repository: &'r Repository, limits: &'r Limits) -> Self {
        let (seen, queue) = (HashMap::new(), BinaryHeap::new());
        Self {
            repository,
            limits,
            seen,
            queue,
            open: 0,
            oldest: i64::MAX,
            gaps: vec![],
            notes: vec![],
        }
    }

    fn run(mut self, tip: Id, known: &[Id]) -> Commits {
        for &id in known {
            self.reach(id, true, None);
        }
        self.reach(tip, false, None);
        let mut slop = SLOP;
        while let Some((seconds, id)) = self.queue.pop() {
            let Some(seen) = self.seen.get_mut(&id) else { continue };
            if !std::mem::take(&mut seen.waits) {
                continue;
            }
            let old = seen.old;
            self.open -= usize::from(!old);
            let parents = seen.commit.as_ref().map(|commit| commit.parents.clone());
            for parent in parents.unwrap_or_default() {
                self.reach(parent, old, Some(id));
            }
            let undecided = self.open > 0 || seconds >= self.oldest;
            slop = if undecided { SLOP } else { slop.saturating_sub(1) };
            if slop == 0 || self.is_over() {
                break;
            }
        }
        let fresh = self.seen.into_values().filter(|seen| !seen.old);
        let mut commits: Vec<Commit> = fresh.filter_map(|seen| seen.commit).collect();
        commits.sort_by_key(|commit| (std::cmp::Reverse(commit.seconds), commit.id));
        Commits { commits, gaps: self.gaps, notes: self.notes }
    }

    /// A commit is found, from the old side or the new one. What turns out old after it was taken for
    /// new goes through the queue again, to tell its ancestors.
    fn reach(&mut self, id: Id, old: bool, child: Option<Id>) {
        if let Some(seen) = self.seen.get_mut(&id) {
            if old && !seen.old {
                seen.old = true;
                if seen.waits {
                    self.open -= 1;
                } else if let Some(commit) = &seen.commit {
                    seen.waits = true;
                    self.queue.push((commit.seconds, id));
                }
            }
            return;
        }
        let commit = self.repository.commit(id);
        if let (Err(gap), false) = (&commit, old) {
            let message = "the history ends here, older commits were not searched for secrets";
            match child.filter(|child| self.repository.is_shallow(*child)) {
                Some(child) => self.notes.push(format!("commit {child:.10} is shallow: {message}")),
                None => {
                    self.gaps.push(Gap::of(gap.kind, "", format!("{}: {message}", gap.message)));
                }
            }
        }
        let commit = commit.ok();
        if let Some(commit) = &commit {
            self.queue.push((commit.seconds, id));
            if !old {
                self.open += 1;
                self.oldest = self.oldest.min(commit.seconds);
            }
        }
        let waits = commit.is_some();
        self.seen.insert(id, Seen { commit, old, waits });
    }

    fn is_over(&mut self) -> bool {
        let over = self.limits.over() || self.seen.len() > self.limits.commits;
        if over && self.open > 0 {
            let message = "not every new commit was searched for secrets, the bound was reached";
            self.gaps.push(Gap::of(GapKind::Limit, "", message));
        }
        over
    }
}
