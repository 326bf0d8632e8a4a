//! Which unit of the old revision is which of the new one.
//!
//! Identity first (the file, then the stage's name; the image that ships pairs with the image that
//! shipped), then similarity among what is left, over all files together: a move is no change.

use std::mem::discriminant;

use bstr::{BStr, BString, ByteSlice};

use super::subtract::Worse;
use super::{Model, Side};
use crate::model::{AccessKind, Declaration, Exposure, HashMap, Measured, SourceKind, Stage, Unit};

/// Lines in common, of all lines, from which two units are taken for the same.
const ALIKE: f64 = 0.5;
/// Above this many pairs of leftovers similarity is not asked any more: cost stays bounded, and
/// what has no name and no file in common is judged as new.
const MOST_CANDIDATES: usize = 40_000;

/// For each new unit the index of its old one.
pub(super) fn pair(
    old: &[Measured],
    new: Side<'_>,
    moved: &[(BString, BString)],
) -> Vec<Option<usize>> {
    let Side { units: new, variants, .. } = new;
    let mut pairing =
        Pairing { old, new, pairs: vec![None; new.len()], taken: vec![false; old.len()] };
    let before: HashMap<&BStr, &BStr> =
        moved.iter().map(|(old, new)| (new.as_ref(), old.as_ref())).collect();
    pairing.by_name(&before, target);
    pairing.by_name(&before, name);
    pairing.by_name(&before, context);
    pairing.by_base(&before, variants);
    pairing.by_identity();
    pairing.by_similarity(|old, new| was(&before, new) == old.declaration.path);
    pairing.by_similarity(|_, _| true);
    pairing.pairs
}

struct Pairing<'a> {
    old: &'a [Measured],
    new: &'a [Measured],
    pairs: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairing<'_> {
    /// Pairs units of the same file that `name` calls the same, where each name stands once.
    fn by_name(&mut self, before: &HashMap<&BStr, &BStr>, name: fn(&Unit) -> Option<Name<'_>>) {
        let mut index: HashMap<(&BStr, Name<'_>), Option<usize>> = HashMap::default();
        for (at, unit) in self.old.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            if let Some(name) = name(&unit.declaration.unit) {
                index
                    .entry((unit.declaration.path.as_ref(), name))
                    .and_modify(|at| *at = None)
                    .or_insert(Some(at));
            }
        }
        for (at, unit) in self.new.iter().enumerate() {
            let Some(name) = name(&unit.declaration.unit).filter(|_| self.pairs[at].is_none())
            else {
                continue;
            };
            if let Some(Some(found)) = index.get(&(was(before, unit), name)).copied()
                && !self.taken[found]
            {
                self.taken[found] = true;
                self.pairs[at] = Some(found);
            }
        }
    }

    /// Pairs what a new file changes of another one with what that one has, which is paired itself.
    fn by_base(&mut self, before: &HashMap<&BStr, &BStr>, variants: &[(BString, BString)]) {
        if variants.is_empty() {
            return;
        }
        let mut bases: HashMap<&BStr, Vec<&BStr>> = HashMap::default();
        for (variant, base) in variants {
            bases.entry(variant.as_ref()).or_default().push(base.as_ref());
        }
        let mut index = HashMap::default();
        for (at, unit) in self.old.iter().enumerate() {
            if let Some(name) = named(&unit.declaration.unit) {
                index.entry((unit.declaration.path.as_bstr(), name)).or_insert(at);
            }
        }
        for (unit, pair) in self.new.iter().zip(&mut self.pairs).filter(|(_, pair)| pair.is_none())
        {
            let Some(name) = named(&unit.declaration.unit) else { continue };
            let all = bases.get(unit.declaration.path.as_bstr()).into_iter().flatten();
            let mut all = all.map(|base| before.get(base).copied().unwrap_or(base));
            *pair = all.find_map(|base| index.get(&(base, name)).copied());
        }
    }

    /// Pairs what is called the same in another file, where the name stands once on each side among
    /// what is left.
    fn by_identity(&mut self) {
        let mut old: HashMap<(u8, &str), Option<usize>> = HashMap::default();
        for (at, unit) in self.old.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            if let Some(identity) = named(&unit.declaration.unit) {
                old.entry(identity).and_modify(|at| *at = None).or_insert(Some(at));
            }
        }
        let mut new: HashMap<(u8, &str), Option<usize>> = HashMap::default();
        for (at, unit) in self.new.iter().enumerate().filter(|(at, _)| self.pairs[*at].is_none()) {
            if let Some(identity) = named(&unit.declaration.unit) {
                new.entry(identity).and_modify(|at| *at = None).or_insert(Some(at));
            }
        }
        // Of several on either side what is word for word the same is the same.
        let mut alike: HashMap<_, Vec<usize>> = HashMap::default();
        for at in (0..self.old.len()).rev().filter(|&at| !self.taken[at]) {
            let unit = &self.old[at].declaration;
            if let Some(name) = named(&unit.unit).filter(|name| old.get(name) == Some(&None)) {
                alike.entry((name, &unit.body)).or_default().push(at);
            }
        }
        for at in 0..self.new.len() {
            let unit = &self.new[at].declaration;
            let Some(name) = named(&unit.unit).filter(|_| self.pairs[at].is_none()) else {
                continue;
            };
            if let Some(found) = alike.get_mut(&(name, &unit.body)).and_then(Vec::pop) {
                self.taken[found] = true;
                self.pairs[at] = Some(found);
            }
        }
        for (identity, at) in new {
            if let (Some(new), Some(Some(old))) = (at, old.get(&identity))
                && self.pairs[new].is_none()
            {
                self.taken[*old] = true;
                self.pairs[new] = Some(*old);
            }
        }
    }

    /// Pairs what is left, most alike first.
    fn by_similarity(&mut self, may: impl Fn(&Measured, &Measured) -> bool) {
        let left: Vec<usize> = (0..self.old.len()).filter(|&at| !self.taken[at]).collect();
        let open: Vec<usize> = (0..self.new.len()).filter(|&at| self.pairs[at].is_none()).collect();
        if left.len().saturating_mul(open.len()) > MOST_CANDIDATES {
            return;
        }
        let mut candidates = Vec::new();
        for &new in &open {
            for &old in &left {
                let (a, b) = (&self.old[old], &self.new[new]);
                if comparable(&a.declaration.unit, &b.declaration.unit) && may(a, b) {
                    let score = likeness(&a.declaration.body, &b.declaration.body);
                    if score >= ALIKE {
                        candidates.push((score, old, new));
                    }
                }
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, old, new) in candidates {
            if !self.taken[old] && self.pairs[new].is_none() {
                self.taken[old] = true;
                self.pairs[new] = Some(old);
            }
        }
    }
}

