//! A difference, put into words.

use super::locate::{Locator, text};
use super::mask::Mask;
use super::subtract::{Better, Worse};
use crate::model::{
    Excerpt, Exposure, FileId, Improvement, Measured, Regression, Severity, Side as Which, mark,
    printable,
};

/// How much of a line is shown.
const LINE: usize = 160;

/// What a reader needs to know of something that got worse.
pub(super) fn regression(worse: &Worse<'_>, locator: &Locator<'_>, mask: &Mask) -> Regression {
    let place = locator.place(worse);
    let declaration = &worse.unit.declaration;
    let side = if place.side == Which::Old { locator.old } else { locator.new };
    let path = text(side, place.span.file)
        .map_or_else(|| declaration.path.clone(), |text| text.path.clone());
    let excerpt =
        |which: Which, file: FileId, lines: &[u32]| excerpts(locator, mask, which, file, lines);
    let before = worse.was.map(|was| &was.level);
    let severity = worse.now.level.severity_from(before, worse.counterpart.is_none());
    let severity = if is_kin(worse) { severity.min(Severity::Medium) } else { severity };
    let (was, now) = (worse.was.map(|was| shown(was, mask)), shown(worse.now, mask));
    let key = mask.key(&worse.now.key);
    let message = sentence(&key, &declaration.title, was.as_ref(), &now);
    Regression {
        rule: worse.now.rule,
        severity,
        path,
        span: place.span,
        side: place.side,
        removed: place
            .old_file
            .map(|file| excerpt(Which::Old, file, &place.removed))
            .unwrap_or_default(),
        added: excerpt(Which::New, place.span.file, &place.added),
        unit: declaration.title.clone(),
        unit_path: declaration.path.clone(),
        fingerprint: fingerprint_of(worse.unit, worse.now, &now.1),
        key,
        was,
        now,
        message,
        fix: worse.now.rule.fix_of(&worse.unit.declaration.unit),
        commit: None,
        new_unit: worse.counterpart.is_none(),
        marks: vec![mark(worse.now.rule.id, &declaration.title, &worse.now.key)],
        secret: worse.now.identity.filter(|_| worse.now.hidden.is_some()),
        lacks: worse.counterpart.is_none() && worse.now.level.lacks,
    }
}

/// Whether the old unit had something of the same family.
fn is_kin(worse: &Worse<'_>) -> bool {
    let (Some(key), Some(old)) = (&worse.now.kin, worse.counterpart) else { return false };
    old.exposures.iter().any(|was| was.rule.id == worse.now.rule.id && was.key == *key)
}

/// What happened, in one sentence.
pub(super) fn sentence(key: &str, unit: &str, was: Option<&Shown>, now: &Shown) -> String {
    let title = article(unit);
    match was {
        Some(was) if was == now => {
            format!("{key} of {title}: was {}, now another one", state(was, key))
        }
        Some(was) => format!("{key} of {title}: was {}, now {}", state(was, key), state(now, key)),
        None => format!("{key} of {title}: {}", state(now, key)),
    }
}

/// What a reader needs to know of something that got better.
pub(super) fn improvement(better: &Better<'_>, mask: &Mask) -> Improvement {
    let declaration = &better.unit.declaration;
    let (was, key) = (shown(better.was, mask), mask.key(&better.was.key));
    let title = article(&declaration.title);
    let message = match better.now {
        Some(now) => format!(
            "{key} of {title}: was {}, now {}",
            state(&was, &key),
            state(&shown(now, mask), &key)
        ),
        None => format!("{key} of {title}: no more {}", state(&was, &key)),
    };
    Improvement {
        rule: better.was.rule,
        unit: declaration.title.clone(),
        path: declaration.path.clone(),
        key,
        message,
    }
}

pub(super) type Shown = (crate::model::Level, String);

fn shown(exposure: &Exposure, mask: &Mask) -> Shown {
    (exposure.level, mask.text(&exposure.evidence))
}

/// Label and evidence; evidence that the key already says is left out, and one that ends in
/// brackets gets none around it.
fn state((level, evidence): &Shown, key: &str) -> String {
    if evidence.is_empty() || key.contains(evidence.as_str()) || level.label == evidence {
        level.label.to_owned()
    } else if evidence.ends_with(" characters)") {
        format!("{}: {evidence}", level.label)
    } else {
        format!("{} ({evidence})", level.label)
    }
}

/// Kinds of unit that stand in front of a name.
const NAMED: &[&str] = &[
    "action",
    "artifact",
    "base",
    "build",
    "chart",
    "component",
    "container",
    "feature",
    "file",
    "image",
    "include",
    "kube",
    "manifest",
    "network",
    "orb",
    "pod",
    "repository",
    "service",
    "stage",
    "target",
    "task",
    "volume",
];

fn article(title: &str) -> String {
    // What has a name of its own needs no article: `service db`, `Deployment web`.
    let named = NAMED.iter().any(|kind| {
        let name = title.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
        name.is_some_and(|name| !name.starts_with("of ") && name != "context")
    });
    let file = title.contains('.') && !title.contains(' ');
    let named = named || file || title.starts_with(char::is_uppercase);
    if named { title.to_owned() } else { format!("the {title}") }
}

fn excerpts(
    locator: &Locator<'_>,
    mask: &Mask,
    which: Which,
    file: FileId,
    lines: &[u32],
) -> Vec<Excerpt> {
    let side = if which == Which::Old { locator.old } else { locator.new };
    let Some(text) = text(side, file) else { return Vec::new() };
    let shown = |&line: &u32| {
        let content = mask.line(which, file, line, text.line(line)?.trim_end());
        let content = content.replace('\t', "    ");
        Some(Excerpt { line, text: printable(&content, LINE) })
            .filter(|excerpt| !excerpt.text.trim().is_empty())
    };
    lines.iter().filter_map(shown).collect()
}

/// What a waiver names: rule, unit, key, level and value, hashed. No path and no line, so that it
/// outlives a move; a worse value is another fingerprint.
fn fingerprint_of(unit: &Measured, now: &Exposure, evidence: &str) -> String {
    let level = format!("{} {}", now.level.rank, now.level.size);
    fingerprint(&[now.rule.id, &unit.declaration.title, &now.key, &level, evidence])
}

/// The fingerprint of a secret's finding in one repository, which `repository` stands for: two secrets
/// of one name and length have two, and one secret in two repositories has two as well.
pub fn fingerprint_of_secret(found: &str, secret: &[u8; 16], repository: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("plimsoll 2026 fingerprint of a secret");
    hasher.update(repository);
    let key = *hasher.finalize().as_bytes();
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(secret);
    hasher.update(found.as_bytes());
    hasher.finalize().to_hex().chars().take(24).collect()
}

/// The hash of some texts, each with its length in front: 96 bits as hexadecimal digits.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("plimsoll 2026 finding fingerprint");
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().chars().take(24).collect()
}
