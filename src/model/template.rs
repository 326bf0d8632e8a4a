//! The actions of a Go template: what Helm, and who copies it, puts between `{{` and `}}`.
//! Source: Go documentation, package text/template.

use std::ops::Range;

/// One `{{ … }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// All of it, in bytes.
    pub range: Range<usize>,
    /// What is between the braces, trim marks and blanks taken off.
    pub code: Range<usize>,
    /// What it does.
    pub kind: ActionKind,
}

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// It leaves text.
    Output,
    /// `if`, `with`, `range`, `define`, `block`.
    Begin(BranchKind),
    /// `else`, `else if`, `else with`.
    Else,
    /// `end`.
    End,
    /// `$x := …`, `break`, `continue`, a comment: it leaves nothing.
    Silent,
}

/// What decides about the text of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// Whether a value is set.
    If,
    /// The same; the value is `.` inside.
    With,
    /// It is repeated for each item.
    Range,
    /// Whoever includes it.
    Define,
}

/// The text between two actions that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What decides about it; of an `else`, of the branch before as well.
    pub kind: BranchKind,
    /// The condition, without its keyword; empty for a bare `else`.
    pub code: Range<usize>,
    /// The branch that this one is the `else` of.
    pub otherwise: Option<usize>,
    /// The branch around it.
    pub parent: Option<usize>,
    /// Its text.
    pub body: Range<usize>,
}

/// Every action of a text, in order. One that has no end ends the list.
#[must_use]
pub fn actions(text: &str) -> Vec<Action> {
    let (bytes, mut found, mut at) = (text.as_bytes(), Vec::new(), 0);
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|to| at + to) {
        let Some(end) = end_of(bytes, start + 2) else { break };
        let inner = text.get(start + 2..end - 2).unwrap_or_default();
        let code = inner.strip_prefix('-').unwrap_or(inner);
        let from = end - 2 - code.len();
        let code = code.strip_suffix('-').unwrap_or(code);
        let trimmed = code.trim_start();
        let from = from + code.len() - trimmed.len();
        let code = from..from + trimmed.trim_end().len();
        let kind = kind_of(text.get(code.clone()).unwrap_or_default());
        found.push(Action { range: start..end, code, kind });
        at = end;
    }
    found
}

/// One past the `}}` that ends the action whose inside starts at `at`.
fn end_of(bytes: &[u8], mut at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let comment = rest.strip_prefix(b"-").unwrap_or(rest);
    let comment = comment.trim_ascii_start().starts_with(b"/*");
    let mut quote = None;
    loop {
        match (bytes.get(at)?, quote) {
            (b'*', None) if comment && bytes.get(at + 1) == Some(&b'/') => {
                let behind = bytes.get(at + 2..)?;
                let close = behind.windows(2).position(|pair| pair == b"}}")?;
                return Some(at + 4 + close);
            }
            _ if comment => {}
            (b'}', None) if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            (b'\\', Some(b'"' | b'\'')) => at += 1,
            (byte @ (b'"' | b'\'' | b'`'), None) => quote = Some(*byte),
            (byte, Some(open)) if *byte == open => quote = None,
            _ => {}
        }
        at += 1;
    }
}

fn kind_of(code: &str) -> ActionKind {
    let word = code.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    match word {
        "if" => ActionKind::Begin(BranchKind::If),
        "with" => ActionKind::Begin(BranchKind::With),
        "range" => ActionKind::Begin(BranchKind::Range),
        "define" | "block" => ActionKind::Begin(BranchKind::Define),
        "else" => ActionKind::Else,
        "end" => ActionKind::End,
        "break" | "continue" => ActionKind::Silent,
        _ if code.starts_with("/*") || assigned(code).is_some() => ActionKind::Silent,
        _ => ActionKind::Output,
    }
}

/// The variable that an action sets and the expression that it is set to.
#[must_use]
pub fn assigned(code: &str) -> Option<(&str, &str)> {
    let (name, value) = code.split_once('=')?;
    let name = name.strip_suffix(':').unwrap_or(name).trim();
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    (name.len() > 1 && name.strip_prefix('$')?.chars().all(plain)).then_some((name, value.trim()))
}

/// The branches that `actions` make of `text`, outer ones first.
#[must_use]
pub fn branches(text: &str, actions: &[Action]) -> Vec<Branch> {
    let (mut all, mut open): (Vec<Branch>, Vec<usize>) = (Vec::new(), Vec::new());
    for action in actions {
        let code = text.get(action.code.clone()).unwrap_or_default();
        let skip = |words: &[&str]| {
            let mut rest = code;
            for word in words {
                rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
            }
            action.code.end - rest.len()..action.code.end
        };
        let body = action.range.end..text.len();
        match action.kind {
            ActionKind::Begin(kind) => {
                let code = skip(&["if", "with", "range", "define", "block"]);
                let parent = open.last().copied();
                open.push(all.len());
                all.push(Branch { kind, code, otherwise: None, parent, body });
            }
            ActionKind::Else => {
                let Some(before) = open.pop() else { continue };
                let Some(branch) = all.get_mut(before) else { continue };
                branch.body.end = action.range.start;
                let (kind, parent) = (branch.kind, branch.parent);
                let code = skip(&["else", "if", "with"]);
                open.push(all.len());
                all.push(Branch { kind, code, otherwise: Some(before), parent, body });
            }
            ActionKind::End => {
                if let Some(branch) = open.pop().and_then(|last| all.get_mut(last)) {
                    branch.body.end = action.range.start;
                }
            }
            ActionKind::Output | ActionKind::Silent => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&str> {
        actions(text).into_iter().map(|action| &text[action.code]).collect()
    }

    #[test]
    fn actions_end_where_go_ends_them() {
        assert_eq!(
            codes("a {{- .x -}} {{ \"}}\" }}{{`}}`}}{{/* }} */}}"),
            [".x", "\"}}\"", "`}}`", "/* }} */"]
        );
        assert_eq!(codes("{{ a }} {{ 'b"), ["a"]);
        assert_eq!(codes("{{-1}}{{}}"), ["1", ""]);
    }

    #[test]
    fn branches_know_their_text() {
        let text = "{{ if .a }}1{{ else if .b }}2{{ with .c }}3{{ end }}{{ else }}4{{ end }}5";
        let all = branches(text, &actions(text));
        let parts: Vec<_> = all
            .iter()
            .map(|b| (&text[b.code.clone()], &text[b.body.clone()], b.otherwise, b.parent))
            .collect();
        assert_eq!(
            parts,
            [
                (".a", "1", None, None),
                (".b", "2{{ with .c }}3{{ end }}", Some(0), None),
                (".c", "3", None, Some(1)),
                ("", "4", Some(1), None),
            ]
        );
    }

    #[test]
    fn assignments_are_told_from_comparisons() {
        assert_eq!(assigned("$x := .Values.a"), Some(("$x", ".Values.a")));
        assert_eq!(assigned("$x = 1"), Some(("$x", "1")));
        assert_eq!(assigned("eq .a \"=\""), None);
    }
}
