//! Statements and comments of Jinja, as cookiecutter, Ansible and copier put them into files that
//! they write: `{% if … %}`, `{# … #}`. What leaves text (`{{ … }}`) looks as it does in Go.
//!
//! Source: Jinja documentation, "Template Designer Documentation".

use std::ops::Range;

use crate::model::template::{Action, ActionKind, BranchKind, actions};

/// The actions of a text whichever of the two it is written for, in order.
pub(super) fn and_go(text: &str) -> Vec<Action> {
    let statements = statements(text);
    // They stand in order and apart, so that the last one that begins in front of an action's end
    // is the only one that it may stand in.
    let inside = |action: &Action| {
        let after = statements.partition_point(|outer| outer.range.start < action.range.end);
        let before = after.checked_sub(1).and_then(|at| statements.get(at));
        before.is_some_and(|outer| action.range.start < outer.range.end)
    };
    let mut all = actions(text);
    all.retain(|action| !inside(action));
    all.extend(statements);
    all.sort_by_key(|action| action.range.start);
    all
}

/// Every statement and comment of a text, in order. One that has no end is none.
fn statements(text: &str) -> Vec<Action> {
    let (mut found, mut at) = (Vec::new(), 0);
    // Once one has no end, no later one of its kind has: it is not looked for again.
    let (mut statement, mut comment) = (Some("%}"), Some("#}"));
    while let Some(brace) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + brace;
        at = start + 1;
        let close = match text.as_bytes().get(at) {
            Some(b'%') => &mut statement,
            Some(b'#') => &mut comment,
            _ => continue,
        };
        let Some(mark) = *close else { continue };
        let inner = start + 2;
        let Some(length) = text.get(inner..).and_then(|rest| rest.find(mark)) else {
            *close = None;
            continue;
        };
        let range = start..inner + length + mark.len();
        let code = code(text, inner..inner + length);
        let kind = match text.get(code.clone()) {
            Some(code) if mark == "%}" => kind_of(code),
            _ => ActionKind::Silent,
        };
        at = range.end;
        found.push(Action { range, code, kind });
    }
    found
}

/// What stands between the marks, those for blanks left out.
fn code(text: &str, inner: Range<usize>) -> Range<usize> {
    let whole = text.get(inner.clone()).unwrap_or_default();
    let sign = |c: char| c == '-' || c == '+' || c.is_whitespace();
    let start = inner.start + (whole.len() - whole.trim_start_matches(sign).len());
    start..start + whole.trim_matches(sign).len()
}

fn kind_of(code: &str) -> ActionKind {
    match code.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default() {
        "if" => ActionKind::Begin(BranchKind::If),
        "for" => ActionKind::Begin(BranchKind::Range),
        "else" | "elif" => ActionKind::Else,
        "endif" | "endfor" => ActionKind::End,
        _ => ActionKind::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_what_leaves_text_stand_in_order() {
        let text =
            "{%- if a -%}\nx: {{ b }}\n{% else %}{# {{ c }} #}\n{% endif +%}{% set d = 1 %}{% e";
        let all = and_go(text);
        let codes: Vec<_> = all.iter().map(|it| (&text[it.code.clone()], it.kind)).collect();
        assert_eq!(
            codes,
            [
                ("if a", ActionKind::Begin(BranchKind::If)),
                ("b", ActionKind::Output),
                ("else", ActionKind::Else),
                ("{{ c }}", ActionKind::Silent),
                ("endif", ActionKind::End),
                ("set d = 1", ActionKind::Silent),
            ]
        );
        assert_eq!(statements("{%"), []);
        assert_eq!(statements("{%%}").len(), 1);
        assert_eq!(statements("{% a {# b #} {% c").len(), 1);
    }
}
