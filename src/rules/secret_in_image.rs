//! Secrets written down where the image, its history or its build log keeps them.

use super::facts::secret::{Teller, promises};
use crate::model::{
    Example, Found, Healthcheck, Invocation, Level, Measure, Reference, Rule, Severity, Stage,
    Variable,
};

const MOUNTED: Level = Level::closed("handed in as a secret mount");
const UNMOUNTED: Level = Level::high(1, "handed in as a build argument")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const NAMED: Level =
    Level::medium(1, "a build argument, kept in the image's history").in_new_unit(Severity::Low);
const DEFAULT: Level = Level::medium(2, "a working default password");
const LITERAL: Level = Level::critical(3, "written down in full");

pub(super) const RULE: Rule = Rule {
    id: "secret-in-image",
    promise: "No credential is written into a Dockerfile or handed to a build in the open.",
    why: "Everything in ENV, ARG, LABEL and RUN stays in the image and in its history, readable by \
          everyone who can pull it, and the file stays in git. Removing it later doesn't help: the \
          credential must be revoked.",
    fix: "Revoke the credential, and hand the new one over at run time: to the build with \
          `RUN --mount=type=secret,id=…`, to the container through its orchestrator's secrets.",
    fix_in: &[],
    levels: &[MOUNTED, UNMOUNTED, NAMED, DEFAULT, LITERAL],
    references: &[
        Reference::CisDocker("4.10"),
        Reference::Cwe(798),
        Reference::Cwe(538),
        Reference::Nist("4.1.4"),
        Reference::Docker("Build secrets"),
    ],
    answers: &[
        "hadolint DL3064",
        "trivy DS-0031",
        "kics c3e1b6ae",
        "buildkit SecretsUsedInArgOrEnv",
        "dockle CIS-DI-0010",
        "docker-bench 4.10",
        "semgrep secret-in-build-arg",
        "droast DF013",
        "droast DF014",
        "gitleaks generic-api-key",
        "gitleaks private-key",
        "gitleaks curl-auth-header",
        "gitleaks curl-auth-user",
    ],
    options: &[],
    every_commit: true,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                  USER node
                + ENV DATABASE_URL=postgres://app:q8Zr2Lx7mKw@db/app
            ",
            beside: &[],
            findings: &[
                "secret in DATABASE_URL of the final stage: written down in full: … (11 characters)",
            ],
        },
        Example {
            file: "Dockerfile", // a default that everybody knows, and a password that holds one
            change: "
                  FROM node:20
                  USER node
                + ENV CACHE_URL=redis://:secret@cache DATABASE_URL=postgres://app:hunter2secret@db/app
            ",
            beside: &[],
            findings: &[
                "secret in DATABASE_URL of the final stage: written down in full: … (13 characters)",
                "secret in CACHE_URL of the final stage: a working default password: … (6 characters)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                  USER node
                - RUN --mount=type=secret,id=npm npm ci
                + ARG NPM_TOKEN
                + RUN npm ci
            ",
            beside: &[],
            findings: &[
                "build secrets of the final stage: was handed in as a secret mount (--mount=type=secret,id=npm), now handed in as a build argument (NPM_TOKEN)",
                "secret in NPM_TOKEN of the final stage: a build argument, kept in the image's history",
            ],
        },
        Example {
            file: "Dockerfile", // references, places and placeholders
            change: "
                  FROM node:20
                  USER node
                + ENV TOKEN_FILE=/run/secrets/t API_KEY=changeme TOKENIZERS_PARALLELISM=false
                + ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D
                + RUN curl -H \"Authorization: Bearer $(cat /run/secrets/t)\" https://example.com
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the same value under another name is not new
            change: "
                  FROM node:20
                  USER node
                - ENV DB_PASS=x8Kq2mZ0pTr7
                + ENV DB_PASSWORD=x8Kq2mZ0pTr7
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    let mut teller = Teller::new(found, DEFAULT, LITERAL);
    let mut asked = Vec::new();
    for argument in &stage.args {
        teller.variable(argument);
        let value = argument.value.as_ref().map_or("", |value| value.text.trim());
        if value.is_empty() && promises(&argument.name).is_some() {
            asked.push(argument);
        }
    }
    for variable in stage.env.iter().chain(&stage.labels) {
        teller.variable(variable);
    }
    for argument in &asked {
        let key = format!("secret in {}", argument.name);
        teller.found.say(NAMED, key, &argument.place, "").same_as(&argument.name);
    }
    mounts(stage, &asked, teller.found);
    for run in &stage.runs {
        teller.shell(&run.shell, "RUN");
        run.data.iter().for_each(|script| teller.script(script, "RUN"));
    }
    for copy in &stage.copies {
        let instruction = if copy.add { "ADD" } else { "COPY" };
        copy.heredocs.iter().for_each(|script| teller.script(script, instruction));
        for source in &copy.sources {
            teller.text(&source.value.text, instruction, source);
        }
    }
    invocations(stage, &mut teller);
}

fn invocations(stage: &Stage, teller: &mut Teller<'_, '_>) {
    let check = stage.healthcheck.as_ref().and_then(|check| match &check.value {
        Healthcheck::Command(command) => Some(command),
        Healthcheck::None => None,
    });
    let named: [(Option<&Invocation>, &str); 3] = [
        (stage.entrypoint.as_ref(), "ENTRYPOINT"),
        (stage.cmd.as_ref(), "CMD"),
        (check, "HEALTHCHECK"),
    ];
    for (invocation, instruction) in named {
        if let Some(invocation) = invocation {
            teller.shell(&invocation.shell, instruction);
        }
    }
}

/// Whether the build gets its secrets by mounts, or by the arguments of these names.
fn mounts(stage: &Stage, asked: &[&Variable], found: &mut Found<'_>) {
    let mount = stage.runs.iter().flat_map(|run| &run.flags).find(|flag| {
        let value = flag.value.as_ref().map_or("", |value| value.text.as_str());
        flag.name == "mount" && value.split(',').any(|part| part == "type=secret")
    });
    if let Some(flag) = mount {
        let value = flag.value.as_ref().map_or("", |value| value.text.as_str());
        found.say(MOUNTED, "build secrets", &flag.place, format!("--mount={value}"));
    } else if let Some(first) = asked.first() {
        let names: Vec<&str> = asked.iter().map(|argument| argument.name.as_str()).collect();
        found.say(UNMOUNTED, "build secrets", &first.place, names.join(", "));
    }
}
