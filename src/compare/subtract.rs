//! New exposures minus old ones.

use std::cell::LazyCell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use super::pair::named;
use crate::model::{AccessKind, Exposure, HashMap, HashSet, Measured, NetworkKind, Told, Unit};

/// One difference between the two revisions.
pub(super) enum Change<'a> {
    /// Something is open that was not, or wider than it was.
    Worse(Worse<'a>),
    /// The reverse.
    Better(Better<'a>),
}

/// An exposure that is new or higher.
pub(super) struct Worse<'a> {
    /// The unit of the new revision; the old one where it is gone.
    pub(super) unit: &'a Measured,
    /// Its old counterpart.
    pub(super) counterpart: Option<&'a Measured>,
    /// The exposure now.
    pub(super) now: &'a Exposure,
    /// The same key before, at a lower level.
    pub(super) was: Option<&'a Exposure>,
}

/// An exposure that is gone or lower.
pub(super) struct Better<'a> {
    /// The unit of the new revision.
    pub(super) unit: &'a Measured,
    /// The exposure before.
    pub(super) was: &'a Exposure,
    /// The same key now, at a lower level.
    pub(super) now: Option<&'a Exposure>,
}

type Key<'a> = (&'static str, &'a str);
type Identity = (&'static str, [u8; 16]);

/// All differences; `pairs[i]` is the old counterpart of new unit `i`.
pub(super) fn subtract<'a>(
    old: &'a [Measured],
    new: &'a [Measured],
    pairs: &[Option<usize>],
) -> Vec<Change<'a>> {
    // Where nothing changed nobody asks for them.
    let known = LazyCell::new(|| identities(old, identity));
    let kinds = LazyCell::new(|| identities(old, kind));
    let kept =
        LazyCell::new(|| identities(new, identity).into_keys().collect::<HashSet<Identity>>());
    let mut changes = Vec::new();
    for (unit, pair) in new.iter().zip(pairs) {
        let counterpart = pair.map(|index| &old[index]);
        let beside = unit.declaration.unit.build().is_some_and(|build| !build.inline);
        // A new way to build what is there already: the file itself is judged where it changes.
        if beside && counterpart.is_none() {
            continue;
        }
        if counterpart.is_some_and(|was| as_open(was, unit)) {
            continue;
        }
        let before = counterpart.map(worst_by_key).unwrap_or_default();
        let after = worst_by_key(unit);
        for now in unit.exposures.iter().filter(|now| is(&after, now)) {
            let was = before.get(&key(now)).copied();
            if now.level.rank > 0
                && was.map_or(!now.level.only_lost, |was| {
                    now.level.worse_than(&was.level) || is_another(now, was)
                })
                && !already(&known, [identity(now), known_by(now)], now)
                && (was.is_some() || !already(&kinds, [kind(now)], now))
                && !now.open_under.is_some_and(|key| before.contains_key(&(now.rule.id, key)))
                && !taken_in(&before, now)
                && worth_a_word(now, was, counterpart.is_some())
            {
                changes.push(Change::Worse(Worse { unit, counterpart, now, was }));
            }
        }
        for was in
            counterpart.iter().flat_map(|unit| unit.exposures.iter()).filter(|was| is(&before, was))
        {
            let now = after.get(&key(was)).copied();
            let moved = identity(was).is_some_and(|identity| kept.contains(&identity));
            if was.level.rank > 0
                && now.map_or(!was.level.only_lost, |now| was.level.worse_than(&now.level))
                && !moved
                && !taken_in(&after, was)
                && now.is_none_or(|now| now.level.rank > 0 || now.told != Told::Elsewhere)
                && (!matches!(was.told, Told::IfLost | Told::Replaced | Told::Elsewhere)
                    || now.is_some())
            {
                changes.push(Change::Better(Better { unit, was, now }));
            }
        }
    }
    changes.extend(gone(old, new, pairs));
    changes
}

/// Units that protect others and have no counterpart any more. One object can be two units, as it
/// stands and as a kustomization changes it: it is not gone while one of them is kept. Where all that stood in a folder
/// beside one, workloads among it, is gone too, or all pods that it is for, what it protected went
/// with it.
fn gone<'a>(
    old: &'a [Measured],
    new: &[Measured],
    pairs: &[Option<usize>],
) -> impl Iterator<Item = Change<'a>> {
    let kept: HashSet<usize> = pairs.iter().flatten().copied().collect();
    let folders: HashSet<&[u8]> = new.iter().map(folder).collect();
    let workloads = old.iter().filter(|unit| matches!(unit.declaration.unit, Unit::Workload(_)));
    let given_up: HashSet<&[u8]> =
        workloads.map(folder).filter(|folder| !folders.contains(folder)).collect();
    // Where several of one name become one elsewhere, the others are not gone.
    let elsewhere = new.iter().zip(pairs).filter(|(unit, pair)| {
        pair.is_none_or(|at| old.get(at).is_none_or(|was| !same_file(was, unit)))
    });
    let moved: HashSet<(u8, &str)> =
        elsewhere.filter_map(|(unit, _)| named(&unit.declaration.unit)).collect();
    let lost = old.iter().enumerate().filter(move |(at, unit)| {
        !kept.contains(at)
            && named(&unit.declaration.unit).is_none_or(|name| !moved.contains(&name))
    });
    let pods: HashSet<&str> = new.iter().filter_map(pods).collect();
    let alone = move |unit: &Measured| {
        protects(unit).is_some_and(|own| !own.iter().any(|own| pods.contains(own.as_str())))
    };
    let lost = lost.filter(move |(_, unit)| !given_up.contains(folder(unit)) && !alone(unit));
    let place = |was: &Exposure| was.places.first().map(|at| (was.rule.id, at.file, at.start));
    let stands: HashSet<_> = pairs
        .iter()
        .filter_map(|pair| old.get((*pair)?))
        .flat_map(|unit| unit.exposures.iter().filter(|was| was.gone.is_some()).filter_map(place))
        .collect();
    let stands = Rc::new(stands);
    lost.flat_map(move |(_, unit)| {
        let stands = Rc::clone(&stands);
        unit.exposures.iter().filter_map(move |was| {
            let now = was.gone.as_deref()?;
            if place(was).is_some_and(|place| stands.contains(&place)) {
                return None;
            }
            Some(Change::Worse(Worse { unit, counterpart: Some(unit), now, was: Some(was) }))
        })
    })
}

