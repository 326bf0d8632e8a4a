//! The pusher's text, word for word.

use plimsoll::model::{Action, Bypass, Excerpt, Finding, Report, Severity, Side};
use plimsoll::report::{Job, Style, failure, text};

use super::*;

fn said(report: &Report, style: &Style) -> String {
    let mut out = Vec::new();
    text(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn told(report: &Report) -> String {
    said(report, &Style::default())
}

fn main_with(findings: Vec<Finding>) -> Report {
    report(vec![on("refs/heads/main", Action::Reject, findings)])
}

#[test]
fn one_finding() {
    insta::assert_snapshot!(told(&main_with(vec![port(3)])), @r"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003
    more: plimsoll explain published-port
    1 regression, 0 improvements; main was not updated
    ");
}

#[test]
fn nothing_to_say_is_nothing() {
    assert_eq!(told(&report(vec![])), "");
    assert_eq!(told(&report(vec![on("refs/heads/main", Action::Ignore, vec![])])), "");
    let mut left_out = on("refs/heads/main", Action::Ignore, vec![]);
    left_out.excluded = 3;
    assert_eq!(told(&report(vec![left_out])), "");
}

#[test]
fn only_improvements_are_one_line() {
    let mut one = on("refs/heads/main", Action::Ignore, vec![]);
    one.improvements =
        vec![better(&PORT, "port 5432/tcp of db: was every address, now this host only")];
    insta::assert_snapshot!(told(&report(vec![one.clone()])), @r"
    you fixed 1: port 5432/tcp of db: was every address, now this host
    only
    ");
    one.improvements.extend([better(&PORT, "a"), better(&ROOT, "b")]);
    insta::assert_snapshot!(told(&report(vec![one])), @"you fixed 3: 2 published-port, runs-as-root");
}

#[test]
fn two_ports_of_one_line_share_it() {
    let mut other = port(3);
    other.regression.message = "port 22/tcp of db: now every address of the host".into();
    other.regression.key = "port 22/tcp".into();
    other.regression.fingerprint = "feedfeedfeedfeed".into();
    insta::assert_snapshot!(told(&main_with(vec![port(3), other])), @r"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      port 22/tcp of db: now every address of the host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003  port 5432/tcp
      waive: feedfeedfeedfeed  port 22/tcp
    more: plimsoll explain published-port
    2 regressions, 0 improvements; main was not updated
    ");
}

#[test]
fn a_removed_line_and_a_commit_of_the_middle() {
    let mut user = of_rule(
        &ROOT,
        Severity::High,
        "final stage",
        "user of the final stage: was node, now root of the base image",
    );
    user.regression.side = Side::Old;
    user.regression.removed = vec![Excerpt { line: 12, text: "USER node".into() }];
    user.regression.span.line = 12;
    user.regression.commit = Some("abc1234def5678900".into());
    insta::assert_snapshot!(told(&main_with(vec![user])), @r"
    high  runs-as-root  Dockerfile:12 (old line)
      - 12 | USER node
      user of the final stage: was node, now root of the base image
      commit abc1234def of this push; it stays in history: removing it is
      not enough, revoke it
      fix: end the shipped stage with `USER 10001`
      waive: 0000000000000001
    more: plimsoll explain runs-as-root
    1 regression, 0 improvements; main was not updated
    ");
}

#[test]
fn what_a_new_unit_lacks_is_one_line() {
    let mut lacks: Vec<Finding> = ["no healthcheck", "no limit", "no profile"]
        .iter()
        .map(|message| of_rule(&HEALTH, Severity::Low, "final stage", message))
        .collect();
    for finding in &mut lacks {
        finding.regression.new_unit = true;
    }
    lacks.push(port(3));
    insta::assert_snapshot!(told(&main_with(lacks)), @r"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003
    low  3 in the new final stage of Dockerfile: 3 healthcheck
    to see all: git push -o plimsoll.explain
    more: plimsoll explain RULE
    4 regressions, 0 improvements; main was not updated
    ");
}

#[test]
fn protections_that_a_new_unit_lacks_are_named_in_one_line() {
    let lack = |key: &str| {
        let mut finding = of_rule(&HEALTH, Severity::Low, "service web", key);
        finding.regression.key = key.into();
        finding.regression.new_unit = true;
        finding.regression.lacks = true;
        finding
    };
    let keys = ["dropped capabilities", "memory limit", "no-new-privileges", "read-only root"];
    let mut findings: Vec<Finding> = keys.iter().map(|key| lack(key)).collect();
    let mut mild = lack("healthcheck");
    mild.regression.lacks = false;
    findings.extend([mild, port(3)]);
    insta::assert_snapshot!(told(&main_with(findings)), @r"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003
    low  lacks  Dockerfile:1
      service web: dropped capabilities, memory limit, no-new-privileges,
      read-only root
    low  1 in the new service web of Dockerfile: healthcheck
    to see all: git push -o plimsoll.explain
    more: plimsoll explain RULE
    2 regressions, 4 lacks of new units, 0 improvements; main was not updated
    ");
}

#[test]
fn a_flood_is_folded_and_counted_worst_first() {
    let mut flood: Vec<Finding> = (1..=5000)
        .map(|line| {
            let mut finding = port(line);
            finding.regression.severity = Severity::Medium;
            finding.regression.unit = format!("service {}", line / 10);
            finding
        })
        .collect();
    let mut worst = of_rule(&ROOT, Severity::Critical, "final stage", "the one that matters");
    worst.regression.span.line = 9;
    flood.push(worst);
    let text = told(&main_with(flood));
    assert!(text.starts_with("critical  runs-as-root  Dockerfile:9\n"), "{text}");
    assert!(text.ends_with("5001 regressions, 0 improvements; main was not updated\n"), "{text}");
    assert!(text.lines().count() < 100, "{} lines", text.lines().count());
    assert_eq!(counted(&text), 5001, "{text}");
}

/// How many findings a text accounts for: those told in full and those it says there are more.
fn counted(text: &str) -> usize {
    let full = text.lines().filter(|line| line.starts_with("  waive: ")).count();
    let more = text
        .lines()
        .filter_map(|line| line.split_once("  and ")?.1.split(' ').next()?.parse::<usize>().ok());
    full + more.sum::<usize>()
}

#[test]
fn an_explained_push_is_told_in_full() {
    let mut report = main_with((1..=40).map(port).collect());
    report.explain = true;
    let text = told(&report);
    assert_eq!(counted(&text), 40);
    insta::assert_snapshot!(text.lines().last().unwrap(), @"40 regressions, 0 improvements; it would be refused; explain updates nothing");
    report.refs.clear();
    insta::assert_snapshot!(told(&report), @"0 regressions, 0 improvements; it would be let through; explain updates nothing");
}

#[test]
fn several_refs_have_a_line_each() {
    let mut dev = on(
        "refs/heads/dev",
        Action::Annotate,
        vec![of_rule(&ROOT, Severity::Low, "stage build", "user of stage build: now root")],
    );
    dev.notes.push("submodule `lib` moved: what is in it was not judged".into());
    let mut twin = on("refs/tags/v1", Action::Reject, vec![port(3)]);
    twin.same_as = Some("refs/heads/main".into());
    let all = report(vec![on("refs/heads/main", Action::Reject, vec![port(3)]), dev, twin]);
    insta::assert_snapshot!(told(&all), @r"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003
    main: rejected, 1 regression, 0 improvements
    low  runs-as-root  Dockerfile:1
      user of stage build: now root
      fix: end the shipped stage with `USER 10001`
      waive: 0000000000000001
    note: submodule `lib` moved: what is in it was not judged
    dev: no objection, 1 regression, 0 improvements
    tag v1: judged as main, which has the same commits
    more: plimsoll explain RULE
    2 regressions, 0 improvements; none of 3 refs was updated
    ");
}

#[test]
fn bypass_waivers_problems_and_exclusions() {
    let mut waived = port(8);
    waived.action = Action::Waive;
    let mut one = on("refs/heads/main", Action::Reject, vec![port(3), waived]);
    one.problems = vec![problem("Dockerfile", "unknown instruction `FORM`", Action::Reject)];
    one.excluded = 2;
    let mut report = report(vec![one]);
    report.notes.push("waiver of compose.yaml expired on 2026-01-01: not honoured".into());
    report.bypass_offered = true;
    insta::assert_snapshot!(told(&report), @r#"
    high  published-port  compose.yaml:3
      - 3 |     ports: ['127.0.0.1:5432:5432']
      + 3 |     ports: ['5432:5432']
      port 5432/tcp of db: was this host only, now every address of the
      host
      fix: put the address in front: `127.0.0.1:5432:5432`
      waive: 0000000000000003
    could not judge Dockerfile:7: unknown instruction `FORM`
    note: waiver of compose.yaml expired on 2026-01-01: not honoured
    more: plimsoll explain published-port
    if it must go in as it is:
      git push -o plimsoll.bypass="your reason"
    not told here: 1 waived, 2 changed files excluded
    1 regression, 0 improvements, 1 not judged; main was not updated
    "#);
    report.bypass = Some(Bypass { user: "alice".into(), reason: "outage, ticket 42".into() });
    insta::assert_snapshot!(told(&report).lines().rev().take(2).collect::<Vec<_>>().join("\n"), @r"
    1 regression, 0 improvements, 1 not judged; let through by the bypass
    not told here: 1 waived, 2 changed files excluded
    ");
}

#[test]
fn the_other_jobs_end_in_their_own_words() {
    for (job, verdict) in [
        (Job::Update, "main was not updated"),
        (Job::Push, "nothing was pushed"),
        (Job::Check, "rejected"),
    ] {
        let text = said(&main_with(vec![port(3)]), &Style { job, ..Style::default() });
        assert!(text.ends_with(&format!("1 regression, 0 improvements; {verdict}\n")), "{text}");
    }
}

#[test]
fn gitlabs_pages_get_few_prefixed_lines() {
    let style = Style { gitlab_web: true, ..Style::default() };
    insta::assert_snapshot!(said(&main_with((1..=9).map(port).collect()), &style), @r"
    GL-HOOK-ERR: high published-port compose.yaml:1: port 5432/tcp of db: was this host only, now every address of the host (fix: put the address in front: `127.0.0.1:5432:5432`)
    GL-HOOK-ERR: high published-port compose.yaml:2: port 5432/tcp of db: was this host only, now every address of the host (fix: put the address in front: `127.0.0.1:5432:5432`)
    GL-HOOK-ERR: high published-port compose.yaml:3: port 5432/tcp of db: was this host only, now every address of the host (fix: put the address in front: `127.0.0.1:5432:5432`)
    GL-HOOK-ERR: and 6 more
    GL-HOOK-ERR: plimsoll: 9 regressions, 0 improvements; main was not updated
    ");
    assert_eq!(
        said(&report(vec![on("refs/heads/main", Action::Annotate, vec![port(1)])]), &style),
        ""
    );
}

#[test]
fn a_failure_says_who_does_what() {
    let message = "policy.toml, line 4, column 13\n4 | reject-at = \"hihg\"\n  |             ^^^^^^ unknown severity; one of low, medium, high, critical, never";
    let say = |refused, style: &Style| {
        let mut out = Vec::new();
        failure(message, refused, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    insta::assert_snapshot!(say(true, &Style::default()), @r#"
    plimsoll could not judge this push, so it is refused.
      policy.toml, line 4, column 13
      4 | reject-at = "hihg"
        |             ^^^^^^ unknown severity; one of low, medium, high, critical, never
    Your commits are not the cause. Tell the people who run this server.
    "#);
    insta::assert_snapshot!(say(false, &Style { gitlab_web: true, ..Style::default() }), @r#"GL-HOOK-ERR: plimsoll could not judge this push; it is let through unjudged. policy.toml, line 4, column 13; 4 | reject-at = "hihg"; |             ^^^^^^ unknown severity; one of low, medium, high, critical, never Tell the people who run this server."#);
}

#[test]
fn colour_only_where_asked() {
    let text = said(&main_with(vec![port(3)]), &Style { colour: true, ..Style::default() });
    assert!(text.starts_with("\x1b[31mhigh\x1b[m  published-port"), "{text:?}");
    assert!(!told(&main_with(vec![port(3)])).contains('\x1b'));
}

#[test]
fn lines_keep_to_the_width() {
    let mut wide = port(3);
    wide.regression.added[0].text =
        format!("RUN {}", "curl -fsSL https://example.org/日本語 && ".repeat(9));
    wide.regression.message = "a sentence of many words ".repeat(12);
    let text = told(&main_with(vec![wide]));
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 70, "{line}");
    }
}
