//! The JSON form: an array of strings, each with its place.

use std::iter::Peekable;
use std::str::CharIndices;

use serde::de::IgnoredAny;

use super::words::Part;

/// What a text is, asked for the JSON form.
#[derive(Debug)]
pub(super) enum Form<'a> {
    /// An array of strings, decoded, each with what stands between its quotes.
    Strings(Vec<(Part<'a>, String)>),
    /// An array that holds something else: BuildKit refuses it.
    Mixed,
    /// No JSON array: the shell form.
    Other,
}

/// Asks for the JSON form.
pub(super) fn read(part: Part<'_>) -> Form<'_> {
    let part = part.trim();
    if !part.text.starts_with('[') {
        return Form::Other;
    }
    match strings(part) {
        Some(strings) => Form::Strings(strings),
        None if serde_json::from_str::<IgnoredAny>(part.text).is_ok() => Form::Mixed,
        None => Form::Other,
    }
}

fn strings(part: Part<'_>) -> Option<Vec<(Part<'_>, String)>> {
    let mut chars = part.text.char_indices().peekable();
    let mut found = Vec::new();
    chars.next();
    if blanks(&mut chars)? == ']' {
        chars.next();
        return only_blanks(chars).then_some(found);
    }
    loop {
        if blanks(&mut chars)? != '"' {
            return None;
        }
        let (at, _) = chars.next()?;
        let (end, value) = string(&mut chars)?;
        found.push((part.cut(at + 1..end), value));
        match (blanks(&mut chars)?, chars.next()) {
            (',', _) => {}
            (']', _) => return only_blanks(chars).then_some(found),
            _ => return None,
        }
    }
}

/// Passes blanks and looks at what follows.
fn blanks(chars: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    while chars.next_if(|&(_, c)| matches!(c, ' ' | '\t' | '\n' | '\r')).is_some() {}
    chars.peek().map(|&(_, c)| c)
}

fn only_blanks(mut chars: Peekable<CharIndices<'_>>) -> bool {
    blanks(&mut chars).is_none()
}

/// The rest of a string: where its closing quote stands, and what it says.
fn string(chars: &mut Peekable<CharIndices<'_>>) -> Option<(usize, String)> {
    let mut value = String::new();
    loop {
        match chars.next()? {
            (at, '"') => return Some((at, value)),
            (_, '\\') => value.push(escaped(chars)?),
            // U+001A stands for a byte that is no UTF-8, which Go takes.
            (_, c) if c < ' ' && c != '\u{1a}' => return None,
            (_, c) => value.push(c),
        }
    }
}

fn escaped(chars: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    Some(match chars.next()?.1 {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(chars),
        c @ ('"' | '\\' | '/') => c,
        _ => return None,
    })
}

/// A lone half of a surrogate pair is U+FFFD, as in Go.
fn unicode(chars: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    let first = hex(chars)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let mut ahead = chars.clone();
    let pair = matches!((ahead.next(), ahead.next()), (Some((_, '\\')), Some((_, 'u'))));
    if let Some(second) = pair.then(|| hex(&mut ahead)).flatten()
        && (0xdc00..0xe000).contains(&second)
    {
        *chars = ahead;
        return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    }
    Some(char::REPLACEMENT_CHARACTER)
}

fn hex(chars: &mut Peekable<CharIndices<'_>>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + chars.next()?.1.to_digit(16)?;
    }
    Some(value)
}
