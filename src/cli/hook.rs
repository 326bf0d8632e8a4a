//! The hooks: `pre-receive`, `update`, `pre-push`.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::time::Instant;

use anyhow::Result;
use bstr::{BStr, BString, ByteSlice as _};

use super::args::Common;
use super::judge::Judge;
use super::refs::{Refs, blank};
use super::{load, output};
use crate::git::{
    self, Comparison, Environment, Id, Push, RefUpdate, Repository, Standing, Trusted,
};
use crate::model::{Action, Report};
use crate::policy::{Bypass, Policy};
use crate::report::Job;

/// The push option that asks for everything and refuses.
const EXPLAIN: &[u8] = b"plimsoll.explain";

/// `plimsoll pre-receive`: every ref of the push, from standard input.
pub(super) fn pre_receive(common: &Common, started: Instant) -> Result<Action> {
    // All of it, before anything may fail: git's wrappers don't bear a reader that goes away.
    let updates = git::read_updates(io::stdin().lock())?;
    receive(common, &updates, Job::Receive, started)
}

/// `plimsoll update`: one ref.
pub(super) fn update(
    common: &Common,
    name: &OsStr,
    old: &str,
    new: &str,
    started: Instant,
) -> Result<Action> {
    let line = [old.as_bytes(), new.as_bytes(), name.as_bytes()].join(&b' ');
    let updates = git::read_updates(&line[..])?;
    receive(common, &updates, Job::Update, started)
}

fn receive(common: &Common, updates: &[RefUpdate], job: Job, started: Instant) -> Result<Action> {
    if updates.is_empty() {
        return Ok(Action::Ignore);
    }
    let environment = Environment::own()?;
    let repository = Repository::in_hook()?;
    let policy = load::policy(common, Some(repository.git_dir()))?;
    let options = git::push_options(&environment);
    let judge = Judge::new(&repository, &policy, started);
    let today = judge.today;
    let mut refs = Refs::new(judge, today);
    for update in updates {
        refs.update(update)?;
    }
    let mut report = Report { refs: refs.reports(), ..Report::default() };
    apply_options(&mut report, &policy, &options, &environment, &repository);
    output::print(&report, common, job)
}

/// What the pusher asked for with `git push -o`.
fn apply_options(
    report: &mut Report,
    policy: &Policy,
    options: &[BString],
    environment: &Environment<'_>,
    repository: &Repository,
) {
    report.explain = options.iter().any(|option| option == EXPLAIN);
    let rejected = report.refs.iter().any(|r| r.verdict == Action::Reject);
    match policy.bypass(options, environment.variable) {
        // Advice that can't be followed is worse than none: git refuses options a server doesn't offer.
        Bypass::Offered => {
            report.bypass_offered =
                rejected && repository.advertises_push_options().unwrap_or(false);
        }
        Bypass::Used(bypass) if rejected => report.bypass = Some(bypass),
        Bypass::Refused(why) => report.notes.push(why),
        Bypass::Used(_) | Bypass::Off => {}
    }
}

/// `plimsoll pre-push`: what is about to leave, compared with what the remote has.
pub(super) fn pre_push(common: &Common, remote: &OsStr, started: Instant) -> Result<Action> {
    let pushes = git::read_pushes(io::stdin().lock())?;
    if pushes.is_empty() {
        return Ok(Action::Ignore);
    }
    let repository = Repository::discover(&std::env::current_dir()?)?;
    let policy = load::policy(common, Some(repository.git_dir()))?;
    let judge = Judge::new(&repository, &policy, started);
    let today = judge.today;
    let mut refs = Refs::new(judge, today);
    for push in &pushes {
        refs.push(push, remote.as_bytes().into())?;
    }
    output::print(&Report { refs: refs.reports(), ..Report::default() }, common, Job::Push)
}

impl Refs<'_> {
    /// One line of pre-push: the remote's old state where it is known here, else the merge base with
    /// what the remote-tracking refs hold.
    fn push(&mut self, push: &Push, remote: &BStr) -> Result<()> {
        let tracked = [b"refs/remotes/", remote.as_bytes(), b"/"].concat();
        let tracked = |name: &BStr| name.starts_with(&tracked);
        let repository = self.judge.repository;
        let mut report =
            blank(push.remote_name.as_bstr(), &push.remote.to_string(), &push.local.to_string());
        let known = !push.remote.is_null() && repository.peel(push.remote).is_ok();
        if known && !push.local.is_null() {
            let range = repository.between(&push.remote.to_string(), &push.local.to_string())?;
            let comparison =
                Comparison { old: range.old, new: range.new, tip: range.tip, known: range.known };
            report.baseline = push.remote.to_string();
            self.comparison(&mut report, &[push.remote_name.as_bstr()], &comparison)?;
        } else if !push.local.is_null() {
            // No local ref has this name: what the own branches hold is no excuse here.
            let name = "refs/plimsoll/outgoing".into();
            let update = RefUpdate { old: Id::null(push.local.kind()), new: push.local, name };
            let trusted = Trusted { refs: Some(&tracked), tags: None };
            let baseline = repository.baseline(&update, &trusted, &self.judge.limits)?;
            let mut standing = baseline.standing;
            if let Standing::Compare(comparison) = &mut standing {
                let tips = repository.refs(&tracked)?.into_iter().map(|(_, id)| id);
                comparison.known = tips.collect();
            }
            self.standing(&mut report, &[push.remote_name.as_bstr()], standing)?;
        }
        self.add(report);
        Ok(())
    }
}

/// Says that plimsoll itself could not work, in the words of the job.
pub(super) fn fail(error: &anyhow::Error, job: Job) {
    let _ = output::failure(&format!("{error:#}"), job, &mut io::stderr().lock());
    let _ = io::stderr().flush();
}
