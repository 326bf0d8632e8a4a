//! Pipelines and groups being put together.

use std::ops::Range;

use super::repeat::Loop;
use super::word::Field;
use super::{Scope, inner};
use crate::model::{Command, Pipeline, Redirect, Script, Shell, Word};

/// What opened a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Parenthesis,
    Brace,
    /// `if`, `while`, `until`, `for`, `select`.
    Keyword,
    Case,
}

#[derive(Debug)]
struct Group {
    kind: Kind,
    /// The first pipeline of it.
    start: usize,
    /// What is piped into it.
    input: Option<Range<usize>>,
}

/// A list of pipelines being read.
#[derive(Default)]
pub(super) struct Draft {
    shell: Shell,
    pipeline: Pipeline,
    groups: Vec<Group>,
    parentheses: usize,
    /// The group that was just closed: a `|` behind it pipes all of it.
    closed: Option<Range<usize>>,
    /// Loops over words that are known, the innermost last.
    pub(super) loops: Vec<Loop>,
    assignments: Vec<(String, Word)>,
    pub(super) words: Vec<Word>,
    /// The text of each word on its own, for the shells it may be handed to.
    scripts: Vec<Script>,
    redirects: Vec<(Redirect, Script)>,
    range: Option<Range<usize>>,
}

impl Draft {
    /// Nothing of a command is there yet.
    pub(super) fn is_start(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty()
    }

    /// Whether the innermost group is a `case`.
    pub(super) fn in_case(&self) -> bool {
        self.groups.last().is_some_and(|group| group.kind == Kind::Case)
    }

    /// How many groups are open.
    pub(super) fn depth(&self) -> usize {
        self.groups.len()
    }

    fn covers(&mut self, start: usize, end: usize) {
        let range = self.range.get_or_insert(start..end);
        range.end = range.end.max(end);
    }

    pub(super) fn word(&mut self, mut field: Field, script: &Script) {
        self.covers(field.start, field.end);
        self.closed = None;
        self.scripts.push(inner::script(script, &[&field]));
        self.words.push(field.word(script));
    }

    pub(super) fn assignment(&mut self, name: &str, mut field: Field, script: &Script) {
        self.covers(field.start, field.end);
        self.closed = None;
        self.assignments.push((name.to_owned(), field.word(script)));
    }

    pub(super) fn redirect(
        &mut self,
        operator: &str,
        mut field: Field,
        at: usize,
        script: &Script,
    ) {
        self.covers(at, at + operator.len());
        if !operator.starts_with("<<") {
            self.covers(field.start, field.end);
        }
        let text = inner::script(script, &[&field]);
        let target = field.word(script);
        self.redirects.push((Redirect { operator: operator.to_owned(), target }, text));
    }

    /// What stood in front was the name of a function.
    pub(super) fn forget(&mut self) {
        self.words.clear();
        self.scripts.clear();
        self.range = None;
    }

    pub(super) fn end_command(&mut self, script: &Script, scope: &mut Scope<'_>, depth: usize) {
        let Some(range) = self.range.take() else { return };
        let mut command = Command::new(std::mem::take(&mut self.words), script.span(range));
        command.assignments = std::mem::take(&mut self.assignments);
        let scripts = std::mem::take(&mut self.scripts);
        let (redirects, bodies): (Vec<_>, Vec<_>) = self.redirects.drain(..).unzip();
        command.redirects = redirects;
        scope.assign(&command);
        command.inner = inner::shells(&command, &scripts, scope, depth);
        if command.inner.is_empty() && inner::reads_input(&command) {
            let fed = command.redirects.iter().zip(&bodies);
            let fed: Vec<&Script> = fed
                .filter(|(redirect, _)| redirect.operator.starts_with("<<"))
                .map(|(_, body)| body)
                .collect();
            command.inner = inner::read_all(&fed, scope, depth);
        }
        if self.pipeline.commands.is_empty() && self.pipeline.input.is_none() {
            self.pipeline.input = self.groups.last().and_then(|group| group.input.clone());
        }
        self.pipeline.commands.push(command);
    }

    /// `|`: what follows reads what stood in front.
    pub(super) fn pipe(&mut self) {
        if let Some(group) = self.closed.take() {
            self.end_pipeline();
            self.pipeline.input = Some(group);
        }
    }

    pub(super) fn end_pipeline(&mut self) {
        let pipeline = std::mem::take(&mut self.pipeline);
        if !pipeline.commands.is_empty() {
            self.shell.pipelines.push(pipeline);
        }
        self.closed = None;
    }

    pub(super) fn open(&mut self, kind: Kind) {
        let before = self.shell.pipelines.len();
        let piped = std::mem::take(&mut self.pipeline);
        let input = if piped.commands.is_empty() {
            let outer = self.groups.last().and_then(|group| group.input.clone());
            piped.input.or(outer)
        } else {
            self.shell.pipelines.push(piped);
            Some(before..before + 1)
        };
        self.parentheses += usize::from(kind == Kind::Parenthesis);
        let start = self.shell.pipelines.len();
        self.groups.push(Group { kind, start, input });
        self.closed = None;
    }

    /// Closes the innermost group of this kind; false where none is open.
    pub(super) fn close(&mut self, kind: Kind) -> bool {
        let innermost = self.groups.last().is_some_and(|group| group.kind == kind);
        if !innermost && (kind != Kind::Parenthesis || self.parentheses == 0) {
            return false;
        }
        self.end_pipeline();
        while let Some(group) = self.groups.pop() {
            self.parentheses -= usize::from(group.kind == Kind::Parenthesis);
            if group.kind == kind {
                self.closed = Some(group.start..self.shell.pipelines.len());
                break;
            }
        }
        true
    }

    pub(super) fn done(mut self) -> Shell {
        self.end_pipeline();
        self.shell
    }
}