/// Whether two units expose the same, one by one, wherever it is declared.
pub fn as_open(a: &Measured, b: &Measured) -> bool {
    let same = |(a, b): (&Exposure, &Exposure)| {
        let alike = std::ptr::eq(a.rule, b.rule) && a.level == b.level && a.told == b.told;
        alike && a.key == b.key && !is_another(a, b) && !is_another(b, a)
    };
    Rc::ptr_eq(&a.exposures, &b.exposures)
        || a.exposures.len() == b.exposures.len()
            && a.exposures.iter().zip(b.exposures.iter()).all(same)
}

fn same_file(was: &Measured, now: &Measured) -> bool {
    was.declaration.path == now.declaration.path
}

/// The pods that a unit stands for.
fn pods(unit: &Measured) -> Option<&str> {
    match &unit.declaration.unit {
        Unit::Network(object) if matches!(object.kind, NetworkKind::Pods(_)) => {
            Some(&object.identity)
        }
        _ => None,
    }
}

/// The pods that a guard is for, where it can be told.
fn protects(unit: &Measured) -> Option<&[String]> {
    match &unit.declaration.unit {
        Unit::Access(object) => match &object.kind {
            AccessKind::Guard(guard) if !guard.protects.is_empty() => Some(&guard.protects),
            _ => None,
        },
        _ => None,
    }
}

fn folder(unit: &Measured) -> &[u8] {
    let path = &unit.declaration.path;
    path.rfind_byte(b'/').and_then(|at| path.get(..at)).unwrap_or_default()
}

/// The other side of the pair is as open under a key that takes this one in.
fn taken_in(other: &HashMap<Key<'_>, &Exposure>, now: &Exposure) -> bool {
    now.within.iter().any(|key| {
        let wider = other.get(&(now.rule.id, key.as_str()));
        wider.is_some_and(|wider| wider.level.rank >= now.level.rank)
    })
}

/// What took the place of something as open, and is another one.
fn is_another(now: &Exposure, was: &Exposure) -> bool {
    now.singular && now.identity != was.identity && !was.level.worse_than(&now.level)
}

fn worth_a_word(now: &Exposure, was: Option<&Exposure>, known_unit: bool) -> bool {
    match now.told {
        Told::Always | Told::Replaced => true,
        Told::InKnownUnit => known_unit,
        Told::IfUnheard => known_unit && was.is_none(),
        Told::IfLost => was.is_some_and(|was| was.level.rank == 0),
        Told::Elsewhere => false,
    }
}

fn key(exposure: &Exposure) -> Key<'_> {
    (exposure.rule.id, &exposure.key)
}

fn identity(exposure: &Exposure) -> Option<Identity> {
    exposure.identity.map(|identity| (exposure.rule.id, identity))
}

fn known_by(exposure: &Exposure) -> Option<Identity> {
    exposure.known_by.map(|identity| (exposure.rule.id, identity))
}

fn kind(exposure: &Exposure) -> Option<Identity> {
    exposure.kind.map(|kind| (exposure.rule.id, kind))
}

/// The worst exposure of each key: what is declared twice is as open as its widest declaration.
fn worst_by_key(unit: &Measured) -> HashMap<Key<'_>, &Exposure> {
    let mut worst: HashMap<Key<'_>, &Exposure> = HashMap::default();
    for exposure in unit.exposures.iter() {
        let kept = worst.entry(key(exposure)).or_insert(exposure);
        if exposure.level.worse_than(&kept.level) {
            *kept = exposure;
        }
    }
    worst
}

fn is(worst: &HashMap<Key<'_>, &Exposure>, exposure: &Exposure) -> bool {
    worst.get(&key(exposure)).is_some_and(|kept| std::ptr::eq(*kept, exposure))
}

/// The same value, or one of its kind, stood in the old files at least as openly, under whatever
/// name.
fn already(
    known: &HashMap<Identity, (u8, u64)>,
    identities: impl IntoIterator<Item = Option<Identity>>,
    now: &Exposure,
) -> bool {
    let mut known = identities.into_iter().flatten().filter_map(|it| known.get(&it));
    known.any(|&level| level >= (now.level.rank, now.level.size))
}

fn identities(
    units: &[Measured],
    identity: fn(&Exposure) -> Option<Identity>,
) -> HashMap<Identity, (u8, u64)> {
    let mut known = HashMap::default();
    for exposure in units.iter().flat_map(|unit| unit.exposures.iter()) {
        if let Some(identity) = identity(exposure) {
            let level = known.entry(identity).or_default();
            *level = (exposure.level.rank, exposure.level.size).max(*level);
        }
    }
    known
}
