//! What is wrong with a policy is said with its place, whatever it is.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use plimsoll::model::{Level, Rule};
use plimsoll::policy::Policy;

static IMAGE: Rule = rule("base-image", &["trusted-images"]);
static USER: Rule = rule("runs-as-root", &["nonroot-images"]);
static PORT: Rule = rule("exposed-port", &["allowed-ports"]);
static RULES: &[&Rule] = &[&IMAGE, &USER, &PORT];

const LEVELS: &[Level] = &[Level::closed("closed"), Level::high(1, "open")];

const fn rule(id: &'static str, options: &'static [&'static str]) -> Rule {
    Rule {
        id,
        promise: "",
        why: "",
        fix: "",
        fix_in: &[],
        levels: LEVELS,
        references: &[],
        answers: &[],
        options,
        every_commit: false,
        measure: &[],
        examples: &[],
    }
}

fn error(text: &str) -> String {
    match Policy::parse("p.toml", text, RULES) {
        Ok(_) => panic!("{text:?} was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_fault_is_shown_under_its_line() {
    insta::assert_snapshot!(error("[gate]\n\n\nreject-at = \"hihg\""), @r#"
    p.toml, line 4, column 13
    4 | reject-at = "hihg"
      |             ^^^^^^ unknown value; did you mean `high`?
    "#);
    insta::assert_snapshot!(error("[gate]\n\"reject-at\u{202e}\" = \"high\""), @r#"
    p.toml, line 2, column 1
    2 | "reject-at\u{202e}" = "high"
      | ^^^^^^^^^^^^^^^^^^^ unknown key; did you mean `reject-at`?
    "#);
    let long = format!("targets = [{}, 3, {}]", "'x', ".repeat(60), "'y', ".repeat(60));
    insta::assert_snapshot!(error(&long.replace(", ,", ",")), @r"
    p.toml, line 1, column 312
    1 | …'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 3, 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y', 'y… 204 bytes
      |                                                    ^ invalid type: integer `3`, expected a text in quotes
    ");
}

/// A policy, and the line, the column, the width of the mark and the words of its fault.
const FAULTS: &[(&str, usize, usize, usize, &str)] = &[
    ("[gate]\n\n\nreject-at = \"hihg\"", 4, 13, 6, "unknown value; did you mean `high`?"),
    ("[gate]\nreject_at = \"high\"", 2, 1, 9, "unknown key; did you mean `reject-at`?"),
    ("[gat]\nx=1", 1, 2, 3, "unknown key; did you mean `gate`?"),
    ("gate = 3", 1, 8, 1, "invalid type: integer `3`, expected a table"),
    ("[gate\nreject-at='high'", 1, 6, 1, "unclosed table, expected `]`"),
    ("[gate]\nreject-at = \"high", 2, 18, 1, "invalid basic string, expected `\"`"),
    ("[gate]\nreject-at = 'high'\nreject-at = 'low'", 3, 1, 9, "duplicate key"),
    ("targets = 'a'", 1, 11, 3, "invalid type: string \"a\", expected a list in [ ]"),
    ("targets = ['a', 3]", 1, 17, 1, "invalid type: integer `3`, expected a text in quotes"),
    (
        "[paths]\nexclude = ['ok', 'a[b]']",
        2,
        18,
        6,
        "`[` has no meaning here: write `\\[` for the character",
    ),
    ("[paths]\nexclude = 'a'", 2, 11, 3, "invalid type: string \"a\", expected a list in [ ]"),
    ("[[refs]]\nmode='off'", 1, 1, 8, "`match` is missing here"),
    ("[[refs]]\nmatch='/x'", 2, 7, 4, "it starts with `/`, but names are relative to the top"),
    ("[[refs]]\nmatch='x'\nmode='of'", 3, 6, 4, "unknown value; did you mean `off`?"),
    (
        "[limits]\ntime-budget = 2",
        2,
        15,
        1,
        "not a time: a number and its unit, as 2s, 500ms or 1m",
    ),
    (
        "[limits]\ntime-budget = '2'",
        2,
        15,
        3,
        "not a time: a number and its unit, as 2s, 500ms or 1m",
    ),
    (
        "[limits]\nfile-size = '1MB'",
        2,
        13,
        5,
        "not a size: bytes as a number, or a text such as 1MiB",
    ),
    ("[limits]\nfile-size = -1", 2, 13, 2, "not a size: bytes as a number, or a text such as 1MiB"),
    (
        "[limits]\nfile-size = true",
        2,
        13,
        4,
        "not a size: bytes as a number, or a text such as 1MiB",
    ),
    (
        "[limits]\ndepth = -1",
        2,
        9,
        2,
        "invalid value: integer `-1`, expected a number of 1 or more",
    ),
    ("[limits]\ndepth = 0", 2, 9, 1, "invalid value: integer `0`, expected a number of 1 or more"),
    (
        "[limits]\nwaiver-days = 99999",
        2,
        15,
        5,
        "invalid value: integer `99999`, expected a number from 1 to 65535",
    ),
    ("[images.scans]\nfail-on='low'", 1, 1, 14, "`path` is missing here"),
    ("[images.scans]\npath='scans'", 2, 6, 7, "the whole path on the server, as /srv/scans"),
    (
        "[images.scans]\npath='/s'\nmax-age='2h'",
        3,
        9,
        4,
        "not an age: a number of days or weeks, as 14d or 2w",
    ),
    (
        "[images.scans]\npath='/s'\nmissing='x'",
        3,
        9,
        3,
        "unknown value; one of annotate, reject, ignore",
    ),
    (
        "[images.scans]\npath='/s'\n[[images.scans.accept]]\nid=''\nreason='r'\nuntil=2026-01-01",
        4,
        4,
        2,
        "it is empty",
    ),
    ("[rules.base-imag]\noff=true", 1, 8, 9, "unknown rule; did you mean `base-image`?"),
    (
        "[rules.base-image]\nof=true",
        2,
        1,
        2,
        "rule base-image has no option `of`; did you mean `off`?",
    ),
    (
        "[rules.base-image]\nnonroot=['x']",
        2,
        1,
        7,
        "rule base-image has no option `nonroot`; one of severity, off, trusted-images",
    ),
    ("rules.base-image = 3", 1, 20, 1, "invalid type: integer `3`, expected a table"),
    ("rules.base-image.off = 3", 1, 24, 1, "invalid type: integer `3`, expected true or false"),
    (
        "[rules.base-image]\ntrusted=['x', '*', 'docker.io/']",
        2,
        1,
        7,
        "rule base-image has no option `trusted`; one of severity, off, trusted-images",
    ),
    (
        "[rules.exposed-port]\nallowed=[443, '70000']",
        2,
        1,
        7,
        "rule exposed-port has no option `allowed`; one of severity, off, allowed-ports",
    ),
    (
        "[rules.exposed-port]\nallowed=[443, 70000]",
        2,
        1,
        7,
        "rule exposed-port has no option `allowed`; one of severity, off, allowed-ports",
    ),
    ("[[waivers]]\nrule='base-image'\nreason='x'", 1, 1, 11, "`until` is missing here"),
    ("[[waivers]]\nrule='base-image'\nreason=''\nuntil='2026-01-01'", 3, 8, 2, "it is empty"),
    (
        "[[waivers]]\nrule='base-image'\nreason='x'\nuntil='2026-1-01'",
        4,
        7,
        11,
        "not a day: write it as 2026-03-31",
    ),
    (
        "[[waivers]]\nrule='base-image'\nreason='x'\nuntil=2026-01-01T00:00:00+02:00",
        4,
        7,
        25,
        "not a day: write it as 2026-03-31",
    ),
    (
        "[[waivers]]\nrule='base-image'\nreason='x'\nuntil='2026-02-30'",
        4,
        7,
        12,
        "not a day: write it as 2026-03-31",
    ),
    (
        "[[waivers]]\nrule='base-image'\nreason='x'\nuntil=5",
        4,
        7,
        1,
        "not a day: write it as 2026-03-31",
    ),
    (
        "[[waivers]]\nrule='*'\npath='**'\nreason='x'\nuntil='2026-01-01'",
        3,
        6,
        4,
        "a waiver without a rule or a fingerprint needs a `path` that names one file or starts with a folder",
    ),
    (
        "[[waivers]]\npath='**/Dockerfile'\nreason='x'\nuntil='2026-01-01'",
        2,
        6,
        15,
        "a waiver without a rule or a fingerprint needs a `path` that names one file or starts with a folder",
    ),
    (
        "[[waivers]]\nreason='x'\nuntil='2026-01-01'",
        1,
        1,
        11,
        "a waiver without a rule or a fingerprint needs a `path` that names one file or starts with a folder",
    ),
    (
        "[[waivers]]\nrule='base_image'\nreason='x'\nuntil='2026-01-01'",
        2,
        6,
        12,
        "unknown rule; did you mean `base-image`?",
    ),
    (
        "waivers = [{rule='base-image', reason='x', until='2026-01-01', pth='x'}]",
        1,
        64,
        3,
        "unknown key; did you mean `path`?",
    ),
    ("[bypass]\nusers=['a']", 2, 7, 5, "without `user-env` nobody is known by name, so nobody may"),
    (
        "[bypass]\nuser-env='GIT_PUSH_OPTION_0'",
        2,
        10,
        19,
        "the client sets this variable: anybody could be anybody",
    ),
    ("[bypass]\nuser-env='$X'", 2, 10, 4, "the name of an environment variable, without `$`"),
    ("floor = 'hi'", 1, 9, 4, "unknown value; one of info, low, medium, high, critical, never"),
    ("repository-policy = 'on'", 1, 21, 4, "unknown value; one of off, baseline"),
    (
        "baseline-refs = ['refs/heads/main', 'main']",
        1,
        37,
        6,
        "the ref's full name, as refs/heads/main",
    ),
    (
        "[[contexts]]\ndockerfile='a'\nfolder='../x'",
        3,
        8,
        6,
        "a folder relative to the top, as services/web; `.` is the top",
    ),
    (
        "[gate]\n\"reject-at\u{202e}\" = \"high\"",
        2,
        1,
        19,
        "unknown key; did you mean `reject-at`?",
    ),
    (
        "[gate]\n\"\\u001b[2J\" = \"high\"",
        2,
        1,
        11,
        "unknown key; one of reject-at, annotate-at, on-error, first-push",
    ),
];

#[test]
fn every_fault_has_its_place_and_says_what_is_right() {
    for &(text, line, column, width, message) in FAULTS {
        let shown = error(text);
        let mut lines = shown.lines();
        assert_eq!(lines.next(), Some(&*format!("p.toml, line {line}, column {column}")), "{text}");
        let mark = format!("{} {message}", "^".repeat(width));
        assert_eq!(lines.next_back().unwrap().trim_start_matches([' ', '|']), mark, "{text}");
    }
}

#[test]
fn whatever_is_written_is_taken_or_told() {
    // Cut and doubled anywhere, the template never panics and never prints anything raw.
    let template = plimsoll::policy::TEMPLATE.replace("\n# ", "\n");
    for at in (0..template.len()).step_by(7) {
        let cut = &template[..at];
        let odd = format!("{cut}\u{1b}\u{202e}é{}", &template[at..]);
        for text in [cut, &odd] {
            if let Err(error) = Policy::parse("p\u{1b}.toml", text, RULES) {
                let hidden = error
                    .to_string()
                    .chars()
                    .any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
                assert!(!hidden, "{error}");
            }
        }
    }
}

#[test]
fn what_nests_without_end_is_told() {
    for text in ["[".repeat(100_000), format!("x = {}", "[".repeat(100_000)), "{a=".repeat(50_000)]
    {
        assert!(Policy::parse("p.toml", &text, RULES).is_err());
    }
    let dotted = vec!["a"; 50_000].join(".");
    assert!(Policy::parse("p.toml", &format!("{dotted} = 1"), RULES).is_err());
    let table = format!("[{dotted}]\nx = 1");
    assert!(Policy::parse("p.toml", &table, RULES).is_err());
}
