//! How a text looks that chance made, and how one that a person can say.

use crate::model::entropy;

/// `0123456789abcdef…`: most characters are the next one, or the same.
pub(super) fn counts_up(text: &str) -> bool {
    let next = |pair: &[u8]| matches!(pair, [a, b] if a == b || a.checked_add(1) == Some(*b));
    text.as_bytes().windows(2).filter(|pair| next(pair)).count() * 5 >= text.len() * 4
}

/// Nobody thought it up: sixteen characters or more, letters of both cases or digits among them as
/// uneven as chance makes them, no words.
pub(super) fn unguessable(text: &str) -> bool {
    let kind = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let bytes = || text.bytes();
    let digits = bytes().filter(u8::is_ascii_digit).count();
    let groups = text.split(['-', '_', '/']).filter(|part| part.len() < 8).count();
    text.len() >= 16
        && bytes().all(kind)
        && digits >= 2
        && bytes().any(|byte| byte.is_ascii_alphabetic())
        && groups <= text.len() / 12
        && entropy(text) >= 3.0
        && !wordy(text)
}

/// It is made of words a person can say, and few digits in one or two places: a machine made it
/// with no chance worth a thought.
pub(super) fn wordy(text: &str) -> bool {
    let mut runs: Vec<String> = vec![String::new()];
    let (mut before, mut numbers, mut digits) = (' ', 0, 0);
    for c in text.chars() {
        let cut = !c.is_ascii_alphabetic();
        digits += usize::from(c.is_ascii_digit());
        numbers += usize::from(c.is_ascii_digit() && !before.is_ascii_digit());
        if cut || (before.is_ascii_lowercase() && c.is_ascii_uppercase()) {
            runs.push(String::new());
        }
        if let Some(run) = runs.last_mut().filter(|_| !cut) {
            run.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    runs.retain(|run| !run.is_empty());
    let letters: usize = runs.iter().map(String::len).sum();
    let long = runs.iter().any(|run| run.len() >= 4);
    long && letters * 2 >= runs.len() * 7
        && numbers <= 2
        && digits <= 6
        && digits * 3 <= text.len()
        && runs.iter().filter(|run| run.len() >= 4).all(|run| sayable(run))
}

/// Letters in one row, and what is no letter around them.
pub(super) fn one_word(text: &str) -> bool {
    text.trim_matches(|c: char| !c.is_ascii_alphabetic())
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic())
}

/// Vowels as often as in words, and never five consonants in a row.
fn sayable(run: &str) -> bool {
    let vowel = |c: char| "aeiouy".contains(c);
    let vowels = run.chars().filter(|c| vowel(*c)).count();
    let row = run.split(vowel).map(str::len).max().unwrap_or_default();
    vowels * 6 >= run.len() && row <= 4
}

/// Letters of one case only, digits and signs aside.
pub(super) fn one_case(text: &str) -> bool {
    !(text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase()))
}

pub(super) fn same_characters(text: &str) -> bool {
    let first = text.chars().next();
    text.chars().all(|c| Some(c) == first)
}
