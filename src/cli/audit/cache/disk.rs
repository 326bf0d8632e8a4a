//! One repository's part of the cache on disk: files that are written once, whole or not at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};

use super::Key;
use crate::git;

/// What every file begins with; another form has another one.
const HEAD: &[u8] = b"plimsoll audit cache 1\n";
const SUM: usize = 32;
const EXTENSION: &str = "audit-cache";
/// From so many files on, what they hold is written into one.
const FILES: usize = 8;
/// What the whole folder may take.
const MOST_BYTES: u64 = 1 << 30;
/// How long somebody may need to write a file.
const WRITING: Duration = Duration::from_secs(24 * 3600);

/// What earlier runs kept of a repository.
#[derive(Debug)]
pub(super) struct Disk {
    top: PathBuf,
    /// The folder of what was judged alike.
    folder: PathBuf,
    repository: String,
    files: Vec<PathBuf>,
    contents: Vec<Vec<u8>>,
    known: HashMap<Key, (usize, Range<usize>)>,
    /// Files that could not be used, and why.
    pub(super) faults: Vec<String>,
}

impl Disk {
    /// Reads what there is below `top`. `basis` stands for everything that judging depends on, the
    /// revisions aside.
    pub(super) fn open(top: &Path, basis: &[u8; 32], repository: &Path) -> Result<Self> {
        let folder = top.join(hex(basis));
        fs::create_dir_all(&folder).with_context(|| format!("cache {}", folder.display()))?;
        for folder in [top, &folder] {
            let name = folder.display();
            ensure!(git::is_own(folder), "cache {name} belongs to somebody else: it is not used");
        }
        ensure!(is_folder(&folder), "cache {} is no folder: it is not used", folder.display());
        let repository = hex(blake3::hash(repository.as_os_str().as_encoded_bytes()).as_bytes());
        let (files, contents, known) = Default::default();
        let (top, faults) = (top.to_owned(), Vec::new());
        let mut disk = Self { top, folder, repository, files, contents, known, faults };
        for file in disk.own() {
            disk.load(file);
        }
        Ok(disk)
    }

    pub(super) fn get(&self, key: Key) -> Option<&[u8]> {
        let (file, range) = self.known.get(&key)?;
        self.contents.get(*file)?.get(range.clone())
    }

    /// Adds what is new. A run that is stopped leaves what it had; two at once keep what both have.
    pub(super) fn save(&self, fresh: &[(Key, Vec<u8>)]) -> Result<()> {
        if fresh.is_empty() {
            return Ok(());
        }
        let together = self.files.len() >= FILES;
        let old =
            self.known.keys().filter(|_| together).filter_map(|key| Some((key, self.get(*key)?)));
        let fresh = fresh.iter().map(|(key, record)| (key, record.as_slice()));
        let mut bytes = HEAD.to_vec();
        for (key, record) in old.chain(fresh) {
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(&u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend_from_slice(record);
        }
        let sum = blake3::hash(&bytes);
        bytes.extend_from_slice(sum.as_bytes());
        let name = format!("{}-{}", self.repository, hex(sum.as_bytes()));
        let written = self.folder.join(format!("{name}.{}", std::process::id()));
        let file = self.folder.join(format!("{name}.{EXTENSION}"));
        let write = || -> std::io::Result<()> {
            // What lies there is left from a run that was killed, or a trap.
            let _ = fs::remove_file(&written);
            let mut out = File::options().write(true).create_new(true).open(&written)?;
            out.write_all(&bytes)?;
            out.sync_all()?;
            fs::rename(&written, &file)
        };
        write().with_context(|| format!("cache {}", file.display()))?;
        if together {
            self.files
                .iter()
                .filter(|old| **old != file)
                .for_each(|old| drop(fs::remove_file(old)));
        }
        self.make_room();
        Ok(())
    }

    /// This repository's files, in an order that is always the same.
    fn own(&self) -> Vec<PathBuf> {
        let mut files = listed(&self.folder);
        files.retain(|file| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(&self.repository) && is_ours(file)
        });
        files.sort();
        files
    }

