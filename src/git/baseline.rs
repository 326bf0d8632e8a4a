//! What an update of a ref is compared with.

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::{Id, Limits, Peeled, RefUpdate, Repository, Revision};
use crate::model::{Gap, GapKind};

/// More bases than a sane history has; what is beyond is not asked.
const MOST_BASES: usize = 16;
/// Names for the default branch where `HEAD` names one that doesn't exist.
const USUAL: [&str; 4] =
    ["refs/heads/main", "refs/heads/master", "refs/heads/trunk", "refs/heads/develop"];

/// The refs whose state counts as judged when a ref is created.
#[derive(Clone, Copy, Default)]
pub struct Trusted<'a> {
    /// Those that policy names, by full name. `None`: the default branch.
    pub refs: Option<&'a dyn Fn(&BStr) -> bool>,
    /// For a new tag also these older ones: only such as are judged as strictly as the new one.
    pub tags: Option<&'a dyn Fn(&BStr) -> bool>,
}

impl std::fmt::Debug for Trusted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trusted").finish_non_exhaustive()
    }
}

/// What one update is judged against.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The ref that really changes, where the name is a symbolic ref's: the stricter policy counts.
    pub alias: Option<BString>,
    /// What there is to judge.
    pub standing: Standing,
}

/// What there is to judge about an update.
#[derive(Clone, Debug)]
pub enum Standing {
    /// The ref goes away.
    Deleted,
    /// The ref is not what the client says it is: git will refuse the update after the hook.
    Stale(Id),
    /// The new value is a single file, of no name.
    Blob(Id),
    /// Two states are to be compared.
    Compare(Comparison),
    /// Something is missing without which there is no comparison.
    Unjudgeable(Gap),
}

/// The states to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The old states, at least one: what ALL of them have is old.
    pub old: Vec<Revision>,
    /// The new state.
    pub new: Revision,
    /// The new commit; `None` where the ref is to name a tree.
    pub tip: Option<Id>,
    /// The commits whose history is not new, for [`Repository::new_commits`].
    pub known: Vec<Id>,
}

/// The states a new ref is compared with, and the commits that are already here.
pub(super) type Bases = std::result::Result<(Vec<Revision>, Vec<Id>), Gap>;
/// A tip and what it is compared with, and what came of it.
pub(super) type LastBases = Option<((Id, Vec<Id>), Bases)>;

impl Repository {
    /// What an update is judged against.
    ///
    /// The old tip, always, for a ref that exists: what other refs already have is no excuse. For a
    /// new ref the best merge bases with the trusted ones; the empty tree where there are none, and
    /// for the default branch itself, which then is the repository's first or was deleted before.
    ///
    /// # Errors
    /// Where the refs can't be read and are needed.
    pub fn baseline(
        &self,
        update: &RefUpdate,
        trusted: &Trusted<'_>,
        limits: &Limits,
    ) -> Result<Baseline> {
        let name = update.name.as_bstr();
        let (target, current) = self.lead(name);
        let standing = if update.new.is_null() {
            Standing::Deleted
        } else if let Some(current) = self.stale(update, target.as_bstr(), current)? {
            Standing::Stale(current)
        } else {
            self.standing(update, target.as_bstr(), trusted, limits)?
        };
        Ok(Baseline { alias: (target != name).then_some(target), standing })
    }

    /// The value of a ref that is not what the client says. A packed ref is asked only for a creation:
    /// what the client says wrongly of another one, git refuses after the hook.
    fn stale(&self, update: &RefUpdate, name: &BStr, loose: Option<Id>) -> Result<Option<Id>> {
        let current =
            if loose.is_none() && update.old.is_null() { self.current(name)? } else { loose };
        Ok(current.filter(|&current| current != update.old && current != update.new))
    }

