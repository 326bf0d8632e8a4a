//! No secret leaves: neither in the evidence of a finding nor in a line shown for another one.

use super::Side;
use crate::model::{FileId, HashMap, HashSet, Side as Which, redact};

/// What stands in place of a line whose secret can't be cut out of it.
const WITHHELD: &str = "(line withheld: it holds a secret)";

/// Words that keys are written in. As passwords they are known to everybody, and cutting them out
/// would only make the sentence unreadable.
const OURS: &[&str] = &[
    "secret", "secrets", "password", "token", "build", "image", "images", "user", "port", "root",
    "code", "sudo", "check", "login", "value", "copied", "download", "private",
];

/// The longest password that may be a word of the language, or the project's own name.
const LONGEST_WORD: usize = 16;

/// The longest number that may be a port, a size or a date.
const LONGEST_NUMBER: usize = 8;

/// A word, and the first and last line that it is a password in.
type Word = (u32, u32, String);

/// The secrets of both revisions, and the lines they stand in.
pub(super) struct Mask {
    secrets: Vec<String>,
    /// Passwords that are plain words: cut out where they stand as passwords, and nowhere else.
    words: HashMap<(Which, FileId), Vec<Word>>,
    lines: HashMap<(Which, FileId), HashSet<u32>>,
}

impl Mask {
    pub(super) fn new(old: Side<'_>, new: Side<'_>) -> Self {
        let mut mask =
            Self { secrets: Vec::new(), words: HashMap::default(), lines: HashMap::default() };
        for (which, side) in [(Which::Old, old), (Which::New, new)] {
            for exposure in side.units.iter().flat_map(|unit| unit.exposures.iter()) {
                let Some(secret) = exposure.hidden.as_deref().filter(|secret| !secret.is_empty())
                else {
                    continue;
                };
                if !is_word(secret) {
                    mask.secrets.push(secret.to_owned());
                }
                for place in &exposure.places {
                    if is_word(secret) {
                        let words = mask.words.entry((which, place.file)).or_default();
                        words.push((place.line, place.end_line, secret.to_owned()));
                    }
                    mask.lines
                        .entry((which, place.file))
                        .or_default()
                        .extend(place.line..=place.end_line);
                }
            }
        }
        // The longest first: a secret that contains another is cut out whole.
        mask.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        mask.secrets.dedup();
        mask
    }

    /// `text` without any secret.
    pub(super) fn text(&self, text: &str) -> String {
        self.without(text, &[])
    }

    /// The key of an exposure without any secret, its own words aside.
    pub(super) fn key(&self, key: &str) -> String {
        self.without(key, OURS)
    }

    fn without(&self, text: &str, kept: &[&str]) -> String {
        let mut out = text.to_owned();
        let long = self.secrets.iter().filter(|secret| secret.len() >= 4);
        for secret in long.filter(|secret| !kept.contains(&secret.as_str())) {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), &redact(secret));
            }
        }
        out
    }

    /// A line of a file: a secret in it is cut out; if it can't be found there as it is, nothing
    /// of the line is shown.
    pub(super) fn line(&self, which: Which, file: FileId, number: u32, text: &str) -> String {
        let mut masked = self.text(text);
        let words = self.words.get(&(which, file)).into_iter().flatten();
        for (_, _, word) in words.filter(|(first, last, _)| (*first..=*last).contains(&number)) {
            // A name may hold the same word: only what stands behind it is the password.
            let at = masked.find([':', '=']).unwrap_or_default();
            let (name, value) = masked.split_at(at);
            let Some(value) = cut_out(value, word) else { return WITHHELD.to_owned() };
            masked = format!("{name}{value}");
        }
        let holds = self.lines.get(&(which, file)).is_some_and(|lines| lines.contains(&number));
        if holds && masked == text { WITHHELD.to_owned() } else { masked }
    }
}

/// `text` without a password that is a plain word: not where it is part of another word, nor where it
/// is a user, a host or a folder (behind a slash), unless it stands nowhere else. `None`: it is not
/// there at all.
fn cut_out(text: &str, word: &str) -> Option<String> {
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let places: Vec<(usize, bool, bool)> = text
        .match_indices(word)
        .map(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
            let whole = !before.is_some_and(letter) && !after.is_some_and(letter);
            (at, whole, whole && before != Some('/'))
        })
        .collect();
    let any = |pick: fn(&(usize, bool, bool)) -> bool| places.iter().any(pick).then_some(pick);
    let pick = any(|place| place.2).or_else(|| any(|place| place.1)).or_else(|| any(|_| true))?;
    let mut out = text.to_owned();
    for (at, ..) in places.iter().filter(|place| pick(place)).rev() {
        out.replace_range(*at..at + word.len(), &redact(word));
    }
    Some(out)
}

/// A password that may be a word of other lines: letters of one case, or a short number.
fn is_word(secret: &str) -> bool {
    if secret.len() <= LONGEST_NUMBER && secret.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    secret.len() <= LONGEST_WORD && secret.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::cut_out;

    #[test]
    fn a_plain_word_is_cut_out_where_it_is_the_password() {
        for (text, word, shown) in [
            ("=postgres://umami:umami@db/umami", "umami", "=postgres://umami:…@db/umami"),
            (": umami-software umami", "umami", ": umami-software …"),
            (": 'umami'", "umami", ": '…'"),
            (": xumami", "umami", ": x…"),
            (":3306:1234 # 12345", "1234", ":3306:… # 12345"),
        ] {
            let cut = cut_out(text, word)
                .map(|text| text.replace(&format!("… ({} characters)", word.len()), "…"));
            assert_eq!(cut.as_deref(), Some(shown), "{text}");
        }
        assert_eq!(cut_out(": other", "umami"), None);
    }
}
