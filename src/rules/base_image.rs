//! Whose images a stage builds on.

use super::facts::image::{covers, named, names, shown};
use super::facts::publisher::{HOMES, Publisher, of};
use crate::model::{
    Base, Example, Found, ImageRef, Level, Measure, Platform, Reference, Rule, Severity, Span,
    Spanned, Stage, Told, Workload,
};

const TRUSTED: Level = Level::closed("named by the policy");
const OFFICIAL: Level = Level::info(1, "built on");
const KNOWN: Level = Level::info(1, "built on, from its maker");
const OTHER: Level =
    Level::high(1, "built on, from another publisher than before").in_new_unit(Severity::Info);
const HOME: Level = Level::closed("not used");
const FAMILY: Level = Level::closed("by whatever owner");
const OTHER_HOME: Level = Level::low(1, "the same name at another registry");
const ANY: Level = Level::high(1, "left to the builder").in_new_unit(Severity::Info);
const COPIED_OFFICIAL: Level = Level::low(1, "copied from").in_new_unit(Severity::Info);
const COPIED_KNOWN: Level =
    Level::low(1, "copied from, as its maker publishes it").in_new_unit(Severity::Info);
const COPIED: Level =
    Level::medium(1, "copied from, from another publisher than before").in_new_unit(Severity::Info);
const RUN_OFFICIAL: Level = Level::info(1, "run");
const RUN_KNOWN: Level = Level::info(1, "run, from its maker");
const RUN: Level =
    Level::high(1, "run, from another publisher than before").in_new_unit(Severity::Info);
const UNTRUSTED: Level = Level::high(2, "not among those that the policy trusts");
const LOOKALIKE: Level = Level::high(3, "nearly a well-known name, but another");
const DENIED: Level = Level::critical(4, "denied by the policy");

