//! Packs, whatever the form of their index.

use plimsoll::git::{Limits, Peeled};

use super::support::Repo;

fn indexed(format: &str, index: &[&str]) -> Repo {
    let format = format!("--object-format={format}");
    let repo = Repo::with(&["init", "--quiet", "--initial-branch=main", &format]);
    repo.write("Dockerfile", "FROM a\n").write("x/y", "one\n").commit();
    repo.write("Dockerfile", "FROM a\nUSER b\n").commit();
    repo.git(&["repack", "--quiet", "-ad"]);
    let packs = std::fs::read_dir(repo.folder.join(".git/objects/pack")).unwrap();
    let mut packs = packs.map(|pack| pack.unwrap().path());
    let pack = packs.find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
    std::fs::remove_file(pack.with_extension("idx")).unwrap();
    repo.git(&[&["index-pack"], index, &[pack.to_str().unwrap()]].concat());
    repo
}

#[test]
fn every_version_of_an_index_is_read() {
    for format in ["sha1", "sha256"] {
        for index in
            [&["--index-version=2"][..], &["--index-version=2,0x40"], &["--index-version=1"]]
        {
            let repo = indexed(format, index);
            let (old, new) = (repo.tree_of("HEAD~1"), repo.tree_of("HEAD"));
            assert_eq!(repo.changes(old, new).files.len(), 1, "{format} {index:?}");
        }
    }
}

#[test]
fn a_pack_that_came_later_is_found() {
    let repo = Repo::new();
    repo.write("a", "1").commit();
    let repository = repo.open();
    let tree = repository.tree(repo.tree_of("HEAD"), Limits::default()).unwrap();
    assert_eq!(tree.names("".into()).unwrap().len(), 1);
    let new = repo.write("b", "2").commit();
    repo.git(&["gc", "--quiet", "--prune=now"]);
    assert!(matches!(repository.peel(new), Ok(Peeled::Commit { .. })));
}

#[test]
fn a_multi_pack_index_is_read() {
    let repo = indexed("sha1", &["--index-version=2"]);
    repo.git(&["multi-pack-index", "write"]);
    assert!(repo.open().peel(repo.id("HEAD")).is_ok());
}
