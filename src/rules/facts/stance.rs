//! How strict guards are, as levels.

use crate::model::{Check, Found, Guard, Level, Severity, Spanned, Stance};

pub(in crate::rules) const ENFORCED: Level = Level::closed("enforced");
pub(in crate::rules) const UNKNOWN: Level = Level::low(1, "left open").only_lost();
pub(in crate::rules) const NARROWED: Level = Level::medium(2, "narrowed, by").only_lost();
pub(in crate::rules) const COUNTED: Level = Level::medium(2, "as many as").only_lost();
pub(in crate::rules) const EXEMPTS: Level = Level::medium(2, "some are exempt");
pub(in crate::rules) const WARNS: Level = Level::high(3, "not enforced").only_lost();
pub(in crate::rules) const OFF: Level = Level::high(4, "wide open").in_new_unit(Severity::Medium);
pub(in crate::rules) const ABSENT: Level = Level::high(4, "nothing is enforced").only_lost();

/// Every level.
pub(in crate::rules) const LEVELS: &[Level] =
    &[ENFORCED, UNKNOWN, NARROWED, COUNTED, EXEMPTS, WARNS, OFF, ABSENT];

/// Says how strict a guard is about each thing.
pub(in crate::rules) fn say(guard: &Guard, found: &mut Found<'_>) {
    for check in &guard.checks {
        one(check, found);
    }
}

fn one(check: &Spanned<Check>, found: &mut Found<'_>) {
    let Check { name, stance, value, absent } = &check.value;
    let level = match stance {
        Stance::Enforced => ENFORCED,
        Stance::Unknown => UNKNOWN,
        Stance::Narrowed(by) => NARROWED.of(*by),
        Stance::Counted(by) => COUNTED.of(*by),
        Stance::Exempts(by) => EXEMPTS.of(*by),
        Stance::Warns => WARNS,
        Stance::Off if *absent => ABSENT,
        Stance::Off => OFF,
    };
    let exposure = found.say(level, name, check, value);
    exposure.absent = *absent;
}
