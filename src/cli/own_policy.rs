//! The repository's own `.plimsoll.toml`: as it stands at the baseline, where the server says so.

use anyhow::Result;
use bstr::ByteSlice as _;

use super::judge::Judge;
use super::snapshot::Snapshot;
use crate::git::Revision;
use crate::model::{EntryKind, Regression, Side, Span, printable};
use crate::policy::Policy;
use crate::rules;

const NAME: &str = ".plimsoll.toml";

/// The server's policy with the repository's on top.
#[derive(Debug, Default)]
pub(super) struct Effective {
    /// `None`: the server's alone.
    pub(super) policy: Option<Policy>,
    /// What of the repository's is not honoured.
    pub(super) notes: Vec<String>,
}

/// The policy that counts for a comparison; with several baselines the server's alone.
pub(super) fn effective(judge: &Judge<'_>, old: &[Revision]) -> Result<Effective> {
    let [old] = old else { return Ok(Effective::default()) };
    if !judge.policy.reads_repository() {
        return Ok(Effective::default());
    }
    Ok(match text(judge, old)? {
        Ok(Some(text)) => match judge.policy.with_repository(NAME, &text) {
            Ok((policy, notes)) => Effective { policy: Some(policy), notes },
            Err(error) => {
                Effective { policy: None, notes: vec![printable(&error.to_string(), 400)] }
            }
        },
        Ok(None) => Effective::default(),
        Err(why) => {
            Effective { policy: None, notes: vec![format!("{NAME} does not count: {why}")] }
        }
    })
}

/// What the push loosens in the repository's own policy.
pub(super) fn loosened(
    judge: &Judge<'_>,
    old: &[Revision],
    new: &Revision,
) -> Result<Vec<Regression>> {
    let ([old], true) = (old, judge.policy.reads_repository()) else { return Ok(Vec::new()) };
    let (Ok(old), Ok(new)) = (text(judge, old)?, text(judge, new)?) else { return Ok(Vec::new()) };
    let Some(rule) = rules::find("repository-policy") else { return Ok(Vec::new()) };
    let Some(level) = rule.levels.last().copied() else { return Ok(Vec::new()) };
    let phrases = judge.policy.loosened(NAME, old.as_deref(), new.as_deref());
    Ok(phrases
        .into_iter()
        .map(|phrase| Regression {
            rule,
            severity: level.severity,
            path: NAME.into(),
            span: Span::head(crate::model::FileId(0)),
            side: if new.is_some() { Side::New } else { Side::Old },
            removed: Vec::new(),
            added: Vec::new(),
            unit: "repository policy".into(),
            unit_path: NAME.into(),
            key: phrase.clone(),
            was: None,
            now: (level, String::new()),
            message: format!("{phrase}; it counts from the next push on"),
            fix: rule.fix,
            fingerprint: crate::compare::fingerprint(&[rule.id, NAME, &phrase]),
            commit: None,
            new_unit: false,
            marks: Vec::new(),
            secret: None,
            lacks: false,
        })
        .collect())
}

/// The file's text; `Err` says why it can't be taken.
fn text(judge: &Judge<'_>, revision: &Revision) -> Result<Result<Option<String>, String>> {
    let snapshot = Snapshot::new(judge.repository.tree(*revision, judge.limits)?, &judge.shelf);
    let entry = match snapshot.tree().entry(NAME.into()) {
        Ok(None) => return Ok(Ok(None)),
        Ok(Some(entry)) if entry.kind == EntryKind::File => entry,
        Ok(Some(_)) => return Ok(Err("it is no regular file".into())),
        Err(gap) => return Ok(Err(gap.message)),
    };
    Ok(match snapshot.tree().read(&entry) {
        Ok(bytes) => {
            bytes.to_str().map(|text| Some(text.to_owned())).map_err(|_| "it is not UTF-8".into())
        }
        Err(gap) => Err(gap.message),
    })
}
