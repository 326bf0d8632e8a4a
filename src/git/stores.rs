//! Which object directories a repository reads from.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// git follows alternates of alternates five levels deep and ignores what is below.
const DEEPEST: usize = 5;
/// More stores than any fork network has.
const MOST: usize = 1_000;

/// One object directory.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Device and inode: what tells two spellings of a path apart from two folders, at the cost of
    /// one call.
    identity: (u64, u64),
    has_alternates: bool,
}

/// Every object directory once: the roots first, each followed by its alternates. What is no folder
/// is left out, as git does.
pub(super) fn all(roots: Vec<PathBuf>) -> Vec<Folder> {
    let mut found: Vec<Folder> = Vec::new();
    let mut todo: Vec<(PathBuf, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    while let Some((path, depth)) = todo.pop() {
        let Some(identity) = identity(&path) else { continue };
        if found.len() == MOST || found.iter().any(|folder| folder.identity == identity) {
            continue;
        }
        let alternates = alternates(&path);
        let has_alternates = !alternates.is_empty();
        if depth <= DEEPEST {
            todo.extend(alternates.into_iter().rev().map(|nested| (path.join(nested), depth + 1)));
        }
        found.push(Folder { path, identity, has_alternates });
    }
    found
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = path.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    Some((about.dev(), about.ino()))
}

impl Folder {
    /// The stores that gix reads besides when it opens this one; `None` where it would read others
    /// than git, or refuse.
    pub(super) fn followed(&self) -> Option<Covered> {
        if !self.has_alternates {
            return Some(Covered(vec![]));
        }
        let followed = gix::odb::alternate::resolve(self.path.clone(), &self.path).ok()?;
        let mut followed: Vec<_> =
            followed.iter().map(|path| identity(path)).collect::<Option<_>>()?;
        let mut wanted: Vec<_> =
            all(vec![self.path.clone()]).iter().map(|folder| folder.identity).collect();
        wanted.retain(|&identity| identity != self.identity);
        wanted.sort_unstable();
        followed.sort_unstable();
        (wanted == followed).then_some(Covered(followed))
    }

    /// How many packs it holds, as far as their names tell. gix would ask the file system about each.
    pub(super) fn packs(&self) -> usize {
        let Ok(names) = std::fs::read_dir(self.path.join("pack")) else { return 0 };
        let is_index = |name: &[u8]| name.ends_with(b".idx") || name.starts_with(b"multi-pack");
        names.flatten().filter(|name| is_index(name.file_name().as_bytes())).count()
    }

    pub(super) fn has_alternates(&self) -> bool {
        self.has_alternates
    }
}

/// Stores that are read already.
#[derive(Debug, Default)]
pub(super) struct Covered(Vec<(u64, u64)>);

impl Covered {
    pub(super) fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub(super) fn holds(&self, folder: &Folder) -> bool {
        self.0.contains(&folder.identity)
    }
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
