//! Walks over the instructions and keeps what each stage declares.

use std::collections::HashMap;

use super::parent::blank;
use crate::model::{
    Arguments, Base, Dockerfile, Flag, Gap, GapKind, Instruction, Span, Spanned, Stage, Text,
    Value, Variable,
};
use crate::resolve::expand::{Bound, Scope};
use crate::resolve::reference::{StageNames, of_from};

/// How many stages one file may have.
const STAGES: usize = 2_000;
/// How much may be expanded and inherited in one file, in bytes and in things.
const WORK: usize = 8 << 20;

/// What the builder sets in global scope, and in a stage that declares it with `ARG`.
const BY_BUILDER: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETOSVERSION",
    "TARGETSTAGE",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "BUILDOSVERSION",
];

/// What a build hands over.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Arguments: they beat the defaults of the file.
    pub arguments: HashMap<String, Bound>,
    /// Images that stand in for what the file names, by that name.
    pub stand_ins: HashMap<String, Spanned<Value>>,
}

/// Builds every stage, none of them marked as shipped.
pub(super) fn build(dockerfile: &Dockerfile, text: &Text, given: Given) -> (Vec<Stage>, Vec<Gap>) {
    let mut builder = Builder::new(dockerfile, text, given);
    for instruction in &dockerfile.instructions {
        builder.take(instruction);
    }
    builder.finish()
}

/// A stage with what its children need and its own instructions see.
pub(super) struct Building<'a> {
    /// As far as it is read.
    pub stage: Stage,
    /// Its variables.
    pub scope: Scope,
    /// A `CMD` stands in it, so that a later `ENTRYPOINT` keeps it.
    pub own_cmd: bool,
    /// Its `ONBUILD`s.
    pub(super) triggers: Vec<&'a Instruction>,
    /// A later stage of the file is built on it.
    pub(super) parent: bool,
}

/// The state of the walk.
pub(super) struct Builder<'a> {
    /// The file.
    pub text: &'a Text,
    /// The file's escape character.
    pub escape: char,
    /// Variables declared before the first `FROM`.
    pub globals: Scope,
    /// Build arguments that are handed over: they beat the defaults of the file.
    pub given: HashMap<String, Bound>,
    /// Images that stand in for what the file names, by that name.
    pub stand_ins: HashMap<String, Spanned<Value>>,
    /// The stages so far, by name.
    pub names: StageNames,
    pub(super) done: Vec<Building<'a>>,
    open: Option<Building<'a>>,
    /// Those variables, for the first stage.
    pub before: Vec<Variable>,
    gaps: Vec<Gap>,
    work: usize,
    stopped: bool,
    limited: bool,
}

impl<'a> Builder<'a> {
    fn new(dockerfile: &Dockerfile, text: &'a Text, given: Given) -> Self {
        let escape = dockerfile.directives.iter().find(|directive| directive.name == "escape");
        let mut globals = Scope::default();
        for name in BY_BUILDER {
            globals.set_arg(name, Bound::by_builder(name));
        }
        Self {
            text,
            escape: escape.and_then(|escape| escape.value.value.chars().next()).unwrap_or('\\'),
            globals,
            given: given.arguments,
            stand_ins: given.stand_ins,
            names: StageNames::new(),
            done: Vec::new(),
            open: None,
            before: Vec::new(),
            gaps: Vec::new(),
            work: WORK,
            stopped: false,
            limited: false,
        }
    }

    fn take(&mut self, instruction: &'a Instruction) {
        if self.stopped {
            return;
        }
        match (instruction.keyword.value.as_str(), self.open.take()) {
            ("FROM", open) => {
                self.close(open);
                self.from(instruction);
            }
            ("ONBUILD", Some(mut open)) => {
                open.triggers.extend(instruction.trigger.as_deref());
                open.stage.span = open.stage.span.to(instruction.span);
                self.open = Some(open);
            }
            (_, Some(mut open)) => {
                open.stage.span = open.stage.span.to(instruction.span);
                self.apply(instruction, &mut open);
                self.open = Some(open);
            }
            ("ARG", None) => self.global_args(instruction),
            // Its reader has told that no stage is there for it.
            (_, None) => {}
        }
    }

    fn close(&mut self, open: Option<Building<'a>>) {
        self.done.extend(open);
    }

    fn finish(mut self) -> (Vec<Stage>, Vec<Gap>) {
        let open = self.open.take();
        self.close(open);
        let done = std::mem::take(&mut self.done);
        let last = done.len().saturating_sub(1);
        let mut stages = Vec::with_capacity(done.len());
        for (index, building) in done.into_iter().enumerate() {
            let left = !building.triggers.is_empty() && (!building.parent || index == last);
            let pseudo = left.then(|| self.triggered(&building));
            stages.push(building.stage);
            stages.extend(pseudo);
        }
        (stages, self.gaps)
    }

