//! What a run says: the text as the pusher reads it, the JSON, and that nothing raw gets out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod document;
mod safety;
mod text;

use plimsoll::model::{
    Action, Excerpt, FileId, Finding, Gap, GapKind, Improvement, Level, Problem, RefReport,
    Regression, Report, Rule, Severity, Side, Span,
};

const OPEN: Level = Level::high(2, "every address of the host");

static PORT: Rule = rule(
    "published-port",
    "Put the address in front: `127.0.0.1:5432:5432`. Containers of one network need none.",
);
static ROOT: Rule = rule("runs-as-root", "End the shipped stage with `USER 10001`.");
static HEALTH: Rule = rule("healthcheck", "ADD one. It is a line.");

const fn rule(id: &'static str, fix: &'static str) -> Rule {
    Rule {
        id,
        promise: "",
        why: "",
        fix,
        fix_in: &[],
        levels: &[],
        references: &[],
        answers: &[],
        options: &[],
        every_commit: false,
        measure: &[],
        examples: &[],
    }
}

/// The example of the documentation: a port that was published on this host only.
fn port(line: u32) -> Finding {
    let excerpt = |text: &str| vec![Excerpt { line, text: text.into() }];
    Finding {
        regression: Regression {
            rule: &PORT,
            severity: Severity::High,
            path: "compose.yaml".into(),
            span: Span { line, end_line: line, ..Span::head(FileId(0)) },
            side: Side::New,
            removed: excerpt("    ports: ['127.0.0.1:5432:5432']"),
            added: excerpt("    ports: ['5432:5432']"),
            unit: "db".into(),
            unit_path: "compose.yaml".into(),
            key: "port 5432/tcp".into(),
            was: Some((Level::closed("this host only"), "127.0.0.1:5432:5432".into())),
            now: (OPEN, "5432:5432".into()),
            message: "port 5432/tcp of db: was this host only, now every address of the host"
                .into(),
            fix: PORT.fix,
            fingerprint: format!("{line:016x}"),
            commit: None,
            new_unit: false,
            marks: Vec::new(),
            secret: None,
            lacks: false,
        },
        action: Action::Reject,
        waived: None,
    }
}

fn of_rule(rule: &'static Rule, severity: Severity, unit: &str, message: &str) -> Finding {
    let mut finding = port(1);
    let it = &mut finding.regression;
    it.rule = rule;
    it.fix = rule.fix;
    it.severity = severity;
    it.path = "Dockerfile".into();
    it.unit_path = "Dockerfile".into();
    it.unit = unit.into();
    it.message = message.into();
    it.removed.clear();
    it.added.clear();
    finding.action = if severity >= Severity::High { Action::Reject } else { Action::Annotate };
    finding
}

fn better(rule: &'static Rule, message: &str) -> Improvement {
    Improvement {
        rule,
        unit: "db".into(),
        path: "compose.yaml".into(),
        key: "port 5432/tcp".into(),
        message: message.into(),
    }
}

fn problem(path: &str, message: &str, action: Action) -> Problem {
    let mut gap = Gap::of(GapKind::Unparsed, path, message);
    gap.span = Some(Span { line: 7, end_line: 7, ..Span::head(FileId(0)) });
    Problem { gap, action }
}

fn on(name: &str, verdict: Action, findings: Vec<Finding>) -> RefReport {
    RefReport {
        name: name.into(),
        old: "1".repeat(40),
        new: "2".repeat(40),
        baseline: "1".repeat(40),
        verdict,
        findings,
        improvements: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
        excluded: 0,
        same_as: None,
    }
}

fn report(refs: Vec<RefReport>) -> Report {
    Report { refs, ..Report::default() }
}
