//! A history, judged commit by commit.

use bstr::BString;

use super::{Action, Finding, Improvement, Level, Problem};

/// One commit compared with its (first) parent, as if it had been pushed by itself.
#[derive(Clone, Debug)]
pub struct Step {
    /// The commit, as hexadecimal digits.
    pub commit: String,
    /// What it was compared with; empty for a root commit.
    pub parent: String,
    /// It has several parents.
    pub merge: bool,
    /// The author's name, as bytes that may be anything.
    pub author: BString,
    /// The author's mail address, as bytes that may be anything.
    pub email: BString,
    /// The committer's clock, in seconds since 1970.
    pub seconds: i64,
    /// The first line of its message, as bytes that may be anything.
    pub subject: BString,
    /// `Reject`, `Annotate` or `Ignore`, under the policy of the audit.
    pub verdict: Action,
    /// What got worse, worst first.
    pub findings: Vec<Finding>,
    /// What got better.
    pub improvements: Vec<Improvement>,
    /// What could not be judged and could before.
    pub problems: Vec<Problem>,
    /// Exposures that were open before and are gone or narrower now, those of deleted files
    /// included.
    pub closed: Vec<Closed>,
    /// Files under another path than before, as (old, new).
    pub moved: Vec<(BString, BString)>,
    /// How much more than before is taken from the score, or less.
    pub penalty: i64,
}

/// An exposure that is not as open any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The file that declared it.
    pub path: BString,
    /// Which exposure: [`mark`].
    pub mark: u64,
    /// Rank and size that are left; zero where nothing is.
    pub left: (u8, u64),
}

/// A regression that landed, and what became of it.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The step that brought it, by its number.
    pub step: usize,
    /// Its place among the findings of that step.
    pub finding: usize,
    /// Where it stands by now: files move.
    pub path: BString,
    /// The step that repaired it; `None` while it is open.
    pub repaired: Option<usize>,
    /// Whose `path` is, as CODEOWNERS of the audit's last commit says; as written there.
    pub teams: Vec<String>,
}

/// One repository's audit.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// How the repository was named.
    pub repository: String,
    /// What was audited: `main`, `v1..v2`.
    pub range: String,
    /// The last commit, as hexadecimal digits; empty where there is none.
    pub head: String,
    /// How many commits were looked at.
    pub commits: usize,
    /// The commits that touch container files, oldest first.
    pub steps: Vec<Step>,
    /// What landed, in the order of the steps.
    pub landed: Vec<Landed>,
    /// The posture score, 0 to 100, after so many of the steps, in their order; empty where it was
    /// not asked for.
    pub scores: Vec<(usize, f64)>,
    /// It was stopped before the end.
    pub partial: bool,
    /// Why it could not be audited at all.
    pub failure: Option<String>,
}

/// The number that stands for one exposure of one unit, whatever its level and file.
#[must_use]
pub fn mark(rule: &str, unit: &str, key: &str) -> u64 {
    let mut hasher = blake3::Hasher::new_derive_key("plimsoll 2026 exposure mark");
    for part in [rule, unit, key] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_be_bytes(first)
}

/// How far up its ladder a level is, for comparing.
#[must_use]
pub fn height(level: &Level) -> (u8, u64) {
    (level.rank, level.size)
}
