//! Single files, folders, and links that are followed inside the repository only.

use bstr::BStr;
use plimsoll::git::{Limits, Repository, Revision, Tree};
use plimsoll::model::GapKind;

use super::support::Repo;

fn linked() -> Repo {
    let repo = Repo::new();
    repo.write("base/real", "USER app\n").write("a/b/x", "x");
    repo.link("Dockerfile", "base/real").link("a/up", "../base/./real").link("dir", "a/b");
    repo.link("gone", "nowhere").link("out", "../../etc/passwd").link("abs", "/etc/passwd");
    repo.link("round", "about").link("about", "round").link("a/dir2", "../dir");
    repo.link("slash", "base/");
    repo.commit();
    repo
}

fn both(repo: &Repo, check: impl Fn(&Tree<'_>)) {
    let repository: Repository = repo.open();
    for revision in [repo.tree_of("HEAD"), Revision::Index, Revision::Worktree] {
        check(&repository.tree(revision, Limits::default()).unwrap());
    }
}

#[test]
fn links_are_followed_inside() {
    both(&linked(), |tree| {
        for (path, to) in [
            ("Dockerfile", "base/real"),
            ("a/up", "base/real"),
            ("dir/x", "a/b/x"),
            ("a/dir2/x", "a/b/x"),
            ("base/real", "base/real"),
            ("slash", "base"),
        ] {
            assert_eq!(
                tree.follow(path.into()).unwrap().unwrap().path,
                to,
                "{path} {:?}",
                tree.revision
            );
        }
        let file = tree.follow("Dockerfile".into()).unwrap().unwrap();
        assert_eq!(tree.read(&file).unwrap(), b"USER app\n");
        assert_eq!(tree.follow("missing/x".into()).unwrap(), None);
        assert_eq!(tree.follow("base/real/x".into()).unwrap(), None);
    });
}

#[test]
fn links_that_lead_nowhere_out_or_around_are_gaps() {
    both(&linked(), |tree| {
        for path in ["gone", "out", "abs", "round", "dir/../../x"] {
            let gap = tree.follow(path.into()).unwrap_err();
            assert_eq!((gap.kind, gap.path.as_slice()), (GapKind::Link, path.as_bytes()));
        }
    });
}

#[test]
fn names_and_paths_below_are_listed() {
    both(&linked(), |tree| {
        let names: Vec<_> =
            tree.names("a".into()).unwrap().iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, ["b", "dir2", "up"]);
        assert!(tree.names("nowhere".into()).unwrap().is_empty());
        let every = |_: &BStr| true;
        assert_eq!(tree.below("a".into(), &every, &every).unwrap(), ["a/b/x", "a/dir2", "a/up"]);
        let some =
            tree.below("".into(), &|path| path != "a", &|path| path.ends_with(b"l")).unwrap();
        assert_eq!(some, ["base/real"]);
    });
}

#[test]
fn large_files_and_pointers_are_gaps() {
    let repo = Repo::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n";
    repo.write("big", vec![b'x'; 2000]).write("lfs", pointer).write("small", "x").commit();
    let repository = repo.open();
    for revision in [repo.tree_of("HEAD"), Revision::Index, Revision::Worktree] {
        let limits = Limits { file_size: 1000, ..Limits::default() };
        let tree = repository.tree(revision, limits).unwrap();
        let kind = |path: &str| {
            tree.read(&tree.entry(path.into()).unwrap().unwrap()).map_err(|gap| gap.kind)
        };
        assert_eq!(kind("big"), Err(GapKind::TooLarge));
        assert_eq!(kind("lfs"), Err(GapKind::LfsPointer));
        assert_eq!(kind("small"), Ok(b"x".to_vec()));
    }
}

#[test]
fn nothing_outside_is_read_through_a_folder_that_became_a_link() {
    let repo = Repo::new();
    repo.write("deploy/Dockerfile", "1\n").commit();
    let outside = repo.folder.with_file_name("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("Dockerfile"), "secret\n").unwrap();
    std::fs::remove_dir_all(repo.folder.join("deploy")).unwrap();
    repo.link("deploy", outside.to_str().unwrap());
    let repository = repo.open();
    let tree = repository.tree(Revision::Worktree, Limits::default()).unwrap();
    assert_eq!(tree.entry("deploy/Dockerfile".into()).unwrap(), None);
    assert_eq!(tree.follow("deploy/Dockerfile".into()).unwrap_err().kind, GapKind::Link);
}

#[test]
fn a_missing_blob_is_a_gap() {
    let repo = Repo::new();
    repo.write("Dockerfile", "1\n").commit();
    let blob = repo.id("HEAD:Dockerfile").to_string();
    let object = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
    std::fs::remove_file(repo.folder.join(object)).unwrap();
    let repository = repo.open();
    let tree = repository.tree(repo.tree_of("HEAD"), Limits::default()).unwrap();
    let entry = tree.entry("Dockerfile".into()).unwrap().unwrap();
    assert_eq!(tree.read(&entry).unwrap_err().kind, GapKind::MissingObject);
}