pub(super) const RULE: Rule = Rule {
    id: "base-image",
    promise: "Nothing builds on or runs images of another publisher than before.",
    why: "An image runs with everything the application has. Who may change it is decided by \
          its registry and namespace, not by this repository; names that look like a known one are \
          made to be mistaken for it.",
    fix: "Go back to the image that was reviewed, or name the new one in the policy: \
          `[images] trusted = [\"ghcr.io/acme/**\"]`. What may never come in stands in \
          `denied` beside it.",
    fix_in: &[],
    levels: &[
        TRUSTED,
        OFFICIAL,
        KNOWN,
        OTHER,
        HOME,
        FAMILY,
        OTHER_HOME,
        ANY,
        COPIED_OFFICIAL,
        COPIED_KNOWN,
        COPIED,
        RUN_OFFICIAL,
        RUN_KNOWN,
        RUN,
        UNTRUSTED,
        LOOKALIKE,
        DENIED,
    ],
    references: &[
        Reference::CisDocker("4.2"),
        Reference::CisKubernetes("5.5.1"),
        Reference::Cwe(829),
        Reference::Cwe(1007),
        Reference::Nist("4.1.5"),
        Reference::Docker("Building best practices: Choose the right base image"),
    ],
    answers: &[
        "hadolint DL3026",
        "hadolint DL3022",
        "trivy KSV-0125",
        "trivy KSV-0032",
        "trivy KSV-0033",
        "trivy KSV-0034",
        "trivy KSV-0035",
        "kubescape C-0001",
        "kubescape C-0078",
        "kubescape C-0253",
    ],
    options: &["trusted-images"],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                - FROM node:20
                + FROM evil/node:20
                  USER node
            ",
            beside: &[],
            findings: &[
                "images of docker.io/evil of the final stage: built on, from another publisher than before (evil/node:20)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                - FROM nginx:1.25.3
                + FROM nqinx:1.25.3
                  USER nginx
            ",
            beside: &[],
            findings: &[
                "image nqinx of the final stage: nearly a well-known name, but another (nginx)",
            ],
        },
        Example {
            file: "Dockerfile", // the same image by a mirror of Docker's
            change: "
                - FROM node:20
                + FROM public.ecr.aws/docker/library/node:20
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the builder's choice gets a default
            change: "
                - ARG BASE
                + ARG BASE=acme/base:1.2.3
                  FROM $BASE
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the machine's own registry, on another port
            change: "
                - FROM localhost:5000/app:1.2.3
                + FROM 127.0.0.1:5001/app:1.2.3
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the successor of an image that is no longer made
            change: "
                - FROM openjdk:17-slim
                + FROM eclipse-temurin:17-jre
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    app:
                -     image: ghcr.io/acme/app:${TAG}
                +     image: ghcr.io/evil/app:${TAG}
            ",
            beside: &[],
            findings: &[
                "images of ghcr.io/evil of service app: run, from another publisher than before (ghcr.io/evil/app:${TAG})",
            ],
        },
        Example {
            file: "compose.yaml", // the project moved, or somebody took its name
            change: "
                  services:
                    app:
                -     image: acme/app:1.2.3
                +     image: ghcr.io/acme/app:1.2.4
            ",
            beside: &[],
            findings: &[
                "acme of ghcr.io of service app: was not used (acme/app:1.2.3), now the same name at another registry (ghcr.io/acme/app:1.2.4)",
            ],
        },
        Example {
            file: "compose.yaml", // the same publisher's, by another name and with a variable
            change: "
                  services:
                    web:
                -     image: nginx:1.25.3
                +     image: docker.io/library/httpd:${TAG:-2.4.58}
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// What is said of an official image, of one from a known maker, and of any other.
const BUILDS: [Level; 3] = [OFFICIAL, KNOWN, OTHER];
const COPIES: [Level; 3] = [COPIED_OFFICIAL, COPIED_KNOWN, COPIED];
const RUNS: [Level; 3] = [RUN_OFFICIAL, RUN_KNOWN, RUN];

/// The key of what only the builder knows.
const BUILDERS: &str = "images of the builder's choice";

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.trigger {
        // What ships stands on the bottom of its chain: a stage may be named like an image.
        let base = if stage.target { &stage.root } else { &stage.base };
        say(base, BUILDS, found);
    }
    for source in &stage.sources {
        say(source, COPIES, found);
    }
}

/// The image that a container is started from, unless it is built from this tree.
fn run(workload: &Workload, found: &mut Found<'_>) {
    let Some(base) = workload.image.as_ref().filter(|_| workload.built.is_none()) else { return };
    let base = &by_name(base, workload.platform);
    if denied(base, found) {
        return;
    }
    match named(&base.value) {
        Some(image) => say_image(base, &image, RUNS, found),
        None => say(base, RUNS, found),
    }
}

/// Where an image is put together from several values its name says whose it is, and the tag behind
/// it nothing.
fn by_name(base: &Spanned<Base>, platform: Platform) -> Spanned<Base> {
    let mut places: Vec<Span> = base.places().collect();
    if matches!(platform, Platform::Values | Platform::Reference) {
        places.reverse();
    }
    let mut places = places.into_iter();
    let span = places.next().unwrap_or(base.span);
    Spanned { value: base.value.clone(), span, because: places.collect() }
}

fn say(base: &Spanned<Base>, levels: [Level; 3], found: &mut Found<'_>) {
    if denied(base, found) {
        return;
    }
    match &base.value {
        Base::Image(image) => say_image(base, image, levels, found),
        Base::Unknown(text) if !text.is_ascii() => {
            found.say(LOOKALIKE, format!("image {text}"), base, "letters that only look alike");
        }
        // Nothing to tell by itself, but whatever is named later can't be told from it.
        Base::Unknown(text) => {
            found.say(ANY, BUILDERS, base, text).told(Told::IfLost);
        }
        Base::Stage(_) | Base::Scratch => {}
    }
}

/// Whether the policy denies the image, which is then said. A tag that can't be known is denied only
/// with all others.
fn denied(base: &Spanned<Base>, found: &mut Found<'_>) -> bool {
    let globs = &found.settings.denied_images;
    let Some(image) = named(&base.value).filter(|_| !globs.is_empty()) else { return false };
    let whole = matches!(base.value, Base::Image(_));
    let denies = |glob: &String| if whole { covers(glob, &image) } else { names(glob, &image) };
    if !globs.iter().any(denies) {
        return false;
    }
    let shown = shown(&base.value);
    found.say(DENIED, format!("image {shown}"), base, &shown).same_as(format!("denied {shown}"));
    true
}

/// `levels`: official, known, other.
fn say_image(base: &Spanned<Base>, image: &ImageRef, levels: [Level; 3], found: &mut Found<'_>) {
    let [official, known, other] = levels;
    let trusted = &found.settings.trusted_images;
    let shown = shown(&base.value);
    if trusted.iter().any(|glob| covers(glob, image)) {
        found.say(TRUSTED, format!("image {}", image.familiar()), base, shown);
        return;
    }
    let project = image.repository.rsplit('/').next().unwrap_or_default();
    let family = format!("image {project} of anybody");
    found.say(FAMILY, &family, base, &shown).told(Told::Elsewhere);
    let closed_list = !trusted.is_empty();
    let (publisher, level) = match of(image) {
        Publisher::Lookalike(name, famous) => {
            found.say(LOOKALIKE, format!("image {name}"), base, famous).same_as(&name);
            return;
        }
        _ if closed_list => {
            let name = image.familiar();
            found.say(UNTRUSTED, format!("image {name}"), base, shown).same_as(&name);
            return;
        }
        Publisher::Official => ("Docker official".to_owned(), official),
        Publisher::Known(name) => (name, known),
        Publisher::Owner(registry, owner) => {
            homes(base, &registry, &owner, &shown, found);
            let exposure = found.say(other, format!("images of {registry}/{owner}"), base, shown);
            exposure.same_as(format!("{registry}/{owner}")).told(Told::Replaced);
            exposure.open_under(BUILDERS).within([namesake(&owner)]);
            if is_own_project(&owner, project) {
                exposure.kin(family);
            }
            return;
        }
        Publisher::Other(name) => (name, other),
    };
    let exposure = found.say(level, format!("images of {publisher}"), base, shown);
    exposure.same_as(&publisher).told(Told::Replaced).open_under(BUILDERS);
}

/// `acme` of one public registry is most often `acme` of the next, but nobody vouches for it: the
/// move is told, and milder than a new name.
fn homes(base: &Spanned<Base>, registry: &str, owner: &str, shown: &str, found: &mut Found<'_>) {
    if !HOMES.contains(&registry) {
        return;
    }
    found.say(OTHER_HOME, namesake(owner), base, shown).told(Told::Elsewhere);
    for home in HOMES {
        let level = if home == registry { OTHER_HOME } else { HOME };
        found.say(level, format!("{owner} of {home}"), base, shown).told(Told::IfLost);
    }
}

/// Whether an owner calls itself after the image: `wiki-team/wiki`. So do most projects that move to
/// an organisation of their own.
fn is_own_project(owner: &str, project: &str) -> bool {
    let word = project.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    word.len() >= 4 && owner.contains(word)
}

fn namesake(owner: &str) -> String {
    format!("images of any {owner}")
}
