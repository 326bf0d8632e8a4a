//! A template's tree with what the chart's own values put in.

use std::collections::HashMap;
use std::rc::Rc;

use super::eval::{Dot, Scope};
use super::term::{Term, What, brought};
use crate::model::template::{self, Action, ActionKind, Branch, BranchKind};
use crate::model::{Content, Entry, Node, Scalar, Span, Spanned};

/// How many nodes one template may take out of the values.
const COPIES: usize = 50_000;

/// What is known of a branch.
#[derive(Clone, Debug)]
struct State {
    /// It is there; `None`: it can't be known, and is taken for there.
    there: Option<bool>,
    because: Vec<Span>,
    dot: Dot,
}

/// The branches of a text and what the values make of them.
struct Plan<'s> {
    scope: Scope,
    text: &'s str,
    actions: Vec<Action>,
    states: Vec<State>,
    /// Where another branch begins to count.
    edges: Vec<(usize, Option<usize>)>,
    dot: &'s Dot,
}

impl<'s> Plan<'s> {
    fn new(scope: &Scope, text: &'s str, dot: &'s Dot, at: impl Fn(&Action) -> Span) -> Self {
        let actions = template::actions(text);
        let branches = template::branches(text, &actions);
        let edges = edges(&branches);
        let mut plan = Self {
            scope: scope.clone(),
            text,
            actions: Vec::new(),
            states: Vec::new(),
            edges,
            dot,
        };
        let mut next = branches.iter();
        let mut waiting = next.next();
        for action in &actions {
            let span = at(action);
            while let Some(branch) = waiting.filter(|branch| branch.body.start <= action.range.end)
            {
                let state = plan.judge(branch, &branches, span);
                plan.states.push(state);
                waiting = next.next();
            }
            if action.kind == ActionKind::Silent {
                plan.assign(action, span);
            }
        }
        plan.actions = actions;
        plan
    }

    fn code(&self, range: &std::ops::Range<usize>) -> &'s str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn judge(&self, branch: &Branch, all: &[Branch], at: Span) -> State {
        let outer = branch.parent.and_then(|parent| self.states.get(parent));
        let outer = outer.cloned().unwrap_or_else(|| self.outside());
        if outer.there == Some(false) {
            return outer;
        }
        let mut because = outer.because.clone();
        let mut before = branch.otherwise;
        while let Some(state) = before.and_then(|index| self.states.get(index)) {
            because.extend(state.because.iter().copied());
            // Of branches that can't be told apart the first one stands for all.
            if state.there != Some(false) {
                return State { there: Some(false), because, dot: outer.dot };
            }
            before = before.and_then(|index| all.get(index)).and_then(|branch| branch.otherwise);
        }
        let code = self.code(&branch.code);
        if branch.kind == BranchKind::Define {
            return State { there: None, because, dot: Dot::Of(Term::unknown()) };
        }
        if code.is_empty() {
            return State { there: outer.there, because, dot: outer.dot };
        }
        let code = match (branch.kind, template::assigned(code)) {
            (BranchKind::Range, _) => code.rsplit_once(":=").map_or(code, |(_, list)| list),
            (_, Some((_, value))) => value,
            _ => code,
        };
        let term = self.scope.evaluate(code, &outer.dot, at);
        because.extend(term.places());
        because.truncate(6);
        let dot = match branch.kind {
            BranchKind::With if branch.otherwise.is_none() => Dot::Of(term.clone()),
            BranchKind::Range => Dot::Of(Term::unknown()),
            _ => outer.dot,
        };
        State { there: term.truth(), because, dot }
    }

    fn outside(&self) -> State {
        State { there: Some(true), because: Vec::new(), dot: self.dot.clone() }
    }

    fn assign(&mut self, action: &Action, at: Span) {
        let Some((name, value)) = template::assigned(self.code(&action.code)) else { return };
        let state = self.state(action.range.start);
        let name = name.trim_start_matches('$').to_owned();
        let term = match state.there {
            Some(false) => return,
            None => Term::unknown(),
            Some(true) => self.scope.evaluate(value, &state.dot, at),
        };
        self.scope.variables.insert(name, term);
    }

    /// What is known of the branch that a byte is in.
    fn state(&self, at: usize) -> State {
        let edge = self.edges.partition_point(|(start, _)| *start <= at);
        let branch = edge.checked_sub(1).and_then(|edge| self.edges.get(edge));
        let branch = branch.and_then(|(_, branch)| *branch);
        branch.and_then(|index| self.states.get(index)).cloned().unwrap_or_else(|| self.outside())
    }
}

