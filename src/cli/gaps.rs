//! What can't be read: only what could be read before is worth a word.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};

use super::snapshot::Snapshot;
use crate::model::{Gap, GapKind, Tree as _, printable_bytes};

/// What is no Dockerfile by itself and never was one takes nothing away: a template with
/// other lines to fill in than before, or a new file, turns no push back. Nor does what always lay in
/// another repository. What remains of the gaps, and a note for each in a new file.
pub(super) fn partial(
    old: &[Gap],
    new: Vec<Gap>,
    before: &Snapshot<'_>,
    moved: &[(BString, BString)],
) -> (Vec<Gap>, Vec<String>) {
    let was = |path: &BString| {
        moved.iter().find(|(_, new)| new == path).map_or(path, |(old, _)| old).clone()
    };
    let (mut gaps, mut notes) = (Vec::new(), Vec::new());
    for gap in new {
        let path = was(&gap.path);
        let known = || old.iter().any(|old| old.kind == gap.kind && old.path == path);
        let template = matches!(gap.kind, GapKind::Template | GapKind::Ambiguous);
        if !template && !matches!(gap.kind, GapKind::Partial | GapKind::Submodule) {
            gaps.push(gap);
        } else if template && !known() || matches!(before.file(path.as_bstr()), Ok(None)) {
            let line = gap.span.map_or(1, |span| span.line);
            notes.push(format!("{}:{line}: {}", printable_bytes(&gap.path, 120), gap.message));
        } else if !template && !known() {
            gaps.push(gap);
        }
    }
    (gaps, notes)
}

/// New gaps that the old revision did not have: what was broken and still is says nothing, also
/// where the line at fault was edited and is at fault as before.
pub(super) fn newly_unreadable(
    old: Vec<Gap>,
    new: Vec<Gap>,
    moved: &[(BString, BString)],
) -> Vec<Gap> {
    let before = |gap: &Gap| {
        let pair = moved.iter().find(|(_, new)| *new == gap.path);
        pair.map_or_else(|| gap.path.clone(), |(old, _)| old.clone())
    };
    // A bound that both sides reached leaves files of the new one unread all the same.
    let bound = |gap: &Gap| gap.kind == GapKind::Limit && gap.path.is_empty();
    let mut known: Vec<Gap> = old.into_iter().filter(|gap| !bound(gap)).collect();
    let lost: Vec<Gap> =
        known.iter().filter(|gap| gap.kind == GapKind::MissingObject).cloned().collect();
    // One file that several others need is one thing to say.
    let mut said = HashSet::new();
    let mut fresh = new;
    fresh.retain(|gap| said.insert((gap.kind, gap.path.clone(), gap.span, gap.key.clone())));
    let words: [fn(&Gap) -> &String; 2] = [|gap| &gap.key, |gap| &gap.message];
    for words in words {
        let mut index: HashMap<(GapKind, BString, String), Vec<usize>> = HashMap::new();
        for (at, gap) in known.iter().enumerate() {
            index.entry((gap.kind, gap.path.clone(), words(gap).clone())).or_default().push(at);
        }
        let mut used = HashSet::new();
        fresh.retain(|gap| {
            let same = index.get_mut(&(gap.kind, before(gap), words(gap).clone()));
            same.and_then(Vec::pop).map(|at| used.insert(at)).is_none()
        });
        known = known
            .into_iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, gap)| gap)
            .collect();
    }
    fresh.extend(lost);
    fresh
}
