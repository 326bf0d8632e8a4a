//! What a policy makes of findings, refs, waivers and bypasses.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;

use bstr::BStr;
use jiff::civil::{Date, date};
use plimsoll::model::{
    Action, FileId, FileKind, Gap, GapKind, Level, Regression, Rule, Severity, Side, Span,
};
use plimsoll::policy::{Bypass, Policy, TEMPLATE};

const TODAY: Date = date(2026, 3, 31);
const LEVELS: &[Level] = &[Level::closed("closed"), Level::high(1, "open")];

static IMAGE: Rule = rule("base-image", &["trusted-images"]);
static USER: Rule = rule("runs-as-root", &["nonroot-images"]);
static PORT: Rule = rule("exposed-port", &["allowed-ports"]);
static HEALTH: Rule = rule("healthcheck", &[]);
static LIMIT: Rule = rule("resource-limit", &["limit-growth"]);
static RULES: &[&Rule] = &[&IMAGE, &USER, &PORT, &HEALTH, &LIMIT];

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

fn policy(text: &str) -> Policy {
    Policy::parse("policy.toml", text, RULES).unwrap_or_else(|error| panic!("{error}"))
}

fn regression(severity: Severity) -> Regression {
    Regression {
        rule: &PORT,
        severity,
        path: "app/Dockerfile".into(),
        span: Span::head(FileId(0)),
        side: Side::New,
        removed: Vec::new(),
        added: Vec::new(),
        unit: "final stage".into(),
        unit_path: "app/Dockerfile".into(),
        key: "port 22/tcp".into(),
        was: None,
        now: (LEVELS[1], "22".into()),
        message: String::new(),
        fix: "",
        fingerprint: "aaaa".into(),
        commit: None,
        new_unit: false,
        marks: Vec::new(),
        secret: None,
        lacks: false,
    }
}

fn action(policy: &Policy, name: &str, severity: Severity) -> Action {
    policy.for_ref(&[BStr::new(name)]).action(severity)
}

/// Verdict and notes of one finding on an ordinary branch.
fn judged(policy: &Policy, severity: Severity) -> (Action, Vec<String>) {
    let terms = policy.for_ref(&[BStr::new("refs/heads/main")]);
    let verdict = policy.judge(&terms, [regression(severity)], [], TODAY);
    let action = verdict.findings.first().map_or(Action::Ignore, |finding| finding.action);
    (action, verdict.notes)
}

#[test]
fn the_default_refuses_critical_and_high_and_tells_the_rest() {
    let policy = Policy::default();
    for (severity, expected) in [
        (Severity::Critical, Action::Reject),
        (Severity::High, Action::Reject),
        (Severity::Medium, Action::Annotate),
        (Severity::Low, Action::Annotate),
        (Severity::Info, Action::Ignore),
    ] {
        assert_eq!(action(&policy, "refs/heads/main", severity), expected);
    }
    assert_eq!(policy.for_ref(&[]).on_error(), Action::Reject);
}

#[test]
fn the_template_is_the_default_and_names_every_key() {
    assert_eq!(policy(TEMPLATE).config(), Policy::default().config());
    let schema: serde_json::Value = serde_json::from_str(&plimsoll::policy::schema()).unwrap();
    let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for key in tables.filter_map(|table| table["properties"].as_object()).flat_map(|t| t.keys()) {
        let named = TEMPLATE.lines().map(|line| line.trim_start_matches("# ")).any(|line| {
            let header = line.starts_with('[').then(|| line.trim_matches(['[', ']']).split('.'));
            header.into_iter().flatten().any(|part| part == key)
                || line.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(' '))
        });
        assert!(named, "the template lacks {key}");
    }
}

#[test]
fn the_templates_examples_are_valid() {
    let example = |line: &'static str| {
        let body = line.strip_prefix("# ")?;
        let key = body.split(" = ").next().filter(|key| key.len() < body.len());
        let is_key =
            key.is_some_and(|key| key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-')));
        (is_key || body.starts_with('[')).then_some(body)
    };
    let lines: Vec<&str> = TEMPLATE.lines().map(|line| example(line).unwrap_or(line)).collect();
    let policy = policy(&lines.join("\n"));
    assert_eq!(policy.config().waivers.len(), 1);
    assert_eq!(policy.config().refs.len(), 2);
    assert_eq!(policy.config().rules.len(), 5);
}

