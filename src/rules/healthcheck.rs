//! Whether anybody notices that the shipped image's process no longer works.

use crate::model::{
    Example, Found, Healthcheck, Level, Measure, Reference, Rule, Severity, Spanned, Stage,
};

const CHECKED: Level = Level::closed("declared");
const MISSING: Level = Level::low(1, "not declared").in_new_unit(Severity::Info);
const OFF: Level = Level::low(2, "switched off").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "healthcheck",
    promise: "A health check is never dropped or switched off.",
    why: "Without it a process that hangs, or that was made to hang, stays in service.",
    fix: "Keep `HEALTHCHECK CMD …`; where Kubernetes probes take over, say so in the commit.",
    levels: &[CHECKED, MISSING, OFF],
    references: &[
        Reference::CisDocker("4.6"),
        Reference::Docker("Dockerfile reference: HEALTHCHECK"),
    ],
    answers: &[
        "hadolint DL3057",
        "trivy DS-0026",
        "kics b03a748a",
        "checkov CKV_DOCKER_2",
        "dockle CIS-DI-0006",
        "docker-bench 4.6",
        "droast DF012",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM nginx:1.25
                  USER nginx
                - HEALTHCHECK CMD curl -f http://localhost/
                + HEALTHCHECK NONE
            ",
            beside: &[],
            findings: &["health check of the final stage: was declared, now switched off"],
        },
        Example {
            file: "Dockerfile", // another interval
            change: "
                  FROM nginx:1.25
                  USER nginx
                - HEALTHCHECK --interval=30s CMD curl -f http://localhost/
                + HEALTHCHECK --interval=60s CMD curl -f http://localhost/
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.target || stage.trigger {
        return;
    }
    match &stage.healthcheck {
        Some(check) => {
            let level = match check.value {
                Healthcheck::Command(_) => CHECKED,
                Healthcheck::None => OFF,
            };
            found.say(level, "health check", check, "");
        }
        None => {
            found.say(MISSING, "health check", &Spanned::new((), stage.head), "").absent();
        }
    }
}
