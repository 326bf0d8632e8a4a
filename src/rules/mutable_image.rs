//! How firmly a reference holds the image that it names.

use super::facts::image::{is_local_name, is_named_by_version, pinned_text, shown};
use super::facts::version::{Firmness, firmness};
use crate::model::{
    Base, Example, Found, ImageRef, Level, Measure, Platform, Reference, Rule, Severity, Spanned,
    Stage, Workload,
};

const DIGEST: Level = Level::closed("pinned by a digest");
const FULL: Level =
    Level::medium(1, "a full version tag").in_new_unit(Severity::Info).when_added(Severity::Info);
const PARTIAL: Level = Level::high(2, "a partial version tag")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const FLOATING: Level = Level::high(3, "no version tag").when_added(Severity::Medium);
const FLOATING_BUILD: Level = Level::high(3, "no version tag, for building")
    .in_new_unit(Severity::Medium)
    .when_added(Severity::Medium)
    .when_widened(Severity::Medium);
const LOCAL: Level = Level::high(3, "no version tag, a name of local builds")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low);
const UNKNOWN: Level = Level::high(3, "left to the builder")
    .in_new_unit(Severity::Medium)
    .when_added(Severity::Medium)
    .when_widened(Severity::Medium);
const FILLED: Level = Level::high(3, "left to what fills the template")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Medium);
const RUN_PARTIAL: Level = Level::high(2, "a partial version tag")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Low);
const RUN_FLOATING: Level =
    Level::high(3, "no version tag").in_new_unit(Severity::Medium).when_added(Severity::Medium);
const RUN_LOCAL: Level = Level::high(3, "no version tag, a name of local builds")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low);
const JOB_FLOATING: Level = Level::medium(3, "no version tag")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const RUN_UNKNOWN: Level = Level::high(2, "left to a variable")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Medium);
const TEMPLATE: Level = Level::medium(2, "left to a template")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "mutable-image",
    promise: "A reference to an image never gets looser: digest, full version, partial version, \
              latest.",
    why: "A tag is a pointer that its publisher, or whoever took over the account, can move. Only \
          a digest says which bytes were reviewed; the looser the tag, the more can arrive with \
          the next build without any commit.",
    fix: "Keep the digest behind the tag, `node:20.11.1@sha256:…`, and let a bot such as Renovate \
          or Dependabot move it.",
    fix_in: &[],
    levels: &[
        DIGEST,
        FULL,
        PARTIAL,
        RUN_PARTIAL,
        FLOATING,
        FLOATING_BUILD,
        LOCAL,
        RUN_FLOATING,
        RUN_LOCAL,
        JOB_FLOATING,
        UNKNOWN,
        FILLED,
        RUN_UNKNOWN,
        TEMPLATE,
    ],
    references: &[
        Reference::CisDocker("4.2"),
        Reference::CisDocker("5.28"),
        Reference::Cwe(829),
        Reference::Cwe(1357),
        Reference::Docker("Building best practices: Pin base image versions"),
    ],
    answers: &[
        "hadolint DL3006",
        "hadolint DL3007",
        "hadolint DL3022",
        "trivy DS-0001",
        "kics 9efb0b2d",
        "kics f45ea400",
        "kics 68a51e22",
        "checkov CKV_DOCKER_7",
        "dockle DKL-DI-0006",
        "semgrep missing-image-version",
        "semgrep dockerfile-source-not-pinned",
        "buildkit UndefinedArgInFrom",
        "buildkit InvalidDefaultArgInFrom",
        "droast DF001",
        "droast DF024",
        "droast DF049",
        "dclint service-image-require-explicit-tag",
        "compose-lint CL-0004",
        "compose-lint CL-0019",
        "docker-bench 5.28",
        "trivy KSV-0013",
        "kics 583053b7",
        "kics 7c81d34c",
        "checkov CKV_K8S_14",
        "checkov CKV_K8S_43",
        "kube-linter latest-tag",
        "kube-score container-image-tag",
        "polaris tagNotSpecified",
        "kubescape C-0306",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                - FROM node:20.11.1@sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb
                + FROM node:latest
                  USER node
            ",
            beside: &[],
            findings: &["image of the final stage: was pinned by a digest (node:20.11.1@sha256:5c8d3c8d1cf3…), now no version tag (node:latest)"],
        },
        Example {
            file: "Dockerfile", // the default of an ARG is what counts
            change: "
                - ARG BASE=node:20.11.1
                + ARG BASE=node
                  FROM ${BASE}
                  USER node
            ",
            beside: &[],
            findings: &["image of the final stage: was a full version tag (node:20.11.1), now no version tag (node)"],
        },
        Example {
            file: "Dockerfile", // Docker has no such image: it is built here
            change: "
                + FROM myapp-base
                + USER node
            ",
            beside: &[],
            findings: &["image of the final stage: no version tag, a name of local builds (myapp-base)"],
        },
        Example {
            file: "Dockerfile", // as firm as before
            change: "
                - FROM node:20
                + FROM docker.io/library/node:22
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // one stage for what three stood on, and a newer version
            change: "
                + FROM node:22-alpine AS base
                - FROM node:20-alpine AS build
                + FROM base AS build
                - FROM node:20-alpine
                + FROM base
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // for another architecture, the same version
            change: "
                + ARG ARCH
                - FROM alpine:3.20
                + FROM $ARCH/alpine:3.20
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // another digest is as firm
            change: "
                - FROM node@sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb
                + FROM node:22@sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                -     image: postgres:16.2@sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb
                +     image: postgres:${PG:-latest}
            ",
            beside: &[],
            findings: &["image of service db: was pinned by a digest (postgres:16.2@sha256:5c8d3c8d1cf3…), now no version tag (postgres:latest)"],
        },
        Example {
            file: "Dockerfile", // a publisher that has its versions in the names of its images
            change: "
                - FROM gcr.io/distroless/nodejs:18
                + FROM gcr.io/distroless/nodejs20-debian12
                  USER nonroot
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // another version, and what is built here
            change: "
                  services:
                    db:
                -     image: postgres:16.2
                +     image: docker.io/library/postgres:${PG:-16.3}
                    app:
                      build: .
                -     image: app:1.2.3
                +     image: app:latest
            ",
            beside: &[("Dockerfile", "  FROM node:20.11.1\n  USER node")],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.trigger {
        // What ships stands on the bottom of its chain, whatever stages lie between.
        let base = if stage.target { &stage.root } else { &stage.base };
        say(base, "image", stage.shipped, found);
    }
    for source in &stage.sources {
        let key = match &source.value {
            Base::Image(image) => format!("image copied from {}", image.familiar()),
            other => format!("image copied from {}", shown(other)),
        };
        say(source, &key, stage.shipped, found);
    }
}

