//! Which deleted file became which new one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use bstr::{BStr, BString, ByteSlice as _};

use super::path::split;
use super::{Change, Entry, Id, Tree};
use crate::model::EntryKind;

/// How many files are read to see whether they are alike.
const MOST_READ: usize = 400;
/// How many pairs are compared by their lines.
const MOST_COMPARED: usize = 20_000;
/// How alike two files of different names are, at least, if one became the other.
const ALIKE: f64 = 0.5;
/// How alike they are if one name has the words of the other.
const NAMED_ALIKE: f64 = 0.3;

/// Pairs deleted files with new ones: the same content first, then by likeness of their lines, the
/// most alike first. `others` are new files whose names don't say that they matter; one that a
/// container file became is judged as that file. What stays without a pair is deleted, or new.
pub(super) fn pair(
    old: &Tree<'_>,
    new: &Tree<'_>,
    removed: Vec<Entry>,
    added: Vec<Entry>,
    others: &[Entry],
    notes: &mut Vec<String>,
) -> Vec<Change> {
    let mut pairing = Pairing { removed, added, taken: HashMap::new() };
    pairing.by_content(others);
    pairing.by_likeness(old, new, others, notes);
    pairing.changes(others)
}

/// A new file: among the wanted ones, or among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Added(usize),
    Other(usize),
}

struct Pairing {
    removed: Vec<Entry>,
    added: Vec<Entry>,
    /// Which deleted file each paired new one was.
    taken: HashMap<Place, usize>,
}

impl Pairing {
    fn candidates<'e>(&'e self, others: &'e [Entry]) -> impl Iterator<Item = (Place, &'e Entry)> {
        let added = self.added.iter().enumerate().map(|(at, entry)| (Place::Added(at), entry));
        added.chain(others.iter().enumerate().map(|(at, entry)| (Place::Other(at), entry)))
    }

    fn free(&self) -> Vec<usize> {
        let taken: HashSet<usize> = self.taken.values().copied().collect();
        (0..self.removed.len()).filter(|at| !taken.contains(at)).collect()
    }

    /// The same blob: first under the same name, then under any.
    fn by_content(&mut self, others: &[Entry]) {
        for same_name in [true, false] {
            let key = |entry: &Entry| {
                (entry.id, if same_name { name(entry).to_owned() } else { BString::default() })
            };
            let free = self.free();
            let wanted = free.iter().filter_map(|&at| Some((key(self.removed.get(at)?), at)));
            let mut waiting: HashMap<(Id, BString), VecDeque<usize>> = HashMap::new();
            for (key, at) in wanted {
                waiting.entry(key).or_default().push_back(at);
            }
            let free = self.candidates(others).filter(|(place, _)| !self.taken.contains_key(place));
            let paired: Vec<(Place, usize)> = free
                .filter_map(|(place, entry)| {
                    Some((place, waiting.get_mut(&key(entry))?.pop_front()?))
                })
                .collect();
            self.taken.extend(paired);
        }
    }

    fn name<'e>(&'e self, place: Place, others: &'e [Entry]) -> &'e BStr {
        let entry = match place {
            Place::Added(at) => self.added.get(at),
            Place::Other(at) => others.get(at),
        };
        entry.map(name).unwrap_or_default()
    }

    /// Files whose lines are alike.
    fn by_likeness(
        &mut self,
        old: &Tree<'_>,
        new: &Tree<'_>,
        others: &[Entry],
        notes: &mut Vec<String>,
    ) {
        let free = self.free();
        if free.is_empty() {
            return;
        }
        let mut budget = MOST_READ;
        let before: Vec<(usize, Lines)> = free
            .into_iter()
            .filter_map(|at| Some((at, lines(old, self.removed.get(at)?, &mut budget)?)))
            .collect();
        let after: Vec<(Place, Lines)> = self
            .candidates(others)
            .filter(|(place, _)| !self.taken.contains_key(place))
            .filter_map(|(place, entry)| Some((place, lines(new, entry, &mut budget)?)))
            .collect();
        let mut scored = Vec::new();
        for (at, left) in &before {
            for (place, right) in after.iter().take(MOST_COMPARED / before.len()) {
                let alike = likeness(left, right);
                let was = self.removed.get(*at).map(name).unwrap_or_default();
                let named = same(was, self.name(*place, others));
                if alike >= if named { NAMED_ALIKE } else { ALIKE } {
                    scored.push((alike + f64::from(u8::from(named)), *at, *place));
                }
            }
        }
        if budget == 0 || before.len().saturating_mul(after.len()) > MOST_COMPARED {
            notes.push("too many files came and went to look for every renamed one".to_owned());
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut used: HashSet<usize> = self.taken.values().copied().collect();
        for (_, at, place) in scored {
            if !used.contains(&at) && !self.taken.contains_key(&place) {
                self.taken.insert(place, at);
                used.insert(at);
            }
        }
    }

    fn changes(self, others: &[Entry]) -> Vec<Change> {
        let mut changes = Vec::new();
        let places: Vec<(Place, Entry)> =
            self.candidates(others).map(|(place, entry)| (place, entry.clone())).collect();
        let mut removed: Vec<Option<Entry>> = self.removed.into_iter().map(Some).collect();
        for (place, new) in places {
            let old = self.taken.get(&place).and_then(|&at| removed.get_mut(at)?.take());
            if old.is_some() || matches!(place, Place::Added(_)) {
                changes.push(Change { renamed: old.is_some(), old, new: Some(new) });
            }
        }
        let gone = removed.into_iter().flatten();
        changes.extend(gone.map(|old| Change { old: Some(old), new: None, renamed: false }));
        changes
    }
}

