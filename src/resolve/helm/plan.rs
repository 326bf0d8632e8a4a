//! The branches of a template, and what the values make of them.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::scope::{Dot, Scope};
use super::script::Script;
use super::term::Term;
use crate::model::template::{self, Action, ActionKind, Branch, BranchKind};
use crate::model::{File, Span};

/// How many places of the way that a value came are kept.
const WAY: usize = 6;
/// How many items a list has that is gone through item by item.
const ITEMS: usize = 64;

/// What is known of a branch.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// It is there; `None`: it can't be known, and is taken for there.
    pub(super) there: Option<bool>,
    pub(super) because: Vec<Span>,
    pub(super) dot: Dot,
    /// It is gone through once for each item, or part of what is.
    pub(super) repeated: Option<usize>,
}

/// A branch that is gone through once for each of these.
pub(super) struct Loop<'t> {
    branch: usize,
    /// Key and item.
    items: Vec<(Term, Term)>,
    because: Vec<Span>,
    /// The variables that stand for key and item.
    names: (Option<String>, Option<String>),
    scope: Scope<'t>,
}

/// Where a script stands.
#[derive(Clone)]
pub(super) enum Place {
    /// In a file, from this byte on.
    File(Rc<File>, usize),
    /// All of it here.
    Here(Span),
}

/// A script, or one pass of a loop in it, under a scope.
pub(super) struct Plan<'t> {
    pub(super) script: Rc<Script>,
    place: Place,
    /// The loop that this is a pass of.
    within: Option<usize>,
    dot: Dot,
    because: Vec<Span>,
    pub(super) states: HashMap<usize, State>,
    loops: HashMap<usize, Rc<Loop<'t>>>,
    /// What names stand for at first, and from which byte on something else.
    scope: Scope<'t>,
    later: Vec<(usize, Scope<'t>)>,
}

impl<'t> Plan<'t> {
    pub(super) fn new(scope: Scope<'t>, script: &Rc<Script>, dot: &Dot, place: Place) -> Self {
        let mut plan = Self {
            script: Rc::clone(script),
            place,
            within: None,
            dot: dot.clone(),
            because: Vec::new(),
            states: HashMap::new(),
            loops: HashMap::new(),
            scope,
            later: Vec::new(),
        };
        plan.fill(0..script.text.len(), 0);
        plan
    }

    /// A text that stands at one place.
    pub(super) fn of_text(scope: &Scope<'t>, text: &str, dot: &Dot, at: Span) -> Self {
        Self::new(scope.clone(), &Rc::new(Script::new(text)), dot, Place::Here(at))
    }

