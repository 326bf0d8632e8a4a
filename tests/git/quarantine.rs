//! Objects through the quarantine of a push, wherever it and the stores lie.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use plimsoll::git::{Environment, Id, Limits, Peeled, Repository, Revision, push_options};

use super::support::{Repo, command, id, open, run, told};

/// A server that has one commit, a quarantine beside it that holds the next.
struct Pushed {
    _home: tempfile::TempDir,
    server: Repo,
    quarantine: PathBuf,
    old: Id,
    new: Id,
}

fn pushed(name: &[u8], format: &str, packed: bool) -> Pushed {
    let home = tempfile::tempdir().unwrap();
    let top = home.path().canonicalize().unwrap();
    let server = Repo::bare_at(top.join(OsStr::from_bytes(name)), format);
    let client = Repo::with(&[
        "init",
        "--quiet",
        "--initial-branch=main",
        &format!("--object-format={format}"),
    ]);
    let old = client.write("Dockerfile", "FROM a\nUSER app\n").write("src/x", "x").commit();
    run(client.command().arg("push").arg("--quiet").arg(&server.folder).arg("main"), b"");
    if packed {
        server.git(&["repack", "-adq"]);
    }
    let new = client.write("Dockerfile", "FROM a\n").commit();
    let quarantine = server.folder.join("objects/tmp_objdir-incoming-Ab12Cd");
    std::fs::create_dir(&quarantine).unwrap();
    let mut pack = client.command();
    pack.args(["pack-objects", "--revs", "--stdout", "--quiet"]).stdin(Stdio::piped());
    let pack = bytes(&mut pack, format!("{new}\n^{old}\n").as_bytes());
    let mut unpack = command(&server.folder);
    unpack.env("GIT_OBJECT_DIRECTORY", &quarantine);
    unpack.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", quoted(&server.folder.join("objects")));
    unpack.args(if packed {
        &["index-pack", "--stdin", "--fix-thin"][..]
    } else {
        &["unpack-objects", "-q"]
    });
    run(&mut unpack, &pack);
    Pushed { _home: home, server, quarantine, old, new }
}

fn bytes(command: &mut std::process::Command, input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}

/// As git writes a path into the variable.
fn quoted(path: &Path) -> OsString {
    let bytes = path.as_os_str().as_bytes();
    if !bytes.contains(&b':') && !bytes.starts_with(b"\"") {
        return path.into();
    }
    let octal = bytes.iter().flat_map(|byte| format!("\\{byte:03o}").into_bytes());
    OsString::from_vec([b'"'].into_iter().chain(octal).chain([b'"']).collect())
}

impl Pushed {
    fn open(&self) -> Repository {
        self.open_with(&quoted(&self.server.folder.join("objects")))
    }

