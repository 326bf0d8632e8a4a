//! Which files differ, and which became which.

use plimsoll::git::{Limits, Revision};
use plimsoll::model::GapKind;

use super::support::{Repo, id, is_dockerfile, told};

const LONG: &str =
    "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\nUSER app\nCMD run\n";

#[test]
fn only_wanted_files_that_differ_are_told() {
    let repo = Repo::new();
    repo.write("Dockerfile", "1\n").write("same/Dockerfile", "s\n").write("a.txt", "a").commit();
    repo.write("Dockerfile", "2\n")
        .write("a.txt", "b")
        .write("new/deep/Dockerfile.x", "n\n")
        .commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["Dockerfile -> Dockerfile", "- -> new/deep/Dockerfile.x"]);
    assert!(changes.gaps.is_empty() && changes.notes.is_empty());
    let first = repo.changes(Revision::Empty, repo.tree_of("HEAD~1"));
    assert_eq!(told(&first), ["- -> Dockerfile", "- -> same/Dockerfile"]);
    assert_eq!(told(&repo.changes(repo.tree_of("HEAD"), repo.tree_of("HEAD"))), [""; 0]);
}

#[test]
fn a_file_that_becomes_a_folder_is_gone_and_the_files_below_are_new() {
    let repo = Repo::new();
    repo.write("Dockerfile", "1\n").write("Dockerfile-x", "x\n").commit();
    repo.git(&["rm", "--quiet", "Dockerfile"]);
    repo.write("Dockerfile/Dockerfile", "something else\n").commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["Dockerfile -> -", "- -> Dockerfile/Dockerfile"]);
}

#[test]
fn a_moved_file_is_paired_whatever_its_new_name() {
    for (to, text) in [
        ("build/Dockerfile", LONG.to_owned()),
        ("build/Dockerfile.app", LONG.replace("USER app\n", "")),
        ("Image.build", LONG.to_owned()),
        ("Image.build", LONG.replace("USER app\n", "")),
        ("dockerfile", LONG.replace("USER app", "USER root")),
    ] {
        let repo = Repo::new();
        repo.write("Dockerfile", LONG).write("noise", "FROM the start\n").commit();
        repo.git(&["rm", "--quiet", "Dockerfile"]);
        repo.write(to, &text).write("other.txt", "nothing alike\n").commit();
        let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
        assert_eq!(told(&changes), [format!("Dockerfile -> {to}")]);
        assert!(changes.files[0].renamed);
    }
}

#[test]
fn a_copy_is_new_and_a_file_that_went_is_gone() {
    let repo = Repo::new();
    repo.write("Dockerfile", LONG).write("old/Dockerfile", "FROM scratch\nCOPY a b\n").commit();
    repo.git(&["rm", "--quiet", "old/Dockerfile"]);
    repo.write("Dockerfile.prod", LONG).commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["- -> Dockerfile.prod", "old/Dockerfile -> -"]);
}

#[test]
fn of_many_alike_the_most_alike_are_paired() {
    let repo = Repo::new();
    for service in ["a", "b", "c"] {
        repo.write(format!("{service}/Dockerfile"), format!("{LONG}EXPOSE 1\nENV S={service}\n"));
    }
    repo.commit();
    repo.git(&["rm", "-r", "--quiet", "a", "b", "c"]);
    for service in ["c", "a", "b"] {
        repo.write(
            format!("new-{service}/Dockerfile"),
            format!("{LONG}EXPOSE 2\nENV S={service}\n"),
        );
    }
    repo.commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(
        told(&changes),
        ["a", "b", "c"].map(|service| format!("{service}/Dockerfile -> new-{service}/Dockerfile"))
    );
}

#[test]
fn a_submodule_in_place_of_container_files_hides_them() {
    let repo = Repo::new();
    let commit = repo.write("deploy/Dockerfile", LONG).write("docs/a", "a").commit();
    repo.git(&["rm", "-r", "--quiet", "--cached", "deploy", "docs"]);
    for path in ["deploy", "docs", "fresh"] {
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},{path}")]);
    }
    repo.git(&["commit", "--quiet", "--message=x"]);
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["deploy/Dockerfile -> -"]);
    assert_eq!(changes.gaps.len(), 1);
    assert_eq!(
        (changes.gaps[0].kind, changes.gaps[0].path.as_slice()),
        (GapKind::Submodule, &b"deploy"[..])
    );
    assert_eq!(changes.notes.len(), 2, "{:?}", changes.notes);
    let moved = repo.id("HEAD");
    repo.git(&["update-index", "--cacheinfo", &format!("160000,{moved},fresh")]);
    repo.git(&["commit", "--quiet", "--message=x"]);
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!((changes.files.len(), changes.gaps.len(), changes.notes.len()), (0, 0, 1));
}

#[test]
fn a_link_whose_target_changed_is_a_changed_file() {
    let repo = Repo::new();
    repo.write("base/real.txt", "USER app\n").write("base/other", "x").write("a/b", "b");
    repo.link("Dockerfile", "base/real.txt").link("Dockerfile.other", "base/other").commit();
    repo.write("base/real.txt", "USER root\n").commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["Dockerfile -> Dockerfile"]);
    repo.git(&["rm", "--quiet", "base/real.txt"]);
    repo.commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(told(&changes), ["Dockerfile -> Dockerfile"]);
}

