//! The commands.

mod affected;
mod args;
mod audit;
mod check;
mod gaps;
mod given_up;
mod history;
mod hook;
mod images;
mod inspect;
mod judge;
mod load;
mod measure;
mod memo;
mod model;
mod named;
mod output;
mod own_policy;
mod refs;
mod scans;
mod score;
mod shelf;
mod snapshot;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser as _;

use crate::model::Action;
use crate::report::Job;
use args::{Cli, Command, Common};

/// Runs the command line.
///
/// Exit codes of the hooks: 0 let through, 1 refused. Of `check`: 0 nothing rejected, 1 rejected,
/// 2 could not judge. Of the others: 0, or 2 for an error.
pub fn main() -> ExitCode {
    let started = Instant::now();
    // A panic is told as a failure, in one line, without paths of the build.
    std::panic::set_hook(Box::new(|_| {}));
    let run = std::panic::catch_unwind(|| run(started));
    run.unwrap_or_else(|_| {
        hook::fail(&anyhow::anyhow!("a fault of plimsoll: it stopped in the middle"), Job::Receive);
        ExitCode::from(2)
    })
}

fn run(started: Instant) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // The hooks are recognised before the command line is parsed: that costs more than a small push.
    match quick(&arguments) {
        Some(Hook::PreReceive) => {
            return hooked(Job::Receive, || hook::pre_receive(&Common::default(), started));
        }
        Some(Hook::Update { name, old, new }) => {
            let (old, new) = (old.to_string_lossy(), new.to_string_lossy());
            return hooked(Job::Update, || {
                hook::update(&Common::default(), name, &old, &new, started)
            });
        }
        Some(Hook::PrePush { remote }) => {
            return hooked(Job::Push, || hook::pre_push(&Common::default(), remote, started));
        }
        None => {}
    }
    match Cli::parse().command {
        Command::PreReceive(common) => hooked(Job::Receive, || hook::pre_receive(&common, started)),
        Command::Update { name, old, new, common } => {
            hooked(Job::Update, || hook::update(&common, &name, &old, &new, started))
        }
        Command::PrePush { remote, url: _, common } => {
            hooked(Job::Push, || hook::pre_push(&common, &remote, started))
        }
        Command::Check(arguments) => match check::check(&arguments, started) {
            Ok(Action::Reject) => ExitCode::from(1),
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => failed(&error, Job::Check),
        },
        Command::Audit(arguments) => match audit::audit(&arguments) {
            Ok(code) => code,
            Err(error) => told(Err(error)),
        },
        Command::Merge(arguments) => told(audit::merge(&arguments)),
        Command::Score(arguments) => told(score::score(&arguments)),
        Command::Badge(arguments) => told(score::badge(&arguments)),
        Command::Images(arguments) => told(images::images(&arguments, started)),
        Command::Rules { format } => told(inspect::list(format)),
        Command::Explain { rule } => told(inspect::explain(&rule)),
        Command::Policy { action } => told(inspect::policy(&action)),
    }
}

/// A hook run under its own name or with nothing but its command.
enum Hook<'a> {
    PreReceive,
    Update { name: &'a OsStr, old: &'a OsStr, new: &'a OsStr },
    PrePush { remote: &'a OsStr },
}

fn quick(arguments: &[OsString]) -> Option<Hook<'_>> {
    let (program, rest) = arguments.split_first()?;
    let (event, rest) = match event(Path::new(program)) {
        Some(event) => (event, rest),
        None => (rest.first()?.to_str()?, rest.get(1..)?),
    };
    match (event, rest) {
        ("pre-receive", []) => Some(Hook::PreReceive),
        ("update", [name, old, new]) => Some(Hook::Update { name, old, new }),
        ("pre-push", [remote] | [remote, _]) if !remote.as_encoded_bytes().starts_with(b"-") => {
            Some(Hook::PrePush { remote })
        }
        _ => None,
    }
}

/// The event a program's name stands for: `hooks/pre-receive`, gitolite's
/// `hooks/pre-receive.h00-plimsoll`, `pre-receive.d/plimsoll`.
fn event(program: &Path) -> Option<&'static str> {
    const EVENTS: [&str; 3] = ["pre-receive", "update", "pre-push"];
    let name = program.file_name()?.to_str()?;
    let stem = name.split('.').next()?;
    let folder = program.parent().and_then(Path::file_name).and_then(OsStr::to_str);
    let folder = folder.and_then(|folder| folder.strip_suffix(".d"));
    EVENTS.into_iter().find(|event| *event == stem || Some(*event) == folder)
}

fn hooked(job: Job, run: impl FnOnce() -> Result<Action>) -> ExitCode {
    match run() {
        Ok(Action::Reject) => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            hook::fail(&error, job);
            ExitCode::from(1)
        }
    }
}

fn told(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("plimsoll: {error:#}\n").as_bytes(),
            );
            ExitCode::from(2)
        }
    }
}

/// A reader that has seen enough (`plimsoll rules | head`) is no failure.
fn broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn failed(error: &anyhow::Error, job: Job) -> ExitCode {
    hook::fail(error, job);
    ExitCode::from(2)
}
