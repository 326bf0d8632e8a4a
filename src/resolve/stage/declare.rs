//! `ARG`, `ENV` and `LABEL`.

use super::builder::{Builder, Building};
use crate::model::{Arguments, Instruction, Pair, Span, Spanned, Variable};
use crate::resolve::expand::{Bound, Expanded, Scope};

impl Builder<'_> {
    /// `ARG` before the first `FROM`: later ones of the same instruction see the earlier.
    pub(super) fn global_args(&mut self, instruction: &Instruction) {
        for pair in pairs(instruction) {
            let mut globals = std::mem::take(&mut self.globals);
            let name = self.expand_words(&pair.name, &globals).text;
            let place = place_of(pair);
            match &pair.value {
                Some(value) => {
                    let value = self.expand_words(value, &globals);
                    globals.set_arg(&name, Bound::to(&value, place));
                }
                None if globals.get(&name).is_none() => {
                    globals.set_arg(&name, Bound::unset(place));
                }
                None => {}
            }
            self.globals = globals;
        }
    }

    /// The global `ARG`s again, as variables of the first stage.
    pub(super) fn first_args(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        for pair in pairs(instruction) {
            let globals = std::mem::take(&mut self.globals);
            let variable = self.variable(pair, &globals);
            self.globals = globals;
            to.stage.args.push(variable);
        }
    }

    /// `ARG` of a stage; without a value it takes up the global one.
    pub(super) fn args(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        for pair in pairs(instruction) {
            let mut variable = self.variable(pair, &to.scope);
            let place = variable.place.span;
            let bound = match (&pair.value, self.globals.get(&variable.name)) {
                (Some(value), _) => Bound::to(&self.expand_words(value, &to.scope), place),
                (None, Some(global)) => {
                    let bound = global.through(place);
                    if !bound.unknown {
                        variable.value = Some(bound.value());
                    }
                    variable.place.because = bound.because.iter().skip(1).copied().collect();
                    bound
                }
                (None, None) => Bound::unset(place),
            };
            to.scope.set_arg(&variable.name, bound);
            to.stage.args.push(variable);
        }
    }

    /// `ENV`: every value of one instruction sees the variables from before it.
    pub(super) fn env(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        let mut bound = Vec::new();
        for pair in pairs(instruction) {
            let variable = self.variable(pair, &to.scope);
            let value = pair.value.as_ref().map(|value| self.expand_words(value, &to.scope));
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
            let variable = self.variable(pair, &to.scope);
            to.stage.labels.push(variable);
        }
    }

    fn variable(&mut self, pair: &Pair, scope: &Scope) -> Variable {
        let name = self.expand_words(&pair.name, scope).text;
        let value = pair.value.as_ref().map(|value| self.expand_words(value, scope));
        let because = value.as_ref().map_or_else(Vec::new, |value| value.because.clone());
        let place = Spanned::new((), place_of(pair)).because(because);
        Variable { name, value: value.map(|value| value.value()), place }
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
