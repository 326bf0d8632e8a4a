//! Secrets with a form of their own.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use super::name::Promise;
use super::provider::{Check, Form, TABLES};
use super::shown::is_shown;
use super::{Secret, Strength, value};

/// Shortest text that any form fits in.
const SHORTEST: usize = 8;
/// How many secrets of one form are told in one text.
const MOST: usize = 32;
/// How many bits three bytes are told apart by.
const BITS: u32 = 12;

/// A form, and its pattern once somebody needed it.
struct Entry {
    form: &'static Form,
    pattern: OnceLock<Option<Regex>>,
}

/// A word to look for, and whose it is.
struct Word {
    entry: usize,
    keyword: &'static str,
    /// No letter, digit, `_` or `-` may stand in front of it.
    starts: bool,
}

/// Every keyword by its first three bytes. An automaton of all of them would take longer to build
/// than everything else that is done about a push.
struct Words {
    entries: Vec<Entry>,
    /// Which slots hold a word at all: small enough to stay in the processor's nearest cache.
    taken: [u64; 1 << (BITS - 6)],
    slots: HashMap<u16, Vec<Word>>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let forms = TABLES.iter().copied().flatten();
    let entries: Vec<Entry> = forms.map(|form| Entry { form, pattern: OnceLock::new() }).collect();
    let mut words = Words { entries, taken: [0; 1 << (BITS - 6)], slots: HashMap::new() };
    for (entry, of) in words.entries.iter().enumerate() {
        for &keyword in of.form.keywords {
            let [a, b, c, ..] = keyword.as_bytes() else { continue };
            let slot = slot(u32::from_be_bytes([0, *a, *b, *c]));
            if let Some(bits) = words.taken.get_mut(usize::from(slot >> 6)) {
                *bits |= 1 << (slot & 63);
            }
            let word = Word { entry, keyword, starts: of.form.starts_with(keyword) };
            words.slots.entry(slot).or_default().push(word);
        }
    }
    words
});

/// Where a word stands whose first three bytes, in small letters, are these.
fn slot(three: u32) -> u16 {
    let hash = three.wrapping_mul(0x9E37_79B1) >> (32 - BITS);
    u16::try_from(hash).unwrap_or_default()
}

/// Which forms have a keyword in the text, in any case.
fn hinted(text: &str, words: &Words) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut seen = Vec::new();
    let mut three = 0u32;
    for (end, byte) in bytes.iter().enumerate() {
        three = (three << 8 | u32::from(byte.to_ascii_lowercase())) & 0x00ff_ffff;
        let slot = slot(three);
        let taken = words
            .taken
            .get(usize::from(slot >> 6))
            .is_some_and(|bits| bits >> (slot & 63) & 1 == 1);
        if taken && end >= 2 {
            look(bytes, end - 2, words.slots.get(&slot), &mut seen);
        }
    }
    seen.sort_unstable();
    seen
}

/// The words that stand at `start`.
fn look(bytes: &[u8], start: usize, words: Option<&Vec<Word>>, seen: &mut Vec<usize>) {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let inside = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
    for word in words.into_iter().flatten().filter(|word| !(word.starts && inside)) {
        let there = bytes.get(start..start + word.keyword.len());
        if there.is_some_and(|there| there.eq_ignore_ascii_case(word.keyword.as_bytes()))
            && !seen.contains(&word.entry)
        {
            seen.push(word.entry);
        }
    }
}

/// Every secret of a known form in `text`.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if text.len() < SHORTEST {
        return found;
    }
    let words = &*WORDS;
    let seen = hinted(text, words);
    let entries = seen.into_iter().filter_map(|at| words.entries.get(at));
    for entry in entries.filter(|entry| text.contains(entry.form.also)) {
        let pattern = entry.pattern.get_or_init(|| Regex::new(&entry.form.source()).ok());
        for captures in pattern.iter().flat_map(|pattern| pattern.captures_iter(text)).take(MOST) {
            let Some(secret) = captures.get(1) else { continue };
            let user = user_of(&text[..secret.start()]);
            let secret = secret.as_str();
            if let Some(strength) = judge(user, secret, entry.form)
                && !found.iter().any(|known: &Secret| known.value.contains(secret))
            {
                found.push(Secret { what: entry.form.what, value: secret.to_owned(), strength });
            }
        }
    }
    found
}

/// The name between `//` and the colon at the end of `text`.
fn user_of(text: &str) -> &str {
    let before = text.strip_suffix(':').unwrap_or_default();
    before.rsplit_once("//").map_or("", |(_, user)| user)
}

fn judge(user: &str, secret: &str, form: &Form) -> Option<Strength> {
    match form.check {
        Check::Shape => (!is_shown(secret)).then_some(Strength::Strong),
        Check::Checksum if has_checksum(secret) => Some(Strength::Strong),
        Check::Random | Check::Checksum => {
            (!is_shown(secret) && is_random(secret)).then_some(Strength::Strong)
        }
        Check::Login => value::judge_login(user, secret).filter(|_| !is_shown(secret)),
        Check::Token => value::judge(secret, Promise::Token),
    }
}

/// Its characters are as uneven as chance makes them: 2.6 bits each at least, which no random text
/// of sixteen hexadecimal digits or more falls below.
fn is_random(secret: &str) -> bool {
    crate::model::entropy(secret) >= 2.6
}

/// The checksum that GitHub and npm put behind thirty random characters.
fn has_checksum(secret: &str) -> bool {
    let Some((_, rest)) = secret.split_once('_') else { return false };
    let (Some(random), Some(sum)) = (rest.get(..30), rest.get(30..36)) else { return false };
    rest.len() == 36 && base62(crc32(random.as_bytes())) == sum.as_bytes()
}

/// CRC-32 as in Ethernet and zip.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

/// Six digits: `0` to `9`, `A` to `Z`, `a` to `z`.
fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        let at = usize::try_from(number % 62).unwrap_or_default();
        *digit = DIGITS.get(at).copied().unwrap_or(b'0');
        number /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::{WORDS, base62, crc32, find, has_checksum, hinted};

    #[test]
    fn the_checksum_is_that_of_zip_in_base_62() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
        let random = "x8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3";
        let sum = String::from_utf8(base62(crc32(random.as_bytes())).to_vec()).unwrap();
        assert!(has_checksum(&format!("ghp_{random}{sum}")));
        assert!(!has_checksum(&format!("ghp_{sum}{random}")));
    }

    #[test]
    fn a_checksum_settles_it_and_its_lack_asks_for_chance() {
        let flat = "a".repeat(30);
        let sum = String::from_utf8(base62(crc32(flat.as_bytes())).to_vec()).unwrap();
        assert_eq!(find(&format!("ghp_{flat}{sum}")).len(), 1);
        assert_eq!(find(&format!("ghp_{}", "a".repeat(36))).len(), 0);
        assert_eq!(find(&format!("ghp_{}", "x8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7")).len(), 1);
    }

    #[test]
    fn ordinary_values_hint_at_nothing() {
        for text in [
            "node server.js --port 8080",
            "task-runner disk-usage desk-lamp",
            "registry.example.org/team/app:1.2.3",
            "/usr/local/bin:/usr/bin:/bin",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert!(hinted(text, &WORDS).is_empty(), "{text}");
        }
    }
}
