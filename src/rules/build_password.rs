//! Passwords that the build sets or takes away.

use super::facts::command::{commands, option, place};
use crate::model::{
    Example, Found, Invoked, Level, Measure, Reference, Rule, Severity, Spanned, Stage, Word,
};

const SET: Level = Level::high(1, "set in the build").in_new_unit(Severity::Medium);
const KEY: Level = Level::high(1, "let in").in_new_unit(Severity::Medium);
const EMPTY: Level = Level::high(2, "taken away");

pub(super) const RULE: Rule = Rule {
    id: "build-password",
    promise: "A shipped image never gets a password or a key to log in with, nor an account without.",
    why: "A password in a `RUN` stands in the image's history for whoever can pull it, and it is \
          the same in every container; an empty one needs not even that.",
    fix: "Leave accounts locked: containers need no login. Where one must be, set the password at \
          start from a secret.",
    fix_in: &[],
    levels: &[SET, KEY, EMPTY],
    references: &[Reference::CisDocker("4.10"), Reference::Cwe(798), Reference::Cwe(258)],
    answers: &["checkov CKV2_DOCKER_17", "dockle DKL-LI-0001"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN useradd -m app
                + RUN useradd -m app && echo 'root:hunter2hunter2' | chpasswd
                + RUN passwd -d app
                  USER app
            ",
            beside: &[],
            findings: &[
                "password of root of the final stage: set in the build (by chpasswd)",
                "password of app of the final stage: taken away (by passwd)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                + COPY ssh/authorized_keys /home/app/.ssh/authorized_keys
                  USER app
            ",
            beside: &[],
            findings: &[
                "holders of the keys in /home/app/.ssh/authorized_keys of the final stage: let in",
            ],
        },
        Example {
            file: "Dockerfile", // locked, or in a stage that does not ship
            change: "
                  FROM debian:12 AS build
                + RUN echo 'root:x' | chpasswd
                  FROM debian:12
                - RUN useradd -m app
                + RUN useradd -m -p '!' app && passwd -l root && adduser --disabled-password dev
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.shipped {
        return;
    }
    for command in commands(stage) {
        let place = place(stage, command.command);
        let by = format!("by {}", command.program());
        for account in set(&command) {
            found.say(SET, format!("password of {account}"), &place, &by);
        }
        if let Some(account) = emptied(&command) {
            found.say(EMPTY, format!("password of {account}"), &place, &by);
        }
        for path in keyed(&command) {
            found.say(KEY, format!("holders of the keys in {path}"), &place, &by);
        }
    }
    for copy in stage.copies.iter().filter(|copy| copy.from.is_none()) {
        let target = copy.target.as_ref().map(|target| target.value.text.as_str());
        let mut names =
            target.into_iter().chain(copy.sources.iter().map(|s| s.value.text.as_str()));
        if let Some(path) = names.find(|name| admits(name)) {
            found.say(
                KEY,
                format!("holders of the keys in {path}"),
                &Spanned::new((), copy.span),
                "",
            );
        }
    }
}

/// Whether a file says which keys let their holders in.
fn admits(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("authorized_keys" | "authorized_keys2"))
}

/// The files of that kind that a command writes to.
fn keyed<'a>(command: &'a Invoked<'_>) -> Vec<&'a str> {
    let into = command.command.redirects.iter().filter(|one| one.operator.starts_with('>'));
    let named = command.arguments().iter().filter(|_| command.program() == "tee");
    let paths = into.map(|one| one.target.as_str()).chain(named.map(Word::as_str));
    paths.filter(|path| admits(path)).collect()
}

/// The accounts whose password a command sets.
fn set(command: &Invoked<'_>) -> Vec<String> {
    let last = || command.operands().last().map_or("root", Word::as_str).to_owned();
    match command.program() {
        "chpasswd" => accounts(&fed(command)),
        "useradd" | "usermod" | "adduser" => option(command.arguments(), &["-p", "--password"])
            .filter(|hash| !hash.starts_with(['!', '*']) && *hash != "x" && !hash.is_empty())
            .map(|_| last())
            .into_iter()
            .collect(),
        "passwd" if command.has("--stdin") || !fed(command).trim().is_empty() => {
            vec![last()]
        }
        _ => Vec::new(),
    }
}

/// What is written into a command, as far as it can be seen.
fn fed(command: &Invoked<'_>) -> String {
    let mut text = String::new();
    for redirect in &command.command.redirects {
        if redirect.operator.starts_with("<<") {
            text.push_str(redirect.target.as_str());
            text.push('\n');
        }
    }
    for feeder in command.feeders() {
        for word in feeder.words.iter().skip(1) {
            text.push_str(word.as_str());
            text.push('\n');
        }
        for redirect in feeder.redirects.iter().filter(|r| r.operator.starts_with("<<")) {
            text.push_str(redirect.target.as_str());
            text.push('\n');
        }
    }
    text
}

/// The names in front of the colons; one nameless account where nothing can be seen.
fn accounts(text: &str) -> Vec<String> {
    let lines = text.split(['\n', ' ']).flat_map(|line| line.split("\\n"));
    let mut names: Vec<String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim_matches(['"', '\'']).to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    if names.is_empty() { vec!["an account".to_owned()] } else { names }
}

/// The account whose password a command takes away.
fn emptied(command: &Invoked<'_>) -> Option<String> {
    let shadow = |word: &Word| word.as_str() == "/etc/shadow";
    match command.program() {
        "passwd" if command.has("-d") || command.has("--delete") => {
            Some(command.operands().last().map_or("root", Word::as_str).to_owned())
        }
        "usermod" | "useradd"
            if command.arguments().windows(2).any(|pair| {
                matches!(pair, [flag, value] if flag.as_str() == "-p" && value.as_str().is_empty())
            }) =>
        {
            Some(command.operands().filter(|word| !word.as_str().is_empty()).last()?.as_str().into())
        }
        "sed" if command.arguments().iter().any(shadow) => {
            let script = command.arguments().iter().find(|word| word.as_str().contains("::"))?;
            let name: String =
                script.as_str().chars().skip_while(|c| !c.is_ascii_lowercase() || *c == 's').collect();
            let name: String = name.chars().take_while(char::is_ascii_lowercase).collect();
            Some(if name.is_empty() { "an account".to_owned() } else { name })
        }
        _ => None,
    }
}
