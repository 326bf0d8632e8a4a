//! Tells the secrets of one unit.

use std::collections::HashSet;

use super::{Secret, Strength, in_text, of_login, of_value};
use crate::model::{Found, Level, Script, Shell, Spanned, Variable, Word, redact};

/// Options that only sound like a secret and take no value.
const SWITCHES: [&str; 4] =
    ["--disabled-password", "--no-password", "--password-stdin", "--with-password"];

/// How many lines of a value are read as settings.
const LINES: usize = 4096;

/// Tells each secret of a unit once, at the first place that holds it.
pub(in crate::rules) struct Teller<'f, 'a> {
    /// Where it tells them.
    pub(in crate::rules) found: &'f mut Found<'a>,
    weak: Level,
    strong: Level,
    seen: HashSet<String>,
    keys: HashSet<String>,
}

impl<'f, 'a> Teller<'f, 'a> {
    /// `weak` is the rung of a default that everybody knows, `strong` that of a credential.
    pub(in crate::rules) fn new(found: &'f mut Found<'a>, weak: Level, strong: Level) -> Self {
        Self { found, weak, strong, seen: HashSet::new(), keys: HashSet::new() }
    }

    /// The value of a variable under its name.
    pub(in crate::rules) fn variable(&mut self, variable: &Variable) {
        let Some(value) = &variable.value else { return };
        if let Some(secret) = of_value(&variable.name, &value.text) {
            self.tell(&secret, &format!("secret in {}", variable.name), &variable.place);
        }
    }

    /// Everything that a piece of shell says.
    pub(in crate::rules) fn shell(&mut self, shell: &Shell, instruction: &str) {
        for invoked in shell.commands() {
            for (name, word) in &invoked.command.assignments {
                if let Some(secret) = of_value(name, word.as_str()) {
                    self.tell(&secret, &format!("secret in {name}"), &word.text);
                }
            }
            for word in invoked.words {
                self.word(word, instruction);
            }
            for redirect in &invoked.command.redirects {
                self.text(redirect.target.as_str(), instruction, &redirect.target.text);
            }
            let words = invoked.words;
            for pair in words.windows(2) {
                let [flag, value] = pair else { continue };
                self.option(invoked.program(), flag, value, instruction);
            }
        }
    }

    /// A word by itself: what shows in it, `--password=…`, `NAME=…`.
    fn word(&mut self, word: &Word, instruction: &str) {
        let text = word.as_str();
        self.text(text, instruction, &word.text);
        if let Some((name, value)) = text.split_once('=')
            && !name.contains(char::is_whitespace)
            && let Some(secret) = of_value(name.trim_start_matches('-'), value)
        {
            let name = name.trim_start_matches('-');
            self.tell(&secret, &format!("secret in {name} of {instruction}"), &word.text);
        }
    }

    /// `--password value`, `curl -u user:password`, `sshpass -p value`.
    fn option(&mut self, program: &str, flag: &Word, value: &Word, instruction: &str) {
        let name = flag.as_str();
        if !name.starts_with('-') || value.as_str().starts_with('-') {
            return;
        }
        let secret = match (program, name) {
            ("curl", "-u" | "--user" | "--proxy-user" | "-U") => of_login(value.as_str()),
            ("sshpass" | "docker" | "podman" | "az" | "helm", "-p") => {
                of_value("password", value.as_str())
            }
            // `adduser --disabled-password app` takes no value.
            (_, long)
                if long.starts_with("--") && !long.contains('=') && !SWITCHES.contains(&long) =>
            {
                of_value(long.trim_start_matches('-'), value.as_str())
            }
            _ => None,
        };
        if let Some(secret) = secret {
            let key = format!("secret behind {name} of {instruction}");
            self.tell(&secret, &key, &value.text);
        }
    }

    /// What shows in any text.
    pub(in crate::rules) fn text<T>(&mut self, text: &str, instruction: &str, place: &Spanned<T>) {
        for secret in in_text(text) {
            self.tell(&secret, &format!("{} in {instruction}", secret.what), place);
        }
    }

    /// The lines of a file that an instruction writes down.
    pub(in crate::rules) fn script(&mut self, script: &Script, instruction: &str) {
        for secret in in_text(&script.text) {
            let at = script.text.find(&secret.value).unwrap_or_default();
            let end = at + secret.value.find('\n').unwrap_or(secret.value.len());
            let place = Spanned::new((), script.span(at..end));
            self.tell(&secret, &format!("{} in {instruction}", secret.what), &place);
        }
        let mut at = 0;
        for line in script.text.split_inclusive('\n') {
            let place = Spanned::new((), script.span(at..at + line.trim_end().len()));
            at += line.len();
            let Some((name, value)) = setting(line) else { continue };
            if let Some(secret) = of_value(name, value) {
                self.tell(&secret, &format!("secret in {name} of {instruction}"), &place);
            }
        }
    }

    /// A whole file that a value is: what shows in it, and its lines as settings.
    pub(in crate::rules) fn block<T>(&mut self, text: &str, name: &str, place: &Spanned<T>) {
        self.text(text, name, place);
        for line in text.lines().take(LINES) {
            let Some((key, value)) = setting(line) else { continue };
            if let Some(secret) = of_value(key, value) {
                self.tell(&secret, &format!("secret in {key} of {name}"), place);
            }
        }
    }

    /// One secret, unless it was told before.
    pub(in crate::rules) fn tell<T>(&mut self, secret: &Secret, key: &str, place: &Spanned<T>) {
        if !self.seen.insert(secret.value.clone()) {
            return;
        }
        let level = match secret.strength {
            Strength::Weak => self.weak,
            Strength::Strong => self.strong,
        };
        let mut name = key.to_owned();
        let mut count = 1;
        while !self.keys.insert(name.clone()) {
            count += 1;
            name = format!("{key} ({count})");
        }
        self.found
            .say(level, name, place, redact(&secret.value))
            .same_as(&secret.value)
            .hide(secret.value.clone());
    }
}

/// `NAME=value`, `name: value`, quotes and what ends it taken off.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(['=', ':'])?;
    let name = name.trim().trim_start_matches("export ").trim_matches(['"', '\'']);
    let value = value.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'']);
    (!name.starts_with(['#', ';']) && !name.starts_with("//")).then_some((name, value))
}
