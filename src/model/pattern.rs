//! A pattern of an ignore file, and of a `COPY`.

mod regexp;
mod steps;
mod wildcard;

use std::cell::OnceCell;

pub use wildcard::Wildcard;

/// One pattern of a `.dockerignore`, as moby's patternmatcher reads it.
///
/// moby turns a pattern into a regular expression of Go, character by character and blind to
/// brackets; whatever follows from that (`[!a]` is `!` or `a`, `[*]` is no star) is kept.
///
/// Source: moby/patternmatcher, `ignorefile.ReadAll` and `New`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Cleaned, without `!`.
    pub text: String,
    /// It lets through again what an earlier one left out.
    pub exception: bool,
    kind: Kind,
    steps: OnceCell<Vec<steps::Step>>,
}

/// How a pattern is compared; only `Steps` needs a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The path itself.
    Exact,
    /// `x/**`: what starts with it.
    Prefix,
    /// `**/x`: what ends with it.
    Suffix,
    /// Anything else.
    Steps,
}

impl Pattern {
    /// Reads one line. `Ok(None)`: a comment or an empty line.
    ///
    /// # Errors
    /// What makes builders refuse the whole file, as a sentence.
    pub fn parse(line: &str) -> Result<Option<Self>, &'static str> {
        if line.starts_with('#') {
            return Ok(None);
        }
        let line = line.trim();
        if line.is_empty() {
            return Ok(None);
        }
        let (exception, rest) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let mut text = if rest.is_empty() { String::new() } else { clean(rest) };
        if text.len() > 1 && text.starts_with('/') {
            text.remove(0);
        }
        // Once as the file is read, once more as the matcher is made.
        let whole = if exception { format!("!{text}") } else { text };
        let whole = clean(whole.trim());
        let (exception, text) = match whole.strip_prefix('!') {
            Some("") => return Err("`!` without a pattern: builders refuse the file"),
            Some(text) => (true, text.to_owned()),
            None => (false, whole),
        };
        if !wildcard::well_formed(&text) {
            return Err("a pattern that can't be read: builders refuse the file");
        }
        let kind = regexp::kind(&text);
        let pattern = Self { text, exception, kind, steps: OnceCell::new() };
        if kind == Kind::Steps && pattern.text.contains(['[', '\\']) {
            let steps = regexp::steps(&pattern.text)
                .ok_or("a pattern that can't be read: builders refuse the file")?;
            let _ = pattern.steps.set(steps);
        }
        Ok(Some(pattern))
    }

    /// Whether it matches a path or one of the folders above it. Case counts.
    pub fn matches(&self, path: &str) -> bool {
        match self.kind {
            Kind::Exact => {
                path.strip_prefix(&self.text)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    && !self.text.is_empty()
            }
            Kind::Prefix => path.starts_with(self.text.trim_end_matches("**")),
            Kind::Suffix => {
                let suffix = self.text.get(2..).unwrap_or_default();
                with_parents(path).any(|path| {
                    path.ends_with(suffix) || suffix.strip_prefix('/').is_some_and(|s| s == path)
                })
            }
            Kind::Steps => {
                let steps =
                    self.steps.get_or_init(|| regexp::steps(&self.text).unwrap_or_default());
                !steps.is_empty() && steps::accepts(steps, path, true)
            }
        }
    }
}

/// The pattern that decides over a path: the last that changes anything. `None`: let through, and
/// no pattern says so. With an exception the path is let through, without one it is left out.
pub fn deciding<'a, P: std::borrow::Borrow<Pattern>>(
    patterns: &'a [P],
    path: &str,
) -> Option<&'a P> {
    let mut decides: Option<&P> = None;
    for pattern in patterns {
        let left_out = decides.is_some_and(|pattern| !pattern.borrow().exception);
        if pattern.borrow().exception == left_out && pattern.borrow().matches(path) {
            decides = Some(pattern);
        }
    }
    decides
}

/// A path and the folders above it, the longest first.
fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(parent, _)| parent))
}

/// A path in its shortest form, as Go's `path.Clean`: no empty, `.` or inner `..` component.
#[must_use]
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if rooted => {}
            part => kept.push(part),
        }
    }
    match (rooted, kept.is_empty()) {
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
        (true, _) => format!("/{}", kept.join("/")),
    }
}

impl std::borrow::Borrow<Pattern> for super::Spanned<Pattern> {
    fn borrow(&self) -> &Pattern {
        &self.value
    }
}

#[cfg(test)]
mod tests;
