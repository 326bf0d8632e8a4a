//! Walks over the instructions and keeps what each stage declares.

use std::collections::HashMap;

use crate::model::{
    Arguments, Base, Dockerfile, FileId, Flag, Gap, GapKind, Instruction, Invocation, Setting,
    Span, Spanned, Stage, Text, Value, Variable,
};
use crate::resolve::expand::{self, Bound, Expanded, Failure, Quotes, Scope, add_places};
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
    triggers: Vec<&'a Instruction>,
    /// A later stage of the file is built on it.
    parent: bool,
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
    done: Vec<Building<'a>>,
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

    /// A stage as its `FROM` leaves it: blank, or what its parent stage gives.
    fn begin(&mut self, index: usize, from: &Instruction, base: Spanned<Base>) -> Building<'a> {
        let head = from.span;
        let parent = match base.value {
            Base::Stage(parent) => self.done.get_mut(parent),
            _ => None,
        };
        let Some(parent) = parent else {
            let stage = blank(index, head, base);
            return Building {
                stage,
                scope: Scope::default(),
                own_cmd: false,
                triggers: Vec::new(),
                parent: false,
            };
        };
        parent.parent = true;
        let (from, above) = (base.span, &parent.stage);
        let stage = Stage {
            root: inherited(&above.root, from),
            user: above.user.as_ref().map(|user| inherited(user, from)),
            ports: above.ports.iter().map(|ports| inherited(ports, from)).collect(),
            workdir: above.workdir.as_ref().map(|workdir| inherited(workdir, from)),
            entrypoint: above.entrypoint.as_ref().map(|entry| started(entry, from)),
            cmd: above.cmd.as_ref().map(|cmd| started(cmd, from)),
            healthcheck: above.healthcheck.as_ref().map(|check| inherited(check, from)),
            shell: above.shell.as_ref().map(|shell| inherited(shell, from)),
            ..blank(index, head, base)
        };
        let scope = parent.scope.clone();
        let inherited = stage.ports.len() + scope.len();
        self.spend(inherited * 64, head);
        Building { stage, scope, own_cmd: false, triggers: Vec::new(), parent: false }
    }

    /// A local parent's triggers run before the stage's own instructions.
    fn inherit_triggers(&mut self, building: &mut Building<'a>) {
        let Base::Stage(parent) = building.stage.base.value else { return };
        let triggers = self.done.get(parent).map(|parent| parent.triggers.clone());
        for trigger in triggers.unwrap_or_default() {
            let length = trigger.span.end.saturating_sub(trigger.span.start) as usize;
            self.spend(length + 1024, building.stage.head);
            let ports = building.stage.ports.len();
            self.apply(trigger, building);
            let (from, stage) = (building.stage.base.span, &mut building.stage);
            for ports in stage.ports.iter_mut().skip(ports) {
                add_places(&mut ports.because, [from]);
            }
            if let Some(user) = stage.user.as_mut().filter(|_| is(trigger, "USER")) {
                add_places(&mut user.because, [from]);
            }
        }
    }

    fn apply(&mut self, instruction: &'a Instruction, to: &mut Building<'a>) {
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

    /// The arguments as one value: `USER` and `WORKDIR` take the rest of the line.
    fn whole(&mut self, instruction: &Instruction, scope: &Scope) -> Option<Spanned<Value>> {
        let words = words(instruction);
        let (first, rest) = words.split_first()?;
        let mut whole = first.clone();
        for word in rest {
            whole.value.push(' ');
            whole.value.push_str(&word.value);
            whole.span = whole.span.to(word.span);
        }
        Some(self.templated(&whole, scope))
    }

    /// As [`Self::expand`]; what a template engine fills in can't be known.
    fn templated(&mut self, word: &Spanned<String>, scope: &Scope) -> Spanned<Value> {
        let mut value = self.expand(word, scope);
        value.value.unknown |= is_template(&word.value);
        value
    }

    /// The flags, expanded.
    pub(super) fn flags(&mut self, instruction: &Instruction, scope: &Scope) -> Vec<Setting> {
        let mut settings = Vec::with_capacity(instruction.flags.len());
        for flag in &instruction.flags {
            let value = flag.value.as_ref().map(|value| self.expand(value, scope));
            let mut place = Spanned::new((), flag.name.span);
            if let Some(value) = &value {
                place.span = place.span.to(value.span);
                place.because.clone_from(&value.because);
            }
            let name = flag.name.value.clone();
            settings.push(Setting { name, value: value.map(|value| value.value), place });
        }
        settings
    }

    /// Expands one value; where that fails it is unknown, and a gap says why.
    pub(super) fn expand(&mut self, word: &Spanned<String>, scope: &Scope) -> Spanned<Value> {
        let expanded = self.expand_words(word, scope);
        Spanned { value: expanded.value(), span: word.span, because: expanded.because }
    }

    /// As [`Self::expand`], with all that the lexer knows.
    pub(super) fn expand_words(&mut self, word: &Spanned<String>, scope: &Scope) -> Expanded {
        let failure = match expand::expand(&word.value, self.escape, Quotes::Process, scope) {
            Ok(expanded) if self.spend(expanded.text.len() + 1, word.span) => return expanded,
            Ok(_) => None,
            Err(failure) => Some(failure),
        };
        match failure {
            Some(Failure::Syntax(reason)) => self.gap(word.span, reason),
            Some(Failure::Limit) => {
                self.limit(word.span, "an expansion nests too deep or grows too long");
            }
            None => {}
        }
        Expanded {
            text: word.value.clone(),
            unknown: true,
            words: vec![word.value.clone()],
            ..Expanded::default()
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
    fn limit(&mut self, at: Span, message: &str) {
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

fn is(instruction: &Instruction, keyword: &str) -> bool {
    instruction.keyword.value == keyword
}

fn flag<'i>(instruction: &'i Instruction, name: &str) -> Option<&'i Flag> {
    instruction.flags.iter().rev().find(|flag| flag.name.value == name)
}

fn inherited<T: Clone>(value: &Spanned<T>, from: Span) -> Spanned<T> {
    let mut value = value.clone();
    add_places(&mut value.because, [from]);
    value
}

fn started(invocation: &Invocation, from: Span) -> Invocation {
    Invocation { place: inherited(&invocation.place, from), ..invocation.clone() }
}

fn blank(index: usize, head: Span, base: Spanned<Base>) -> Stage {
    let file: FileId = head.file;
    Stage {
        file,
        index,
        name: None,
        shipped: false,
        builder: false,
        target: false,
        trigger: false,
        build: None,
        head,
        span: head,
        root: base.clone(),
        base,
        platform: None,
        sources: Vec::new(),
        user: None,
        env: Vec::new(),
        args: Vec::new(),
        labels: Vec::new(),
        ports: Vec::new(),
        runs: Vec::new(),
        copies: Vec::new(),
        volumes: Vec::new(),
        workdir: None,
        entrypoint: None,
        cmd: None,
        executes: Vec::new(),
        healthcheck: None,
        shell: None,
    }
}
