//! What one run has to say, for every writer alike.

use bstr::BString;

use super::{Gap, Improvement, Regression};

/// What is done about a finding, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing is said.
    Ignore,
    /// A waiver covers it: counted, let through.
    Waive,
    /// Said, let through.
    Annotate,
    /// Said, and the ref is not updated.
    Reject,
}

impl Action {
    /// As JSON writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Waive => "waive",
            Self::Annotate => "annotate",
            Self::Reject => "reject",
        }
    }
}

/// A regression and what policy makes of it for one ref.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What got worse.
    pub regression: Regression,
    /// What is done about it.
    pub action: Action,
    /// The reason of the waiver that covers it.
    pub waived: Option<String>,
}

/// A gap of the new revision and what policy makes of it for one ref.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What could not be judged.
    pub gap: Gap,
    /// What is done about it.
    pub action: Action,
}

/// One ref of the push, or the one comparison of `check`.
#[derive(Clone, Debug)]
pub struct RefReport {
    /// `refs/heads/main`; for `check` the range as given.
    pub name: BString,
    /// The old object id as hex; empty where there is none (index, worktree).
    pub old: String,
    /// The new object id as hex; empty where there is none.
    pub new: String,
    /// What it was compared with, as hex; empty for the empty tree.
    pub baseline: String,
    /// `Reject`, `Annotate` (something is said) or `Ignore` (nothing is).
    pub verdict: Action,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What got better.
    pub improvements: Vec<Improvement>,
    /// What could not be judged.
    pub problems: Vec<Problem>,
    /// Lines without a finding of their own: an excluded file, a moved submodule.
    pub notes: Vec<String>,
    /// Changed container files that `paths.exclude` left out.
    pub excluded: usize,
    /// It was already judged: the same baseline and tip as this earlier ref of the push.
    pub same_as: Option<BString>,
}

/// Everything one run says.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order git named them.
    pub refs: Vec<RefReport>,
    /// Who let a rejected push through, and why.
    pub bypass: Option<Bypass>,
    /// The pusher may use `-o plimsoll.bypass=…`: the message says so.
    pub bypass_offered: bool,
    /// `-o plimsoll.explain`: everything is told and the push refused.
    pub explain: bool,
    /// What the run as a whole has to say (an expired waiver, a policy that was loosened).
    pub notes: Vec<String>,
}

/// A bypass that was used.
#[derive(Clone, Debug)]
pub struct Bypass {
    /// The pusher, printable; empty where the server doesn't say.
    pub user: String,
    /// Printable.
    pub reason: String,
}

impl Report {
    /// The worst verdict of all refs, bypass and explain counted in.
    #[must_use]
    pub fn verdict(&self) -> Action {
        if self.explain {
            return Action::Reject;
        }
        let worst = self.refs.iter().map(|r| r.verdict).max().unwrap_or(Action::Ignore);
        if self.bypass.is_some() { worst.min(Action::Annotate) } else { worst }
    }
}