fn was<'a>(before: &HashMap<&'a BStr, &'a BStr>, unit: &'a Measured) -> &'a BStr {
    let path: &BStr = unit.declaration.path.as_ref();
    before.get(path).copied().unwrap_or(path)
}

/// What a unit is called inside its file.
#[derive(PartialEq, Eq, Hash)]
enum Name<'a> {
    Target { trigger: bool },
    Stage { name: &'a str, trigger: bool },
    File,
    Context(Folder<'a>),
    Named(u8, &'a str),
}

/// A context's folder, told by its place: the Dockerfile may move with it.
#[derive(PartialEq, Eq, Hash)]
enum Folder<'a> {
    /// The top of the repository.
    Top,
    /// The one that the Dockerfile lies in.
    Own,
    Other(&'a BStr),
}

/// The image that ships is compared with the image that shipped, whatever its stage is called.
fn target(unit: &Unit) -> Option<Name<'_>> {
    match unit {
        Unit::Stage(stage) if stage.target && stage.build.is_none() => {
            Some(Name::Target { trigger: stage.trigger })
        }
        _ => None,
    }
}

/// Where a Dockerfile is built in one folder only, that is its context, whichever it was before.
fn context(unit: &Unit) -> Option<Name<'_>> {
    match unit {
        Unit::Context(context) if context.build.is_none() => Some(Name::Context(Folder::Own)),
        _ => None,
    }
}

fn name(unit: &Unit) -> Option<Name<'_>> {
    match unit {
        _ if unit.build().is_some() => {
            named(unit).map(|(kind, identity)| Name::Named(kind, identity))
        }
        Unit::Stage(stage) => {
            let name = stage.name.as_ref()?;
            Some(Name::Stage { name: &name.value, trigger: stage.trigger })
        }
        Unit::Workload(_)
        | Unit::Network(_)
        | Unit::Access(_)
        | Unit::Data(_)
        | Unit::Source(_) => named(unit).map(|(kind, identity)| Name::Named(kind, identity)),
        Unit::Dockerfile(_) | Unit::GitFile(_) => Some(Name::File),
        Unit::Context(context) => Some(Name::Context(match context.folder.as_bstr() {
            top if top.is_empty() => Folder::Top,
            _ if !context.above => Folder::Own,
            folder => Folder::Other(folder),
        })),
    }
}

