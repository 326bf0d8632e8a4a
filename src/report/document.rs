//! The JSON document, typed once: what is written, its schema and its reference come from here.

use bstr::ByteSlice as _;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{
    Action, Bypass, Finding, Improvement, Problem, RefReport, Report, Severity, Side,
};

/// One run of plimsoll.
///
/// Members may be added under the same `schema`; one that is removed or changes its meaning raises
/// it. Object ids are hex, in the hash of the repository.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document {
    /// The version of this format: 1.
    pub schema: u32,
    /// The worst verdict of all refs, with bypass and explain counted in.
    pub verdict: Verdict,
    /// One for each ref of the push, in the order git named them; one for a `check`.
    pub refs: Vec<Ref>,
    /// What got worse, the refs one after the other, worst first in each.
    pub findings: Vec<Told>,
    /// What got better.
    pub improvements: Vec<Better>,
    /// What could not be judged.
    pub errors: Vec<Unjudged>,
    /// What else there is to say of the run as a whole.
    pub notes: Vec<String>,
    /// The bypass that was used; `null` if none was.
    pub bypass: Option<Bypassed>,
    /// The push was made with `-o plimsoll.explain`: refused in any case.
    pub explain: bool,
}

/// What becomes of a ref or of the push.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Let through, and nothing to say.
    Accept,
    /// Let through, and something is said.
    Annotate,
    /// Turned back.
    Reject,
}

/// What becomes of one finding or error.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Milder than `gate.annotate-at`.
    Ignore,
    /// Covered by a waiver.
    Waive,
    /// Said, let through.
    Annotate,
    /// Said, and the ref is not updated.
    Reject,
}

/// Which revision a line is of.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Revision {
    /// The baseline: the line was removed.
    Old,
    /// What is pushed.
    New,
}

/// One ref, or the one comparison of `check`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ref {
    /// `refs/heads/main`; for `check` the range as given. What is not UTF-8 in it shows as U+FFFD.
    #[serde(rename = "ref")]
    pub name: String,
    /// The name's bytes as hex; only there if it is not UTF-8.
    #[serde(rename = "ref_bytes", skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    /// The object it pointed to; `null` for a new ref.
    pub old: Option<String>,
    /// The object it shall point to; `null` for a deletion and for files without a commit.
    pub new: Option<String>,
    /// The commit it was compared with; `null` for the empty tree.
    pub baseline: Option<String>,
    /// What becomes of it by itself; a bypass is not counted in.
    pub verdict: Verdict,
    /// Changed container files that `paths.exclude` left out.
    pub excluded: usize,
    /// It has the baseline and tip of this earlier ref, and was judged there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// What else there is to say of it.
    pub notes: Vec<String>,
}

/// Something that got worse.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {
    /// The rule: `plimsoll explain RULE` tells of it.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is done about it.
    pub action: Decision,
    /// The ref it is on.
    #[serde(rename = "ref")]
    pub name: String,
    /// The commit that brought it, where a later one of the push took it back; else `null`.
    pub commit: Option<String>,
    /// The file; what is not UTF-8 in it shows as U+FFFD.
    pub path: String,
    /// The path's bytes as hex; only there if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line, from 1.
    pub end_line: u32,
    /// Which revision the lines are of.
    pub side: Revision,
    /// What of the file: `final stage`.
    pub unit: String,
    /// The file that declares the unit.
    pub unit_path: String,
    /// The unit has no counterpart at the baseline.
    pub new_unit: bool,
    /// The unit is new and merely lacks a protection here: the text tells all that it lacks in one
    /// line.
    pub lacks: bool,
    /// Which exposure of the unit: `port 5432/tcp`.
    pub key: String,
    /// What it was; `null` where there was nothing.
    pub was: Option<State>,
    /// What it is.
    pub now: State,
    /// What happened, in one sentence.
    pub message: String,
    /// How to mend it.
    pub fix: &'static str,
    /// What to waive it with: the same while the value stays, wherever its lines move.
    pub fingerprint: String,
    /// The reason of the waiver that covers it; else `null`.
    pub waived: Option<String>,
}

/// How open something is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct State {
    /// The rung on the rule's ladder: `every address of the host`.
    pub level: &'static str,
    /// The declared value, short, secrets redacted.
    pub evidence: String,
}

/// Something that got better.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Better {
    /// The rule.
    pub rule: &'static str,
    /// The ref it is on.
    #[serde(rename = "ref")]
    pub name: String,
    /// The file that declares the unit; what is not UTF-8 in it shows as U+FFFD.
    pub path: String,
    /// The path's bytes as hex; only there if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// What of the file.
    pub unit: String,
    /// Which exposure of the unit.
    pub key: String,
    /// What happened, in one sentence.
    pub message: String,
}

