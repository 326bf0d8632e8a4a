//! What stays in history: rules that are asked of every new commit, not only of the net change.

use anyhow::Result;

use super::judge::{Judge, Judged, same};
use crate::git::{Commit, Id, Revision};
use crate::model::Rule;
use crate::rules::RULES;

impl Judge<'_> {
    /// Adds to `judged` what a commit between `known` and `tip` brought and a later one took away.
    ///
    /// What `branches` hold is as known; they are asked only where several commits came. A merge is
    /// compared with each of its parents: what differs from all of them is its own.
    pub(super) fn add_history(
        &self,
        tip: Id,
        known: &[Id],
        branches: &dyn Fn() -> Result<Vec<Id>>,
        judged: &mut Judged,
    ) -> Result<()> {
        let rules: Vec<&'static Rule> =
            RULES.iter().copied().filter(|rule| rule.every_commit).collect();
        if rules.is_empty() || known == [tip] {
            return Ok(());
        }
        let mut walk = self.repository.new_commits(tip, known, &self.limits);
        let alone = matches!(walk.commits.as_slice(), [only] if only.parents.len() <= 1
            && only.parents.iter().all(|parent| known.contains(parent)));
        let mut branches = if alone { Vec::new() } else { branches()? };
        if !branches.is_empty() {
            branches.extend(known);
            walk = self.repository.new_commits(tip, &branches, &self.limits);
        }
        judged.gaps.extend(walk.gaps);
        judged.notes.extend(walk.notes);
        if alone {
            return Ok(());
        }
        for commit in walk.commits.iter().rev() {
            self.add_commit(commit, &rules, judged)?;
        }
        Ok(())
    }

    fn add_commit(
        &self,
        commit: &Commit,
        rules: &[&'static Rule],
        judged: &mut Judged,
    ) -> Result<()> {
        let new = Revision::Tree(commit.tree);
        let mut own: Option<Judged> = None;
        for old in self.parents(commit) {
            let mut found = self.compare(&[old], &new, rules)?;
            if let Some(own) = own {
                found.regressions.retain(|r| own.regressions.iter().any(|other| same(other, r)));
            }
            own = Some(found);
        }
        let Some(own) = own else { return Ok(()) };
        for mut regression in own.regressions {
            if !judged.regressions.iter().any(|known| same(known, &regression)) {
                regression.commit = Some(commit.id.to_string());
                judged.regressions.push(regression);
            }
        }
        Ok(())
    }

    /// The trees of the parents; of a commit without any, the empty tree. A parent that a shallow
    /// repository lacks is left out: the walk has said so.
    fn parents(&self, commit: &Commit) -> Vec<Revision> {
        if commit.parents.is_empty() {
            return vec![Revision::Empty];
        }
        let read = commit.parents.iter().filter_map(|parent| self.repository.commit(*parent).ok());
        read.map(|parent| Revision::Tree(parent.tree)).collect()
    }
}
