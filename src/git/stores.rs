//! Which object directories a repository reads from.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// git follows alternates of alternates five levels deep and ignores what is below.
const DEEPEST: usize = 5;
/// More stores than any fork network has.
const MOST: usize = 1_000;

/// Every object directory once: the roots first, each followed by its alternates. What is no folder
/// is left out, as git does.
pub(super) fn all(roots: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut todo: Vec<(PathBuf, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((folder, depth)) = todo.pop() {
        let Ok(folder) = folder.canonicalize() else { continue };
        if found.contains(&folder) || found.len() == MOST || !folder.is_dir() {
            continue;
        }
        if depth <= DEEPEST {
            let nested = alternates(&folder).into_iter().rev();
            todo.extend(nested.map(|path| (folder.join(path), depth + 1)));
        }
        found.push(folder);
    }
    found
}

/// The stores that gix reads besides when it opens this one; `None` where it would read others than
/// git, or refuse.
pub(super) fn followed(folder: &Path) -> Option<Vec<PathBuf>> {
    if !folder.join("info/alternates").exists() {
        return Some(vec![]);
    }
    let followed = gix::odb::alternate::resolve(folder.to_owned(), folder).ok()?;
    let mut followed: Vec<PathBuf> =
        followed.iter().map(|path| path.canonicalize().ok()).collect::<Option<_>>()?;
    let mut wanted = all(vec![folder.to_owned()]);
    wanted.retain(|path| path != folder);
    wanted.sort();
    followed.sort();
    (wanted == followed).then_some(followed)
}

/// The lines of `info/alternates`; a relative one counts from the store that holds it.
pub(super) fn alternates(folder: &Path) -> Vec<PathBuf> {
    std::fs::read(folder.join("info/alternates"))
        .map_or_else(|_| vec![], |text| paths(&text, b'\n'))
}

/// The entries of `GIT_ALTERNATE_OBJECT_DIRECTORIES` and, with another separator, of
/// `info/alternates`.
///
/// An entry that starts with `#` is a comment, one that starts with `"` is C-quoted; broken quoting
/// is taken as it stands.
///
/// Source: git, odb.c, `parse_alternates`.
pub(super) fn paths(mut list: &[u8], separator: u8) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    while !list.is_empty() {
        let plain = list.iter().position(|&byte| byte == separator).unwrap_or(list.len());
        let (path, used) = match list.first() {
            Some(b'#') => (vec![], plain),
            Some(b'"') => match gix::quote::ansi_c::undo(list.into()) {
                Ok((path, used)) => (path.into_owned().into(), used),
                Err(_) => (list[..plain].to_vec(), plain),
            },
            _ => (list[..plain].to_vec(), plain),
        };
        if !path.is_empty() {
            paths.push(PathBuf::from(OsString::from_vec(path)));
        }
        list = list.get(used + 1..).unwrap_or_default();
    }
    paths
}

/// The entries of the variable `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
pub(super) fn in_variable(value: &OsString) -> Vec<PathBuf> {
    paths(value.as_bytes(), b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Vec<String> {
        let paths = paths(list.as_bytes(), b':');
        paths.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn entries_are_read_as_git_reads_them() {
        assert_eq!(read("/a:b c::/d"), ["/a", "b c", "/d"]);
        assert_eq!(read(r#""/e/a:b\"\303\251":/f"#), ["/e/a:b\"é", "/f"]);
        assert_eq!(read("#/not:/this"), ["/this"]);
        assert_eq!(read(r#""/never closed:/g"#), ["\"/never closed", "/g"]);
        assert_eq!(read("/a:\"\""), ["/a"]);
    }
}
