//! The units of one side of a comparison with their exposures, within the bounds of policy.

use std::rc::Rc;
use std::time::Instant;

use bstr::{BStr, BString, ByteSlice as _};

use super::affected::Affected;
use super::judge::{Judge, Made};
use super::snapshot::Snapshot;
use crate::model::{Gap, GapKind, Measured, Rule, Tree, printable_bytes};
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
        // Whether all of it was measured.
        let mut take = |paths: &[BString], names: &resolve::Names| -> bool {
            let make = |tree: &dyn Tree| Rc::new(self.make(tree, paths, names, None).0);
            let mut whole = true;
            let memos = self.judge.memos.as_ref().filter(|_| matches!(names, resolve::Names::Same));
            let made = if let Some(memos) = memos {
                let today = self.judge.settings.today.as_ref();
                memos.made.of(paths.to_vec(), snapshot, today, make)
            } else {
                let (made, measured) = self.make(snapshot, paths, names, until);
                whole = measured;
                Rc::new(made)
            };
            measured.extend(made.0.iter().cloned());
            gaps.extend(made.1.iter().cloned());
            whole
        };
        let mut behind = Vec::new();
        for (count, path) in paths.into_iter().enumerate() {
            if count >= most || until.is_some_and(|until| Instant::now() >= until) {
                left.push(path.as_bstr());
                continue;
            }
            if resolve::stands_alone(snapshot, path.as_bstr()) {
                let walk = self.affected.walk.contains(path);
                let names = if walk { &all } else { self.rest };
                if !take(std::slice::from_ref(path), names) {
                    left.push(path.as_bstr());
                }
            } else {
                together.push(path.clone());
                behind.push(path.as_bstr());
            }
        }
        if !together.is_empty() && !take(&together, self.rest) {
            left.extend(behind);
        }
        Units { measured, gaps, left }
    }

    /// The units of some files with their exposures, and whether the time was enough for all of them:
    /// one file may declare tens of thousands.
    fn make(
        &self,
        tree: &dyn Tree,
        paths: &[BString],
        names: &resolve::Names,
        until: Option<Instant>,
    ) -> (Made, bool) {
        let settings = &self.judge.settings;
        let resolved = resolve::units(tree, paths, names, settings);
        let mut measured = Vec::new();
        for declaration in resolved.units {
            if until.is_some_and(|until| Instant::now() >= until) {
                return ((measured, resolved.gaps), false);
            }
            if let Ok(Some(file)) = tree.file(declaration.path.as_bstr()) {
                let exposures = rules::measure(self.rules, &declaration, &file, settings).into();
                measured.push(Measured { declaration: Rc::new(declaration), exposures });
            }
        }
        ((measured, resolved.gaps), true)
    }
}

impl Judge<'_> {
    /// The files of `all` that a bound left out, in one gap that names the bound and the first of them.
    pub(super) fn not_judged(&self, left: &[&BStr], all: usize) -> Option<Gap> {
        let first = left.first()?;
        let (count, name) = (left.len(), printable_bytes(first, 60));
        let limit = match self.policy.limits().files {
            files if all > files && !self.limits.over() => format!("files = {files}"),
            // Each side, and what is read beside it, has a part of the time.
            _ => "time-budget".to_owned(),
        };
        let message = format!(
            "a limit was reached ({limit}) before {count} container files were judged, {name} the first"
        );
        Some(Gap::of(GapKind::Limit, "", message))
    }
}
