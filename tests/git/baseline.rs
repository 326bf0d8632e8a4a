//! What an update is compared with.

use bstr::BString;
use plimsoll::git::{Comparison, Id, Limits, RefUpdate, Revision, Standing, Trusted};

use super::support::Repo;

fn update(old: Option<Id>, new: Id, name: &str) -> RefUpdate {
    RefUpdate { old: old.unwrap_or_else(|| Id::null(new.kind())), new, name: name.into() }
}

fn standing(repo: &Repo, update: &RefUpdate) -> Standing {
    let baseline = repo.open().baseline(update, &Trusted::default(), &Limits::default());
    baseline.unwrap().standing
}

fn compared(repo: &Repo, update: &RefUpdate) -> Comparison {
    match standing(repo, update) {
        Standing::Compare(comparison) => comparison,
        other => panic!("{other:?}"),
    }
}

/// main: one, two; topic forked from one.
fn forked() -> (Repo, Id, Id, Id) {
    let repo = Repo::new();
    let one = repo.write("Dockerfile", "1\n").commit();
    let two = repo.write("Dockerfile", "2\n").commit();
    repo.git(&["checkout", "--quiet", "--detach", &one.to_string()]);
    let topic = repo.write("Dockerfile", "3\n").commit();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    (repo, one, two, topic)
}

#[test]
fn an_existing_ref_is_compared_with_its_old_tip_whatever_else_is_here() {
    let (repo, one, two, topic) = forked();
    repo.git(&["branch", "side", &topic.to_string()]);
    let comparison = compared(&repo, &update(Some(two), topic, "refs/heads/main"));
    assert_eq!(comparison.old, [repo.tree_of(&two.to_string())]);
    assert_eq!(comparison.known, [two]);
    assert_ne!(one, two);
}

#[test]
fn a_new_branch_is_compared_with_where_it_left_the_default_branch() {
    for pack in [false, true] {
        let (repo, one, _, topic) = forked();
        if pack {
            repo.git(&["pack-refs", "--all"]);
            repo.git(&["commit-graph", "write", "--reachable"]);
        }
        let comparison = compared(&repo, &update(None, topic, "refs/heads/topic"));
        assert_eq!(comparison.old, [repo.tree_of(&one.to_string())]);
        let commits = repo.open().new_commits(topic, &comparison.known, &Limits::default()).commits;
        assert_eq!(commits.iter().map(|commit| commit.id).collect::<Vec<_>>(), [topic]);
    }
}

#[test]
fn a_dangling_head_stands_for_the_usual_names() {
    let (repo, one, _, topic) = forked();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let comparison = compared(&repo, &update(None, topic, "refs/heads/topic"));
    assert_eq!(comparison.old, [repo.tree_of(&one.to_string())]);
}

