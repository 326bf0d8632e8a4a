//! Merges, and what stays in history although the net change doesn't show it.

use crate::common::server::Server;
use crate::{APP, ROOT, guarded};

const SECRET: &str = "ENV DATABASE_URL=postgres://app:Tr7xQ9mVz2LpK4@db.internal/app\n";

/// Two branches that both say `USER app` and touch different files; `one` is checked out.
fn forked(server: &Server) {
    server.git(["checkout", "--quiet", "-b", "two"]);
    server.change("two", "2");
    server.git(["checkout", "--quiet", "-b", "one", "main"]);
    server.change("one", "1");
}

/// G12
#[test]
fn a_merge_that_is_worse_than_all_its_parents_is_refused() {
    let server = guarded();
    forked(&server);
    server.git(["merge", "--quiet", "--no-commit", "two"]);
    server.write("Dockerfile", ROOT).commit("merge");
    server.push().refused_for("runs-as-root");
}

/// G12
#[test]
fn an_octopus_brings_it_with_its_third_arm() {
    let server = guarded();
    forked(&server);
    server.git(["checkout", "--quiet", "-b", "three", "main"]);
    server.change("Dockerfile", ROOT).git(["checkout", "--quiet", "main"]);
    server.git(["merge", "--quiet", "--no-edit", "one", "two", "three"]);
    assert_eq!(server.git(["rev-list", "--parents", "-1", "HEAD"]).split(' ').count(), 4);
    server.push().refused_for("runs-as-root");
}

#[test]
fn a_merge_of_good_branches_is_silent() {
    let server = guarded();
    forked(&server);
    server.git(["merge", "--quiet", "--no-edit", "two"]);
    server.push().silent();
}

/// G13
#[test]
fn of_several_merge_bases_the_worst_is_no_excuse() {
    let server = guarded().policy("baseline-refs = ['refs/heads/main', 'refs/heads/side']\n");
    server.git(["checkout", "--quiet", "-b", "side"]);
    server.change("side", "1");
    server.git(["checkout", "--quiet", "main"]);
    server.change("main", "1");
    // Crosswise: each branch merges the other's first commit.
    server.git(["branch", "m1"]);
    server.git(["merge", "--quiet", "--no-edit", "side"]);
    server.git(["checkout", "--quiet", "side"]);
    server.git(["merge", "--quiet", "--no-edit", "m1"]);
    server.git(["push", "--quiet", "origin", "main"]);
    // One base has root, as if it had been pushed before the hook was there.
    server.git(["checkout", "--quiet", "-b", "bad-base", "side~1"]);
    server.git(["checkout", "--quiet", "-b", "topic", "side"]);
    server.change("Dockerfile", ROOT);
    server.push_as(["topic"]).refused_for("runs-as-root");
}

/// G13
#[test]
fn a_bad_base_of_crossed_histories_excuses_nothing() {
    let server = guarded();
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).unwrap();
    // Both of these are best common ancestors of main and topic; only one of them runs as root.
    let bad = server.git(["checkout", "--quiet", "-b", "bad"]);
    assert_eq!(bad, "");
    server.change("Dockerfile", ROOT);
    server.git(["checkout", "--quiet", "-b", "good", "main"]);
    server.change("good", "1");
    server.git(["checkout", "--quiet", "-b", "topic", "bad"]);
    server.git(["merge", "--quiet", "--no-edit", "good"]);
    server.git(["checkout", "--quiet", "-B", "main", "good"]);
    server.git(["merge", "--quiet", "--no-edit", "--no-ff", "--strategy=ours", "bad"]);
    assert_eq!(server.git(["merge-base", "--all", "main", "topic"]).lines().count(), 2);
    server.push().silent();
    server.hook("pre-receive");
    server.push_as(["topic"]).refused_for("runs-as-root");
}

