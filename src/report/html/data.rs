//! The findings as one block of JSON: columns of numbers that point into tables.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::Row;
use crate::model::{Audit, Excerpt, Side, hides, printable, printable_bytes};

/// How much of a text is shown.
const TEXT: usize = 1_000;
/// How much of a path is shown.
const PATH: usize = 1_000;

/// The block.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    schema: u32,
    now: i64,
    gates: [&'static str; 4],
    strings: Vec<String>,
    rules: Vec<RuleText>,
    repositories: Vec<String>,
    teams: Vec<Vec<String>>,
    steps: Steps<'a>,
    findings: Columns<'a>,
}

#[derive(Debug, Serialize)]
struct RuleText {
    id: &'static str,
    promise: &'static str,
    why: &'static str,
}

/// The commits that brought or repaired something.
#[derive(Debug, Default, Serialize)]
struct Steps<'a> {
    repository: Vec<usize>,
    id: Vec<&'a str>,
    time: Vec<i64>,
    author: Vec<usize>,
    subject: Vec<usize>,
}

/// One entry a finding. `now` is where its unit stands by now, `path` where the lines were;
/// `removed` and `added` are line numbers and texts in turn.
#[derive(Debug, Default, Serialize)]
struct Columns<'a> {
    rule: Vec<usize>,
    severity: Vec<u8>,
    gate: Vec<u8>,
    step: Vec<usize>,
    repaired: Vec<i64>,
    path: Vec<usize>,
    now: Vec<usize>,
    line: Vec<u32>,
    old: Vec<u8>,
    unit: Vec<usize>,
    message: Vec<usize>,
    fix: Vec<usize>,
    fingerprint: Vec<&'a str>,
    team: Vec<usize>,
    removed: Vec<Vec<usize>>,
    added: Vec<Vec<usize>>,
}

impl<'a> Data<'a> {
    pub(super) fn of(audits: &'a [Audit], rows: &[Row<'a>], now: i64) -> Self {
        let mut filler = Filler::default();
        for row in rows {
            filler.row(audits, row, now);
        }
        let repositories = audits.iter().map(|audit| printable(&audit.repository, PATH)).collect();
        Self {
            schema: 1,
            now,
            gates: ["ignore", "waive", "annotate", "reject"],
            strings: filler.strings.list,
            rules: filler.rules,
            repositories,
            teams: filler.teams,
            steps: filler.steps,
            findings: filler.findings,
        }
    }

    /// As the text of a `script` element: nothing in it can end the element, open a comment, or act
    /// in a terminal that shows the file.
    pub(super) fn script(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string(self)?;
        let mut safe = String::with_capacity(json.len());
        let mut units = [0; 2];
        for c in json.chars() {
            if matches!(c, '<' | '>' | '&') || hides(c) {
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(safe, "\\u{unit:04x}");
                }
            } else {
                safe.push(c);
            }
        }
        Ok(safe)
    }
}

/// Texts, each once.
#[derive(Default)]
struct Strings {
    list: Vec<String>,
    known: HashMap<String, usize>,
}

impl Strings {
    fn add(&mut self, text: String) -> usize {
        if let Some(&at) = self.known.get(&text) {
            return at;
        }
        self.known.insert(text.clone(), self.list.len());
        self.list.push(text);
        self.list.len() - 1
    }
}

#[derive(Default)]
struct Filler<'a> {
    strings: Strings,
    rules: Vec<RuleText>,
    teams: Vec<Vec<String>>,
    known_steps: HashMap<(usize, usize), usize>,
    steps: Steps<'a>,
    findings: Columns<'a>,
}

impl<'a> Filler<'a> {
    fn row(&mut self, audits: &'a [Audit], row: &Row<'a>, now: i64) {
        let it = &row.finding.regression;
        let Some(step) = self.step(audits, (row.audit, row.landed.step), now) else { return };
        let repaired = row.landed.repaired.and_then(|at| self.step(audits, (row.audit, at), now));
        let rule = self.rule(it.rule);
        let team = self.team(&row.teams);
        let path = self.strings.add(printable_bytes(&it.path, PATH));
        let current = self.strings.add(row.path.clone());
        let unit = self.strings.add(printable(&it.unit, TEXT));
        let message = self.strings.add(printable(&it.message, TEXT));
        let fix = self.strings.add(it.fix.to_owned());
        let (removed, added) = (self.lines(&it.removed), self.lines(&it.added));
        let f = &mut self.findings;
        f.rule.push(rule);
        f.severity.push(it.severity as u8);
        f.gate.push(row.finding.action as u8);
        f.step.push(step);
        f.repaired.push(repaired.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1));
        f.path.push(path);
        f.now.push(current);
        f.line.push(it.span.line);
        f.old.push(u8::from(it.side == Side::Old));
        f.unit.push(unit);
        f.message.push(message);
        f.fix.push(fix);
        f.fingerprint.push(&it.fingerprint);
        f.team.push(team);
        f.removed.push(removed);
        f.added.push(added);
    }

    fn step(&mut self, audits: &'a [Audit], which: (usize, usize), now: i64) -> Option<usize> {
        if let Some(&at) = self.known_steps.get(&which) {
            return Some(at);
        }
        let step = audits.get(which.0)?.steps.get(which.1)?;
        let at = self.steps.id.len();
        self.known_steps.insert(which, at);
        self.steps.repository.push(which.0);
        self.steps.id.push(&step.commit);
        self.steps.time.push(super::time::sane(step.seconds, now));
        self.steps.author.push(self.strings.add(printable_bytes(&step.author, 200)));
        self.steps.subject.push(self.strings.add(printable_bytes(&step.subject, 300)));
        Some(at)
    }

    fn rule(&mut self, rule: &'static crate::model::Rule) -> usize {
        if let Some(at) = self.rules.iter().position(|known| known.id == rule.id) {
            return at;
        }
        self.rules.push(RuleText { id: rule.id, promise: rule.promise, why: rule.why });
        self.rules.len() - 1
    }

    fn team(&mut self, names: &[String]) -> usize {
        if let Some(at) = self.teams.iter().position(|known| known == names) {
            return at;
        }
        self.teams.push(names.to_vec());
        self.teams.len() - 1
    }

    fn lines(&mut self, lines: &[Excerpt]) -> Vec<usize> {
        let mut pairs = Vec::with_capacity(2 * lines.len());
        for Excerpt { line, text } in lines {
            pairs.push(usize::try_from(*line).unwrap_or(0));
            pairs.push(self.strings.add(printable(text, TEXT)));
        }
        pairs
    }
}
