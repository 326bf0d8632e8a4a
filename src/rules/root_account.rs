//! Accounts that are root under another name.

use super::facts::command::{commands, option, place};
use crate::model::{
    Example, Found, Invoked, Level, Measure, Reference, Rule, Spanned, Stage, Word,
};

const ROOT: Level = Level::high(1, "root under another name");

pub(super) const RULE: Rule = Rule {
    id: "root-account",
    promise: "No account of a shipped image becomes root under another name.",
    why: "The kernel knows numbers only: an account with uid 0 is root, whatever `USER` calls it.",
    fix: "Give the account a number of its own, above 999.",
    fix_in: &[],
    levels: &[ROOT],
    references: &[Reference::Cwe(250), Reference::CisDocker("4.1")],
    answers: &["dockle DKL-LI-0002"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.20
                - RUN adduser -D -u 1000 app
                + RUN adduser -D -u 0 -o app && echo 'toor:x:0:0::/:/bin/sh' >> /etc/passwd
                  USER app
            ",
            beside: &[],
            findings: &[
                "account app of the final stage: root under another name (by adduser)",
                "account toor of the final stage: root under another name (uid 0 in /etc/passwd)",
            ],
        },
        Example {
            file: "Dockerfile", // root's group is what OpenShift asks for; other numbers are others
            change: "
                  FROM alpine:3.20
                - RUN adduser -D -u 1000 app
                + RUN adduser -D -u 1001 -G root app && useradd -u 1002 -g 0 b
                + RUN echo 'nobody:x:65534:65534:nobody:/:/sbin/nologin' >> /etc/passwd
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
        if let Some(name) = numbered(&command) {
            found.say(ROOT, format!("account {name}"), &place, format!("by {}", command.program()));
        }
        if writes(&command) {
            for name in written(&command) {
                found.say(ROOT, format!("account {name}"), &place, "uid 0 in /etc/passwd");
            }
        }
    }
    for copy in &stage.copies {
        if copy.target.as_ref().is_some_and(|target| target.value.text == "/etc/passwd") {
            for body in &copy.heredocs {
                for name in entries(&body.text) {
                    let place = Spanned::new((), body.whole());
                    found.say(ROOT, format!("account {name}"), &place, "uid 0 in /etc/passwd");
                }
            }
        }
    }
}

/// The account that a command gives the number 0.
fn numbered(command: &Invoked<'_>) -> Option<String> {
    let names = match command.program() {
        "useradd" | "usermod" | "adduser" => ["-u", "--uid"],
        _ => return None,
    };
    let uid = option(command.arguments(), &names)?;
    let zero = !uid.is_empty() && uid.bytes().all(|byte| byte == b'0');
    let last = command.operands().last().map_or("", Word::as_str);
    (zero && last != "root").then(|| last.to_owned())
}

/// Whether a command writes to `/etc/passwd`.
fn writes(command: &Invoked<'_>) -> bool {
    let into = |redirect: &crate::model::Redirect| {
        redirect.operator.starts_with('>') && redirect.target.as_str() == "/etc/passwd"
    };
    let named = command.arguments().iter().any(|word| word.as_str() == "/etc/passwd");
    command.command.redirects.iter().any(into)
        || named && matches!(command.program(), "tee" | "sed" | "sponge" | "ed")
}

/// The accounts with number 0 that it writes.
fn written(command: &Invoked<'_>) -> Vec<String> {
    if command.program() == "sed" {
        let becomes_root = |word: &&Word| {
            let text = word.as_str();
            let parts: Vec<&str> =
                text.get(1..2).map(|mark| text.split(mark).collect()).unwrap_or_default();
            let new = parts.get(2).copied().unwrap_or_default();
            text.starts_with('s')
                && (new == "0"
                    || new.starts_with("0:")
                    || new.contains(":0:") && !new.contains("root"))
        };
        let script = command.arguments().iter().find(becomes_root);
        return script.map(|_| "changed by sed".to_owned()).into_iter().collect();
    }
    let feeders = command.feeders();
    let words = command.words.iter().chain(feeders.iter().flat_map(|feeder| &feeder.words));
    let all = feeders.iter().flat_map(|feeder| &feeder.redirects).chain(&command.command.redirects);
    let bodies = all.map(|redirect| &redirect.target);
    words.chain(bodies).flat_map(|word| entries(word.as_str())).collect()
}

/// Names of passwd lines whose number is 0, root's own left out.
fn entries(text: &str) -> Vec<String> {
    let lines = text.lines().flat_map(|line| line.split("\\n"));
    let named = lines.filter_map(|line| {
        let mut fields = line.split(':');
        let (name, _, uid) = (fields.next()?, fields.next()?, fields.next()?);
        let zero = !uid.is_empty() && uid.bytes().all(|byte| byte == b'0');
        (zero && fields.next().is_some() && name != "root").then(|| name.to_owned())
    });
    named.collect()
}
