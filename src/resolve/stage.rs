//! A Dockerfile's instructions become stages: variables expanded, parents inherited.
//!
//! Source: Dockerfile reference; BuildKit `frontend/dockerfile/dockerfile2llb` for what it leaves
//! open.

mod builder;
mod copy;
mod declare;
mod entry;
mod parent;
mod ports;
mod run;
mod value;

pub(super) use entry::executes;
pub use entry::is_entry_script;
pub(super) use run::exec;

use std::collections::HashSet;

use super::expand::{self, Bound, Presence};
use crate::model::{Base, Dockerfile, Gap, Settings, Spanned, Stage, Text, Value, Variable};

use builder::Given;

/// The stages of a Dockerfile, and pseudo stages for their `ONBUILD` triggers.
pub(super) fn stages(
    dockerfile: &Dockerfile,
    text: &Text,
    settings: &Settings,
) -> (Vec<Stage>, Vec<Gap>) {
    let (mut stages, gaps) = builder::build(dockerfile, text, Given::default());
    mark(&mut stages, |stage| {
        let name = stage.name.as_ref().map(|name| name.value.as_str());
        name.is_some_and(|name| settings.targets.iter().any(|of| of.eq_ignore_ascii_case(name)))
    });
    mark_builders(&mut stages);
    if settings.targets.is_empty() {
        mark_aside(&mut stages);
    }
    (stages, gaps)
}

/// The same as somebody builds it who names a target, by name or number, and hands arguments over:
/// those without a value stay as the file has them. `stand_ins` are images in the place of what the
/// file names. A target that is not there is the last one.
pub(super) fn built(
    dockerfile: &Dockerfile,
    text: &Text,
    target: Option<&str>,
    arguments: &[Variable],
    stand_ins: Vec<(String, Spanned<Value>)>,
) -> (Vec<Stage>, Vec<Gap>) {
    let bound = |argument: &Variable| {
        let value = argument.value.as_ref()?;
        let mut because = Vec::new();
        expand::add_places(&mut because, argument.place.places());
        let presence = if value.text.is_empty() { Presence::Empty } else { Presence::Filled };
        let (text, unknown) = (value.text.clone(), value.unknown);
        Some((argument.name.clone(), Bound { text, unknown, presence, because }))
    };
    let arguments = arguments.iter().filter_map(bound).collect();
    let stand_ins = stand_ins.into_iter().map(|(name, image)| (name.to_lowercase(), image));
    let given = Given { arguments, stand_ins: stand_ins.collect() };
    let (mut stages, gaps) = builder::build(dockerfile, text, given);
    let number = target.and_then(|target| target.parse::<usize>().ok());
    mark(&mut stages, |stage| {
        let name = stage.name.as_ref().map(|name| name.value.as_str());
        let named =
            target.zip(name).is_some_and(|(target, name)| target.eq_ignore_ascii_case(name));
        named || number == Some(stage.index)
    });
    mark_builders(&mut stages);
    (stages, gaps)
}

/// The image that a file's target makes, as one stage: what its parents declare comes first.
pub(super) fn image(stages: &[Stage]) -> Option<Stage> {
    let find = |index: usize| stages.iter().find(|stage| stage.index == index && !stage.trigger);
    let mut image = stages.iter().rfind(|stage| stage.target && !stage.trigger)?.clone();
    let mut parents = Vec::new();
    let mut at = &image.base.value;
    while let Base::Stage(parent) = at {
        let Some(parent) = find(*parent) else { break };
        parents.push(parent);
        at = &parent.base.value;
    }
    for parent in parents {
        prepend(&mut image.env, &parent.env);
        prepend(&mut image.args, &parent.args);
        prepend(&mut image.labels, &parent.labels);
        prepend(&mut image.runs, &parent.runs);
        prepend(&mut image.copies, &parent.copies);
        prepend(&mut image.volumes, &parent.volumes);
        prepend(&mut image.sources, &parent.sources);
    }
    image.base = image.root.clone();
    Some(image)
}

fn prepend<T: Clone>(to: &mut Vec<T>, first: &[T]) {
    to.splice(0..0, first.iter().cloned());
}

