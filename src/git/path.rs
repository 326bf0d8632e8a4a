//! Paths as git has them: bytes, `/` between folders.

use bstr::{BStr, BString, ByteSlice as _};

pub(super) fn join(folder: &BStr, name: &BStr) -> BString {
    let mut path = BString::from(Vec::with_capacity(folder.len() + name.len() + 1));
    path.extend_from_slice(folder);
    if !folder.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A path's folder, empty for the top, and its name.
pub(super) fn split(path: &BStr) -> (&BStr, &BStr) {
    match path.rfind_byte(b'/') {
        Some(at) => (path[..at].as_bstr(), path[at + 1..].as_bstr()),
        None => ("".into(), path),
    }
}

/// The parts of a path, the last one first; what means nothing is left out.
pub(super) fn parts(path: &BStr) -> Vec<BString> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    parts.rev().map(BString::from).collect()
}
