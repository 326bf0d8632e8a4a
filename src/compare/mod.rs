//! Old and new units in, regressions and improvements out: the one subtraction.

mod locate;
mod mask;
mod message;
mod pair;
mod subtract;
mod together;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bstr::BString;

use crate::model::{
    DataKind, File, FileId, Improvement, Measured, Regression, Severity, Span, Unit,
};

pub use message::{fingerprint, fingerprint_of_secret};
pub use pair::likeness;
pub use subtract::as_open;

/// How the titles of build contexts start.
const CONTEXT: &str = "build context";

/// One revision's side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its units with their exposures.
    pub units: &'a [Measured],
    /// Its files, sorted by [`FileId`](crate::model::FileId).
    pub files: &'a [Rc<File>],
    /// Files that only say what is different from another one, with that one.
    pub variants: &'a [(BString, BString)],
}

/// What one comparison found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Worst first, then by path and line.
    pub regressions: Vec<Regression>,
    /// What got better in units that both revisions have.
    pub improvements: Vec<Improvement>,
}

/// Subtracts `old` from `new`. `moved` names the files that stand under another path in the old
/// revision, as (old path, new path).
pub fn compare(old: Side<'_>, new: Side<'_>, moved: &[(BString, BString)]) -> Outcome {
    compare_beside(old, new, moved, &[])
}

/// The units of the old revision's file that a new one is nearly a copy of.
#[derive(Debug)]
pub struct Model {
    /// The new file.
    pub path: BString,
    /// What its model declares, measured.
    pub units: Vec<Measured>,
}

/// As [`compare`]; what a new file has in common with its model is only worth knowing.
pub fn compare_beside(
    old: Side<'_>,
    new: Side<'_>,
    moved: &[(BString, BString)],
    models: &[Model],
) -> Outcome {
    let pairs = pair::pair(old.units, new, moved);
    let locator = locate::Locator::new(old, new, moved);
    let mask = mask::Mask::new(old, new);
    let mut outcome = Outcome::default();
    let (mut worse_together, mut better_together) = (Vec::new(), Vec::new());
    let mut better_at = HashSet::new();
    let changes = subtract::subtract(old.units, new.units, &pairs);
    let written = written(&changes);
    let own: HashSet<Told<'_>> = changes.iter().filter_map(own).collect();
    for change in changes {
        match change {
            subtract::Change::Worse(worse) if carried(&worse, &written) => {}
            subtract::Change::Worse(worse) if is_build(&worse) && own.contains(&told(&worse)) => {}
            // One line that reaches several units is one improvement.
            subtract::Change::Better(better)
                if !better_at.insert((
                    better.was.rule.id,
                    &better.was.key,
                    better.was.places.first(),
                )) => {}
            subtract::Change::Worse(worse) => {
                let mut regression = message::regression(&worse, &locator, &mask);
                if pair::as_its_model(&worse, models) {
                    regression.severity = Severity::Info;
                }
                let list =
                    if worse.now.together { &mut worse_together } else { &mut outcome.regressions };
                list.push(regression);
            }
            subtract::Change::Better(better) => {
                let improvement = message::improvement(&better, &mask);
                let list = if better.was.together {
                    &mut better_together
                } else {
                    &mut outcome.improvements
                };
                list.push(improvement);
            }
        }
    }
    told_where_they_stand(&outcome.regressions, &mut worse_together);
    worse_together.sort_by_key(|worse| std::cmp::Reverse(worse.severity));
    fold_contexts(&mut worse_together);
    outcome.regressions.extend(together::regressions(worse_together));
    outcome.improvements.extend(together::improvements(better_together));
    fold_same(&mut outcome.regressions);
    fold_contexts(&mut outcome.regressions);
    outcome
}

/// A rule, a key and the place that it was measured at.
type Told<'a> = (&'static str, &'a str, Option<&'a Span>);

