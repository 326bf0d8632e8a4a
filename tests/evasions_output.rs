//! Evasions by what is printed, by the policy and by the limits: real pushes, a real hook.
//!
//! Not here: P05, what each format escapes, which `audit.rs` and `audit_html.rs` show; P14, the bound of
//! a ledger, which is not written. A06 is in `policy.rs` and `scans.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use common::server::{Server, plimsoll};
use common::table::told;
use plimsoll::compare::fingerprint;

const GOOD: &str = "FROM node:20\nUSER app\n";
const BAD: &str = "FROM node:20\nUSER root\n";

/// A server whose main has this Dockerfile.
fn server(policy: &str, dockerfile: &str) -> Server {
    let server = Server::new().policy(policy);
    server.unhook("pre-receive");
    server.change("Dockerfile", dockerfile).push().accepted();
    server.hook("pre-receive");
    server
}

/// Every character that a terminal would act on or not show.
fn acts(text: &str) -> Vec<char> {
    let hidden = |c: char| {
        c != '\n' && c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|&c| hidden(c)).collect()
}

#[test]
fn p01_p02_p03_nothing_foreign_acts_on_the_terminal() {
    let server = server("", GOOD);
    let hostile = "\u{1b}[2J\u{1b}]8;;http://x.io\u{7}\r\u{202e}\u{200b}\u{9b}1m";
    let verdict = "0 regressions, 0 improvements; let through";
    let path = format!("a{hostile}/x\n{verdict}\nremote: {verdict}/Dockerfile");
    let text = format!(
        "FROM node:20\nENV DB_PASSWORD=x8Kq2{hostile}\nEXPOSE 22{hostile}\nCOPY {hostile}/.env /{hostile}\n\
         FROM evil{hostile}/x AS y{hostile}\nUSER root{hostile}\nENTRYPOINT [\"sudo\",\"{hostile}\"]\nFOO {hostile}\n"
    );
    server.write("Dockerfile", BAD).write(&path, &text).commit(hostile);
    for branch in ["main", "x\u{202e}\u{200b}\u{9b}1m"] {
        let pushed = server.push_as([format!("HEAD:refs/heads/{branch}")]);
        let remote = pushed.refused();
        assert_eq!(acts(&remote), [], "{remote:?}");
        assert!(remote.lines().all(|line| line.trim() != verdict), "{remote}");
        let last = remote.lines().last().unwrap();
        assert!(last.contains("was not updated") && !last.starts_with('0'), "{last}");
    }
}

#[test]
fn p01_a_line_without_end_is_cut() {
    let server = server("limits.file-size = '64MiB'", GOOD);
    let text = format!("FROM node:20\nUSER root{}\nEXPOSE 22\n", " ".repeat(2 << 20));
    let remote = server.change("Dockerfile", text).push().refused();
    assert!(remote.len() < 10_000, "{} bytes of report", remote.len());
    let text = format!("FROM evil/{}:latest\nUSER root\n", "x".repeat(2 << 20));
    let remote = server.change("Dockerfile", text).push().refused();
    assert!(remote.len() < 10_000, "{} bytes of report", remote.len());
}

#[test]
fn p01_an_authors_name_acts_on_nothing() {
    let server = server("", GOOD);
    let secret = "FROM node:20\nENV DB_PASSWORD=x8Kq2mZ0pTr7\nUSER app\n";
    server.write("Dockerfile", secret);
    server.git(["add", "--all"]);
    let name = "user.name=a\u{1b}[2J\u{202e}b\u{9b}1m";
    server.git(["-c", name, "commit", "--quiet", "-m", "\u{1b}]8;;http://x.io\u{7}"]);
    server.change("Dockerfile", GOOD);
    let remote = server.push().refused_for("of this push");
    assert_eq!(acts(&remote), [], "{remote:?}");
}

