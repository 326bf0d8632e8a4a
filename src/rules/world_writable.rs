//! What anybody in the shipped image may write.

use super::facts::command::{commands, place};
use super::facts::mode;
use crate::model::{Example, Found, Invoked, Level, Measure, Reference, Rule, Severity, Stage};

const OPEN: Level = Level::medium(1, "writable for everybody").in_new_unit(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "world-writable",
    promise: "No more of a shipped image is writable for everybody than before.",
    why: "Whoever runs code in the container, under whatever account, can replace such a file: a \
          program, a configuration, a module that root loads later.",
    fix: "Give the folder to the account that writes to it: `COPY --chown=app`, `chown app DIR` \
          and mode 755 or 750.",
    fix_in: &[],
    levels: &[OPEN],
    references: &[Reference::Cwe(732)],
    answers: &["droast DF034"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.20
                - RUN mkdir /data && chmod 755 /data
                + RUN mkdir /data && chmod -R 777 /data
                - COPY app /app
                + COPY --chmod=777 app /app
                  USER app
            ",
            beside: &[],
            findings: &[
                "/data of the final stage: writable for everybody (mode 777)",
                "/app of the final stage: writable for everybody (--chmod=777)",
            ],
        },
        Example {
            file: "Dockerfile", // other words for the same mode, and a folder like /tmp
            change: r#"
                  FROM alpine:3.20
                - RUN chmod 777 /data
                + RUN mkdir -p /scratch && chmod 1777 /scratch
                + RUN chmod a+rwx /data/
                + RUN built="$(mktemp -d)" && chmod 777 "$built" && make -C "$built" && rm -rf "$built"
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // a builder stage does not ship
            change: "
                  FROM alpine:3.20 AS build
                + RUN chmod -R 777 /src
                  FROM scratch
                  COPY --from=build /src/app /app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// Commands behind one that are asked whether they remove its path.
const MOST_LATER: usize = 256;

/// What is removed again by the same build ships nothing.
fn removed(path: &str, later: &[Invoked<'_>]) -> bool {
    let removes = |command: &Invoked<'_>| {
        command.program() == "rm" && command.operands().any(|word| word.as_str() == path)
    };
    later.iter().take(MOST_LATER).any(removes)
}

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped {
        return;
    }
    let commands = commands(stage);
    for (number, command) in commands.iter().enumerate() {
        let Some((given, paths)) = mode::given(command) else { continue };
        if mode::parse(given).world_writable {
            let place = place(stage, command.command);
            let later = commands.get(number + 1..).unwrap_or_default();
            for path in paths.into_iter().filter(|path| !removed(path, later)) {
                found.say(OPEN, &path, &place, format!("mode {given}"));
            }
        }
    }
    for copy in &stage.copies {
        if let Some((given, flag)) = mode::flag(&copy.flags)
            && mode::parse(given).world_writable
        {
            let target = copy.target.as_ref().map_or("/", |target| target.value.text.as_str());
            found.say(OPEN, target, &flag.place, format!("--chmod={given}"));
        }
    }
}