    fn load(&mut self, path: PathBuf) {
        let content = match trusted(&path) {
            Ok(content) => content,
            // Another run has written what it held into another file.
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                return self.faults.push(format!("{}: {error}: not used", path.display()));
            }
        };
        let Some(records) = records(&content) else {
            let _ = fs::remove_file(&path);
            let fault =
                format!("{} is broken: removed, what it held is judged anew", path.display());
            return self.faults.push(fault);
        };
        let number = self.contents.len();
        self.known.extend(records.into_iter().map(|(key, range)| (key, (number, range))));
        self.contents.push(content);
        // What is used is not the first to go.
        let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        self.files.push(path);
    }

    /// Removes what was not used for longest, until the rest fits; whatever others wrote stays.
    fn make_room(&self) {
        let mut files = Vec::new();
        for folder in listed(&self.top).iter().filter(|folder| is_folder(folder)) {
            for file in listed(folder) {
                let Ok(data) = fs::symlink_metadata(&file) else { continue };
                let used = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let left = used.elapsed().is_ok_and(|age| age > WRITING) && is_unfinished(&file);
                if left {
                    let _ = fs::remove_file(&file);
                } else if is_ours(&file) {
                    files.push((used, data.len(), file));
                }
            }
        }
        files.sort();
        let mut taken: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, file) in files {
            if taken <= MOST_BYTES {
                break;
            }
            taken = taken.saturating_sub(size);
            let _ = fs::remove_file(&file);
            if let Some(folder) = file.parent() {
                // It is removed once it is empty.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// A file's content, where this user wrote it: what somebody else put there, a link or a pipe is not
/// opened.
fn trusted(path: &Path) -> std::io::Result<Vec<u8>> {
    let data = fs::symlink_metadata(path)?;
    let refused = |why| Err(std::io::Error::new(ErrorKind::PermissionDenied, why));
    if !data.is_file() {
        return refused("no regular file");
    }
    if !git::is_own(path) {
        return refused("belongs to somebody else");
    }
    if data.len() > MOST_BYTES {
        return refused("larger than a whole cache may be");
    }
    fs::read(path)
}

/// Whether it is a folder itself, not a link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

/// Where each record stands; `None` for a file that is not what was written.
fn records(content: &[u8]) -> Option<Vec<(Key, Range<usize>)>> {
    let (body, sum) = content.split_at_checked(content.len().checked_sub(SUM)?)?;
    if blake3::hash(body).as_bytes() != sum || !body.starts_with(HEAD) {
        return None;
    }
    let (mut records, mut at) = (Vec::new(), HEAD.len());
    while at < body.len() {
        let (key, rest) = body.get(at..)?.split_first_chunk::<16>()?;
        let (size, _) = rest.split_first_chunk::<4>()?;
        let start = at.checked_add(20)?;
        let end = start.checked_add(usize::try_from(u32::from_le_bytes(*size)).ok()?)?;
        body.get(start..end)?;
        records.push((*key, start..end));
        at = end;
    }
    Some(records)
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).collect()
}

fn is_ours(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == EXTENSION)
}

/// A file that somebody began to write: our name, and the number of a process behind it.
fn is_unfinished(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let of = |(name, process): (&str, &str)| {
        name.len() == 2 * HEX + 1 && process.bytes().all(|byte| byte.is_ascii_digit())
    };
    name.split_once('.').is_some_and(of)
}

const HEX: usize = 16;

fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().chars().take(HEX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASIS: [u8; 32] = [7; 32];

    fn open(top: &Path) -> Disk {
        Disk::open(top, &BASIS, Path::new("/srv/git/a.git")).unwrap()
    }

    fn record(number: u8) -> (Key, Vec<u8>) {
        ([number; 16], vec![number; usize::from(number)])
    }

    #[test]
    fn what_was_saved_is_there_and_only_for_the_same_basis_and_repository() {
        let top = tempfile::tempdir().unwrap();
        open(top.path()).save(&[record(0), record(9)]).unwrap();
        let disk = open(top.path());
        assert_eq!(disk.get([9; 16]), Some(&[9; 9][..]));
        assert_eq!(disk.get([0; 16]), Some(&[][..]));
        assert_eq!(disk.get([1; 16]), None);
        let other = Disk::open(top.path(), &[8; 32], Path::new("/srv/git/a.git")).unwrap();
        assert_eq!(other.get([9; 16]), None);
        let other = Disk::open(top.path(), &BASIS, Path::new("/srv/git/b.git")).unwrap();
        assert_eq!(other.get([9; 16]), None);
    }

    #[test]
    fn runs_at_the_same_time_keep_what_each_of_them_has() {
        let top = tempfile::tempdir().unwrap();
        let (first, second) = (open(top.path()), open(top.path()));
        first.save(&[record(1), record(2)]).unwrap();
        second.save(&[record(2), record(3)]).unwrap();
        let disk = open(top.path());
        assert!((1..=3).all(|number| disk.get([number; 16]).is_some()));
    }

    #[test]
    fn many_files_become_one() {
        let top = tempfile::tempdir().unwrap();
        for number in 0..20 {
            open(top.path()).save(&[record(number)]).unwrap();
        }
        let disk = open(top.path());
        assert!(disk.files.len() <= FILES, "{:?}", disk.files);
        assert!((0..20).all(|number| disk.get([number; 16]).is_some()));
    }

    #[test]
    fn what_this_user_did_not_write_is_not_opened() {
        use std::os::unix::fs::{chown, symlink};
        let top = tempfile::tempdir().unwrap();
        open(top.path()).save(&[record(5)]).unwrap();
        let file = open(top.path()).files[0].clone();
        let aside = top.path().join("aside");
        fs::rename(&file, &aside).unwrap();
        let refused = |why: &str| {
            let disk = open(top.path());
            assert_eq!(disk.get([5; 16]), None, "{why}");
            assert!(disk.faults[0].contains(why), "{:?}", disk.faults);
        };
        symlink(&aside, &file).unwrap();
        refused("no regular file");
        assert!(aside.exists());
        fs::remove_file(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
        refused("no regular file");
        fs::remove_file(&file).unwrap();
        fs::rename(&aside, &file).unwrap();
        // Only root can give a file away.
        if chown(&file, Some(54_321), None).is_ok() {
            refused("belongs to somebody else");
            chown(top.path(), Some(54_321), None).unwrap();
            let error = Disk::open(top.path(), &BASIS, Path::new("a")).unwrap_err();
            assert!(error.to_string().contains("belongs to somebody else"), "{error}");
        }
    }

    #[test]
    fn nothing_is_written_or_removed_through_a_link() {
        use std::os::unix::fs::symlink;
        let (top, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // It looks like one that a run left unfinished long ago.
        let precious = other.path().join(format!("{0}-{0}.7", "a".repeat(HEX)));
        fs::write(&precious, "x").unwrap();
        let old = SystemTime::now() - 2 * WRITING;
        File::options().write(true).open(&precious).unwrap().set_modified(old).unwrap();
        symlink(other.path(), top.path().join("link")).unwrap();
        open(top.path()).save(&[record(1)]).unwrap();
        assert!(precious.exists());
        symlink(other.path(), top.path().join(hex(&[9; 32]))).unwrap();
        let error = Disk::open(top.path(), &[9; 32], Path::new("a")).unwrap_err();
        assert!(error.to_string().contains("no folder"), "{error}");
    }

    #[test]
    fn a_broken_file_is_said_and_removed() {
        let top = tempfile::tempdir().unwrap();
        open(top.path()).save(&[record(5)]).unwrap();
        let file = open(top.path()).files[0].clone();
        let whole = fs::read(&file).unwrap();
        for at in [0, HEAD.len() + 3, whole.len() - 1] {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            fs::write(&file, &broken).unwrap();
            let disk = open(top.path());
            assert_eq!(disk.get([5; 16]), None);
            assert!(disk.faults[0].contains("is broken"), "{:?}", disk.faults);
            assert!(!file.exists());
        }
        for end in 0..whole.len() {
            assert!(records(&whole[..end]).is_none());
        }
    }
}
