//! Branches: what a push is compared with, and which refs are judged.

use crate::common::server::Server;
use crate::{APP, ROOT, guarded};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// G01
#[test]
fn commits_that_another_branch_already_has_are_judged_on_main() {
    let server = guarded()
        .policy("[[refs]]\nmatch = 'refs/heads/tmp'\nmode = 'off'\n[[refs]]\nmatch = 'refs/**'\n");
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/tmp"]).silent();
    server.git(["fetch", "--quiet", "origin"]);
    server.push_as(["origin/tmp:refs/heads/main"]).refused_for("runs-as-root  Dockerfile");
}

/// G02
#[test]
fn a_new_branch_is_compared_with_where_it_left_main() {
    let server = guarded();
    server.change("README", "hello").push_as(["HEAD:refs/heads/topic"]).silent();
    server.push_as(["HEAD~1:refs/heads/same"]).silent();
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/bad"]).refused_for("runs-as-root");
    assert_eq!(server.at("refs/heads/bad"), None);
}

/// G03
#[test]
fn a_branch_that_left_an_older_main_answers_only_for_what_it_did() {
    let server = Server::new().policy("[gate]\nfirst-push = 'annotate'\n");
    server.change("Dockerfile", ROOT).push().accepted_with("runs-as-root");
    server.change("Dockerfile", APP).push().accepted_with("you fixed 1");
    server.git(["checkout", "--quiet", "-b", "topic", "HEAD~1"]);
    server.change("README", "x").push_as(["topic"]).silent();
    server.change("Dockerfile", format!("{ROOT}EXPOSE 22\n"));
    let said = server.push_as(["topic"]).refused_for("exposed-port");
    assert!(!said.contains("runs-as-root"), "{said}");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.git(["merge", "--quiet", "--no-edit", "--strategy=ours", "main"]);
    server.push().refused_for("runs-as-root");
}

/// G04
#[test]
fn a_history_of_its_own_is_judged_whole() {
    let server = guarded();
    server.git(["checkout", "--quiet", "--orphan", "other"]);
    server.change("Dockerfile", ROOT).push_as(["other"]).refused_for("runs-as-root");
}

/// G05
#[test]
fn a_forced_update_is_compared_with_what_it_overwrites() {
    let server = Server::new();
    server.change("README", "x").push().silent();
    server.change("Dockerfile", APP).push().silent();
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("Dockerfile", ROOT);
    server.push_as(["+HEAD:refs/heads/main"]).refused_for("was not root (USER app), now");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("Dockerfile", APP.replace("USER app", "USER 1000"));
    server.push_as(["+HEAD:refs/heads/main"]).silent();
}

/// G06
#[test]
fn main_deleted_and_made_again_is_judged_whole() {
    let server = guarded().config("receive.denyDeleteCurrent", "ignore");
    server.change("Dockerfile", ROOT).commit("same");
    server.push_as(["--delete", "main"]).silent();
    assert_eq!(server.at("refs/heads/main"), None);
    server.push().refused_for("runs-as-root");
}

/// G39
#[test]
fn emptied_and_filled_again_is_judged_whole() {
    let server = guarded();
    server.remove("Dockerfile").commit("nothing left");
    server.push().accepted();
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root");
}

