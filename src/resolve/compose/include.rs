//! `include`: another project's services beside one's own.
//!
//! Source: Compose Specification, "`include`"; compose-go, `loader/include.go`.

use std::rc::Rc;

use bstr::{BStr, BString};

use super::load::{Loader, Scope};
use super::{Environment, path, rebase, remote, sets};
use crate::model::{Content, Declared, Entry, File, GapKind, Node, Span, Spanned, Tree};

/// Files that may be included into one project.
pub(super) const MOST: usize = 1000;
/// Files that may include each other in a row.
const DEEPEST: usize = 16;

/// What is taken over from an included project.
const TAKEN: [&str; 6] = ["services", "volumes", "networks", "secrets", "configs", "models"];

/// The document with what it includes.
pub(super) fn resolved(
    loader: &mut Loader<'_>,
    document: &Node,
    file: &Rc<File>,
    scope: &Scope,
    including: &mut Vec<BString>,
) -> Node {
    let mut out = document.clone();
    let items = document.get("include").map_or(&[][..], Node::items);
    including.push(file.text.path.clone());
    for item in items {
        if let Some(project) = project(loader, item, scope, including) {
            out = imported(loader, &out, &project);
        }
    }
    including.pop();
    out
}

/// The files that the one at `path` includes and that are projects by themselves: compose finds each in
/// its own folder.
pub(in crate::resolve) fn projects_of(tree: &dyn Tree, path: &BStr) -> Vec<BString> {
    let Ok(Some(file)) = tree.file(path) else { return Vec::new() };
    let Declared::Tree(documents) = &file.declared else { return Vec::new() };
    let items = documents.iter().filter_map(|document| document.get("include"));
    let items = items.flat_map(Node::items).take(MOST);
    let paths = items.flat_map(|item| texts(Some(item.get("path").unwrap_or(item))));
    let texts = paths.filter(|node| !node.is_opaque()).filter_map(Node::text);
    let paths = texts.filter_map(|text| path::inside(path::parent(path), text));
    paths.filter(|path| sets::is_default(path.as_ref())).collect()
}

/// The texts of a scalar or of a list of them, with what they stand in.
fn texts(node: Option<&Node>) -> Vec<&Node> {
    let Some(node) = node else { return Vec::new() };
    let one = std::slice::from_ref(node);
    let items = if node.is_list() { node.items() } else { one };
    items.iter().filter(|item| item.text().is_some()).collect()
}

/// One included project, its paths as the including one reads them.
fn project(
    loader: &mut Loader<'_>,
    item: &Node,
    scope: &Scope,
    including: &mut Vec<BString>,
) -> Option<Node> {
    let paths = texts(Some(item.get("path").unwrap_or(item)));
    let mut files = Vec::new();
    for node in paths.into_iter().filter(|node| !node.is_opaque()) {
        let text = node.text()?;
        if path::is_remote(text) {
            loader.sources.push(remote::source(node, text));
        } else if let Some(file) = loader.named(scope.folder.as_ref(), text, node.span) {
            files.push(file);
        }
    }
    let main = files.first()?.text.path.clone();
    if !may(loader, &main, &files, including, item.span) {
        return None;
    }
    let folder = match item.get("project_directory").and_then(Node::text) {
        Some(text) => path::inside(scope.folder.as_ref(), text)?,
        None => path::parent(main.as_ref()).into(),
    };
    let environment = environment(loader, item, scope, folder.as_ref());
    let inner = loader.scope(folder.as_ref(), environment);
    let model = loader.model(&files, &inner, including)?;
    loader.included.insert(main);
    let model = rebase::project(&model, folder.as_ref(), scope.folder.as_ref());
    loader.copied(&model, item.span)
}

/// Whether another file may be included.
fn may(
    loader: &mut Loader<'_>,
    main: &BString,
    files: &[Rc<File>],
    including: &[BString],
    span: Span,
) -> bool {
    if including.contains(main) {
        loader.refuse(span, GapKind::Unparsed, "files include each other in a circle");
        return false;
    }
    match loader.includes.checked_sub(files.len()) {
        Some(left) if including.len() < DEEPEST => loader.includes = left,
        _ => {
            loader.refuse(span, GapKind::Limit, "too many files are included");
            return false;
        }
    }
    true
}

/// What an included project is read with: what the including one has counts first.
fn environment(loader: &Loader<'_>, item: &Node, scope: &Scope, folder: &BStr) -> Environment {
    let named = texts(item.get("env_file"));
    let mut environment = scope.environment.clone();
    if named.is_empty() {
        environment.add(Environment::of(loader.tree, path::join(folder, ".env".into()).as_ref()));
    }
    // Of several files the last one counts.
    for node in named.into_iter().rev() {
        let text = node.text().unwrap_or_default();
        if let Some(path) = path::inside(scope.folder.as_ref(), text) {
            environment.add(Environment::of(loader.tree, path.as_ref()));
        }
    }
    environment
}

/// The document with what an included project declares; its own declarations go over them.
fn imported(loader: &mut Loader<'_>, document: &Node, project: &Node) -> Node {
    let mut entries = document.entries().to_vec();
    for key in TAKEN {
        let Some(from) = project.entry(key).filter(|entry| entry.value.is_map()) else { continue };
        match entries.iter_mut().rev().find(|entry| entry.key.value == key) {
            Some(own) if own.value.is_map() => {
                own.value = beside(loader, &own.value, &from.value, key);
            }
            Some(own) => own.value = from.value.clone(),
            None => {
                let key = Spanned::new(key.to_owned(), from.key.span);
                entries.push(Entry { key, value: from.value.clone() });
            }
        }
    }
    Node { content: Content::Map(Rc::new(entries)), ..document.clone() }
}

fn beside(loader: &mut Loader<'_>, own: &Node, from: &Node, kind: &str) -> Node {
    let mut entries = own.entries().to_vec();
    for entry in from.entries() {
        let name = &entry.key.value;
        match entries.iter_mut().rev().find(|own| own.key.value == *name) {
            Some(own) => own.value = loader.merged(&entry.value, &own.value, &[kind, name]),
            None => entries.push(entry.clone()),
        }
    }
    Node { content: Content::Map(Rc::new(entries)), ..own.clone() }
}
