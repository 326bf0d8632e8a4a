//! Repositories in temporary folders, made with git.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bstr::{BStr, BString};
use plimsoll::git::{Changes, Environment, Id, Limits, Repository, Revision};
use tempfile::TempDir;

pub struct Repo {
    pub folder: PathBuf,
    _home: Option<TempDir>,
}

impl Repo {
    pub fn new() -> Self {
        Self::with(&["init", "--quiet", "--initial-branch=main"])
    }

    pub fn with(init: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir(&folder).unwrap();
        let repo = Self { folder, _home: Some(home) };
        repo.git(init);
        repo
    }

    /// A bare repository at a path that already has its parents.
    pub fn bare_at(folder: PathBuf, format: &str) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let repo = Self { folder, _home: None };
        repo.git(&[
            "init",
            "--quiet",
            "--bare",
            "--initial-branch=main",
            &format!("--object-format={format}"),
        ]);
        repo
    }

    pub fn command(&self) -> Command {
        command(&self.folder)
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        run(self.command().args(arguments), b"")
    }

    pub fn fed(&self, arguments: &[&str], input: &[u8]) -> String {
        run(self.command().args(arguments), input)
    }

    pub fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> &Self {
        let file = self.folder.join(OsStr::from_bytes(path.as_ref()));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
        self
    }

    pub fn link(&self, path: &str, text: &str) -> &Self {
        std::os::unix::fs::symlink(text, self.folder.join(path)).unwrap();
        self
    }

    /// Everything on disk, committed.
    pub fn commit(&self) -> Id {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
        self.id("HEAD")
    }

    pub fn id(&self, name: &str) -> Id {
        id(&self.git(&["rev-parse", name]))
    }

    pub fn open(&self) -> Repository {
        open(&self.folder, &[])
    }

    pub fn tree_of(&self, revision: &str) -> Revision {
        Revision::Tree(self.id(&format!("{revision}^{{tree}}")))
    }

    pub fn changes(&self, old: Revision, new: Revision) -> Changes {
        let repository = self.open();
        let old = repository.tree(old, Limits::default()).unwrap();
        let new = repository.tree(new, Limits::default()).unwrap();
        repository.changes(&old, &new, &is_dockerfile)
    }
}

pub fn is_dockerfile(path: &BStr) -> bool {
    path.rsplit(|&byte| byte == b'/').next().is_some_and(|name| name.starts_with(b"Dockerfile"))
}

/// Each change as `old -> new`, `-` for a side that is not there.
pub fn told(changes: &Changes) -> Vec<String> {
    let name = |entry: &Option<plimsoll::git::Entry>| {
        entry.as_ref().map_or(BString::from("-"), |entry| entry.path.clone())
    };
    let files = changes.files.iter();
    files.map(|change| format!("{} -> {}", name(&change.old), name(&change.new))).collect()
}

pub fn id(text: &str) -> Id {
    Id::from_hex(text.trim().as_bytes()).unwrap()
}

pub fn open(folder: &Path, variables: &[(&str, &OsStr)]) -> Repository {
    let variables: HashMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let variable = |name: &str| variables.get(name).cloned();
    Repository::open(&Environment { variable: &variable, folder: folder.to_owned() }).unwrap()
}

pub fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "C"),
        ("GIT_COMMITTER_EMAIL", "c@example.com"),
    ] {
        command.env(name, value);
    }
    command
}

pub fn run(command: &mut Command, input: &[u8]) -> String {
    let (output, ok) = try_run(command, input);
    assert!(ok, "{command:?}\n{output}");
    output
}

pub fn try_run(command: &mut Command, input: &[u8]) -> (String, bool) {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    (format!("{}{errors}", String::from_utf8_lossy(&output.stdout)), output.status.success())
}
