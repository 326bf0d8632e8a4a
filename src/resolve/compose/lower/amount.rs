//! Sizes and shares as Docker writes them.
//!
//! Source: docker/go-units, `RAMInBytes`; Compose Specification, "Specifying byte values".

/// Bytes of `512m`, `1.5GiB`, `1073741824`; negative ones have no bound.
pub(super) fn bytes(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.parse().ok()?;
    let unit = unit.trim_start().trim_end_matches('b').trim_end_matches('i');
    let power = match unit {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    Some(number * 1024_f64.powi(power))
}

/// Thousandths of a processor of `0.5`, `500m`.
pub(super) fn processors(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().ok(),
        None => text.parse::<f64>().ok().map(|number| number * 1000.0),
    }
}

/// A count; negative ones have no bound.
pub(super) fn count(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// A whole amount; `None` for zero, below, and what is no number: without a bound.
pub(super) fn bounded(amount: f64) -> Option<u64> {
    if !amount.is_finite() || amount <= 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and saturating is right for more than there is"
    )]
    let whole = amount.round().max(1.0) as u64;
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::{bounded, bytes, processors};

    #[test]
    fn sizes_of_any_unit_are_alike() {
        for text in
            ["1g", "1G", "1gb", "1GiB", "1Gi", "1024m", "1024 MB", "1048576k", "1073741824b"]
        {
            assert_eq!(bytes(text).and_then(bounded), Some(1 << 30), "{text}");
        }
        assert_eq!(bytes("0.5k").and_then(bounded), Some(512));
        for text in ["0", "-1", "x", "1x", ""] {
            assert_eq!(bytes(text).and_then(bounded), None, "{text}");
        }
    }

    #[test]
    fn shares_of_a_processor() {
        for text in ["0.5", ".5", ".50", "500m"] {
            assert_eq!(processors(text).and_then(bounded), Some(500), "{text}");
        }
        assert_eq!(processors("0.0001").and_then(bounded), Some(1));
    }
}