    fn standing(
        &self,
        update: &RefUpdate,
        name: &BStr,
        trusted: &Trusted<'_>,
        limits: &Limits,
    ) -> Result<Standing> {
        let (new, tip) = match self.peel(update.new) {
            Ok(Peeled::Commit { id, tree }) => (Revision::Tree(tree), Some(id)),
            Ok(Peeled::Tree(tree)) => (Revision::Tree(tree), None),
            Ok(Peeled::Blob(id)) => return Ok(Standing::Blob(id)),
            Err(gap) => return Ok(Standing::Unjudgeable(gap)),
        };
        let (old, known) = if !update.old.is_null() {
            match self.peel(update.old) {
                Ok(Peeled::Commit { id, tree }) => (vec![Revision::Tree(tree)], vec![id]),
                Ok(Peeled::Tree(tree)) => (vec![Revision::Tree(tree)], vec![]),
                Ok(Peeled::Blob(_)) => (vec![Revision::Empty], vec![]),
                Err(gap) => return Ok(Standing::Unjudgeable(gap)),
            }
        } else if let Some(tip) = tip {
            match self.bases(tip, name, trusted, limits)? {
                Ok(found) => found,
                Err(gap) => return Ok(Standing::Unjudgeable(gap)),
            }
        } else {
            (vec![Revision::Empty], vec![])
        };
        Ok(Standing::Compare(Comparison { old, new, tip, known }))
    }

    /// The states a new ref is compared with, and the commits that are already here.
    fn bases(&self, tip: Id, name: &BStr, trusted: &Trusted<'_>, limits: &Limits) -> Result<Bases> {
        let others = self.trusted_tips(name, trusted)?;
        // Of thousands of new refs of one push most have the tip of the one before.
        let key = (tip, others);
        if let Some((last, found)) = &*self.last_bases.borrow()
            && *last == key
        {
            return Ok(found.clone());
        }
        let found = self.bases_among(tip, &key.1, limits)?;
        *self.last_bases.borrow_mut() = Some((key, found.clone()));
        Ok(found)
    }

    fn bases_among(&self, tip: Id, others: &[Id], limits: &Limits) -> Result<Bases> {
        let branches = self.refs(&|other| other.starts_with(b"refs/heads/"))?;
        let branches = branches.into_iter().map(|(_, id)| id);
        if others.is_empty() {
            return Ok(Ok((vec![Revision::Empty], branches.collect())));
        }
        let Ok(bases) = self.merge_bases(tip, others, limits) else {
            let message = "where the new ref leaves known history could not be found";
            return Ok(Err(Gap::of(GapKind::Limit, "", message)));
        };
        let known = bases.iter().copied().chain(branches).collect();
        let mut old = Vec::new();
        for base in bases.into_iter().take(MOST_BASES) {
            match self.revision(base) {
                Ok(Some(revision)) if !old.contains(&revision) => old.push(revision),
                Ok(_) => {}
                Err(gap) => return Ok(Err(gap)),
            }
        }
        if old.is_empty() {
            old.push(Revision::Empty);
        }
        Ok(Ok((old, known)))
    }

    /// The commits of the refs that count as judged, the created one itself left out.
    fn trusted_tips(&self, name: &BStr, trusted: &Trusted<'_>) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        match trusted.refs {
            Some(trusted) => ids.extend(self.matching(name, trusted)?),
            None => ids.extend(self.default_tip(name)?),
        }
        if let (true, Some(trusted)) = (name.starts_with(b"refs/tags/"), trusted.tags) {
            ids.extend(self.matching(name, trusted)?);
        }
        let mut tips: Vec<Id> = ids.into_iter().filter_map(|id| self.commit_of(id)).collect();
        tips.sort();
        tips.dedup();
        Ok(tips)
    }

    fn default_tip(&self, name: &BStr) -> Result<Option<Id>> {
        let default = self.default_branch();
        if default.as_ref().is_some_and(|default| default == name) {
            return Ok(None);
        }
        let usual = USUAL.iter().map(|&usual| BString::from(usual));
        for candidate in default.into_iter().chain(usual).filter(|candidate| candidate != name) {
            if let Some(id) = self.current(candidate.as_bstr())? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn matching(&self, name: &BStr, wanted: &dyn Fn(&BStr) -> bool) -> Result<Vec<Id>> {
        let refs = self.refs(&|other| other != name && wanted(other))?;
        Ok(refs.into_iter().map(|(_, id)| id).collect())
    }

    fn commit_of(&self, id: Id) -> Option<Id> {
        match self.peel(id) {
            Ok(Peeled::Commit { id, .. }) => Some(id),
            _ => None,
        }
    }
}