fn edges(branches: &[Branch]) -> Vec<(usize, Option<usize>)> {
    let mut edges = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        edges.push((branch.body.start, Some(index)));
        edges.push((branch.body.end, branch.parent));
    }
    // Where one ends and another begins at once, the later one counts.
    edges.sort_by_key(|(at, _)| *at);
    edges
}

/// The text that a named template leaves, where all of it is known and it is one line.
pub(super) fn text_of(scope: &Scope, body: &str, dot: &Dot, at: Span) -> Term {
    let inner = Scope {
        depth: scope.depth + 1,
        top: dot.clone(),
        variables: HashMap::new(),
        ..scope.clone()
    };
    let plan = Plan::new(&inner, body, dot, |_| at);
    let (text, places, known) = plan.printed(at, true);
    let text = text.trim();
    if !known || text.contains('\n') {
        return Term::unknown();
    }
    Term::text(text, false, at).having_seen(places)
}

impl Plan<'_> {
    /// The text as it is printed, what decided about it, and whether all of it is known. What is
    /// not stays as it is written.
    fn printed(&self, at: Span, trim: bool) -> (String, Vec<Span>, bool) {
        let (mut text, mut places, mut known, mut from) = (String::new(), Vec::new(), true, 0);
        let piece = |range: std::ops::Range<usize>, text: &mut String, next: bool, last: bool| {
            let state = self.state(range.start);
            if state.there == Some(false) {
                return;
            }
            let written = self.text.get(range).unwrap_or_default();
            let written = if trim && next { written.trim_end() } else { written };
            text.push_str(if trim && last { written.trim_start() } else { written });
        };
        for action in &self.actions {
            let written = self.text.get(action.range.clone()).unwrap_or_default();
            let behind =
                from > 0 && self.text.get(..from).is_some_and(|so_far| so_far.ends_with("-}}"));
            piece(from..action.range.start, &mut text, written.starts_with("{{-"), behind);
            from = action.range.end;
            let state = self.state(action.range.start);
            if action.kind == ActionKind::Output && state.there != Some(false) {
                let term = self.scope.evaluate(self.code(&action.code), &state.dot, at);
                places.extend(term.places());
                if let Some(printed) = term.printed() {
                    text.push_str(&printed);
                } else {
                    known = false;
                    text.push_str(name_of(self.code(&action.code)).unwrap_or(written));
                }
            }
            if state.there.is_none() {
                known = false;
            }
            places.extend(state.because);
        }
        for state in &self.states {
            places.extend(state.because.iter().copied());
        }
        let behind = self.text.get(..from).is_some_and(|so_far| so_far.ends_with("-}}"));
        piece(from..self.text.len(), &mut text, false, behind);
        places.dedup();
        places.truncate(6);
        (text, places, known)
    }
}

/// The name of an included template that names things: it stands for what it makes.
fn name_of(code: &str) -> Option<&str> {
    let name = code.strip_prefix("include ")?.trim_start().strip_prefix('"')?;
    let name = name.split('"').next()?;
    name.to_ascii_lowercase().ends_with("name").then_some(name)
}

/// The documents of a template with what the values put in.
pub(super) fn documents(
    documents: &[Node],
    text: &str,
    scope: &Scope,
    at: impl Fn(&Action) -> Span,
) -> Vec<Node> {
    let plan = Plan::new(scope, text, &Dot::Root, at);
    let mut tree = Tree { plan, left: COPIES };
    let there = |tree: &Tree<'_>, node: &Node| tree.state(node.span).there != Some(false);
    let documents = documents.iter().filter(|node| there(&tree, node)).cloned();
    documents.collect::<Vec<_>>().iter().map(|node| tree.node(node)).collect()
}

struct Tree<'s> {
    plan: Plan<'s>,
    left: usize,
}

