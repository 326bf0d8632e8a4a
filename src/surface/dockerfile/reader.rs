//! The file from top to bottom.

use super::check;
use super::directives::{self, Escape, Leading};
use super::gaps::Gaps;
use super::heredoc::{Ends, marks};
use super::instruction::{self, Source};
use super::lines::{Line, Lines, append, continued, empty};
use super::words::Part;
use crate::model::{
    Arguments, Directive, Dockerfile, Gap, Instruction, Script, Span, Spanned, Text,
};

/// Reads a file; `template` where its name says that it is one.
pub(super) fn read(text: &Text, template: bool) -> (Dockerfile, Vec<Gap>) {
    let (found, foreign) = directives::detect(text);
    let mut reader = Reader {
        text,
        lines: Lines::new(&text.content),
        leading: Leading::default(),
        escape: Escape::Backslash,
        ends: Ends::default(),
        out: Dockerfile { directives: found, ..Dockerfile::default() },
        gaps: Gaps::new(text),
        template,
    };
    reader.long_lines();
    while let Some(line) = reader.lines.next() {
        reader.line(line.trimmed());
    }
    reader.stages();
    reader.out.directives.sort_by_key(|directive| directive.value.span.start);
    (reader.out, reader.gaps.finish(template, foreign))
}

struct Reader<'a> {
    text: &'a Text,
    lines: Lines<'a>,
    leading: Leading,
    escape: Escape,
    ends: Ends<'a>,
    out: Dockerfile,
    gaps: Gaps<'a>,
    template: bool,
}

impl<'a> Reader<'a> {
    /// A line that is not the continuation of another.
    fn line(&mut self, line: Line<'a>) {
        if self.directive(line) || self.comment(line) {
            return;
        }
        let mut script = empty(self.text.file);
        let mut open = self.append(&mut script, line);
        if !open && script.text.is_empty() {
            return;
        }
        let mut last = line;
        while open && let Some(next) = self.lines.next() {
            last = next;
            if !self.comment(next) && !next.text.trim().is_empty() {
                open = self.append(&mut script, next);
            }
        }
        self.logical(&script, line, last);
    }

    /// Adds a line to the ones before; true where the next one continues it.
    fn append(&self, script: &mut Script, line: Line<'_>) -> bool {
        let cut = continued(line.text, self.escape);
        append(script, line.start, line.number, cut.unwrap_or(line.text));
        cut.is_some()
    }

    fn directive(&mut self, line: Line<'_>) -> bool {
        let place = self.text.span(line.start..line.end());
        match self.leading.read(self.text, line, "#") {
            None => return false,
            Some(Err(message)) => self.gaps.tell(place, message),
            Some(Ok((name, value))) if name == "escape" => {
                match directives::escape(&value.value) {
                    Some(escape) => self.escape = escape,
                    None => self.gaps.tell(place, "escape takes \\ or `"),
                }
                self.out.directives.push(Directive { name, value });
            }
            Some(Ok(_)) => {}
        }
        true
    }

    fn comment(&mut self, line: Line<'_>) -> bool {
        let Some(comment) = line.comment() else { return false };
        let line = line.trimmed();
        let span = self.text.span(line.start..line.end());
        self.out.comments.push(Spanned::new(comment.trim().to_owned(), span));
        true
    }

    fn logical(&mut self, script: &Script, first: Line<'a>, last: Line<'a>) {
        let mut span = self.text.span(first.start..last.end().max(first.start));
        span.end_line = last.number;
        let source = Source { script, escape: self.escape, template: self.template };
        let read = instruction::read(source, Part::new(&script.text).trim());
        let mut instruction = match read {
            Ok(instruction) => instruction,
            Err(message) => return self.gaps.tell(span, message),
        };
        instruction.span = span;
        self.heredocs(&mut instruction, script);
        let span = instruction.span;
        match check::fault(&instruction) {
            Some(fault) => {
                self.gaps.tell(span, fault.message);
                if fault.plain {
                    self.out.instructions.push(instruction);
                }
            }
            None => self.out.instructions.push(instruction),
        }
    }

    /// Reads the bodies that follow; `ONBUILD`'s belong to its trigger.
    fn heredocs(&mut self, instruction: &mut Instruction, script: &Script) {
        let target = instruction.trigger.as_deref().unwrap_or(instruction);
        let takes = matches!(target.keyword.value.as_str(), "RUN" | "COPY" | "ADD");
        if !takes || matches!(target.arguments, Arguments::Exec(_)) {
            return;
        }
        let (file, content) = (self.text.file, &self.text.content);
        let mut heredocs = Vec::new();
        let mut missing = None;
        for mark in marks(&script.text) {
            let Some((heredoc, end)) = self.ends.body(file, content, &mut self.lines, &mark) else {
                missing.get_or_insert(mark.name);
                continue;
            };
            heredocs.push(heredoc);
            let end = self.text.span(end.start..end.end());
            instruction.span = instruction.span.to(end);
        }
        if let Some(name) = missing {
            self.gaps.tell(instruction.span, format!("no line ends the heredoc {name}"));
        }
        match &mut instruction.trigger {
            Some(trigger) => {
                let Span { end, end_line, .. } = instruction.span;
                trigger.span = Span { end, end_line, ..trigger.span };
                trigger.heredocs = heredocs;
            }
            None => instruction.heredocs = heredocs,
        }
    }

    fn long_lines(&mut self) {
        for line in Lines::new(&self.text.content).filter(|line| line.too_long) {
            let span = self.text.span(line.start..line.end());
            self.gaps.tell_at(span, "a line is longer than the 65535 bytes that BuildKit reads");
        }
    }

    /// What the file lacks as a whole, unless a line that can't be read is the cause.
    fn stages(&mut self) {
        if !self.out.instructions.iter().any(|one| one.keyword.value == "FROM") {
            self.gaps.no_stage();
        }
        if self.gaps.any() {
            return;
        }
        let mut instructions = self.out.instructions.iter();
        match instructions.find(|one| one.keyword.value != "ARG") {
            Some(one) if one.keyword.value != "FROM" => {
                self.gaps.tell_at(one.span, "no FROM before the first instruction");
            }
            None if self.out.instructions.is_empty() => {
                self.gaps.tell_at(Span::head(self.text.file), "a file without an instruction");
            }
            _ => {}
        }
    }
}
