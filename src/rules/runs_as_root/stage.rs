//! The user of a build stage: the last `USER`, the base image's, or the one that what it starts with
//! steps down to.

use super::workload;
use crate::model::{Base, Copy, Found, Level, Severity, Spanned, Stage};
use crate::rules::facts::image::{BaseUser, stands_aside, user_of};
use crate::rules::facts::user::{Switch, is_root, step, switch};

pub(super) const OTHER: Level = Level::closed("not root");
pub(super) const BASE_ROOT: Level = Level::high(1, "root, as in the base image");
pub(super) const BASE_UNKNOWN: Level =
    Level::high(1, "the base image's user, root unless it says otherwise")
        .in_new_unit(Severity::Medium);
pub(super) const UNKNOWN: Level =
    Level::high(1, "a user that the builder decides, root by default")
        .in_new_unit(Severity::Medium);
pub(super) const BASE_VARIABLE: Level =
    Level::low(1, "a user that a variable of the base image names").in_new_unit(Severity::Info);
pub(super) const FILES: Level = Level::closed("nobody, for nothing is started");
pub(super) const LOST: Level =
    Level::medium(1, "root, where this stage is built by name").only_lost();
pub(super) const ASIDE: Level =
    Level::low(1, "root, where nothing is started").in_new_unit(Severity::Info);
pub(super) const ROOT: Level = Level::high(2, "root");

pub(super) fn measure(stage: &Stage, found: &mut Found<'_>) {
    if stage.trigger || stage.builder {
        return;
    }
    if !stage.target {
        return by_name(stage, found);
    }
    let base = user_of(&stage.root.value, found.settings);
    if let Some(switch) = switch(stage) {
        let place = stage.entrypoint.as_ref().or(stage.cmd.as_ref()).map(|line| &line.place);
        let level = match is_root(&switch.user) {
            true if stage.user.is_none() && base == BaseUser::Root => BASE_ROOT,
            true => ROOT,
            false => OTHER,
        };
        if let Some(place) = place {
            found.say(level, "user", place, switch.shown);
        }
        return;
    }
    if let Some((line, switch)) = steps_down(stage, base) {
        let entry = stage.entrypoint.as_ref().or(stage.cmd.as_ref());
        let because = entry.map(|entry| entry.place.places()).into_iter().flatten();
        found.say(OTHER, "user", &line.with(()).because(because), switch.shown);
        return;
    }
    let Some(user) = &stage.user else {
        let level = match base {
            BaseUser::Root if hands_out_files(stage) => FILES,
            BaseUser::Root if stands_aside(stage) => ASIDE,
            BaseUser::Root => BASE_ROOT,
            BaseUser::Other => OTHER,
            BaseUser::Unknown => BASE_UNKNOWN,
        };
        let unsaid = found.say(level, "user", &stage.root, "no USER").absent();
        // A container was started from it as it is: what wraps it runs as nobody else.
        if let Base::Image(image) = &stage.root.value {
            unsaid.known_by(workload::run_as_it_is(image));
        }
        return;
    };
    let name = user.value.text.split(':').next().unwrap_or_default();
    let level = match is_root(name) {
        true if base == BaseUser::Root => BASE_ROOT,
        true => ROOT,
        false if user.value.unknown && name.contains('$') => {
            if base == BaseUser::Root || asks_for(stage, name) { UNKNOWN } else { BASE_VARIABLE }
        }
        false => OTHER,
    };
    found.say(level, "user", user, format!("USER {}", user.value.text));
}

/// The switch that the script of the entry point makes, where it is begun as root.
fn steps_down(stage: &Stage, base: BaseUser) -> Option<(&Spanned<Vec<String>>, Switch)> {
    let begun_as_root = match &stage.user {
        Some(user) => is_root(user.value.text.split(':').next().unwrap_or_default()),
        None => base != BaseUser::Other,
    };
    let lines = stage.executes.iter().filter(|_| begun_as_root);
    let mut switches = lines.filter_map(|line| Some((line, step(&line.value)?)));
    switches.find(|(_, switch)| {
        // What a variable is without anybody's choice: `${PUID:-0}`.
        let (_, default) = switch.user.split_once(":-").unwrap_or(("", &switch.user));
        !is_root(default.trim_end_matches('}'))
    })
}

/// Whether a variable of `name` is an `ARG` that has no default: empty unless the builder fills it.
fn asks_for(stage: &Stage, name: &str) -> bool {
    let mut variables = name.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    variables
        .any(|variable| stage.args.iter().any(|arg| arg.value.is_none() && arg.name == variable))
}

/// `FROM scratch` with files and no command: what was built, for `--output` or another image. A
/// whole file system can be started by whoever runs the image.
fn hands_out_files(stage: &Stage) -> bool {
    let whole = |copy: &Copy| {
        copy.sources.iter().any(|source| {
            let path = source.value.text.as_str();
            path.trim_end_matches(['/', '.', '*']).is_empty() || (copy.add && path.contains(".t"))
        })
    };
    stage.root.value == Base::Scratch
        && stage.entrypoint.is_none()
        && stage.cmd.is_none()
        && !stage.copies.iter().any(whole)
}

/// A stage that may be built with `--target`: nobody can tell, so only a loss is told.
fn by_name(stage: &Stage, found: &mut Found<'_>) {
    match &stage.user {
        Some(user) if !is_root(user.value.text.split(':').next().unwrap_or_default()) => {
            found.say(OTHER, "user", user, format!("USER {}", user.value.text));
        }
        Some(user) => {
            found.say(LOST, "user", user, format!("USER {}", user.value.text));
        }
        None => {
            found.say(LOST, "user", &stage.root, "no USER").absent();
        }
    }
}
