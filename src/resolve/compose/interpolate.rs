//! Variables filled in, scalar by scalar.

use std::rc::Rc;

use super::Environment;
use crate::model::{Content, Entry, Gap, Node, Scalar, Text, interpolate};

/// What the values of one project may come to, in bytes, where variables are filled in.
pub(super) const LARGEST: usize = 8 << 20;
/// Mistakes told of one file.
const MOST_GAPS: usize = 20;

/// A document with the variables of `environment` filled in. `room` is what is left of the bytes
/// that variables may come to.
pub(super) fn filled(
    document: &Node,
    text: &Text,
    environment: &Environment,
    room: &mut usize,
) -> (Node, Vec<Gap>) {
    let mut filler = Filler { text, environment, room, gaps: Vec::new() };
    let node = filler.node(document).unwrap_or_else(|| document.clone());
    (node, filler.gaps)
}

struct Filler<'f> {
    text: &'f Text,
    environment: &'f Environment,
    room: &'f mut usize,
    gaps: Vec<Gap>,
}

impl Filler<'_> {
    /// The node with its variables filled in; `None` where it has none.
    fn node(&mut self, node: &Node) -> Option<Node> {
        let content = match &node.content {
            Content::Scalar(scalar) if scalar.text.contains('$') => {
                return Some(self.scalar(node, scalar));
            }
            Content::Null | Content::Scalar(_) => return None,
            Content::List(items) => {
                let filled: Vec<Option<Node>> = items.iter().map(|item| self.node(item)).collect();
                if filled.iter().all(Option::is_none) {
                    return None;
                }
                let both = items.iter().zip(filled);
                let items = both.map(|(item, filled)| filled.unwrap_or_else(|| item.clone()));
                Content::List(Rc::new(items.collect()))
            }
            Content::Map(entries) => {
                let filled: Vec<Option<Node>> =
                    entries.iter().map(|entry| self.node(&entry.value)).collect();
                if filled.iter().all(Option::is_none) {
                    return None;
                }
                let both = entries.iter().zip(filled);
                let entries = both.map(|(entry, filled)| Entry {
                    key: entry.key.clone(),
                    value: filled.unwrap_or_else(|| entry.value.clone()),
                });
                Content::Map(Rc::new(entries.collect()))
            }
        };
        Some(Node { content, ..node.clone() })
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar) -> Node {
        let lookup = |name: &str| self.environment.get(name);
        let mut node = node.clone();
        match interpolate(&scalar.text, &lookup, *self.room) {
            Ok(filled) => {
                *self.room = self.room.saturating_sub(filled.text.len());
                node.because.extend(filled.because);
                // What comes out is text to compose, whatever it looks like.
                node.content = Content::Scalar(Rc::new(Scalar {
                    text: filled.text,
                    plain: false,
                    opaque: scalar.opaque || filled.unknown,
                }));
            }
            Err(why) => {
                if self.gaps.len() < MOST_GAPS {
                    let message = format!("compose refuses the variables of this value: {why}");
                    self.gaps.push(Gap::at(self.text, node.span, message));
                }
                let scalar = Scalar { opaque: true, ..scalar.clone() };
                node.content = Content::Scalar(Rc::new(scalar));
            }
        }
        node
    }
}
