//! The words that must stand in a text before a pattern is tried, in a table that the compiler makes.

use super::provider::{Form, TABLES};

/// How many bits three bytes are told apart by.
const BITS: u32 = 12;
/// How many forms there are.
pub(super) const FORMS: usize = count(false);
/// No further word.
const NONE: u16 = u16::MAX;

/// A word to look for, and whose it is.
#[derive(Clone, Copy)]
struct Word {
    keyword: &'static str,
    /// Which form's.
    form: u16,
    /// No letter, digit, `_` or `-` may stand in front of it.
    starts: bool,
    /// The next word of the same slot.
    next: u16,
}

/// Every keyword by its first three bytes. Made when plimsoll starts, it would take longer than
/// everything else that is done about a push.
struct Words {
    /// Which slots hold a word at all: small enough to stay in the processor's nearest cache.
    taken: [u64; 1 << (BITS - 6)],
    /// The first word of each slot.
    first: [u16; 1 << BITS],
    all: [Word; count(true)],
}

static WORDS: Words = Words::new();

/// The forms, or their keywords.
const fn count(keywords: bool) -> usize {
    let (mut table, mut sum) = (0, 0);
    while table < TABLES.len() {
        let mut form = 0;
        while form < TABLES[table].len() {
            sum += if keywords { TABLES[table][form].keywords.len() } else { 1 };
            form += 1;
        }
        table += 1;
    }
    sum
}

/// All forms, those that say more of the credential first.
pub(super) static ALL: [&Form; FORMS] = {
    let mut all = [&TABLES[0][0]; FORMS];
    let (mut table, mut at) = (0, 0);
    while table < TABLES.len() {
        let mut form = 0;
        while form < TABLES[table].len() {
            all[at] = &TABLES[table][form];
            at += 1;
            form += 1;
        }
        table += 1;
    }
    all
};

impl Words {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the compiler holds both counts against u16"
    )]
    const fn new() -> Self {
        assert!(count(true) < NONE as usize && FORMS < NONE as usize);
        let none = Word { keyword: "", form: 0, starts: false, next: NONE };
        let mut made = Self {
            taken: [0; 1 << (BITS - 6)],
            first: [NONE; 1 << BITS],
            all: [none; count(true)],
        };
        let (mut form, mut at) = (0, 0);
        while form < FORMS {
            let mut key = 0;
            while key < ALL[form].keywords.len() {
                let keyword = ALL[form].keywords[key];
                let bytes = keyword.as_bytes();
                let slot = slot(u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]));
                made.taken[slot >> 6] |= 1 << (slot & 63);
                let (starts, next) = (ALL[form].starts_with(keyword), made.first[slot]);
                made.all[at] = Word { keyword, form: form as u16, starts, next };
                made.first[slot] = at as u16;
                at += 1;
                key += 1;
            }
            form += 1;
        }
        made
    }

    /// The words whose first three bytes fall into a slot.
    fn of(&self, slot: usize) -> impl Iterator<Item = &Word> {
        let taken = self.taken.get(slot >> 6).is_some_and(|bits| bits >> (slot & 63) & 1 == 1);
        let first = if taken { self.first.get(slot) } else { None };
        let word = |at: u16| self.all.get(usize::from(at));
        std::iter::successors(first.and_then(|at| word(*at)), move |last| word(last.next))
    }
}

/// Where a word stands whose first three bytes, in small letters, are these.
const fn slot(three: u32) -> usize {
    (three.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// Which of [`ALL`] forms have a keyword in the text, in any case, in their order.
pub(super) fn hinted(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut seen = Vec::new();
    let mut three = 0u32;
    for (end, byte) in bytes.iter().enumerate() {
        three = (three << 8 | u32::from(byte.to_ascii_lowercase())) & 0x00ff_ffff;
        if end < 2 {
            continue;
        }
        for word in WORDS.of(slot(three)) {
            if stands(word, bytes, end - 2) && !seen.contains(&usize::from(word.form)) {
                seen.push(usize::from(word.form));
            }
        }
    }
    seen.sort_unstable();
    seen
}

/// Whether the word stands at `start`.
fn stands(word: &Word, bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let inside = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
    let there = bytes.get(start..start + word.keyword.len());
    !(word.starts && inside)
        && there.is_some_and(|there| there.eq_ignore_ascii_case(word.keyword.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{ALL, hinted};

    #[test]
    fn ordinary_values_hint_at_nothing() {
        for text in [
            "node server.js --port 8080",
            "task-runner disk-usage desk-lamp",
            "registry.example.org/team/app:1.2.3",
            "/usr/local/bin:/usr/bin:/bin",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert!(hinted(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn every_keyword_hints_at_its_form_in_any_case() {
        for (at, form) in ALL.iter().enumerate() {
            for keyword in form.keywords {
                for text in [format!(" {keyword}"), format!(" {}", keyword.to_uppercase())] {
                    assert!(hinted(&text).contains(&at), "{keyword}");
                }
            }
        }
    }
}
