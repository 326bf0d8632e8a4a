//! A template's tree with what the chart's own values put in.

use std::ops::Range;
use std::rc::Rc;

use super::plan::{Loop, Plan, State};
use super::term::{What, brought};
use crate::model::template::{self, ActionKind};
use crate::model::{Content, Entry, Node, Scalar, Span, Spanned};

/// How many nodes one template may take out of the values, or repeat.
const COPIES: usize = 50_000;

/// The documents of a template with what the values put in.
pub(super) fn documents(documents: &[Node], plan: &Plan<'_>) -> Vec<Node> {
    let (mut tree, mut all) = (Tree { left: COPIES }, Vec::new());
    tree.each(plan, documents, |node| node.span, &mut |tree, plan, node| {
        if plan.state(node.span).there == Some(false) {
            return;
        }
        match includes(node) {
            Some(entries) => tree.included(plan, entries, &mut all),
            None => all.push(tree.node(plan, node)),
        }
    });
    all
}

/// A document that is nothing but actions, each alone on its line.
fn includes(node: &Node) -> Option<&[Entry]> {
    let alone = |entry: &Entry| entry.key.value.starts_with("{{") && entry.value.is_null();
    let entries = node.entries();
    (entries.len() > 1 && entries.iter().all(alone)).then_some(entries)
}

struct Tree {
    left: usize,
}