    /// Every pass of a loop.
    pub(super) fn passes<'p>(&'p self, repeated: &'p Loop<'t>) -> impl Iterator<Item = Self> + 'p {
        let body = self.script.branches.get(repeated.branch).map(|branch| branch.body.clone());
        let body = body.unwrap_or_default();
        repeated.items.iter().map(move |(key, item)| {
            let mut scope = repeated.scope.clone();
            let (first, second) = &repeated.names;
            for (name, term) in [(first, key), (second, item)] {
                if let Some(name) = name {
                    scope.set(name, term.clone());
                }
            }
            let mut plan = Self {
                script: Rc::clone(&self.script),
                place: self.place.clone(),
                within: Some(repeated.branch),
                dot: Dot::of(item.clone()),
                because: repeated.because.clone(),
                states: HashMap::new(),
                loops: HashMap::new(),
                scope,
                later: Vec::new(),
            };
            plan.fill(body.clone(), repeated.branch + 1);
            plan
        })
    }

    /// Judges the branches of a part, of which `next` is the first.
    fn fill(&mut self, part: Range<usize>, mut next: usize) {
        let script = Rc::clone(&self.script);
        let first = script.actions.partition_point(|action| action.range.start < part.start);
        for action in script.actions.get(first..).unwrap_or_default() {
            if action.range.end > part.end {
                break;
            }
            let due = |branch: &&Branch| branch.body.start <= action.range.end;
            while let Some(branch) = script.branches.get(next).filter(due) {
                let state = self.judge(next, branch, &script, self.at(action.range.clone()));
                self.states.insert(next, state);
                next += 1;
            }
            if action.kind == ActionKind::Silent {
                self.assign(action, &script);
            }
        }
    }

    fn at(&self, range: Range<usize>) -> Span {
        match &self.place {
            Place::File(file, base) => file.text.span(range.start + base..range.end + base),
            Place::Here(at) => *at,
        }
    }

    /// Where a place is in the script.
    fn offset(&self, span: Span) -> usize {
        match &self.place {
            Place::File(_, base) => (span.start as usize).saturating_sub(*base),
            Place::Here(_) => 0,
        }
    }

    fn judge(&mut self, index: usize, branch: &Branch, script: &Script, at: Span) -> State {
        let outer = branch.parent.filter(|parent| Some(*parent) != self.within);
        let outer = outer.and_then(|parent| self.states.get(&parent).cloned());
        let outer = outer.unwrap_or_else(|| self.outside());
        if outer.there == Some(false) || outer.repeated.is_some() {
            return outer;
        }
        let mut because = outer.because.clone();
        let mut before = branch.otherwise;
        while let Some(state) = before.and_then(|index| self.states.get(&index)) {
            because.extend(state.because.iter().copied());
            // Of branches that can't be told apart the first one stands for all.
            if state.there != Some(false) {
                return State { there: Some(false), because, repeated: None, ..outer };
            }
            before = before.and_then(|index| script.branches.get(index)?.otherwise);
        }
        let code = script.code(&branch.code);
        if branch.kind == BranchKind::Define {
            let dot = Dot::Of(Term::unknown());
            return State { there: Some(false), because, dot, repeated: None };
        }
        if code.is_empty() {
            return State { because, ..outer };
        }
        let (names, code) = match branch.kind {
            BranchKind::Range => code.rsplit_once(":=").unwrap_or(("", code)),
            _ => template::assigned(code).unwrap_or(("", code)),
        };
        let scope = self.scope(branch.body.start);
        let term = scope.evaluate(code.trim(), &outer.dot, at);
        because.extend(term.places());
        because.truncate(WAY);
        let mut state = State { there: term.truth(), because, dot: outer.dot, repeated: None };
        match branch.kind {
            BranchKind::Range => {
                let names: Vec<&str> = names.split(',').map(str::trim).collect();
                let own = |at: usize| names.get(at).filter(|name| !name.is_empty());
                let names = match (own(0), own(1)) {
                    (Some(key), Some(item)) => (Some((*key).to_owned()), Some((*item).to_owned())),
                    (item, _) => (None, item.map(|name| (*name).to_owned())),
                };
                if let Some(items) = term.items(ITEMS) {
                    let because = state.because.clone();
                    let scope = scope.clone();
                    let repeated = Loop { branch: index, items, because, names, scope };
                    self.loops.insert(index, Rc::new(repeated));
                    state.repeated = Some(index);
                }
                state.dot = Dot::Of(Term::unknown());
            }
            BranchKind::With if branch.otherwise.is_none() => state.dot = Dot::of(term.clone()),
            _ => {}
        }
        if branch.kind != BranchKind::Range && !names.is_empty() {
            self.set(branch.body.start, names, term);
        }
        state
    }

    fn outside(&self) -> State {
        State {
            there: Some(true),
            because: self.because.clone(),
            dot: self.dot.clone(),
            repeated: None,
        }
    }

    fn assign(&mut self, action: &Action, script: &Script) {
        let Some((name, value)) = template::assigned(script.code(&action.code)) else { return };
        let state = self.state_at(action.range.start);
        let term = match state.there {
            Some(false) => return,
            Some(true) if state.repeated.is_none() => {
                let at = self.at(action.range.clone());
                self.scope(action.range.start).evaluate(value, &state.dot, at)
            }
            _ => Term::unknown(),
        };
        self.set(action.range.end, name, term);
    }

    fn set(&mut self, from: usize, name: &str, term: Term) {
        let mut scope = self.scope(from).clone();
        scope.set(name, term);
        self.later.push((from, scope));
    }

    /// What names stand for at a byte.
    pub(super) fn scope(&self, at: usize) -> &Scope<'t> {
        let next = self.later.partition_point(|(from, _)| *from <= at);
        next.checked_sub(1).and_then(|last| self.later.get(last)).map_or(&self.scope, |(_, s)| s)
    }

    /// What is known of the branch that a byte of the script is in.
    pub(super) fn state_at(&self, at: usize) -> State {
        let branch = self.script.branch_at(at);
        branch.and_then(|index| self.states.get(&index)).cloned().unwrap_or_else(|| self.outside())
    }

    /// What is known of the branch that a place is in.
    pub(super) fn state(&self, span: Span) -> State {
        self.state_at(self.offset(span))
    }

    /// The loop that a place is in.
    pub(super) fn repeated(&self, span: Span) -> Option<&Rc<Loop<'t>>> {
        let state = self.state(span);
        state.repeated.filter(|_| state.there != Some(false)).and_then(|at| self.loops.get(&at))
    }

    /// What `code`, which stands at `at`, stands for.
    pub(super) fn evaluate(&self, code: &str, dot: &Dot, at: Span) -> Term {
        self.scope_of(at).evaluate(code, dot, at)
    }

    /// What names stand for at a place.
    pub(super) fn scope_of(&self, at: Span) -> &Scope<'t> {
        self.scope(self.offset(at))
    }
}
