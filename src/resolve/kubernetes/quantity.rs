//! Amounts of resources.
//!
//! Source: Kubernetes API reference, "Quantity": `12`, `0.5`, `500m`, `1Gi`, `1e3`.

use crate::model::{Limit, Node, Resource, Spanned};

/// The limits of a `limits:` or `requests:` mapping.
pub(super) fn limits(node: Option<&Node>) -> Vec<Spanned<Limit>> {
    let entries = node.map_or(&[][..], Node::entries);
    entries.iter().filter_map(|entry| limit(&entry.key.value, &entry.value)).collect()
}

fn limit(name: &str, node: &Node) -> Option<Spanned<Limit>> {
    let (resource, per_thousand) = match name {
        "memory" => (Resource::Memory, false),
        "cpu" => (Resource::Cpu, true),
        "ephemeral-storage" => (Resource::Storage, false),
        _ => return None,
    };
    let text = node.text().filter(|_| !node.is_null())?;
    let thousandths = thousandths(text).filter(|_| !node.is_opaque());
    let amount =
        thousandths.map(|amount| if per_thousand { amount } else { amount.div_ceil(1000) });
    // Nothing holds back what may have none.
    let bound = amount.filter(|amount| *amount > 0);
    let unknown = amount.is_none();
    Some(node.place(Limit { resource, amount: bound, unknown, text: text.to_owned() }))
}

/// An amount in thousandths, rounded up; `None` for what is no amount, the most there is for what
/// does not fit.
fn thousandths(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (factor, power) = scale(suffix)?;
    let mut mantissa: u128 = 0;
    let mut rounded = false;
    let mut scale = power + 3;
    for digit in whole.bytes() {
        mantissa = mantissa.checked_mul(10)?.checked_add(u128::from(digit - b'0'))?;
    }
    for digit in fraction.bytes() {
        match mantissa.checked_mul(10) {
            Some(more) if more < 1 << 80 => {
                mantissa = more + u128::from(digit - b'0');
                scale -= 1;
            }
            _ => rounded |= digit != b'0',
        }
    }
    let mut amount = mantissa.saturating_mul(factor);
    for _ in 0..scale.clamp(0, 40) {
        amount = amount.saturating_mul(10);
    }
    for _ in 0..(-scale).clamp(0, 60) {
        rounded |= amount % 10 != 0;
        amount /= 10;
    }
    let amount = u64::try_from(amount).unwrap_or(u64::MAX);
    Some(amount.saturating_add(u64::from(rounded)))
}

/// A factor and a power of ten.
fn scale(suffix: &str) -> Option<(u128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        _ => (
            1,
            suffix.strip_prefix(['e', 'E'])?.parse().ok().filter(|power: &i32| power.abs() < 40)?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("0.5", Some(500)),
            (".50", Some(500)),
            ("500m", Some(500)),
            ("1Gi", Some(1000 << 30)),
            ("1024Mi", Some(1000 << 30)),
            ("1073741824", Some(1000 << 30)),
            ("1e3", Some(1_000_000)),
            ("1E3", Some(1_000_000)),
            ("1E", Some(u64::MAX)),
            ("1.5G", Some(1_500_000_000_000)),
            ("100u", Some(1)),
            ("1.1", Some(1100)),
            ("0.57", Some(570)),
            ("", None),
            ("Gi", None),
            ("1.2.3", None),
            ("1gb", None),
            ("-1", None),
            ("{{ .Values.x }}", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }
}
