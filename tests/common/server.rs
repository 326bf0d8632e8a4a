//! A server with the built binary as its hook, and a client that pushes to it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The binary under test.
pub const PLIMSOLL: &str = env!("CARGO_BIN_EXE_plimsoll");

/// A bare repository with `pre-receive` linked to the binary, and one clone of it.
pub struct Server {
    folder: TempDir,
    name: OsString,
    url: Option<String>,
}

impl Server {
    /// A server at a path of the file system.
    pub fn new() -> Self {
        Self::with(&["init", "--quiet", "--bare", "--initial-branch=main"])
    }

    /// A server whose repository is made by this `git` command, the path added.
    pub fn with(init: &[&str]) -> Self {
        Self::named(b"server.git", init)
    }

    /// The same, in a folder of this name below the temporary one.
    pub fn named(name: &[u8], init: &[&str]) -> Self {
        let name = OsStr::from_bytes(name).to_owned();
        let server = Self { folder: TempDir::new().unwrap(), name, url: None };
        let bare = server.bare();
        git(server.folder.path(), init.iter().map(OsStr::new).chain([bare.as_os_str()]));
        server.hook("pre-receive");
        let format = git(&bare, ["rev-parse", "--show-object-format"]).out;
        let format = format!("--object-format={}", format.trim());
        git(server.folder.path(), ["init", "--quiet", "--initial-branch=main", &format, "work"]);
        let add = ["remote", "add", "origin"].map(OsStr::new);
        git(&server.work(), add.into_iter().chain([bare.as_os_str()])).succeeded();
        server
    }

    /// The same server, reached through another URL.
    pub fn reached_by(mut self, url: String) -> Self {
        git(&self.work(), ["remote", "set-url", "origin", &url]);
        self.url = Some(url);
        self
    }

    /// Links the binary as a hook of this name.
    pub fn hook(&self, event: &str) {
        let hook = self.bare().join("hooks").join(event);
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&hook);
        symlink(PLIMSOLL, hook).unwrap();
    }

    /// Takes a hook away.
    pub fn unhook(&self, event: &str) {
        fs::remove_file(self.bare().join("hooks").join(event)).unwrap();
    }

    pub fn bare(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn url(&self) -> String {
        self.url.clone().unwrap_or_else(|| self.bare().display().to_string())
    }

    /// The policy of this repository.
    pub fn policy(self, text: &str) -> Self {
        fs::write(self.bare().join("plimsoll.toml"), text).unwrap();
        self
    }

    /// Writes a file of the worktree.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let file = self.work().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        self
    }

    /// Deletes a file of the worktree.
    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.work().join(path)).unwrap();
        self
    }

    /// Runs git in the worktree; it must succeed.
    pub fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        git(&self.work(), arguments).succeeded()
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "--all", "--force"]);
        self.git(["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Writes one file and commits.
    pub fn change(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        self.write(path, content).commit(&format!("change {path}"));
        self
    }

    /// Pushes the branch that is checked out to main.
    pub fn push(&self) -> Pushed {
        self.push_as(["HEAD:refs/heads/main"])
    }

    /// Pushes with these arguments behind `git push … origin`.
    pub fn push_as<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Pushed {
        self.push_with(["push"], arguments)
    }

    /// Pushes with options of git or of push in front of the remote.
    pub fn push_with<S: AsRef<OsStr>, T: AsRef<OsStr>>(
        &self,
        options: impl IntoIterator<Item = T>,
        refs: impl IntoIterator<Item = S>,
    ) -> Pushed {
        let options = options.into_iter().map(|option| option.as_ref().to_owned());
        let refs = refs.into_iter().map(|name| name.as_ref().to_owned());
        let arguments: Vec<_> = options.chain(["origin".into()]).chain(refs).collect();
        Pushed(git(&self.work(), arguments))
    }

    /// Sets a value of the server's configuration.
    pub fn config(self, key: &str, value: &str) -> Self {
        git(&self.bare(), ["config", key, value]).succeeded();
        self
    }

    /// Makes a symbolic link in the worktree.
    pub fn link(&self, path: &str, target: &str) -> &Self {
        let link = self.work().join(path);
        let _ = fs::remove_file(&link);
        symlink(target, link).unwrap();
        self
    }

    /// Puts an entry of this mode and object into the index, and commits it.
    pub fn entry(&self, mode: &str, id: &str, path: &str) -> &Self {
        self.git(["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{path}")]);
        self.git(["commit", "--quiet", "-m", "an entry"]);
        self
    }

    /// Writes a script as a hook of this name.
    pub fn script(&self, event: &str, text: &str) {
        let hook = self.bare().join("hooks").join(event);
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&hook);
        fs::write(&hook, text).unwrap();
        fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    /// Runs the binary in the bare repository as git runs a hook, with this input and environment.
    pub fn hooked(
        &self,
        arguments: &[&str],
        input: impl AsRef<[u8]>,
        more: &[(&str, &str)],
    ) -> Ran {
        let mut command = clean(Command::new(PLIMSOLL));
        command.current_dir(self.bare()).args(arguments).env("GIT_DIR", ".");
        fed(command.envs(more.iter().copied()), input.as_ref())
    }

    /// Runs git in the bare repository; it must succeed.
    pub fn serving<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        git(&self.bare(), arguments).succeeded()
    }

    /// Where a ref of the server points, if it is there.
    pub fn at(&self, name: &str) -> Option<String> {
        let found = git(&self.bare(), ["rev-parse", "--verify", "--quiet", name]);
        Some(found.out.trim().to_owned()).filter(|id| !id.is_empty())
    }
}

