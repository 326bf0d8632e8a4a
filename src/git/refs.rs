//! Refs, read when they are needed and no sooner.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use anyhow::{Context as _, Result, ensure};
use bstr::{BStr, BString, ByteSlice as _};

use super::{Id, Repository};

/// How far symbolic refs may lead, as in git.
const DEEPEST: usize = 5;
/// More refs than this are not listed.
const MOST: usize = 20_000;

/// What one ref file holds.
enum Stored {
    Id(Id),
    Symbolic(BString),
}

impl Repository {
    /// The ref that a symbolic one leads to, which is what a push to it changes; `None` for a plain
    /// ref, one that does not exist, and a name that is no ref's.
    pub fn alias(&self, name: &BStr) -> Option<BString> {
        let (target, _) = self.lead(name);
        (target != name).then_some(target)
    }

    /// What a ref is now; `None` where it doesn't exist.
    ///
    /// # Errors
    /// Where the refs can't be read.
    pub fn current(&self, name: &BStr) -> Result<Option<Id>> {
        match self.lead(name) {
            (_, Some(id)) => Ok(Some(id)),
            (target, None) => self.packed(target.as_bstr()),
        }
    }

    /// Where a ref leads, and its value where a file of its own holds that: what is cheap to know.
    pub(super) fn lead(&self, name: &BStr) -> (BString, Option<Id>) {
        let mut at = name.to_owned();
        for _ in 0..DEEPEST {
            match self.loose(at.as_bstr()) {
                Some(Stored::Symbolic(target)) => at = target,
                Some(Stored::Id(id)) => return (at, Some(id)),
                None => break,
            }
        }
        (at, None)
    }

    /// The branch that `HEAD` names, whether it exists or not; `None` where `HEAD` is detached.
    pub fn default_branch(&self) -> Option<BString> {
        match self.loose("HEAD".into())? {
            Stored::Symbolic(target) => Some(target),
            Stored::Id(_) => None,
        }
    }

    /// Every ref whose name `wanted` takes, with its value, sorted by name.
    ///
    /// # Errors
    /// Where the refs can't be read.
    pub fn refs(&self, wanted: &dyn Fn(&BStr) -> bool) -> Result<Vec<(BString, Id)>> {
        let store = self.ref_store()?;
        let all = store.iter().map_err(|error| anyhow::anyhow!("{error}"))?;
        let mut found = Vec::new();
        for reference in all.all().context("the refs can't be listed")? {
            let Ok(reference) = reference else { continue };
            let Some(name) = reference.name.as_bstr().strip_prefix(self.namespace.as_slice())
            else {
                continue;
            };
            if let (true, Some(id)) = (wanted(name.as_bstr()), reference.target.try_id()) {
                found.push((BString::from(name), id.to_owned()));
            }
            if found.len() == MOST {
                break;
            }
        }
        Ok(found)
    }

    fn ref_store(&self) -> Result<gix::refs::file::Store> {
        ensure!(!self.reftable, "the refs are kept in a reftable, which can't be read yet");
        Ok(gix::refs::file::Store::at(self.common.clone(), self.objects.hash))
    }

    fn packed(&self, name: &BStr) -> Result<Option<Id>> {
        let store = self.ref_store()?;
        let full = self.full(name);
        let Ok(full) = <&gix::refs::FullNameRef>::try_from(full.as_bstr()) else { return Ok(None) };
        let packed = store.open_packed_buffer().map_err(|error| anyhow::anyhow!("{error}"))?;
        let Some(packed) = packed else { return Ok(None) };
        let found = packed.try_find(full).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(found.map(|reference| reference.target()))
    }

    /// One ref file. Names come from the client unvalidated: what git would not create is never
    /// looked up.
    fn loose(&self, name: &BStr) -> Option<Stored> {
        let full = self.full(name);
        if self.reftable || gix::validate::reference::name(full.as_bstr()).is_err() {
            return None;
        }
        let top = if full == "HEAD" { &self.folder } else { &self.common };
        let text = std::fs::read(top.join(OsStr::from_bytes(&full))).ok()?;
        if let Some(target) = text.strip_prefix(b"ref:") {
            let target = target.trim();
            let target = target.strip_prefix(self.namespace.as_slice()).unwrap_or(target);
            return Some(Stored::Symbolic(target.into()));
        }
        let hex = text.get(..self.objects.hash.len_in_hex())?;
        Id::from_hex(hex).ok().map(Stored::Id)
    }

    fn full(&self, name: &BStr) -> BString {
        let mut full = self.namespace.clone();
        full.extend_from_slice(name);
        full
    }
}