#[test]
fn p04_a_secret_is_not_told_again() {
    let server = server("", GOOD);
    let text = "FROM node:20\nENV DB_PASSWORD=x8Kq2mZ0pTr7\nUSER app\n";
    let remote = server.change("Dockerfile", text).push().refused();
    assert!(!remote.contains("x8Kq2mZ0pTr7") && remote.contains("DB_PASSWORD"), "{remote}");
    let json = plimsoll(&server.work(), ["check", "HEAD", "--format", "json"]);
    assert!(json.out.contains("DB_PASSWORD"), "{json:?}");
    assert!(!json.out.contains("x8Kq2mZ0pTr7") && !json.err.contains("x8Kq2mZ0pTr7"), "{json:?}");
}

#[test]
fn p04_no_format_tells_a_secret() {
    const SECRETS: [&str; 3] = ["x8Kq2mZ0pTr7", "hunter2hunter", "ZDhLcTJtWjBwVHI3"];
    let server = server("", GOOD);
    server.write("Dockerfile", "FROM node:20\nENV DB_PASSWORD=x8Kq2mZ0pTr7\nUSER app\n");
    server.write("compose.yaml", "services:\n  db:\n    image: postgres:16.3\n    environment:\n      URL: postgres://u:hunter2hunter@h/d\n");
    server.change(
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {password: ZDhLcTJtWjBwVHI3}\n",
    );
    for command in ["check", "audit"] {
        for format in ["text", "json", "sarif", "code-quality", "junit", "csv", "html"] {
            if (command, format) == ("check", "html") {
                continue;
            }
            let ran = plimsoll(&server.work(), [command, "HEAD~1..HEAD", "--format", format]);
            assert!(ran.out.contains("secret"), "{command} {format}: {ran:?}");
            for secret in SECRETS {
                let told = ran.out.contains(secret) || ran.err.contains(secret);
                assert!(!told, "{command} {format} tells {secret}");
            }
        }
    }
}

#[test]
fn p06_p07_bombs_cost_little_and_hide_nothing() {
    let server = server("", GOOD);
    let mut doubling = String::from("ENV A0=xxxxxxxxxx\n");
    for n in 1..60 {
        writeln!(doubling, "ENV A{n}=$A{}$A{}", n - 1, n - 1).unwrap();
    }
    let bombs = [
        "ARG A=$B\nARG B=$A\nENV C=$A D=$C C=$D\n".to_owned(),
        doubling,
        format!("RUN {}true{}\n", "$(".repeat(20_000), ")".repeat(20_000)),
        format!("RUN {}\n", "a | ".repeat(20_000) + "sh"),
        format!("RUN {}\n", "\"'`(".repeat(20_000)),
        format!("ENV X={}\n", "${a:-".repeat(20_000)),
        format!("ENV X={}\n", "aaaaaaaaaaaaaaaaaaaaaaaa!@:/".repeat(4_000)),
        format!("RUN {}\n", "curl -u ".repeat(10_000)),
        "FROM node:20\n".repeat(3_000),
        format!("EXPOSE {}\n", "1-65535 ".repeat(500)),
    ];
    for bomb in bombs {
        let start = Instant::now();
        let text = format!("FROM node:20\nUSER app\n{bomb}USER root\n");
        let pushed = server.change("Dockerfile", text).push();
        let remote = pushed.refused();
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}: {bomb:.60}", start.elapsed());
        assert!(
            told(&pushed)
                .iter()
                .any(|told| told.starts_with("high runs-as-root") || told.starts_with("unjudged")),
            "{bomb:.60}\n{remote}"
        );
    }
}

#[test]
fn p07_links_in_a_circle_are_said() {
    let server = server("", GOOD);
    server.remove("Dockerfile");
    symlink("b", server.work().join("Dockerfile")).unwrap();
    symlink("Dockerfile", server.work().join("b")).unwrap();
    server.commit("a circle");
    let pushed = server.push();
    pushed.refused();
    assert!(told(&pushed).contains(&"unjudged Dockerfile".to_owned()), "{}", pushed.all());
}

