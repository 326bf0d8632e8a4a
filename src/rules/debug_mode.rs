//! Whether a shipped image or a container runs in a mode made for developers.

use std::collections::BTreeMap;

use crate::model::{
    Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Stage, Variable,
    WORKLOADS, Workload,
};

const OFF: Level = Level::closed("off");
const ON: Level = Level::low(1, "on").in_new_unit(Severity::Info);
const LISTENING: Level = Level::medium(2, "on, with a debugger that listens");

pub(super) const RULE: Rule = Rule {
    id: "debug-mode",
    promise: "A shipped image or a container never starts to run in debug or development mode.",
    why: "Frameworks show source, settings and consoles to whoever causes an error in debug mode, \
          and switch off checks that production has.",
    fix: "Set it where the developer runs the container, not in the image.",
    fix_in: &[(
        WORKLOADS,
        "Set it where one developer runs the container, as in an override file, not in what \
             everybody deploys.",
    )],
    levels: &[OFF, ON, LISTENING],
    references: &[Reference::Cwe(489), Reference::Cwe(215)],
    answers: &["semgrep flask-debugging-enabled"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                - ENV NODE_ENV=production
                + ENV NODE_ENV=development
                  USER node
            ",
            beside: &[],
            findings: &["NODE_ENV of the final stage: was off (production), now on (development)"],
        },
        Example {
            file: "Dockerfile", // off in other words
            change: "
                  FROM python:3.12
                - ENV FLASK_DEBUG=0
                + ENV FLASK_DEBUG=false NODE_ENV=production
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: ghcr.io/acme/app:1.2.3
                      environment:
                -       FLASK_DEBUG: 0
                +       FLASK_DEBUG: 1
            ",
            beside: &[],
            findings: &["FLASK_DEBUG of service web: was off (0), now on (1)"],
        },
    ],
};

const MODES: &[&str] = &[
    "NODE_ENV",
    "FLASK_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "APP_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "DOTNET_ENVIRONMENT",
    "MIX_ENV",
    "SPRING_PROFILES_ACTIVE",
    "SYMFONY_ENV",
];

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.target || stage.trigger {
        return;
    }
    variables(&stage.env, found);
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    // Development and tests are what these are for.
    if !matches!(workload.platform, Platform::Ci | Platform::Devcontainer) {
        variables(&workload.environment, found);
    }
}

fn variables(variables: &[Variable], found: &mut Found<'_>) {
    // The last one of a name is the one that counts.
    let last: BTreeMap<&str, &Variable> =
        variables.iter().map(|variable| (variable.name.as_str(), variable)).collect();
    for (name, variable) in last {
        let Some(value) = &variable.value else { continue };
        let Some(level) = level(name, value.text.trim()) else { continue };
        found.say(level, name, &variable.place, &value.text);
    }
}

fn level(name: &str, value: &str) -> Option<Level> {
    let lower = value.to_ascii_lowercase();
    if matches!(name, "NODE_OPTIONS" | "JAVA_TOOL_OPTIONS" | "JAVA_OPTS" | "JDK_JAVA_OPTIONS") {
        let listens = lower.contains("--inspect") || lower.contains("jdwp");
        return Some(if listens { LISTENING } else { OFF });
    }
    if MODES.contains(&name) {
        let developer = matches!(lower.as_str(), "development" | "dev" | "local" | "debug");
        return Some(if developer { ON } else { OFF });
    }
    if name == "DEBUG" || name == "PYTHONASYNCIODEBUG" || name.ends_with("_DEBUG") {
        let off = matches!(lower.as_str(), "" | "0" | "false" | "no" | "off" | "none" | "n" | "f");
        return (!lower.contains('$')).then_some(if off { OFF } else { ON });
    }
    None
}
