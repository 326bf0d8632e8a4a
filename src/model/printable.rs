//! The one place where foreign text becomes printable.

use std::fmt::Write;

/// `text` on one line, every control, bidirectional and invisible character escaped, at most `limit`
/// characters before "… n bytes".
///
/// Terminals act on C0 and C1 controls, and bidirectional overrides make text lie about its order
/// (CWE-150, CWE-1007); git passes both on to the pusher.
#[must_use]
pub fn printable(text: &str, limit: usize) -> String {
    // Nearly all text is plain, and most of what is measured is made printable.
    if text.len() <= limit && plain(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(limit + 16));
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count == limit {
            let _ = write!(out, "… {} bytes", text.len() - at);
            break;
        }
        escape_into(&mut out, c);
    }
    out
}

/// Bytes that need not be UTF-8 (a path, a ref name): as [`printable`], other bytes as `\xNN`.
#[must_use]
pub fn printable_bytes(bytes: &[u8], limit: usize) -> String {
    if bytes.len() <= limit && plain(bytes) {
        return bytes.iter().map(|&byte| char::from(byte)).collect();
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            escape_into(&mut out, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
        if out.chars().count() > limit {
            return printable(&out, limit);
        }
    }
    out
}

fn plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
}

fn escape_into(out: &mut String, c: char) {
    match c {
        ' '..='~' => out.push(c),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        c if hides(c) => {
            let _ = match u32::from(c) {
                low @ 0..=0xff => write!(out, "\\x{low:02x}"),
                high => write!(out, "\\u{{{high:x}}}"),
            };
        }
        c => out.push(c),
    }
}

/// Controls, and what is drawn as nothing or turns the direction: Unicode's `Cc`, `Cf`, line and
/// paragraph separators, fillers, variation selectors and tags.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f
            | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
            | 0xe0000..=0xe0fff)
}
