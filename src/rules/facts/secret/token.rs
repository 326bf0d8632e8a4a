//! Secrets with a form of their own.

use std::sync::OnceLock;

use regex::Regex;

use super::name::Promise;
use super::provider::{Check, Form};
use super::shown::is_shown;
use super::words::{ALL, FORMS, hinted};
use super::{Secret, Strength, login, value};

/// The pattern of each form, once somebody needed it.
static PATTERNS: [OnceLock<Option<Regex>>; FORMS] = [const { OnceLock::new() }; FORMS];
/// Shortest text that any form fits in.
const SHORTEST: usize = 8;
/// How many secrets of one form are told in one text.
const MOST: usize = 32;

/// Every secret of a known form in `text`.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if text.len() < SHORTEST {
        return found;
    }
    let forms = hinted(text).into_iter().filter_map(|at| Some((ALL.get(at)?, PATTERNS.get(at)?)));
    for (form, pattern) in forms.filter(|(form, _)| text.contains(form.also)) {
        let pattern = pattern.get_or_init(|| Regex::new(&form.source()).ok());
        for captures in pattern.iter().flat_map(|pattern| pattern.captures_iter(text)).take(MOST) {
            let Some(secret) = captures.get(1) else { continue };
            let user = user_of(&text[..secret.start()]);
            let secret = secret.as_str();
            if let Some(strength) = judge(user, secret, form)
                && !found.iter().any(|known: &Secret| known.value.contains(secret))
            {
                found.push(Secret { what: form.what, value: secret.to_owned(), strength });
            }
        }
    }
    found
}

/// The name in front of the colon at the end of `text`, behind `//` or by itself.
fn user_of(text: &str) -> &str {
    let before = text.strip_suffix(':').unwrap_or_default();
    before.rsplit(['/', ' ', '=', '"', '\'']).next().unwrap_or_default()
}

fn judge(user: &str, secret: &str, form: &Form) -> Option<Strength> {
    match form.check {
        Check::Shape => (!is_shown(secret)).then_some(Strength::Strong),
        Check::Checksum if has_checksum(secret) => Some(Strength::Strong),
        Check::Random | Check::Checksum => {
            (!is_shown(secret) && is_random(secret)).then_some(Strength::Strong)
        }
        Check::Login => login::judge_login(user, secret).filter(|_| !is_shown(secret)),
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
    use super::{base62, crc32, find, has_checksum};

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
}