#[test]
fn what_is_shown_reads_back_to_the_same() {
    let text = r#"
        targets = ["a\u007f\u202e\"b"]
        baseline-refs = ["refs/heads/main"]
        [gate]
        reject-at = "never"
        [rules.base-image]
        trusted-images = ["docker.io/library/*", 'a\[b']
        severity = "low"
        [rules.exposed-port]
        allowed-ports = [443, "8443/udp"]
        [images]
        denied = ["docker.io/**:latest"]
        [[images.end-of-life]]
        image = "ghcr.io/acme/*"
        versions = ["1", "2.3"]
        date = 2026-01-31
        [images.scans]
        path = "/srv/scans"
        max-age = "3w"
        missing = "reject"
        [[images.scans.accept]]
        id = "CVE-2026-1"
        reason = "r"
        until = 2026-02-01
        [[refs]]
        match = "refs/heads/**"
        annotate-at = "info"
        [[contexts]]
        dockerfile = "docker/*"
        folder = "."
        [[waivers]]
        rule = "base-image"
        reason = "because"
        until = 2026-12-31
        [limits]
        file-size = 1000
        time-budget = "1500ms"
    "#;
    for text in [text, ""] {
        let policy = policy(text);
        let again = Policy::parse("again", &policy.show(), RULES).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(again.config(), policy.config());
    }
}

#[test]
fn rules_are_told_their_options() {
    let policy = policy(
        "targets = ['web']\n[rules.base-image]\ntrusted-images = ['a/*']\n[rules.runs-as-root]\n\
         nonroot-images = ['b/**']\n[rules.exposed-port]\nallowed-ports = [443]\n[[contexts]]\n\
         dockerfile = 'docker/*'\nfolder = './'",
    );
    let settings = policy.settings();
    assert_eq!(settings.trusted_images, ["a/*"]);
    assert_eq!(settings.nonroot_images, ["b/**"]);
    assert_eq!(settings.allowed_ports, ["443"]);
    assert_eq!(settings.targets, ["web"]);
    assert_eq!(settings.contexts, [("docker/*".to_owned(), String::new())]);
}

#[test]
fn every_option_that_a_rule_reads_can_be_written() {
    for rule in plimsoll::rules::RULES {
        for option in rule.options {
            // A list or a number.
            let read = |value: &str| {
                let text = format!("[rules.{}]\n{option} = {value}", rule.id);
                Policy::parse("policy.toml", &text, plimsoll::rules::RULES)
            };
            let read = read("[]").or_else(|_| read("1"));
            assert!(read.is_ok(), "{}", read.unwrap_err());
        }
    }
}

#[test]
fn a_rule_is_off_or_has_another_severity() {
    let policy = policy("[rules]\nexposed-port.off = true\nbase-image.severity = 'critical'");
    assert_eq!(policy.severity(&PORT, Severity::Critical), None);
    assert_eq!(policy.severity(&IMAGE, Severity::Low), Some(Severity::Critical));
    assert_eq!(policy.severity(&USER, Severity::Low), Some(Severity::Low));
    assert_eq!(judged(&policy, Severity::Critical).0, Action::Ignore);
}

const REFS: &str = "
    [[refs]]
    match = 'refs/heads/release/**'
    reject-at = 'low'
    [[refs]]
    match = 'refs/heads/release/next'
    mode = 'off'
    [[refs]]
    match = 'refs/heads/try/*'
    mode = 'annotate'
    [[refs]]
    match = 'refs/heads/wip/**'
    mode = 'off'
    [[refs]]
    match = 'refs/heads/*'
";

#[test]
fn the_first_section_that_matches_counts() {
    let policy = policy(REFS);
    let medium = |name: &str| action(&policy, name, Severity::Medium);
    assert_eq!(medium("refs/heads/release/1"), Action::Reject);
    assert_eq!(medium("refs/heads/release/next"), Action::Reject);
    assert_eq!(medium("refs/heads/main"), Action::Annotate);
    assert_eq!(medium("refs/heads/wip/a/b"), Action::Ignore);
    assert_eq!(action(&policy, "refs/heads/try/x", Severity::Critical), Action::Annotate);
    let off = policy.for_ref(&[BStr::new("refs/heads/wip/a")]);
    assert!(off.is_off());
    assert_eq!(off.on_error(), Action::Ignore);
}

