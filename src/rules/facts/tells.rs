//! Settings that switch a check off, wherever they are written.

use super::command::{is_off, is_on};
use crate::model::{Invoked, Script, Stage, Word};

/// What a variable says when it switches a check off.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) enum When {
    /// `0`, `false`, `no`.
    Off,
    /// Anything but that.
    On,
    /// Empty: no authorities are named.
    Empty,
    /// It contains this.
    Holds(&'static str),
}

impl When {
    fn says(self, value: &str) -> bool {
        let value = value.trim_matches(['"', '\'']);
        match self {
            Self::Off => is_off(value),
            Self::On => is_on(value) && !value.starts_with('$'),
            Self::Empty => value.is_empty(),
            Self::Holds(part) => value.to_ascii_lowercase().contains(part),
        }
    }
}

/// A variable: its name in lower case, when it tells, and what it concerns.
pub(in crate::rules) type Tell = (&'static str, When, &'static str);

/// What a variable of this name and value concerns, if it switches a check off.
pub(in crate::rules) fn variable(tells: &[Tell], name: &str, value: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    tells.iter().find(|(tell, when, _)| *tell == name && when.says(value)).map(|(_, _, what)| *what)
}

/// Variables that a command sets: in front of it, or by `export`.
pub(in crate::rules) fn assigned<'a>(command: &Invoked<'a>) -> Vec<(&'a str, &'a str)> {
    let front =
        command.command.assignments.iter().map(|(name, word)| (name.as_str(), word.as_str()));
    let declares = matches!(command.program(), "export" | "env" | "setx" | "declare" | "readonly");
    let words = command.arguments().iter().filter(|_| declares);
    front.chain(words.filter_map(|word| word.as_str().split_once('='))).collect()
}

/// What a text that is written somewhere concerns, if it holds a setting that switches a check
/// off. Settings are in lower case, without blanks.
pub(in crate::rules) fn text(
    settings: &[(&'static str, &'static str)],
    text: &str,
) -> Option<&'static str> {
    // Most words are short, or assign nothing.
    let shortest = settings.iter().map(|(setting, _)| setting.len()).min().unwrap_or(0);
    if text.len() < shortest || !text.contains(['=', ':', '{', ' ']) {
        return None;
    }
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect::<String>()
        .to_ascii_lowercase();
    // An index of a repository is rarely signed: its packages are what counts.
    let plain = plain.replace("repo_gpgcheck", "");
    settings.iter().find(|(setting, _)| plain.contains(setting)).map(|(_, what)| *what)
}

/// The texts that a command writes or reads: its words and here-documents.
pub(in crate::rules) fn written<'a>(command: &Invoked<'a>) -> impl Iterator<Item = &'a str> {
    let bodies =
        command.command.redirects.iter().filter(|redirect| redirect.operator.starts_with("<<"));
    command.arguments().iter().chain(bodies.map(|redirect| &redirect.target)).map(Word::as_str)
}

/// Texts that a stage's instructions write into files.
pub(in crate::rules) fn bodies(stage: &Stage) -> impl Iterator<Item = &Script> {
    let copied = stage.copies.iter().flat_map(|copy| &copy.heredocs);
    copied.chain(stage.runs.iter().flat_map(|run| &run.data))
}
