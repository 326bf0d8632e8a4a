//! New commits, and what a user may write for a revision.

use plimsoll::git::{Id, Limits, Revision};
use plimsoll::model::GapKind;

use super::support::{Repo, command, open, run};

fn new(repo: &Repo, tip: Id, known: &[Id]) -> Vec<Id> {
    let found = repo.open().new_commits(tip, known, &Limits::default());
    assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    found.commits.iter().map(|commit| commit.id).collect()
}

fn listed(repo: &Repo, tip: Id, known: &[Id]) -> Vec<Id> {
    let mut arguments = vec!["rev-list".to_owned(), tip.to_string()];
    arguments.extend(known.iter().map(|id| format!("^{id}")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    repo.git(&arguments).lines().map(super::support::id).collect()
}

fn same(mut a: Vec<Id>, mut b: Vec<Id>) {
    a.sort();
    b.sort();
    assert_eq!(a, b);
}

#[test]
fn new_commits_are_those_that_rev_list_lists() {
    compare_with_rev_list(|round| round);
}

#[test]
fn commits_of_one_second_are_told_apart() {
    compare_with_rev_list(|_| 0);
}

#[test]
fn clocks_that_run_backwards_hide_no_commit() {
    let repo = branchy(|round| 100 - round);
    for tip in [20, 40, 60] {
        for known in [&repo.1[..1], &repo.1[tip / 2..=tip / 2], &repo.1[..tip / 2]] {
            let found = new(&repo.0, repo.1[tip], known);
            let all = listed(&repo.0, repo.1[tip], known);
            assert!(all.iter().all(|id| found.contains(id)));
        }
    }
}

/// Sixty commits on a root, every fifth of them a merge, by a clock of their own.
fn branchy(clock: impl Fn(u32) -> u32) -> (Repo, Vec<Id>) {
    let repo = Repo::new();
    let dated = |round: u32, arguments: &[&str]| {
        let date = format!("{} +0000", 1_700_000_000 + clock(round));
        let mut command = repo.command();
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        run(command.args(arguments), b"")
    };
    repo.write("a", "0").git(&["add", "--all"]);
    dated(0, &["commit", "--quiet", "--message=x"]);
    let root = repo.id("HEAD");
    let mut tips = vec![root];
    for round in 0..60_u32 {
        let from = tips[(round as usize * 7) % tips.len()];
        repo.git(&["checkout", "--quiet", "--detach", &from.to_string()]);
        if round % 5 == 4 {
            let other = tips[(round as usize * 3 + 1) % tips.len()];
            let merge = ["merge", "--quiet", "-s", "ours", "--no-edit", &other.to_string()];
            dated(round + 1, &merge);
        } else {
            repo.write("a", round.to_string()).git(&["add", "--all"]);
            dated(round + 1, &["commit", "--quiet", "--allow-empty", "--message=x"]);
        }
        tips.push(repo.id("HEAD"));
    }
    (repo, tips)
}

fn compare_with_rev_list(clock: impl Fn(u32) -> u32) {
    let (repo, tips) = branchy(clock);
    for (at, &tip) in tips.iter().enumerate() {
        for known in
            [&[][..], &[tips[at / 2]], &[tips[at / 3], tips[at * 2 / 3]], &[tip], &tips[..at / 2]]
        {
            same(new(&repo, tip, known), listed(&repo, tip, known));
        }
    }
}

#[test]
fn one_commit_on_the_old_tip_needs_nothing_of_the_old_side() {
    let repo = Repo::new();
    let old = repo.write("a", "1").commit();
    let tip = repo.write("a", "2").commit();
    let path = old.to_string();
    let object = format!(".git/objects/{}/{}", &path[..2], &path[2..]);
    std::fs::remove_file(repo.folder.join(object)).unwrap();
    assert_eq!(new(&repo, tip, &[old]), [tip]);
    let repository = repo.open();
    let about = repository.about(tip);
    assert_eq!((about.author_name, about.author_email), ("A".into(), "a@example.com".into()));
    assert_eq!(repository.commit(tip).unwrap().parents, [old]);
}

#[test]
fn a_history_is_the_same_by_the_commit_graph() {
    let (repo, all) = branchy(|round| round % 7);
    let tip = repo.id("HEAD");
    let histories = || {
        let of = |known: &[Id], first| repo.open().history(&[tip], known, first);
        [of(&[], false), of(&[], true), of(&all[20..21], false)]
    };
    let before = histories();
    repo.git(&["commit-graph", "write", "--reachable"]);
    repo.write("after", "the graph").commit();
    for (before, after) in before.iter().zip(&histories()) {
        assert_eq!(before.commits, after.commits);
        assert!(after.gaps.is_empty());
        let stands = |id: &Id| before.commits.iter().position(|commit| commit.id == *id);
        for (at, commit) in before.commits.iter().enumerate() {
            assert!(commit.parents.iter().filter_map(stands).all(|parent| parent < at));
        }
    }
    assert_eq!(before[0].commits.len(), listed(&repo, tip, &[]).len());
}

#[test]
fn a_shallow_history_ends_and_says_so() {
    let repo = Repo::new();
    for round in 0..4 {
        repo.write("a", round.to_string()).commit();
    }
    let shallow = repo.folder.with_file_name("shallow");
    let from = format!("file://{}", repo.folder.display());
    run(command(&repo.folder).args(["clone", "--quiet", "--depth=2", &from]).arg(&shallow), b"");
    let found = open(&shallow, &[]).new_commits(repo.id("HEAD"), &[], &Limits::default());
    assert_eq!((found.commits.len(), found.gaps.len(), found.notes.len()), (2, 0, 1));
    // What no list of shallow commits explains is missing.
    std::fs::remove_file(shallow.join(".git/shallow")).unwrap();
    let found = open(&shallow, &[]).new_commits(repo.id("HEAD"), &[], &Limits::default());
    assert_eq!(found.gaps[0].kind, GapKind::MissingObject);
}

#[test]
fn the_walk_is_bounded() {
    let repo = Repo::new();
    for round in 0..10 {
        repo.write("a", round.to_string()).commit();
    }
    let limits = Limits { commits: 3, ..Limits::default() };
    let found = repo.open().new_commits(repo.id("HEAD"), &[], &limits);
    assert!(found.commits.len() < 10);
    assert_eq!(found.gaps[0].kind, GapKind::Limit);
}

#[test]
fn revisions_are_resolved_as_git_does() {
    let repo = Repo::new();
    for round in 0..5 {
        repo.write("a", round.to_string()).commit();
    }
    repo.git(&["tag", "-a", "-m", "x", "v1", "HEAD~2"]);
    repo.git(&["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    repo.write("b", "b").commit();
    repo.git(&["merge", "--quiet", "--no-edit", "main"]);
    let short = repo.git(&["rev-parse", "--short=8", "main"]);
    let repository = repo.open();
    for text in [
        "HEAD",
        "main",
        "heads/main",
        "refs/heads/main",
        "v1",
        "v1^0",
        "HEAD~3",
        "HEAD^2",
        "HEAD^2~1^",
        "@",
        short.trim(),
    ] {
        assert_eq!(repository.resolve(text).unwrap(), repo.id(text), "{text}");
    }
    for text in ["nothing", "main^7", "HEAD~99", "main~x", ""] {
        let resolved = repository.resolve(text);
        assert_eq!(resolved.is_err(), !text.is_empty(), "{text} {resolved:?}");
    }
}

#[test]
fn ranges_are_two_states() {
    let repo = Repo::new();
    let one = repo.write("a", "1").commit();
    let two = repo.write("a", "2").commit();
    repo.git(&["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    let topic = repo.write("a", "3").commit();
    let repository = repo.open();
    let range = |text| repository.range(text, &Limits::default()).unwrap();
    let state = |id: Id| repo.tree_of(&id.to_string());
    assert_eq!(range("main..topic").old, [state(two)]);
    assert_eq!(range("main...topic").old, [state(one)]);
    assert_eq!(range("main..").new, state(topic));
    let single = range("main");
    assert_eq!((single.old, single.new, single.tip), (vec![state(one)], state(two), Some(two)));
    assert_eq!(range("main~1").old, [Revision::Empty]);
}
