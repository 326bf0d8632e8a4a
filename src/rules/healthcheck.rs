//! Whether anybody notices that a process no longer works.

use super::facts::image::stands_aside;
use crate::model::{
    Example, Found, Healthcheck, Known, Level, Measure, Platform, Reference, Rule, Severity,
    Spanned, Stage, WORKLOADS, Workload,
};

const CHECKED: Level = Level::closed("declared");
const MISSING: Level = Level::low(1, "not declared").in_new_unit(Severity::Info);
const OFF: Level = Level::low(2, "switched off").in_new_unit(Severity::Info);
const UNPROBED: Level = Level::info(1, "not declared").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "healthcheck",
    promise: "A health check is never dropped or switched off.",
    why: "Without it a process that hangs, or that was made to hang, stays in service.",
    fix: "Keep `HEALTHCHECK CMD …`; where Kubernetes probes take over, say so in the commit.",
    fix_in: &[(
        WORKLOADS,
        "Keep the check: a `test` that asks the program itself, and nothing that disables it.",
    )],
    levels: &[CHECKED, MISSING, OFF, UNPROBED],
    references: &[
        Reference::CisDocker("4.6"),
        Reference::CisDocker("5.27"),
        Reference::Compose("services: healthcheck"),
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
        "kics 698ed579",
        "docker-bench 5.27",
        "kics a659f3b5",
        "kics ade74944",
        "checkov CKV_K8S_8",
        "checkov CKV_K8S_9",
        "kube-score pod-probes",
        "kubescape C-0018",
        "kubescape C-0056",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
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
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                      healthcheck:
                -       test: curl -f http://localhost/
                +       test: ['NONE']
                    db:
                      image: postgres:16.2
                -     healthcheck: {test: pg_isready}
            ",
            beside: &[],
            findings: &[
                "health check of service web: was declared, now switched off",
                "health check of service db: was declared, now not declared",
            ],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.target || stage.trigger || stands_aside(stage) {
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

/// A service's own check; what its image brings is not known where none is declared.
fn run(workload: &Workload, found: &mut Found<'_>) {
    if let Some(check) = &workload.healthcheck {
        let level = if check.value == Known::Is(false) { OFF } else { CHECKED };
        found.say(level, "health check", check, "");
        return;
    }
    let level = match workload.platform {
        Platform::Compose | Platform::Quadlet | Platform::Ecs => MISSING,
        _ => UNPROBED,
    };
    found.say(level, "health check", &workload.place(), "").absent();
}