/// G07
#[test]
fn a_deleted_ref_before_a_bad_one_hides_nothing() {
    let server = guarded();
    server.push_as(["HEAD:refs/heads/a"]).silent();
    server.change("Dockerfile", ROOT);
    let said = server.push_as([":refs/heads/a", "HEAD:refs/heads/main"]).refused();
    insta::assert_snapshot!(said, @r"
    high  runs-as-root  Dockerfile:4 (old line)
      - 4 | USER app
      user of the final stage: was not root (USER app), now root, as in
      the base image (no USER)
      fix: end the shipped stage with `USER` and an account other than
      root, by number where Kubernetes should be able to see it:
      `USER 10001`
      waive: 632d4f3d17aa7aef69234321
    main: rejected, 1 regression, 0 improvements
    more: plimsoll explain runs-as-root
    1 regression, 0 improvements; none of 2 refs was updated
    ");
    assert!(server.at("refs/heads/a").is_some());
}

/// G07
#[test]
fn one_bad_ref_among_good_ones_keeps_all_of_them_out() {
    for atomic in [&[][..], &["--atomic"]] {
        let server = guarded();
        server.change("README", "a").git(["branch", "good"]);
        server.change("Dockerfile", ROOT).git(["branch", "zealous"]);
        let refs = ["good", "zealous", "HEAD~1:refs/heads/main"];
        let pushed = server.push_as(atomic.iter().copied().chain(refs));
        pushed.refused_for("none of 3 refs was updated");
        assert_eq!((server.at("good"), server.at("zealous")), (None, None));
    }
}

#[test]
fn two_refs_at_one_commit_are_told_once() {
    let server = guarded();
    server.change("Dockerfile", ROOT);
    let said = server.push_as(["HEAD:refs/heads/a", "HEAD:refs/heads/b"]).refused();
    insta::assert_snapshot!(said, @r"
    high  runs-as-root  Dockerfile:4 (old line)
      - 4 | USER app
      user of the final stage: was not root (USER app), now root, as in
      the base image (no USER)
      fix: end the shipped stage with `USER` and an account other than
      root, by number where Kubernetes should be able to see it:
      `USER 10001`
      waive: 632d4f3d17aa7aef69234321
    a: rejected, 1 regression, 0 improvements
    b: judged as a, which has the same commits
    more: plimsoll explain runs-as-root
    1 regression, 0 improvements; none of 2 refs was updated
    ");
}

/// G07
#[test]
fn one_commit_under_two_policies_has_two_verdicts() {
    let server = guarded()
        .policy("[[refs]]\nmatch = 'refs/heads/s*'\nmode = 'annotate'\n[[refs]]\nmatch = '**'\n");
    server.change("Dockerfile", ROOT);
    server.push_as(["HEAD:refs/heads/side"]).accepted_with("runs-as-root");
    server.push_as([":refs/heads/side"]).silent();
    let said =
        server.push_as(["HEAD:refs/heads/side", "HEAD:refs/heads/main"]).refused_for("main: rej");
    assert!(said.contains("side: no objection"), "{said}");
    server.git(["push", "--quiet", "origin", "HEAD:refs/heads/side"]);
    let (old, new) = (server.at("main").unwrap(), server.at("side").unwrap());
    let lines = [format!("{ZERO} {new} refs/heads/s2\n"), format!("{old} {new} refs/heads/main\n")];
    for input in [lines.concat(), [lines[1].clone(), lines[0].clone()].concat()] {
        assert_eq!(server.hooked(&["pre-receive"], input, &[]).code, Some(1));
    }
    assert_eq!(server.hooked(&["pre-receive"], &lines[0], &[]).code, Some(0));
}

/// G09
#[test]
fn refs_outside_heads_are_judged_like_branches() {
    let server = guarded();
    server.change("README", "x").git(["branch", "good"]);
    server.change("Dockerfile", ROOT);
    for name in ["refs/for/main", "refs/merge-requests/1/head", "refs/pull/1/head", "refs/x/y"] {
        server.push_as([format!("good:{name}")]).silent();
        server.push_as([format!("+HEAD:{name}")]).refused_for("runs-as-root");
        server.push_as([format!("HEAD:{name}-new")]).refused_for("runs-as-root");
    }
}

/// G11
#[test]
fn notes_are_files_like_others_but_plimsolls_own_are_not_for_pushers() {
    let server = guarded();
    server.git(["notes", "add", "-m", "reviewed"]);
    server.push_as(["refs/notes/commits"]).silent();
    let forged = server.push_as(["refs/notes/commits:refs/notes/plimsoll"]);
    forged.refused_for("plimsoll's own notes");
}

/// G10
#[test]
fn a_replace_ref_is_refused_and_one_that_is_there_changes_nothing() {
    let server = guarded();
    let good = server.at("main").unwrap();
    let bad = server.change("Dockerfile", ROOT).git(["rev-parse", "HEAD"]);
    let name = format!("{good}:refs/replace/{}", bad.trim());
    server.push_as([name]).refused_for("replace ref");
    server.serving(["update-ref", &format!("refs/replace/{}", bad.trim()), &good]);
    server.push().refused_for("runs-as-root");
}

/// G34
#[test]
fn an_alias_counts_as_the_branch_it_stands_for() {
    let server = guarded()
        .policy("[[refs]]\nmatch = 'refs/heads/prod'\nmode = 'off'\n[[refs]]\nmatch = '**'\n");
    server.serving(["symbolic-ref", "refs/heads/prod", "refs/heads/main"]);
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/prod"]).refused_for("runs-as-root");
}

/// G35
#[test]
fn a_namespace_has_refs_of_its_own() {
    let server = guarded();
    let inside = ["push", "--receive-pack=git --namespace=team receive-pack"];
    server.push_with(inside, ["HEAD:refs/heads/main"]).silent();
    assert!(server.at("refs/namespaces/team/refs/heads/main").is_some());
    server.change("Dockerfile", ROOT);
    server.push_with(inside, ["HEAD:refs/heads/main"]).refused_for("runs-as-root");
    server.push_with(inside, ["HEAD:refs/heads/new"]).refused_for("runs-as-root");
}

/// G36
#[test]
fn a_client_that_lies_about_the_old_id_is_refused() {
    let server = guarded();
    server.change("Dockerfile", ROOT);
    let objects = server.work().join(".git/objects").display().to_string();
    let new = server.git(["rev-parse", "HEAD"]);
    let older = server.git(["commit-tree", "-m", "x", "HEAD^{tree}"]);
    for lie in [ZERO, older.trim()] {
        let input = format!("{lie} {} refs/heads/main\n", new.trim());
        let store = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str())];
        let ran = server.hooked(&["pre-receive"], input, &store);
        assert!(ran.code == Some(1) && ran.err.contains("fetch first"), "{ran:?}");
    }
}