#[test]
fn a_ref_that_no_section_was_written_for_gets_the_strictest() {
    let policy = policy(REFS);
    for name in [
        "refs/tags/v1",
        "refs/Heads/wip/a",
        "refs/heads/wip/../main",
        "refs/heads/wip//x",
        "refs/heads/wip/./x",
        "refs/heads/try/a/b",
        "refs/for/main",
    ] {
        assert_eq!(action(&policy, name, Severity::Low), Action::Reject, "{name}");
    }
}

#[test]
fn an_alias_is_treated_as_the_strictest_of_its_names() {
    let policy = policy(REFS);
    let names = ["refs/heads/wip/alias", "refs/heads/main"].map(BStr::new);
    assert_eq!(policy.for_ref(&names).action(Severity::High), Action::Reject);
    assert_eq!(policy.for_ref(&names[..1]).action(Severity::High), Action::Ignore);
    assert!(!policy.for_ref(&names).is_off());
}

#[test]
fn a_first_push_is_let_in_only_where_policy_says_so_and_says_why() {
    let names = [BStr::new("refs/heads/main")];
    let strict = Policy::default().for_first_push(&names);
    assert_eq!(strict.action(Severity::High), Action::Reject);

    let policy = policy("gate.first-push = 'annotate'");
    let first = policy.for_first_push(&names);
    let verdict = policy.judge(&first, [regression(Severity::High)], [], TODAY);
    assert_eq!(verdict.action, Action::Annotate);
    assert_eq!(verdict.notes, ["first push of this history: gate.first-push lets it in"]);
    let gap = Gap::of(GapKind::TooLarge, "Dockerfile", "too large");
    assert_eq!(policy.judge(&first, [], [gap], TODAY).action, Action::Annotate);
    assert_eq!(policy.for_ref(&names).action(Severity::High), Action::Reject);
}

#[test]
fn a_gap_is_what_on_error_says() {
    let gap = || Gap::of(GapKind::Limit, "", "time is up");
    let refused = Policy::default();
    let terms = refused.for_ref(&[BStr::new("refs/heads/main")]);
    assert_eq!(refused.judge(&terms, [], [gap()], TODAY).action, Action::Reject);
    let told = policy("gate.on-error = 'annotate'");
    let terms = told.for_ref(&[BStr::new("refs/heads/main")]);
    assert_eq!(told.judge(&terms, [], [gap()], TODAY).action, Action::Annotate);
}

#[test]
fn the_worst_comes_first() {
    let policy = Policy::default();
    let terms = policy.for_ref(&[BStr::new("refs/heads/main")]);
    let severities = [Severity::Low, Severity::Info, Severity::Critical, Severity::High];
    let verdict = policy.judge(&terms, severities.map(regression), [], TODAY);
    let order: Vec<Severity> = verdict.findings.iter().map(|f| f.regression.severity).collect();
    assert_eq!(order, [Severity::Critical, Severity::High, Severity::Low]);
    assert_eq!(verdict.action, Action::Reject);
}

#[test]
fn files_are_included_and_excluded() {
    let policy = policy(
        "[paths]\ninclude=['app/**']\nexclude=['**/testdata/**']\ndockerfiles=['*.tpl']\ncompose=['s/*']",
    );
    let judges = |path: &str| policy.judges(BStr::new(path));
    assert!(judges("app/Dockerfile"));
    assert!(!judges("App/Dockerfile"));
    assert!(!judges("Dockerfile"));
    assert!(!judges("app/testdata/Dockerfile"));
    assert!(Policy::default().judges(BStr::new("any/Dockerfile")));
    assert_eq!(policy.kind_of(BStr::new("x.tpl")), Some(FileKind::Dockerfile));
    assert_eq!(policy.kind_of(BStr::new("s/x")), Some(FileKind::Compose));
    assert_eq!(policy.kind_of(BStr::new("a/x.tpl")), None);
}

fn waived(keys: &str) -> (Action, Vec<String>) {
    judged(&policy(&format!("[[waivers]]\nreason = 'because'\n{keys}")), Severity::High)
}

