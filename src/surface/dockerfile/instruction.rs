//! One logical line as an instruction: keyword, flags, arguments.
//!
//! Source: BuildKit `frontend/dockerfile/parser`, `split_command.go` and `line_parsers.go`.

use super::directives::Escape;
use super::json::{self, Form};
use super::words::{Part, blank_separated, flags, join_actions, quoted};
use crate::model::{Arguments, Flag, Instruction, Pair, Script, Spanned};

/// Every instruction there is.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// A logical line and how to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) script: &'a Script,
    pub(super) escape: Escape,
    /// Template actions may stand where words do.
    pub(super) template: bool,
}

/// The keyword that a word means in any case, as Go's `strings.ToLower` has it.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    let same = |keyword: &&&str| {
        keyword.len() == word.chars().count()
            && word
                .chars()
                .zip(keyword.chars())
                .all(|(c, upper)| c.to_lowercase().next() == Some(upper.to_ascii_lowercase()))
    };
    KEYWORDS.iter().find(same).copied()
}

/// Reads an instruction as far as BuildKit's parser does; what its words may be is asked later.
pub(super) fn read(source: Source<'_>, part: Part<'_>) -> Result<Instruction, String> {
    let (word, rest) = part.split_blank();
    let Some(name) = keyword(word.text) else {
        return Err(format!("unknown instruction: {}", word.text));
    };
    let rest = rest.unwrap_or(part.from(part.text.len()));
    let (raw, rest) = flags(rest, source.escape);
    let rest = rest.trim();
    let mut trigger = None;
    let arguments = match name {
        "FROM" => Arguments::Words(source.words(rest, true)),
        "EXPOSE" => Arguments::Words(source.words(rest, source.template)),
        "ADD" | "COPY" | "VOLUME" => match source.exec(rest)? {
            Some(exec) => exec,
            None => Arguments::Words(source.words(rest, source.template)),
        },
        "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" => source.command(rest)?,
        "HEALTHCHECK" => source.healthcheck(rest)?,
        "ENV" | "LABEL" => Arguments::Pairs(source.pairs(rest, name)?),
        "ARG" => Arguments::Pairs(source.definitions(rest)),
        "ONBUILD" => {
            trigger = source.trigger(rest)?.map(Box::new);
            Arguments::Words(Vec::new())
        }
        _ if rest.text.is_empty() => Arguments::Words(Vec::new()),
        _ => Arguments::Words(vec![source.spanned(rest)]),
    };
    Ok(Instruction {
        keyword: Spanned::new(name.to_owned(), source.script.span(word.range())),
        span: source.script.span(part.range()),
        flags: raw.into_iter().map(|(raw, text)| source.flag(raw, &text)).collect(),
        arguments,
        heredocs: Vec::new(),
        trigger,
    })
}

impl Source<'_> {
    fn spanned(self, part: Part<'_>) -> Spanned<String> {
        Spanned::new(part.text.to_owned(), self.script.span(part.range()))
    }

    fn words(self, part: Part<'_>, actions: bool) -> Vec<Spanned<String>> {
        let mut words = blank_separated(part);
        if actions && part.text.contains("{{") {
            words = join_actions(part, words);
        }
        words.into_iter().map(|word| self.spanned(word)).collect()
    }

    fn flag(self, raw: Part<'_>, text: &str) -> Flag {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let (raw_name, raw_value) = raw.pair();
        let raw_name = raw_name.from(2.min(raw_name.text.len()));
        let name = name.strip_prefix("--").unwrap_or(name).to_owned();
        let place = self.script.span(raw_value.unwrap_or(raw).range());
        Flag {
            name: Spanned::new(name, self.script.span(raw_name.range())),
            value: value.map(|value| Spanned::new(value.to_owned(), place)),
        }
    }

    /// The JSON form, if it is one.
    fn exec(self, part: Part<'_>) -> Result<Option<Arguments>, String> {
        match json::read(part) {
            Form::Other => Ok(None),
            Form::Mixed => Err("an array in JSON form must hold strings only".to_owned()),
            Form::Strings(strings) => {
                let place = |part: Part<'_>| self.script.span(part.range());
                let strings = strings.into_iter().map(|(at, text)| Spanned::new(text, place(at)));
                Ok(Some(Arguments::Exec(strings.collect())))
            }
        }
    }

    fn command(self, part: Part<'_>) -> Result<Arguments, String> {
        let exec = self.exec(part)?;
        Ok(exec.unwrap_or_else(|| Arguments::Shell(self.script.slice(part.range()))))
    }

    fn healthcheck(self, part: Part<'_>) -> Result<Arguments, String> {
        let (kind, rest) = part.split_blank();
        let rest = rest.unwrap_or(part.from(part.text.len())).trim();
        match kind.text.to_ascii_uppercase().as_str() {
            "CMD" if rest.text.is_empty() => Err("HEALTHCHECK CMD needs a command".to_owned()),
            "CMD" => self.command(rest),
            "NONE" if rest.text.is_empty() => {
                Ok(Arguments::Words(vec![self.spanned(kind).with("NONE".to_owned())]))
            }
            "NONE" => Err("HEALTHCHECK NONE takes no arguments".to_owned()),
            "" => Err("HEALTHCHECK needs NONE or CMD".to_owned()),
            _ => Err(format!("HEALTHCHECK takes NONE or CMD, not {}", kind.text)),
        }
    }

    /// `name=value …`, or the older `name value`, which takes the rest of the line.
    fn pairs(self, part: Part<'_>, keyword: &str) -> Result<Vec<Pair>, String> {
        let words = quoted(part, self.escape);
        if words.first().is_some_and(|word| !word.text.contains('=')) {
            let (name, Some(value)) = part.split_blank() else {
                return Err(format!("{keyword} needs a name and a value"));
            };
            return Ok(vec![self.pair(name, Some(value))]);
        }
        let pair = |word: &Part<'_>| match word.pair() {
            (name, Some(value)) => Ok(self.pair(name, Some(value))),
            (word, None) => Err(format!("{keyword} needs name=value, not {}", word.text)),
        };
        words.iter().map(pair).collect()
    }

    fn definitions(self, part: Part<'_>) -> Vec<Pair> {
        let words = quoted(part, self.escape);
        let pairs = words.into_iter().map(Part::pair);
        pairs.map(|(name, value)| self.pair(name, value)).collect()
    }

    fn pair(self, name: Part<'_>, value: Option<Part<'_>>) -> Pair {
        Pair { name: self.spanned(name), value: value.map(|value| self.spanned(value)) }
    }

    fn trigger(self, part: Part<'_>) -> Result<Option<Instruction>, String> {
        let (word, _) = part.split_blank();
        match keyword(word.text) {
            _ if part.text.is_empty() => Ok(None),
            Some(name @ ("ONBUILD" | "FROM" | "MAINTAINER")) => {
                Err(format!("{name} is no trigger of ONBUILD"))
            }
            _ => read(self, part).map(Some),
        }
    }
}
