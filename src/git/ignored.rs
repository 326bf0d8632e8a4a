//! Which new files on disk git would not add.

use std::path::Path;

use bstr::{BStr, BString, ByteSlice as _};
use gix::glob::Pattern;
use gix::glob::pattern::Case;
use gix::glob::wildmatch::Mode;

/// A larger ignore file is left aside.
const LARGEST: u64 = 1 << 20;

/// The patterns of one `.gitignore`, and the folder they count from.
#[derive(Clone, Debug)]
pub(super) struct Ignored {
    folder: BString,
    patterns: Vec<Pattern>,
}

impl Ignored {
    /// Reads an ignore file; `None` where there is none.
    pub(super) fn read(file: &Path, folder: &BStr) -> Option<Self> {
        let about = file.symlink_metadata().ok()?;
        if !about.is_file() || about.len() > LARGEST {
            return None;
        }
        let text = std::fs::read(file).ok()?;
        let lines = text.lines().filter(|line| !line.starts_with(b"#")).map(without_blanks);
        Some(Self {
            folder: folder.to_owned(),
            patterns: lines.filter_map(Pattern::from_bytes).collect(),
        })
    }

    /// What the last pattern that matches says; `None` where none does.
    fn says(&self, path: &BStr, is_folder: bool) -> Option<bool> {
        let below = if self.folder.is_empty() {
            path
        } else {
            path.strip_prefix(self.folder.as_slice())?.strip_prefix(b"/")?.as_bstr()
        };
        let name = below.rfind_byte(b'/').map(|at| at + 1);
        let matches = |pattern: &&Pattern| {
            let mode = Mode::NO_MATCH_SLASH_LITERAL;
            pattern.matches_repo_relative_path(below, name, Some(is_folder), Case::Sensitive, mode)
        };
        self.patterns.iter().rev().find(matches).map(|pattern| !pattern.is_negative())
    }
}

/// Whether a path is ignored: the deepest file that says something decides.
///
/// Source: gitignore(5).
pub(super) fn is_ignored(files: &[Ignored], path: &BStr, is_folder: bool) -> bool {
    files.iter().rev().find_map(|file| file.says(path, is_folder)).unwrap_or(false)
}

/// Blanks at the end don't count unless a backslash stands before them.
fn without_blanks(line: &[u8]) -> &[u8] {
    let end = line.trim_end_with(|c| c == ' ').len();
    match line.get(end) {
        Some(_) if line.get(..end).is_some_and(|text| text.ends_with(b"\\")) => {
            line.get(..=end).unwrap_or(line)
        }
        _ => line.get(..end).unwrap_or(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(text: &str, path: &str, is_folder: bool) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".gitignore");
        std::fs::write(&file, text).unwrap();
        is_ignored(&[Ignored::read(&file, "".into()).unwrap()], path.into(), is_folder)
    }

    #[test]
    fn the_last_pattern_decides() {
        assert!(ignored("*.env\n", "a/b.env", false));
        assert!(!ignored("*.env\n!b.env\n", "a/b.env", false));
        assert!(ignored("/build\n", "build", true) && !ignored("/build\n", "a/build", true));
        assert!(ignored("target/\n", "x/target", true) && !ignored("target/\n", "x/target", false));
        assert!(
            ignored("a/*.log   \n", "a/x.log", false) && !ignored("a/*.log\n", "a/b/x.log", false)
        );
        assert!(!ignored("# *\n", "x", false));
    }
}
