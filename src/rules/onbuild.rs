//! Instructions that an image leaves for the builds that stand on it.

use std::collections::BTreeMap;

use super::facts::user::is_root;
use crate::model::{
    Arguments, Dockerfile, Example, Found, Instruction, Level, Measure, Reference, Rule, Spanned,
    Text,
};

const LEFT: Level = Level::low(1, "left for the builds that stand on it");
const HARMFUL: Level = Level::medium(2, "left for the builds that stand on it, to their harm");

pub(super) const RULE: Rule = Rule {
    id: "onbuild",
    promise: "No image starts to rewrite the builds that stand on it.",
    why: "`ONBUILD` runs in other people's builds, with their context and their secrets, and their \
          Dockerfile shows nothing of it.",
    fix: "Document the step, or offer a script that a child can call.",
    fix_in: &[],
    levels: &[LEFT, HARMFUL],
    references: &[Reference::Cwe(829), Reference::Docker("Dockerfile reference: ONBUILD")],
    answers: &["hadolint DL3043"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Dockerfile(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                + ONBUILD USER root
                  USER node
            ",
            beside: &[],
            findings: &[
                "ONBUILD USER of the file: left for the builds that stand on it, to their harm (root)",
            ],
        },
        Example {
            file: "Dockerfile", // the same trigger, written otherwise
            change: "
                  FROM node:20
                - onbuild copy  package.json  ./
                + ONBUILD COPY package.json ./
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// The worst trigger of a keyword, how many of that level there are, and where it stands.
struct Triggers {
    level: Level,
    count: u64,
    place: Spanned<()>,
    shown: String,
}

fn measure(dockerfile: &Dockerfile, _text: &Text, found: &mut Found<'_>) {
    let mut triggers: BTreeMap<&str, Triggers> = BTreeMap::new();
    for instruction in &dockerfile.instructions {
        let Some(trigger) = &instruction.trigger else { continue };
        let (keyword, shown) = (trigger.keyword.value.as_str(), arguments(trigger));
        let harmful = match keyword {
            "USER" => is_root(&shown),
            "RUN" => fetches_and_runs(&shown),
            "COPY" | "ADD" => takes_everything(&shown),
            _ => false,
        };
        let level = if harmful { HARMFUL } else { LEFT };
        let place = Spanned::new((), instruction.span);
        match triggers.get_mut(keyword) {
            Some(known) if known.level == level => known.count += 1,
            Some(known) if known.level.worse_than(&level) => {}
            _ => {
                triggers.insert(keyword, Triggers { level, count: 1, place, shown });
            }
        }
    }
    for (keyword, Triggers { level, count, place, shown }) in triggers {
        found.say(level.of(count), format!("ONBUILD {keyword}"), &place, shown);
    }
}

fn arguments(trigger: &Instruction) -> String {
    let words: Vec<&str> = match &trigger.arguments {
        Arguments::Words(words) | Arguments::Exec(words) => {
            words.iter().map(|word| word.value.as_str()).collect()
        }
        // Values of ENV and ARG may be secret: the names say which trigger it is.
        Arguments::Pairs(pairs) => pairs.iter().map(|pair| pair.name.value.as_str()).collect(),
        Arguments::Shell(script) => script.text.split_whitespace().collect(),
    };
    words.join(" ")
}

fn fetches_and_runs(command: &str) -> bool {
    let fetches = command.contains("curl ") || command.contains("wget ");
    let runs = command.split('|').skip(1).any(|part| {
        let program = part.split_whitespace().next().unwrap_or_default();
        matches!(
            program.rsplit('/').next(),
            Some("sh" | "bash" | "ash" | "dash" | "python" | "python3")
        )
    });
    fetches && runs
}

/// `COPY . .`: whatever lies in the child's context.
fn takes_everything(arguments: &str) -> bool {
    matches!(arguments.split_whitespace().next(), Some("." | "./" | "*"))
        && !arguments.contains("--from")
}
