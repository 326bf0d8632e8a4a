//! What git tells a hook in its environment.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bstr::{BString, ByteSlice as _};

/// The variables and the folder a process was started with; tests bring their own.
pub struct Environment<'a> {
    /// The value of a variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The current folder, absolute.
    pub folder: PathBuf,
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Environment<'_> {
    /// This process's own.
    pub fn own() -> Result<Self> {
        let folder = std::env::current_dir().context("the current folder can't be found")?;
        Ok(Environment { variable: &|name| std::env::var_os(name), folder })
    }

    /// A variable that holds a path, absolute; `None` where it is unset or empty.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let value = (self.variable)(name).filter(|value| !value.is_empty())?;
        Some(self.folder.join(value))
    }
}

/// What the pusher sent with `git push -o`, in order, as bytes.
///
/// Options beyond `GIT_PUSH_OPTION_COUNT` may be inherited from elsewhere and are never read; git sets
/// the count to 0 also where the server offers no options.
///
/// Source: githooks(5), "pre-receive".
pub fn push_options(environment: &Environment<'_>) -> Vec<BString> {
    const MOST: usize = 10_000;
    let count = (environment.variable)("GIT_PUSH_OPTION_COUNT")
        .and_then(|count| count.to_str()?.parse::<usize>().ok())
        .unwrap_or(0);
    (0..count.min(MOST))
        .filter_map(|at| (environment.variable)(&format!("GIT_PUSH_OPTION_{at}")))
        .map(|option| option.into_vec().into())
        .collect()
}

/// What `git -c NAME=VALUE` said last about a setting that is on or off; `None` where it said nothing.
///
/// Shape of `GIT_CONFIG_PARAMETERS`: words quoted for a shell, `'name=value'` or `'name'='value'`.
///
/// Source: git, config.c, `git_config_from_parameters`.
pub(super) fn parameter(list: &OsStr, name: &str) -> Option<bool> {
    let words = unquoted(list.as_bytes()).into_iter().rev();
    let mut values = words.filter_map(|word| {
        let (key, value) =
            word.split_once_str("=").unwrap_or((word.as_slice(), b"true".as_slice()));
        let value = value.to_ascii_lowercase();
        let is_on = !matches!(value.as_slice(), b"" | b"0" | b"false" | b"no" | b"off");
        key.eq_ignore_ascii_case(name.as_bytes()).then_some(is_on)
    });
    values.next()
}

/// Words in single quotes, as git writes them: a quote inside is `'\''`.
fn unquoted(list: &[u8]) -> Vec<BString> {
    let (mut words, mut word) = (Vec::new(), BString::default());
    let (mut quoted, mut escaped) = (false, false);
    for &byte in list {
        match byte {
            _ if std::mem::take(&mut escaped) => word.push(byte),
            b'\'' => quoted = !quoted,
            b'\\' if !quoted => escaped = true,
            b' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(byte),
        }
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_the_caller_counts() {
        let said = |list: &str| parameter(list.as_ref(), "receive.advertisePushOptions");
        assert_eq!(said("'receive.advertisepushoptions=true'"), Some(true));
        assert_eq!(said("'x.y'='a b' 'receive.advertisePushOptions'='no'"), Some(false));
        assert_eq!(said("'receive.advertisePushOptions'= 'a.b=it'\\''s'"), Some(false));
        assert_eq!(said("'receive.advertisePushOptions'"), Some(true));
        assert_eq!(said("'a.b=receive.advertisePushOptions=1'"), None);
        assert_eq!(said(""), None);
    }
}
