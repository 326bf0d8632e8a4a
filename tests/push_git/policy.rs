//! What the server's policy and the pusher's options do to a push, and what goes wrong around them.

use std::os::unix::fs::symlink;

use crate::common::server::{Server, clean, fed, git};
use crate::{APP, ROOT, guarded};

#[test]
fn explain_tells_everything_and_updates_nothing() {
    let server = guarded().config("receive.advertisePushOptions", "true");
    server.change("README", "x");
    let good = server.push_as(["-o", "plimsoll.explain", "HEAD:refs/heads/main"]).refused();
    insta::assert_snapshot!(good, @"0 regressions, 0 improvements; it would be let through; explain updates nothing");
    server.change("Dockerfile", ROOT);
    let bad = server.push_as(["-o", "plimsoll.explain", "HEAD:refs/heads/main"]);
    bad.refused_for("it would be refused; explain updates nothing");
}

fn with_bypass(more: &str) -> Server {
    let policy = format!("[bypass]\npush-option = true\n{more}");
    let server = guarded().config("receive.advertisePushOptions", "true").policy(&policy);
    server.change("Dockerfile", ROOT);
    server
}

fn bypass(server: &Server, reason: &str) -> crate::common::server::Pushed {
    let option = format!("plimsoll.bypass{reason}");
    server.push_as(["-o", &option, "HEAD:refs/heads/main"])
}

#[test]
fn a_bypass_is_offered_only_where_it_works() {
    with_bypass("").push().refused_for("git push -o plimsoll.bypass=");
    let silent = with_bypass("").config("receive.advertisePushOptions", "false");
    assert!(!silent.push().refused().contains("plimsoll.bypass"));
    let silent = with_bypass("users = ['ann']\nuser-env = 'REMOTE_USER'\n");
    assert!(!silent.push().refused().contains("plimsoll.bypass"));
}

#[test]
fn a_bypass_with_a_reason_lets_the_push_through_and_is_said() {
    let server = with_bypass("");
    let said = bypass(&server, "=ticket 4711\u{1b}[2J").accepted_with("let through by the bypass");
    assert!(said.contains("ticket 4711") && !said.contains('\u{1b}'), "{said:?}");
    assert!(said.contains("runs-as-root"), "{said}");
}

/// P12
#[test]
fn a_bypass_without_a_reason_or_a_right_is_none() {
    for reason in ["", "=", "= ", "=\u{1}"] {
        bypass(&with_bypass(""), reason).refused_for("needs a reason");
    }
    let server = with_bypass("users = ['ann']\nuser-env = 'PUSHER'\n");
    bypass(&server, "=because").refused_for("not open to you");
    let off = guarded().config("receive.advertisePushOptions", "true");
    off.change("Dockerfile", ROOT);
    bypass(&off, "=because").refused_for("not in use on this server");
}

/// P12
#[test]
fn a_hundred_options_are_no_trouble() {
    let server = with_bypass("");
    let options: Vec<String> = (0..100).flat_map(|n| ["-o".into(), format!("x{n}")]).collect();
    let refs = options.into_iter().chain(["HEAD:refs/heads/main".into()]);
    server.push_as(refs).refused_for("runs-as-root");
}

/// P12
#[test]
fn who_may_bypass_is_what_the_servers_variable_says() {
    let server = with_bypass("users = ['ann']\nuser-env = 'PUSHER'\n");
    let (old, new) = (server.at("main").unwrap(), server.git(["rev-parse", "HEAD"]));
    let objects = server.work().join(".git/objects").display().to_string();
    for (user, code) in [("ann", 0), ("bob", 1), ("Ann", 1)] {
        let environment = [
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str()),
            ("PUSHER", user),
            ("GIT_PUSH_OPTION_COUNT", "1"),
            ("GIT_PUSH_OPTION_0", "plimsoll.bypass=ticket"),
        ];
        let input = format!("{old} {} refs/heads/main\n", new.trim());
        let ran = server.hooked(&["pre-receive"], input, &environment);
        assert_eq!(ran.code, Some(code), "{user}: {}", ran.err);
    }
}

const OWN: &str = "repository-policy = 'baseline'\nfloor = 'critical'\n";
const LOOSE: &str = "[rules.runs-as-root]\noff = true\n";

/// G32
#[test]
fn a_repositorys_own_policy_counts_only_as_it_was_and_loosening_it_is_told() {
    let server = guarded().policy(OWN);
    server.write(".plimsoll.toml", LOOSE).change("Dockerfile", ROOT);
    let said = server.push().refused_for("runs-as-root");
    assert!(said.contains("repository-policy  .plimsoll.toml"), "{said}");
    server.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    server.change(".plimsoll.toml", LOOSE).push().refused_for("repository-policy");
    let server = server.policy(&format!("{OWN}[rules.repository-policy]\nseverity = 'low'\n"));
    server.push().accepted_with("low  repository-policy");
    server.change("Dockerfile", ROOT).push().accepted_with("floor, critical");
}

