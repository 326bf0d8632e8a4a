//! `plimsoll audit`: a history, replayed as if every commit had been pushed today.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use bstr::{BStr, BString, ByteSlice as _};

use super::args;
use super::judge::{Compared, Judge};
use super::load;
use crate::audit::{OWNERS, Owners, landed};
use crate::git::{Commit, Id, Limits, Repository, Revision};
use crate::model::{Action, Audit, Closed, Measured, Step, height, mark};
use crate::policy::Policy;
use crate::report;
use crate::rules::RULES;

/// Commits that one thread takes at a time: neighbours share most of their objects.
const CHUNK: usize = 32;

/// Audits one repository and prints what landed.
pub(super) fn audit(arguments: &args::Audit) -> Result<()> {
    let folder = match &arguments.repository {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::current_dir()?,
    };
    let repository = Repository::discover(&folder)?;
    let policy = load::policy(&arguments.common, Some(repository.git_dir()))?;
    let audit = run(&folder, &repository, &policy, arguments)?;
    let mut bytes = Vec::new();
    match arguments.common.format {
        args::Format::Text => report::audit_text(&audit, &mut bytes)?,
        args::Format::Json => report::audit_lines(&audit, &mut bytes)?,
    }
    io::stdout().lock().write_all(&bytes)?;
    Ok(())
}

fn run(
    folder: &Path,
    repository: &Repository,
    policy: &Policy,
    arguments: &args::Audit,
) -> Result<Audit> {
    let (tips, known) = repository.commits_of(&arguments.range)?;
    let history = repository.history(&tips, &known, arguments.first_parent);
    let job = Replay { folder, policy, commits: &history.commits, next: AtomicUsize::new(0) };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut steps = Vec::new();
    thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| job.work())).collect();
        for worker in workers {
            steps
                .extend(worker.join().map_err(|_| anyhow!("a fault of plimsoll: a thread fell"))??);
        }
        Ok(())
    })?;
    steps.sort_by_key(|(number, _)| *number);
    let steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
    let mut landed = landed(&steps);
    let owners = tips.first().map(|tip| owners(repository, *tip)).unwrap_or_default();
    for one in &mut landed {
        one.teams = owners.of(one.path.as_bstr());
    }
    Ok(Audit {
        repository: folder.display().to_string(),
        range: arguments.range.clone(),
        commits: history.commits.len(),
        landed,
        scores: Vec::new(),
        steps,
        partial: false,
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
    next: AtomicUsize,
}

impl Replay<'_> {
    /// Takes commits until there are none left.
    fn work(&self) -> Result<Vec<(usize, Step)>> {
        let repository = Repository::discover(self.folder)?;
        let mut judge = Judge::new(&repository, self.policy, Instant::now());
        let mut steps = Vec::new();
        loop {
            let first = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(rest) = self.commits.get(first..) else { break };
            if rest.is_empty() {
                break;
            }
            for (number, commit) in (first..).zip(rest.iter().take(CHUNK)) {
                judge.restart();
                if let Some(step) = step(&judge, commit)? {
                    steps.push((number, step));
                }
            }
        }
        Ok(steps)
    }
}

/// One commit against its first parent; `None` where nothing of it concerns containers.
fn step(judge: &Judge<'_>, commit: &Commit) -> Result<Option<Step>> {
    let (repository, policy) = (judge.repository, judge.policy);
    let parent = commit.parents.first().and_then(|parent| repository.commit(*parent).ok());
    let old = parent.as_ref().map_or(Revision::Empty, |parent| Revision::Tree(parent.tree));
    let Compared { judged, before, after, moved, .. } =
        judge.measured(&old, &Revision::Tree(commit.tree), RULES)?;
    if before.is_empty() && after.is_empty() && judged.gaps.is_empty() {
        return Ok(None);
    }
    let branch = repository.default_branch().unwrap_or_default();
    let names: [&BStr; 1] = [branch.as_bstr()];
    let terms =
        if parent.is_none() { policy.for_first_push(&names) } else { policy.for_ref(&names) };
    let verdict = policy.judge(&terms, judged.regressions, judged.gaps, judge.today);
    Ok(Some(Step {
        commit: commit.id.to_string(),
        parent: parent.as_ref().map(|parent| parent.id.to_string()).unwrap_or_default(),
        merge: commit.parents.len() > 1,
        author: commit.author_name.clone(),
        email: commit.author_email.clone(),
        seconds: commit.seconds,
        subject: if verdict.action > Action::Ignore {
            repository.subject(commit.id)
        } else {
            BString::default()
        },
        verdict: verdict.action,
        findings: verdict.findings,
        improvements: judged.improvements,
        problems: verdict.problems,
        closed: closed(&before, &after, &moved),
        moved,
    }))
}

type Heights = HashMap<(BString, u64), (u8, u64)>;

/// What was open before and is less so now.
fn closed(before: &[Measured], after: &[Measured], moved: &[(BString, BString)]) -> Vec<Closed> {
    let now = heights(after);
    let left = |path: &BString, mark: u64| {
        let path = moved.iter().find(|(old, _)| old == path).map_or(path, |(_, new)| new);
        now.get(&(path.clone(), mark)).copied().unwrap_or_default()
    };
    let was = heights(before).into_iter().map(|((path, mark), height)| {
        let left = left(&path, mark);
        (left < height, Closed { path, mark, left })
    });
    let mut closed: Vec<Closed> =
        was.filter(|(narrower, _)| *narrower).map(|(_, closed)| closed).collect();
    closed.sort_by(|a, b| (&a.path, a.mark).cmp(&(&b.path, b.mark)));
    closed
}

/// How far open each exposure is.
fn heights(units: &[Measured]) -> Heights {
    let mut heights = Heights::new();
    for unit in units {
        for exposure in unit.exposures.iter().filter(|exposure| exposure.level.rank > 0) {
            let mark = mark(exposure.rule.id, &unit.declaration.title, &exposure.key);
            let known = heights.entry((unit.declaration.path.clone(), mark)).or_default();
            *known = height(&exposure.level).max(*known);
        }
    }
    heights
}