/// The same name, however its words are set apart (`Dockerfile-web` and `web.Dockerfile`), or one
/// that says more: `Dockerfile.alpine` and `stable-alpine.Dockerfile`.
fn same(was: &BStr, now: &BStr) -> bool {
    let words = |name: &BStr| -> HashSet<Vec<u8>> {
        let parts = name.split(|byte| b".-_".contains(byte)).filter(|part| !part.is_empty());
        parts.map(<[u8]>::to_ascii_lowercase).collect()
    };
    let (was, now) = (words(was), words(now));
    was == now || was.len().min(now.len()) > 1 && (was.is_subset(&now) || now.is_subset(&was))
}

fn name(entry: &Entry) -> &BStr {
    split(entry.path.as_bstr()).1
}

/// How often each line occurs, blanks at its ends and empty lines left out.
type Lines = HashMap<u64, usize>;

fn lines(tree: &Tree<'_>, entry: &Entry, budget: &mut usize) -> Option<Lines> {
    if entry.kind != EntryKind::File || *budget == 0 {
        return None;
    }
    *budget -= 1;
    Some(counted(&tree.read(entry).ok()?))
}

fn counted(text: &[u8]) -> Lines {
    let mut lines = Lines::new();
    for line in text.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        *lines.entry(hasher.finish()).or_default() += 1;
    }
    lines
}

/// The share of lines that two files have in common: 0 for none, 1 for all.
fn likeness(a: &Lines, b: &Lines) -> f64 {
    let total: usize = a.values().chain(b.values()).sum();
    if total == 0 {
        return 0.0;
    }
    let common = a.iter().map(|(line, &count)| count.min(b.get(line).copied().unwrap_or(0)));
    #[allow(clippy::cast_precision_loss, reason = "a file has far fewer than 2^52 lines")]
    let share = 2.0 * common.sum::<usize>() as f64 / total as f64;
    share
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_name_is_told_by_its_words() {
        for (was, now, alike) in [
            ("Dockerfile-web", "web.Dockerfile", true),
            ("Dockerfile.alpine", "stable-alpine.Dockerfile", true),
            ("docker-compose.yml", "docker-compose.prod.yml", true),
            ("Dockerfile", "Dockerfile", true),
            ("Dockerfile", "Dockerfile.web", false),
            ("Dockerfile.web", "Dockerfile.worker", false),
        ] {
            assert_eq!(same(was.into(), now.into()), alike, "{was} {now}");
        }
    }
}