impl Tree<'_> {
    fn state(&self, span: Span) -> State {
        self.plan.state(span.start as usize)
    }

    fn node(&mut self, node: &Node) -> Node {
        let state = self.state(node.span);
        let node = node.clone().because(state.because.iter().copied());
        match &node.content {
            Content::Map(entries) => self.map(&node, entries),
            Content::List(items) => self.list(&node, items),
            Content::Scalar(scalar) if scalar.opaque => self.scalar(&node, scalar, &state),
            _ => node,
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry]) -> Node {
        let mut all = Vec::new();
        for entry in entries {
            let state = self.state(entry.key.span);
            if state.there == Some(false) {
                continue;
            }
            if entry.key.value.contains("{{") && entry.value.is_null() {
                match self.brought(&entry.key.value, entry.key.span, &state) {
                    Some(Brought::Node(what)) if what.is_map() => {
                        all.extend(what.entries().iter().cloned());
                        continue;
                    }
                    // It is not one key of several, but all there is.
                    Some(Brought::Node(what)) if entries.len() == 1 => return what,
                    Some(Brought::Nothing) => continue,
                    _ if entries.len() == 1 => return opaque(&entry.key),
                    _ => {}
                }
            }
            let mut key = entry.key.clone().because(state.because.iter().copied());
            if key.value.contains("{{") {
                let dot = state.dot.clone();
                key.value = Plan::new(&self.plan.scope, &entry.key.value, &dot, |_| key.span)
                    .printed(key.span, false)
                    .0;
            }
            all.push(Entry { key, value: self.node(&entry.value) });
        }
        Node { content: Content::Map(Rc::new(all)), ..node.clone() }
    }

    fn list(&mut self, node: &Node, items: &[Node]) -> Node {
        let mut all = Vec::new();
        for item in items {
            let state = self.state(item.span);
            if state.there == Some(false) {
                continue;
            }
            let text = item.text().filter(|text| item.is_opaque() && text.starts_with("{{"));
            match text.and_then(|text| self.brought(text, item.span, &state)) {
                Some(Brought::Node(what)) if what.is_list() => {
                    all.extend(what.items().iter().cloned());
                }
                Some(Brought::Nothing) => {}
                _ => all.push(self.node(item)),
            }
        }
        Node { content: Content::List(Rc::new(all)), ..node.clone() }
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar, state: &State) -> Node {
        if let Some(brought) = self.brought(&scalar.text, node.span, state) {
            return match brought {
                Brought::Node(what) => what,
                Brought::Nothing => Node { content: Content::Null, ..node.clone() },
            };
        }
        let plan = Plan::new(&self.plan.scope, &scalar.text, &state.dot, |_| node.span);
        let (text, places, known) = plan.printed(node.span, false);
        let scalar = Scalar { text, plain: scalar.plain, opaque: !known };
        let content = Content::Scalar(Rc::new(scalar));
        Node { content, ..node.clone() }.because(places)
    }

    /// What the one action that is all of `text` leaves; `None` where it is not the only thing
    /// there, or can't be known.
    fn brought(&mut self, text: &str, at: Span, state: &State) -> Option<Brought> {
        let actions = template::actions(text);
        let [action] = actions.as_slice() else { return None };
        let whole = action.range == (0..text.trim_end().len());
        if !whole || action.kind != ActionKind::Output {
            return None;
        }
        let term = self.plan.scope.evaluate(text.get(action.code.clone())?, &state.dot, at);
        let mut places = vec![at];
        places.extend(term.seen.iter().chain(&state.because).copied());
        match &term.what {
            What::Unknown | What::Made(_) | What::Root => None,
            What::Nothing => Some(Brought::Nothing),
            What::Node(node) if node.span == at => {
                Some(Brought::Node(node.clone().because(places.into_iter().skip(1))))
            }
            What::Node(node) => brought(node, &places, &mut self.left).map(Brought::Node),
        }
    }
}

enum Brought {
    Node(Node),
    Nothing,
}

fn opaque(key: &Spanned<String>) -> Node {
    let scalar = Scalar { text: key.value.clone(), plain: true, opaque: true };
    Node::new(Content::Scalar(Rc::new(scalar)), key.span)
}
