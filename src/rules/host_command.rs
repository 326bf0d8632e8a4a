//! Commands that a development container runs on the machine of whoever opens it.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Workload};

const RUN: Level =
    Level::medium(1, "run on the host whenever it is opened").in_new_unit(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "host-command",
    promise: "A development container runs nothing more on the machine of whoever opens it.",
    why: "`initializeCommand` is not run in the container but on the host, as the person who opens \
          the repository, with their keys and their files.",
    fix: "Use `onCreateCommand` or `postCreateCommand`: they run in the container.",
    fix_in: &[],
    levels: &[RUN],
    references: &[
        Reference::Cwe(829),
        Reference::Other("containers.dev: Dev Container metadata reference"),
    ],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: ".devcontainer/devcontainer.json",
            change: r#"
                  {
                    // with comments
                    "image": "ghcr.io/acme/dev:1.2.3",
                +   "initializeCommand": ["bash", "scripts/setup.sh"],
                  }
            "#,
            beside: &[],
            findings: &[
                "command `bash scripts/setup.sh` of the development container: run on the host whenever it is opened",
            ],
        },
        Example {
            file: ".devcontainer/devcontainer.json", // the same in another notation, and in the container
            change: r#"
                  {
                    "image": "ghcr.io/acme/dev:1.2.3",
                -   "initializeCommand": ["mkdir", "-p", ".cache"]
                +   "initializeCommand": "mkdir -p .cache",
                +   "postCreateCommand": "npm ci"
                  }
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for option in workload.options.iter().filter(|option| option.name == "host command") {
        let text = option.value.as_ref().map_or("", |value| value.text.trim());
        let key = format!("command `{text}`");
        found.say(RUN, &key, &option.place, "").same_as(&key);
    }
}
