//! Downloads whose check was taken out.

use super::facts::flow::{self, Flow};
use super::facts::url;
use crate::model::{Example, Found, Level, Measure, Reference, Rule, Stage, Workload};

const CHECKED: Level = Level::closed("checked");
const UNCHECKED: Level = Level::high(1, "used unchecked").only_lost();

/// What is fetched only to check something else.
const CHECKS: &[&str] = &[
    ".asc",
    ".sig",
    ".sha256",
    ".sha512",
    ".sha256sum",
    ".sha512sum",
    ".sha1",
    ".md5",
    ".minisig",
];

pub(super) const RULE: Rule = Rule {
    id: "unverified-download",
    promise: "A download that was checked stays checked.",
    why: "The checksum or signature was the only thing that tied the build to what its author saw; \
          without it the server decides what gets into the image.",
    fix: "Put the check back between download and use. For a new version write down its checksum.",
    fix_in: &[],
    levels: &[CHECKED, UNCHECKED],
    references: &[Reference::Cwe(494), Reference::Cwe(347)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: r#"
                  FROM debian:12
                - RUN curl -o x.tgz https://example.org/x-1.2.tgz && echo "ab12  x.tgz" | sha256sum -c && tar xf x.tgz
                + RUN curl https://example.org/x-1.3.tgz | tar xz
                  USER app
            "#,
            beside: &[],
            findings: &[
                "example.org/x-*.tgz of the final stage: was checked (https://example.org/x-1.2.tgz), now used unchecked (https://example.org/x-1.3.tgz)",
            ],
        },
        Example {
            file: "Dockerfile", // never checked, or checked in another way
            change: r#"
                  FROM debian:12
                - RUN curl -o x.tgz https://example.org/x-1.2.tgz && echo "ab12  x.tgz" | sha256sum -c && tar xf x.tgz
                + RUN curl -o x.tgz https://example.org/x-1.3.tgz
                + RUN test "$(sha512sum x.tgz | cut -d' ' -f1)" = cd34 && tar xf x.tgz
                + RUN curl -O https://example.org/y.tgz
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    tell(flow::of(stage), found);
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    tell(flow::of_workload(workload), found);
}

fn tell(flow: Flow, found: &mut Found<'_>) {
    for fetched in flow.fetched {
        let Some(address) = fetched.url.as_deref() else { continue };
        // What is run is told by `remote-script`.
        if flow.executed.iter().any(|executed| executed.url == fetched.url) {
            continue;
        }
        let shown = url::shown(address);
        if CHECKS.iter().any(|ending| shown.ends_with(ending)) || shown.contains("SHA") {
            continue;
        }
        let level = if fetched.checked { CHECKED } else { UNCHECKED };
        let key = url::key(address);
        found.say(level, &key, &fetched.place, shown).same_as(&key);
    }
}