/// Something that could not be judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unjudged {
    /// The ref it is on.
    #[serde(rename = "ref")]
    pub name: String,
    /// The file; empty for the push as a whole; what is not UTF-8 in it shows as U+FFFD.
    pub path: String,
    /// The path's bytes as hex; only there if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The line, from 1; `null` for the file as a whole.
    pub line: Option<u32>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What is done about it.
    pub action: Decision,
}

/// A bypass that was used.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bypassed {
    /// Who; empty where the server doesn't say.
    pub user: String,
    /// Why.
    pub reason: String,
}

impl From<&Report> for Document {
    fn from(report: &Report) -> Self {
        let refs = || report.refs.iter();
        // What two refs share is told of the first.
        let judged = || refs().filter(|one| one.same_as.is_none());
        Self {
            schema: 1,
            verdict: report.verdict().into(),
            refs: refs().map(Ref::from).collect(),
            findings: judged()
                .flat_map(|one| one.findings.iter().map(|finding| Told::of(one, finding)))
                .collect(),
            improvements: judged()
                .flat_map(|one| one.improvements.iter().map(|it| Better::of(one, it)))
                .collect(),
            errors: judged()
                .flat_map(|one| one.problems.iter().map(|problem| Unjudged::of(one, problem)))
                .collect(),
            notes: report.notes.clone(),
            bypass: report.bypass.as_ref().map(Bypassed::from),
            explain: report.explain,
        }
    }
}

impl From<&RefReport> for Ref {
    fn from(one: &RefReport) -> Self {
        let some = |id: &String| Some(id.clone()).filter(|id| !id.is_empty());
        Self {
            name: lossy(&one.name),
            name_bytes: hex_if_needed(&one.name),
            old: some(&one.old),
            new: some(&one.new),
            baseline: some(&one.baseline),
            verdict: one.verdict.into(),
            excluded: one.excluded,
            same_as: one.same_as.as_ref().map(|name| lossy(name)),
            notes: one.notes.clone(),
        }
    }
}

impl Told {
    fn of(one: &RefReport, finding: &Finding) -> Self {
        let it = &finding.regression;
        let state = |(level, evidence): &(crate::model::Level, String)| State {
            level: level.label,
            evidence: evidence.clone(),
        };
        Self {
            rule: it.rule.id,
            severity: it.severity,
            action: finding.action.into(),
            name: lossy(&one.name),
            commit: it.commit.clone(),
            path: lossy(&it.path),
            path_bytes: hex_if_needed(&it.path),
            line: it.span.line,
            end_line: it.span.end_line,
            side: it.side.into(),
            unit: it.unit.clone(),
            unit_path: lossy(&it.unit_path),
            new_unit: it.new_unit,
            lacks: it.lacks,
            key: it.key.clone(),
            was: it.was.as_ref().map(state),
            now: state(&it.now),
            message: it.message.clone(),
            fix: it.fix,
            fingerprint: it.fingerprint.clone(),
            waived: finding.waived.clone(),
        }
    }
}

impl Better {
    fn of(one: &RefReport, it: &Improvement) -> Self {
        Self {
            rule: it.rule.id,
            name: lossy(&one.name),
            path: lossy(&it.path),
            path_bytes: hex_if_needed(&it.path),
            unit: it.unit.clone(),
            key: it.key.clone(),
            message: it.message.clone(),
        }
    }
}

impl Unjudged {
    fn of(one: &RefReport, problem: &Problem) -> Self {
        let gap = &problem.gap;
        Self {
            name: lossy(&one.name),
            path: lossy(&gap.path),
            path_bytes: hex_if_needed(&gap.path),
            line: gap.span.map(|span| span.line),
            message: gap.message.clone(),
            action: problem.action.into(),
        }
    }
}

impl From<&Bypass> for Bypassed {
    fn from(bypass: &Bypass) -> Self {
        Self { user: bypass.user.clone(), reason: bypass.reason.clone() }
    }
}

impl From<Action> for Verdict {
    fn from(action: Action) -> Self {
        match action {
            Action::Ignore => Self::Accept,
            Action::Waive | Action::Annotate => Self::Annotate,
            Action::Reject => Self::Reject,
        }
    }
}

impl From<Action> for Decision {
    fn from(action: Action) -> Self {
        match action {
            Action::Ignore => Self::Ignore,
            Action::Waive => Self::Waive,
            Action::Annotate => Self::Annotate,
            Action::Reject => Self::Reject,
        }
    }
}

impl From<Side> for Revision {
    fn from(side: Side) -> Self {
        match side {
            Side::Old => Self::Old,
            Side::New => Self::New,
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    bytes.to_str_lossy().into_owned()
}

fn hex_if_needed(bytes: &[u8]) -> Option<String> {
    if bytes.to_str().is_ok() {
        return None;
    }
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    Some(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}