#[test]
fn a_waiver_covers_what_it_names_and_nothing_else() {
    let until = "until = 2026-04-30";
    for keys in [
        "rule = 'exposed-port'",
        "rule = 'exposed-port'\npath = 'app/*'",
        "rule = '*'\npath = 'app/**'",
        "path = 'app/Dockerfile'",
        "fingerprint = 'aaaa'",
        "rule = 'exposed-port'\nunit = 'final stage'",
    ] {
        assert_eq!(waived(&format!("{keys}\n{until}")), (Action::Waive, Vec::new()), "{keys}");
    }
    for keys in [
        "rule = 'base-image'",
        "rule = 'exposed-port'\npath = '*'",
        "rule = 'exposed-port'\nunit = 'stage build'",
        // the same place, but worse than what was waived: another fingerprint
        "rule = 'exposed-port'\nfingerprint = 'bbbb'",
    ] {
        assert_eq!(waived(&format!("{keys}\n{until}")), (Action::Reject, Vec::new()), "{keys}");
    }
}

#[test]
fn a_waiver_counts_through_its_last_day_and_is_then_said() {
    assert_eq!(waived("rule = 'exposed-port'\nuntil = '2026-03-31'").0, Action::Waive);
    let (action, notes) = waived("rule = 'exposed-port'\nuntil = 2026-03-30");
    assert_eq!(action, Action::Reject);
    assert_eq!(notes, ["waiver for exposed-port ended on 2026-03-30: it no longer counts"]);
    let (_, notes) = waived("rule = 'base-image'\nuntil = 2026-03-30");
    assert!(notes.is_empty(), "it has nothing to do with this push");
}

#[test]
fn a_waiver_for_ever_does_not_count_and_is_said() {
    assert_eq!(waived("rule = 'exposed-port'\nuntil = 2027-03-31").0, Action::Waive);
    let (action, notes) = waived("rule = 'exposed-port'\nuntil = 2027-04-01");
    assert_eq!(action, Action::Reject);
    assert_eq!(
        notes,
        ["waiver for exposed-port runs until 2027-04-01, more than 365 days: it does not count"]
    );
    let long = "[limits]\nwaiver-days = 7\n[[waivers]]\nrule = 'exposed-port'\nreason = 'x'\nuntil = 2026-04-08";
    assert_eq!(judged(&policy(long), Severity::High).0, Action::Reject);
    assert_eq!(policy(long).notices(TODAY).len(), 1);
}

/// A06: a clock that steps, or stands at its beginning, opens nothing: each push has one reading.
#[test]
fn a_wrong_clock_makes_no_waiver_count() {
    let policy = policy("[[waivers]]\nrule = 'exposed-port'\nreason = 'x'\nuntil = 2026-04-30");
    let terms = policy.for_ref(&[BStr::new("refs/heads/main")]);
    let on = |day| policy.judge(&terms, [regression(Severity::High)], [], day);
    assert_eq!(on(TODAY).action, Action::Annotate);
    for day in [Date::MIN, date(1970, 1, 1), date(2024, 1, 1), date(2026, 5, 1), Date::MAX] {
        let verdict = on(day);
        assert_eq!((verdict.action, verdict.notes.len()), (Action::Reject, 1), "{day}");
        assert!(policy.waiver(&regression(Severity::High), day).is_none(), "{day}");
    }
}

#[test]
fn a_waived_finding_is_let_through_and_counted() {
    let policy = policy(
        "[[waivers]]\nrule = 'exposed-port'\nreason = \"\\u001b[2J ok\"\nuntil = 2026-04-30",
    );
    let terms = policy.for_ref(&[BStr::new("refs/heads/main")]);
    let verdict = policy.judge(&terms, [regression(Severity::Critical)], [], TODAY);
    assert_eq!(verdict.action, Action::Annotate);
    assert_eq!(verdict.findings[0].waived.as_deref(), Some("\\x1b[2J ok"));
}

fn bypass(policy_text: &str, options: &[&str], user: Option<&str>) -> Bypass {
    let options: Vec<bstr::BString> = options.iter().map(|&option| option.into()).collect();
    let user = user.map(OsString::from);
    policy(policy_text)
        .bypass(&options, &|name| if name == "REMOTE_USER" { user.clone() } else { None })
}

