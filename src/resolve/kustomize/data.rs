//! Secrets and configuration that a kustomization generates.

use std::collections::HashSet;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::{FILES, joined, kustomization};
use crate::model::{
    DataKind, DataObject, Declaration, Declared, File, FileKind, Node, Spanned, Tree, Unit, Value,
    Variable, printable,
};
use crate::resolve::helm::{first, split};
use crate::resolve::kubernetes::{is_sealed, settings_of};

/// The objects of `secretGenerator` and `configMapGenerator`; the files that they are made of are
/// added to `read`.
pub(super) fn generated(
    root: &Node,
    file: &Rc<File>,
    tree: &dyn Tree,
    read: &mut HashSet<BString>,
) -> Vec<Declaration> {
    let lists = [
        ("secretGenerator", "Secret", DataKind::Secret),
        ("configMapGenerator", "ConfigMap", DataKind::Configuration),
    ];
    let mut found = Vec::new();
    for (key, kind, data) in lists {
        for item in root.get(key).map_or(&[][..], Node::items).iter().filter(|item| item.is_map()) {
            let name = item.get("name").and_then(Node::text).unwrap_or_default();
            let title = format!("generated {kind} {}", printable(name, 60));
            let object = DataObject {
                file: file.text.file,
                identity: format!("{kind}//{name}"),
                title: title.clone(),
                head: item.get("name").map_or(item.span, |name| name.span),
                span: item.span,
                kind: data,
                values: values(item, file, tree, read),
                immutable: None,
            };
            let unit = Unit::Data(Box::new(object));
            let path = file.text.path.clone();
            found.push(Declaration { unit, path, title, body: Vec::new() });
        }
    }
    found
}

fn values(item: &Node, file: &File, tree: &dyn Tree, read: &mut HashSet<BString>) -> Vec<Variable> {
    let items = |key: &str| item.get(key).map_or(&[][..], Node::items).iter();
    let literal = |node: &Node| {
        let (name, value) = node.text()?.split_once('=')?;
        let value = value.trim_matches(['"', '\'']).to_owned();
        let value = Some(Value { text: value, unknown: node.is_opaque() });
        Some(Variable { name: name.to_owned(), value, place: node.place(()) })
    };
    let mut values: Vec<Variable> = items("literals").filter_map(literal).collect();
    let folder = split(file.text.path.as_bstr()).0;
    for (node, path, key) in named(item, folder) {
        let Ok(Some(file)) = tree.file_as(path.as_bstr(), FileKind::Environment) else { continue };
        read.insert(path);
        match (key, &file.declared) {
            (Some(key), _) => settings_of(&key, &file, node.span, &mut values),
            (None, Declared::Environment(variables)) => {
                values.extend(variables.iter().cloned().map(|mut variable| {
                    variable.place = Spanned { ..variable.place }.because([node.span]);
                    variable
                }));
            }
            (None, _) => {}
        }
    }
    values.retain(|value| !is_sealed(value));
    values
}

/// The files that a generator takes in: where each is named, and the key that its content gets;
/// without one each of its lines has its own.
fn named<'n>(
    item: &'n Node,
    folder: &'n BStr,
) -> impl Iterator<Item = (&'n Node, BString, Option<String>)> {
    let items = |key: &str| item.get(key).map_or(&[][..], Node::items).iter().take(FILES);
    let lines = items("envs").chain(item.get("env")).map(|node| (node, None));
    let whole = items("files").map(|node| (node, Some(())));
    lines.chain(whole).filter_map(move |(node, whole)| {
        let text = node.text().filter(|_| !node.is_opaque())?;
        let (key, path) = match text.split_once('=').filter(|_| whole.is_some()) {
            Some((key, path)) => (key, path),
            None => (text.rsplit('/').next().unwrap_or(text), text),
        };
        // What is called `password.txt` is a password.
        let key = key.strip_suffix(".txt").unwrap_or(key);
        Some((node, joined(folder, path)?, whole.map(|()| key.to_owned())))
    })
}

/// The files of a folder that a kustomization of it takes in whole, whatever they are called.
pub(in crate::resolve) fn named_in(folder: &BStr, tree: &dyn Tree) -> Vec<(BString, FileKind)> {
    let Some(file) = kustomization(tree, folder) else { return Vec::new() };
    let Some(root) = first(&file) else { return Vec::new() };
    let lists = ["secretGenerator", "configMapGenerator"].into_iter();
    lists
        .flat_map(|key| root.get(key).map_or(&[][..], Node::items))
        .flat_map(|item| named(item, folder))
        .map(|(_, path, _)| (path, FileKind::Environment))
        .collect()
}