#[test]
fn p08_a_waiver_that_has_run_out_is_said_and_not_honoured() {
    let waiver = |until: &str| {
        format!(
            "[[waivers]]\nrule = 'runs-as-root'\npath = '**'\nreason = 'a ticket'\nuntil = {until}\n"
        )
    };
    let server = server(&waiver("2020-01-01"), GOOD);
    let remote = server.change("Dockerfile", BAD).push().refused();
    assert!(remote.contains("2020-01-01"), "{remote}");
    let server = server.policy(&waiver("2999-01-01"));
    let remote = server.push().refused();
    assert!(remote.contains("365 days: it does not count"), "{remote}");
}

#[test]
fn p08_a_waiver_without_an_end_or_a_reason_is_none() {
    for waiver in [
        "rule = '*'\npath = '**'\nreason = 'a ticket'\n",
        "rule = '*'\npath = '**'\nuntil = 2099-01-01\n",
        "rule = '*'\npath = '**'\nreason = ' '\nuntil = 2099-01-01\n",
        "rule = '*'\npath = '**'\nreason = 'a ticket'\nuntil = 2099-01-01\n",
        "rule = '*'\npath = '**'\nreason = 'a ticket'\nuntil = 2020-01-01T00:00:00+14:00\n",
    ] {
        let server = server(&format!("[[waivers]]\n{waiver}"), GOOD);
        server.change("Dockerfile", BAD).push().refused();
    }
}

#[test]
fn p09_a_waiver_of_one_finding_lets_nothing_worse_through() {
    let server = server("", GOOD);
    let port = "FROM node:20\nUSER app\nEXPOSE 22\n";
    let remote = server.change("Dockerfile", port).push().refused();
    let fingerprint = remote.lines().find_map(|line| line.trim().strip_prefix("waive: ")).unwrap();
    let server = server.policy(&format!(
        "[limits]\nwaiver-days = 36500\n[[waivers]]\nrule = 'exposed-port'\npath = '**'\n\
         fingerprint = '{fingerprint}'\nreason = 'a ticket'\nuntil = 2099-01-01\n"
    ));
    server.push_as(["HEAD:refs/heads/waived"]);
    server.change("Dockerfile", "FROM node:20\nUSER app\nEXPOSE 22 2375\n");
    let remote = server.push().refused();
    assert!(remote.contains("2375"), "{remote}");
    server.change("Dockerfile", port).push().accepted();
}

#[test]
fn p10_names_that_only_look_alike_when_joined_are_apart() {
    let apart =
        [&["a/b", "c"][..], &["a", "b/c"], &["a/b/c"], &["", "a/b", "c"], &["a/b", "c", ""]];
    let all: HashSet<String> = apart.iter().map(|parts| fingerprint(parts)).collect();
    assert_eq!(all.len(), apart.len());
}

#[test]
fn p11_a_comment_switches_nothing_off() {
    for comment in [
        "# hadolint ignore=DL3002",
        "# hadolint global ignore=DL3002",
        "# checkov:skip=CKV_DOCKER_8:x",
        "# trivy:ignore:DS-0002",
        "# kics-scan ignore",
        "# plimsoll: allow",
    ] {
        let server = server("", GOOD);
        let text = format!("FROM node:20\n{comment}\nUSER root\n");
        let pushed = server.change("Dockerfile", text).push();
        let remote = pushed.refused();
        let told = told(&pushed);
        assert!(told.contains(&"high runs-as-root Dockerfile:3".to_owned()), "{remote}");
        assert!(told.contains(&"low suppression Dockerfile:2".to_owned()), "{comment}\n{remote}");
    }
}

#[test]
fn p12_a_bypass_is_the_servers_to_give() {
    let bypass = |server: &Server, reason: &str| {
        let option = format!("--push-option=plimsoll.bypass={reason}");
        server.push_with(["push", option.as_str()], ["HEAD:refs/heads/main"])
    };
    let server = server("", GOOD).config("receive.advertisePushOptions", "true");
    server.change("Dockerfile", BAD);
    bypass(&server, "an outage").refused();
    let server =
        server.policy("[bypass]\npush-option = true\nusers = ['root-of-it']\nuser-env = 'WHO'\n");
    bypass(&server, "an outage").refused();
    let server = server.policy("[bypass]\npush-option = true\n");
    bypass(&server, "").refused();
    bypass(&server, "  ").refused();
    let reason = format!("an outage \u{1b}[2J{}", "x".repeat(20_000));
    let remote = bypass(&server, &reason).accepted();
    assert_eq!(acts(&remote), [], "{remote:?}");
    assert!(remote.contains("bypassed by") && remote.contains("runs-as-root"), "{remote}");
    assert!(remote.len() < 5_000, "{} bytes of report", remote.len());
}