fn told<'a>(worse: &subtract::Worse<'a>) -> Told<'a> {
    (worse.now.rule.id, &worse.now.key, worse.now.places.first())
}

/// What a Dockerfile tells itself: the service that builds it says it no second time.
fn own<'a>(change: &subtract::Change<'a>) -> Option<Told<'a>> {
    let subtract::Change::Worse(worse) = change else { return None };
    matches!(worse.unit.declaration.unit, Unit::Stage(_) if !is_build(worse)).then(|| told(worse))
}

fn is_build(worse: &subtract::Worse<'_>) -> bool {
    worse.unit.declaration.unit.build().is_some()
}

/// How openly environment files of this push say a value, by rule, value and file.
type Written = HashMap<(&'static str, [u8; 16], FileId), u8>;

fn written(changes: &[subtract::Change<'_>]) -> Written {
    let file = |change: &subtract::Change<'_>| {
        let subtract::Change::Worse(worse) = change else { return None };
        let Unit::Data(data) = &worse.unit.declaration.unit else { return None };
        let key = (worse.now.rule.id, worse.now.identity?, data.file);
        (data.kind == DataKind::Environment).then_some((key, worse.now.level.rank))
    };
    changes.iter().filter_map(file).collect()
}

/// Whether a value only comes from an environment file that tells it itself.
fn carried(worse: &subtract::Worse<'_>, written: &Written) -> bool {
    let Some(value) = worse.now.identity else { return false };
    let told = |file| written.get(&(worse.now.rule.id, value, file));
    !matches!(worse.unit.declaration.unit, Unit::Data(_))
        && worse
            .now
            .places
            .iter()
            .filter_map(|place| told(place.file))
            .any(|rank| worse.now.level.rank <= *rank)
}

/// A file that came with a secret in it is told by that secret, and not once more by what takes such
/// a file along.
fn told_where_they_stand(secrets: &[Regression], contexts: &mut Vec<Regression>) {
    let mut told: HashMap<&BString, Severity> = HashMap::new();
    for secret in secrets.iter().filter(|regression| regression.secret.is_some()) {
        let severity = told.entry(&secret.path).or_insert(secret.severity);
        *severity = secret.severity.max(*severity);
    }
    contexts.retain(|r| {
        !r.unit.starts_with(CONTEXT) || told.get(&r.path).is_none_or(|told| *told < r.severity)
    });
}

/// A Dockerfile that can be built in its own folder and at the top, or that a service builds as well,
/// has one context too many: what both let in is told once, the worst of it.
fn fold_contexts(regressions: &mut Vec<Regression>) {
    let (mut units, mut lines) = (HashSet::new(), HashSet::new());
    regressions.retain(|r| {
        let of_unit = (r.rule.id, r.unit_path.clone(), r.key.clone());
        let of_line = (r.rule.id, r.path.clone(), r.side, r.span, r.key.clone());
        !r.unit.starts_with(CONTEXT) || (units.insert(of_unit) & lines.insert(of_line))
    });
}

/// One line that reaches several units is one finding; the worst comes first.
fn fold_same(regressions: &mut Vec<Regression>) {
    regressions.sort_by(|a, b| {
        let order = |r: &Regression| (std::cmp::Reverse(r.severity), r.path.clone(), r.span.line);
        order(a)
            .cmp(&order(b))
            .then_with(|| a.rule.id.cmp(b.rule.id))
            .then_with(|| a.key.cmp(&b.key))
    });
    let mut seen = HashSet::new();
    regressions.retain(|r| seen.insert((r.rule.id, r.path.clone(), r.side, r.span, r.key.clone())));
    // So is a secret that one line gives to several units, or under two names.
    let mut seen = HashSet::new();
    regressions.retain(|r| {
        r.secret.is_none_or(|secret| {
            seen.insert((r.rule.id, r.path.clone(), r.side, r.span.line, secret))
        })
    });
}
