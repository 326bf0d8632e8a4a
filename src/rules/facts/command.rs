//! What a stage runs, and how to name it.

use crate::model::{Command, Invoked, Spanned, Stage, Word};

/// Every command of a stage's own `RUN`s, in the order they are run.
pub(in crate::rules) fn commands(stage: &Stage) -> Vec<Invoked<'_>> {
    stage.runs.iter().flat_map(|run| run.shell.commands()).collect()
}

/// Where a command stands, and what its variables depend on.
pub(in crate::rules) fn place(stage: &Stage, command: &Command) -> Spanned<()> {
    let targets = command.redirects.iter().map(|redirect| &redirect.target);
    let assigned = command.assignments.iter().map(|(_, word)| word);
    let words = command.words.iter().chain(targets).chain(assigned);
    let named: Vec<&str> = words.flat_map(|word| &word.variables).map(String::as_str).collect();
    let declared = stage.env.iter().chain(&stage.args);
    let because = declared.filter(|variable| named.contains(&variable.name.as_str()));
    Spanned::new((), command.span)
        .because(because.flat_map(|variable| variable.place.places().collect::<Vec<_>>()))
}

/// The value of an option in any of its spellings: `-m 755`, `--mode 755`, `--mode=755`; a short
/// one also glued (`-m755`).
pub(in crate::rules) fn option<'a>(words: &'a [Word], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        let text = word.as_str();
        names.iter().find_map(|name| {
            let rest = text.strip_prefix(name)?;
            if rest.is_empty() {
                words.get(index + 1).map(Word::as_str)
            } else if name.starts_with("--") {
                rest.strip_prefix('=')
            } else {
                Some(rest)
            }
        })
    })
}

/// Whether a cluster of short options (`-sSkL`) holds `letter`; letters in `valued` end it, what
/// follows them is their value.
pub(in crate::rules) fn clustered(text: &str, letter: char, valued: &str) -> bool {
    let Some(cluster) = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else {
        return false;
    };
    let ends = cluster.find(|c| valued.contains(c)).map_or(cluster.len(), |at| at + 1);
    cluster.get(..ends).unwrap_or_default().contains(letter)
}

/// Whether a value switches something off.
pub(in crate::rules) fn is_off(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']).to_ascii_lowercase();
    matches!(value.as_str(), "0" | "false" | "no" | "off" | "none" | "never" | "n" | "f")
}

/// Whether a value switches something on.
pub(in crate::rules) fn is_on(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    !value.is_empty() && !is_off(value)
}
