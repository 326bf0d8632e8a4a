//! Tells the secrets of one unit.

use std::collections::HashSet;

use super::{Secret, Strength, in_text, of_value, option};
use crate::model::{Found, Level, Script, Shell, Spanned, Variable, Word, is_program, redact};

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
        self.own(&format!("{}={}", variable.name, value.text), &variable.name, &variable.place);
    }

    /// What the server's own patterns find in a text.
    pub(in crate::rules) fn own<T>(&mut self, text: &str, name: &str, place: &Spanned<T>) {
        let Some(patterns) = self.found.settings.secrets.clone() else { return };
        for (rule, value) in patterns.find(self.found.path, text) {
            let secret = Secret { what: "value", value, strength: Strength::Strong };
            self.tell(&secret, &format!("secret ({rule}) in {name}"), place);
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
            for (secret, taken_by, word) in option::of_command(&invoked) {
                let key = format!("secret behind {taken_by} of {instruction}");
                self.tell(&secret, &key, &word.text);
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

    /// What shows in any text.
    pub(in crate::rules) fn text<T>(&mut self, text: &str, instruction: &str, place: &Spanned<T>) {
        for secret in in_text(text) {
            self.tell(&secret, &format!("{} in {instruction}", secret.what), place);
        }
        self.own(text, instruction, place);
    }

    /// The lines of a file that an instruction writes down.
    pub(in crate::rules) fn script(&mut self, script: &Script, instruction: &str) {
        for secret in in_text(&script.text) {
            let at = script.text.find(&secret.value).unwrap_or_default();
            let end = at + secret.value.find('\n').unwrap_or(secret.value.len());
            let place = Spanned::new((), script.span(at..end));
            self.tell(&secret, &format!("{} in {instruction}", secret.what), &place);
        }
        let whole = Spanned::new((), script.span(0..script.text.len()));
        self.own(&script.text, instruction, &whole);
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
        let program = is_program(name);
        for line in text.lines().take(LINES) {
            let Some((key, value)) = setting(line) else { continue };
            // In a program a name without quotes is another name.
            let quoted = |quote: char| line.contains(&format!("{quote}{value}{quote}"));
            if program && !quoted('\'') && !quoted('"') {
                continue;
            }
            if let Some(secret) = of_value(key, value) {
                self.tell(&secret, &format!("secret in {key} of {name}"), place);
            }
        }
    }

    /// One secret, unless it was told before.
    pub(in crate::rules) fn tell<T>(&mut self, secret: &Secret, key: &str, place: &Spanned<T>) {
        let patterns = self.found.settings.secrets.as_ref();
        if patterns.is_some_and(|it| it.allows(self.found.path, &secret.value))
            || !self.seen.insert(secret.value.clone())
        {
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
        let exposure = self.found.say(level, name, place, redact(&secret.value));
        exposure.same_as(&secret.value).hide(secret.value.clone());
        if secret.strength == Strength::Strong && secret.is_issued() {
            exposure.singular();
        }
    }
}

/// `NAME=value`, `name: value`, `define('NAME', 'value')`: quotes, a comment behind it and what ends
/// it taken off.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.starts_with(['#', ';']) || line.starts_with("//") {
        return None;
    }
    let (name, value) = match line.strip_prefix("define(") {
        Some(rest) => rest.trim_end_matches([';', ')']).split_once(',')?,
        None => line.split_once(['=', ':'])?,
    };
    let name = name.trim().trim_start_matches("export ").trim_start_matches("- ");
    let name = name.trim_matches(['"', '\'']);
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let value = match quote.and_then(|quote| value.get(1..)?.split_once(quote)) {
        Some((inside, _)) => inside,
        None => value.split(" #").next().unwrap_or(value).trim_end().trim_end_matches([',', ';']),
    };
    (!name.contains(char::is_whitespace)).then_some((name, value))
}
