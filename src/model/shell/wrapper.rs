//! Programs that only run another one, and programs that run shell text.

use std::ops::Range;

use super::Word;

/// How a wrapper's own arguments end and the command it runs begins.
struct Wrapper {
    names: &'static [&'static str],
    /// Options that take the next word.
    valued: &'static [&'static str],
    /// Words of its own before the command.
    operands: usize,
}

const WRAPPERS: &[Wrapper] = &[
    wrapper(
        &["sudo", "doas"],
        &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R", "--user", "--group"],
        0,
    ),
    wrapper(&["env"], &["-u", "-C", "--unset", "--chdir"], 0),
    wrapper(&["exec"], &["-a"], 0),
    wrapper(
        &["nohup", "builtin", "setsid", "fakeroot", "eatmydata", "unbuffer", "chronic"],
        &[],
        0,
    ),
    wrapper(&["tini", "dumb-init", "catatonit", "catchsegv"], &["-p", "-e", "-r", "--rewrite"], 0),
    wrapper(&["busybox", "toybox"], &[], 0),
    wrapper(&["time"], &["-f", "-o", "--format", "--output"], 0),
    wrapper(&["timeout"], &["-s", "-k", "--signal", "--kill-after"], 1),
    wrapper(&["nice"], &["-n", "--adjustment"], 0),
    wrapper(&["ionice"], &["-c", "-n", "--class", "--classdata"], 0),
    wrapper(&["stdbuf"], &["-i", "-o", "-e"], 0),
    wrapper(&["xvfb-run"], &["-n", "-e", "-f", "-p", "-s", "-w"], 0),
    wrapper(&["linux32", "linux64", "setarch"], &[], 0),
    wrapper(&["su-exec", "gosu", "chroot"], &[], 1),
    wrapper(&["setpriv", "tsocks", "proxychains", "proxychains4"], &[], 0),
    wrapper(&["runuser"], &["-u", "-g", "-G", "--user"], 0),
    wrapper(
        &["xargs"],
        &["-n", "-I", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs"],
        0,
    ),
];

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "rbash"];

const fn wrapper(
    names: &'static [&'static str],
    valued: &'static [&'static str],
    operands: usize,
) -> Wrapper {
    Wrapper { names, valued, operands }
}

/// The program a word names: its last path component, `.exe` and a login shell's dash left out.
pub fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// Whether a program reads shell commands.
pub fn is_shell(program: &str) -> bool {
    SHELLS.contains(&program)
}

/// Which of `words` are the command that they run, if they are a wrapper and one.
pub(super) fn peel(words: &[Word]) -> Option<Range<usize>> {
    let first = words.first()?;
    let second = words.get(1).map_or("", Word::as_str);
    match program(first.as_str()) {
        "find" => found(words),
        // `command -v x` only asks where it is.
        "command" if second == "-p" => behind_options(words, 2, &[], 0),
        "command" if second.starts_with('-') => None,
        "command" => behind_options(words, 1, &[], 0),
        "conda" | "mamba" | "micromamba" if second == "run" => {
            behind_options(words, 2, &["-n", "-p", "--name", "--prefix"], 0)
        }
        name => {
            let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name))?;
            behind_options(words, 1, wrapper.valued, wrapper.operands)
        }
    }
}

fn behind_options(
    words: &[Word],
    mut at: usize,
    valued: &[&str],
    mut operands: usize,
) -> Option<Range<usize>> {
    while let Some(word) = words.get(at) {
        let text = word.as_str();
        let option = text.starts_with('-') && text.len() > 1;
        if text == "--" {
            at += 1;
            break;
        } else if option {
            at += if valued.contains(&text) { 2 } else { 1 };
        } else if is_assignment(text) {
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    (at < words.len()).then_some(at..words.len())
}

/// What `find` runs for each file: the words behind `-exec` and its like.
fn found(words: &[Word]) -> Option<Range<usize>> {
    let runs = |word: &Word| matches!(word.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir");
    let start = words.iter().position(runs)? + 1;
    let ends = |word: &Word| matches!(word.as_str(), ";" | "+");
    let length = words.get(start..)?.iter().position(ends);
    let end = length.map_or(words.len(), |length| start + length);
    (start < end).then_some(start..end)
}

/// `NAME=value` in front of a command.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}
