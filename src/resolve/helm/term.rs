//! What an expression of a template stands for.

use std::rc::Rc;

use crate::model::{Content, Entry, Node, Span, Spanned};

/// How many places of the way that a value came are kept.
const WAY: usize = 6;

/// A value, and what else was looked at to find it.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) what: What,
    pub(super) seen: Vec<Span>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// This.
    Node(Node),
    /// What a function put together: keys and what each stands for.
    Made(Rc<Vec<(String, Term)>>),
    /// Everything that a template is given.
    Root,
    /// Nothing is set.
    Nothing,
    /// It can't be known before the chart is installed.
    Unknown,
}

impl Term {
    pub(super) fn unknown() -> Self {
        Self { what: What::Unknown, seen: Vec::new() }
    }

    pub(super) fn nothing() -> Self {
        Self { what: What::Nothing, seen: Vec::new() }
    }

    pub(super) fn root() -> Self {
        Self { what: What::Root, seen: Vec::new() }
    }

    /// What is put together of these, the last of one key counts.
    pub(super) fn made(entries: Vec<(String, Self)>) -> Self {
        Self { what: What::Made(Rc::new(entries)), seen: Vec::new() }
    }

    /// The same text, but left at `at`.
    pub(super) fn at(&self, at: Span) -> Self {
        let own = match &self.what {
            What::Node(node) if !node.is_opaque() => node.text(),
            _ => None,
        };
        match own {
            Some(text) => Self::text(text, false, at).having_seen(self.seen.iter().copied()),
            None => self.clone(),
        }
    }

    /// Its keys and what they stand for; `None`: it has none, or they can't be known.
    pub(super) fn entries(&self) -> Option<Vec<(String, Self)>> {
        match &self.what {
            What::Node(node) if node.is_map() && !node.is_opaque() => {
                let term = |entry: &Entry| {
                    let key = entry.key.value.clone();
                    let value = self.get(&key);
                    (key, value)
                };
                Some(node.entries().iter().map(term).collect())
            }
            What::Made(entries) => Some(entries.to_vec()),
            What::Nothing => Some(Vec::new()),
            _ => None,
        }
    }

    /// Its items, each with its key; `None`: it has none, they can't be known, or they are more.
    pub(super) fn items(&self, most: usize) -> Option<Vec<(Self, Self)>> {
        let item = |item: &Node| {
            let term = if item.is_null() { Self::nothing() } else { Self::node(item.clone()) };
            term.having_seen(self.seen.iter().copied())
        };
        let items: Vec<(Self, Self)> = match &self.what {
            What::Node(node) if node.is_list() => {
                let number = |(at, one): (usize, &Node)| {
                    (Self::text(at.to_string(), true, one.span), item(one))
                };
                node.items().iter().take(most + 1).enumerate().map(number).collect()
            }
            What::Node(node) if node.is_map() => {
                let pair = |entry: &Entry| {
                    let key = &entry.key;
                    let name = Node::scalar(key.value.clone(), false, key.span);
                    (Self::node(name.because(key.because.clone())), item(&entry.value))
                };
                node.entries().iter().take(most + 1).map(pair).collect()
            }
            _ => return None,
        };
        (items.len() <= most).then_some(items)
    }

    /// It as a part of a tree, what a function put together standing at `at`; `None`: it can't be
    /// known.
    pub(super) fn tree(&self, at: Span) -> Option<Node> {
        let made = |content| Node::new(content, at).because(self.seen.iter().copied());
        match &self.what {
            What::Node(node) => Some(node.clone()),
            What::Nothing => Some(made(Content::Null)),
            What::Made(own) => {
                let mut entries: Vec<Entry> = Vec::new();
                for (key, term) in own.iter() {
                    let value = term.tree(at)?;
                    entries.retain(|entry| entry.key.value != *key);
                    entries.push(Entry { key: Spanned::new(key.clone(), value.span), value });
                }
                Some(made(Content::Map(Rc::new(entries))))
            }
            What::Root | What::Unknown => None,
        }
    }

