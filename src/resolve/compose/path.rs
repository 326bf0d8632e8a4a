//! Paths that compose files name, relative to a folder of the tree.

use bstr::{BStr, BString, ByteSlice as _};

/// The folder of a path; empty for the top.
pub(super) fn parent(path: &BStr) -> &BStr {
    path.rfind_byte(b'/').map_or(b"".as_bstr(), |at| path.get(..at).unwrap_or_default().as_bstr())
}

/// The last part of a path.
pub(super) fn name(path: &BStr) -> &BStr {
    path.rfind_byte(b'/').map_or(path, |at| path.get(at + 1..).unwrap_or_default().as_bstr())
}

/// A path in a folder.
pub(super) fn join(folder: &BStr, name: &BStr) -> BString {
    if folder.is_empty() { name.into() } else { [folder.as_bytes(), name].join(&b'/').into() }
}

/// The path in the tree that `text` names from `folder`: `None` where it is absolute, a URL, holds
/// an unknown variable, or leads out of the tree.
pub(super) fn inside(folder: &BStr, text: &str) -> Option<BString> {
    if !is_relative(text) {
        return None;
    }
    let (above, parts) = normal(folder, text);
    (above == 0).then(|| parts.join(&b"/"[..]).into())
}

/// `text` as it reads from the folder `to`, where it was written to be read from `from`.
pub(super) fn rebased(text: &str, from: &BStr, to: &BStr) -> Option<String> {
    if from == to || !is_relative(text) {
        return None;
    }
    let (above, parts) = normal(from, text);
    let base: Vec<&[u8]> = to.split_str("/").filter(|part| !part.is_empty()).collect();
    let common = match above {
        0 => parts.iter().zip(&base).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let ups = base.len() - common + above;
    let mut out = if ups == 0 { "./".to_owned() } else { "../".repeat(ups) };
    out += &parts.get(common..).unwrap_or_default().join(&b"/"[..]).to_str_lossy();
    if out.len() > 2 {
        out.truncate(out.trim_end_matches('/').len());
    }
    Some(out)
}

/// A path that is counted from some folder.
fn is_relative(text: &str) -> bool {
    let drive = text.as_bytes().get(1) == Some(&b':');
    !(text.is_empty() || text.starts_with(['/', '~', '$', '\\']) || is_remote(text) || drive)
}

/// Something that is fetched, or built by another service.
pub(super) fn is_remote(text: &str) -> bool {
    text.contains("://")
        || ["git@", "github.com/", "service:"].iter().any(|start| text.starts_with(start))
}

/// The parts of a path from the top, and how many folders above the top it starts.
fn normal<'p>(folder: &'p BStr, text: &'p str) -> (usize, Vec<&'p [u8]>) {
    let mut above = 0;
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folder.split_str("/").chain(text.as_bytes().split_str("/")) {
        match part {
            b"" | b"." => {}
            b".." => {
                if parts.pop().is_none() {
                    above += 1;
                }
            }
            part => parts.push(part),
        }
    }
    (above, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_from_its_folder() {
        for (folder, text, expected) in [
            ("", "./a/../b.env", Some("b.env")),
            ("a/b", "../c", Some("a/c")),
            ("a/b", "../..", Some("")),
            ("a", "../../c", None),
            ("a", "/c", None),
            ("a", "${X}/c", None),
            ("a", "https://h/c", None),
        ] {
            let expected = expected.map(BString::from);
            assert_eq!(inside(folder.into(), text), expected, "{folder} {text}");
        }
    }

    #[test]
    fn a_path_is_read_from_another_folder() {
        for (text, from, to, expected) in [
            (".", "a/b", "a", Some("./b")),
            ("./x", "a/b", "", Some("./a/b/x")),
            ("../x/", "a/b", "a/c", Some("../x")),
            ("..", "a", "", Some("./")),
            ("../../x", "a", "b/c", Some("../../../x")),
            ("x", "a", "a", None),
            ("~/x", "a", "", None),
            ("git@h:x", "a", "", None),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(rebased(text, from.into(), to.into()), expected, "{text} {from} {to}");
        }
    }
}
