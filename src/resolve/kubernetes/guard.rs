//! What watches over a cluster: admission webhooks, the policies of engines, meshes, quotas.
//!
//! Source: Kubernetes documentation, "Dynamic Admission Control", "Validating Admission Policy",
//! "Encrypting Confidential Data at Rest"; the documentation of Kyverno, Gatekeeper, Istio.

mod engine;
mod mesh;
mod platform;
mod webhook;

use super::labels;
use super::object::Object;
use crate::model::{Check, Guard, Node, Spanned, Stance};

/// How many entries of one object are looked at.
const MOST: usize = 512;
/// Fewer of something are weaker: how many there may be until one less does not show any more.
const COUNTED: u64 = 100_000;

/// What an object says about being strict; `None` where it guards nothing.
pub(super) fn guard(object: &Object) -> Option<Guard> {
    let (kind, group) = (object.kind.as_str(), object.group.as_str());
    let mut checks = Checks { object, list: Vec::new() };
    let weight = webhook::checks(kind, &mut checks)
        .or_else(|| engine::checks(kind, group, &mut checks))
        .or_else(|| mesh::checks(kind, group, &mut checks))
        .or_else(|| platform::checks(kind, group, &mut checks))?;
    Some(Guard { kind: object.kind.clone(), weight, checks: checks.list, protects: Vec::new() })
}

/// Collects the checks of one object.
struct Checks<'a> {
    object: &'a Object,
    list: Vec<Spanned<Check>>,
}

impl<'a> Checks<'a> {
    fn at(&self, path: &str) -> Option<&'a Node> {
        self.object.at(path)
    }

    fn items(&self, path: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
        self.at(path).map(Node::items).unwrap_or_default().iter().take(MOST)
    }

    /// What is written at a place.
    fn say(&mut self, name: impl Into<String>, stance: Stance, node: &Node) {
        let value = match node.text() {
            Some(text) => text.to_owned(),
            None => String::new(),
        };
        let stance = if node.is_opaque() { Stance::Unknown } else { stance };
        self.list.push(node.place(Check { name: name.into(), stance, value, absent: false }));
    }

    /// What is written at a place, in other words.
    fn say_as(&mut self, name: impl Into<String>, stance: Stance, node: &Node, value: String) {
        self.list.push(node.place(Check { name: name.into(), stance, value, absent: false }));
    }

    /// Something that a list does not have.
    fn missing(&mut self, name: impl Into<String>, list: &Node) {
        let (name, value) = (name.into(), String::new());
        self.list.push(list.place(Check { name, stance: Stance::Off, value, absent: true }));
    }

    /// What holds where nothing is written.
    fn lacks(&mut self, name: impl Into<String>, stance: Stance, value: &str) {
        let check = Check { name: name.into(), stance, value: value.to_owned(), absent: true };
        self.list.push(Spanned::new(check, self.object.head));
    }

    /// A word that is written or absent, each with how strict it is.
    fn word(
        &mut self,
        name: impl Into<String>,
        node: Option<&Node>,
        of: impl Fn(&str) -> Stance,
        absent: (Stance, &str),
    ) {
        let name = name.into();
        match node.filter(|node| !node.is_null()).and_then(|node| Some((node, node.text()?))) {
            Some((node, text)) => self.say(name, of(text), node),
            None => self.lacks(name, absent.0, absent.1),
        }
    }

    /// The more entries, the less is guarded.
    fn narrowed(&mut self, name: impl Into<String>, count: usize, node: Option<&Node>) {
        let stance = if count == 0 { Stance::Enforced } else { Stance::Narrowed(count as u64) };
        self.counted(name, stance, count, node);
    }

    /// The fewer entries, the less is guarded.
    fn fewer(&mut self, name: impl Into<String>, count: usize, node: Option<&Node>) {
        let stance = Stance::Counted(COUNTED.saturating_sub(count as u64));
        self.counted(name, stance, count, node);
    }

    fn counted(
        &mut self,
        name: impl Into<String>,
        stance: Stance,
        count: usize,
        node: Option<&Node>,
    ) {
        let value = count.to_string();
        match node {
            Some(node) => self.say_as(name, stance, node, value),
            None => self.lacks(name, stance, &value),
        }
    }

    /// A selector: each requirement leaves something out.
    fn selector(&mut self, name: impl Into<String>, node: Option<&Node>) {
        let selector = node.map(labels::selector).unwrap_or_default();
        let count = selector.requirements.len() + usize::from(selector.unknown.is_some());
        let values: usize = selector
            .requirements
            .iter()
            .map(|one| match one.operator {
                crate::model::Operator::NotIn => one.values.len(),
                _ => 1,
            })
            .sum();
        self.narrowed(name, count.max(values), node);
    }
}

/// A switch that should be off.
fn must_not(text: &str) -> Stance {
    if matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "on") {
        Stance::Off
    } else {
        Stance::Enforced
    }
}
