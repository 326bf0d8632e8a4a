//! Whether the signatures of images are asked for.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Stage};

const ON: Level = Level::closed("asked for");
const OFF: Level = Level::low(1, "not asked for").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "content-trust",
    promise: "Docker's content trust is never switched off.",
    why: "`DOCKER_CONTENT_TRUST=0` makes every pull take what the registry gives, signed or not.",
    fix: "Leave it at 1, or pin by digest and verify signatures with another tool.",
    fix_in: &[],
    levels: &[ON, OFF],
    references: &[
        Reference::CisDocker("4.5"),
        Reference::CisDocker("4.12"),
        Reference::Cwe(347),
        Reference::Docker("Content trust in Docker"),
    ],
    answers: &["dockle CIS-DI-0002", "dockle CIS-DI-0005", "docker-bench 4.5", "docker-bench 4.12"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM docker:26-cli
                - ENV DOCKER_CONTENT_TRUST=1
                + ENV DOCKER_CONTENT_TRUST=0
                  USER build
            ",
            beside: &[],
            findings: &[
                "content trust of the final stage: was asked for (1), now not asked for (0)",
            ],
        },
        Example {
            file: "Dockerfile", // the other form of the same
            change: "
                  FROM docker:26-cli
                - ENV DOCKER_CONTENT_TRUST 1
                + ENV DOCKER_CONTENT_TRUST=\"1\"
                  USER build
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    let last = stage.env.iter().rev().find(|variable| variable.name == "DOCKER_CONTENT_TRUST");
    if let Some(variable) = last
        && let Some(value) = &variable.value
    {
        let off = matches!(value.text.trim(), "0" | "" | "false");
        found.say(if off { OFF } else { ON }, "content trust", &variable.place, &value.text);
    }
}
