//! Users by name, and programs that start another one as somebody else.

use crate::model::{Invocation, Stage};

/// Whether the user part of `USER` (or of a step-down) is root: `root`, `0`, `00`, `+0`, empty.
///
/// Source: moby, `pkg/user`: a number is read as Go's `Atoi` does, an empty name is uid 0.
pub(in crate::rules) fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    let number = name.strip_prefix(['+', '-']).unwrap_or(name);
    name.is_empty()
        || name == "root"
        || name.eq_ignore_ascii_case("containeradministrator")
        || (!number.is_empty() && number.bytes().all(|byte| byte == b'0'))
}

/// How many words in front of a command line are looked at.
const WORDS: usize = 48;

/// Programs that only start the rest of the line.
const WRAPPERS: &[&str] = &[
    "exec",
    "tini",
    "tini-static",
    "dumb-init",
    "catatonit",
    "docker-init",
    "env",
    "nice",
    "nohup",
    "init",
    "command",
    "time",
    "stdbuf",
    "ionice",
];

/// A user switch in the command that a container starts with: what it says, and the user.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::rules) struct Switch {
    /// As written: `gosu app`.
    pub shown: String,
    /// Whom it switches to, as written.
    pub user: String,
}

/// The switch that the entry point (with the command behind it) makes before the real program.
pub(in crate::rules) fn switch(stage: &Stage) -> Option<Switch> {
    let entry = stage.entrypoint.as_ref().map(lines).unwrap_or_default();
    let command = stage.cmd.as_ref().map(lines).unwrap_or_default();
    let exec = stage.entrypoint.as_ref().is_some_and(|entry| entry.exec);
    let mut all = entry;
    match (all.last_mut(), exec) {
        // The exec form gets the command's words as arguments; the shell form ignores them.
        (Some(last), true) => last.extend(command.into_iter().flatten()),
        (Some(_), false) => {}
        (None, _) => all = command,
    }
    let last = all.pop()?;
    step(&last)
}

fn lines(invocation: &Invocation) -> Vec<Vec<String>> {
    let commands = invocation.shell.pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    commands
        .map(|command| command.words.iter().take(WORDS).map(|w| w.text.value.clone()).collect())
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

/// The switch that a command line makes.
pub(in crate::rules) fn step(words: &[String]) -> Option<Switch> {
    let words: Vec<&str> = words.iter().take(WORDS).map(String::as_str).collect();
    if let Some(script) = script_of(&words) {
        let last = script.rsplit(['\n', ';']).flat_map(|part| part.rsplit("&&")).next()?;
        return step_of(&last.split_whitespace().take(WORDS).collect::<Vec<_>>());
    }
    step_of(&words)
}

/// The text behind `sh -c`.
fn script_of<'a>(words: &[&'a str]) -> Option<&'a str> {
    let first = words.iter().position(|word| !skipped(word))?;
    let shell = matches!(program(words[first]), "sh" | "bash" | "ash" | "dash" | "zsh");
    let flag = words.get(first + 1)?;
    let is_command = flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c');
    if shell && is_command { words.get(first + 2).copied() } else { None }
}

fn step_of(words: &[&str]) -> Option<Switch> {
    let at = words.iter().position(|word| !skipped(word))?;
    let (name, rest) = (program(words[at]), &words[at + 1..]);
    let user = match name {
        "gosu" | "su-exec" | "s6-setuidgid" | "setuidgid" => rest.first()?,
        "chpst" => after(rest, &["-u", "-U"])?,
        "setpriv" => after(rest, &["--reuid", "--ruid"])?,
        "sudo" | "doas" => after(rest, &["-u", "--user"]).unwrap_or("root"),
        "su" | "runuser" => after(rest, &["-u", "--user"]).unwrap_or_else(|| su_user(rest)),
        _ => return None,
    };
    Some(Switch { shown: format!("{name} {user}"), user: user.to_owned() })
}

fn su_user<'a>(rest: &[&'a str]) -> &'a str {
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match *word {
            "-c" | "-s" | "-g" | "-G" | "-w" | "--command" | "--shell" => drop(words.next()),
            word if word.starts_with('-') => {}
            word => return word,
        }
    }
    "root"
}

/// The value of one of `flags`: the next word, or what stands behind `=`.
fn after<'a>(words: &[&'a str], flags: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        if flags.contains(word) {
            return words.get(at + 1).copied();
        }
        let (name, value) = word.split_once('=')?;
        flags.contains(&name).then_some(value)
    })
}

fn skipped(word: &str) -> bool {
    word.starts_with('-') || word.contains('=') || WRAPPERS.contains(&program(word))
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::{is_root, step};

    fn user(line: &str) -> Option<String> {
        let words: Vec<String> = line.split('|').map(str::to_owned).collect();
        step(&words).map(|switch| switch.user)
    }

    #[test]
    fn root_has_many_spellings() {
        for root in
            ["root", "0", "0:0", "00", "+0", ":app", "", "root:app", "ContainerAdministrator"]
        {
            assert!(is_root(root), "{root}");
        }
        for other in ["node", "1000", "10", "rootless", "app:root", "nobody:0", "65532"] {
            assert!(!is_root(other), "{other}");
        }
    }

    #[test]
    fn a_step_down_is_read_through_wrappers() {
        assert_eq!(user("tini|--|gosu|app|/run.sh").as_deref(), Some("app"));
        assert_eq!(user("/usr/bin/env|A=b|/sbin/su-exec|app:app|x").as_deref(), Some("app:app"));
        assert_eq!(user("setpriv|--reuid=0|--clear-groups|x").as_deref(), Some("0"));
        assert_eq!(user("sh|-c|chown app /d && exec gosu app x").as_deref(), Some("app"));
        assert_eq!(user("sudo|app").as_deref(), Some("root"));
        assert_eq!(user("sudo|-u|app|x").as_deref(), Some("app"));
        assert_eq!(user("su|-s|/bin/sh|-c|x|app").as_deref(), Some("app"));
        assert_eq!(user("su|-|app|-c|x").as_deref(), Some("app"));
        assert_eq!(user("node|su|gosu").as_deref(), None);
        assert_eq!(user("gosu").as_deref(), None);
    }
}
