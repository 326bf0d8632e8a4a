//! `plimsoll audit`: a history, replayed as if every commit had been pushed today.

mod cache;
mod filter;
mod fleet;
mod merge;
mod output;
mod progress;
mod scores;
mod step;
mod suggest;
mod what_if;

use std::collections::HashMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use bstr::{BStr, BString, ByteSlice as _};

use super::args;
use super::judge::Judge;
use super::load;
use crate::audit::{OWNERS, Owners, landed};
use crate::git::{Commit, Id, Limits, Repository, Revision};
use crate::model::{Action, Audit, Step};
use crate::policy::Policy;
use cache::Cache;

pub(super) use filter::{glob, rule, severity, since, until};
pub(super) use fleet::Shard;
pub(super) use merge::merge;
pub(super) use suggest::suggest;

/// Commits that one thread takes at a time: neighbours share most of their objects.
const CHUNK: usize = 128;

/// Audits repositories and prints what landed.
///
/// Exit code 1: something landed and is open that `--fail-on` does not want. 2: a repository could
/// not be audited.
pub(super) fn audit(arguments: &args::Audit) -> Result<ExitCode> {
    if let Some(other) = &arguments.what_if {
        return what_if::compare(arguments, other);
    }
    let (folders, range) = fleet::named(arguments)?;
    let stop = progress::Stop::on_signal()?;
    let filter = filter::Filter::new(&arguments.filter);
    let run = Run::new(arguments, &stop, folders.len());
    let mut out = output::Output::new(arguments, folders.len() > 1);
    let (mut worst, mut failed) = (None, false);
    for folder in &folders {
        if stop.is_asked() {
            break;
        }
        let audited = one(folder, &range, arguments.policy.as_deref(), &run);
        let audit = match audited {
            Ok(mut audit) => {
                filter.apply(&mut audit);
                audit
            }
            Err(error) if folders.len() == 1 => return Err(error),
            Err(error) => broken(folder, &range, &error),
        };
        worst = worst.max(worst_open(&audit));
        failed |= audit.failure.is_some();
        out.take(audit)?;
    }
    out.finish()?;
    let fails = arguments.fail_on.is_some_and(|least| worst.is_some_and(|worst| worst >= least));
    Ok(if fails {
        ExitCode::from(1)
    } else if failed {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    })
}

/// What the repositories of one run have in common.
struct Run<'a> {
    first_parent: bool,
    quiet: bool,
    cache: Option<&'a Path>,
    stop: &'a progress::Stop,
    /// Forks have most of their history in common, and so have several runs over one history.
    memory: Option<cache::Memory>,
    /// Older commits are not judged: seconds since 1970.
    since: Option<i64>,
}

impl<'a> Run<'a> {
    fn new(arguments: &'a args::Audit, stop: &'a progress::Stop, repositories: usize) -> Self {
        Self {
            first_parent: arguments.first_parent,
            quiet: arguments.quiet,
            cache: arguments.cache.as_deref(),
            stop,
            memory: (repositories > 1).then(cache::Memory::default),
            since: None,
        }
    }
}

fn one(folder: &Path, range: &str, policy: Option<&Path>, run: &Run<'_>) -> Result<Audit> {
    let past = Past::open(folder, range)?;
    let policy = load::policy_or(policy, Some(past.repository.git_dir()))?;
    replay(&past, &policy, run)
}

/// One repository and what of its history is audited.
struct Past {
    folder: PathBuf,
    repository: Repository,
    range: String,
    tips: Vec<Id>,
    known: Vec<Id>,
}

impl Past {
    fn open(folder: &Path, range: &str) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let repository = Repository::discover(&folder)?;
        let (tips, known) = repository.commits_of(range)?;
        Ok(Self { folder, repository, range: range.to_owned(), tips, known })
    }
}

fn broken(folder: &Path, range: &str, error: &anyhow::Error) -> Audit {
    let failure = format!("{error:#}");
    let name = folder.display().to_string();
    Audit { repository: name, range: range.to_owned(), failure: Some(failure), ..Audit::default() }
}

fn worst_open(audit: &Audit) -> Option<crate::model::Severity> {
    let open = audit.landed.iter().filter(|landed| landed.repaired.is_none());
    let finding = |landed: &crate::model::Landed| {
        audit.steps.get(landed.step).and_then(|step| step.findings.get(landed.finding))
    };
    open.filter_map(finding)
        .filter(|finding| finding.action != Action::Waive)
        .map(|finding| finding.regression.severity)
        .max()
}