/// G33
#[test]
fn a_policy_loosened_on_a_side_branch_does_not_count_on_main() {
    let sections = "[[refs]]\nmatch = 'refs/heads/side'\nmode = 'off'\n[[refs]]\nmatch = '**'\n";
    let server = guarded().policy(&format!("{OWN}{sections}"));
    server.change(".plimsoll.toml", LOOSE).push_as(["HEAD:refs/heads/side"]).silent();
    server.change("Dockerfile", ROOT).push_as(["HEAD:refs/heads/side"]).silent();
    server.push().refused_for("runs-as-root");
}

/// P16
#[test]
fn an_own_policy_that_is_no_plain_small_file_does_not_count() {
    let big = format!("# {}\n{LOOSE}", "x".repeat(2 << 20));
    for odd in ["link", "folder", "big", "case"] {
        let server = guarded().policy(OWN);
        match odd {
            "link" => server.write("loose.toml", LOOSE).link(".plimsoll.toml", "loose.toml"),
            "folder" => server.write(".plimsoll.toml/x", LOOSE),
            "big" => server.write(".plimsoll.toml", &big),
            _ => server.write(".Plimsoll.toml", LOOSE),
        };
        server.commit("odd");
        server.push().accepted();
        server.change("Dockerfile", ROOT).push().refused_for("runs-as-root");
    }
}

