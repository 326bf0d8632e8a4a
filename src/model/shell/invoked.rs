//! The walk over every command of a shell text.

use super::wrapper::program;
use super::{Command, Pipeline, Shell, Word};
use crate::model::Spanned;

/// A command where it stands, wrappers in front of it taken off or not.
#[derive(Clone, Copy, Debug)]
pub struct Invoked<'a> {
    /// The program and its arguments; never empty but for a command of assignments only.
    pub words: &'a [Word],
    /// The command as it is written.
    pub command: &'a Command,
    /// The pipeline it is in.
    pub pipeline: &'a Pipeline,
    /// Its place in that pipeline.
    pub position: usize,
    /// The shell text that pipeline is in.
    pub shell: &'a Shell,
    /// `sudo`, `env`, … stood in front of `words` and was taken off.
    pub wrapped: bool,
}

impl<'a> Invoked<'a> {
    /// The program's name without its path; empty where only variables are assigned.
    pub fn program(&self) -> &'a str {
        self.words.first().map_or("", |word| program(word.as_str()))
    }

    /// The words behind the program.
    pub fn arguments(&self) -> &'a [Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether one of the arguments is this.
    pub fn has(&self, argument: &str) -> bool {
        self.arguments().iter().any(|word| word.as_str() == argument)
    }

    /// The arguments that are no options, in order.
    pub fn operands(&self) -> impl Iterator<Item = &'a Word> + 'a {
        self.arguments().iter().filter(|word| !word.as_str().starts_with('-'))
    }

    /// All of it as one place.
    pub fn place(&self) -> Spanned<()> {
        Spanned::new((), self.command.span)
    }

    /// The command as it is written, words joined by one blank.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(Word::as_str).collect();
        words.join(" ")
    }

    /// What pipes its output into this command: the one before it, or the last ones of the
    /// group before it. Nothing for the first of a pipeline.
    pub fn feeders(&self) -> Vec<&'a Command> {
        if let Some(before) = self.position.checked_sub(1) {
            return self.pipeline.commands.get(before).into_iter().collect();
        }
        let range = self.pipeline.input.clone().unwrap_or_default();
        let pipelines = self.shell.pipelines.get(range).unwrap_or_default();
        pipelines.iter().filter_map(|pipeline| pipeline.commands.last()).collect()
    }
}

pub(super) fn commands(shell: &Shell) -> Vec<Invoked<'_>> {
    let mut out = Vec::new();
    visit(shell, &mut out);
    out
}

/// As deep as the reader goes, which is bounded.
fn visit<'a>(shell: &'a Shell, out: &mut Vec<Invoked<'a>>) {
    for pipeline in &shell.pipelines {
        for (position, command) in pipeline.commands.iter().enumerate() {
            let targets = command.redirects.iter().map(|redirect| &redirect.target);
            let assigned = command.assignments.iter().map(|(_, word)| word);
            for word in assigned.chain(&command.words).chain(targets) {
                for substitution in &word.substitutions {
                    visit(&substitution.shell, out);
                }
            }
            for (depth, layer) in command.layers().iter().enumerate() {
                let words = command.words.get(layer.clone()).unwrap_or_default();
                let wrapped = depth > 0;
                out.push(Invoked { words, command, pipeline, position, shell, wrapped });
            }
            for inner in &command.inner {
                visit(inner, out);
            }
        }
    }
}