const EVERYBODY: &str = "[bypass]\npush-option = true";
const ALICE: &str = "[bypass]\npush-option = true\nusers = ['alice']\nuser-env = 'REMOTE_USER'";

#[test]
fn a_bypass_is_off_unless_policy_opens_it() {
    assert!(matches!(bypass("", &[], None), Bypass::Off));
    assert!(matches!(bypass("", &["plimsoll.bypass=please"], None), Bypass::Refused(_)));
    assert!(matches!(bypass(EVERYBODY, &[], None), Bypass::Offered));
    assert!(matches!(
        bypass(EVERYBODY, &["ci.skip", "plimsoll.bypassed=x"], None),
        Bypass::Offered
    ));
    let Bypass::Used(used) = bypass(EVERYBODY, &["plimsoll.bypass= hot fix "], None) else {
        panic!("everybody may")
    };
    assert_eq!((used.user.as_str(), used.reason.as_str()), ("", "hot fix"));
}

#[test]
fn only_those_named_may_bypass() {
    assert!(matches!(bypass(ALICE, &[], Some("alice")), Bypass::Offered));
    assert!(matches!(bypass(ALICE, &[], Some("bob")), Bypass::Off));
    for user in [Some("bob"), Some("Alice"), Some("alice "), Some(""), None] {
        let answer = bypass(ALICE, &["plimsoll.bypass=x"], user);
        assert!(matches!(answer, Bypass::Refused(_)), "{user:?}");
    }
    let Bypass::Refused(why) = bypass(ALICE, &["plimsoll.bypass=x"], Some("m\u{1b}[2J")) else {
        panic!("not on the list")
    };
    assert_eq!(why, "plimsoll.bypass is not open to m\\x1b[2J.");
    let Bypass::Used(used) = bypass(ALICE, &["plimsoll.bypass=x"], Some("alice")) else {
        panic!("on the list")
    };
    assert_eq!(used.user, "alice");
}

#[test]
fn a_bypass_needs_a_reason_that_can_be_read() {
    for option in [
        "plimsoll.bypass",
        "plimsoll.bypass=",
        "plimsoll.bypass=  ",
        "plimsoll.bypass=\u{200b}\u{202e}",
        "plimsoll.bypass=\u{7}...",
    ] {
        let answer = bypass(EVERYBODY, &[option], None);
        assert!(matches!(answer, Bypass::Refused(_)), "{option:?}");
    }
    let long = format!("plimsoll.bypass=a\u{1b}[1m\n{}", "x".repeat(9000));
    let Bypass::Used(used) = bypass(EVERYBODY, &[&long, "plimsoll.bypass=second"], None) else {
        panic!("it has a reason")
    };
    assert!(used.reason.starts_with("a\\x1b[1m\\nxxx"));
    assert!(used.reason.chars().count() < 300);
}

const BASELINE: &str = "repository-policy = 'baseline'\nfloor = 'high'\n";

fn with(server: &str, own: &str) -> Policy {
    policy(server).with_repository(".plimsoll.toml", own).unwrap_or_else(|e| panic!("{e}")).0
}

#[test]
fn a_repositorys_own_file_counts_only_where_policy_says_so() {
    let own = "gate.reject-at = 'info'";
    let strict = with(BASELINE, own);
    assert_eq!(action(&strict, "refs/heads/main", Severity::Info), Action::Reject);
    let off = with("", own);
    assert_eq!(action(&off, "refs/heads/main", Severity::Info), Action::Ignore);
    assert!(off.loosened(".plimsoll.toml", Some(own), None).is_empty());
}

#[test]
fn a_repository_loosens_only_below_the_floor() {
    let own = "
        gate.reject-at = 'never'
        gate.annotate-at = 'never'
        rules.base-image.off = true
        [[waivers]]
        rule = 'exposed-port'
        reason = 'x'
        until = 2026-04-30
    ";
    let policy = with(&format!("{BASELINE}gate.reject-at = 'medium'"), own);
    let main = |severity| action(&policy, "refs/heads/main", severity);
    assert_eq!(main(Severity::High), Action::Reject);
    assert_eq!(main(Severity::Medium), Action::Ignore);
    assert_eq!(policy.severity(&IMAGE, Severity::High), Some(Severity::High));
    assert_eq!(policy.severity(&IMAGE, Severity::Medium), None);
    assert!(policy.waiver(&regression(Severity::High), TODAY).is_none());
    assert!(policy.waiver(&regression(Severity::Medium), TODAY).is_some());
}