    fn open_with(&self, alternates: &OsStr) -> Repository {
        open(
            &self.server.folder,
            &[
                ("GIT_DIR", OsStr::new(".")),
                ("GIT_OBJECT_DIRECTORY", self.quarantine.as_os_str()),
                ("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates),
            ],
        )
    }

    fn is_seen(&self, repository: &Repository) {
        let revision = |id| repository.revision(id).unwrap().unwrap();
        let tree = |id| repository.tree(revision(id), Limits::default()).unwrap();
        let changes =
            repository.changes(&tree(self.old), &tree(self.new), &|path| path.ends_with(b"file"));
        assert_eq!(told(&changes), ["Dockerfile -> Dockerfile"]);
        assert!(changes.gaps.is_empty(), "{:?}", changes.gaps);
        let entry = changes.files[0].new.as_ref().unwrap();
        assert_eq!(tree(self.new).read(entry).unwrap(), b"FROM a\n");
    }
}

#[test]
fn a_push_is_seen_whatever_the_format_and_the_path() {
    let names: [&[u8]; 5] =
        [b"plain.git", b"with blank.git", b"a:b.git", b"\"q\\.git", b"\xff\xfe.git"];
    for name in names {
        for (format, packed) in
            [("sha1", false), ("sha1", true), ("sha256", false), ("sha256", true)]
        {
            let push = pushed(name, format, packed);
            push.is_seen(&push.open());
        }
    }
}

#[test]
fn the_variable_may_hold_comments_relative_paths_and_what_is_gone() {
    let push = pushed(b"x.git", "sha1", false);
    push.is_seen(&push.open_with("#no:/gone:./objects".as_ref()));
    push.is_seen(&push.open_with("\"./obj\\145cts\"".as_ref()));
}

#[test]
fn without_the_quarantine_the_commit_is_not_there() {
    let push = pushed(b"x.git", "sha1", false);
    let gap = push.server.open().peel(push.new).unwrap_err();
    assert!(gap.message.contains(&push.new.to_string()), "{gap:?}");
    assert!(push.server.open().peel(push.old).is_ok());
}

#[test]
fn reading_a_push_writes_nothing() {
    let push = pushed(b"x.git", "sha1", false);
    let listed = |folder: &Path| {
        let mut find = std::process::Command::new("find");
        run(find.arg(folder).args(["-printf", "%p %s %T@ %C@\n"]), b"")
    };
    let all = listed(&push.server.folder);
    push.is_seen(&push.open());
    assert_eq!(listed(&push.server.folder), all);
}

#[test]
fn alternates_are_followed_five_deep_and_may_name_themselves() {
    let home = tempfile::tempdir().unwrap();
    let top = home.path().canonicalize().unwrap();
    let last = Repo::bare_at(top.join("s0.git"), "sha1");
    let blob = id(&last.fed(&["hash-object", "-w", "--stdin"], b"deep"));
    for depth in 1..=7 {
        let repo = Repo::bare_at(top.join(format!("s{depth}.git")), "sha1");
        let lines = format!("# pool\n../../s{}.git/objects\n../objects\n", depth - 1);
        std::fs::create_dir_all(repo.folder.join("objects/info")).unwrap();
        std::fs::write(repo.folder.join("objects/info/alternates"), lines).unwrap();
    }
    let sees = |depth: usize| open(&top.join(format!("s{depth}.git")), &[]).peel(blob).is_ok();
    let git = |depth: usize| {
        let mut git = command(&top.join(format!("s{depth}.git")));
        super::support::try_run(git.args(["cat-file", "-e", &blob.to_string()]), b"").1
    };
    assert!(sees(1) && sees(4));
    for depth in 1..=7 {
        assert_eq!(sees(depth), git(depth), "{depth}");
    }
}

#[test]
fn a_replaced_commit_is_read_as_it_is() {
    let repo = Repo::new();
    let good = repo.write("Dockerfile", "USER app\n").commit();
    let bad = repo.write("Dockerfile", "USER root\n").commit();
    repo.git(&["replace", &bad.to_string(), &good.to_string()]);
    let tree = id(&repo.git(&["--no-replace-objects", "rev-parse", &format!("{bad}^{{tree}}")]));
    assert_eq!(repo.open().peel(bad).unwrap(), Peeled::Commit { id: bad, tree });
}

#[test]
fn a_repository_is_found_from_below_and_through_a_linked_worktree() {
    let repo = Repo::new();
    let commit = repo.write("a/b/Dockerfile", "FROM a\n").commit();
    assert!(open(&repo.folder.join("a/b"), &[]).peel(commit).is_ok());
    let linked = repo.folder.with_file_name("linked");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    let other = open(&linked, &[]);
    assert_eq!(other.current("refs/heads/main".into()).unwrap(), Some(commit));
    assert_eq!(other.default_branch().unwrap(), "refs/heads/other");
    let files = other.tree(Revision::Worktree, Limits::default()).unwrap();
    assert!(files.entry("a/b/Dockerfile".into()).unwrap().is_some());
}

#[test]
fn options_beyond_the_count_are_not_read() {
    let values =
        [("GIT_PUSH_OPTION_COUNT", "1"), ("GIT_PUSH_OPTION_0", "a"), ("GIT_PUSH_OPTION_1", "b")];
    let variable =
        |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
    let environment = Environment { variable: &variable, folder: "/".into() };
    assert_eq!(push_options(&environment), ["a"]);
}

#[test]
fn push_options_are_offered_where_configuration_or_the_caller_says_so() {
    let repo = Repo::new();
    let offered = |variables: &[(&str, &OsStr)]| {
        open(&repo.folder, variables).advertises_push_options().unwrap()
    };
    let said = [("GIT_CONFIG_PARAMETERS", OsStr::new("'receive.advertisePushOptions'='true'"))];
    assert!(!offered(&[]) && offered(&said));
    repo.git(&["config", "receive.advertisePushOptions", "true"]);
    assert!(offered(&[]));
}
