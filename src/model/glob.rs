//! The globs of policy: for paths, ref names and images.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Longest pattern taken.
const LONGEST: usize = 512;

/// A pattern over bytes that must match from the first to the last one, case-sensitive.
///
/// Shape: `?` is one byte other than `/`, `*` any number of them, `**` any number of any bytes, and
/// `**/` also nothing; `\` takes what a byte means away. There are no brackets and no braces.
/// Matching costs pattern times text, whatever both hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "String")]
pub struct Glob {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Byte(u8),
    One,
    Within,
    Across,
    Folders,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, where it could never match or means something else elsewhere.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty glob matches nothing".into());
        }
        if text.len() > LONGEST {
            return Err(format!("longer than {LONGEST} bytes"));
        }
        let mut steps = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((step, after)) = step(rest, steps.last())? {
            steps.push(step);
            rest = after;
        }
        check_components(&steps)?;
        Ok(Self { text: text.into(), steps })
    }

    /// Whether it matches all of `text`.
    #[must_use]
    pub fn matches(&self, text: &[u8]) -> bool {
        let mut now = vec![false; self.steps.len() + 1];
        let mut next = now.clone();
        self.enter(0, &mut now);
        for &byte in text {
            next.fill(false);
            for (index, step) in self.steps.iter().enumerate() {
                if now.get(index).copied().unwrap_or_default() {
                    self.advance(index, *step, byte, &mut next);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.last().copied().unwrap_or_default()
    }

    /// What stands before the first wildcard.
    #[must_use]
    pub fn fixed(&self) -> Vec<u8> {
        let bytes = self.steps.iter().map_while(|step| match step {
            Step::Byte(byte) => Some(*byte),
            _ => None,
        });
        bytes.collect()
    }

    /// Whether it holds no wildcard: it matches one text.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Byte(_)))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn advance(&self, index: usize, step: Step, byte: u8, next: &mut [bool]) {
        match step {
            Step::Byte(wanted) if wanted == byte => self.enter(index + 1, next),
            Step::One if byte != b'/' => self.enter(index + 1, next),
            Step::Within if byte != b'/' => self.enter(index, next),
            Step::Across => self.enter(index, next),
            Step::Folders if byte == b'/' => self.enter(index, next),
            Step::Folders => {
                if let Some(state) = next.get_mut(index) {
                    *state = true; // in the middle of a folder's name: not past it
                }
            }
            _ => {}
        }
    }

    /// Marks a state, and those behind it that need no byte.
    fn enter(&self, mut index: usize, states: &mut [bool]) {
        while let Some(state) = states.get_mut(index) {
            *state = true;
            match self.steps.get(index) {
                Some(Step::Within | Step::Across | Step::Folders) => index += 1,
                _ => return,
            }
        }
    }
}

/// The first step of `rest` and what stands behind it.
fn step<'a>(rest: &'a [u8], before: Option<&Step>) -> Result<Option<(Step, &'a [u8])>, String> {
    let starts_component = matches!(before, None | Some(Step::Byte(b'/') | Step::Folders));
    Ok(Some(match rest {
        [] => return Ok(None),
        [b'*', b'*', b'*', ..] => return Err("`***` means nothing; `**` crosses folders".into()),
        [b'*', b'*', b'/', after @ ..] if starts_component => (Step::Folders, after),
        [b'*', b'*', after @ ..] => (Step::Across, after),
        [b'*', after @ ..] => (Step::Within, after),
        [b'?', after @ ..] => (Step::One, after),
        [b'\\'] => return Err("nothing stands behind the last `\\`".into()),
        [byte @ (b'[' | b'{'), ..] => {
            let byte = char::from(*byte);
            return Err(format!(
                "`{byte}` has no meaning here: write `\\{byte}` for the character"
            ));
        }
        [b'\\', byte, after @ ..] | [byte, after @ ..] => (Step::Byte(*byte), after),
    }))
}

/// Refuses what no path, ref or image could match.
fn check_components(steps: &[Step]) -> Result<(), String> {
    for component in steps.split(|step| matches!(step, Step::Byte(b'/') | Step::Folders)) {
        match component {
            [Step::Byte(b'.')] | [Step::Byte(b'.'), Step::Byte(b'.')] => {
                return Err("`.` and `..` are in no path that git knows".into());
            }
            _ => {}
        }
    }
    if steps.first() == Some(&Step::Byte(b'/')) {
        return Err("it starts with `/`, but names are relative to the top".into());
    }
    if matches!(steps.last(), Some(Step::Byte(b'/') | Step::Folders)) {
        return Err("it ends with `/`: `/**` is everything below".into());
    }
    if steps.windows(2).any(|pair| pair == [Step::Byte(b'/'), Step::Byte(b'/')]) {
        return Err("`//` is in no name".into());
    }
    Ok(())
}

