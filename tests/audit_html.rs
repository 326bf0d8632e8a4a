//! The page of an audit: its structure, and that nothing foreign acts in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use bstr::BString;
use plimsoll::model::{
    Action, Audit, Excerpt, FileId, Finding, Landed, Regression, Severity, Side, Span, Step, hides,
};
use plimsoll::report::audit_html;
use plimsoll::rules::RULES;
use proptest::prelude::*;
use serde_json::Value;

/// 2024-01-31.
const NOW: i64 = 1_706_659_200;
const DAY: i64 = 86_400;
const SEVERITIES: [Severity; 4] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

fn finding(number: usize, path: &str, text: &str) -> Finding {
    let rule = RULES[number % RULES.len()];
    let excerpt = |line| Excerpt { line, text: text.to_owned() };
    let level = *rule.levels.last().unwrap();
    let span = Span { file: FileId(0), start: 0, end: 0, line: 3, end_line: 3 };
    Finding {
        regression: Regression {
            rule,
            severity: SEVERITIES[number % 4],
            path: BString::from(path),
            span,
            side: if number.is_multiple_of(5) { Side::Old } else { Side::New },
            removed: vec![excerpt(3)],
            added: vec![excerpt(3), excerpt(4)],
            unit: text.to_owned(),
            unit_path: BString::from(path),
            key: text.to_owned(),
            was: None,
            now: (level, text.to_owned()),
            message: format!("{text} of {number}"),
            fix: rule.fix,
            fingerprint: format!("{number:024x}"),
            commit: None,
            new_unit: false,
            marks: vec![1],
            secret: None,
            lacks: false,
        },
        action: if number.is_multiple_of(2) { Action::Reject } else { Action::Annotate },
        waived: None,
    }
}

/// One finding a step; every third one is repaired by the next step.
fn audit(count: usize, text: &str) -> Audit {
    let mut audit = Audit {
        repository: format!("/srv/git/{text}"),
        range: text.to_owned(),
        commits: 2 * count,
        ..Audit::default()
    };
    for number in 0..count {
        let path = format!("{text}/{}/compose.yaml", number % 300);
        audit.landed.push(Landed {
            step: number,
            finding: 0,
            path: BString::from(path.as_str()),
            repaired: (number % 3 == 0 && number + 1 < count).then_some(number + 1),
            teams: if number % 4 == 0 { vec![] } else { vec![format!("@{text}")] },
        });
        let back = i64::try_from(count - number).unwrap() * DAY / 20;
        audit.steps.push(Step {
            commit: format!("{number:040x}"),
            parent: String::new(),
            merge: false,
            author: BString::from(text),
            email: BString::from(text),
            seconds: NOW - back,
            subject: BString::from(text),
            verdict: Action::Reject,
            findings: vec![finding(number, &path, text)],
            improvements: vec![],
            problems: vec![],
            closed: vec![],
            moved: vec![],
            penalty: 0,
        });
    }
    audit
}

fn page(audits: &[Audit]) -> String {
    let mut out = Vec::new();
    audit_html(audits, NOW, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The block of data, as the browser cuts it out.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script").unwrap().0).unwrap()
}

/// The page without the block of data, style and script: what the parser reads as markup.
fn markup(page: &str) -> String {
    let mut markup = String::new();
    let mut rest = page;
    while let Some((before, inside)) = ["<script", "<style"]
        .iter()
        .filter_map(|tag| rest.find(tag))
        .min()
        .map(|at| rest.split_at(at))
    {
        markup.push_str(before);
        let end = if inside.starts_with("<script") { "</script>" } else { "</style>" };
        rest = inside.split_once(end).unwrap().1;
    }
    markup + rest
}

/// Every element is closed by its own end tag, in order.
fn balanced(markup: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap();
        let void = ["!doctype", "meta", "input"].contains(&name) || tag.ends_with('/');
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "near {rest:.80}");
        } else if !void {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

const NASTY: &str = "</script><script>alert(1)</script><!--<script>\u{2028}\u{202e}\u{1b}[31m\"'`&amp;\
                     <img src=x onerror=alert(1)> javascript:alert(1) https://evil.example/";

#[test]
fn nothing_foreign_becomes_markup() {
    let page = page(&[audit(40, NASTY)]);
    let markup = markup(&page);
    balanced(&markup);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    for bad in ["<img", "<!--", "onerror=alert(1)>", "src=\"", "href=\"javascript", "href=\"http"] {
        assert!(!page.contains(bad), "{bad}");
    }
    // Links lead inside the page only.
    for link in markup.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "{link:.40}");
    }
    assert!(page.chars().all(|c| c == '\n' || !hides(c)));
}

