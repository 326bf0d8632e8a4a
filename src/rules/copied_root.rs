//! Whole file systems taken over from another image.

use super::facts::image::shown;
use crate::model::{
    Base, Copy, Example, Found, Level, Measure, Reference, Rule, Severity, Spanned, Stage,
};

const OF_STAGE: Level =
    Level::low(1, "copied as a whole, from another stage").in_new_unit(Severity::Info);
const OF_IMAGE: Level =
    Level::medium(2, "copied as a whole, from another image").in_new_unit(Severity::Low);
const ARCHIVE: Level =
    Level::medium(2, "unpacked onto nothing, from an archive").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "copied-root",
    promise: "No shipped image starts to take over a whole file system that nobody reviewed.",
    why: "`COPY --from=x / /` brings everything: accounts, setuid programs, caches, credentials of \
          the build. It also hides what the image is really based on.",
    fix: "Copy the files that are needed, by their paths.",
    fix_in: &[],
    levels: &[OF_STAGE, OF_IMAGE, ARCHIVE],
    references: &[
        Reference::CisDocker("4.3"),
        Reference::Docker("Building best practices: Use multi-stage builds"),
    ],
    answers: &["hadolint DL3067"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM golang:1.22 AS build
                  FROM alpine:3.19
                - COPY --from=build /out/app /usr/bin/app
                + COPY --from=evil.io/tools:1.2.3 / /
                  USER app
            ",
            beside: &[],
            findings: &[
                "file system of the final stage: copied as a whole, from another image (evil.io/tools:1.2.3)",
            ],
        },
        Example {
            file: "Dockerfile", // one folder
            change: "
                  FROM golang:1.22 AS build
                  FROM alpine:3.19
                - COPY --from=build /out/app /usr/bin/app
                + COPY --from=build /out/ /
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped || stage.trigger {
        return;
    }
    for copy in &stage.copies {
        let to_root = copy.target.as_ref().is_some_and(|target| root(&target.value.text));
        if !to_root {
            continue;
        }
        let place = Spanned::new((), copy.span);
        let all = copy.sources.iter().any(|source| root(&source.value.text));
        match &copy.from {
            Some(Base::Stage(_)) if all => {
                found.say(OF_STAGE, "file system", &place, "");
            }
            Some(from) if all => {
                found.say(OF_IMAGE, "file system", &place, shown(from));
            }
            None if stage.base.value == Base::Scratch => archive(copy, &place, found),
            _ => {}
        }
    }
}

fn archive(copy: &Copy, place: &Spanned<()>, found: &mut Found<'_>) {
    const ARCHIVES: &[&str] = &[".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".txz", ".tbz2"];
    let packed = copy.sources.iter().find(|source| {
        ARCHIVES.iter().any(|ending| source.value.text.to_ascii_lowercase().ends_with(ending))
    });
    if let Some(source) = packed.filter(|_| copy.add) {
        found.say(ARCHIVE, "file system", place, &source.value.text);
    }
}

fn root(path: &str) -> bool {
    matches!(path.trim(), "/" | "/." | "/./" | "/*" | "//")
}
