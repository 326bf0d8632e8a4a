//! Differences that one cause explains become one.

use std::collections::HashMap;
use std::hash::Hash;

use super::message;
use crate::model::{Improvement, Regression};

/// Names told before the others are counted.
const NAMED: usize = 3;
/// Lines shown of each side.
const SHOWN: usize = 3;

/// Regressions of one rule and unit that point into the same file: the worst speaks for all.
pub(super) fn regressions(all: Vec<Regression>) -> Vec<Regression> {
    let key =
        |r: &Regression| (r.rule.id, r.unit_path.clone(), r.unit.clone(), r.path.clone(), r.side);
    let one = |mut group: Vec<Regression>| {
        // Stable: of the worst the first.
        group.sort_by_key(|r| std::cmp::Reverse(r.severity));
        let keys: Vec<String> = group.iter().map(|r| r.key.clone()).collect();
        let mut rest = group.into_iter();
        let mut first = rest.next()?;
        if keys.len() == 1 {
            return Some(first);
        }
        let mut hasher = blake3::Hasher::new_derive_key("plimsoll 2026 several findings in one");
        hasher.update(first.fingerprint.as_bytes());
        for other in rest {
            hasher.update(other.fingerprint.as_bytes());
            first.marks.extend(other.marks);
            first.removed.extend(other.removed);
            first.added.extend(other.added);
            if other.span.line < first.span.line {
                first.span = other.span;
            }
        }
        first.fingerprint = hasher.finalize().to_hex().chars().take(24).collect();
        for lines in [&mut first.removed, &mut first.added] {
            lines.sort_by_key(|line| line.line);
            lines.dedup();
            lines.truncate(SHOWN);
        }
        first.key = listed(&keys);
        first.message = message::sentence(&first.key, &first.unit, first.was.as_ref(), &first.now);
        Some(first)
    };
    groups(all, key).into_iter().filter_map(one).collect()
}

/// Improvements of one rule and unit.
pub(super) fn improvements(all: Vec<Improvement>) -> Vec<Improvement> {
    let one = |group: Vec<Improvement>| {
        let keys: Vec<String> = group.iter().map(|better| better.key.clone()).collect();
        let mut first = group.into_iter().next()?;
        let key = listed(&keys);
        // The message starts with the key.
        if let Some(rest) = first.message.strip_prefix(&first.key) {
            first.message = format!("{key}{rest}");
        }
        first.key = key;
        Some(first)
    };
    groups(all, |b| (b.rule.id, b.path.clone(), b.unit.clone()))
        .into_iter()
        .filter_map(one)
        .collect()
}

fn groups<T, K: Hash + Eq>(all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut index: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in all {
        let at = *index.entry(key(&item)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// `a, b and c`, `a, b, c and 4 more`.
fn listed(keys: &[String]) -> String {
    let (named, rest) = keys.split_at(keys.len().min(NAMED));
    match (named, rest) {
        ([one], []) => one.clone(),
        ([start @ .., last], []) => format!("{} and {last}", start.join(", ")),
        (named, rest) => format!("{} and {} more", named.join(", "), rest.len()),
    }
}
