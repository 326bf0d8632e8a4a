//! What the runtime does when a container misbehaves: its log, its restarts, the memory killer.

use crate::model::{Example, Found, Level, Measure, Platform, Reference, Rule, Variable, Workload};

const KEPT: Level = Level::closed("kept");
const DROPPED: Level = Level::low(1, "thrown away");
const KILLED: Level = Level::closed("may be killed");
const SPARED: Level = Level::low(1, "spared when memory runs out");
const BOUNDED: Level = Level::closed("at most so often");
const ENDLESS: Level = Level::info(1, "without an end").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "runtime-safeguard",
    promise: "A container never loses its log, nor outlives the rest of the host.",
    why: "Without a log nobody can tell what an intruder did. A container that the memory killer \
          may not touch takes the host's own processes with it.",
    fix: "Keep a logging driver; limit memory instead of switching the killer off.",
    fix_in: &[],
    levels: &[KEPT, DROPPED, KILLED, SPARED, BOUNDED, ENDLESS],
    references: &[
        Reference::CisDocker("2.13"),
        Reference::CisDocker("5.15"),
        Reference::Cwe(778),
        Reference::Compose("services: logging, oom_kill_disable, restart"),
    ],
    answers: &["compose-lint CL-0014", "docker-bench 2.13", "docker-bench 5.15", "kics 2fc99041"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                -     logging: {driver: json-file}
                +     logging: {driver: none}
                +     oom_score_adj: -900
                -     restart: on-failure:5
                +     restart: always
            ",
            beside: &[],
            findings: &[
                "log of service web: was kept (json-file), now thrown away (none)",
                "memory killer of service web: spared when memory runs out (oom_score_adj -900)",
                "restarts of service web: was at most so often (on-failure:5), now without an end (always)",
            ],
        },
        Example {
            file: "compose.yaml", // another driver, and a service that never had a bound
            change: "
                  services:
                    web:
                      image: nginx:1.25.3
                -     logging: {driver: json-file}
                -     restart: always
                +     logging: {driver: syslog}
                +     oom_kill_disable: false
                +     restart: unless-stopped
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for option in &workload.options {
        let value = option.value.as_ref().map_or("", |value| value.text.trim());
        if option.value.as_ref().is_none_or(|value| value.unknown) {
            continue;
        }
        match option.name.as_str() {
            "logging.driver" => {
                let level = if value.eq_ignore_ascii_case("none") { DROPPED } else { KEPT };
                found.say(level, "log", &option.place, value);
            }
            "oom_kill_disable" => spared(option, value, is_on(value), found),
            "oom_score_adj" => spared(option, value, value.starts_with('-'), found),
            _ => {}
        }
    }
    if workload.platform != Platform::Compose {
        return;
    }
    if let Some(restart) = workload.restart.as_ref().filter(|restart| !restart.value.contains('$'))
    {
        let endless = matches!(restart.value.as_str(), "always" | "unless-stopped" | "any");
        let level = if endless { ENDLESS } else { BOUNDED };
        found.say(level, "restarts", restart, &restart.value);
    }
}

fn spared(option: &Variable, value: &str, spared: bool, found: &mut Found<'_>) {
    let level = if spared { SPARED } else { KILLED };
    found.say(level, "memory killer", &option.place, format!("{} {value}", option.name));
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1")
}
