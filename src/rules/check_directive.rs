//! Build checks that a file switches off for itself.

use crate::model::{Dockerfile, Example, Found, Level, Measure, Reference, Rule, Text};

const ONE: Level = Level::low(1, "skipped");
const ALL: Level = Level::medium(2, "all skipped");

pub(super) const RULE: Rule = Rule {
    id: "check-directive",
    promise: "No build check is switched off by the file that it checks.",
    why: "`# check=skip=…` silences BuildKit's own warnings, among them the one about secrets in \
          ARG and ENV, for everybody who builds the file.",
    fix: "Mend what the check says, or skip the one check that is wrong and say why beside it.",
    fix_in: &[],
    levels: &[ONE, ALL],
    references: &[
        Reference::Cwe(1127),
        Reference::Docker("Checking your build configuration"),
        Reference::Docker("Dockerfile reference: check"),
    ],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Dockerfile(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                +# check=skip=all
                  FROM node:20
                  USER node
            ",
            beside: &[],
            findings: &["build checks of the file: all skipped"],
        },
        Example {
            file: "Dockerfile", // the same checks in another order
            change: "
                -# check=skip=JSONArgsRecommended,StageNameCasing
                +# check=skip=StageNameCasing, JSONArgsRecommended;error=true
                  FROM node:20
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(dockerfile: &Dockerfile, _text: &Text, found: &mut Found<'_>) {
    for directive in dockerfile.directives.iter().filter(|line| line.name == "check") {
        for option in directive.value.value.split(';') {
            let Some((name, checks)) = option.split_once('=') else { continue };
            if !name.trim().eq_ignore_ascii_case("skip") {
                continue;
            }
            for check in checks.split(',').map(str::trim).filter(|check| !check.is_empty()) {
                if check.eq_ignore_ascii_case("all") {
                    found.say(ALL, "build checks", &directive.value, "");
                } else {
                    found.say(ONE, format!("build check {check}"), &directive.value, "");
                }
            }
        }
    }
}
