//! A tree out of the events of a YAML parser.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use granit_parser::{Event, ScalarStyle, Span as Marks, StructureStyle, Tag};

use crate::model::{Content, Entry, Gap, GapKind, Node, Scalar, Span, Spanned, Text};

/// How many nodes a file may have, what its aliases repeat included.
const NODES: usize = 400_000;
/// How many of them may be repeated by aliases.
const COPIES: usize = 100_000;
/// How many places of the way that a value came are kept.
const WAY: usize = 4;
/// How much of a key that is no scalar is kept, in bytes.
const KEY: usize = 80;

/// Collects the events of one document after the other.
pub(super) struct Builder<'a> {
    pub(super) text: &'a Text,
    pub(super) gaps: Vec<Gap>,
    holes: &'a [Range<usize>],
    open: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Built>,
    nodes: usize,
    copies: usize,
}

/// A finished node, how many nodes it is made of, and how deep it goes.
#[derive(Clone)]
struct Built {
    node: Node,
    size: usize,
    height: usize,
}

/// A list or map that is not closed yet.
struct Frame {
    kind: Open,
    flow: bool,
    anchor: usize,
    tag: Option<Rc<str>>,
    span: Span,
    size: usize,
    height: usize,
}

enum Open {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merged: Vec<Node>, key: Option<Key> },
}

struct Key {
    name: Spanned<String>,
    /// It is `<<` without quotes.
    merge: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a Text, holes: &'a [Range<usize>]) -> Self {
        Self {
            text,
            gaps: Vec::new(),
            holes,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            nodes: 0,
            copies: 0,
        }
    }

    /// Gives up the document at hand.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.anchors.clear();
        self.root = None;
    }

    /// The document that ends here; nothing in it is null.
    pub(super) fn finish(&mut self, end: Marks) -> Node {
        let root = self.root.take();
        self.forget();
        root.unwrap_or_else(|| Node::new(Content::Null, self.span(end)))
    }

    /// Takes the next event; an error gives up the document.
    pub(super) fn take(&mut self, event: Event<'_>, marks: Marks) -> Result<(), Gap> {
        if event.is_node() {
            self.count(1, marks)?;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), marks);
                self.put(anchor, Built { node, size: 1, height: 1 });
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.enter(Open::List(Vec::new()), style, anchor, tag.as_deref(), marks)
            }
            Event::MappingStart(style, anchor, tag) => {
                let map = Open::Map { entries: Vec::new(), merged: Vec::new(), key: None };
                self.enter(map, style, anchor, tag.as_deref(), marks)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.leave(marks);
                Ok(())
            }
            Event::Alias(id) => self.alias(id, marks),
            Event::UnresolvedAlias(name) => {
                self.unknown(&name, marks);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, more: usize, marks: Marks) -> Result<(), Gap> {
        self.nodes += more;
        let fits = self.nodes <= NODES;
        fits.then_some(())
            .ok_or_else(|| limit(self.text, self.span(marks), "there is too much in this file"))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, marks: Marks) -> Node {
        let range = self.range(marks);
        let holes = self.with_holes(&range);
        let span = self.text.span(holes.clone().unwrap_or(range.clone()));
        let plain = style == ScalarStyle::Plain;
        let tag = tag.map(Tag::original);
        let quoted = tag.as_deref() == Some("!!str") || tag.as_deref() == Some("!");
        let content = if let Some(range) = holes {
            let written = self.text.content.get(range).unwrap_or(text);
            let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            let inner = written.get(1..written.len().saturating_sub(1)).filter(|_| quoted);
            let text = inner.unwrap_or(written).to_owned();
            Content::Scalar(Rc::new(Scalar { text, plain, opaque: true }))
        } else if plain && range.is_empty() {
            if quoted { scalar("", false) } else { Content::Null }
        } else if plain && !quoted && matches!(text, "~" | "null" | "Null" | "NULL") {
            Content::Null
        } else {
            scalar(text, plain && !quoted)
        };
        Node { content, span, because: Vec::new(), tag: tag.map(Rc::from) }
    }

    /// A range with the holes that it touches, whole; `None` where it touches none.
    fn with_holes(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let first = self.holes.partition_point(|hole| hole.end <= range.start);
        let end = self.holes.partition_point(|hole| hole.start < range.end);
        let (first, last) = (self.holes.get(first)?, self.holes.get(end.checked_sub(1)?)?);
        let touches = first.start < range.end && !range.is_empty();
        touches.then(|| range.start.min(first.start)..range.end.max(last.end))
    }

    fn enter(
        &mut self,
        kind: Open,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        marks: Marks,
    ) -> Result<(), Gap> {
        let span = self.span(marks);
        if self.open.len() >= super::DEPTH {
            return Err(limit(self.text, span, "lists and maps nest too deep here"));
        }
        let flow = style == StructureStyle::Flow;
        let tag = tag.map(|tag| Rc::from(tag.original()));
        self.open.push(Frame { kind, flow, anchor, tag, span, size: 1, height: 0 });
        Ok(())
    }

    fn leave(&mut self, marks: Marks) {
        let end = self.span(marks);
        let Some(frame) = self.open.pop() else { return };
        let span = if frame.flow { frame.span.to(end) } else { frame.span };
        let content = match frame.kind {
            Open::List(items) => Content::List(Rc::new(items)),
            Open::Map { mut entries, merged, .. } => {
                self.duplicates(&entries);
                merge(&mut entries, &merged);
                Content::Map(Rc::new(entries))
            }
        };
        let node = Node { content, span, because: Vec::new(), tag: frame.tag };
        self.put(frame.anchor, Built { node, size: frame.size, height: frame.height + 1 });
    }

    fn alias(&mut self, id: usize, marks: Marks) -> Result<(), Gap> {
        let span = self.span(marks);
        let Some(known) = self.anchors.get(&id).cloned() else {
            return Err(Gap::at(self.text, span, "this alias stands inside what it names"));
        };
        self.copies += known.size;
        if self.copies > COPIES || self.open.len() + known.height > super::DEPTH {
            return Err(limit(self.text, span, "aliases repeat too much here"));
        }
        self.count(known.size, marks)?;
        let node = copy(&known.node, span);
        self.put(0, Built { node, ..known });
        Ok(())
    }

    /// An alias without its anchor: what it is can't be known.
    fn unknown(&mut self, name: &str, marks: Marks) {
        let span = self.span(marks);
        self.gaps.push(Gap::at(self.text, span, format!("no anchor &{name} stands before this")));
        let text = format!("*{name}");
        let content = Content::Scalar(Rc::new(Scalar { text, plain: true, opaque: true }));
        self.put(0, Built { node: Node::new(content, span), size: 1, height: 1 });
    }

    /// Puts a finished node where it belongs: into the open list or map, as a key or a value.
    fn put(&mut self, anchor: usize, built: Built) {
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(built.node);
            return;
        };
        frame.size += built.size;
        frame.height = frame.height.max(built.height);
        let came = built.node.because.last().copied();
        if !frame.flow {
            frame.span = frame.span.to(came.unwrap_or(built.node.span));
        }
        match &mut frame.kind {
            Open::List(items) => items.push(built.node),
            Open::Map { entries, merged, key } => match key.take() {
                None => *key = Some(named(self.text, &built.node)),
                Some(key) if key.merge && is_mergeable(&built.node) => merged.push(built.node),
                Some(key) => entries.push(Entry { key: key.name, value: built.node }),
            },
        }
    }

    /// Tells of keys that stand twice. Templates may have both ways of a condition.
    fn duplicates(&mut self, entries: &[Entry]) {
        if !self.holes.is_empty() {
            return;
        }
        let mut order: Vec<&Entry> = entries.iter().collect();
        order.sort_by(|a, b| a.key.value.cmp(&b.key.value));
        for pair in order.windows(2) {
            let [first, second] = pair else { continue };
            let (name, again) = (&first.key.value, second.key.span);
            if *name != second.key.value || name == "<<" || self.gaps.len() > super::GAPS {
                continue;
            }
            let (one, two) = (first.key.span.line, again.line);
            let message = format!("key {name} stands on line {one} and again on line {two}");
            let gap = Gap::of(GapKind::Partial, self.text.path.clone(), message);
            let key = format!("the same key twice: {name}");
            self.gaps.push(Gap { span: Some(again), key, ..gap });
        }
    }

    fn range(&self, marks: Marks) -> Range<usize> {
        let range = marks.byte_range().unwrap_or_default();
        let end = range.end.min(self.text.content.len());
        range.start.min(end)..end
    }

    fn span(&self, marks: Marks) -> Span {
        self.text.span(self.range(marks))
    }
}