#[test]
fn what_stands_in_the_data_is_what_was_found() {
    let data = data(&page(&[audit(40, "plain <b> & text")]));
    let findings = &data["findings"];
    assert_eq!(findings["rule"].as_array().unwrap().len(), 40);
    let string =
        |at: &Value| data["strings"][usize::try_from(at.as_u64().unwrap()).unwrap()].clone();
    assert_eq!(string(&findings["message"][7]), "plain <b> & text of 7");
    assert_eq!(string(&findings["added"][7][3]), "plain <b> & text");
    assert_eq!(findings["repaired"][0], 1);
    assert_eq!(findings["repaired"][1], -1);
    let rule = usize::try_from(findings["rule"][7].as_u64().unwrap()).unwrap();
    assert_eq!(data["rules"][rule]["id"], RULES[7].id);
}

#[test]
fn the_page_needs_nothing_from_outside_and_runs_only_its_own_script() {
    let page = page(&[audit(3, "x")]);
    let csp = page.split_once("Content-Security-Policy\" content=\"").unwrap().1;
    let csp = csp.split_once('"').unwrap().0;
    assert!(csp.starts_with("default-src 'none'; "), "{csp}");
    assert!(!csp.contains("unsafe"), "{csp}");
    for outside in ["http:", "https:", "//cdn", "@import", "url(", "src=", " onclick=", " style=\""]
    {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn figures_count_what_is_open_and_what_was_repaired() {
    let page = page(&[audit(12, "x")]);
    assert!(
        page.contains("<dt>Open now</dt><dd>8</dd><dd class=\"note\">12 landed, 4 repaired</dd>")
    );
    for heading in ["Open by rule", "Open by file", "Open by team", "Time to repair", "Findings"] {
        assert!(page.contains(&format!(">{heading}</h2>")), "{heading}");
    }
    assert!(page.contains("href=\"#state=open&#38;team=%40x\""));
    assert!(!page.contains("Partial report"));
}

#[test]
fn a_history_without_a_finding_and_one_that_was_stopped_say_so() {
    let empty = page(&[Audit { partial: true, ..audit(0, "x") }]);
    balanced(&markup(&empty));
    assert!(empty.contains("No commit made container configuration worse"));
    assert!(empty.contains("Partial report"));
}

#[test]
fn the_score_is_drawn_from_the_first_step_to_the_last() {
    let scores = vec![(1, 90.0), (3, 70.0)];
    let page = page(&[Audit { scores, ..audit(3, "x") }]);
    balanced(&markup(&page));
    assert!(page.contains(">Posture score over time</h2>"));
}

#[test]
fn a_repository_that_could_not_be_audited_is_said() {
    let failure = Some("its <HEAD> is broken".to_owned());
    let broken = Audit { repository: "/srv/git/b".into(), failure, ..Audit::default() };
    let page = page(&[audit(3, "x"), broken]);
    balanced(&markup(&page));
    assert!(page.contains("Not audited: /srv/git/b.</strong> its &#60;HEAD&#62; is broken."));
    assert!(page.contains("/srv/git/b (not audited)"));
}

#[test]
fn the_same_audit_is_the_same_page() {
    let audits = [audit(20, "x"), audit(5, "y")];
    assert_eq!(page(&audits), page(&audits));
    assert!(page(&audits).contains("Audit of 2 repositories"));
}

#[test]
fn clocks_may_say_anything() {
    let mut audit = audit(9, "x");
    for (step, seconds) in audit.steps.iter_mut().zip([i64::MIN, -1, 0, i64::MAX, NOW, 1 << 40]) {
        step.seconds = seconds;
    }
    balanced(&markup(&page(&[audit])));
}

/// A page of many findings for the browser, where the variable names a file.
#[test]
fn fifty_thousand_findings_fit_into_one_page() {
    let text = "ports: ['5432:5432'] # published on every address";
    let page = page(&[audit(50_000, text)]);
    assert!(page.len() < 40 << 20, "{} bytes", page.len());
    assert_eq!(data(&page)["findings"]["line"].as_array().unwrap().len(), 50_000);
    if let Some(file) = std::env::var_os("PLIMSOLL_HTML_SAMPLE") {
        std::fs::write(file, page).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_stays_text(text in "\\PC{0,40}|.{0,40}|[<>&\"'/!a-z\u{2028}\u{2029}\u{0}-]{0,40}") {
        let page = page(&[audit(3, &text)]);
        balanced(&markup(&page));
        prop_assert_eq!(page.matches("<script").count(), 2);
        prop_assert!(page.chars().all(|c| c == '\n' || !hides(c)));
        let data = data(&page);
        prop_assert_eq!(data["findings"]["line"].as_array().unwrap().len(), 3);
    }
}
