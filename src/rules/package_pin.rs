//! Packages that were held to a version.

use super::facts::command::{commands, place};
use super::facts::package::installed;
use crate::model::{Example, Found, Invoked, Level, Measure, Reference, Rule, Stage, Word};

const PINNED: Level = Level::closed("held to a version");
const LOOSE: Level = Level::low(1, "whatever is newest").only_lost();
const LOCKED: Level = Level::closed("as the lock file says");
const UNLOCKED: Level = Level::low(1, "resolved anew at every build").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "package-pin",
    promise: "A package that was held to a version, or to a lock file, stays so.",
    why: "Without a version the next build may install something nobody has looked at, and two \
          builds of one commit differ.",
    fix: "Name the version again, or install from the lock file (`npm ci`, `--frozen-lockfile`, \
          `--require-hashes`).",
    fix_in: &[],
    levels: &[PINNED, LOOSE, LOCKED, UNLOCKED],
    references: &[Reference::CisDocker("4.11"), Reference::Cwe(1357)],
    answers: &[
        "hadolint DL3008",
        "hadolint DL3013",
        "hadolint DL3016",
        "hadolint DL3018",
        "hadolint DL3028",
        "hadolint DL3033",
        "hadolint DL3037",
        "hadolint DL3041",
        "hadolint DL3062",
        "kics 965a08d7",
        "kics d3499f6d",
        "kics 6452c424",
        "kics 93d88cf7",
        "kics 562952e4",
        "kics 02d9c71f",
        "kics e36d8880",
        "kics 22cd11f7",
        "droast DF005",
        "droast DF051",
        "droast DF052",
        "droast DF053",
        "droast DF054",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM python:3.12-slim
                - RUN apt-get install -y curl=8.5.0-2 && pip install 'flask==3.0.3' && npm ci
                + RUN apt-get install -y curl && pip install flask && npm install
                  USER app
            ",
            beside: &[],
            findings: &[
                "apt package curl of the final stage: was held to a version, now whatever is newest",
                "npm dependencies of the final stage: was as the lock file says (npm ci), now resolved anew at every build (npm install)",
                "pip package flask of the final stage: was held to a version, now whatever is newest",
            ],
        },
        Example {
            file: "Dockerfile", // raised, reordered, or never held
            change: "
                  FROM python:3.12-slim
                - RUN apt-get install -y curl=8.5.0-2 git && pip install 'flask==3.0.3' && npm ci
                + RUN apt-get install -y git jq curl=8.6.0-1 && pip install 'flask[async]==3.1.0'
                + RUN npm ci --omit=dev && npm install -g serve
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    for command in commands(stage) {
        let place = place(stage, command.command);
        if let Some((key, locked)) = lock(&command) {
            let verb = command.arguments().first().map_or("", Word::as_str);
            let evidence = format!("{} {verb}", command.program());
            found.say(if locked { LOCKED } else { UNLOCKED }, key, &place, evidence);
        }
        let Some((manager, packages)) = installed(&command) else { continue };
        for package in packages {
            let level = if package.pinned { PINNED } else { LOOSE };
            let key = format!("{} package {}", manager.name, package.name);
            found.say(level, &key, &place, "");
        }
    }
}

/// What a command installs from a lock file, and whether it keeps to it.
fn lock(command: &Invoked<'_>) -> Option<(&'static str, bool)> {
    let words: Vec<&str> = command.arguments().iter().map(Word::as_str).collect();
    let has = |flags: &[&str]| words.iter().any(|word| flags.contains(word));
    let operands = command.operands().count();
    let verb = command.operands().next().map_or("", Word::as_str);
    match (command.program(), verb) {
        ("npm", "ci" | "clean-install") => Some(("npm dependencies", true)),
        ("npm", "install" | "i") if operands == 1 && !has(&["-g", "--global"]) => {
            Some(("npm dependencies", false))
        }
        ("yarn", "install" | "") if operands <= 1 && !has(&["--version", "-v"]) => {
            Some(("yarn dependencies", has(&["--frozen-lockfile", "--immutable"])))
        }
        ("pnpm", "install" | "i") if operands == 1 => {
            Some(("pnpm dependencies", has(&["--frozen-lockfile"])))
        }
        ("bundle", "install") => Some(("gem dependencies", has(&["--frozen", "--deployment"]))),
        ("uv", "sync") => Some(("uv dependencies", has(&["--frozen", "--locked"]))),
        ("cargo", "build" | "install") if operands <= 2 => {
            Some(("cargo dependencies", has(&["--locked", "--frozen"])))
        }
        ("composer", "install") => Some(("composer dependencies", true)),
        ("composer", "update") => Some(("composer dependencies", false)),
        (name, "install") if name.starts_with("pip") && has(&["-r", "--requirement"]) => {
            Some(("hashes of pip dependencies", has(&["--require-hashes"])))
        }
        _ => None,
    }
}
