//! An image past its end of life is told where it is new, as of the day that counts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::{Server, clean, plimsoll};

const OFF: &str = "rules.mutable-image.off = true\nrules.base-image.off = true\n";

/// A server that has a Dockerfile on `image` already.
fn serving(image: &str, policy: &str) -> Server {
    let server = Server::new().policy(&format!("{OFF}{policy}"));
    server.change("Dockerfile", dockerfile(image));
    server.unhook("pre-receive");
    server.push().accepted();
    server.hook("pre-receive");
    server
}

fn dockerfile(image: &str) -> String {
    format!("FROM {image}\nUSER app\n")
}

#[test]
fn a_push_is_judged_by_its_own_day() {
    for (from, to, told) in [
        ("node:24", "node:12", true),
        ("node:12.1", "node:12.22", false),
        ("node:10", "node:14", false),
        ("node:14", "node:10", true),
        ("debian:trixie", "python:3.13-slim-stretch", true),
        ("node:12", "node:24", false),
    ] {
        let server = serving(from, "");
        server.change("Dockerfile", dockerfile(to));
        let pushed = server.push();
        let said = pushed.accepted();
        assert_eq!(said.contains("end-of-life-image  Dockerfile:1"), told, "{from} {to}\n{said}");
    }
}

#[test]
fn the_policy_names_other_images_and_other_days() {
    let section = "[[images.end-of-life]]\nimage = 'registry.example/base'\n\
                   versions = ['1', '2.1']\ndate = 2020-01-31\n\
                   [[images.end-of-life]]\nimage = 'docker.io/library/node'\n\
                   versions = ['12']\ndate = 2999-12-31\n";
    for (image, told) in [
        ("registry.example/base:1.7", true),
        ("registry.example/base:2.1-slim", true),
        ("registry.example/base:2.2", false),
        ("registry.example/base:10", false),
        ("node:12", false),
        ("node:10", true),
    ] {
        let server = serving("registry.example/base:3", section);
        server.change("Dockerfile", dockerfile(image));
        let said = server.push().accepted();
        assert_eq!(said.contains("end-of-life-image"), told, "{image}\n{said}");
    }
    let server = serving("node:24", "");
    server.change("old.Dockerfile", dockerfile("node:12"));
    server.change("recent.Dockerfile", dockerfile("node:20"));
    let said = server.push().accepted();
    assert!(said.contains("new final stage of old.Dockerfile: end-of-life-image"), "{said}");
    assert!(!said.contains("recent.Dockerfile"), "{said}");
    let server = serving("node:24", "rules.end-of-life-image.severity = 'high'\n");
    server.change("Dockerfile", dockerfile("node:12"));
    server.push().refused_for("end-of-life-image");
}

#[test]
fn what_landed_in_time_is_judged_as_of_its_own_day() {
    let server = serving("debian:trixie", "");
    server.write("Dockerfile", dockerfile("node:12"));
    server.git(["add", "--all"]);
    let mut commit = clean(std::process::Command::new("git"));
    commit.args(["commit", "--quiet", "--message", "in time"]).current_dir(server.work());
    commit.env("GIT_COMMITTER_DATE", "2021-06-01T12:00:00Z");
    assert!(commit.status().unwrap().success());
    for (arguments, told) in [
        (&["check", "HEAD^", "HEAD"][..], false),
        (&["audit", "--format", "json", "HEAD^..HEAD"], false),
        (&["check", "--worktree"], true),
    ] {
        if told {
            server.write("Dockerfile", dockerfile("node:11"));
        }
        let policy = ["--policy", "/dev/null"];
        let ran = plimsoll(&server.work(), arguments.iter().chain(&policy));
        let said = ran.out + &ran.err;
        assert_eq!(said.contains("end-of-life-image"), told, "{arguments:?}\n{said}");
    }
}
