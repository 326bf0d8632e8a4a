//! The units of one side of a comparison with their exposures, within the bounds of policy.

use std::rc::Rc;
use std::time::Instant;

use bstr::{BStr, BString, ByteSlice as _};

use super::affected::Affected;
use super::judge::{Judge, Made};
use super::snapshot::Snapshot;
use crate::model::{Declaration, Gap, GapKind, Measured, Rule, Tree, printable_bytes};
use crate::{resolve, rules};

/// What both sides of a comparison are measured with.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) judge: &'a Judge<'a>,
    pub(super) affected: &'a Affected,
    /// What is looked at of the contexts that need no walk.
    pub(super) rest: &'a resolve::Names,
    pub(super) rules: &'a [&'static Rule],
}

/// What was measured of one side.
#[derive(Default)]
pub(super) struct Units<'p> {
    pub(super) measured: Vec<Measured>,
    pub(super) gaps: Vec<Gap>,
    /// The files whose turn did not come.
    pub(super) left: Vec<&'p BStr>,
}

impl Pass<'_> {
    /// Measures the files at `paths` until the time or the count is over.
    pub(super) fn measure<'p>(
        &self,
        snapshot: &Snapshot<'_>,
        paths: impl IntoIterator<Item = &'p BString>,
        until: Option<Instant>,
    ) -> Units<'p> {
        let Units { mut measured, mut gaps, mut left } = Units::default();
        let most = self.judge.policy.limits().files;
        // Files of one kind make units together: a compose file and its override, a pod and the
        // network policies that select it.
        let mut together = Vec::new();
        let all = resolve::Names::walk();
        let mut take = |paths: &[BString], names: &resolve::Names| {
            let make = |tree: &dyn Tree| Rc::new(self.make(tree, paths, names));
            let memos = self.judge.memos.as_ref().filter(|_| matches!(names, resolve::Names::Same));
            let made = match memos {
                Some(memos) => {
                    let today = self.judge.settings.today.as_ref();
                    memos.made.of(paths.to_vec(), snapshot, today, make)
                }
                None => make(snapshot),
            };
            measured.extend(made.0.iter().cloned());
            gaps.extend(made.1.iter().cloned());
        };
        for (count, path) in paths.into_iter().enumerate() {
            if count >= most || until.is_some_and(|until| Instant::now() >= until) {
                left.push(path.as_bstr());
                continue;
            }
            if resolve::stands_alone(snapshot, path.as_bstr()) {
                let walk = self.affected.walk.contains(path);
                let names = if walk { &all } else { self.rest };
                take(std::slice::from_ref(path), names);
            } else {
                together.push(path.clone());
            }
        }
        if !together.is_empty() {
            take(&together, self.rest);
        }
        Units { measured, gaps, left }
    }

    /// The units of some files with their exposures.
    fn make(&self, tree: &dyn Tree, paths: &[BString], names: &resolve::Names) -> Made {
        let settings = &self.judge.settings;
        let resolved = resolve::units(tree, paths, names, settings);
        let measure = |declaration: Declaration| {
            let file = tree.file(declaration.path.as_bstr()).ok().flatten()?;
            let exposures = rules::measure(self.rules, &declaration, &file, settings).into();
            Some(Measured { declaration: Rc::new(declaration), exposures })
        };
        (resolved.units.into_iter().filter_map(measure).collect(), resolved.gaps)
    }
}

impl Judge<'_> {
    /// The files that a bound left out, in one gap that names the bound and the first of them.
    pub(super) fn not_judged(&self, left: &[&BStr]) -> Option<Gap> {
        let first = left.first()?;
        let (count, name) = (left.len(), printable_bytes(first, 60));
        let limit = match self.policy.limits().files {
            _ if self.limits.over() => "time-budget".to_owned(),
            files => format!("files = {files}"),
        };
        let message = format!(
            "a limit was reached ({limit}) before {count} container files were judged, {name} the first"
        );
        Some(Gap::of(GapKind::Limit, "", message))
    }
}