/// The image that a container is started from. One that is built from this tree is no reference:
/// what it builds on is its stage's.
fn run(workload: &Workload, found: &mut Found<'_>) {
    let Some(image) = workload.image.as_ref().filter(|_| workload.built.is_none()) else { return };
    let job = matches!(workload.platform, Platform::Ci | Platform::Devcontainer);
    let level = match &image.value {
        Base::Image(image) => match level_of(image, true) {
            PARTIAL => RUN_PARTIAL,
            FLOATING if job => JOB_FLOATING,
            FLOATING => RUN_FLOATING,
            LOCAL => RUN_LOCAL,
            level => level,
        },
        Base::Unknown(text) if pinned_text(text) => DIGEST,
        Base::Unknown(text) if text.contains("{{") => TEMPLATE,
        Base::Unknown(_) => RUN_UNKNOWN,
        Base::Stage(_) | Base::Scratch => return,
    };
    let shown = shown(&image.value);
    found.say(level, "image", image, &shown).same_as(format!("run {shown}"));
    // The same image with a Dockerfile around it is no looser.
    found.say(level, "image", image, &shown).same_as(format!("shipped {shown}"));
}

fn say(base: &Spanned<Base>, key: &str, shipped: bool, found: &mut Found<'_>) {
    let level = match &base.value {
        Base::Image(image) => level_of(image, shipped),
        Base::Unknown(text) if pinned_text(text) => DIGEST,
        Base::Unknown(text) if is_placeholder(text) => FILLED,
        Base::Unknown(text) => level_of_prefixed(text, shipped),
        Base::Stage(_) | Base::Scratch => return,
    };
    let shown = shown(&base.value);
    // Another version of an image that other stages stand on already.
    let kind = match &base.value {
        Base::Image(image) => image.familiar(),
        _ => shown.clone(),
    };
    // What ships is not excused by a builder that stood on the same image before; a new builder
    // is excused by whatever stood on it.
    if shipped {
        let shipped = format!("shipped {shown}");
        found.say(level, key, base, &shown).same_as(shipped).one_of(format!("shipped {kind}"));
        found.say(level, key, base, &shown).same_as(format!("run {shown}"));
    }
    found.say(level, key, base, &shown).same_as(&shown).one_of(kind);
}

fn level_of(image: &ImageRef, shipped: bool) -> Level {
    let firmness = image.tag.as_deref().map_or(Firmness::Floating, firmness);
    match (&image.digest, firmness) {
        (Some(_), _) => DIGEST,
        (None, Firmness::Full) => FULL,
        (None, Firmness::Partial) => PARTIAL,
        (None, Firmness::Floating) if is_named_by_version(image) => PARTIAL,
        (None, Firmness::Floating) if is_local_name(image) => LOCAL,
        (None, Firmness::Floating) if shipped => FLOATING,
        (None, Firmness::Floating) => FLOATING_BUILD,
    }
}

/// `$ARCH/alpine:3.20`: who publishes it is the builder's choice, which version is not.
fn level_of_prefixed(text: &str, shipped: bool) -> Level {
    let tag = text
        .rsplit_once('/')
        .filter(|(_, image)| !image.contains(['$', '{', '}']))
        .and_then(|(_, image)| image.split_once(':'));
    match tag.map(|(_, tag)| firmness(tag)) {
        Some(Firmness::Full | Firmness::Partial) => PARTIAL,
        Some(Firmness::Floating) if shipped => FLOATING,
        Some(Firmness::Floating) => FLOATING_BUILD,
        None => UNKNOWN,
    }
}

/// `{{ image }}`, `node:%%VERSION%%`, `__BASE__`, `@base@`: no reference, and no variable that the
/// builder knows, until something is filled in.
fn is_placeholder(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || !text.contains('$')
}
