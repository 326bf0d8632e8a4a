//! Statements and comments of Jinja, as cookiecutter, Ansible and copier put them into files that
//! they write: `{% if … %}`, `{# … #}`. What leaves text (`{{ … }}`) looks as it does in Go.
//!
//! Source: Jinja documentation, "Template Designer Documentation".

use std::ops::Range;

use crate::model::template::{Action, ActionKind, BranchKind, actions};

/// The actions of a text whichever of the two it is written for, in order.
pub(super) fn and_go(text: &str) -> Vec<Action> {
    let statements = statements(text);
    let inside = |action: &Action, outer: &Action| {
        outer.range.start < action.range.end && action.range.start < outer.range.end
    };
    let mut all = actions(text);
    all.retain(|action| !statements.iter().any(|outer| inside(action, outer)));
    all.extend(statements);
    all.sort_by_key(|action| action.range.start);
    all
}

/// Every statement and comment of a text, in order. One that has no end ends the list.
fn statements(text: &str) -> Vec<Action> {
    const MARKS: [(&str, &str); 2] = [("{%", "%}"), ("{#", "#}")];
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some((start, end, close)) = MARKS
        .iter()
        .filter_map(|(open, close)| {
            let start = at + text.get(at..)?.find(open)?;
            let inner = start + open.len();
            let end = inner + text.get(inner..)?.find(close)?;
            Some((start, end, close))
        })
        .min()
    {
        let range = start..end + close.len();
        let code = code(text, start + 2..end);
        let kind = match (*close, text.get(code.clone())) {
            ("%}", Some(code)) => kind_of(code),
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
    }
}
