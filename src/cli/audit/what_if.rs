//! `plimsoll audit --what-if`: the same history under another policy.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};

use super::{Past, Run, broken, filter, fleet, output, progress, replay};
use crate::audit::what_if;
use crate::cli::{args, load};
use crate::model::{Audit, Trial};
use crate::policy::Policy;
use crate::report;

/// Tries `other` beside the policy in force, and prints what it would change.
///
/// Exit code 2: a repository could not be audited.
pub(super) fn compare(arguments: &args::Audit, other: &Path) -> Result<ExitCode> {
    let lines = match arguments.format {
        args::AuditFormat::Text => false,
        args::AuditFormat::Json => true,
        _ => bail!("--what-if is written as text or json"),
    };
    ensure!(arguments.fail_on.is_none(), "--what-if compares, it does not fail: no --fail-on");
    let policy = load::read(other)?;
    let (folders, range) = fleet::named(arguments)?;
    let stop = progress::Stop::on_signal()?;
    let run = Run::new(arguments, &stop, folders.len());
    let mut all = Vec::new();
    for folder in &folders {
        match both(folder, &range, (arguments, &run), (other, &policy)) {
            Ok(trials) => all.push(Ok(trials)),
            _ if stop.is_asked() => break,
            Err(error) if folders.len() == 1 => return Err(error),
            Err(error) => all.push(Err(broken(folder, &range, &error))),
        }
    }
    let mut out = output::open(arguments)?;
    if lines {
        report::what_ifs_lines(&all, &mut out)?;
    } else {
        report::what_ifs_text(&all, &mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::from(if all.iter().any(Result::is_err) { 2 } else { 0 }))
}

fn both(
    folder: &Path,
    range: &str,
    (arguments, run): (&args::Audit, &Run<'_>),
    (name, other): (&Path, &Policy),
) -> Result<[Trial; 2]> {
    let past = Past::open(folder, range)?;
    let policy = load::policy_or(arguments.policy.as_deref(), Some(past.repository.git_dir()))?;
    let filter = filter::Filter::new(&arguments.filter);
    let audit = |policy: &Policy| -> Result<Audit> {
        let mut audit = replay(&past, policy, run)?;
        ensure!(!run.stop.is_asked(), "stopped before there was anything to compare");
        filter.apply(&mut audit);
        Ok(audit)
    };
    let in_force = arguments
        .policy
        .as_ref()
        .map_or_else(|| "the policy in force".to_owned(), |file| file.display().to_string());
    let tried = [(in_force, audit(&policy)?), (name.display().to_string(), audit(other)?)];
    Ok(what_if(tried, &|step, finding| filter.wants(step, finding)))
}
