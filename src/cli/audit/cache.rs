//! What was judged before need not be judged again: on disk from run to run, in memory from
//! repository to repository.
//!
//! What two trees differ in depends on them, on the day as of which versions are past their end, on
//! this program, and on what policy has measured. The last two are the basis, and part of every key.

mod disk;
mod record;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use jiff::civil::Date;

use crate::git::{Id, Revision};
use crate::policy::{Gitleaks, Policy};

use disk::Disk;
pub(super) use record::Outcome;

/// Stands for two trees and a basis.
type Key = [u8; 16];

/// What is kept in memory for the next repositories, in bytes.
const MOST_BYTES: usize = 128 << 20;
/// What an entry takes beside its record.
const ENTRY: usize = 64;

/// What the repositories of one run have in common.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    recent: HashMap<Key, Arc<[u8]>>,
    before: HashMap<Key, Arc<[u8]>>,
    bytes: usize,
}

impl Memory {
    fn get(&self, key: Key) -> Option<Arc<[u8]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.recent.get(&key).or_else(|| known.before.get(&key)).cloned()
    }

    /// What was kept long ago makes room.
    fn put(&self, key: Key, record: &[u8]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.bytes += record.len() + ENTRY;
        known.recent.insert(key, record.into());
        if known.bytes > MOST_BYTES / 2 {
            known.before = std::mem::take(&mut known.recent);
            known.bytes = 0;
        }
    }
}

/// What is known of one repository's comparisons under one policy.
#[derive(Debug)]
pub(super) struct Cache<'a> {
    basis: [u8; 32],
    memory: Option<&'a Memory>,
    disk: Option<Disk>,
    fresh: Mutex<Vec<(Key, Vec<u8>)>>,
    /// How many comparisons were made.
    pub(super) judged: AtomicUsize,
}

impl<'a> Cache<'a> {
    /// `memory`: where several repositories are audited; `folder`: where the user wants it kept.
    ///
    /// What scanners said changes without a trace in the trees: under a policy that asks them nothing
    /// is kept, and that is said.
    pub(super) fn open(
        policy: &Policy,
        repository: &Path,
        (memory, folder): (Option<&'a Memory>, Option<&Path>),
    ) -> Result<Self> {
        let (fresh, judged) = Default::default();
        let mut cache = Self { basis: [0; 32], memory: None, disk: None, fresh, judged };
        if memory.is_none() && folder.is_none() {
            return Ok(cache);
        }
        if policy.config().images.scans.is_some() {
            if folder.is_some() {
                warn("the policy asks scan reports, which change by themselves: no cache");
            }
            return Ok(cache);
        }
        cache.basis = basis(policy)?;
        cache.memory = memory;
        cache.disk = folder.map(|top| Disk::open(top, &cache.basis, repository)).transpose()?;
        cache.disk.iter().flat_map(|disk| &disk.faults).for_each(|fault| warn(fault));
        Ok(cache)
    }

    /// What `make` would find, from memory or disk where it is there; `None`: nothing that concerns
    /// containers.
    pub(super) fn outcome(
        &self,
        (old, new, day): (Revision, Id, Date),
        make: impl FnOnce() -> Result<Option<Outcome>>,
    ) -> Result<Option<Outcome>> {
        let keeps = self.memory.is_some() || self.disk.is_some();
        let key = if keeps { self.key(old, new, day) } else { Key::default() };
        let on_disk = self.disk.as_ref().and_then(|disk| disk.get(key));
        if let Some(record) = on_disk
            && let Some(outcome) = record::decode(record)
        {
            self.memory.inspect(|memory| memory.put(key, record));
            return Ok(outcome);
        }
        let in_memory = self.memory.and_then(|memory| memory.get(key));
        if let Some(record) = in_memory
            && let Some(outcome) = record::decode(&record)
        {
            self.keep(key, &record);
            return Ok(outcome);
        }
        self.judged.fetch_add(1, Ordering::Relaxed);
        let outcome = make()?;
        if keeps && let Some(record) = record::encode(outcome.as_ref()) {
            self.memory.inspect(|memory| memory.put(key, &record));
            self.keep(key, &record);
        }
        Ok(outcome)
    }

    /// Writes what is new; where that fails the audit is as good as without.
    pub(super) fn save(&self) {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = self.disk.as_ref().map(|disk| disk.save(&fresh)) {
            warn(&format!("{error:#}: nothing is kept for the next run"));
        }
    }

    fn keep(&self, key: Key, record: &[u8]) {
        if self.disk.is_some() {
            let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
            fresh.push((key, record.to_vec()));
        }
    }

    fn key(&self, old: Revision, new: Id, day: Date) -> Key {
        let mut hasher = blake3::Hasher::new_keyed(&self.basis);
        if let Revision::Tree(old) = old {
            hasher.update(old.as_bytes());
        }
        hasher.update(b"..").update(new.as_bytes()).update(day.to_string().as_bytes());
        let mut key = Key::default();
        hasher.finalize_xof().fill(&mut key);
        key
    }
}

/// Everything that judging depends on, the revisions aside.
fn basis(policy: &Policy) -> Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key("plimsoll 2026 audit cache basis");
    // Rules are code: another program may find something else.
    let program = std::env::current_exe().context("this program's file, for the cache")?;
    hasher.update_reader(std::fs::File::open(&program)?).context("this program's file")?;
    hasher.update(policy.measuring().as_bytes());
    hasher.update(&policy.secrets().map(Gitleaks::digest).unwrap_or_default());
    Ok(*hasher.finalize().as_bytes())
}

fn warn(message: &str) {
    let message = crate::model::printable(message, 1000);
    let _ = writeln!(std::io::stderr(), "plimsoll: {message}");
}
