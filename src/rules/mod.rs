//! RULES: one file per rule, data and a function.

mod build_password;
mod build_privilege;
mod exposed_port;
mod facts;
mod mutable_image;
mod root_account;
mod runs_as_root;
mod setuid;
mod sudo;
mod world_writable;

use crate::model::{Declaration, Declared, Exposure, File, Found, Measure, Rule, Settings, Unit};

/// Every rule, by id.
pub const RULES: &[&Rule] = &[
    &build_password::RULE,
    &build_privilege::RULE,
    &exposed_port::RULE,
    &mutable_image::RULE,
    &root_account::RULE,
    &runs_as_root::RULE,
    &setuid::RULE,
    &sudo::RULE,
    &world_writable::RULE,
];

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Measures one unit with the rules given. `file` is the one that declares it.
pub fn measure(
    rules: &[&'static Rule],
    declaration: &Declaration,
    file: &File,
    settings: &Settings,
) -> Vec<Exposure> {
    let mut exposures = Vec::new();
    for rule in rules {
        let mut found = Found::new(rule, settings, &mut exposures);
        for measure in rule.measure {
            match (measure, &declaration.unit) {
                (Measure::Stage(measure), Unit::Stage(stage)) => measure(stage, &mut found),
                (Measure::Context(measure), Unit::Context(context)) => measure(context, &mut found),
                (Measure::Dockerfile(measure), Unit::Dockerfile(_)) => {
                    if let Declared::Dockerfile(dockerfile) = &file.declared {
                        measure(dockerfile, &file.text, &mut found);
                    }
                }
                _ => {}
            }
        }
    }
    exposures
}
