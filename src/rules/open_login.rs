//! Switches that let everybody in, as the images of databases and consoles have them.
//! Sources: the images' own documentation on Docker Hub; Elastic, OpenSearch and Neo4j, "Docker".

use std::collections::BTreeMap;

use crate::model::{
    Example, Found, Level, Measure, Platform, Reference, Rule, Severity, Stage, Variable, Workload,
};

const ASKED: Level = Level::closed("a login is asked for");
const OPEN: Level =
    Level::high(1, "everybody is let in").in_new_unit(Severity::Low).when_added(Severity::Medium);

pub(super) const RULE: Rule = Rule {
    id: "open-login",
    promise: "No server stops to ask who is there.",
    why: "Whoever reaches the port, from a neighbouring container or over a published one, reads \
          and changes everything.",
    fix: "Take the switch out again, and give the server a password that is kept elsewhere.",
    fix_in: &[],
    levels: &[ASKED, OPEN],
    references: &[Reference::Cwe(306), Reference::Cwe(258)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    db:
                      image: mysql:8.0.36
                      environment:
                -       MYSQL_ROOT_PASSWORD: ${ROOT_PASSWORD:?}
                +       MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'
                    search:
                      image: opensearchproject/opensearch:2.13.0
                      environment:
                -       DISABLE_SECURITY_PLUGIN: false
                +       DISABLE_SECURITY_PLUGIN: true
            ",
            beside: &[],
            findings: &[
                "DISABLE_SECURITY_PLUGIN of service search: was a login is asked for (false), now everybody is let in (true)",
                "MYSQL_ALLOW_EMPTY_PASSWORD of service db: everybody is let in (yes)",
            ],
        },
        Example {
            file: "compose.yaml", // off, or left to whoever runs it
            change: "
                  services:
                    db:
                      image: postgres:16.2
                      environment:
                +       POSTGRES_HOST_AUTH_METHOD: scram-sha-256
                    cache:
                      image: bitnami/redis:7.2.4
                      environment:
                +       ALLOW_EMPTY_PASSWORD: 'no'
                    console:
                      image: grafana/grafana:10.4.2
                      environment:
                +       GF_AUTH_ANONYMOUS_ENABLED: ${OPEN:-false}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM postgres:16.2
                + ENV POSTGRES_HOST_AUTH_METHOD=trust
            ",
            beside: &[],
            findings: &[
                "POSTGRES_HOST_AUTH_METHOD of the final stage: everybody is let in (trust)",
            ],
        },
    ],
};

/// What a value must be to let everybody in.
#[derive(Clone, Copy)]
enum Opens {
    /// Anything at all: the image asks only whether it is empty.
    Filled,
    /// Yes in any of its words.
    Yes,
    /// No in any of its words.
    No,
    /// This word.
    Word(&'static str),
}

const SWITCHES: &[(&str, Opens)] = &[
    ("ALLOW_ANONYMOUS_LOGIN", Opens::Yes),
    ("ALLOW_EMPTY_PASSWORD", Opens::Yes),
    ("ARANGO_NO_AUTH", Opens::Filled),
    ("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", Opens::Yes),
    ("DISABLE_SECURITY_PLUGIN", Opens::Yes),
    ("GF_AUTH_ANONYMOUS_ENABLED", Opens::Yes),
    ("MARIADB_ALLOW_EMPTY_PASSWORD", Opens::Filled),
    ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", Opens::Filled),
    ("ME_CONFIG_BASICAUTH", Opens::No),
    ("MYSQL_ALLOW_EMPTY_PASSWORD", Opens::Filled),
    ("NEO4J_AUTH", Opens::Word("none")),
    ("POSTGRES_HOST_AUTH_METHOD", Opens::Word("trust")),
    ("plugins.security.disabled", Opens::Yes),
    ("xpack.security.enabled", Opens::No),
];

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if stage.target && !stage.trigger {
        switches(&stage.env, found);
    }
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    // What a job or a developer starts is reached by nobody else.
    if !matches!(workload.platform, Platform::Ci | Platform::Devcontainer) {
        switches(&workload.environment, found);
    }
}

fn switches(variables: &[Variable], found: &mut Found<'_>) {
    // The last one of a name is the one that counts.
    let last: BTreeMap<&str, &Variable> =
        variables.iter().map(|variable| (variable.name.as_str(), variable)).collect();
    for (name, variable) in last {
        let switch = SWITCHES.iter().find(|(switch, _)| switch.eq_ignore_ascii_case(name));
        let (Some((_, opens)), Some(value)) = (switch, &variable.value) else { continue };
        if !value.unknown {
            let level = if opens.by(value.text.trim()) { OPEN } else { ASKED };
            found.say(level, name, &variable.place, value.text.trim());
        }
    }
}

impl Opens {
    fn by(self, value: &str) -> bool {
        let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        match self {
            Self::Filled => !value.is_empty(),
            Self::Yes => is(&["yes", "true", "1", "on", "y"]),
            Self::No => is(&["no", "false", "0", "off", "n"]),
            Self::Word(word) => is(&[word]),
        }
    }
}
