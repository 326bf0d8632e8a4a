//! The pusher's side: the pre-push hook, and `check` in CI and by hand.

use std::os::unix::fs::symlink;

use crate::common::server::{PLIMSOLL, Pushed, Ran, Server, plimsoll};
use crate::{APP, ROOT};

/// A server without a hook, and a clone that has one.
fn client() -> Server {
    let server = Server::new();
    std::fs::remove_file(server.bare().join("hooks/pre-receive")).unwrap();
    server.change("Dockerfile", APP).git(["push", "--quiet", "--set-upstream", "origin", "main"]);
    symlink(PLIMSOLL, server.work().join(".git/hooks/pre-push")).unwrap();
    server
}

fn stopped(pushed: &Pushed, what: &str) {
    let said = pushed.all();
    assert!(said.contains(what) && said.contains("failed to push"), "{said}");
    assert!(said.contains("nothing was pushed"), "{said}");
}

#[test]
fn a_worse_push_stops_before_it_leaves() {
    let server = client();
    server.change("README", "x").push().silent();
    server.change("Dockerfile", ROOT);
    let pushed = server.push();
    stopped(&pushed, "runs-as-root");
    assert_ne!(server.at("main").unwrap(), server.git(["rev-parse", "HEAD"]).trim());
    server.push_with(["push", "--no-verify"], ["HEAD:refs/heads/main"]).accepted();
}

#[test]
fn a_new_branch_is_compared_with_what_the_remote_is_known_to_have() {
    let server = client();
    server.git(["checkout", "--quiet", "-b", "topic"]);
    server.change("README", "x").push_as(["topic"]).silent();
    server.change("Dockerfile", ROOT);
    stopped(&server.push_as(["HEAD:refs/heads/more"]), "runs-as-root");
    // What only the own branches hold has left nothing yet.
    server.git(["branch", "-f", "main", "HEAD"]);
    stopped(&server.push_as(["HEAD:refs/heads/more"]), "runs-as-root");
}

#[test]
fn a_remote_that_moved_on_is_compared_with_what_is_known_of_it() {
    let server = client();
    let elsewhere = server.git(["commit-tree", "-m", "elsewhere", "-p", "HEAD", "HEAD^{tree}"]);
    let objects = server.bare().display().to_string();
    server.git([
        "push",
        "--quiet",
        "--no-verify",
        &objects,
        &format!("{}:refs/heads/main", elsewhere.trim()),
    ]);
    server.git(["update-ref", "refs/remotes/origin/main", "main"]);
    let (folder, rest) = elsewhere.trim().split_at(2);
    std::fs::remove_file(server.work().join(".git/objects").join(folder).join(rest)).unwrap();
    server.change("Dockerfile", ROOT);
    let pushed = server.push_as(["+HEAD:refs/heads/main"]);
    stopped(&pushed, "runs-as-root");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change("README", "y").push_as(["+HEAD:refs/heads/main"]).silent();
}

#[test]
fn a_deletion_an_up_to_date_push_and_a_tag_are_told_apart() {
    let server = client();
    server.push().silent();
    server.push_as(["HEAD:refs/heads/topic"]).silent();
    server.push_as([":refs/heads/topic"]).silent();
    server.change("Dockerfile", ROOT).git(["tag", "-a", "-m", "x", "v1"]);
    stopped(&server.push_as(["v1"]), "runs-as-root");
}

#[test]
fn a_push_to_a_url_without_a_name_is_judged() {
    let server = client();
    server.change("Dockerfile", ROOT);
    let url = server.bare().display().to_string();
    let pushed = crate::common::server::git(&server.work(), ["push", &url, "HEAD:refs/heads/main"]);
    assert!(!pushed.success && pushed.err.contains("runs-as-root"), "{}", pushed.err);
}

/// Three commits: the good one, root, and root with an open port.
fn history() -> Server {
    let server = client();
    server.change("Dockerfile", ROOT);
    server.change("Dockerfile", format!("{ROOT}EXPOSE 22\n"));
    server
}

