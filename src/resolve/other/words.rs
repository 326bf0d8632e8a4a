//! Words of a setting in a systemd unit.

use super::options::Word;
use crate::model::{Spanned, Text, Value};

/// How many words one setting may have.
const WORDS: usize = 10_000;

/// Splits a value as systemd does: blanks between words, quotes around them, backslashes.
///
/// Source: systemd.syntax(7), "Quoting".
pub(super) fn words(value: &Spanned<String>, text: &Text) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = value.value.char_indices().peekable();
    while words.len() < WORDS {
        while rest.next_if(|(_, character)| character.is_whitespace()).is_some() {}
        let Some(&(start, _)) = rest.peek() else { break };
        let (mut word, mut quote, mut end) = (String::new(), None, start);
        while let Some(&(index, character)) = rest.peek() {
            if quote.is_none() && character.is_whitespace() {
                break;
            }
            rest.next();
            end = index + character.len_utf8();
            match character {
                _ if quote == Some(character) => quote = None,
                '"' | '\'' if quote.is_none() => quote = Some(character),
                '\\' => {
                    if let Some((index, escaped)) = rest.next() {
                        end = index + escaped.len_utf8();
                        unescape(escaped, &mut word);
                    }
                }
                _ => word.push(character),
            }
        }
        let first = value.span.start as usize;
        let mut place = value.with(());
        place.span = text.span(first + start..first + end);
        let unknown = is_unknown(&word);
        words.push(place.with(Value { text: word, unknown }));
    }
    words
}

fn unescape(escaped: char, word: &mut String) {
    match escaped {
        'n' => word.push('\n'),
        't' => word.push('\t'),
        's' => word.push(' '),
        '"' | '\'' | '\\' | ' ' => word.push(escaped),
        other => word.extend(['\\', other]),
    }
}

/// Whether a word has a variable or a specifier: what it stands for can't be known.
pub(super) fn is_unknown(word: &str) -> bool {
    let specifier =
        |(at, _): (usize, &str)| word.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic);
    word.contains('$') || word.match_indices('%').any(specifier)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::FileId;

    fn split(content: &str) -> Vec<Word> {
        let text = Text::new(FileId(0), "x", content.as_bytes());
        let whole = Spanned::new(content.to_owned(), text.span(0..content.len()));
        words(&whole, &text)
    }

    #[test]
    fn quotes_keep_blanks() {
        let words = split("-e \"A=b c\" 'x y'z  \\s%h a\\\\b");
        let texts: Vec<&str> = words.iter().map(|word| word.value.text.as_str()).collect();
        assert_eq!(texts, ["-e", "A=b c", "x yz", " %h", "a\\b"]);
        assert_eq!((words[1].span.start, words[1].span.end), (3, 10));
        assert!(words[3].value.unknown && !words[1].value.unknown);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_value(content in "[ a\"'\\\\%$ä\t]{0,40}") {
            for word in split(&content) {
                prop_assert!(word.span.end as usize <= content.len());
                prop_assert!(word.span.start < word.span.end);
            }
        }
    }
}
