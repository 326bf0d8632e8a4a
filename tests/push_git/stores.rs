//! Where the objects of a push may lie, and what the hook's environment may look like.

use std::os::unix::fs::PermissionsExt;

use crate::common::server::{PLIMSOLL, Pushed, Server, git};
use crate::{APP, ROOT, guarded, holding};

const BARE: [&str; 4] = ["init", "--quiet", "--bare", "--initial-branch=main"];

/// A good push and a bad one, loose in the quarantine and packed.
fn judges(server: &Server) {
    server.change("README", "1").push().silent();
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root  Dockerfile");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    for number in 0..120 {
        server.write(&format!("many/{number}"), number.to_string());
    }
    server.commit("many");
    server.push().silent();
    for number in 0..120 {
        server.write(&format!("more/{number}"), format!("more {number}"));
    }
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root  Dockerfile");
}

#[test]
fn loose_and_packed_quarantines_are_read() {
    judges(&guarded());
    judges(&guarded().config("receive.unpackLimit", "1"));
    let server = guarded();
    server.serving(["repack", "-a", "-d", "--quiet"]);
    server.serving(["pack-refs", "--all"]);
    judges(&server);
}

#[test]
fn a_repository_of_sha256_is_judged_like_any_other() {
    judges(&holding(Server::with(&[&BARE[..], &["--object-format=sha256"]].concat())));
}

#[test]
fn paths_may_hold_blanks_colons_quotes_and_bytes_that_are_no_text() {
    for name in [
        &b"a b.git"[..],
        b"a:b.git",
        b"\"q\\.git",
        b"#c.git",
        b"\xff\xfe.git",
        b"\xe2\x82\xac\n.git",
    ] {
        judges(&holding(Server::named(name, &BARE)));
    }
}

#[test]
fn objects_may_lie_in_alternates_and_pools() {
    let pool = guarded();
    pool.change("README", "pooled").push().silent();
    let pools = [
        pool.bare().join("objects"),
        pool.folder().join("a \"pool\""), // reached through another store
    ];
    std::fs::create_dir_all(pools[1].join("info")).unwrap();
    std::fs::write(pools[1].join("info/alternates"), format!("{}\n", pools[0].display())).unwrap();
    for objects in pools {
        let server = Server::new();
        let path = objects.display().to_string().replace('"', "\\\"");
        let info = server.bare().join("objects/info/alternates");
        std::fs::write(info, format!("# pools\n\"{path}\"\n")).unwrap();
        server.serving(["update-ref", "refs/heads/main", &pool.at("main").unwrap()]);
        server.git(["pull", "--quiet", "origin", "main"]);
        assert_eq!(git(&server.bare(), ["count-objects"]).out.split(' ').next(), Some("0"));
        judges(&server);
    }
}

#[test]
fn a_push_that_brings_no_objects_is_judged() {
    let server = guarded();
    server.serving(["config", "receive.denyDeletes", "false"]);
    server.change("Dockerfile", ROOT);
    server.git([
        "push",
        "--quiet",
        "origin",
        "HEAD:refs/heads/x",
        "--receive-pack",
        "git -c core.hooksPath=/dev/null receive-pack",
    ]);
    server.push().refused_for("runs-as-root");
}

/// A05
#[test]
fn a_missing_object_is_named_and_refuses_the_push() {
    let server = guarded();
    let blob = server.git(["rev-parse", "HEAD:Dockerfile"]);
    let (folder, rest) = blob.trim().split_at(2);
    std::fs::remove_file(server.bare().join("objects").join(folder).join(rest)).unwrap();
    server.change("Dockerfile", APP.replace("USER app", "USER 1000"));
    let pushed = server.push_with(["push", "--no-thin"], ["HEAD:refs/heads/main"]);
    pushed.refused_for(&format!("{} is not in the repository", blob.trim()));
}

/// A05
#[test]
fn a_broken_object_is_named_and_refuses_the_push() {
    let server = guarded();
    let blob = server.git(["rev-parse", "HEAD:Dockerfile"]);
    let (folder, rest) = blob.trim().split_at(2);
    let file = server.bare().join("objects").join(folder).join(rest);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    std::fs::write(&file, "no object").unwrap();
    server.change("Dockerfile", APP.replace("USER app", "USER 1000"));
    let pushed = server.push_with(["push", "--no-thin"], ["HEAD:refs/heads/main"]);
    pushed.refused_for("can't be read");
}

