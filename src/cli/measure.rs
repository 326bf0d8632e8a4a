//! The units of one side of a comparison with their exposures, within the bounds of policy.

use std::time::Instant;

use bstr::{BStr, BString, ByteSlice as _};

use super::affected::Affected;
use super::judge::Judge;
use super::snapshot::Snapshot;
use crate::model::{Gap, GapKind, Measured, Rule, Tree as _, printable_bytes};
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
        let settings = &self.judge.settings;
        let Units { mut measured, mut gaps, mut left } = Units::default();
        let most = self.judge.policy.limits().files;
        // Files of one kind make units together: a compose file and its override, a pod and the
        // network policies that select it.
        let mut together = Vec::new();
        let all = resolve::Names::walk();
        let mut take = |resolved: resolve::Resolved| {
            gaps.extend(resolved.gaps);
            for declaration in resolved.units {
                if let Ok(Some(file)) = snapshot.file(declaration.path.as_bstr()) {
                    let exposures = rules::measure(self.rules, &declaration, &file, settings);
                    measured.push(Measured { declaration, exposures });
                }
            }
        };
        for (count, path) in paths.into_iter().enumerate() {
            if count >= most || until.is_some_and(|until| Instant::now() >= until) {
                left.push(path.as_bstr());
                continue;
            }
            if resolve::stands_alone(snapshot, path.as_bstr()) {
                let walk = self.affected.walk.contains(path);
                let names = if walk { &all } else { self.rest };
                let paths = std::slice::from_ref(path);
                take(resolve::units(snapshot, paths, names, settings));
            } else {
                together.push(path.clone());
            }
        }
        if !together.is_empty() {
            take(resolve::units(snapshot, &together, self.rest, settings));
        }
        Units { measured, gaps, left }
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