/// A04
#[test]
fn input_that_git_would_not_write_is_refused_and_none_is_fine() {
    let server = guarded();
    let tip = server.at("main").unwrap();
    let input = [
        format!("{tip} {tip}0 refs/heads/main\n"),
        format!("{tip}\n"),
        "garbage\n".to_owned(),
        format!("{tip}  {tip} refs/heads/main\n"),
        "\0\0\0".to_owned(),
    ];
    for line in &input {
        let ran = server.hooked(&["pre-receive"], format!("{tip} {tip} refs/heads/x\n{line}"), &[]);
        assert!(ran.code == Some(1) && ran.err.contains("line 2"), "{line:?}: {ran:?}");
    }
    for nothing in ["", "\n"] {
        let ran = server.hooked(&["pre-receive"], nothing, &[]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    }
}

/// A04
#[test]
fn the_last_line_counts_without_its_newline_too() {
    let server = guarded();
    let good = server.at("main").unwrap();
    server.change("Dockerfile", ROOT);
    let bad = server.git(["rev-parse", "HEAD"]);
    let objects = server.work().join(".git/objects").display().to_string();
    let store = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str())];
    let input = format!("{good} {good} refs/heads/x\n{good} {} refs/heads/main", bad.trim());
    assert_eq!(server.hooked(&["pre-receive"], input, &store).code, Some(1));
}

#[test]
fn the_update_hook_refuses_one_ref_and_leaves_the_others_alone() {
    let server = guarded();
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).unwrap();
    server.hook("update");
    server.change("README", "x").git(["branch", "good"]);
    server.change("Dockerfile", ROOT);
    let refs = ["good", "HEAD:refs/heads/bad"];
    let said = server.push_as(refs).refused_for("bad was not updated");
    assert!(said.contains("runs-as-root") && !said.contains("good"), "{said}");
    assert!(server.at("good").is_some() && server.at("bad").is_none());
    server.push_as(["--atomic", "HEAD~1:refs/heads/more", "HEAD:refs/heads/bad"]).refused();
    assert_eq!(server.at("more"), None);
}