#[test]
fn p13_no_time_left_is_said_and_refused() {
    let server = server("limits.time-budget = '1ms'", GOOD);
    for n in 0..300 {
        server.write(&format!("{n}/Dockerfile"), GOOD.repeat(200));
    }
    server.commit("many");
    let remote = server.push().refused();
    assert!(remote.contains("could not judge") && remote.contains("time-budget"), "{remote}");
    assert!(remote.contains("not judged; main was not updated"), "{remote}");
}

#[test]
fn p13_one_file_of_very_many_containers_is_no_way_around_the_time() {
    let server = server("limits.time-budget = '200ms'", GOOD);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n";
    server.write("pod.yaml", format!("{pod}{}", "  - image: x:1\n".repeat(20_000)));
    server.commit("many containers");
    let started = Instant::now();
    let remote = server.push().refused_for("a limit was reached (time-budget)");
    assert!(remote.contains("pod.yaml the first"), "{remote}");
    // Without an end it takes minutes here.
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn g28_the_last_of_many_files_is_judged() {
    let server = server("[limits]\ntime-budget = '60s'\nfiles = 10000", GOOD);
    for n in 0..1_000 {
        server.write(&format!("{n:04}/Dockerfile"), format!("{GOOD}COPY app /app\nENV N={n}\n"));
    }
    let pushed = server.change("zz/Dockerfile", BAD).push();
    let remote = pushed.refused();
    assert_eq!(told(&pushed)[0], "high runs-as-root zz/Dockerfile:2", "{remote}");
    assert!(!remote.contains("limit"), "{remote}");
}

#[test]
fn g28_what_was_judged_before_a_limit_is_told_worst_first_with_the_limit() {
    let server = server("[limits]\ntime-budget = '60s'\nfiles = 500", GOOD);
    for n in 0..800 {
        let text = if n == 400 { BAD.to_owned() } else { format!("{GOOD}ENV DEBUG=1 N={n}\n") };
        server.write(&format!("{n:04}/Dockerfile"), text);
    }
    server.commit("many");
    let pushed = server.push();
    let remote = pushed.refused();
    assert_eq!(told(&pushed)[0], "high runs-as-root 0400/Dockerfile:2", "{remote}");
    assert!(remote.contains("a limit was reached (files = 500)"), "{remote}");
    assert!(remote.contains("before 300"), "{remote}");
}

#[test]
fn g28_a_flood_of_new_files_takes_no_turn_from_what_was_there() {
    let server = server("", "FROM alpine\n");
    server.unhook("pre-receive");
    server.change("zz/Dockerfile", GOOD).push().accepted();
    server.hook("pre-receive");
    let server = server.policy("[limits]\ntime-budget = '60s'\nfiles = 100");
    for n in 0..200 {
        server.write(&format!("{n:04}/Dockerfile"), GOOD);
    }
    let pushed = server.change("zz/Dockerfile", BAD).push();
    let remote = pushed.refused_for("a limit was reached (files = 100)");
    assert_eq!(told(&pushed)[0], "high runs-as-root zz/Dockerfile:2", "{remote}");
}

#[test]
fn g28_a_flood_beyond_the_time_names_what_got_worse() {
    let server = server("limits.time-budget = '3s'", "FROM alpine\n");
    server.unhook("pre-receive");
    server.change("zz/Dockerfile", GOOD).push().accepted();
    server.hook("pre-receive");
    for n in 0..6_000 {
        server.write(&format!("{}/{n:05}/Dockerfile", n / 1_000), format!("{GOOD}ENV N={n}\n"));
    }
    let pushed = server.change("zz/Dockerfile", BAD).push();
    let remote = pushed.refused_for("a limit was reached");
    assert_eq!(told(&pushed)[0], "high runs-as-root zz/Dockerfile:2", "{remote}");
}

#[test]
fn p15_a_flood_hides_nothing() {
    let server = server("limits.time-budget = '60s'", GOOD);
    let mut text = String::from("FROM node:20\nUSER app\n");
    for port in 0..3_000 {
        writeln!(text, "EXPOSE {}", 10_001 + 2 * port).unwrap();
    }
    text.push_str("RUN --security=insecure make\n");
    let pushed = server.change("Dockerfile", text).push();
    let remote = pushed.refused();
    assert_eq!(told(&pushed)[0], "critical build-privilege Dockerfile:3003", "{remote}");
    assert!(remote.ends_with("3001 regressions, 0 improvements; main was not updated"), "{remote}");
    assert!(remote.lines().count() < 100, "{remote}");
}

#[test]
fn p15_fifty_thousand_findings_take_little_memory_and_few_lines() {
    let server = server("limits.time-budget = '120s'", GOOD);
    server.unhook("pre-receive");
    for n in 0..25 {
        server.write(&format!("{n:02}/Dockerfile"), GOOD);
    }
    server.commit("before");
    server.push().accepted();
    let binary = common::server::PLIMSOLL;
    // More address space than this, and the program dies without a verdict.
    server.script(
        "pre-receive",
        &format!("#!/bin/sh\nulimit -v 1000000\nexec {binary} pre-receive\n"),
    );
    for n in 0..25 {
        let mut text = String::from(GOOD);
        for port in 0..2_000 {
            writeln!(text, "EXPOSE {}", 10_001 + 2 * port).unwrap();
        }
        server.write(&format!("{n:02}/Dockerfile"), text);
    }
    let pushed = server
        .change("zz/Dockerfile", "FROM node:20\nUSER app\nRUN --security=insecure make\n")
        .push();
    let remote = pushed.refused();
    assert_eq!(told(&pushed)[0], "critical build-privilege zz/Dockerfile:3", "{remote}");
    let last = "50001 regressions, 0 improvements; main was not updated";
    assert!(remote.ends_with(last), "{remote}");
    assert!(remote.lines().count() < 100, "{remote}");
}

#[test]
fn p16_a_repositorys_policy_is_a_plain_file() {
    let server = server("repository-policy = 'baseline'\nfloor = 'critical'", GOOD);
    let off = "[rules.runs-as-root]\noff = true\n";
    server.write("other.toml", off);
    symlink("other.toml", server.work().join(".plimsoll.toml")).unwrap();
    server.unhook("pre-receive");
    server.commit("a link");
    server.push().accepted();
    server.hook("pre-receive");
    server.change("Dockerfile", BAD).push().refused();

    server.remove(".plimsoll.toml");
    server.write(".Plimsoll.toml", off).write(".plimsoll.toml/x", off);
    server.unhook("pre-receive");
    server.write("Dockerfile", GOOD).commit("a folder and a twin");
    server.push().accepted();
    server.hook("pre-receive");
    server.change("Dockerfile", BAD).push().refused();
}

#[test]
fn p16_a_plain_file_of_the_baseline_does_count() {
    let server = server("repository-policy = 'baseline'\nfloor = 'critical'", GOOD);
    server.unhook("pre-receive");
    server.change(".plimsoll.toml", "[rules.runs-as-root]\noff = true\n").push().accepted();
    server.hook("pre-receive");
    server.change("Dockerfile", BAD).push().accepted();
}

#[test]
fn p17_sections_of_refs_are_anchored_and_mind_case() {
    let server = server(
        "[gate]\nreject-at = 'high'\n\
         [[refs]]\nmatch = 'refs/heads/release/*'\nmode = 'annotate'\n\
         [[refs]]\nmatch = 'refs/heads/main'\nmode = 'enforce'\n",
        GOOD,
    );
    server.change("Dockerfile", BAD);
    server.push_as(["HEAD:refs/heads/release/1"]).accepted();
    for name in ["main", "Release/1", "release/1x/2", "x/release/1"] {
        server.push_as([format!("HEAD:refs/heads/{name}")]).refused();
    }
}