#[test]
fn an_orphan_and_the_default_branch_itself_are_judged_whole() {
    let (repo, _, _, topic) = forked();
    repo.git(&["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(compared(&repo, &update(None, topic, "refs/heads/main")).old, [Revision::Empty]);
    let (repo, ..) = forked();
    let tree = repo.git(&["write-tree"]);
    let orphan = super::support::id(&repo.git(&["commit-tree", tree.trim(), "-m", "x"]));
    assert_eq!(compared(&repo, &update(None, orphan, "refs/heads/x")).old, [Revision::Empty]);
}

#[test]
fn crosswise_merges_give_every_best_base() {
    let repo = Repo::new();
    repo.write("Dockerfile", "0\n").commit();
    let commit = |parents: &[Id], text: &str| {
        repo.write("Dockerfile", text).git(&["add", "."]);
        let tree = repo.git(&["write-tree"]);
        let mut arguments =
            vec!["commit-tree".to_owned(), tree.trim().to_owned(), "-mx".to_owned()];
        arguments.extend(parents.iter().map(|parent| format!("-p{parent}")));
        super::support::id(&repo.git(&arguments.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    let root = repo.id("HEAD");
    let (a, b) = (commit(&[root], "a\n"), commit(&[root], "b\n"));
    let (left, right) = (commit(&[a, b], "l\n"), commit(&[b, a], "r\n"));
    repo.git(&["update-ref", "refs/heads/main", &left.to_string()]);
    let mut old = compared(&repo, &update(None, right, "refs/heads/x")).old;
    old.sort_by_key(|revision| format!("{revision:?}"));
    let mut both = [repo.tree_of(&a.to_string()), repo.tree_of(&b.to_string())];
    both.sort_by_key(|revision| format!("{revision:?}"));
    assert_eq!(old, both);
}

#[test]
fn tags_are_opened_and_a_moved_one_is_compared_with_its_old_target() {
    let (repo, one, two, topic) = forked();
    repo.git(&["tag", "-a", "-m", "x", "v1", &one.to_string()]);
    repo.git(&["tag", "-a", "-m", "x", "v2", "v1"]);
    let nested = repo.id("refs/tags/v2");
    let moved = compared(&repo, &update(Some(nested), topic, "refs/tags/v2"));
    assert_eq!(moved.old, [repo.tree_of(&one.to_string())]);
    repo.git(&["tag", "-a", "-m", "x", "v3", &two.to_string()]);
    let tag = repo.id("refs/tags/v3");
    repo.git(&["tag", "-d", "v3"]);
    let new = compared(&repo, &update(None, tag, "refs/tags/v3"));
    assert_eq!((new.old, new.tip), (vec![new.new], Some(two)));
}

#[test]
fn an_older_tag_counts_only_where_policy_says_so() {
    let (repo, one, _, topic) = forked();
    repo.git(&["tag", "old", &topic.to_string()]);
    let trusted =
        Trusted { tags: Some(&|name| name.starts_with(b"refs/tags/")), ..Trusted::default() };
    let new = update(None, topic, "refs/tags/new");
    let base = |trusted: &Trusted<'_>| match repo.open().baseline(&new, trusted, &Limits::default())
    {
        Ok(baseline) => match baseline.standing {
            Standing::Compare(comparison) => comparison.old,
            other => panic!("{other:?}"),
        },
        Err(error) => panic!("{error:#}"),
    };
    assert_eq!(base(&trusted), [repo.tree_of(&topic.to_string())]);
    assert_eq!(base(&Trusted::default()), [repo.tree_of(&one.to_string())]);
}

#[test]
fn a_client_that_lies_about_the_old_value_is_stale() {
    for pack in [false, true] {
        let (repo, one, two, topic) = forked();
        if pack {
            repo.git(&["pack-refs", "--all"]);
        } else {
            let stale = standing(&repo, &update(Some(one), topic, "refs/heads/main"));
            assert!(matches!(stale, Standing::Stale(current) if current == two), "{stale:?}");
        }
        let stale = standing(&repo, &update(None, topic, "refs/heads/main"));
        assert!(matches!(stale, Standing::Stale(current) if current == two), "{stale:?}");
    }
}

#[test]
fn a_symbolic_ref_names_what_really_changes() {
    let (repo, _, two, topic) = forked();
    repo.git(&["symbolic-ref", "refs/heads/prod", "refs/heads/main"]);
    let update = update(Some(two), topic, "refs/heads/prod");
    let baseline = repo.open().baseline(&update, &Trusted::default(), &Limits::default()).unwrap();
    assert_eq!(baseline.alias, Some(BString::from("refs/heads/main")));
    assert!(matches!(baseline.standing, Standing::Compare(_)));
}

#[test]
fn names_that_are_no_refs_lead_nowhere() {
    let (repo, one, two, topic) = forked();
    std::fs::write(repo.folder.join("outside"), format!("{one}\n")).unwrap();
    for name in ["../outside", "refs/heads/../../../outside", "refs/heads/a b", "refs/heads/\u{1b}"]
    {
        let comparison = compared(&repo, &update(Some(two), topic, name));
        assert_eq!(comparison.old, [repo.tree_of(&two.to_string())], "{name}");
    }
}

#[test]
fn a_namespace_is_put_before_every_name() {
    let (repo, one, two, topic) = forked();
    repo.git(&["update-ref", "refs/namespaces/a/refs/heads/main", &one.to_string()]);
    repo.git(&["symbolic-ref", "refs/namespaces/a/HEAD", "refs/namespaces/a/refs/heads/main"]);
    let inside = super::support::open(&repo.folder, &[("GIT_NAMESPACE", "a".as_ref())]);
    assert_eq!(inside.current("refs/heads/main".into()).unwrap(), Some(one));
    assert_eq!(inside.default_branch().unwrap(), "refs/heads/main");
    assert_eq!(inside.refs(&|_| true).unwrap(), [("refs/heads/main".into(), one)]);
    assert_eq!(repo.open().current("refs/heads/main".into()).unwrap(), Some(two));
    assert_ne!(topic, two);
}

#[test]
fn a_reftable_is_no_obstacle_for_what_needs_no_refs() {
    let repo = Repo::with(&["init", "--quiet", "--ref-format=reftable", "--initial-branch=main"]);
    let one = repo.write("Dockerfile", "1\n").commit();
    let two = repo.write("Dockerfile", "2\n").commit();
    assert_eq!(compared(&repo, &update(Some(one), two, "refs/heads/main")).known, [one]);
    let new = update(None, two, "refs/heads/new");
    let error = repo.open().baseline(&new, &Trusted::default(), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("reftable"), "{error}");
}

#[test]
fn deleted_refs_trees_blobs_and_missing_objects_are_told_apart() {
    let (repo, one, two, _) = forked();
    let deleted = update(Some(two), Id::null(two.kind()), "refs/heads/main");
    assert!(matches!(standing(&repo, &deleted), Standing::Deleted));
    let Revision::Tree(tree) = repo.tree_of(&one.to_string()) else { panic!() };
    let comparison = compared(&repo, &update(None, tree, "refs/tags/tree"));
    assert_eq!((comparison.old, comparison.tip), (vec![Revision::Empty], None));
    let blob = repo.id("main:Dockerfile");
    assert!(matches!(standing(&repo, &update(None, blob, "refs/tags/blob")), Standing::Blob(_)));
    let gone = Id::from_hex(b"1234567890123456789012345678901234567890").unwrap();
    let missing = standing(&repo, &update(Some(two), gone, "refs/heads/main"));
    assert!(matches!(missing, Standing::Unjudgeable(_)), "{missing:?}");
}