/// Says which stages ship: the targets, and what they are `FROM`.
fn mark(stages: &mut [Stage], is_target: impl Fn(&Stage) -> bool) {
    let last = stages.last().map(|stage| stage.index);
    let named = stages.iter().any(&is_target);
    for stage in stages.iter_mut() {
        stage.target = if named { is_target(stage) } else { Some(stage.index) == last };
    }
    let mut ships = vec![false; last.map_or(0, |last| last + 1)];
    for stage in stages.iter().rev().filter(|stage| !stage.trigger) {
        let ships_now = stage.target || ships.get(stage.index) == Some(&true);
        let parent = if let Base::Stage(parent) = stage.base.value { Some(parent) } else { None };
        for index in [Some(stage.index), parent].into_iter().flatten().filter(|_| ships_now) {
            if let Some(ships) = ships.get_mut(index) {
                *ships = true;
            }
        }
    }
    for stage in stages {
        stage.shipped = ships.get(stage.index) == Some(&true);
    }
}

/// Says which stages only feed others: those files are taken from, and those that nothing but such
/// stages builds on.
fn mark_builders(stages: &mut [Stage]) {
    let count = stages.last().map_or(0, |last| last.index + 1);
    let (mut feeds, mut images) = (vec![false; count], vec![false; count]);
    for index in stages.iter().flat_map(|stage| taken_from(stage, stages)) {
        if let Some(feeds) = feeds.get_mut(index) {
            *feeds = true;
        }
    }
    // Children come after their parents.
    for stage in stages.iter_mut().rev().filter(|stage| !stage.trigger) {
        let of = |flags: &[bool]| flags.get(stage.index) == Some(&true);
        stage.builder = !stage.target && !of(&images) && of(&feeds);
        if let Base::Stage(parent) = stage.base.value {
            let flags = if stage.builder { &mut feeds } else { &mut images };
            if let Some(flag) = flags.get_mut(parent) {
                *flag = true;
            }
        }
    }
}

/// Says whether the last stage starts nothing beside one that does.
fn mark_aside(stages: &mut [Stage]) {
    let starts = |stage: &Stage| stage.entrypoint.is_some() || stage.cmd.is_some();
    let service = |stage: &Stage| {
        starts(stage) && !stage.shipped && !stage.builder && !stage.trigger && stage.name.is_some()
    };
    if !stages.iter().any(service) {
        return;
    }
    for last in stages.iter_mut().filter(|stage| stage.target) {
        last.aside = !starts(last);
    }
}

/// The stages that a build of the target runs: its parents, and those that it takes files from.
pub(super) fn needed(stages: &[Stage]) -> Vec<Stage> {
    let mut needed: HashSet<usize> =
        stages.iter().filter(|stage| stage.shipped).map(|stage| stage.index).collect();
    // Children come after their parents.
    for stage in stages.iter().rev() {
        if needed.contains(&stage.index) {
            needed.extend(taken_from(stage, stages));
            if let Base::Stage(parent) = stage.base.value {
                needed.insert(parent);
            }
        }
    }
    stages.iter().filter(|stage| needed.contains(&stage.index)).cloned().collect()
}

/// The stages of the file that a stage copies or mounts files from.
fn taken_from(stage: &Stage, stages: &[Stage]) -> Vec<usize> {
    let copied = stage.copies.iter().filter_map(|copy| match copy.from {
        Some(Base::Stage(index)) => Some(index),
        _ => None,
    });
    let flags = stage.runs.iter().flat_map(|run| &run.flags).filter(|flag| flag.name == "mount");
    let options =
        flags.filter_map(|flag| flag.value.as_ref()).flat_map(|value| value.text.split(','));
    let mounted = options.filter_map(|option| option.strip_prefix("from=")).filter_map(|from| {
        let named = |other: &&Stage| {
            other.name.as_ref().is_some_and(|name| name.value.eq_ignore_ascii_case(from))
        };
        stages.iter().find(named).map(|other| other.index).or_else(|| from.parse().ok())
    });
    copied.chain(mounted).collect()
}

/// The lines of a stage for similarity: whitespace folded, comments and blank lines left out.
pub(super) fn body(stage: &Stage, text: &Text) -> Vec<String> {
    (stage.span.line..=stage.span.end_line)
        .filter_map(|number| text.line(number))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(|line| stage.trigger == starts_with_onbuild(line))
        .collect()
}

fn starts_with_onbuild(line: &str) -> bool {
    line.get(.."onbuild".len()).is_some_and(|word| word.eq_ignore_ascii_case("onbuild"))
}
