//! Base64, as Secrets hold it. Source: RFC 4648, sections 4 and 5.

/// What a text stands for, as far as it is text itself; `None` where it is no Base64.
pub(in crate::resolve) fn decoded(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let end = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let (digits, padding) = digits.split_at_checked(end)?;
    if padding.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for &digit in digits {
        bits = (bits << 6 | value(digit)?) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

/// A text in Base64.
pub(in crate::resolve) fn encoded(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::with_capacity(text.len().div_ceil(3) * 4);
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * place) & 63) as usize).copied();
            let digit = digit.filter(|_| place <= three.len());
            coded.push(char::from(digit.unwrap_or(b'=')));
        }
    }
    coded
}

fn value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn texts() {
        for (coded, plain) in [
            ("", ""),
            ("aHVudGVyMg==", "hunter2"),
            ("aHVudGVyMg", "hunter2"),
            ("aHVu\n  dGVyMg==\n", "hunter2"),
            ("8J+UkQ==", "\u{1f511}"),
            ("8J-UkQ", "\u{1f511}"),
        ] {
            assert_eq!(decoded(coded).as_deref(), Some(plain), "{coded}");
        }
        for plain in ["", "h", "hi", "hi!", "hunter2", "\u{1f511}"] {
            assert_eq!(decoded(&encoded(plain)).as_deref(), Some(plain));
        }
        assert_eq!(encoded("hunter2"), "aHVudGVyMg==");
        for wrong in ["a", "hunter2!", "a===", "aGk=aGk="] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }
}
