//! The values that are written as words: severities, days, times, sizes.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::model::Severity;

/// A severity, or `never`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// Everything.
    Info,
    /// Low and worse.
    Low,
    /// Medium and worse.
    Medium,
    /// High and worse.
    High,
    /// Critical alone.
    Critical,
    /// Nothing.
    Never,
}

impl Threshold {
    /// Whether a severity reaches it.
    #[must_use]
    pub fn takes(self, severity: Severity) -> bool {
        self <= Self::from(severity)
    }

    /// The mildest severity that reaches it; `None`: none does.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        Some(match self {
            Self::Info => Severity::Info,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
            Self::Never => return None,
        })
    }

    /// As policy writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
            Self::Never => "never",
        }
    }
}

impl From<Severity> for Threshold {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Low => Self::Low,
            Severity::Medium => Self::Medium,
            Severity::High => Self::High,
            Severity::Critical => Self::Critical,
        }
    }
}

/// A day, `2026-03-31`, with or without quotes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "Written", into = "String")]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Day(pub Date);

#[derive(Deserialize)]
#[serde(untagged, expecting = "not a day: write it as 2026-03-31")]
enum Written {
    Text(String),
    Bare(toml::value::Datetime),
}

impl TryFrom<Written> for Day {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Text(text) => text,
            Written::Bare(date) => date.to_string(),
        };
        let digits = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let day = if digits && text.len() == 10 { text.parse().ok() } else { None };
        day.map(Self).ok_or_else(|| "not a day: write it as 2026-03-31".into())
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

/// A duration: `2s`, `500ms`, `1m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String", extend("pattern" = "^[1-9][0-9]*(ms|s|m)$"))]
pub struct Time(pub Duration);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let units = [("ms", 1), ("s", 1000), ("m", 60_000)];
        let milliseconds = units.into_iter().find_map(|(unit, factor)| {
            let number = text.strip_suffix(unit)?;
            let plain = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse::<u64>().ok().filter(|_| plain)?.checked_mul(factor)
        });
        match milliseconds {
            Some(count @ 1..=3_600_000) => Ok(Self(Duration::from_millis(count))),
            Some(_) => Err("a time is at least 1ms and at most 60m".into()),
            None => Err("not a time: a number and its unit, as 2s, 500ms or 1m".into()),
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        item(deserializer, "a time such as 2s")
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        match time.0.as_millis() {
            whole if whole % 1000 == 0 => format!("{}s", whole / 1000),
            fraction => format!("{fraction}ms"),
        }
    }
}

/// An age: `14d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String", extend("pattern" = "^[1-9][0-9]*(d|w)$"))]
pub struct Age(pub u32);

impl Default for Age {
    fn default() -> Self {
        Self(14)
    }
}

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let days = [("d", 1), ("w", 7)].into_iter().find_map(|(unit, factor)| {
            let number = text.strip_suffix(unit)?;
            let plain = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse::<u32>().ok().filter(|_| plain)?.checked_mul(factor)
        });
        match days {
            Some(days @ 1..=3650) => Ok(Self(days)),
            Some(_) => Err("an age is at least 1d and at most 3650d".into()),
            None => Err("not an age: a number of days or weeks, as 14d or 2w".into()),
        }
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        item(deserializer, "an age such as 14d")
    }
}

impl From<Age> for String {
    fn from(age: Age) -> Self {
        format!("{}d", age.0)
    }
}

/// A size in bytes: `1MiB`, `500KiB`, `65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Amount", into = "String")]
#[schemars(with = "Amount")]
pub struct Size(pub u64);

/// A number of bytes, or a number with `KiB`, `MiB` or `GiB`.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "not a size: bytes as a number, or a text such as 1MiB")]
enum Amount {
    Bytes(u64),
    Text(String),
}

impl TryFrom<Amount> for Size {
    type Error = String;

    fn try_from(amount: Amount) -> Result<Self, String> {
        let bytes = match &amount {
            Amount::Bytes(bytes) => Some(*bytes),
            Amount::Text(text) => bytes_of(text),
        };
        match bytes {
            Some(bytes @ 1..=0xffff_ffff) => Ok(Self(bytes)),
            Some(_) => Err("a size is at least one byte and below 4GiB".into()),
            None => Err("not a size: bytes as a number, or a text such as 1MiB".into()),
        }
    }
}

fn bytes_of(text: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("B", 0), ("", 0)];
    let (number, shift) =
        units.into_iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)))?;
    let number = number.trim_end_matches(' ');
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if plain { number.parse::<u64>().ok()?.checked_mul(1 << shift) } else { None }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
        let unit = units.into_iter().find(|(_, shift)| size.0.trailing_zeros() >= *shift);
        match unit {
            Some((unit, shift)) => format!("{}{unit}", size.0 >> shift),
            None => format!("{}B", size.0),
        }
    }
}

/// A text or number of a list. A visitor, because its error gets the place of its own item.
pub(super) fn item<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: TryFrom<String, Error = String>,
    D: Deserializer<'de>,
{
    struct Visitor<T>(&'static str, PhantomData<T>);
    impl<T: TryFrom<String, Error = String>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            T::try_from(text.into()).map_err(E::custom)
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
            T::try_from(number.to_string()).map_err(E::custom)
        }
    }
    deserializer.deserialize_any(Visitor(expected, PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Option<u64> {
        Size::try_from(Amount::Text(text.into())).ok().map(|size| size.0)
    }

    fn time(text: &str) -> Option<u128> {
        Time::try_from(text.to_owned()).ok().map(|time| time.0.as_millis())
    }

    #[test]
    fn sizes_and_times_have_units() {
        assert_eq!(size("1MiB"), Some(1 << 20));
        assert_eq!(size("2 KiB"), Some(2048));
        assert_eq!(size("77"), Some(77));
        assert_eq!(time("2s"), Some(2000));
        assert_eq!(time("500ms"), Some(500));
        for bad in
            ["", "MiB", "1MB", "-1", "+1", "1.5MiB", "99999999GiB", "0", "18446744073709551615KiB"]
        {
            assert_eq!(size(bad), None, "{bad}");
        }
        for bad in ["", "s", "2", "0s", "2 s", "2h", "+2s", "9999999999999999999s"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_written_back_reads_the_same() {
        for text in ["1MiB", "3KiB", "17B"] {
            assert_eq!(String::from(Size(size(text).unwrap())), text);
        }
        for text in ["2s", "1500ms"] {
            assert_eq!(String::from(Time::try_from(text.to_owned()).unwrap()), text);
        }
    }
}
