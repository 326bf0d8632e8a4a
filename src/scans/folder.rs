//! What lies in the folder of reports: names, times and sizes, within bounds.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::model::printable_bytes;

/// Reports looked at; of more the newest.
const MOST: usize = 10_000;
/// Largest report that is read, in bytes.
pub(super) const LARGEST: u64 = 64 << 20;
/// Folders entered, one in the other.
const DEPTH: usize = 8;
/// Names looked at.
const NAMES: usize = 200_000;

/// What tells whether a report is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    /// Its path below the folder.
    pub(super) path: String,
    /// When it was last written, in nanoseconds since 1970.
    pub(super) written: i128,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Which file it is: a rename onto a name leaves time and size as they were elsewhere.
    pub(super) inode: u64,
}

/// The reports of a folder, newest first, and what is wrong with some of them.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) stamps: Vec<Stamp>,
    pub(super) faults: Vec<String>,
    names: usize,
}

/// Lists what ends in `.json` or `.sarif`, hidden names left out. A link counts where it leads to a
/// file inside the folder.
pub(super) fn list(folder: &Path) -> Listing {
    let mut listing = Listing::default();
    let top = match fs::canonicalize(folder) {
        Ok(top) => top,
        Err(error) => {
            let name = printable_bytes(folder.as_os_str().as_encoded_bytes(), 200);
            listing.faults.push(format!("scan reports {name} can't be read: {error}"));
            return listing;
        }
    };
    enter(&top, &top, DEPTH, &mut listing);
    listing.stamps.sort_by(|a, b| b.written.cmp(&a.written).then_with(|| a.path.cmp(&b.path)));
    if listing.stamps.len() > MOST {
        let left = listing.stamps.len() - MOST;
        listing.faults.push(format!("{left} scan reports are more than {MOST}: not read"));
        listing.stamps.truncate(MOST);
    }
    listing
}

fn enter(top: &Path, folder: &Path, depth: usize, listing: &mut Listing) {
    let shown = |path: &Path| printable_bytes(path.as_os_str().as_encoded_bytes(), 200);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let fault = format!("scan reports {} can't be read: {error}", shown(folder));
            listing.faults.push(fault);
            return;
        }
    };
    for entry in entries.flatten() {
        listing.names += 1;
        if listing.names > NAMES {
            return;
        }
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.as_encoded_bytes();
        if name.starts_with(b".") {
            continue;
        }
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if depth > 1 {
                enter(top, &path, depth - 1, listing);
            }
        } else if name.ends_with(b".json") || name.ends_with(b".sarif") {
            match stamp(top, &path, kind.is_symlink()) {
                Ok(Some(stamp)) => listing.stamps.push(stamp),
                Ok(None) => {}
                Err(why) => listing.faults.push(format!("scan report {}: {why}", shown(&path))),
            }
        }
    }
}

/// The stamp of a report; `None` where it is no file.
fn stamp(top: &Path, path: &Path, link: bool) -> Result<Option<Stamp>, String> {
    let target: PathBuf =
        if link { fs::canonicalize(path).map_err(|error| error.to_string())? } else { path.into() };
    if !target.starts_with(top) {
        return Err("leads out of the folder".to_owned());
    }
    let metadata = fs::metadata(&target).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    let inside = path.strip_prefix(top).unwrap_or(path);
    let name = inside.to_str().filter(|name| !name.contains(char::is_control));
    let name = name.ok_or("its name is not plain text")?;
    let seconds = i128::from(metadata.mtime()) * 1_000_000_000;
    Ok(Some(Stamp {
        path: name.to_owned(),
        written: seconds + i128::from(metadata.mtime_nsec()),
        size: metadata.len(),
        inode: metadata.ino(),
    }))
}
