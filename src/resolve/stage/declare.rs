//! `ARG`, `ENV` and `LABEL`.

use super::builder::{Builder, Building};
use crate::model::{Arguments, Instruction, Pair, Span, Spanned, Variable};
use crate::resolve::expand::{Bound, Expanded, Presence, Scope};

impl Builder<'_> {
    /// `ARG` before the first `FROM`: later ones of the same instruction see the earlier.
    pub(super) fn global_args(&mut self, instruction: &Instruction) {
        for pair in pairs(instruction) {
            let mut globals = std::mem::take(&mut self.globals);
            let (variable, value) = self.variable(pair, &globals);
            let place = variable.place.span;
            match (self.given.get(&variable.name), value) {
                (Some(given), _) => globals.set_arg(&variable.name, given.through(place)),
                (None, Some(value)) => globals.set_arg(&variable.name, Bound::to(&value, place)),
                (None, None) if globals.get(&variable.name).is_none() => {
                    globals.set_arg(&variable.name, Bound::unset(place));
                }
                (None, None) => {}
            }
            self.globals = globals;
            self.before.push(variable);
        }
    }

    /// `ARG` of a stage; without a value it takes up the global one, or what it was before.
    pub(super) fn args(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        for pair in pairs(instruction) {
            let (mut variable, value) = self.variable(pair, &to.scope);
            let place = variable.place.span;
            let given = self.given.get(&variable.name).map(|given| given.through(place));
            let bound = match (value, self.globals.get(&variable.name)) {
                _ if given.is_some() => given,
                (Some(value), _) => Some(Bound::to(&value, place)),
                (None, Some(global)) if global.presence != Presence::Unset => {
                    let bound = global.through(place);
                    variable.value = (!bound.unknown).then(|| bound.value());
                    variable.place.because.clone_from(&global.because);
                    Some(bound)
                }
                (None, _) if to.scope.get(&variable.name).is_some() => None,
                (None, Some(global)) => Some(global.through(place)),
                (None, None) => Some(Bound::unset(place)),
            };
            if let Some(bound) = bound {
                to.scope.set_arg(&variable.name, bound);
            }
            to.stage.args.push(variable);
        }
    }

    /// `ENV`: every value of one instruction sees the variables from before it.
    pub(super) fn env(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        let mut bound = Vec::new();
        for pair in pairs(instruction) {
            let (variable, value) = self.variable(pair, &to.scope);
            let value = value.unwrap_or_else(|| Expanded { empty: true, ..Expanded::default() });
            bound.push((variable.name.clone(), Bound::to(&value, variable.place.span)));
            to.stage.env.push(variable);
        }
        for (name, bound) in bound {
            to.scope.set_env(&name, bound);
        }
    }

    /// `LABEL`.
    pub(super) fn labels(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        for pair in pairs(instruction) {
            let (variable, _) = self.variable(pair, &to.scope);
            to.stage.labels.push(variable);
        }
    }

    fn variable(&mut self, pair: &Pair, scope: &Scope) -> (Variable, Option<Expanded>) {
        let name = self.expand_words(&pair.name, scope).text;
        let value = pair.value.as_ref().map(|value| self.expand_words(value, scope));
        let because = value.as_ref().map_or_else(Vec::new, |value| value.because.clone());
        let place = Spanned::new((), place_of(pair)).because(because);
        (Variable { name, value: value.as_ref().map(Expanded::value), place }, value)
    }
}

fn place_of(pair: &Pair) -> Span {
    pair.value.as_ref().map_or(pair.name.span, |value| pair.name.span.to(value.span))
}

fn pairs(instruction: &Instruction) -> &[Pair] {
    match &instruction.arguments {
        Arguments::Pairs(pairs) => pairs,
        _ => &[],
    }
}
