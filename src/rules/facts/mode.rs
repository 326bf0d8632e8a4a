//! File modes, octal and symbolic.

use crate::model::{Invoked, Setting, Word};

use super::command::option;

/// What a mode gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rules) struct Mode {
    /// Anybody may write, and no sticky bit keeps others from removing.
    pub(in crate::rules) world_writable: bool,
    /// It runs with its owner's rights.
    pub(in crate::rules) setuid: bool,
    /// It runs with its group's rights; on a folder: files inherit the group.
    pub(in crate::rules) setgid: bool,
}

/// Reads a mode; what is none gives nothing.
pub(in crate::rules) fn parse(text: &str) -> Mode {
    if !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'7')) {
        let digits = text.trim_start_matches('0');
        let bits = u32::from_str_radix(if digits.is_empty() { "0" } else { digits }, 8);
        let bits = bits.unwrap_or_default();
        return Mode {
            world_writable: bits & 0o2 != 0 && bits & 0o1000 == 0,
            setuid: bits & 0o4000 != 0,
            setgid: bits & 0o2000 != 0,
        };
    }
    let mut mode = Mode::default();
    let mut sticky = false;
    for clause in text.split(',') {
        let Some(at) = clause.find(['+', '=']) else { continue };
        let (who, what) = clause.split_at(at);
        if !who.chars().all(|c| "ugoa".contains(c)) {
            return Mode::default();
        }
        let has = |letter| what.contains(letter);
        let names = |letters: [char; 2]| who.contains(letters);
        // Without a who the umask counts, and that takes writing from others.
        mode.world_writable |= has('w') && names(['o', 'a']);
        mode.setuid |= has('s') && (who.is_empty() || names(['u', 'a']));
        mode.setgid |= has('s') && (who.is_empty() || names(['g', 'a']));
        sticky |= has('t');
    }
    mode.world_writable &= !sticky;
    mode
}

/// The mode that a command gives, and what it gives it to.
pub(in crate::rules) fn given<'a>(command: &Invoked<'a>) -> Option<(&'a str, Vec<String>)> {
    let arguments = command.arguments();
    match command.program() {
        "chmod" => {
            let flag = |word: &&Word| {
                let text = word.as_str();
                text.starts_with("--")
                    || matches!(text, "-R" | "-v" | "-f" | "-c" | "-Rf" | "-fR")
                    || matches!(text, "-Rv" | "-vR" | "-cR" | "-h")
            };
            let mut rest = arguments.iter().filter(|word| !flag(word));
            let mode = rest.next()?.as_str();
            let mut paths: Vec<String> = rest.map(|word| path(word.as_str())).collect();
            if paths.is_empty() || paths.iter().any(|path| path == "{}") {
                // `find PATH -exec chmod` and `… | xargs chmod` name them elsewhere.
                let all = command.command.words.get(1).map_or("", Word::as_str);
                paths = vec![format!("files found in {all}")];
            }
            Some((mode, paths))
        }
        "install" | "mkdir" => {
            let mode = option(arguments, &["-m", "--mode"])?;
            let last = command.operands().last().map(|word| path(word.as_str()));
            Some((mode, last.into_iter().collect()))
        }
        _ => None,
    }
}

/// `--chmod` of a `COPY` or `ADD`.
pub(in crate::rules) fn flag(flags: &[Setting]) -> Option<(&str, &Setting)> {
    let flag = flags.iter().find(|flag| flag.name == "chmod")?;
    Some((flag.value.as_ref()?.text.as_str(), flag))
}

fn path(text: &str) -> String {
    let trimmed = text.trim_end_matches('/');
    if trimmed.is_empty() { "/".into() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_in_every_spelling() {
        for text in ["777", "0777", "00666", "a+rwx", "o+w", "ugo=rwx", "u+x,o+w", "go+w,o-x"] {
            assert!(parse(text).world_writable, "{text}");
        }
        for text in ["755", "1777", "+w", "u+w", "g+w", "a+rx", "a+rwxt", "o-w", "x", "/tmp/a+w"] {
            assert!(!parse(text).world_writable, "{text}");
        }
        for text in ["4755", "04755", "u+s", "+s", "u=rwxs", "6755"] {
            assert!(parse(text).setuid, "{text}");
        }
        assert!(parse("g+s").setgid && parse("2775").setgid && !parse("g+s").setuid);
        assert!(!parse("a-s").setuid && !parse("0755").setgid);
    }
}
