//! Images that nobody mends any more.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::facts::image::shown;
use super::facts::lifecycle::{End, of_image, of_system};
use crate::model::{
    Base, Example, Found, ImageRef, Level, Measure, Platform, Reference, Rule, Severity, Spanned,
    Stage, Told, Workload,
};

const GOES_ON: Level = Level::closed("not over");
const ENDED: Level = Level::medium(1, "ended")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Low);
const LONG_ENDED: Level = Level::medium(1, "ended years ago")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const ENDED_BUILD: Level = Level::low(1, "ended, for building")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Info);

/// Days after which a new image is no matter of taste any more.
const LONG: i64 = 3 * 365;

pub(super) const RULE: Rule = Rule {
    id: "end-of-life-image",
    promise: "Nothing moves to an image whose support has ended.",
    why: "After the last day of support known holes stay open: nobody mends them in the image, and \
          scanners may not even list them any more. The day counts on which the push is judged; \
          by `check` and `audit`, the day of the commit. A version that stays is silent, so is a \
          move to one whose support ended later; a new image is told where it ended years ago.",
    fix: "Move to a version that is cared for. Where support is bought, or ends on another day, \
          say so: `[[images.end-of-life]]` with `image`, `versions` and `date` comes before the \
          days that are known.",
    fix_in: &[],
    levels: &[GOES_ON, ENDED, LONG_ENDED, ENDED_BUILD],
    references: &[
        Reference::Cwe(1104),
        Reference::Cwe(1329),
        Reference::Nist("4.1.1"),
        Reference::Docker("Building best practices: Choose the right base image"),
    ],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                - FROM node:22-bookworm
                + FROM node:12-stretch
                  USER node
            ",
            beside: &[],
            findings: &[
                "support of the image of the final stage: was not over (node:22-bookworm), now ended years ago (node:12-stretch: 12 on 2022-04-30)",
                "support of the system of the final stage: was not over (node:22-bookworm), now ended years ago (node:12-stretch: stretch on 2022-06-30)",
            ],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                -     image: postgres:${PG:-17.2}
                +     image: postgres:${PG:-9.6}
            ",
            beside: &[],
            findings: &[
                "support of the image of service db: was not over (postgres:17.2), now ended years ago (postgres:9.6: 9.6 on 2021-11-11)",
            ],
        },
        Example {
            file: "Dockerfile", // the same version, a later one, and one that stood there
            change: "
                - FROM golang:1.17.1 AS build
                + FROM golang:1.17.9 AS build
                - FROM debian:stretch
                + FROM debian:buster
                + RUN true
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // what moves, what is not known, and another maker's
            change: "
                - FROM node:22 AS build
                + FROM node:lts AS build
                - FROM python:3.13
                + FROM acme/python:2.7
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.trigger {
        let base = if stage.target { &stage.root } else { &stage.base };
        say(base, stage.shipped, found);
    }
}

/// The image that a container is started from, unless it is built from this tree.
fn run(workload: &Workload, found: &mut Found<'_>) {
    let Some(base) = workload.image.as_ref().filter(|_| workload.built.is_none()) else { return };
    say(base, !matches!(workload.platform, Platform::Ci | Platform::Devcontainer), found);
}

fn say(base: &Spanned<Base>, shipped: bool, found: &mut Found<'_>) {
    let settings = found.settings;
    let (Base::Image(image), Some(today)) = (&base.value, &settings.today) else { return };
    let ends = [
        ("support of the image", of_image(image, settings)),
        ("support of the system", of_system(image)),
    ];
    for (key, end) in ends {
        // Of what is not known nothing is said: it is no gain, and no loss.
        let Some(end) = end else { continue };
        let shown = shown(&base.value);
        if !today.is_after(end.day) {
            // A move out of what has ended is the least of its news.
            found.say(GOES_ON, key, base, shown).told(Told::Elsewhere);
            continue;
        }
        let long_ended = |day: Date| today.is_after(day.saturating_add((LONG - 1).days()));
        let level = match end.day {
            _ if !shipped => ENDED_BUILD,
            day if long_ended(day) => LONG_ENDED,
            _ => ENDED,
        };
        let evidence = format!("{shown}: {} on {}", end.version, end.day);
        let exposure = found.say(level.of(before(end.day)), key, base, evidence);
        exposure.one_of(kind(image, &end)).told(Told::Replaced);
    }
}

/// How many days before one far away support ended: the earlier, the worse.
fn before(day: Date) -> u64 {
    let days = date(9999, 12, 31).duration_since(day).as_hours() / 24;
    u64::try_from(days).unwrap_or_default()
}

/// The same version of the same image.
fn kind(image: &ImageRef, end: &End) -> String {
    format!("{} {}", image.familiar(), end.version)
}
