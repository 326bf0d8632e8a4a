//! `install.sh` and the shims, run for real: real repositories, real pushes, a program that stands in
//! for plimsoll, notes what it was asked, and refuses a push of a ref that is called `bad`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with an odd name that holds everything: home, server, client, program.
struct Site {
    _folder: TempDir,
    top: PathBuf,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let top = folder.path().join("it's a \"site\" & |more");
        fs::create_dir_all(top.join("home")).unwrap();
        let site = Self { _folder: folder, top };
        site.script(
            "program",
            "case $1 in --version) echo plimsoll; exit ;; esac\n\
             lines=$(cat)\n\
             printf '%s\\n' \"$*\" \"$lines\" >>\"$HOME/asked\"\n\
             case \"$* $lines\" in *bad*) echo 'bad turned away'; exit 1 ;; esac",
        );
        site.git(&["init", "-q", "--bare", "server.git"]);
        site.git(&["init", "-q", "-b", "main", "client"]);
        site.git(&["-C", "client", "commit", "-q", "--allow-empty", "-m", "one"]);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.top.join(name)
    }

    fn script(&self, name: &str, body: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.top)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b.c");
        }
        command
    }

    fn git(&self, args: &[&str]) -> Output {
        self.command("git").args(args).output().unwrap()
    }

    /// Runs install.sh with the stand-in for plimsoll.
    fn install(&self, args: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        let mut command = self.command("sh");
        command.arg(script).args(["--prefix", "prefix", "--binary", "program"]).args(args);
        command.output().unwrap()
    }

    /// Runs install.sh without a built program, on a machine that has these compilers.
    fn built(&self, cc: &str, musl: bool, args: &[&str]) -> Output {
        self.script("bin/cc", cc);
        let libraries = if musl { "." } else { "nowhere" };
        self.script(
            "bin/rustc",
            &format!("case $1 in -vV) echo 'host: x86_64-unknown-linux-gnu' ;; *) echo {libraries} ;; esac"),
        );
        self.script(
            "bin/cargo",
            "echo \"$RUSTFLAGS|$*\" >\"$HOME/cargo\"\n\
             for target; do :; done\n\
             mkdir -p \"$CARGO_TARGET_DIR/$target/release\"\n\
             cp \"$HOME/../program\" \"$CARGO_TARGET_DIR/$target/release/plimsoll\"",
        );
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.path("bin").display());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
        let mut command = self.command("sh");
        command.env("PATH", path).env("CARGO_TARGET_DIR", self.path("target"));
        command.arg(script).args(["--prefix", "prefix"]).args(args).output().unwrap()
    }

    fn installed(&self, args: &[&str]) -> String {
        let out = self.install(args);
        assert!(out.status.success(), "{}", both(&out));
        both(&out)
    }

    /// Pushes the client's commit to a ref of a server.
    fn push(&self, server: &str, branch: &str) -> Output {
        self.git(&[
            "-C",
            "client",
            "push",
            &format!("../{server}"),
            &format!("HEAD:refs/heads/{branch}"),
        ])
    }

    fn accepted(&self, server: &str, branch: &str) {
        let out = self.push(server, branch);
        assert!(out.status.success(), "{}", both(&out));
    }

    fn refused(&self, server: &str, branch: &str) -> String {
        let out = self.push(server, branch);
        assert!(!out.status.success(), "{}", both(&out));
        both(&out)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

fn both(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// Every file below `folder` with its mode and content, for comparing.
fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::symlink_metadata(&path).unwrap();
        if data.is_dir() {
            files.extend(tree(&path));
        } else {
            let content = fs::read(&path).unwrap_or_default();
            files.push((path, data.permissions().mode(), content));
        }
    }
    files.sort();
    files
}

#[test]
fn a_repository_gets_its_hook_and_loses_it_again() {
    let site = Site::new();
    let before = tree(&site.path("server.git"));
    site.installed(&["--repo", "server.git"]);
    site.accepted("server.git", "main");
    assert!(site.refused("server.git", "bad").contains("remote: bad turned away"));
    assert!(
        site.read("home/asked").starts_with("pre-receive\n0000"),
        "{}",
        site.read("home/asked")
    );
    assert!(site.installed(&["--repo", "server.git", "--check"]).contains("is in force"));

    site.installed(&["--repo", "server.git", "--uninstall"]);
    site.accepted("server.git", "bad");
    let hooks = site.path("server.git").join("hooks");
    assert_eq!(
        tree(&hooks),
        before.into_iter().filter(|(path, ..)| path.starts_with(&hooks)).collect::<Vec<_>>()
    );
    assert!(site.path("prefix/bin/plimsoll").exists());
    site.installed(&["--uninstall"]);
    assert!(!site.path("prefix/bin/plimsoll").exists());
}