#[test]
fn what_is_not_honoured_is_said() {
    let own = "[gate]\nreject-at = 'never'\n[rules.base-image]\nseverity = 'info'";
    let (_, notes) = policy(BASELINE).with_repository(".plimsoll.toml", own).unwrap();
    assert_eq!(
        notes,
        [
            ".plimsoll.toml: gate.reject-at = \"never\" does not count from the server's floor, high, on",
            ".plimsoll.toml: rules.base-image is not loosened from the server's floor, high, on",
        ]
    );
    let (_, notes) =
        policy(BASELINE).with_repository(".plimsoll.toml", "gate.reject-at = 'low'").unwrap();
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn a_floor_of_info_lets_a_repository_only_tighten() {
    let own = "[gate]\nreject-at = 'never'\n[rules]\nexposed-port.off = true\nbase-image.severity = 'critical'";
    let policy = with("repository-policy = 'baseline'", own);
    assert_eq!(action(&policy, "refs/heads/main", Severity::High), Action::Reject);
    assert_eq!(policy.severity(&PORT, Severity::Low), Some(Severity::Low));
    assert_eq!(policy.severity(&IMAGE, Severity::Low), Some(Severity::Critical));
}

#[test]
fn a_repository_says_nothing_that_is_the_servers() {
    for own in [
        "floor = 'never'",
        "repository-policy = 'off'",
        "[bypass]\npush-option = true",
        "[paths]\nexclude = ['**']",
        "[gate]\non-error = 'annotate'",
        "[gate]\nfirst-push = 'annotate'",
        "[limits]\nwaiver-days = 9999",
        "[[refs]]\nmatch = '**'\nmode = 'off'",
        "[rules.base-image]\ntrusted-images = ['**']",
        "targets = ['x']",
        "[[waivers]]\nrule = '*'\npath = '**'\nreason = 'x'\nuntil = 2026-04-30",
    ] {
        assert!(policy(BASELINE).with_repository("x", own).is_err(), "{own}");
    }
    let huge = format!("# {}", "x".repeat(1 << 20));
    assert!(policy(BASELINE).with_repository("x", &huge).is_err());
}

#[test]
fn what_a_push_loosens_is_told() {
    let server = policy(&format!("{BASELINE}gate.reject-at = 'low'"));
    let loosened = |old: Option<&str>, new: Option<&str>| server.loosened("x", old, new);
    assert_eq!(
        loosened(None, Some("gate.reject-at = 'critical'")),
        ["medium findings: was refused, now told", "low findings: was refused, now told"]
    );
    assert_eq!(
        loosened(None, Some("rules.base-image.off = true")),
        ["rule base-image: was medium, now off"]
    );
    assert_eq!(
        loosened(Some("rules.base-image.severity = 'critical'"), None),
        ["rule base-image: was critical, now high"]
    );
    let waiver = "[[waivers]]\nrule = 'exposed-port'\nreason = 'x'\nuntil = 2026-04-30";
    assert_eq!(loosened(None, Some(waiver)), ["a new waiver for exposed-port until 2026-04-30"]);
    assert_eq!(loosened(Some("gate.reject-at = 'low'"), Some("broken")).len(), 1);
}

#[test]
fn what_tightens_or_stays_is_silent() {
    let server = policy(BASELINE);
    let waiver = "[[waivers]]\nrule = 'exposed-port'\nreason = 'x'\nuntil = 2026-04-30";
    for (old, new) in [
        (None, Some("gate.reject-at = 'low'")),
        (None, Some("# nothing")),
        (Some("rules.base-image.off = true"), Some("rules.base-image.off = true # moved")),
        (Some(waiver), None),
        (Some("gate.annotate-at = 'never'"), None),
        (Some("broken"), Some("broken still")),
        (None, Some("rules.base-image.severity = 'critical'")),
    ] {
        let loosened = server.loosened("x", old, new);
        assert!(loosened.is_empty(), "{old:?} {new:?}: {loosened:?}");
    }
}
