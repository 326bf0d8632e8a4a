//! What a stage has before its own first instruction: nothing, or what its parent gives.

use super::builder::{Builder, Building};
use crate::model::{Base, FileId, Instruction, Invocation, Span, Spanned, Stage};
use crate::resolve::expand::{Scope, add_places};

impl<'a> Builder<'a> {
    /// A stage as its `FROM` leaves it: blank, or what its parent stage gives.
    pub(super) fn begin(
        &mut self,
        index: usize,
        from: &Instruction,
        base: Spanned<Base>,
    ) -> Building<'a> {
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
    pub(super) fn inherit_triggers(&mut self, building: &mut Building<'a>) {
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
}

fn is(instruction: &Instruction, keyword: &str) -> bool {
    instruction.keyword.value == keyword
}

fn inherited<T: Clone>(value: &Spanned<T>, from: Span) -> Spanned<T> {
    let mut value = value.clone();
    add_places(&mut value.because, [from]);
    value
}

fn started(invocation: &Invocation, from: Span) -> Invocation {
    Invocation { place: inherited(&invocation.place, from), ..invocation.clone() }
}

/// A stage of which nothing is known but its image.
pub(super) fn blank(index: usize, head: Span, base: Spanned<Base>) -> Stage {
    let file: FileId = head.file;
    Stage {
        file,
        index,
        name: None,
        shipped: false,
        builder: false,
        aside: false,
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