fn check(server: &Server, arguments: &[&str]) -> Ran {
    let arguments = ["check"].iter().chain(arguments);
    plimsoll(&server.work(), arguments)
}

#[test]
fn check_compares_what_it_is_told() {
    let server = history();
    for (arguments, code, told) in [
        (&["HEAD~2", "HEAD"][..], 1, vec!["runs-as-root", "exposed-port"]),
        (&["HEAD~2..HEAD"], 1, vec!["runs-as-root", "exposed-port"]),
        (&["HEAD~2..HEAD~1"], 1, vec!["runs-as-root"]),
        (&["HEAD~1", "HEAD"], 1, vec!["exposed-port"]),
        (&[], 1, vec!["exposed-port"]),
        (&["HEAD", "HEAD"], 0, vec![]),
        (&["HEAD..HEAD~2"], 0, vec!["you fixed 2"]),
        (&["origin/main...HEAD"], 1, vec!["runs-as-root", "exposed-port"]),
    ] {
        let ran = check(&server, arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}{}", ran.out, ran.err);
        for rule in ["runs-as-root  ", "exposed-port  ", "you fixed 2"] {
            let wanted = told.iter().any(|told| told.trim_end() == rule.trim_end());
            assert_eq!(ran.out.contains(rule), wanted, "{arguments:?} {rule}: {}", ran.out);
        }
    }
}

#[test]
fn check_from_where_two_branches_parted() {
    let server = client();
    server.git(["checkout", "--quiet", "-b", "topic"]);
    server.change("README", "x");
    server.git(["checkout", "--quiet", "main"]);
    server.change("Dockerfile", APP.replace("USER app", "USER app\nHEALTHCHECK CMD true"));
    server.git(["checkout", "--quiet", "topic"]);
    let ran = check(&server, &["main...topic"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
}

#[test]
fn check_looks_at_the_index_and_at_the_files() {
    let server = client();
    server.write("Dockerfile", ROOT);
    assert_eq!(check(&server, &["--staged"]).code, Some(0));
    assert_eq!(check(&server, &["--worktree"]).code, Some(1));
    server.git(["add", "Dockerfile"]);
    server.write("Dockerfile", APP);
    let staged = check(&server, &["--staged"]);
    assert!(staged.code == Some(1) && staged.out.contains("runs-as-root"), "{}", staged.out);
    assert_eq!(check(&server, &["--worktree"]).code, Some(0));
    let below = server.work().join("below");
    std::fs::create_dir(&below).unwrap();
    assert_eq!(plimsoll(&below, ["check", "--staged"]).code, Some(1));
    let folder = server.work().display().to_string();
    let ran = plimsoll(server.folder(), ["check", "-C", &folder, "--staged"]);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn check_says_with_two_what_it_could_not_do() {
    let server = client();
    for arguments in
        [&["nowhere"][..], &["HEAD", "nowhere"], &["HEAD:Dockerfile"], &["--policy", "/x"]]
    {
        let ran = check(&server, arguments);
        assert!(ran.code == Some(2) && !ran.err.is_empty(), "{arguments:?}: {ran:?}");
    }
    assert_eq!(plimsoll(std::path::Path::new("/"), ["check"]).code, Some(2));
}

#[test]
fn check_writes_nothing() {
    let server = history();
    let git = server.git(["count-objects", "-v"]);
    let status = server.git(["status", "--porcelain"]);
    check(&server, &["HEAD~2", "HEAD"]);
    check(&server, &["--staged"]);
    assert_eq!(
        (server.git(["count-objects", "-v"]), server.git(["status", "--porcelain"])),
        (git, status)
    );
}

#[test]
fn check_answers_in_json() {
    let server = history();
    let ran = check(&server, &["HEAD~2", "HEAD", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &json["verdict"]), (Some(1), &"reject".into()));
    let finding = &json["findings"][0];
    assert_eq!((&finding["path"], &finding["line"]), (&"Dockerfile".into(), &4.into()));
    let quiet = check(&server, &["HEAD", "HEAD", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&quiet.out).unwrap();
    assert_eq!((quiet.code, json["findings"].as_array().unwrap().len()), (Some(0), 0));
}
