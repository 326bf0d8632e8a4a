//! Patches: strategic merges and lists of operations (RFC 6902).

use std::rc::Rc;

use bstr::BString;

use super::documents;
use crate::model::{Content, Entry, File, Node, Span, Spanned, Tree};
use crate::resolve::helm::inline;
use crate::resolve::kubernetes::Object;

/// How deep a merge goes.
const DEPTH: usize = 48;
/// Keys by which the items of a list are told apart, the first that both have.
const KEYS: &[&str] = &["name", "mountPath", "containerPort", "port", "topologyKey"];

/// One patch.
pub(super) struct Patch {
    /// The file that it stands in, where that is one of its own.
    pub(super) path: Option<BString>,
    target: Option<Node>,
    what: What,
}

enum What {
    Merge(Node),
    Operations(Vec<Node>),
}

/// The patches of a kustomization, in order.
pub(super) fn of(root: &Node, file: &File, tree: &dyn Tree) -> Vec<Patch> {
    let items = |key: &str| root.get(key).map_or(&[][..], Node::items).to_vec();
    let mut patches = Vec::new();
    for item in items("patchesStrategicMerge") {
        read(&item, None, item.span.line.saturating_sub(1), file, tree, &mut patches);
    }
    for item in ["patches", "patchesJson6902"].iter().flat_map(|key| items(key)) {
        let target = item.get("target").cloned();
        if let Some(path) = item.get("path") {
            read(path, target.as_ref(), 0, file, tree, &mut patches);
        }
        if let Some(entry) = item.entry("patch") {
            read(&entry.value, target.as_ref(), entry.key.span.line, file, tree, &mut patches);
        }
    }
    patches
}

fn read(
    node: &Node,
    target: Option<&Node>,
    above: u32,
    file: &File,
    tree: &dyn Tree,
    patches: &mut Vec<Patch>,
) {
    let Some(text) = node.text() else { return };
    let (path, documents) = if text.contains('\n') {
        (None, inline(node, above, tree))
    } else {
        let Some((path, documents)) = documents(file, text, tree) else { return };
        (Some(path), documents)
    };
    for document in documents {
        let what = match &document.content {
            Content::List(items) => What::Operations(items.to_vec()),
            Content::Map(_) => What::Merge(document),
            _ => continue,
        };
        patches.push(Patch { path: path.clone(), target: target.cloned(), what });
    }
}

impl Patch {
    /// Whether it changes this object.
    pub(super) fn is_for(&self, object: &Object) -> bool {
        let text = |node: &Node, path: &str| node.at(path).and_then(Node::text).map(str::to_owned);
        let fits =
            |wanted: Option<String>, is: &str| wanted.is_none_or(|wanted| matches(&wanted, is));
        match (&self.target, &self.what) {
            (Some(target), _) => {
                fits(text(target, "kind"), &object.kind)
                    && fits(text(target, "name"), object.name())
                    && fits(text(target, "group"), &object.group)
                    && target
                        .get("labelSelector")
                        .is_none_or(|selector| has_labels(object, selector))
            }
            (None, What::Merge(node)) => {
                text(node, "kind").as_deref() == Some(&object.kind)
                    && text(node, "metadata.name").as_deref() == Some(object.name())
            }
            (None, What::Operations(_)) => false,
        }
    }

    /// `node` as it is with this patch over it.
    pub(super) fn over(&self, node: &Node) -> Node {
        match &self.what {
            What::Merge(patch) => merge(node, patch, self.target.is_some(), DEPTH),
            What::Operations(operations) => operations.iter().fold(node.clone(), operate),
        }
    }
}

/// Names of a target are patterns that must fit as a whole.
fn matches(wanted: &str, is: &str) -> bool {
    let wanted = wanted.trim_start_matches('^').trim_end_matches('$');
    if wanted.is_empty() || wanted == is {
        return true;
    }
    let pattern = ['*', '+', '|', '[', '('].iter().any(|mark| wanted.contains(*mark));
    pattern && regex::Regex::new(&format!("^(?:{wanted})$")).is_ok_and(|regex| regex.is_match(is))
}

fn has_labels(object: &Object, selector: &Node) -> bool {
    let labels = object.at("metadata.labels");
    let has = |pair: &str| match pair.split_once('=') {
        Some((key, value)) => {
            let own = labels.and_then(|labels| labels.get(key.trim())).and_then(Node::text);
            own == Some(value.trim_start_matches('=').trim())
        }
        None => labels.is_some_and(|labels| labels.get(pair.trim()).is_some()),
    };
    selector.text().is_none_or(|text| text.split(',').all(has))
}

