//! The variables that a place of a Dockerfile sees.

use std::collections::HashMap;
use std::rc::Rc;

use crate::model::{Span, Value};

use super::Expanded;

/// How many places one value may depend on; the nearest are kept.
const PLACES: usize = 16;

/// Whether a variable is there in a build that is given nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Presence {
    /// Declared without a value.
    Unset,
    /// Set, but empty.
    Empty,
    /// Set.
    Filled,
}

/// What a variable is bound to.
#[derive(Clone, Debug)]
pub(in crate::resolve) struct Bound {
    /// Its value, `$NAME` where unknown.
    pub text: String,
    /// Something in it can't be known.
    pub unknown: bool,
    /// Whether it is there.
    pub presence: Presence,
    /// Where it is declared, then what that depends on, nearest first.
    pub because: Vec<Span>,
}

impl Bound {
    /// Declared at `place` with an expanded value.
    pub(in crate::resolve) fn to(value: &Expanded, place: Span) -> Self {
        let mut because = vec![place];
        add_places(&mut because, value.because.iter().copied());
        Self {
            text: value.text.clone(),
            unknown: value.unknown,
            presence: if value.empty { Presence::Empty } else { Presence::Filled },
            because,
        }
    }

    /// Declared at `place` without a value.
    pub(in crate::resolve) fn unset(place: Span) -> Self {
        Self { text: String::new(), unknown: true, presence: Presence::Unset, because: vec![place] }
    }

    /// Set by the builder: it has a value that the file can't know.
    pub(in crate::resolve) fn by_builder(name: &str) -> Self {
        Self {
            text: format!("${name}"),
            unknown: true,
            presence: Presence::Filled,
            because: Vec::new(),
        }
    }

    /// Without its places.
    pub(in crate::resolve) fn value(&self) -> Value {
        Value { text: self.text.clone(), unknown: self.unknown }
    }

    /// The same, seen through a declaration at `place`.
    pub(in crate::resolve) fn through(&self, place: Span) -> Self {
        let mut because = vec![place];
        add_places(&mut because, self.because.iter().copied());
        Self { because, ..self.clone() }
    }
}

/// The variables of one place: `ENV` beats an `ARG` of the same name.
#[derive(Clone, Debug, Default)]
pub(in crate::resolve) struct Scope {
    env: HashMap<String, Rc<Bound>>,
    args: HashMap<String, Rc<Bound>>,
}

impl Scope {
    /// The variable of a name; `None` where it is declared nowhere.
    pub(in crate::resolve) fn get(&self, name: &str) -> Option<Rc<Bound>> {
        self.env.get(name).or_else(|| self.args.get(name)).cloned()
    }

    /// The value of a variable, if it is known; `runtime` leaves the `ARG`s out.
    pub(in crate::resolve) fn known(&self, name: &str, runtime: bool) -> Option<String> {
        let bound = self.env.get(name).or_else(|| self.args.get(name).filter(|_| !runtime))?;
        (!bound.unknown).then(|| bound.text.clone())
    }

    /// Binds an `ENV`.
    pub(in crate::resolve) fn set_env(&mut self, name: &str, bound: Bound) {
        self.env.insert(name.to_owned(), Rc::new(bound));
    }

    /// Binds an `ARG`.
    pub(in crate::resolve) fn set_arg(&mut self, name: &str, bound: Bound) {
        self.args.insert(name.to_owned(), Rc::new(bound));
    }

    /// How many variables there are.
    pub(in crate::resolve) fn len(&self) -> usize {
        self.env.len() + self.args.len()
    }
}

/// Appends places that are not in yet, up to the bound.
pub(in crate::resolve) fn add_places(to: &mut Vec<Span>, places: impl IntoIterator<Item = Span>) {
    for place in places {
        if to.len() == PLACES {
            return;
        }
        if !to.contains(&place) {
            to.push(place);
        }
    }
}