    /// What is written for it where it can't be known.
    pub(super) fn stands_for(&self) -> Option<&str> {
        let What::Node(node) = &self.what else { return None };
        node.text().filter(|_| node.is_opaque())
    }

    pub(super) fn node(node: Node) -> Self {
        Self { what: What::Node(node), seen: Vec::new() }
    }

    pub(super) fn text(text: impl Into<String>, plain: bool, at: Span) -> Self {
        Self::node(Node::scalar(text, plain, at))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Self {
        let what = match &self.what {
            What::Node(node) if node.is_opaque() => What::Unknown,
            What::Node(node) => match node.get(key) {
                Some(value) if !value.is_null() => What::Node(value.clone()),
                Some(null) => return Self::nothing().having_seen(places(null)),
                None => What::Nothing,
            },
            What::Made(entries) => match entries.iter().rev().find(|(own, _)| own == key) {
                Some((_, term)) => return term.clone().having_seen(self.seen.iter().copied()),
                None => What::Nothing,
            },
            What::Nothing => What::Nothing,
            What::Unknown | What::Root => What::Unknown,
        };
        Self { what, seen: self.seen.clone() }
    }

    pub(super) fn having_seen(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        for place in places {
            if self.seen.len() < WAY && !self.seen.contains(&place) {
                self.seen.push(place);
            }
        }
        self
    }

    /// Every place that it depends on.
    pub(super) fn places(&self) -> Vec<Span> {
        let mut all: Vec<Span> = match &self.what {
            What::Node(node) => places(node).collect(),
            _ => Vec::new(),
        };
        all.extend(self.seen.iter().copied());
        all.truncate(WAY);
        all
    }

    /// Whether a condition takes it for true; `None`: it can't be known.
    pub(super) fn truth(&self) -> Option<bool> {
        match &self.what {
            What::Unknown => None,
            What::Nothing => Some(false),
            What::Root => Some(true),
            What::Made(entries) => Some(!entries.is_empty()),
            What::Node(node) => match &node.content {
                Content::Null => Some(false),
                Content::List(items) => Some(!items.is_empty()),
                Content::Map(entries) => Some(!entries.is_empty()),
                Content::Scalar(scalar) if scalar.opaque => None,
                Content::Scalar(scalar) if scalar.plain => {
                    Some(node.boolean().unwrap_or(scalar.text != "0" && !scalar.text.is_empty()))
                }
                Content::Scalar(scalar) => Some(!scalar.text.is_empty()),
            },
        }
    }

    /// Its text where it is printed; `None`: it can't be known, or it is no scalar.
    pub(super) fn printed(&self) -> Option<String> {
        match &self.what {
            What::Nothing => Some(String::new()),
            What::Node(node) if !node.is_opaque() => match &node.content {
                Content::Null => Some(String::new()),
                Content::Scalar(scalar) => Some(scalar.text.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

fn places(node: &Node) -> impl Iterator<Item = Span> + '_ {
    std::iter::once(node.span).chain(node.because.iter().copied())
}

/// A tree as it comes in by way of `places`: every part of it came that way. `None` where that
/// makes more than `left` nodes.
pub(super) fn brought(node: &Node, places: &[Span], left: &mut usize) -> Option<Node> {
    *left = left.checked_sub(1)?;
    let because =
        |so_far: &[Span]| -> Vec<Span> { so_far.iter().chain(places).copied().take(WAY).collect() };
    let content = match &node.content {
        Content::List(items) => {
            let items = items.iter().map(|item| brought(item, places, left));
            Content::List(Rc::new(items.collect::<Option<_>>()?))
        }
        Content::Map(entries) => {
            let entry = |entry: &Entry| {
                let key = Spanned { because: because(&entry.key.because), ..entry.key.clone() };
                Some(Entry { key, value: brought(&entry.value, places, left)? })
            };
            Content::Map(Rc::new(entries.iter().map(entry).collect::<Option<_>>()?))
        }
        content => content.clone(),
    };
    Some(Node { content, because: because(&node.because), ..node.clone() })
}