    /// The pseudo stage of the triggers that a stage leaves for children elsewhere.
    fn triggered(&mut self, of: &Building<'a>) -> Stage {
        let spans = of.triggers.iter().map(|trigger| trigger.span);
        let head = of.triggers.first().map_or(of.stage.head, |trigger| trigger.span);
        let span = spans.fold(head, Span::to);
        let mut stage = Stage {
            name: of.stage.name.clone(),
            trigger: true,
            root: of.stage.root.clone(),
            ..blank(of.stage.index, head, of.stage.base.clone())
        };
        stage.span = span;
        stage.shell.clone_from(&of.stage.shell);
        let mut building = Building {
            stage,
            scope: of.scope.clone(),
            own_cmd: false,
            triggers: Vec::new(),
            parent: false,
        };
        for trigger in &of.triggers {
            self.apply(trigger, &mut building);
        }
        building.stage
    }

    fn from(&mut self, instruction: &'a Instruction) {
        let (index, head) = (self.done.len(), instruction.span);
        if index == STAGES {
            self.stop(head, "the file has more stages than are judged");
            return;
        }
        let words: &[Spanned<String>] = match &instruction.arguments {
            Arguments::Words(words) => words,
            _ => &[],
        };
        let Some(image) = words.first() else {
            return;
        };
        let globals = std::mem::take(&mut self.globals);
        let value = self.templated(image, &globals);
        let base = match self.stand_in(&value.value.text) {
            Some(other) => other.because(value.places()),
            None => value.with(of_from(&value.value, &self.names)),
        };
        let mut building = self.begin(index, instruction, base);
        let platform = flag(instruction, "platform").and_then(|flag| flag.value.as_ref());
        building.stage.platform = platform.map(|platform| self.expand(platform, &globals));
        self.globals = globals;
        building.stage.args.append(&mut self.before);
        self.inherit_triggers(&mut building);
        if let [_, r#as, name, ..] = words
            && r#as.value.eq_ignore_ascii_case("as")
        {
            let lower = name.value.to_lowercase();
            self.names.insert(lower.clone(), index);
            building.stage.name = Some(name.with(lower));
        }
        self.open = Some(building);
    }

    /// The image that stands in for a stage or an image of this name: a named context.
    pub(super) fn stand_in(&self, name: &str) -> Option<Spanned<Base>> {
        let image = self.stand_ins.get(&name.to_lowercase())?;
        Some(image.with(of_from(&image.value, &StageNames::new())))
    }

    pub(super) fn apply(&mut self, instruction: &'a Instruction, to: &mut Building<'a>) {
        match instruction.keyword.value.as_str() {
            "ARG" => self.args(instruction, to),
            "ENV" => self.env(instruction, to),
            "LABEL" => self.labels(instruction, to),
            "USER" => to.stage.user = self.whole(instruction, &to.scope).or(to.stage.user.take()),
            "WORKDIR" => {
                let workdir = self.whole(instruction, &to.scope);
                to.stage.workdir = workdir.or(to.stage.workdir.take());
            }
            "EXPOSE" => self.expose(instruction, to),
            "VOLUME" => {
                let volumes = words(instruction).iter().map(|word| self.expand(word, &to.scope));
                to.stage.volumes.extend(volumes);
            }
            "RUN" => self.run(instruction, to),
            "COPY" | "ADD" => self.copy(instruction, to),
            "CMD" => {
                to.own_cmd = true;
                to.stage.cmd = self.invocation(instruction, &to.scope);
            }
            "ENTRYPOINT" => {
                to.stage.entrypoint = self.invocation(instruction, &to.scope);
                if !to.own_cmd {
                    to.stage.cmd = None;
                }
            }
            "HEALTHCHECK" => self.healthcheck(instruction, to),
            "SHELL" => {
                let shell = words(instruction).iter().map(|word| word.value.clone()).collect();
                to.stage.shell = Some(Spanned::new(shell, instruction.span));
            }
            _ => {}
        }
    }

    /// Takes from what may be done in one file; false where nothing is left.
    pub(super) fn spend(&mut self, work: usize, at: Span) -> bool {
        let rest = self.work.checked_sub(work);
        self.work = rest.unwrap_or(0);
        if rest.is_none() && !self.stopped {
            self.stop(at, "its variables and parents grow beyond what is judged");
        }
        rest.is_some()
    }

    fn stop(&mut self, at: Span, message: &str) {
        self.stopped = true;
        self.limited = false;
        self.limit(at, message);
    }

    /// A bound was reached; told once.
    pub(super) fn limit(&mut self, at: Span, message: &str) {
        if !std::mem::replace(&mut self.limited, true) {
            self.gaps.push(Gap { kind: GapKind::Limit, ..Gap::at(self.text, at, message) });
        }
    }

    /// Something that can't be read.
    pub(super) fn gap(&mut self, at: Span, message: impl Into<String>) {
        self.gaps.push(Gap::at(self.text, at, message));
    }

    /// How many stages stand above the one that is read.
    pub(super) fn count(&self) -> usize {
        self.done.len()
    }
}

/// The words of an instruction: blank-separated, or of its JSON form.
pub(super) fn words(instruction: &Instruction) -> &[Spanned<String>] {
    match &instruction.arguments {
        Arguments::Words(words) | Arguments::Exec(words) => words,
        _ => &[],
    }
}

/// Whether a template engine fills something in before the builder reads it.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn flag<'i>(instruction: &'i Instruction, name: &str) -> Option<&'i Flag> {
    instruction.flags.iter().rev().find(|flag| flag.name.value == name)
}
