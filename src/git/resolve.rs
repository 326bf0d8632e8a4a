//! What a user may write for a revision: `main`, `HEAD~2`, `v1..v2`, `main...topic`.

use anyhow::{Context as _, Result, bail, ensure};
use bstr::{BStr, BString, ByteSlice as _};

use super::{Id, Limits, Peeled, Repository, Revision};

/// How many steps `~N` may go.
const FARTHEST: usize = 1_000_000;

/// Two states a user asks to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The old states; several only for `A...B` with several best merge bases.
    pub old: Vec<Revision>,
    /// The new state.
    pub new: Revision,
    /// The commits of both sides, for [`Repository::new_commits`]: the known ones and the tip.
    pub known: Vec<Id>,
    /// The new commit, if there is one.
    pub tip: Option<Id>,
}

impl Repository {
    /// The object a user means: an id, a ref by its full or short name, `HEAD`, followed by any
    /// number of `~`, `~N`, `^`, `^N`.
    ///
    /// Source: gitrevisions(7), of which this is the part that people use.
    pub fn resolve(&self, text: &str) -> Result<Id> {
        let end = text.find(['~', '^']).unwrap_or(text.len());
        let (name, mut steps) = text.split_at(end);
        let name = if name.is_empty() || name == "@" { "HEAD" } else { name };
        let mut id =
            self.named(name.into())?.with_context(|| format!("{name:?} is no revision"))?;
        while let Some(step) = steps.chars().next() {
            let rest = &steps[1..];
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = rest.split_at(digits);
            let number = if number.is_empty() { 1 } else { number.parse()? };
            id = match step {
                '~' => self.up(id, number)?,
                '^' => self.parent(id, number)?,
                _ => bail!("{text:?} is no revision"),
            };
            steps = rest;
        }
        Ok(id)
    }

    /// `A..B` compares the two, `A...B` the best merge bases with B, a single name its first parent
    /// with itself. A side left out is `HEAD`.
    pub fn range(&self, text: &str, limits: &Limits) -> Result<Range> {
        if let Some((old, new)) = text.split_once("...") {
            let (old, new) = (self.commit_named(old)?, self.commit_named(new)?);
            let bases = self.merge_bases(new, &[old], limits)?;
            ensure!(!bases.is_empty(), "{text:?}: the two share no history");
            let states = bases.iter().map(|&base| self.state(base)).collect::<Result<_>>()?;
            return Ok(Range {
                old: states,
                new: self.state(new)?,
                known: vec![old],
                tip: Some(new),
            });
        }
        if let Some((old, new)) = text.split_once("..") {
            return self.between(old, new);
        }
        let tip = self.commit_named(text)?;
        let parents = self.commit(tip).map_err(|gap| anyhow::anyhow!(gap.message))?.parents;
        let old = match parents.first() {
            Some(&parent) => self.state(parent)?,
            None => Revision::Empty,
        };
        Ok(Range { old: vec![old], new: self.state(tip)?, known: parents, tip: Some(tip) })
    }

    /// Two revisions, which may be trees.
    pub fn between(&self, old: &str, new: &str) -> Result<Range> {
        let (old, new) = (self.resolve(old)?, self.resolve(new)?);
        let commit = |id| match self.peel(id) {
            Ok(Peeled::Commit { id, .. }) => Some(id),
            _ => None,
        };
        Ok(Range {
            old: vec![self.state(old)?],
            new: self.state(new)?,
            known: commit(old).into_iter().collect(),
            tip: commit(new),
        })
    }

    /// The tree of an object that a user named.
    pub fn state(&self, id: Id) -> Result<Revision> {
        match self.revision(id) {
            Ok(Some(revision)) => Ok(revision),
            Ok(None) => bail!("{id} is a single file, not a revision"),
            Err(gap) => bail!(gap.message),
        }
    }

    /// The commit that a name leads to, tags opened.
    ///
    /// # Errors
    /// Where it names none.
    pub fn commit_named(&self, text: &str) -> Result<Id> {
        let id = self.resolve(text)?;
        match self.peel(id) {
            Ok(Peeled::Commit { id, .. }) => Ok(id),
            Ok(_) => bail!("{text:?} is no commit"),
            Err(gap) => bail!(gap.message),
        }
    }

    /// Source: gitrevisions(7), "refname", in its order.
    fn named(&self, name: &BStr) -> Result<Option<Id>> {
        if matches!(name.len(), 40 | 64)
            && let Ok(id) = Id::from_hex(name)
        {
            return Ok(Some(id));
        }
        for (before, after) in [
            ("", ""),
            ("refs/", ""),
            ("refs/tags/", ""),
            ("refs/heads/", ""),
            ("refs/remotes/", ""),
            ("refs/remotes/", "/HEAD"),
        ] {
            let full = [before.as_bytes(), name, after.as_bytes()].concat();
            if before.is_empty()
                && !full.starts_with(b"refs/")
                && name != "HEAD"
                && !name.ends_with(b"_HEAD")
            {
                continue;
            }
            if let Some(id) = self.current(full.as_bstr())? {
                return Ok(Some(id));
            }
        }
        self.objects.abbreviated(&BString::from(name).to_string())
    }

    fn up(&self, id: Id, steps: usize) -> Result<Id> {
        ensure!(steps <= FARTHEST, "~{steps} goes too far");
        (0..steps).try_fold(id, |id, _| self.parent(id, 1))
    }

    fn parent(&self, id: Id, number: usize) -> Result<Id> {
        let Ok(Peeled::Commit { id, .. }) = self.peel(id) else { bail!("{id} is no commit") };
        let Some(at) = number.checked_sub(1) else { return Ok(id) };
        let commit = self.commit(id).map_err(|gap| anyhow::anyhow!(gap.message))?;
        commit.parents.get(at).copied().with_context(|| format!("{id} has no parent {number}"))
    }
}