// By hand, because an error from inside a visitor gets the place of its own list item.
impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Glob;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a glob")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Glob, E> {
                Glob::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> Self {
        glob.text
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(glob: &str, text: &str) -> bool {
        Glob::new(glob).unwrap().matches(text.as_bytes())
    }

    #[test]
    fn it_takes_what_it_names() {
        for (glob, text) in [
            ("refs/heads/main", "refs/heads/main"),
            ("refs/heads/*", "refs/heads/main"),
            ("refs/heads/release/**", "refs/heads/release/1/2"),
            ("refs/**", "refs/x"),
            ("**", "a/b/c"),
            ("**/Dockerfile", "Dockerfile"),
            ("**/Dockerfile", "a/b/Dockerfile"),
            ("a/**/z", "a/z"),
            ("a/**/z", "a/b/c/z"),
            ("*.Dockerfile", "web.Dockerfile"),
            ("v?.?", "v1.2"),
            ("docker.io/**:*-nonroot", "docker.io/a/b:12-nonroot"),
            ("\\[id\\]/\\*", "[id]/*"),
            ("**/test/**/*.*", "x/test/y/a.b.c"),
        ] {
            assert!(matches(glob, text), "{glob} should match {text}");
        }
    }

    #[test]
    fn it_takes_nothing_else() {
        for (glob, text) in [
            ("refs/heads/main", "refs/heads/Main"),
            ("refs/heads/main", "refs/heads/main2"),
            ("refs/heads/main", "xrefs/heads/main"),
            ("refs/heads/main", "refs/heads/main\n"),
            ("refs/heads/*", "refs/heads/a/b"),
            ("refs/heads/*", "refs/heads"),
            ("refs/heads/release/**", "refs/heads/release"),
            ("refs/heads/release/**", "refs/heads/release2/x"),
            ("**/Dockerfile", "xDockerfile"),
            ("**/Dockerfile", "a/xDockerfile"),
            ("a/**/z", "a/bz"),
            ("a/**/z", "az"),
            ("v?.?", "v1/2"),
            ("v?", "v"),
            ("docker.io/library/*", "docker.io/evil/library/x"),
        ] {
            assert!(!matches(glob, text), "{glob} should not match {text}");
        }
    }

    #[test]
    fn what_never_matches_is_refused() {
        for glob in ["", "/a", "a/", "a//b", "a/../b", "./a", "..", "[ab]", "{a,b}", "***", "a\\"] {
            assert!(Glob::new(glob).is_err(), "{glob} should be refused");
        }
        assert!(Glob::new(&"a".repeat(513)).is_err());
    }

    /// What the steps say, by trying everything: the meaning that the linear matcher must keep.
    fn oracle(steps: &[Step], text: &[u8]) -> bool {
        let Some((step, steps)) = steps.split_first() else { return text.is_empty() };
        let splits = 0..=text.len();
        match step {
            Step::Byte(byte) => text.first() == Some(byte) && oracle(steps, &text[1..]),
            Step::One => {
                text.first().is_some_and(|&byte| byte != b'/') && oracle(steps, &text[1..])
            }
            Step::Within => splits
                .take_while(|&at| !text[..at].contains(&b'/'))
                .any(|at| oracle(steps, &text[at..])),
            Step::Across => splits.into_iter().any(|at| oracle(steps, &text[at..])),
            Step::Folders => splits
                .filter(|&at| at == 0 || text[at - 1] == b'/')
                .any(|at| oracle(steps, &text[at..])),
        }
    }

    proptest! {
        #[test]
        fn it_means_what_trying_everything_says(glob in "[ab/*?]{1,8}", text in "[ab/]{0,8}") {
            if let Ok(glob) = Glob::new(&glob) {
                prop_assert_eq!(glob.matches(text.as_bytes()), oracle(&glob.steps, text.as_bytes()));
            }
        }
    }

    #[test]
    fn many_stars_cost_no_more_than_length_times_length() {
        let glob = Glob::new(&"*a**b".repeat(100)).unwrap();
        assert!(!glob.matches("ab/".repeat(1300).as_bytes()));
    }
}
