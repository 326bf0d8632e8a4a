//! Secrets and configuration that a kustomization generates.

use std::rc::Rc;

use bstr::ByteSlice as _;

use super::joined;
use crate::model::{
    DataKind, DataObject, Declaration, Declared, File, FileKind, Node, Spanned, Tree, Unit, Value,
    Variable, printable,
};
use crate::resolve::helm::split;

/// The objects of `secretGenerator` and `configMapGenerator`.
pub(super) fn generated(root: &Node, file: &Rc<File>, tree: &dyn Tree) -> Vec<Declaration> {
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
                values: values(item, file, tree),
                immutable: None,
            };
            let unit = Unit::Data(Box::new(object));
            let path = file.text.path.clone();
            found.push(Declaration { unit, path, title, body: Vec::new() });
        }
    }
    found
}

fn values(item: &Node, file: &File, tree: &dyn Tree) -> Vec<Variable> {
    let items = |key: &str| item.get(key).map_or(&[][..], Node::items).iter();
    let literal = |node: &Node| {
        let (name, value) = node.text()?.split_once('=')?;
        let value = value.trim_matches(['"', '\'']).to_owned();
        let value = Some(Value { text: value, unknown: node.is_opaque() });
        Some(Variable { name: name.to_owned(), value, place: node.place(()) })
    };
    let mut values: Vec<Variable> = items("literals").filter_map(literal).collect();
    for node in items("envs").chain(item.get("env")) {
        let folder = split(file.text.path.as_bstr()).0;
        let Some(path) = node.text().and_then(|text| joined(folder, text)) else { continue };
        let Ok(Some(file)) = tree.file_as(path.as_bstr(), FileKind::Environment) else { continue };
        let Declared::Environment(variables) = &file.declared else { continue };
        values.extend(variables.iter().cloned().map(|mut variable| {
            variable.place = Spanned { ..variable.place }.because([node.span]);
            variable
        }));
    }
    values
}
