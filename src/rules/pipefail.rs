//! The shell that runs the build: does it notice a failure, and whose is it?

use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Run, Shell, Spanned, Stage, Word,
};

const NOTICED: Level = Level::closed("noticed");
const UNNOTICED: Level = Level::low(1, "not noticed").only_lost();
const SYSTEM: Level = Level::closed("the system's");
const FOREIGN: Level = Level::medium(1, "a program from elsewhere");

pub(super) const RULE: Rule = Rule {
    id: "pipefail",
    promise: "A failure in a pipe that stopped the build still does, and the build's shell stays \
              the system's.",
    why: "`curl … | tar x` counts as good when only the download failed, and the image is built \
          from nothing. A `SHELL` that is no system program sees and can change every command.",
    fix: "`SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]`, or `set -o pipefail` in the `RUN`.",
    fix_in: &[],
    levels: &[NOTICED, UNNOTICED, SYSTEM, FOREIGN],
    references: &[Reference::Docker("Building best practices: Using pipes"), Reference::Cwe(754)],
    answers: &["hadolint DL4006", "kics efbf148a", "semgrep set-pipefail", "droast DF057"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]
                  RUN curl https://example.org/x.tgz | tar xz
                  USER app
            ",
            beside: &[],
            findings: &[
                "failure inside a pipe of the final stage: was noticed (pipefail), now not noticed",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - SHELL [\"/bin/bash\", \"-c\"]
                + SHELL [\"/opt/tool/sh\", \"-c\"]
                  RUN make
                  USER app
            ",
            beside: &[],
            findings: &[
                "shell of the build of the final stage: was the system's (/bin/bash), now a program from elsewhere (/opt/tool/sh)",
            ],
        },
        Example {
            file: "Dockerfile", // said in the RUN instead, or never said
            change: "
                  FROM debian:12 AS build
                + RUN ls | wc -l
                  FROM debian:12
                - SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]
                - RUN curl https://example.org/x.tgz | tar xz
                + SHELL [\"/bin/bash\", \"-c\"]
                + RUN set -euo pipefail && curl https://example.org/x.tgz | tar xz
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    let shell = stage.shell.as_ref();
    let always =
        shell.is_some_and(|shell| shell.value.iter().any(|word| word.contains("pipefail")));
    let piped: Vec<&Run> = stage.runs.iter().filter(|run| has_pipe(&run.shell)).collect();
    let loose = piped.iter().find(|run| !always && !sets_pipefail(run));
    if let Some(run) = loose {
        found.say(UNNOTICED, "failure inside a pipe", &Spanned::new((), run.span), "").absent();
    } else if let Some(run) = piped.first() {
        let place = Spanned::new((), shell.map_or(run.span, |shell| shell.span));
        found.say(NOTICED, "failure inside a pipe", &place, "pipefail");
    }
    if let Some(shell) = shell {
        let program = shell.value.first().map_or("", String::as_str);
        let level = if is_system(program) { SYSTEM } else { FOREIGN };
        found.say(level, "shell of the build", shell, program);
    }
}

fn has_pipe(shell: &Shell) -> bool {
    shell.pipelines.iter().any(|pipeline| pipeline.commands.len() > 1 || pipeline.input.is_some())
}

fn sets_pipefail(run: &Run) -> bool {
    run.shell.commands().iter().any(|command| {
        matches!(command.program(), "set" | "bash" | "sh")
            && command.arguments().iter().map(Word::as_str).any(|text| text == "pipefail")
    })
}

/// A bare name, or a path where distributions put their shells.
fn is_system(program: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "/bin",
        "/usr/bin",
        "/usr/local/bin",
        "/sbin",
        "/usr/sbin",
        "/busybox",
        "/usr/bin/env",
        "/bin/env",
    ];
    let windows = program.contains(['\\', ':']);
    windows || program.rsplit_once('/').is_none_or(|(folder, _)| FOLDERS.contains(&folder))
}