/// A05
#[test]
fn a_stale_commit_graph_is_no_obstacle() {
    let server = guarded();
    server.serving(["commit-graph", "write", "--reachable"]);
    server.change("README", "1").push_as(["HEAD:refs/heads/topic"]).silent();
    std::fs::write(server.bare().join("objects/info/commit-graph"), "CGPHrubbish").ok();
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/more"]).refused_for("runs-as-root");
}

/// Pushes a good and a bad commit through a hook that is this script.
fn through(script: &str) -> (Server, Pushed) {
    let server = guarded();
    server.script("pre-receive", script);
    server.change("README", "1").push().silent();
    server.change("Dockerfile", ROOT);
    let pushed = server.push();
    pushed.refused_for("runs-as-root  Dockerfile");
    (server, pushed)
}

#[test]
fn behind_a_delegate_that_runs_all_of_a_folder_as_gitea_does() {
    let server = guarded();
    server.script("pre-receive.d/gitea", "#!/bin/sh\ncat >/dev/null\n");
    server.hook("pre-receive.d/plimsoll");
    server.script(
        "pre-receive",
        "#!/usr/bin/env bash
data=$(cat)
exitcodes=''
hookname=$(basename \"$0\")
GIT_DIR=${GIT_DIR:-$(dirname \"$0\")/..}
for hook in \"$GIT_DIR/hooks/$hookname.d/\"*; do
  test -x \"$hook\" && test -f \"$hook\" || continue
  echo \"$data\" | \"$hook\"
  exitcodes=\"$exitcodes $?\"
done
for i in $exitcodes; do [ \"$i\" -eq 0 ] || exit \"$i\"; done
",
    );
    server.change("README", "1").push().silent();
    server.push_as([":refs/heads/none"]).accepted();
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root  Dockerfile");
}

#[test]
fn in_the_scrubbed_environment_that_gitaly_gives() {
    through(&format!(
        "#!/bin/sh
exec env -i PATH=/usr/bin:/bin GIT_DIR=\"$PWD\" GIT_OBJECT_DIRECTORY=\"$GIT_OBJECT_DIRECTORY\" \\
  GIT_ALTERNATE_OBJECT_DIRECTORIES=\"$GIT_ALTERNATE_OBJECT_DIRECTORIES\" \\
  GL_ID=user-1 GL_USERNAME=someone GL_PROTOCOL=ssh sh -c 'cd / && exec {PLIMSOLL} pre-receive'
"
    ));
}

#[test]
fn gitlabs_web_pages_get_lines_they_show() {
    let server = guarded();
    server.script(
        "pre-receive",
        &format!("#!/bin/sh\nGL_PROTOCOL=web exec {PLIMSOLL} pre-receive\n"),
    );
    server.change("Dockerfile", ROOT);
    let said = server.push().refused();
    assert!(said.lines().count() < 12, "{said}");
    for line in said.lines() {
        assert!(line.starts_with("GL-HOOK-ERR: "), "{line}");
    }
}

#[test]
fn in_a_quarantine_of_another_name_with_relative_alternates() {
    through(&format!(
        "#!/bin/sh
unset GIT_QUARANTINE_PATH
mv \"$GIT_OBJECT_DIRECTORY\" objects/ghq_1234
ln -s \"$PWD/objects/ghq_1234\" \"$GIT_OBJECT_DIRECTORY\"
GIT_OBJECT_DIRECTORY=./objects/ghq_1234 GIT_ALTERNATE_OBJECT_DIRECTORIES=objects {PLIMSOLL} pre-receive
code=$?
rm \"$GIT_OBJECT_DIRECTORY\"
mv objects/ghq_1234 \"$GIT_OBJECT_DIRECTORY\"
exit $code
"
    ));
}

#[test]
fn called_with_arguments_as_gerrit_does() {
    let server = guarded();
    let old = server.at("main").unwrap();
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/x"]).refused();
    let new = server.git(["rev-parse", "HEAD"]);
    let objects = server.work().join(".git/objects").display().to_string();
    let store = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str())];
    let ran = server.hooked(&["update", "refs/heads/main", &old, new.trim()], "", &store);
    assert_eq!(ran.code, Some(1));
}