#[test]
fn twice_is_once_and_a_dry_run_is_nothing() {
    let site = Site::new();
    site.script("server.git/hooks/pre-receive", "exit 0");
    let before = tree(&site.top);
    let dry = site.installed(&["--repo", "server.git", "--dry-run"]);
    assert_eq!(tree(&site.top), before);
    assert!(dry.lines().all(|line| line.starts_with("would: ")), "{dry}");

    site.installed(&["--repo", "server.git"]);
    let once = tree(&site.top);
    let twice = site.installed(&["--repo", "server.git"]);
    assert_eq!(tree(&site.top), once);
    assert!(twice.lines().all(|line| line.ends_with("is up to date")), "{twice}");
    site.installed(&["--repo", "server.git", "--uninstall", "--dry-run"]);
    assert_eq!(tree(&site.top), once);
}

#[test]
fn a_hook_that_was_there_is_kept_and_reads_the_same_input() {
    let site = Site::new();
    let hook = "cat >\"$HOME/kept\"; echo kept ran; ! grep -q stop \"$HOME/kept\"";
    site.script("server.git/hooks/pre-receive", hook);
    site.installed(&["--repo", "server.git"]);

    site.accepted("server.git", "main");
    let asked = site.read("home/asked");
    assert_eq!(asked.strip_prefix("pre-receive\n").unwrap(), site.read("home/kept"));
    assert!(site.refused("server.git", "stop").contains("kept ran"));
    let both = site.refused("server.git", "bad");
    assert!(both.contains("bad turned away") && both.contains("kept ran"), "{both}");

    site.installed(&["--repo", "server.git", "--uninstall"]);
    assert!(site.read("server.git/hooks/pre-receive").contains("kept ran"));
    assert!(!site.path("server.git/hooks/pre-receive.d").exists());
}

#[test]
fn a_linked_hook_still_leads_where_it_led() {
    let site = Site::new();
    site.script("server.git/hooks/mine", "echo mine ran");
    symlink("mine", site.path("server.git/hooks/pre-receive")).unwrap();
    site.installed(&["--repo", "server.git"]);
    assert!(both(&site.push("server.git", "main")).contains("mine ran"));
    site.installed(&["--repo", "server.git", "--uninstall"]);
    let link = fs::read_link(site.path("server.git/hooks/pre-receive")).unwrap();
    assert_eq!(link, Path::new("mine"));
}

#[test]
fn beside_giteas_delegate_it_is_one_of_the_folder() {
    let site = Site::new();
    let delegate = "data=$(cat); exitcodes=''; hookname=$(basename \"$0\"); GIT_DIR=${GIT_DIR:-$(dirname \"$0\")/..}\n\
                    for hook in \"${GIT_DIR}/hooks/${hookname}.d\"/*; do\n\
                    test -x \"${hook}\" && test -f \"${hook}\" || continue\n\
                    echo \"${data}\" | \"${hook}\" || exitcodes=1; done; exit ${exitcodes:-0}";
    site.script("server.git/hooks/pre-receive", delegate);
    site.script("server.git/hooks/pre-receive.d/gitea", "echo gitea ran");
    site.installed(&["--repo", "server.git"]);
    assert!(site.path("server.git/hooks/pre-receive.d/plimsoll").exists());
    assert!(both(&site.push("server.git", "main")).contains("gitea ran"));
    let said = site.refused("server.git", "bad");
    assert!(said.contains("bad turned away"), "{said}");
    assert_eq!(said.matches("gitea ran").count(), 1, "{said}");
    assert!(site.installed(&["--repo", "server.git", "--check"]).contains("is in force"));
    site.installed(&["--repo", "server.git", "--uninstall"]);
    site.accepted("server.git", "bad");
    assert!(site.read("server.git/hooks/pre-receive").contains("exitcodes"));
}