fn scalar(text: &str, plain: bool) -> Content {
    Content::Scalar(Rc::new(Scalar { text: text.to_owned(), plain, opaque: false }))
}

fn limit(text: &Text, span: Span, message: &str) -> Gap {
    Gap { kind: GapKind::Limit, ..Gap::at(text, span, message) }
}

/// A key as text: a scalar's, or as it is written.
fn named(text: &Text, node: &Node) -> Key {
    let plain = matches!(&node.content, Content::Scalar(scalar) if scalar.plain);
    let written = || {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let written = text.content.get(start..end).unwrap_or_default();
        written
            .chars()
            .scan(0, |used, c| {
                *used += c.len_utf8();
                (*used <= KEY).then_some(c)
            })
            .collect()
    };
    let name = node.text().map_or_else(written, str::to_owned);
    Key { merge: plain && name == "<<", name: node.place(name) }
}

/// A map, or a list of maps: what `<<` may bring.
fn is_mergeable(node: &Node) -> bool {
    node.is_map() || (node.is_list() && node.items().iter().all(Node::is_map))
}

/// Adds what `<<` brings and the map itself does not have; the first one that has a key wins.
fn merge(entries: &mut Vec<Entry>, merged: &[Node]) {
    if merged.is_empty() {
        return;
    }
    let mut have: HashSet<String> = entries.iter().map(|entry| entry.key.value.clone()).collect();
    for map in merged
        .iter()
        .flat_map(|node| if node.is_map() { std::slice::from_ref(node) } else { node.items() })
    {
        let new = |entry: &&Entry| have.insert(entry.key.value.clone());
        let mut brought: Vec<Entry> = map.entries().iter().rev().filter(new).cloned().collect();
        brought.reverse();
        entries.append(&mut brought);
    }
}

/// The same tree as it comes in by an alias: every part of it came that way.
fn copy(node: &Node, alias: Span) -> Node {
    let content = match &node.content {
        Content::List(items) => {
            Content::List(Rc::new(items.iter().map(|item| copy(item, alias)).collect()))
        }
        Content::Map(entries) => {
            let copied = |entry: &Entry| Entry {
                key: Spanned { because: way(&entry.key.because, alias), ..entry.key.clone() },
                value: copy(&entry.value, alias),
            };
            Content::Map(Rc::new(entries.iter().map(copied).collect()))
        }
        content => content.clone(),
    };
    Node { content, span: node.span, because: way(&node.because, alias), tag: node.tag.clone() }
}

fn way(so_far: &[Span], alias: Span) -> Vec<Span> {
    so_far.iter().copied().take(WAY - 1).chain([alias]).collect()
}
