//! YAML with the actions of a Go template in it: Helm's templates.
//!
//! Before parsing, every action is overwritten byte for byte, so that every span stays true. What
//! only decides (`if`, `range`, …) becomes blanks. What leaves text becomes a word inside a scalar,
//! which is opaque then and keeps the action in its text; alone on its line it becomes a key
//! without a value, or an item, as what stands around it wants. Whoever knows the chart's values
//! puts in what the actions leave.

mod mask;

use std::borrow::Cow;
use std::ops::Range;

use bstr::{BStr, ByteSlice as _};

use super::{Surface, yaml};
use crate::model::template::{Action, ActionKind, Branch, BranchKind, actions, branches};
use crate::model::{Declared, FileKind, Gap, GapKind, Node, Reading, Text};
use mask::{mask, overwrite};

/// How many branches are left out of one template because they don't fit.
const REPAIRS: usize = 8;

pub(super) const SURFACE: Surface = Surface {
    id: "template",
    kind: FileKind::Template,
    recognises: |path| yaml::is_yaml(path) || is_in_templates(path),
    concerns,
    read,
};

/// Below a chart's `templates`, where Helm takes whatever a file is called for a template. What is
/// called as a web page or an image is not opened: other programs keep theirs in such folders.
fn is_in_templates(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let ends = [&b".tpl"[..], b".tmpl", b".gotmpl", b".txt", b".disabled"];
    let manifest = name.contains_str(".yaml") || name.contains_str(".yml") || !name.contains(&b'.');
    (manifest || ends.iter().any(|end| name.ends_with(end)))
        && name != b"NOTES.txt"
        && (path.starts_with(b"templates/") || path.contains_str("/templates/"))
}

/// Called as templates of charts mostly are.
fn is_called_so(path: &BStr) -> bool {
    yaml::is_yaml(path) || path.ends_with(b".tpl")
}

/// It has actions where no string of a plain manifest has them, and it says what it is.
fn concerns(path: &BStr, content: &[u8]) -> bool {
    let has = |word: &str| content.contains_str(word);
    let inside = is_in_templates(path);
    if !is_called_so(path) {
        return is_object(content) && !has("{%");
    }
    // One that is all named templates of others.
    let includes = || inside && (has("include \"") || has("template \""));
    has("{{") && (has("apiVersion") && has("kind") && (inside || outside(content)) || includes())
}

/// It is an object of the API, whatever its name says.
pub(super) fn is_object(content: &[u8]) -> bool {
    let at_margin = |key: &str| content.lines().any(|line| line.starts_with_str(key));
    content.contains_str("apiVersion:") && at_margin("apiVersion:") && at_margin("kind:")
}

/// An action begins a line or a value.
fn outside(content: &[u8]) -> bool {
    content.find_iter("{{").any(|at| {
        let before = content.get(..at).unwrap_or_default();
        let blank = |c: char| c == ' ' || c == '\t';
        matches!(before.trim_end_with(blank).last(), None | Some(b'\n' | b':' | b'-'))
    })
}

fn read(text: &Text) -> Reading {
    let (documents, gaps) = documents(text);
    Reading { declared: Declared::Tree(documents), gaps }
}

/// The documents of a template; that something can't be read is said once.
pub(super) fn documents(text: &Text) -> (Vec<Node>, Vec<Gap>) {
    filled(text, actions(&text.content))
}

/// The same where it is known which parts of it are `actions`.
pub(super) fn filled(text: &Text, actions: Vec<Action>) -> (Vec<Node>, Vec<Gap>) {
    let (content, actions) = without_named(&text.content, actions);
    let (mut documents, gaps) = attempt(text, &content, &actions);
    if let Some(gap) = gaps.first() {
        let better = repaired(text, &content, &actions, gap);
        documents = better.unwrap_or(documents);
    }
    let gap = gaps.into_iter().next().map(|gap| {
        let message = format!("parts of this template can't be read: {}", gap.message);
        let key = "parts of this template can't be read".to_owned();
        Gap { span: gap.span, key, ..Gap::of(GapKind::Partial, text.path.clone(), message) }
    });
    (documents, gap.into_iter().collect())
}

/// The documents where an action alone on its line is a key or an item, else where it is nothing.
fn attempt(text: &Text, content: &str, actions: &[Action]) -> (Vec<Node>, Vec<Gap>) {
    let masked = |filled: bool| {
        let (content, holes) = mask(content, actions, filled);
        yaml::masked(text, &content, &holes)
    };
    let (documents, gaps) = masked(true);
    if gaps.is_empty() {
        return (documents, gaps);
    }
    let (others, fewer) = masked(false);
    if fewer.len() < gaps.len() || others.len() > documents.len() {
        (others, fewer)
    } else {
        (documents, gaps)
    }
}

/// The same where branches that don't fit what stands around them are left out: of two that exclude
/// each other both are written down, and only one is there.
fn repaired(text: &Text, content: &str, actions: &[Action], first: &Gap) -> Option<Vec<Node>> {
    let branches = branches(content, actions);
    let (mut content, mut gap) = (content.as_bytes().to_vec(), first.clone());
    for _ in 0..REPAIRS {
        let at = gap.span?.start as usize;
        let culprit = culprit(&content, &branches, at)?;
        overwrite(&mut content, culprit, b' ');
        let blank = String::from_utf8(content.clone()).unwrap_or_default();
        let left: Vec<Action> = actions
            .iter()
            .filter(|action| blank.get(action.range.clone()).is_some_and(|it| it.starts_with('{')))
            .cloned()
            .collect();
        let (documents, gaps) = attempt(text, &blank, &left);
        let Some(next) = gaps.into_iter().next() else { return Some(documents) };
        gap = next;
    }
    None
}

/// The text of the innermost branch at the line of `at`, or of one that ends just before it.
fn culprit(content: &[u8], branches: &[Branch], at: usize) -> Option<Range<usize>> {
    let end = at + content.get(at..)?.find_byte(b'\n').unwrap_or_default();
    let there = |branch: &&Branch| {
        content.get(branch.body.clone()).is_some_and(|body| !body.trim().is_empty())
    };
    let around = branches
        .iter()
        .filter(there)
        .filter(|branch| branch.body.start <= end && at <= branch.body.end)
        .min_by_key(|branch| branch.body.len());
    let near = || {
        let before = branches.iter().filter(there).filter(|branch| branch.body.end <= at);
        let last = before.max_by_key(|branch| branch.body.end)?;
        let between = content.get(last.body.end..at)?;
        (between.lines().count() <= 3).then_some(last)
    };
    around.or_else(near).map(|branch| branch.body.clone())
}

/// What named templates leave stands where they are taken in, and not here.
fn without_named(content: &str, actions: Vec<Action>) -> (Cow<'_, str>, Vec<Action>) {
    let named = |action: &Action| action.kind == ActionKind::Begin(BranchKind::Define);
    if !actions.iter().any(named) {
        return (Cow::Borrowed(content), actions);
    }
    let mut blank = content.as_bytes().to_vec();
    let (mut outside, mut covered) = (actions.clone(), 0);
    for branch in branches(content, &actions) {
        if branch.kind == BranchKind::Define && branch.body.start >= covered {
            overwrite(&mut blank, branch.body.clone(), b' ');
            outside.retain(|action| {
                action.range.start < branch.body.start || action.range.start >= branch.body.end
            });
            covered = branch.body.end;
        }
    }
    (Cow::Owned(String::from_utf8(blank).unwrap_or_default()), outside)
}

#[cfg(test)]
mod tests;
