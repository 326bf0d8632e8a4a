//! Programs that run code they are given.

use super::command::clustered;
use crate::model::{Word, is_shell};

/// Whether a program runs the file it is given, or its input.
pub(in crate::rules) fn is_interpreter(name: &str) -> bool {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    is_shell(name)
        || matches!(
            bare,
            "python"
                | "pypy"
                | "perl"
                | "ruby"
                | "node"
                | "nodejs"
                | "php"
                | "lua"
                | "pwsh"
                | "powershell"
                | "deno"
                | "bun"
                | "rscript"
                | "tclsh"
        )
}

/// Whether a program runs what it reads from its input, with these arguments.
pub(in crate::rules) fn reads_input(name: &str, arguments: &[Word]) -> bool {
    if matches!(name, "iex" | "invoke-expression") {
        return true;
    }
    if matches!(name, "." | "source") {
        return arguments.first().is_some_and(|word| is_input(word.as_str()));
    }
    if !is_interpreter(name) {
        return false;
    }
    let mut rest = arguments.iter().map(Word::as_str);
    while let Some(text) = rest.next() {
        if is_input(text) || is_shell(name) && clustered(text, 's', "oO") && text != "-s=" {
            return true;
        }
        let inline = if is_shell(name) { "c" } else { "cemrE" };
        if !text.starts_with(['-', '+']) || inline.chars().any(|c| clustered(text, c, "oO")) {
            return false;
        }
        if is_shell(name) && text.ends_with(['o', 'O']) {
            rest.next();
        }
    }
    true
}

fn is_input(text: &str) -> bool {
    matches!(text, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}

/// The words that are run as code: of `sh -c`, `eval`, and process substitutions in place of a
/// script.
pub(in crate::rules) fn code<'a>(
    name: &str,
    arguments: &'a [Word],
) -> Box<dyn Iterator<Item = &'a Word> + 'a> {
    if matches!(name, "eval" | "iex" | "invoke-expression") {
        return Box::new(arguments.iter());
    }
    if !is_interpreter(name) && !matches!(name, "." | "source") {
        return Box::new(std::iter::empty());
    }
    let inline = inline(name, arguments).filter(|word| is_code(word.as_str()));
    let file = script(name, arguments).filter(|word| word.substitutions.iter().any(|s| s.process));
    Box::new(inline.into_iter().chain(file))
}

/// The script file among an interpreter's arguments.
pub(in crate::rules) fn script<'a>(name: &str, arguments: &'a [Word]) -> Option<&'a Word> {
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let text = word.as_str();
        if !text.starts_with(['-', '+']) || text == "-" {
            return Some(word);
        }
        if has_inline(name, text) || text == "-m" {
            return None;
        }
        if text.ends_with('o') && is_shell(name) || matches!(text, "-W" | "-X" | "-d" | "-I") {
            rest.next();
        }
    }
    None
}

/// The code among an interpreter's arguments.
fn inline<'a>(name: &str, arguments: &'a [Word]) -> Option<&'a Word> {
    let at = arguments.iter().position(|word| has_inline(name, word.as_str()))?;
    let rest = arguments.get(at + 1..).unwrap_or_default();
    rest.iter().find(|word| is_shell(name) && !word.as_str().starts_with('-') || !is_shell(name))
}

/// Whether an option says that code follows: `-c`, `-lc`, `-e`, `-r`.
fn has_inline(name: &str, option: &str) -> bool {
    let letters = if is_shell(name) { "c" } else { "cerE" };
    letters.chars().any(|letter| clustered(option, letter, "oO"))
}

/// Whether a word can be code whose beginning or end is substituted: `sh -c "$(curl …)"`, not
/// `sh -c "wget https://e.org/$(curl …)"`.
fn is_code(text: &str) -> bool {
    let text = text.trim();
    let joints = [';', '&', '|', '\n', '`'];
    text.is_empty() || text.starts_with(joints) || text.ends_with(joints) || is_variable(text)
}

fn is_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}