fn merge(base: &Node, patch: &Node, top: bool, depth: usize) -> Node {
    if depth == 0 {
        return patch.clone();
    }
    match (&base.content, &patch.content) {
        (Content::Map(entries), Content::Map(over)) => {
            match patch.get("$patch").and_then(Node::text) {
                Some("delete") => return gone(patch),
                Some("replace") => return patch.clone(),
                _ => {}
            }
            let mut merged: Vec<Entry> = entries.to_vec();
            for entry in over.iter() {
                let key = entry.key.value.as_str();
                // What a patch with a target says it is says nothing about the object.
                if key.starts_with('$')
                    || (top && matches!(key, "apiVersion" | "kind" | "metadata"))
                {
                    continue;
                }
                match merged.iter_mut().rev().find(|own| own.key.value == key) {
                    Some(own) => own.value = merge(&own.value, &entry.value, false, depth - 1),
                    None => merged.push(entry.clone()),
                }
            }
            Node { content: Content::Map(Rc::new(merged)), ..base.clone() }
        }
        (Content::List(items), Content::List(over)) => list(base, items, over, depth),
        _ => patch.clone(),
    }
}

fn list(base: &Node, items: &[Node], over: &[Node], depth: usize) -> Node {
    let key = KEYS.iter().find(|key| {
        let has = |item: &Node| item.get(key).is_some();
        over.iter().any(has) && items.iter().any(has)
    });
    let Some(key) = key else {
        return Node { content: Content::List(Rc::new(over.to_vec())), ..base.clone() };
    };
    let mut merged = items.to_vec();
    for item in over {
        let name = item.get(key).and_then(Node::text);
        let same = |own: &Node| name.is_some() && own.get(key).and_then(Node::text) == name;
        match merged.iter().position(same) {
            Some(at) if item.get("$patch").and_then(Node::text) == Some("delete") => {
                merged.remove(at);
            }
            Some(at) => {
                if let Some(own) = merged.get_mut(at) {
                    *own = merge(own, item, false, depth - 1);
                }
            }
            None => merged.push(item.clone()),
        }
    }
    Node { content: Content::List(Rc::new(merged)), ..base.clone() }
}

/// What a patch takes away: nothing, because of the patch.
fn gone(patch: &Node) -> Node {
    Node::new(Content::Null, patch.span)
}

fn operate(node: Node, operation: &Node) -> Node {
    let text = |key: &str| operation.get(key).and_then(Node::text);
    let (Some(kind), Some(path)) = (text("op"), text("path")) else { return node };
    let steps: Vec<String> =
        path.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let value = match kind {
        "add" | "replace" => operation.get("value"),
        "remove" => None,
        _ => return node,
    };
    if steps.is_empty() || steps.len() > DEPTH {
        return node;
    }
    set(&node, &steps, value, kind == "add", operation.span)
}

fn set(node: &Node, steps: &[String], value: Option<&Node>, add: bool, at: Span) -> Node {
    let Some((step, rest)) = steps.split_first() else { return node.clone() };
    let last = rest.is_empty();
    if let Content::List(items) = &node.content {
        let mut items = items.to_vec();
        let index = step.parse().unwrap_or(items.len());
        match (items.get(index).cloned(), value) {
            (Some(item), _) if !last => {
                let item = set(&item, rest, value, add, at);
                items.splice(index..=index, [item]);
            }
            (Some(_), None) => drop(items.remove(index)),
            (Some(_), Some(value)) if !add => {
                drop(items.splice(index..=index, [value.clone()]));
            }
            (_, Some(value)) if last => items.insert(index.min(items.len()), value.clone()),
            _ => {}
        }
        return Node { content: Content::List(Rc::new(items)), ..node.clone() };
    }
    let mut entries = node.entries().to_vec();
    let own = entries.iter_mut().rev().find(|entry| entry.key.value == *step);
    match (own, value) {
        (Some(own), _) if !last => own.value = set(&own.value, rest, value, add, at),
        (Some(own), Some(value)) => own.value = value.clone(),
        (Some(own), None) => own.value = Node::new(Content::Null, at),
        (None, Some(value)) if last => {
            let key = Spanned::new(step.clone(), at);
            entries.push(Entry { key, value: value.clone() });
        }
        (None, _) => {}
    }
    Node { content: Content::Map(Rc::new(entries)), ..node.clone() }
}
