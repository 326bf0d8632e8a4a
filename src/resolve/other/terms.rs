//! Values as containers' command lines write them.

mod amounts;
mod mounts;

use std::ops::Range;

use super::options::Word;
use crate::model::{Invocation, Known, Profile, Span, Spanned, Switch, Value, ValueFile, Variable};
use crate::resolve::stage;

pub(super) use amounts::{limit, port, range, thousandths, ulimit};
pub(super) use mounts::{api_socket, bind_or_volume, mount, tmpfs, volume, volumes_from};

/// A word in which `$` stands for a variable that can't be known.
pub(super) fn expanded(text: &Spanned<String>) -> Word {
    text.with(Value { text: text.value.clone(), unknown: text.value.contains('$') })
}

/// The same of a word as a shell sees it: what a command prints can't be known either.
pub(super) fn of_shell(word: &crate::model::Word) -> Word {
    let mut read = expanded(&word.text);
    read.value.unknown |= !word.substitutions.is_empty();
    read
}

/// `value`, declared where the word stands.
pub(super) fn at<T>(word: &Word, value: T) -> Spanned<T> {
    word.with(value)
}

/// The same place with another text.
pub(super) fn with_text(word: &Word, text: &str) -> Word {
    let unknown = word.value.unknown && text.contains(['$', '{']);
    at(word, Value { text: text.to_owned(), unknown })
}

/// A part of a word. Its span is the part's own where the word is written as it reads.
pub(super) fn part(word: &Word, range: Range<usize>) -> Word {
    let text = word.value.text.get(range.clone()).unwrap_or_default();
    let mut part = with_text(word, text);
    let Span { start, end, line, end_line, .. } = word.span;
    if (end - start) as usize == word.value.text.len() && line == end_line {
        let offset = |at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        part.span = Span { start: offset(range.start), end: offset(range.end), ..word.span };
    }
    part
}

/// A boolean; what is neither is unknown.
pub(super) fn switch(word: &Word) -> Switch {
    let text = word.value.text.trim();
    let known = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "1" | "t" => Known::Is(true),
        "false" | "no" | "off" | "n" | "0" | "f" => Known::Is(false),
        _ => Known::Unknown(text.to_owned()),
    };
    at(word, known)
}

/// The opposite.
pub(super) fn not(switch: &Switch) -> Switch {
    let value = match &switch.value {
        Known::Is(value) => Known::Is(!value),
        unknown @ Known::Unknown(_) => unknown.clone(),
    };
    switch.with(value)
}

/// Capabilities: upper case, without `CAP_`, several with commas or blanks between.
pub(super) fn capabilities(word: &Word) -> Vec<Spanned<String>> {
    let names = word.value.text.split([',', ' ', '\t']).filter(|name| !name.is_empty());
    let name = |name: &str| {
        let name = name.to_ascii_uppercase();
        at(word, name.strip_prefix("CAP_").unwrap_or(&name).to_owned())
    };
    names.map(name).collect()
}

/// Whether `ALL` is meant.
pub(super) fn is_all(text: &str) -> bool {
    text.eq_ignore_ascii_case("all") || text.eq_ignore_ascii_case("unconfined")
}

/// The ranges between separators, those inside of `${…}` and `{{…}}` left alone.
pub(super) fn split(text: &str, separator: char) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (index, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if character == separator && depth == 0 => {
                parts.push(start..index);
                start = index + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

/// `NAME=value`; without a value it is taken from whoever starts it.
pub(super) fn variable(word: &Word) -> Option<Variable> {
    let text = word.value.text.as_str();
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, with_text(word, value).value),
        None => (text, Value { text: format!("${text}"), unknown: true }),
    };
    let name = name.trim();
    let place = at(word, ());
    (!name.is_empty()).then(|| Variable { name: name.to_owned(), value: Some(value), place })
}

/// A variable by name and value.
pub(super) fn named(name: &str, value: &Word) -> Variable {
    Variable { name: name.to_owned(), value: Some(value.value.clone()), place: at(value, ()) }
}

/// `--add-host`: `name:address` or `name=address`.
pub(super) fn host_entry(word: &Word) -> Option<Variable> {
    let text = word.value.text.as_str();
    let cut = text.find(['=', ':'])?;
    let value = with_text(word, text.get(cut + 1..)?.trim_matches(['[', ']']));
    Some(named(text.get(..cut)?, &value))
}

/// A file that variables come from; its path is as written until it is looked up.
pub(super) fn value_file(word: &Word) -> Spanned<ValueFile> {
    let file = ValueFile {
        path: word.value.text.as_str().into(),
        used_as: "env_file".to_owned(),
        file: None,
        variables: Vec::new(),
        secret: false,
    };
    at(word, file)
}

/// A confinement profile by name or path.
pub(super) fn profile(word: &Word) -> Spanned<Profile> {
    let text = word.value.text.as_str();
    let profile = match text {
        "unconfined" => Profile::Unconfined,
        "" | "default" | "builtin" | "runtime/default" | "docker-default" => Profile::Default,
        _ if word.value.unknown => Profile::Unknown(text.to_owned()),
        _ => Profile::Named(text.to_owned()),
    };
    at(word, profile)
}

/// `label=…`: `disable`, `type:spc_t`, and what confines as usual.
pub(super) fn selinux(word: &Word) -> Option<Spanned<Profile>> {
    let text = word.value.text.as_str();
    let kind = text.strip_prefix("type:").or_else(|| text.strip_prefix("type="));
    let profile = match kind.unwrap_or(text) {
        "disable" | "spc_t" => Profile::Unconfined,
        name if kind.is_some() => Profile::Named(name.to_owned()),
        _ => return None,
    };
    Some(at(word, profile))
}

/// Words that are started as they stand.
pub(super) fn exec(words: &[Word]) -> Option<Invocation> {
    let first = words.first()?;
    let texts: Vec<Spanned<String>> =
        words.iter().map(|word| at(word, word.value.text.clone())).collect();
    let (shell, exec) = stage::exec(&texts, &|_| None);
    let span = words.iter().fold(first.span, |span, word| join(span, word.span));
    Some(Invocation { place: Spanned::new((), span), exec, shell })
}

/// A text that a shell runs.
pub(super) fn shell(text: &Word) -> Option<Invocation> {
    let part = |part: &str| {
        let value = Value { text: part.to_owned(), unknown: false };
        Word { value, ..text.clone() }
    };
    exec(&[part("sh"), part("-c"), text.clone()])
}

/// Both where they are of one file.
fn join(a: Span, b: Span) -> Span {
    if a.file == b.file { a.to(b) } else { a }
}
