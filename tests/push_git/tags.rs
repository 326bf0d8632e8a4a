//! Tags: builds start from them.

use crate::common::server::Server;
use crate::{APP, ROOT, guarded};

/// G08
#[test]
fn a_tag_of_a_bad_commit_is_refused_light_or_annotated_or_nested() {
    let server = guarded();
    server.change("Dockerfile", ROOT);
    server.git(["tag", "light"]);
    server.git(["tag", "-a", "-m", "x", "annotated"]);
    server.git(["tag", "-a", "-m", "x", "nested", "annotated"]);
    for name in ["light", "annotated", "nested"] {
        server.push_as([name]).refused_for("runs-as-root  Dockerfile");
        assert_eq!(server.at(&format!("refs/tags/{name}")), None);
    }
    server.git(["tag", "good", "HEAD~1"]);
    server.push_as(["good"]).silent();
}

/// G08
#[test]
fn a_moved_tag_is_compared_with_what_it_named() {
    let server = guarded();
    server.git(["tag", "-a", "-m", "x", "v2"]);
    server.push_as(["v2"]).silent();
    server.change("Dockerfile", ROOT).git(["tag", "-f", "-a", "-m", "x", "v2"]);
    server.push_as(["+v2"]).refused_for("runs-as-root");
}

/// G08
#[test]
fn a_new_tag_is_compared_with_the_older_one_it_contains() {
    let server = Server::new().policy("[gate]\nfirst-push = 'annotate'\n");
    server.change("README", "x").push().silent();
    server.git(["checkout", "--quiet", "--orphan", "release"]);
    server.change("Dockerfile", ROOT).git(["tag", "v1"]);
    server.push_as(["v1"]).accepted_with("runs-as-root");
    server.change("README", "y").git(["tag", "v1.1"]);
    server.push_as(["v1.1"]).silent();
    server.change("Dockerfile", format!("{ROOT}EXPOSE 22\n")).git(["tag", "v1.2"]);
    server.push_as(["v1.2"]).refused_for("exposed-port");
}

#[test]
fn a_tag_that_is_not_judged_is_no_place_to_start_from() {
    let server = guarded()
        .policy("[[refs]]\nmatch = 'refs/tags/wip-*'\nmode = 'off'\n[[refs]]\nmatch = 'refs/**'\n");
    server.change("Dockerfile", ROOT).git(["tag", "wip-1"]);
    server.push_as(["wip-1"]).silent();
    server.git(["tag", "v1"]);
    server.push_as(["v1"]).refused_for("runs-as-root");
}

/// G08
#[test]
fn a_tag_of_a_tree_is_judged_whole() {
    let server = guarded();
    server.git(["tag", "-a", "-m", "x", "tree", "HEAD^{tree}"]);
    server.push_as(["tree"]).silent();
    server.change("Dockerfile", ROOT).git(["tag", "light-tree", "HEAD^{tree}"]);
    server.push_as(["light-tree"]).refused_for("runs-as-root");
}

/// G08
#[test]
fn a_tag_of_a_blob_has_no_name_to_judge_it_by() {
    let server = guarded();
    server.git(["tag", "-a", "-m", "x", "key", "HEAD:Dockerfile"]);
    insta::assert_snapshot!(server.push_as(["key"]).accepted(), @"note: names a single file, which has no name to judge it by");
}

#[test]
fn a_tag_may_go_and_come_back_only_as_good_as_main() {
    let server = guarded();
    server.git(["tag", "v1"]);
    server.push_as(["v1"]).silent();
    server.push_as([":refs/tags/v1"]).silent();
    server.change("Dockerfile", APP.replace("USER app", "USER 0")).git(["tag", "-f", "v1"]);
    server.push_as(["v1"]).refused_for("+ 4 | USER 0");
}
