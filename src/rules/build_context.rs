//! Which secrets a `COPY` of the build context takes into the image.

use crate::model::{
    BuildContext, Builders, Example, Found, Level, Measure, Reached, Reference, Rule, Severity,
    Stage, Taken, Told, Tracked,
};

const LEFT_OUT: Level = Level::closed("left out");
const HARMLESS: Level = Level::info(1, "copied, with nothing secret in it as it stands");
const BUILD_STAGE: Level = Level::medium(2, "copied into a build stage").in_new_unit(Severity::Low);
const DOCKER: Level = Level::high(3, "copied where Docker builds").in_new_unit(Severity::Info);
const PODMAN: Level = Level::high(3, "copied where Podman builds").in_new_unit(Severity::Info);
const IMAGE: Level = Level::high(4, "copied into the image").in_new_unit(Severity::Low);
const TRACKED: Level = Level::high(4, "in the repository and copied into the image")
    .of(1)
    .in_new_unit(Severity::Medium);
const HISTORY: Level = Level::medium(2, "kept in the image");
const BUILD_HISTORY: Level = Level::low(1, "kept in a build stage").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "build-context",
    promise: "No sensitive name that was left out of an image is newly copied into it.",
    why: "`COPY . .` takes whatever lies in the folder of whoever builds: `.env`, keys, `.git` with \
          all it ever held. An ignore file is all that stands between, and in its order and its \
          exceptions a loss is easily overlooked. Whoever pulls the image can read every file of \
          every layer.",
    fix: "Leave the names out again: take back the exception, or put the pattern at the end of the \
          ignore file. Safest is `*` first and then `!` for what the build needs; or copy single \
          folders instead of `.`.",
    fix_in: &[],
    levels: &[
        LEFT_OUT,
        HARMLESS,
        BUILD_STAGE,
        DOCKER,
        PODMAN,
        IMAGE,
        TRACKED,
        BUILD_HISTORY,
        HISTORY,
    ],
    references: &[
        Reference::CisDocker("4.10"),
        Reference::Cwe(538),
        Reference::Cwe(200),
        Reference::Docker("Build context: .dockerignore files"),
    ],
    answers: &[
        "droast DF007",
        "droast DF026",
        "droast DF033",
        "dockle CIS-DI-0010",
        "dockle DKL-LI-0003",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Context(measure), Measure::Stage(history)],
    examples: &[
        Example {
            file: ".dockerignore",
            change: "
                  node_modules
                  .env*
                + !.env
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM node:20
                  COPY . .
            ",
            )],
            findings: &[".env of the build context: was left out (`.env*` in .dockerignore), \
                         now copied into the image (`!.env` in .dockerignore)"],
        },
        Example {
            file: ".dockerignore", // the file is gone: one finding, not forty
            change: "
                - .env*
                - .git
                - **/*.key
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM node:20
                  COPY . .
            ",
            )],
            findings: &[".env, .git, .env.local and 4 more of the build context: was left out \
                         (`.env*` in .dockerignore), now copied into the image (COPY ., no ignore \
                         file)"],
        },
        Example {
            file: ".dockerignore", // other words for the same
            change: "
                - /.env
                - .env.*
                + .env*
                - .git/
                - node_modules
                + **/.git
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM node:20
                  COPY . .
            ",
            )],
            findings: &[],
        },
        Example {
            file: ".dockerignore", // nothing copies what it lets through
            change: "
                - .env
                  node_modules
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM node:20
                  COPY src/ /app/
            ",
            )],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // what `COPY . .` took already, a builder now takes by name
            change: "
                  FROM golang:1.22 AS build
                - COPY extra/check.go extra/
                + COPY extra/ extra/
                  FROM node:20
                  COPY . .
            ",
            beside: &[(
                ".dockerignore",
                "
                  .env
                + /extra/check
            ",
            )],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // another version of a repository whose history is kept
            change: "
                - ARG VERSION=v1.2.3
                + ARG VERSION=v1.2.4
                  FROM node:20
                  ARG VERSION
                  ADD --keep-git-dir=true https://github.com/acme/tool.git#$VERSION /src
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: ".dockerignore", // no secret is let through
            change: "
                  *
                  !src
                + !README.md
                + !.env.example
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM node:20
                  COPY . .
            ",
            )],
            findings: &[],
        },
    ],
};

fn measure(context: &BuildContext, found: &mut Found<'_>) {
    for reached in context.reached.iter().filter(|reached| reached.by != Taken::Named) {
        let exposure = found.say(level(reached), &reached.path, &reached.place, &reached.evidence);
        exposure.together();
        if reached.unnamed {
            exposure.absent();
        }
        // A probe is no sign that such a file is there: below a copied folder only a lost pattern
        // is told, and a new image with an ignore file is not asked for every pattern.
        match reached.by {
            // `credential-file` tells it.
            _ if named(context, &reached.path) => {
                exposure.told(Told::Elsewhere);
            }
            _ if reached.file.is_some() => {}
            Taken::Folder => {
                exposure.told(Told::IfLost);
            }
            _ if reached.guarded && reached.unnamed => {
                exposure.told(Told::InKnownUnit);
            }
            _ => {}
        }
        let file = reached.file.as_ref().and_then(|tracked| tracked.file.as_ref());
        if let Some(file) = file.filter(|file| !file.text.content.is_empty()) {
            let path = &context.dockerfile; // the same content in another image is another matter
            exposure.same_as(format!("{path}\n{}\n{}", context.folder, file.text.content));
        }
    }
}

/// Whether an instruction takes a path by its own name as well.
fn named(context: &BuildContext, path: &str) -> bool {
    context.reached.iter().any(|reached| {
        reached.by == Taken::Named && reached.copied != Builders::Nobody && reached.path == path
    })
}

fn level(reached: &Reached) -> Level {
    let tracked = match &reached.file {
        Some(Tracked { harmless: true, .. }) if reached.copied != Builders::Nobody => {
            return HARMLESS;
        }
        file => u64::from(file.is_some()),
    };
    match reached.copied {
        Builders::Nobody => LEFT_OUT,
        copied if !reached.shipped => {
            BUILD_STAGE.of(2 * tracked + u64::from(copied == Builders::All))
        }
        Builders::Docker => DOCKER.of(tracked),
        Builders::Podman => PODMAN.of(tracked),
        Builders::All if tracked == 1 => TRACKED,
        Builders::All => IMAGE,
    }
}

/// `ADD --keep-git-dir` of a repository.
fn history(stage: &Stage, found: &mut Found<'_>) {
    for copy in stage.copies.iter().filter(|copy| copy.add && copy.from.is_none()) {
        let kept = copy.flags.iter().find(|flag| {
            flag.name == "keep-git-dir" && flag.value.as_ref().is_none_or(|v| v.text != "false")
        });
        if let (Some(flag), Some(source)) = (kept, copy.sources.first()) {
            let text = source.value.text.as_str();
            let url = text.split(['#', '?']).next().unwrap_or(text); // another version is the same
            let level = if stage.target { HISTORY } else { BUILD_HISTORY };
            found.say(level, format!(".git of {url}"), &flag.place, "");
        }
    }
}