#[test]
fn paths_are_bytes() {
    let repo = Repo::new();
    repo.commit();
    let odd: &[u8] = b"a\x1b[2K\n\xff \"x/Dockerfile";
    repo.write(odd, "1\n").commit();
    let changes = repo.changes(repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
    assert_eq!(changes.files[0].new.as_ref().unwrap().path.as_slice(), odd);
}

/// A tree of these `mode name` and ids, which git itself would refuse.
fn hostile(repo: &Repo, entries: &[(&str, &str)]) -> Revision {
    let mut tree = Vec::new();
    for (head, object) in entries {
        tree.extend(head.as_bytes());
        tree.push(0);
        tree.extend(id(object).as_slice());
    }
    let tree = repo.fed(&["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], &tree);
    Revision::Tree(id(&tree))
}

#[test]
fn trees_that_git_would_refuse_are_said_aloud_and_still_judged() {
    let repo = Repo::new();
    let blob = repo.fed(&["hash-object", "-w", "--stdin"], b"USER root\n");
    let other = repo.fed(&["hash-object", "-w", "--stdin"], b"USER app\n");
    let (one, two) = (blob.as_str(), other.as_str());
    let twice = hostile(&repo, &[("100644 Dockerfile", one), ("100644 Dockerfile", two)]);
    let changes = repo.changes(hostile(&repo, &[("100644 Dockerfile", two)]), twice);
    assert_eq!(changes.gaps.len(), 1, "{:?}", changes.gaps);
    assert!(!changes.files.is_empty());
    for name in [".git", "a/Dockerfile", "..", ".GIT"] {
        let changes =
            repo.changes(Revision::Empty, hostile(&repo, &[(&format!("100644 {name}"), one)]));
        assert_eq!(changes.gaps.len(), 1, "{name}");
    }
    let unsorted = hostile(&repo, &[("100644 z", one), ("100664 Dockerfile", one)]);
    let changes = repo.changes(hostile(&repo, &[("100644 Dockerfile", two)]), unsorted);
    assert_eq!(told(&changes), ["Dockerfile -> Dockerfile"]);
}

#[test]
fn a_tree_that_is_cut_off_missing_or_no_tree_is_a_gap() {
    let repo = Repo::new();
    let blob = repo.fed(&["hash-object", "-w", "--stdin"], b"x");
    let cut = repo
        .fed(&["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], b"100644 a\0short");
    let cases = [
        (Revision::Tree(id(&cut)), GapKind::Unparsed),
        (hostile(&repo, &[("40000 a", &blob)]), GapKind::Unparsed),
        (hostile(&repo, &[("40000 a", &"12".repeat(20))]), GapKind::MissingObject),
    ];
    for (tree, kind) in cases {
        let changes = repo.changes(Revision::Empty, tree);
        assert_eq!(changes.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [kind]);
    }
}

#[test]
fn depth_and_entries_are_bounded() {
    let repo = Repo::new();
    let mut tree = repo.fed(&["hash-object", "-w", "--stdin"], b"x");
    let mut mode = "100644 Dockerfile";
    for _ in 0..300 {
        let Revision::Tree(next) = hostile(&repo, &[(mode, &tree)]) else { panic!() };
        (tree, mode) = (next.to_string(), "40000 d");
    }
    let deep = repo.changes(Revision::Empty, Revision::Tree(id(&tree)));
    assert_eq!(deep.gaps[0].kind, GapKind::Limit);
    let repo = Repo::new();
    for at in 0..20 {
        repo.write(format!("{at}/Dockerfile"), "x\n");
    }
    repo.commit();
    let repository = repo.open();
    let limits = Limits { entries: 10, ..Limits::default() };
    let tree = |revision| repository.tree(revision, limits).unwrap();
    let changes =
        repository.changes(&tree(Revision::Empty), &tree(repo.tree_of("HEAD")), &is_dockerfile);
    assert_eq!(changes.gaps[0].kind, GapKind::Limit);
}

#[test]
fn what_is_staged_and_what_is_on_disk_are_revisions_too() {
    let repo = Repo::new();
    repo.write("Dockerfile", "1\n")
        .write("b/Dockerfile", "1\n")
        .write(".gitignore", "out/\n")
        .commit();
    repo.write("Dockerfile", "2\n").git(&["add", "Dockerfile"]);
    repo.write("b/Dockerfile", "3\n").write("c/Dockerfile", "4\n").write("out/Dockerfile", "5\n");
    let head = repo.tree_of("HEAD");
    assert_eq!(told(&repo.changes(head, Revision::Index)), ["Dockerfile -> Dockerfile"]);
    let files = repo.changes(head, Revision::Worktree);
    assert_eq!(
        told(&files),
        ["Dockerfile -> Dockerfile", "b/Dockerfile -> b/Dockerfile", "- -> c/Dockerfile"]
    );
    let repository = repo.open();
    let disk = repository.tree(Revision::Worktree, Limits::default()).unwrap();
    assert_eq!(disk.read(files.files[2].new.as_ref().unwrap()).unwrap(), b"4\n");
}
