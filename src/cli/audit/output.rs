//! Where the report goes: a repository at a time where its form allows that.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, Result};

use crate::cli::args::{self, AuditFormat};
use crate::model::Audit;
use crate::report;

/// The report of a run, as it grows.
pub(super) struct Output<'a> {
    arguments: &'a args::Audit,
    /// Repositories are named where there are several.
    several: bool,
    /// Opened once there is something to write: a run that fails leaves an earlier report alone.
    out: Option<Box<dyn Write>>,
    /// What can only be written as a whole.
    kept: Vec<Audit>,
}

impl<'a> Output<'a> {
    pub(super) fn new(arguments: &'a args::Audit, several: bool) -> Self {
        Self { arguments, several, out: None, kept: Vec::new() }
    }

    /// Writes a repository's audit, or keeps it for the end.
    pub(super) fn take(&mut self, audit: Audit) -> Result<()> {
        let (format, several) = (self.arguments.format, self.several);
        let first = self.out.is_none();
        match format {
            AuditFormat::Text => report::audit_text(&audit, several, &mut self.out()?)?,
            AuditFormat::Json => report::audit_lines(&audit, &mut self.out()?)?,
            AuditFormat::Csv => report::audit_csv(&audit, first, &mut self.out()?)?,
            _ => self.kept.push(audit),
        }
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<()> {
        let (kept, format) = (std::mem::take(&mut self.kept), self.arguments.format);
        let mut out = self.out()?;
        match format {
            AuditFormat::Text | AuditFormat::Json | AuditFormat::Csv => {}
            AuditFormat::Sarif => report::audits_sarif(&kept, &mut out)?,
            AuditFormat::CodeQuality => report::audits_quality(&kept, &mut out)?,
            AuditFormat::Junit => report::audits_junit(&kept, &mut out)?,
            AuditFormat::Html => {
                let now = jiff::Timestamp::now().as_second();
                report::audit_html(&kept, now, &mut out)?;
            }
        }
        Ok(out.flush()?)
    }

    fn out(&mut self) -> Result<&mut dyn Write> {
        let out = match self.out.take() {
            Some(out) => out,
            None => open(self.arguments)?,
        };
        Ok(self.out.insert(out))
    }
}

/// The file that is named, or standard output.
pub(super) fn open(arguments: &args::Audit) -> Result<Box<dyn Write>> {
    Ok(match &arguments.output {
        Some(file) => {
            let opened =
                File::create(file).with_context(|| format!("output {}", file.display()))?;
            Box::new(BufWriter::new(opened))
        }
        None => Box::new(BufWriter::new(io::stdout())),
    })
}
