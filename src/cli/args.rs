//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::audit;
use crate::model::{Glob, Severity};

/// Turns back pushes that make container configuration worse.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge a push from inside git's pre-receive hook; reads `old new ref` lines
    PreReceive(Common),
    /// Judge one ref from inside git's update hook
    Update {
        /// The full name of the ref
        name: OsString,
        /// The object it names now
        old: String,
        /// The object it is to name
        new: String,
        #[command(flatten)]
        common: Common,
    },
    /// Judge a push from inside git's pre-push hook, on the pusher's side
    PrePush {
        /// The remote's name
        remote: OsString,
        /// The remote's URL
        url: Option<OsString>,
        #[command(flatten)]
        common: Common,
    },
    /// Compare two revisions, the index or the worktree; writes nothing
    Check(Check),
    /// Replay a history as if every commit had been pushed today; writes nothing
    Audit(Audit),
    /// Join the JSON Lines of several audits
    Merge(Merge),
    /// Say how much of a revision's container configuration is open, from 0 to 100
    Score(Score),
    /// Draw the score of a revision as an SVG
    Badge(Badge),
    /// List every image that a revision names, with file and line
    Images(Images),
    /// List the rules
    Rules {
        /// How to print them
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Print everything about one rule
    Explain {
        /// The rule's id
        rule: String,
    },
    /// Look at the policy
    Policy {
        #[command(subcommand)]
        action: PolicyAction,
    },
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The old revision, or a range `A..B` or `A...B`; HEAD~1 without one
    pub(super) old: Option<String>,
    /// The new revision; HEAD without one
    pub(super) new: Option<String>,
    /// Compare HEAD with what is staged
    #[arg(long, conflicts_with_all = ["old", "new", "worktree"])]
    pub(super) staged: bool,
    /// Compare HEAD with the files on disk
    #[arg(long, conflicts_with_all = ["old", "new"])]
    pub(super) worktree: bool,
    /// The repository; this folder without one
    #[arg(short = 'C', long = "repository", value_name = "DIR")]
    pub(super) repository: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Repositories, by their folders (`-`: a list of them on standard input), and the history: a
    /// revision or a range `A..B`; this folder and HEAD without any
    #[arg(value_name = "REPO | RANGE")]
    pub(super) what: Vec<String>,
    /// One more repository
    #[arg(short = 'C', long = "repository", value_name = "DIR")]
    pub(super) repository: Option<PathBuf>,
    /// Every repository below this folder
    #[arg(long, value_name = "DIR")]
    pub(super) below: Option<PathBuf>,
    /// Only this part of the repositories: I of N, counted from 0
    #[arg(long, value_name = "I/N", value_parser = audit::Shard::parse)]
    pub(super) shard: Option<audit::Shard>,
    /// Follow first parents only: one step for each merge into the branch
    #[arg(long)]
    pub(super) first_parent: bool,
    #[command(flatten)]
    pub(super) filter: Filter,
    /// Exit with 1 where something this severe landed and is open
    #[arg(long, value_name = "SEVERITY", value_parser = audit::severity)]
    pub(super) fail_on: Option<Severity>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub(super) format: AuditFormat,
    /// Write the report into this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Show no progress
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Keep what was judged in this folder: the next run judges only what is new
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,
    /// The policy; else the one that a push would be judged with
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// Compare with this policy over the same history: what would each have turned back?
    #[arg(long, value_name = "POLICY")]
    pub(super) what_if: Option<PathBuf>,
}

/// What of it is told.
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// What landed on this day (UTC) or later
    #[arg(long, value_name = "DAY", value_parser = audit::since)]
    pub(super) since: Option<i64>,
    /// What landed on this day (UTC) or before
    #[arg(long, value_name = "DAY", value_parser = audit::until)]
    pub(super) until: Option<i64>,
    /// What an author landed whose name or address contains this; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(super) author: Vec<String>,
    /// What stands in files that this glob takes; may be repeated
    #[arg(long, value_name = "GLOB", value_parser = audit::glob)]
    pub(super) path: Vec<Glob>,
    /// What this rule finds; may be repeated
    #[arg(long, value_name = "RULE", value_parser = audit::rule)]
    pub(super) rule: Vec<String>,
    /// What matters so much or more
    #[arg(long, value_name = "SEVERITY", value_parser = audit::severity)]
    pub(super) min_severity: Option<Severity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AuditFormat {
    /// A summary for people
    Text,
    /// JSON Lines: one object a finding, one a repository
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// GitLab's code quality report: what is open
    CodeQuality,
    /// JUnit's XML: what is open fails
    Junit,
    /// One page that needs nothing else
    Html,
    /// Comma-separated values
    Csv,
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    /// Reports that `plimsoll audit --format json` wrote
    #[arg(required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Write into this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Suggest {
    /// The revision whose history counts
    #[arg(default_value = "HEAD")]
    pub(super) revision: String,
    /// The repository; this folder without one
    #[arg(short = 'C', long = "repository", value_name = "DIR")]
    pub(super) repository: Option<PathBuf>,
    /// How many months, back from the last commit
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(super) months: u16,
    /// How many of their commits may be turned back
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub(super) at_most: usize,
    /// Follow first parents only: one step for each merge into the branch
    #[arg(long)]
    pub(super) first_parent: bool,
    /// Keep what was judged in this folder
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,
    /// Show no progress
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// The policy to start from; else the one that a push would be judged with
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Score {
    /// The revision
    #[arg(default_value = "HEAD")]
    pub(super) revision: String,
    /// The repository; this folder without one
    #[arg(short = 'C', long = "repository", value_name = "DIR")]
    pub(super) repository: Option<PathBuf>,
    /// The policy; else the one that a push would be judged with
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Args)]
pub(super) struct Badge {
    #[command(flatten)]
    pub(super) score: Score,
    /// Write into this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Images {
    /// The revision
    #[arg(default_value = "HEAD")]
    pub(super) revision: String,
    /// Only the images that this older revision does not name
    #[arg(long, value_name = "OLD")]
    pub(super) new: Option<String>,
    /// The repository; this folder without one
    #[arg(short = 'C', long = "repository", value_name = "DIR")]
    pub(super) repository: Option<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = ImagesFormat::Text)]
    pub(super) format: ImagesFormat,
    /// The policy; else the one that a push would be judged with
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ImagesFormat {
    /// One place a line
    Text,
    /// An array, one object a place
    Json,
    /// A CycloneDX 1.6 bill of materials
    Cyclonedx,
}

#[derive(Debug, Default, Args)]
pub(super) struct Common {
    /// The policy; else $PLIMSOLL_POLICY, plimsoll.toml in the git directory,
    /// /etc/plimsoll/policy.toml, the built-in one
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Tell everything, fold nothing
    #[arg(long)]
    pub(super) all: bool,
    /// Colour the text
    #[arg(long, value_enum, default_value_t = Colour::Never)]
    pub(super) color: Colour,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One document, described in docs/json.md
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// GitLab's code quality report
    CodeQuality,
    /// JUnit's XML
    Junit,
    /// Comma-separated values
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Always,
    #[default]
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyAction {
    /// Say whether a policy file can be read, and what is wrong with it
    Check {
        /// The file; else the one that a push would be judged with
        file: Option<PathBuf>,
    },
    /// Print the policy in force, every default written out
    Show {
        /// The file; else the one that a push would be judged with
        file: Option<PathBuf>,
    },
    /// Print a policy file to start from, every key with its default and its meaning
    Init,
    /// Print the JSON schema of policy files, for editors
    Schema,
    /// Propose a policy under which the last months would have been turned back seldom enough
    Suggest(Suggest),
}
