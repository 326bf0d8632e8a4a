//! What git tells a hook in its environment.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use bstr::BString;

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