/// What came of a push.
pub struct Pushed(Ran);

impl Pushed {
    /// The pusher's lines of the hook; the push went through.
    pub fn accepted(&self) -> String {
        assert!(self.0.success, "the push was refused:\n{}", self.0.err);
        self.remote()
    }

    /// The pusher's lines of the hook; the push was refused by it.
    pub fn refused(&self) -> String {
        assert!(!self.0.success, "the push went through:\n{}", self.0.err);
        self.remote()
    }

    /// The push was refused by the hook, and this is said.
    pub fn refused_for(&self, what: &str) -> String {
        let said = self.refused();
        assert!(said.contains(what), "refused, but {what:?} is not said:\n{said}");
        said
    }

    /// The push went through, and this is said.
    pub fn accepted_with(&self, what: &str) -> String {
        let said = self.accepted();
        assert!(said.contains(what), "accepted, but {what:?} is not said:\n{said}");
        said
    }

    /// The push went through without a word.
    pub fn silent(&self) {
        assert_eq!(self.accepted(), "", "a push of no consequence was talked about");
    }

    /// Whether the refs were updated.
    pub fn went_through(&self) -> bool {
        self.0.success
    }

    /// Everything git printed.
    pub fn all(&self) -> &str {
        &self.0.err
    }

    /// The lines after `remote: `, without the blanks that git adds.
    pub fn remote(&self) -> String {
        let lines = self.0.err.lines().filter_map(|line| line.strip_prefix("remote:"));
        let lines: Vec<&str> =
            lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// A command that was run.
#[derive(Debug)]
pub struct Ran {
    pub success: bool,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn succeeded(self) -> String {
        assert!(self.success, "it failed:\n{}{}", self.out, self.err);
        self.out
    }
}

/// Runs git in a folder, in an environment that says nothing of the machine.
pub fn git<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Ran {
    ran(&clean(Command::new("git")).current_dir(folder).args(arguments).output().unwrap())
}

/// Runs the binary in a folder.
pub fn plimsoll<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Ran {
    ran(&clean(Command::new(PLIMSOLL)).current_dir(folder).args(arguments).output().unwrap())
}

/// Runs a command with this input.
pub fn fed(command: &mut Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read to the end is what some tests are about.
    let _ = child.stdin.take().unwrap().write_all(input);
    ran(&child.wait_with_output().unwrap())
}

/// A command in an environment that says nothing of the machine.
pub fn clean(mut command: Command) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", "/nonexistent").env("LC_ALL", "C.UTF-8");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_TERMINAL_PROMPT", "0");
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Pusher")
            .env(format!("GIT_{who}_EMAIL"), "p@example.org");
        command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    command
}

fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran {
        success: output.status.success(),
        code: output.status.code(),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}
