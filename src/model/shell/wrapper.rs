//! Programs that only run another one, and programs that run shell text.

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
    wrapper(&["conda", "mamba", "micromamba"], &["-n", "-p", "--name", "--prefix"], 0),
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

/// The words of the command that `words` run, if they are a wrapper and one.
pub(super) fn peel(words: &[Word]) -> Option<&[Word]> {
    let (first, rest) = words.split_first()?;
    let name = program(first.as_str());
    match name {
        "find" => return found(rest),
        "command" => {
            let rest = rest.strip_prefix_word("-p").unwrap_or(rest);
            return rest.first().filter(|word| !word.as_str().starts_with('-')).map(|_| rest);
        }
        // Only `conda run` is a wrapper.
        "conda" | "mamba" | "micromamba" => {
            let rest = rest.strip_prefix_word("run")?;
            return behind_options(rest, &["-n", "-p", "--name", "--prefix"], 0);
        }
        _ => {}
    }
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name))?;
    behind_options(rest, wrapper.valued, wrapper.operands)
}

fn behind_options<'a>(words: &'a [Word], valued: &[&str], operands: usize) -> Option<&'a [Word]> {
    let mut rest = words;
    let mut operands = operands;
    while let Some((word, after)) = rest.split_first() {
        let text = word.as_str();
        let option = text.starts_with('-') && text.len() > 1;
        let taken = if text == "--" {
            rest = after;
            break;
        } else if option && valued.contains(&text) {
            2
        } else if option || is_assignment(text) {
            1
        } else if operands > 0 {
            operands -= 1;
            1
        } else {
            break;
        };
        rest = rest.get(taken..)?;
    }
    (!rest.is_empty()).then_some(rest)
}

/// What `find` runs for each file: the words behind `-exec` and its like.
fn found(words: &[Word]) -> Option<&[Word]> {
    let start = 1 + words
        .iter()
        .position(|word| matches!(word.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir"))?;
    let rest = words.get(start..)?;
    let end = rest.iter().position(|word| matches!(word.as_str(), ";" | "+")).unwrap_or(rest.len());
    rest.get(..end).filter(|rest| !rest.is_empty())
}

/// `NAME=value` in front of a command.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

trait Words {
    fn strip_prefix_word(&self, text: &str) -> Option<&[Word]>;
}

impl Words for [Word] {
    fn strip_prefix_word(&self, text: &str) -> Option<&[Word]> {
        self.split_first().filter(|(word, _)| word.as_str() == text).map(|(_, rest)| rest)
    }
}