#[test]
fn gitolites_own_links_are_left_alone() {
    let site = Site::new();
    let link = site.path("server.git/hooks/pre-receive");
    symlink("/home/git/.gitolite/hooks/common/pre-receive", &link).unwrap();
    let out = site.install(&["--repo", "server.git"]);
    assert!(!out.status.success());
    assert!(both(&out).contains("LOCAL_CODE"), "{}", both(&out));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn every_repository_below_a_folder() {
    let site = Site::new();
    for name in ["all/a b.git", "all/deep/'c'", "all/d"] {
        site.git(&["init", "-q", "--bare", name]);
    }
    site.git(&["init", "-q", "all/tree"]);
    site.installed(&["--below", "all"]);
    for name in ["all/a b.git", "all/deep/'c'", "all/d", "all/tree"] {
        site.refused(name, "bad");
    }
    let checked = site.installed(&["--below", "all", "--check"]);
    assert_eq!(checked.matches("is in force").count(), 4, "{checked}");
    site.installed(&["--below", "all", "--uninstall"]);
    site.accepted("all/a b.git", "bad");
    assert!(!site.install(&["--below", "home"]).status.success());
}

#[test]
fn a_hooks_path_covers_all_and_hides_no_hook() {
    let site = Site::new();
    site.script("server.git/hooks/pre-receive", "echo own ran; cat >\"$HOME/own\"");
    site.script("server.git/hooks/post-receive", "echo after ran");
    site.installed(&["--hooks-path", "the hooks"]);
    site.git(&["init", "-q", "--bare", "other.git"]);
    site.refused("other.git", "bad");
    site.accepted("other.git", "main");
    let said = both(&site.push("server.git", "main"));
    assert!(said.contains("own ran") && said.contains("after ran"), "{said}");
    assert!(site.read("home/own").ends_with("refs/heads/main\n"));
    assert!(site.installed(&["--hooks-path", "the hooks", "--check"]).contains("is in force"));

    let out = site.install(&["--repo", "server.git"]);
    assert!(!out.status.success() && both(&out).contains("core.hooksPath"), "{}", both(&out));
    site.installed(&["--hooks-path", "the hooks", "--uninstall"]);
    assert!(site.git(&["config", "--global", "core.hooksPath"]).stdout.is_empty());
    site.accepted("other.git", "bad");
}

#[test]
fn the_shim_runs_where_other_servers_want_it() {
    let site = Site::new();
    let shim = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/pre-receive"))
        .unwrap();
    let named = shim.replacen("plimsoll=plimsoll", "plimsoll=$HOME/../program", 1);
    assert_ne!(shim, named);
    let body = named.strip_prefix("#!/bin/sh\n").unwrap();
    // Gitaly: by its full path, in an environment of its own. Gogs, Phorge: from the repository.
    for place in [
        "custom_hooks_dir/pre-receive.d/plimsoll",
        "server.git/custom_hooks/pre-receive",
        "server.git/hooks/pre-receive-phabricator.d/plimsoll",
    ] {
        site.script(place, body);
        for (name, accepted) in [("main", true), ("bad", false)] {
            let zero = "0".repeat(40);
            let line = format!("{zero} {zero} refs/heads/{name}");
            let mut server = site.command("sh");
            server.current_dir(site.path("server.git")).env("GIT_DIR", site.path("server.git"));
            server.args(["-c", "echo \"$1\" | \"$0\""]).arg(site.path(place)).arg(&line);
            let out = server.output().unwrap();
            assert_eq!(out.status.success(), accepted, "{place}: {}", both(&out));
            assert!(site.read("home/asked").ends_with(&format!("pre-receive\n{line}\n")));
        }
    }
}

#[test]
fn update_refuses_one_ref_and_pre_push_sends_nothing() {
    let site = Site::new();
    site.installed(&["--repo", "server.git", "--update"]);
    let out = site.git(&[
        "-C",
        "client",
        "push",
        "../server.git",
        "HEAD:refs/heads/bad",
        "HEAD:refs/heads/good",
    ]);
    assert!(!out.status.success());
    let refs = String::from_utf8(site.git(&["-C", "server.git", "for-each-ref"]).stdout).unwrap();
    assert!(refs.contains("good") && !refs.contains("bad"), "{refs}");

    site.installed(&["--repo", "server.git", "--update", "--uninstall"]);
    site.script("client/.git/hooks/pre-push", "echo \"kept $1\"");
    site.installed(&["--repo", "client", "--pre-push"]);
    assert!(site.refused("server.git", "bad2").contains("bad turned away"));
    assert!(both(&site.push("server.git", "fine")).contains("kept ../server.git"));
    assert!(site.read("home/asked").contains("pre-push ../server.git ../server.git\n"));
}

#[test]
fn without_a_program_it_builds_one_as_static_as_the_machine_allows() {
    const STATIC: &str = "-C target-feature=+crt-static -C relocation-model=static";
    let site = Site::new();
    for (cc, musl, flags, target, said) in [
        ("exit 0", false, STATIC, "x86_64-unknown-linux-gnu", "statically linked;"),
        ("exit 1", true, STATIC, "x86_64-unknown-linux-musl", "against musl;"),
        (
            "exit 1",
            false,
            "",
            "x86_64-unknown-linux-gnu",
            "rustup target add x86_64-unknown-linux-musl",
        ),
    ] {
        let dry = site.built(cc, musl, &["--dry-run"]);
        assert!(dry.status.success() && !site.path("home/cargo").exists(), "{}", both(&dry));
        let out = site.built(cc, musl, &["--repo", "server.git"]);
        assert!(out.status.success() && both(&out).contains(said), "{}", both(&out));
        let asked = site.read("home/cargo");
        let expected = format!(" {flags}|build --quiet --release --locked --target {target}\n");
        assert_eq!(asked, expected);
        assert!(site.refused("server.git", "bad").contains("bad turned away"));
        fs::remove_file(site.path("home/cargo")).unwrap();
        site.installed(&["--repo", "server.git", "--uninstall"]);
        site.installed(&["--uninstall"]);
    }
    fs::remove_dir_all(site.path("target")).unwrap();
    site.script("bin/cargo", "echo no such crate; exit 101");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let path = format!("{}:{}", site.path("bin").display(), std::env::var("PATH").unwrap());
    let failed =
        site.command("sh").env("PATH", path).arg(script).args(["--prefix", "prefix"]).output();
    assert!(!failed.unwrap().status.success() && !site.path("prefix/bin/plimsoll").exists());
}

#[test]
fn where_it_goes_without_being_told() {
    let site = Site::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    site.script("bin/id", "echo 1000");
    let path = format!("{}:{}", site.path("bin").display(), std::env::var("PATH").unwrap());
    let run = || {
        site.command("sh").env("PATH", &path).arg(&script).args(["--binary", "program"]).output()
    };
    assert!(run().unwrap().status.success() && site.path("home/.local/bin/plimsoll").exists());
    site.script("bin/id", "echo 0");
    let mut command = site.command("sh");
    let dry =
        command.env("PATH", &path).arg(&script).args(["--binary", "program", "--dry-run"]).output();
    assert!(both(&dry.unwrap()).contains("would: mv -f /usr/local/bin/plimsoll.new"));
}

#[test]
fn a_hooks_path_of_the_whole_machine() {
    let site = Site::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let run = |args: &[&str]| {
        let mut command = site.command("sh");
        command.env_remove("GIT_CONFIG_NOSYSTEM").env("GIT_CONFIG_SYSTEM", site.path("system"));
        command.arg(&script).args(["--prefix", "prefix", "--binary", "program"]).args(args);
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", both(&out));
    };
    let machine = ["--hooks-path", "hooks", "--scope", "system"];
    run(&machine);
    run(&[&machine[..], &["--check"]].concat());
    let hooks = site.path("hooks");
    assert!(site.read("system").contains("hooksPath = "), "{}", site.read("system"));
    assert!(hooks.join("pre-receive").exists() && !site.path("home/.gitconfig").exists());
    run(&[&machine[..], &["--uninstall"]].concat());
    assert!(!site.read("system").contains("hooksPath"), "{}", site.read("system"));
    assert!(fs::read_dir(hooks).unwrap().next().is_none());
}

#[test]
fn a_folder_that_a_path_led_through_may_go_away() {
    let site = Site::new();
    fs::create_dir(site.path("clone")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let mut command = site.command("sh");
    command.current_dir(site.path("clone")).arg(script);
    command.args([
        "--prefix",
        "../new/prefix",
        "--binary",
        "../program",
        "--repo",
        "../server.git",
    ]);
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", both(&out));
    fs::remove_dir(site.path("clone")).unwrap();
    site.accepted("server.git", "main");
    site.refused("server.git", "bad");
}

#[test]
fn what_it_is_told_wrongly_changes_nothing() {
    let site = Site::new();
    let before = tree(&site.top);
    for (args, said) in [
        (&["--frobnicate"][..], "unknown argument --frobnicate"),
        (&["--repo"], "--repo needs a value"),
        (&["--scope", "local", "--hooks-path", "x"], "--scope is global or system"),
        (&["--check"], "--check needs"),
        (&["--check", "--repo", "home"], "is no git repository"),
    ] {
        let out = site.install(args);
        assert!(!out.status.success() && both(&out).contains(said), "{args:?}: {}", both(&out));
        assert_eq!(tree(&site.top), before, "{args:?}");
    }
    let out = site.install(&["--help"]);
    assert!(out.status.success() && both(&out).starts_with("usage: "), "{}", both(&out));
    assert_eq!(tree(&site.top), before);
}

#[test]
fn a_linked_worktree_shares_its_repositorys_hook() {
    let site = Site::new();
    assert!(site.git(&["-C", "client", "worktree", "add", "-q", "../linked"]).status.success());
    site.installed(&["--repo", "linked", "--pre-push"]);
    assert!(site.path("client/.git/hooks/pre-push").exists());
    site.refused("server.git", "bad");
}

#[test]
fn a_missing_program_refuses_the_push_with_one_line() {
    let site = Site::new();
    for kept in [false, true] {
        if kept {
            site.script("server.git/hooks/pre-receive.d/other", "echo other ran");
        }
        site.installed(&["--repo", "server.git"]);
        fs::remove_file(site.path("prefix/bin/plimsoll")).unwrap();
        let said = site.refused("server.git", "main");
        let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("remote: ")).collect();
        assert_eq!(lines.len(), 1, "{said}");
        assert!(lines[0].contains("plimsoll is missing") && lines[0].contains("refused"), "{said}");
    }
}

#[test]
fn a_program_that_can_not_run_or_dies_refuses_the_push() {
    let site = Site::new();
    site.script("server.git/hooks/pre-receive.d/other", "exit 0");
    site.installed(&["--repo", "server.git"]);
    for chained in [true, false] {
        if !chained {
            fs::remove_dir_all(site.path("server.git/hooks/pre-receive.d")).unwrap();
        }
        fs::write(site.path("prefix/bin/plimsoll"), b"\x7fELF of another machine").unwrap();
        site.refused("server.git", "main");
        site.script("prefix/bin/plimsoll", "kill -KILL $$");
        site.refused("server.git", "main");
    }
}

#[test]
fn check_tells_of_a_hook_that_git_would_skip() {
    let site = Site::new();
    site.installed(&["--repo", "server.git"]);
    let hook = site.path("server.git/hooks/pre-receive");
    let checked = |expected: &str| {
        let out = site.install(&["--repo", "server.git", "--check"]);
        assert_eq!(out.status.code(), Some(1), "{}", both(&out));
        assert!(both(&out).contains(expected), "{}", both(&out));
    };
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    checked("git skips it and lets every push through");
    site.installed(&["--repo", "server.git"]);
    fs::remove_file(site.path("prefix/bin/plimsoll")).unwrap();
    checked("every push is refused");
    site.script("prefix/bin/plimsoll", "exit 127");
    checked("does not start for");
    fs::remove_file(&hook).unwrap();
    checked("is not plimsoll's");
    site.git(&["-C", "server.git", "config", "core.hooksPath", "/elsewhere"]);
    checked("core.hooksPath is /elsewhere");
}

#[test]
fn without_nextest_the_tests_run_all_the_same() {
    let site = Site::new();
    // What they need is there.
    for program in
        ["sshd", "ssh", "nginx", "fcgiwrap", "gitolite", "shellcheck", "chromium", "python3"]
    {
        site.script(&format!("bin/{program}"), "exit 0");
    }
    let path = format!("{}:{}", site.path("bin").display(), std::env::var("PATH").unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run.sh");
    for (nextest, runner) in [(0, "nextest run"), (1, "test")] {
        let cargo = format!(
            "case $2 in --version) exit {nextest} ;; esac; echo \"$*\" >\"$HOME/run\"; exit 7"
        );
        site.script("bin/cargo", &cargo);
        let mut command = site.command("sh");
        let out = command.env("PATH", &path).arg(&script).arg("--no-fail-fast").output().unwrap();
        assert_eq!(out.status.code(), Some(7), "{}", both(&out));
        assert_eq!(site.read("home/run"), format!("{runner} --locked --no-fail-fast\n"));
    }
}

#[test]
fn the_scripts_are_clean() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scripts = vec![top.join("install.sh")];
    scripts.extend(fs::read_dir(top.join("hooks")).unwrap().map(|entry| entry.unwrap().path()));
    for script in &scripts {
        let parsed = Command::new("sh").arg("-n").arg(script).output().unwrap();
        assert!(parsed.status.success(), "{}", both(&parsed));
        let mode = fs::metadata(script).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{} is not executable", script.display());
    }
}