/// G28
#[test]
fn limits_end_in_a_refusal_that_says_what_was_left_out() {
    let server = guarded().policy("[limits]\nfiles = 20\n");
    for number in 0..40 {
        server.write(&format!("s{number:02}/Dockerfile"), format!("{APP}ENV N={number}\n"));
    }
    server.change("z/Dockerfile", ROOT);
    let said = server.push().refused_for("a limit was reached");
    insta::assert_snapshot!(said, @r"
    could not judge this push in full: a limit was reached (files = 20)
    before 21 container files were judged, s20/Dockerfile the first
    0 regressions, 0 improvements, 1 not judged; main was not updated
    ");
}

/// P13
#[test]
fn no_time_is_no_excuse() {
    let server = guarded().policy("[limits]\ntime-budget = '1ms'\n");
    for number in 0..300 {
        server.write(&format!("s{number:03}/Dockerfile"), format!("{APP}ENV N={number}\n"));
    }
    server.change("z/Dockerfile", ROOT).push().refused();
}

/// G28
#[test]
fn thousands_of_refs_are_judged_in_one_push() {
    let server = guarded();
    let tip = server.at("main").unwrap();
    server.change("Dockerfile", ROOT);
    let bad = server.git(["rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let lines = (0..2000).map(|number| format!("{zero} {tip} refs/heads/b{number}\n"));
    let input = lines.collect::<Vec<_>>().concat();
    let objects = server.work().join(".git/objects").display().to_string();
    let store = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str())];
    assert_eq!(server.hooked(&["pre-receive"], &input, &store).code, Some(0));
    let input = format!("{input}{tip} {} refs/heads/main\n", bad.trim());
    let ran = server.hooked(&["pre-receive"], &input, &store);
    assert!(ran.code == Some(1) && ran.err.contains("runs-as-root"), "{ran:?}");
}

/// G28
#[test]
fn twenty_thousand_refs_come_in_one_push() {
    let server = guarded().policy("[limits]\ntime-budget = '60s'\n");
    server.change("Dockerfile", ROOT);
    let (good, bad) = (server.at("main").unwrap(), server.git(["rev-parse", "HEAD"]));
    let create = |ids: &dyn Fn(usize) -> String| {
        let lines = (0..20_000).map(|n| format!("create refs/heads/many/{n:05} {}\n", ids(n)));
        let mut command = clean(std::process::Command::new("git"));
        command.args(["update-ref", "--stdin"]).current_dir(server.work());
        fed(&mut command, lines.collect::<String>().as_bytes()).succeeded();
    };
    create(&|n| if n == 19_999 { bad.trim().to_owned() } else { good.clone() });
    let many = ["refs/heads/many/*:refs/heads/many/*"];
    let said = server.push_as(many).refused_for("runs-as-root  Dockerfile:");
    assert!(said.lines().count() < 100, "{said}");
    assert_eq!(server.at("refs/heads/many/00000"), None);
}

/// A03
#[test]
fn a_quarantine_that_can_not_be_written_is_no_obstacle() {
    let server = guarded();
    let binary = crate::common::server::PLIMSOLL;
    // Modes mean nothing to root, who may mount instead.
    let text = "#!/bin/sh
mounted='mount --bind \"$PWD\" \"$PWD\" && mount -o remount,bind,ro \"$PWD\" && cd \"$PWD\" &&
    ! touch objects/x 2>/dev/null && exec PLIMSOLL pre-receive || exit 3'
if [ \"$(id -u)\" = 0 ] && unshare -m true 2>/dev/null; then exec unshare -m sh -c \"$mounted\"; fi
chmod -R a-w .
PLIMSOLL pre-receive
code=$?
chmod -R u+w .
exit $code
";
    server.script("pre-receive", &text.replace("PLIMSOLL", binary));
    server.change("Dockerfile", format!("{APP}ENV A=1\n")).push().silent();
    server.change("Dockerfile", ROOT).push().refused_for("runs-as-root");
}

/// A01
#[test]
fn a_policy_that_can_not_be_read_refuses_and_says_whose_fault_it_is() {
    let server = guarded().policy("[gate]\nreject-at = 'hihg'\n");
    server.change("README", "x");
    let said = server.push().refused();
    let said = said.replace(&server.bare().display().to_string(), "SERVER");
    insta::assert_snapshot!(said, @r"
    plimsoll could not judge this push, so it is refused.
      SERVER/./plimsoll.toml, line 2, column 13
      2 | reject-at = 'hihg'
        |             ^^^^^^ unknown value; did you mean `high`?
    Your commits are not the cause. Tell the people who run this server.
    ");
}

/// A02
#[test]
fn a_shim_without_its_binary_refuses() {
    let server = guarded();
    let shim = concat!(env!("CARGO_MANIFEST_DIR"), "/hooks/pre-receive");
    let hook = server.bare().join("hooks/pre-receive");
    std::fs::remove_file(&hook).unwrap();
    symlink(shim, &hook).unwrap();
    let said = server.change("README", "x").push().refused();
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// A02
#[test]
fn a_binary_that_is_killed_refuses() {
    let server = guarded();
    server.script("pre-receive", "#!/bin/sh\nkill -9 $$\n");
    server.change("README", "x").push().refused();
}

/// A03
#[test]
fn without_file_handles_it_refuses_in_one_line() {
    let server = guarded();
    let binary = crate::common::server::PLIMSOLL;
    server.script("pre-receive", &format!("#!/bin/sh\nulimit -n 4\nexec {binary} pre-receive\n"));
    let said = server.change("Dockerfile", ROOT).push().refused();
    assert!(!said.contains("panicked") && said.lines().count() < 12, "{said}");
}

/// A03
#[test]
fn where_nothing_more_can_be_written_a_bad_push_is_refused() {
    let server = guarded();
    let binary = crate::common::server::PLIMSOLL;
    server
        .script("pre-receive", &format!("#!/bin/sh\nexec {binary} pre-receive >/dev/full 2>&1\n"));
    server.change("Dockerfile", ROOT).push().refused();
}

/// A05
#[test]
fn housekeeping_of_the_server_meanwhile_changes_no_verdict() {
    let server = guarded();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..12).for_each(|_| drop(git(&server.bare(), ["gc", "--quiet"]))));
        for number in 0..4 {
            let good = server.change("Dockerfile", format!("{APP}ENV N={number}\n")).push();
            assert_eq!(good.remote(), "", "{}", good.all());
            // git itself may lose the race for a folder that its own housekeeping takes away, after
            // the hook has let the push through.
            let lost = good.all().contains("unable to migrate objects");
            assert!(good.went_through() || lost, "{}", good.all());
            server.change("Dockerfile", ROOT).push().refused_for("runs-as-root");
        }
    });
}

/// A06
#[test]
fn nothing_is_written_and_two_at_once_come_to_the_same() {
    let server = guarded();
    server.change("Dockerfile", ROOT);
    let (old, new) = (server.at("main").unwrap(), server.git(["rev-parse", "HEAD"]));
    let objects = server.work().join(".git/objects");
    let input = format!("{old} {} refs/heads/main\n", new.trim());
    let run = || {
        let mut command = clean(std::process::Command::new(crate::common::server::PLIMSOLL));
        command.arg("pre-receive").current_dir(server.bare()).env("GIT_DIR", ".");
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
        command.env("TMPDIR", "/nonexistent");
        fed(&mut command, input.as_bytes()).err
    };
    let before = files(&server.bare());
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(run);
        (run(), other.join().unwrap())
    });
    assert!(one.contains("runs-as-root") && one == two, "{one}\n{two}");
    assert_eq!(files(&server.bare()), before);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}
