//! The file that a new one was copied from: the version or the variant beside it.

use bstr::{BStr, BString, ByteSlice as _};

use super::affected::Affected;
use super::snapshot::Snapshot;
use crate::compare::likeness;
use crate::model::{Declared, EntryKind, FileKind, Tree as _};
use crate::surface;

/// Lines in common, of all lines, from which one file is taken for a copy of another.
const COPY: f64 = 0.8;
/// New files of one push that are looked at.
const MOST: usize = 32;
/// Names looked at on each side of a file's own.
const NEAR: usize = 8;

/// New files, each with the one of the old revision that it is nearly a copy of.
pub(super) fn models(
    affected: &Affected,
    old: &Snapshot<'_>,
    new: &Snapshot<'_>,
) -> Vec<(BString, BString)> {
    let arrived = |path: &&BString| {
        let moved = affected.moved.iter().any(|(_, new)| new == *path);
        !moved && matches!(old.file(path.as_bstr()), Ok(None))
    };
    let fresh = affected.new.iter().filter(arrived).take(MOST);
    fresh.filter_map(|path| Some((path.clone(), model(path.as_bstr(), old, new)?))).collect()
}

fn model(path: &BStr, old: &Snapshot<'_>, new: &Snapshot<'_>) -> Option<BString> {
    let (kind, lines) = lines(new, path)?;
    let score = |other: BString| {
        let (its, theirs) = self::lines(old, other.as_bstr())?;
        (its == kind).then(|| (likeness(&theirs, &lines), other))
    };
    let alike = candidates(path, old).into_iter().filter_map(score).filter(|(s, _)| *s >= COPY);
    alike.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
}

/// Files of the same folder and of the one above, and those of the same name in a folder beside this
/// one or beside the one above: `8.1/apache/Dockerfile` for `8.2/apache/Dockerfile`.
fn candidates(path: &BStr, old: &Snapshot<'_>) -> Vec<BString> {
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    let mut candidates = Vec::new();
    for at in (0..parts.len()).rev().take(3) {
        let (above, [own, below @ ..]) = parts.split_at(at) else { continue };
        let kind = if below.is_empty() { EntryKind::File } else { EntryKind::Folder };
        for name in near(above, own, kind, old) {
            candidates.push([above, &[name.as_bytes()], below].concat().join(&b'/').into());
        }
        if let [file] = below {
            for name in near(above, file, EntryKind::File, old) {
                candidates.push([above, &[name.as_bytes()]].concat().join(&b'/').into());
            }
        }
    }
    candidates.retain(|path: &BString| surface::of(path.as_bstr()).is_some());
    candidates
}

/// Names of `folder` that stand near `own`, the same one aside where it is the file itself.
fn near(folder: &[&[u8]], own: &[u8], kind: EntryKind, old: &Snapshot<'_>) -> Vec<BString> {
    let mut names: Vec<BString> = old
        .names(folder.join(&b'/').as_bstr())
        .iter()
        .filter(|(name, is)| *is == kind && (kind == EntryKind::File || name != own))
        .map(|(name, _)| name.clone())
        .collect();
    names.sort();
    let place = names.partition_point(|name| name.as_bytes() < own);
    names.into_iter().skip(place.saturating_sub(NEAR)).take(2 * NEAR).collect()
}

/// What kind of file stands at `path`, and its lines; `None` for what others name only.
fn lines(snapshot: &Snapshot<'_>, path: &BStr) -> Option<(FileKind, Vec<String>)> {
    let file = snapshot.file(path).ok()??;
    let (Declared::Dockerfile(_) | Declared::Tree(_)) = &file.declared else { return None };
    let lines = (1..=file.text.lines()).filter_map(|number| file.text.line(number));
    let lines = lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    Some((file.kind?, lines.collect()))
}
