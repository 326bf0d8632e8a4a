//! What was read last. Both sides of a push share most folders, and so do the commits of a history.

use gix::hash::oid;
use gix::hashtable::HashMap;

use super::Id;

/// What is kept at most in a run of one comparison, in bytes.
const MOST_BYTES: usize = 1 << 20;
const MOST: usize = 4096;
/// Larger ones are rarely wanted again, and would push out all others.
const SHARE: usize = 4;

/// A bounded memory of what objects hold, which never changes under an id: two generations, of which
/// the older one makes room.
pub(super) struct Recent<T> {
    young: HashMap<Id, T>,
    old: HashMap<Id, T>,
    bytes: usize,
    most: usize,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), bytes: 0, most: MOST_BYTES }
    }
}

impl<T> std::fmt::Debug for Recent<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recent").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<T: Clone> Recent<T> {
    /// Keeps this many bytes from now on, in each generation.
    pub(super) fn keep_up_to(&mut self, most: usize) {
        self.most = most;
    }

    /// What is known of an object.
    pub(super) fn get(&mut self, id: &oid) -> Option<T> {
        self.young.get(id).or_else(|| self.old.get(id)).cloned()
    }

    /// Keeps what was made of an object and takes so many bytes.
    pub(super) fn keep(&mut self, id: Id, value: T, bytes: usize) {
        if bytes > self.most / SHARE {
            return;
        }
        self.bytes += bytes;
        self.young.insert(id, value);
        if self.bytes > self.most || self.young.len() > self.most / (MOST_BYTES / MOST) {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Id {
        Id::from_hex(format!("{number:08x}{number:032x}").as_bytes()).unwrap()
    }

    #[test]
    fn the_oldest_make_room() {
        let mut recent = Recent::default();
        for number in 0..=2 * MOST + 1 {
            recent.keep(id(number), number, 1);
        }
        assert_eq!(recent.get(&id(0)), None);
        assert_eq!(recent.get(&id(2 * MOST)), Some(2 * MOST));
        for number in 0..=2 * SHARE {
            recent.keep(id(100_000 + number), number, MOST_BYTES / SHARE);
        }
        assert_eq!(recent.get(&id(2 * MOST)), None);
        assert!(recent.get(&id(100_000 + 2 * SHARE)).is_some());
        recent.keep(id(9), 9, MOST_BYTES / SHARE + 1);
        assert_eq!(recent.get(&id(9)), None);
    }
}
