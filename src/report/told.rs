//! A finding as every list of findings has it: of a check, or of an audit.

use bstr::{BStr, ByteSlice as _};

use crate::model::{Audit, Finding, Report, Step, printable_bytes};

/// One finding, and where it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    /// How the repository was named; empty for a check.
    pub(super) repository: &'a str,
    pub(super) finding: &'a Finding,
    /// Where it stands by now.
    pub(super) path: &'a BStr,
    /// The commit that brought it; `None` for a check.
    pub(super) step: Option<&'a Step>,
    /// The commit that repaired it.
    pub(super) repair: Option<&'a Step>,
}

impl Told<'_> {
    /// The file's path, printable.
    pub(super) fn file(&self) -> String {
        printable_bytes(self.path, 4096)
    }

    /// It is there by now.
    pub(super) fn is_open(&self) -> bool {
        self.repair.is_none()
    }
}

/// What landed in one repository, in the order it did.
pub(super) fn landed(audit: &Audit) -> impl Iterator<Item = Told<'_>> {
    audit.landed.iter().filter_map(|landed| {
        let step = audit.steps.get(landed.step)?;
        let finding = step.findings.get(landed.finding)?;
        // A finding may point into another file than the unit's, and only that is followed.
        let regression = &finding.regression;
        let path =
            if regression.path == regression.unit_path { &landed.path } else { &regression.path };
        Some(Told {
            repository: &audit.repository,
            finding,
            path: path.as_bstr(),
            step: Some(step),
            repair: landed.repaired.and_then(|at| audit.steps.get(at)),
        })
    })
}

/// What a check or a push found.
pub(super) fn found(report: &Report) -> impl Iterator<Item = Told<'_>> {
    report.refs.iter().flat_map(|one| &one.findings).map(|finding| Told {
        repository: "",
        finding,
        path: finding.regression.path.as_bstr(),
        step: None,
        repair: None,
    })
}