fn replay(past: &Past, policy: &Policy, run: &Run<'_>) -> Result<Audit> {
    let Past { folder, repository, range, tips, known } = past;
    let mut history = repository.history(tips, known, run.first_parent);
    let before = history.commits.len();
    history.commits.retain(|commit| run.since.is_none_or(|since| commit.seconds >= since));
    let cut = history.commits.len() < before;
    let kept = (run.memory.as_ref(), run.cache);
    let cache = Cache::open(policy, repository.git_dir(), kept)?;
    let progress = progress::Progress {
        quiet: run.quiet,
        name: folder.display().to_string(),
        total: history.commits.len(),
        done: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    };
    let job = Replay {
        folder,
        policy,
        commits: &history.commits,
        trees: history.commits.iter().map(|commit| (commit.id, commit.tree)).collect(),
        branch: repository.default_branch().unwrap_or_default(),
        next: AtomicUsize::new(0),
        progress: &progress,
        stop: run.stop,
        cache: &cache,
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (mut steps, mut whole) = (Vec::new(), history.commits.len());
    thread::scope(|scope| -> Result<()> {
        let teller = scope.spawn(|| progress.tell());
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| job.work())).collect();
        let done: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        progress.over.store(true, Ordering::Release);
        teller.thread().unpark();
        for worker in done {
            let (more, left) =
                worker.map_err(|_| anyhow!("a fault of plimsoll: a thread fell"))??;
            steps.extend(more);
            whole = whole.min(left.unwrap_or(whole));
        }
        Ok(())
    })?;
    cache.save();
    progress.judged(cache.judged.load(Ordering::Relaxed));
    // Stopped before the end, it is the audit of a shorter history: one without holes.
    steps.retain(|(number, _)| *number < whole);
    steps.sort_by_key(|(number, _)| *number);
    let steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
    let mut landed = landed(&steps);
    let owners = tips.first().map(|tip| owners(repository, *tip)).unwrap_or_default();
    for one in &mut landed {
        one.teams = owners.of(one.path.as_bstr());
    }
    let scores = match tips.first() {
        Some(tip) if known.is_empty() && !cut && whole == history.commits.len() => {
            scores::scores(&history.commits, *tip, &steps, policy)
        }
        _ => Vec::new(),
    };
    Ok(Audit {
        repository: folder.display().to_string(),
        range: range.clone(),
        head: tips.first().map(ToString::to_string).unwrap_or_default(),
        commits: whole,
        landed,
        scores,
        steps,
        partial: whole < history.commits.len() || !history.gaps.is_empty(),
        failure: None,
    })
}

/// Who owns what at `tip`; nobody anything where that can't be read.
fn owners(repository: &Repository, tip: Id) -> Owners {
    let Ok(commit) = repository.commit(tip) else { return Owners::default() };
    let Ok(tree) = repository.tree(Revision::Tree(commit.tree), Limits::default()) else {
        return Owners::default();
    };
    let read = |path: &&str| {
        let entry = tree.follow(BStr::new(path)).ok()??;
        tree.read(&entry).ok().map(|text| Owners::read(path, &text))
    };
    OWNERS.iter().find_map(read).unwrap_or_default()
}

/// One history and the place up to which it is taken.
struct Replay<'a> {
    folder: &'a Path,
    policy: &'a Policy,
    commits: &'a [Commit],
    /// The trees of all of them.
    trees: HashMap<Id, Id>,
    /// What is judged as if it had been pushed to this branch.
    branch: BString,
    next: AtomicUsize,
    progress: &'a progress::Progress,
    stop: &'a progress::Stop,
    cache: &'a Cache<'a>,
}

/// Steps by the number of their commit, and the one where it was told to stop.
type Worked = (Vec<(usize, Step)>, Option<usize>);

impl Replay<'_> {
    /// The tree of a parent, which may stand before the range.
    fn tree(&self, repository: &Repository, parent: Id) -> Option<Id> {
        let known = self.trees.get(&parent).copied();
        known.or_else(|| Some(repository.commit(parent).ok()?.tree))
    }

    /// Takes commits until there are none left, or to the one where it was told to stop.
    fn work(&self) -> Result<Worked> {
        let repository = Repository::discover(self.folder)?;
        let mut judge = Judge::new(&repository, self.policy, Instant::now());
        judge.remember();
        let mut steps = Vec::new();
        loop {
            let first = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            let chunk = first..self.commits.len().min(first + CHUNK);
            if chunk.is_empty() {
                break;
            }
            for number in chunk {
                if self.stop.is_asked() {
                    return Ok((steps, Some(number)));
                }
                let Some(commit) = self.commits.get(number) else { continue };
                self.progress.done.fetch_add(1, Ordering::Relaxed);
                judge.restart();
                judge.as_of(commit);
                if let Some(step) = step::step(self, &judge, commit)? {
                    steps.push((number, step));
                }
            }
        }
        Ok((steps, None))
    }
}
