//! What BuildKit refuses in an instruction that its parser takes: counts, names and flags.
//!
//! Source: BuildKit `frontend/dockerfile/instructions`, `parse.go` and `bflag.go`.

use super::heredoc;
use crate::model::{Arguments, Flag, Instruction};

/// Why BuildKit refuses an instruction.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    /// What it says is plain all the same and still judged.
    pub(super) plain: bool,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Bool,
    Value,
    Values,
}

use Takes::{Bool, Value, Values};

/// What is wrong with an instruction, its trigger included.
pub(super) fn fault(instruction: &Instruction) -> Option<Fault> {
    let keyword = instruction.keyword.value.as_str();
    if let Some(message) = arguments(keyword, instruction) {
        // A stage begins here even so: the next ones must not run into the one before.
        let plain = keyword == "FROM" && !is_empty(&instruction.arguments);
        return Some(Fault { message, plain });
    }
    flags(keyword, &instruction.flags)
        .map(|message| Fault { message, plain: true })
        .or_else(|| instruction.trigger.as_deref().and_then(fault))
}

fn arguments(keyword: &str, instruction: &Instruction) -> Option<String> {
    let arguments = &instruction.arguments;
    match keyword {
        "FROM" => from(arguments),
        "ADD" | "COPY" => sources(keyword, arguments),
        "ONBUILD" if instruction.trigger.is_none() => Some("ONBUILD needs an instruction".into()),
        "USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER" | "EXPOSE" | "ENV" | "LABEL" | "ARG"
            if is_empty(arguments) =>
        {
            Some(format!("{keyword} needs an argument"))
        }
        "VOLUME" if is_empty(arguments) || words(arguments).any(|word| word.trim().is_empty()) => {
            Some("VOLUME needs a path".into())
        }
        "ENV" | "LABEL" | "ARG" => match arguments {
            Arguments::Pairs(pairs) if pairs.iter().any(|pair| pair.name.value.is_empty()) => {
                Some(format!("{keyword} names can not be blank"))
            }
            _ => None,
        },
        "HEALTHCHECK" if is_empty(arguments) => Some("HEALTHCHECK CMD needs a command".into()),
        "SHELL" if !matches!(arguments, Arguments::Exec(words) if !words.is_empty()) => {
            Some("SHELL needs the arguments in JSON form".into())
        }
        _ => None,
    }
}

fn is_empty(arguments: &Arguments) -> bool {
    match arguments {
        Arguments::Words(words) | Arguments::Exec(words) => words.is_empty(),
        Arguments::Pairs(pairs) => pairs.is_empty(),
        Arguments::Shell(script) => script.text.is_empty(),
    }
}

fn words(arguments: &Arguments) -> impl Iterator<Item = &str> {
    let words = match arguments {
        Arguments::Words(words) | Arguments::Exec(words) => words.as_slice(),
        Arguments::Pairs(_) | Arguments::Shell(_) => &[],
    };
    words.iter().map(|word| word.value.as_str())
}

fn from(arguments: &Arguments) -> Option<String> {
    let words: Vec<&str> = words(arguments).take(4).collect();
    match words.as_slice() {
        [_] => None,
        [_, word, name] if word.eq_ignore_ascii_case("as") => {
            (!stage_name(name)).then(|| format!("invalid name for build stage: {name}"))
        }
        _ => Some("FROM requires either one or three arguments".into()),
    }
}

fn stage_name(name: &str) -> bool {
    let name = name.to_lowercase();
    // A template action in it is for its engine to name.
    name.contains("{{")
        || name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'))
}

fn sources(keyword: &str, arguments: &Arguments) -> Option<String> {
    let destination = words(arguments).skip(1).last();
    match destination {
        None => Some(format!("{keyword} needs a source and a destination")),
        Some(destination) if heredoc::is_mark(destination) => {
            Some(format!("{keyword} can not take a heredoc as a destination"))
        }
        Some(_) => None,
    }
}

fn flags(keyword: &str, flags: &[Flag]) -> Option<String> {
    let known = known(keyword)?;
    let mut seen = Vec::new();
    flags.iter().find_map(|flag| {
        let name = flag.name.value.as_str();
        let Some(&(name, takes)) = known.iter().find(|(known, _)| *known == name) else {
            return Some(format!("unknown flag of {keyword}: --{name}"));
        };
        if takes != Values && seen.contains(&name) {
            return Some(format!("duplicate flag: --{name}"));
        }
        seen.push(name);
        match (takes, flag.value.as_ref().map(|value| value.value.as_str())) {
            (Bool, None) | (Value | Values, Some(_)) => None,
            (Bool, Some(value))
                if ["true", "false"].iter().any(|b| value.eq_ignore_ascii_case(b)) =>
            {
                None
            }
            (Bool, Some(value)) => Some(format!("flag --{name} takes true or false, not {value}")),
            (Value | Values, None) => Some(format!("flag --{name} needs a value")),
        }
    })
}

/// The flags that an instruction takes; `None` where BuildKit doesn't ask.
fn known(keyword: &str) -> Option<&'static [(&'static str, Takes)]> {
    Some(match keyword {
        "FROM" => &[("platform", Value)],
        "RUN" => &[("mount", Values), ("network", Value), ("security", Value), ("device", Values)],
        "COPY" => &[
            ("chown", Value),
            ("from", Value),
            ("chmod", Value),
            ("link", Bool),
            ("exclude", Values),
            ("parents", Bool),
        ],
        "ADD" => &[
            ("chown", Value),
            ("chmod", Value),
            ("link", Bool),
            ("keep-git-dir", Bool),
            ("checksum", Value),
            ("unpack", Bool),
            ("exclude", Values),
        ],
        "HEALTHCHECK" => &[
            ("interval", Value),
            ("timeout", Value),
            ("start-period", Value),
            ("start-interval", Value),
            ("retries", Value),
        ],
        "ARG" | "STOPSIGNAL" => return None,
        _ => &[],
    })
}