/// G30
#[test]
fn a_secret_that_came_and_went_in_one_push_is_told_with_its_commit() {
    let server = guarded();
    let added = server.change("Dockerfile", format!("{APP}{SECRET}")).git(["rev-parse", "HEAD"]);
    server.change("Dockerfile", APP);
    let said = server.push().refused_for("secret-in-image");
    assert!(said.contains(&added[..7]), "the commit is not named:\n{said}");
    assert!(!said.contains("Tr7xQ9mVz2"), "{said}");
    insta::assert_snapshot!(said, @r"
    critical  secret-in-image  Dockerfile:6
      + 6 | ENV DATABASE_URL=postgres://app:… (14 characters)@db.internal/
          | app
      secret in DATABASE_URL of the final stage: written down in full: …
      (14 characters)
      commit fe41b4d306 of this push; it stays in history: removing it is
      not enough, revoke it
      fix: revoke the credential, and hand the new one over at run time:
      to the build with `RUN --mount=type=secret,id=…`, to the container
      through its orchestrator's secrets
      waive: 8e0101cc015fb71ac63b96eb
    more: plimsoll explain secret-in-image
    1 regression, 0 improvements; main was not updated
    ");
}

/// G12
#[test]
fn a_secret_that_only_a_merge_brings_is_found_after_it_went() {
    let server = guarded();
    forked(&server);
    server.git(["merge", "--quiet", "--no-commit", "two"]);
    server.write("Dockerfile", format!("{APP}{SECRET}")).commit("merge");
    server.change("Dockerfile", APP);
    server.push().refused_for("secret-in-image");
}

#[test]
fn a_secret_of_a_new_branch_is_looked_for_too_and_an_old_one_is_not_told_again() {
    let server = guarded();
    server.change("Dockerfile", format!("{APP}{SECRET}"));
    server.change("Dockerfile", APP);
    server.push_as(["HEAD:refs/heads/topic"]).refused_for("secret-in-image");
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).unwrap();
    server.push().accepted();
    server.hook("pre-receive");
    server.change("README", "x").push_as(["HEAD:refs/heads/topic"]).silent();
    server.push().silent();
}

#[test]
fn what_is_no_secret_may_come_and_go() {
    let server = guarded();
    server.change("Dockerfile", ROOT);
    server.change("Dockerfile", APP).push().silent();
}

/// G31
#[test]
fn the_revert_of_a_fix_is_a_regression_again() {
    let server = Server::new().policy("[gate]\nfirst-push = 'annotate'\n");
    server.change("Dockerfile", ROOT).push().accepted_with("runs-as-root");
    server.change("Dockerfile", APP).push().accepted_with("you fixed 1");
    server.git(["revert", "--no-edit", "HEAD"]);
    server.push().refused_for("runs-as-root");
}

/// A clone without history, which pushes to the same server.
fn shallow(server: &Server) {
    let url = format!("file://{}", server.bare().display());
    let clone = ["clone", "--quiet", "--depth=1", "--branch=main", &url, "shallow"];
    crate::common::server::git(server.folder(), clone).succeeded();
    std::fs::remove_dir_all(server.work()).unwrap();
    std::fs::rename(server.folder().join("shallow"), server.work()).unwrap();
}

/// G29
#[test]
fn a_push_from_a_shallow_clone_is_judged() {
    let server = guarded();
    server.change("README", "1").push().silent();
    shallow(&server);
    server.change("README", "2").push().silent();
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root");
}

/// G29
#[test]
fn a_push_that_makes_the_server_shallow_is_judged_as_far_as_it_goes() {
    let other = guarded();
    other.change("README", "1").push().silent();
    shallow(&other);
    let server = Server::new().config("receive.shallowUpdate", "true");
    server.change("elsewhere", "x").push().silent();
    let url = server.bare().display().to_string();
    other.git(["remote", "set-url", "origin", &url]);
    let said = other.change("README", "2").push_as(["HEAD:refs/heads/imported"]).accepted();
    assert!(said.contains("history ends here"), "{said}");
    other.change("Dockerfile", ROOT);
    other.push_as(["HEAD:refs/heads/worse"]).refused_for("runs-as-root");
    // Where the server takes no shallow history, git would refuse after the hook.
    let strict = Server::new();
    strict.change("elsewhere", "x").push().silent();
    other.git(["remote", "set-url", "origin", &strict.bare().display().to_string()]);
    other.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    other.push_as(["HEAD:refs/heads/more"]).refused_for("history ends here");
}
