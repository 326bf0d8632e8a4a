//! Patterns for secrets that a server brings along.

use std::fmt;

/// Secrets and exceptions of a server's own, beside those that the rules know.
pub trait SecretPatterns: fmt::Debug + Send + Sync {
    /// What stands in `text` of the file at `path`: the rule that found it, and the secret.
    fn find(&self, path: &str, text: &str) -> Vec<(String, String)>;
    /// A secret of this file that is let pass, whoever found it.
    fn allows(&self, path: &str, secret: &str) -> bool;
}

/// How many bits of chance each byte of `text` carries, by how often each byte stands in it.
#[must_use]
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX).max(1));
    let share = |count: &u32| f64::from(*count) / all;
    -counts.iter().filter(|count| **count > 0).map(|c| share(c) * share(c).log2()).sum::<f64>()
}