fn comparable(old: &Unit, new: &Unit) -> bool {
    match (old, new) {
        // What is built elsewhere with other settings only stands beside the file's own stages,
        // unless it is written down there.
        (Unit::Stage(a), Unit::Stage(b)) => {
            let beside = |stage: &Stage| stage.build.as_ref().is_some_and(|build| !build.inline);
            same_role(a, b) && beside(a) == beside(b)
        }
        // A chart is fetched by its name: another name is another chart.
        (Unit::Source(a), Unit::Source(b)) => a.kind == b.kind && a.kind != SourceKind::Chart,
        (Unit::Network(a), Unit::Network(b)) => discriminant(&a.kind) == discriminant(&b.kind),
        (Unit::Access(a), Unit::Access(b)) => match (&a.kind, &b.kind) {
            (AccessKind::Guard(a), AccessKind::Guard(b)) => a.kind == b.kind,
            (a, b) => discriminant(a) == discriminant(b),
        },
        _ => kind(old).is_some() && kind(old) == kind(new),
    }
}

/// A unit that has a name of its own: which kind of unit it is, and what it is called.
pub(super) fn named(unit: &Unit) -> Option<(u8, &str)> {
    kind(unit).zip(unit.identity())
}

fn kind(unit: &Unit) -> Option<u8> {
    match unit {
        Unit::Workload(_) => Some(0),
        Unit::Network(_) => Some(1),
        Unit::Access(_) => Some(2),
        Unit::Data(_) => Some(3),
        Unit::Source(_) => Some(4),
        Unit::Stage(stage) if stage.build.is_some() => Some(5),
        Unit::Context(context) if context.build.is_some() => Some(6),
        Unit::Stage(_) | Unit::Dockerfile(_) | Unit::Context(_) | Unit::GitFile(_) => None,
    }
}

fn same_role(a: &Stage, b: &Stage) -> bool {
    a.trigger == b.trigger && a.target == b.target
}

/// Whether a new unit is as open under a key as the unit it was copied from. A secret is another
/// one unless its value is the same.
pub(super) fn as_its_model(worse: &Worse<'_>, models: &[Model]) -> bool {
    let (unit, now) = (&worse.unit.declaration, worse.now);
    let alike = |was: &Exposure| {
        was.rule.id == now.rule.id
            && was.key == now.key
            && !now.level.worse_than(&was.level)
            && (!now.rule.every_commit || was.identity == now.identity)
    };
    // What changes a service of another file is compared with that one, and may be copied as well.
    worse.counterpart.is_none_or(|old| old.declaration.path != unit.path)
        && models
            .iter()
            .filter(|model| model.path == unit.path)
            .flat_map(|model| &model.units)
            .filter(|was| same_place(&was.declaration, unit))
            .any(|was| was.exposures.iter().any(alike))
}

/// Lines in common, of all lines, from which a unit under another name is taken for a copy.
const COPY: f64 = 0.8;

fn same_place(was: &Declaration, now: &Declaration) -> bool {
    let (old, new) = (&was.unit, &now.unit);
    match (old, new) {
        (Unit::Stage(a), Unit::Stage(b)) => {
            let named = |stage: &Stage| stage.name.as_ref().map(|name| name.value.clone());
            same_role(a, b) && (a.target || named(a) == named(b))
        }
        (Unit::Dockerfile(_), Unit::Dockerfile(_)) | (Unit::Context(_), Unit::Context(_)) => true,
        _ => {
            let same = named(new).is_some() && named(old) == named(new);
            same || (comparable(old, new) && likeness(&was.body, &now.body) >= COPY)
        }
    }
}

/// The share of lines in common, counted as often as they stand there; 1.0 for two empty units.
#[must_use]
pub fn likeness(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let mut counts: HashMap<&str, usize> = HashMap::default();
    for line in a {
        *counts.entry(line).or_default() += 1;
    }
    let mut common = 0_usize;
    for line in b {
        if let Some(count) = counts.get_mut(line.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
    let share = 2.0 * common as f64 / (a.len() + b.len()) as f64;
    share
}