impl Tree {
    /// Hands each of `children` on with the plan it is read by: those that stand in a loop once for
    /// each of its items.
    fn each<T>(
        &mut self,
        plan: &Plan<'_>,
        children: &[T],
        at: impl Fn(&T) -> Span + Copy,
        take: &mut dyn FnMut(&mut Self, &Plan<'_>, &T),
    ) {
        for (repeated, range) in runs(plan, children, at) {
            let run = children.get(range).unwrap_or_default();
            let Some(repeated) = repeated else {
                for child in run {
                    take(self, plan, child);
                }
                continue;
            };
            for pass in plan.passes(&repeated) {
                let Some(left) = self.left.checked_sub(run.len() + 1) else { return };
                self.left = left;
                self.each(&pass, run, at, take);
            }
        }
    }

    /// Documents that named templates leave.
    fn included(&mut self, plan: &Plan<'_>, entries: &[Entry], all: &mut Vec<Node>) {
        self.each(plan, entries, |entry| entry.key.span, &mut |tree, plan, entry| {
            let state = plan.state(entry.key.span);
            if state.there == Some(false) {
                return;
            }
            match tree.brought(plan, &entry.key.value, entry.key.span, &state) {
                Some(Brought::Node(node)) => all.push(node),
                Some(Brought::Nothing) => {}
                None => all.push(opaque(&entry.key)),
            }
        });
    }

    fn node(&mut self, plan: &Plan<'_>, node: &Node) -> Node {
        let state = plan.state(node.span);
        let node = node.clone().because(state.because.iter().copied());
        match &node.content {
            Content::Map(entries) => self.map(plan, &node, entries),
            Content::List(items) => self.list(plan, &node, items),
            Content::Scalar(scalar) if scalar.opaque => self.scalar(plan, &node, scalar, &state),
            _ => node,
        }
    }

    fn map(&mut self, plan: &Plan<'_>, node: &Node, entries: &[Entry]) -> Node {
        let (mut all, mut items, mut instead) = (Vec::new(), Vec::new(), None);
        let only = entries.len() == 1;
        self.each(plan, entries, |entry| entry.key.span, &mut |tree, plan, entry| {
            let state = plan.state(entry.key.span);
            if state.there == Some(false) {
                return;
            }
            if entry.key.value.contains("{{") && entry.value.is_null() {
                match tree.brought(plan, &entry.key.value, entry.key.span, &state) {
                    Some(Brought::Node(what)) if what.is_map() => {
                        all.extend(what.entries().iter().cloned());
                        return;
                    }
                    // There are no keys here, but items.
                    Some(Brought::Node(what)) if what.is_list() => {
                        items.extend(what.items().iter().cloned());
                        return;
                    }
                    // It is not one key of several, but all there is.
                    Some(Brought::Node(what)) if only => return instead = Some(what),
                    Some(Brought::Nothing) => return,
                    _ if only => return instead = Some(opaque(&entry.key)),
                    _ => {}
                }
            }
            all.push(tree.entry(plan, entry, &state));
        });
        let content = match instead {
            Some(instead) if all.is_empty() => return instead,
            _ if items.is_empty() => Content::Map(Rc::new(all)),
            _ => Content::List(Rc::new(items)),
        };
        Node { content, ..node.clone() }
    }

    fn entry(&mut self, plan: &Plan<'_>, entry: &Entry, state: &State) -> Entry {
        let mut key = entry.key.clone().because(state.because.iter().copied());
        if key.value.contains("{{") {
            let scope = plan.scope_of(key.span);
            let text = Plan::of_text(scope, &key.value, &state.dot, key.span);
            key.value = text.printed(key.span, false).0;
        }
        Entry { key, value: self.node(plan, &entry.value) }
    }

    fn list(&mut self, plan: &Plan<'_>, node: &Node, items: &[Node]) -> Node {
        let mut all = Vec::new();
        self.each(plan, items, |item| item.span, &mut |tree, plan, item| {
            let state = plan.state(item.span);
            if state.there == Some(false) {
                return;
            }
            let text = item.text().filter(|text| item.is_opaque() && text.starts_with("{{"));
            match text.and_then(|text| tree.brought(plan, text, item.span, &state)) {
                Some(Brought::Node(what)) if what.is_list() => {
                    all.extend(what.items().iter().cloned());
                }
                Some(Brought::Node(what)) => all.push(what),
                Some(Brought::Nothing) => {}
                None => all.push(tree.node(plan, item)),
            }
        });
        Node { content: Content::List(Rc::new(all)), ..node.clone() }
    }

    fn scalar(&mut self, plan: &Plan<'_>, node: &Node, scalar: &Scalar, state: &State) -> Node {
        if let Some(brought) = self.brought(plan, &scalar.text, node.span, state) {
            return match brought {
                Brought::Node(what) => what,
                Brought::Nothing => Node { content: Content::Null, ..node.clone() },
            };
        }
        let scope = plan.scope_of(node.span);
        let text = Plan::of_text(scope, &scalar.text, &state.dot, node.span);
        let (text, places, known) = text.printed(node.span, false);
        let scalar = Scalar { text, plain: scalar.plain, opaque: !known };
        let content = Content::Scalar(Rc::new(scalar));
        Node { content, ..node.clone() }.because(places)
    }

    /// What the one action that is all of `text` leaves; `None` where it is not the only thing
    /// there, or can't be known.
    fn brought(&mut self, plan: &Plan<'_>, text: &str, at: Span, state: &State) -> Option<Brought> {
        let actions = template::actions(text);
        let [action] = actions.as_slice() else { return None };
        let whole = action.range == (0..text.trim_end().len());
        if !whole || action.kind != ActionKind::Output {
            return None;
        }
        let term = plan.evaluate(text.get(action.code.clone())?, &state.dot, at);
        let mut places = vec![at];
        places.extend(term.seen.iter().chain(&state.because).copied());
        if matches!(term.what, What::Nothing) {
            return Some(Brought::Nothing);
        }
        let node = term.tree(at)?;
        if node.span == at {
            return Some(Brought::Node(node.because(places.into_iter().skip(1))));
        }
        brought(&node, &places, &mut self.left).map(Brought::Node)
    }
}

enum Brought {
    Node(Node),
    Nothing,
}

/// Children that stand in the same loop, or in none, next to each other.
fn runs<'t, T>(
    plan: &Plan<'t>,
    children: &[T],
    at: impl Fn(&T) -> Span,
) -> Vec<(Option<Rc<Loop<'t>>>, Range<usize>)> {
    let mut runs: Vec<(Option<Rc<Loop<'t>>>, Range<usize>)> = Vec::new();
    for (index, child) in children.iter().enumerate() {
        let own = plan.repeated(at(child));
        match runs.last_mut() {
            Some((before, range)) if same(before.as_ref(), own) => range.end = index + 1,
            _ => runs.push((own.cloned(), index..index + 1)),
        }
    }
    runs
}

fn same<T>(one: Option<&Rc<T>>, other: Option<&Rc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Rc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn opaque(key: &Spanned<String>) -> Node {
    let scalar = Scalar { text: key.value.clone(), plain: true, opaque: true };
    Node::new(Content::Scalar(Rc::new(scalar)), key.span)
}
