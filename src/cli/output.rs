//! Where a report goes, and in which form.

use std::io::{self, Write};

use anyhow::Result;

use super::args::{Colour, Common, Format};
use crate::model::{Action, Report};
use crate::report::{self, Job, Style};

/// Prints a report and gives its verdict back.
///
/// Hooks write to standard error: git shows both streams, GitLab's web pages only this one. A reader
/// that has gone away changes no verdict.
pub(super) fn print(report: &Report, common: &Common, job: Job) -> Result<Action> {
    let mut bytes = Vec::new();
    match common.format {
        Format::Text => report::text(report, &style(common, job), &mut bytes)?,
        Format::Json => report::json(report, &mut bytes)?,
        Format::Sarif => report::sarif(report, &mut bytes)?,
        Format::CodeQuality => report::quality(report, &mut bytes)?,
        Format::Junit => report::junit(report, &mut bytes)?,
        Format::Csv => report::csv(report, &mut bytes)?,
    }
    if job == Job::Check || common.format != Format::Text {
        let _ = io::stdout().lock().write_all(&bytes);
    } else {
        let _ = io::stderr().lock().write_all(&bytes);
    }
    Ok(report.verdict())
}

/// Says that plimsoll could not work.
pub(super) fn failure(message: &str, job: Job, out: &mut impl Write) -> io::Result<()> {
    report::failure(message, true, &style(&Common::default(), job), out)
}

fn style(common: &Common, job: Job) -> Style {
    let web = std::env::var_os("GL_PROTOCOL").is_some_and(|protocol| protocol == "web");
    Style {
        job,
        colour: common.color == Colour::Always,
        gitlab_web: web && job == Job::Receive,
        full: common.all,
        see_all: match job {
            Job::Check | Job::Push => "plimsoll check --all",
            Job::Receive | Job::Update => Style::default().see_all,
        },
        ..Style::default()
    }
}
