//! Values that come to a service from files: `env_file`, `secrets`, `configs`.

use bstr::{BStr, BString};

use super::super::Project;
use super::read;
use crate::model::{
    Declared, Entry, FileKind, Gap, Node, Spanned, Tree, ValueFile, Variable, Workload,
};

/// Fills in all of it.
pub(super) fn fill(
    service: &Node,
    project: &Project,
    tree: &dyn Tree,
    out: &mut Workload,
    gaps: &mut Vec<Gap>,
) {
    environment_files(service.get("env_file"), project, tree, out, gaps);
    for (key, kind) in [("secrets", "secret"), ("configs", "config")] {
        for name in named(service.get(key)) {
            let Some(entry) = project.root.get(key).and_then(|all| all.entry(&name.value)) else {
                continue;
            };
            let used_as = format!("{kind} {}", name.value);
            if let Some(content) = entry.value.get("content") {
                out.values.extend(value(&used_as, content));
            }
            out.value_files.extend(held(entry, used_as, kind == "secret", project, tree, gaps));
        }
    }
}

/// `env_file: FILE`, a list of them, or of `{path: FILE}`.
fn environment_files(
    node: Option<&Node>,
    project: &Project,
    tree: &dyn Tree,
    out: &mut Workload,
    gaps: &mut Vec<Gap>,
) {
    let Some(node) = node else { return };
    let one = std::slice::from_ref(node);
    let items = if node.is_list() { node.items() } else { one };
    for item in items {
        let path = if item.is_map() { item.get("path") } else { Some(item) };
        let Some((node, path)) = path.and_then(|node| Some((node, in_tree(node, project)?))) else {
            continue;
        };
        let file = tree.file_as(path.as_ref(), FileKind::Environment).unwrap_or_else(|gap| {
            gaps.push(gap);
            None
        });
        let variables = match file.as_deref().map(|file| &file.declared) {
            Some(Declared::Environment(variables)) => variables.clone(),
            _ => Vec::new(),
        };
        let used_as = "env_file".to_owned();
        out.value_files.push(node.place(ValueFile {
            path,
            used_as,
            file,
            variables,
            secret: false,
        }));
    }
}

/// The names of the secrets or configurations that a service is given.
fn named(node: Option<&Node>) -> Vec<Spanned<String>> {
    let items = node.map_or(&[][..], Node::items);
    items
        .iter()
        .filter_map(|item| read::text(item.get("source")).or_else(|| item.spanned()))
        .collect()
}

/// A configuration that is written down in the compose file.
fn value(used_as: &str, content: &Node) -> Option<Variable> {
    let value = read::value(Some(content))?;
    Some(Variable { name: used_as.to_owned(), place: value.with(()), value: Some(value.value) })
}

/// The file that holds a secret or a configuration.
fn held(
    entry: &Entry,
    used_as: String,
    secret: bool,
    project: &Project,
    tree: &dyn Tree,
    gaps: &mut Vec<Gap>,
) -> Option<Spanned<ValueFile>> {
    let node = entry.value.get("file")?;
    let path = in_tree(node, project)?;
    let file = tree.file(path.as_ref()).unwrap_or_else(|gap| {
        gaps.push(gap);
        None
    });
    Some(node.place(ValueFile { path, used_as, file, variables: Vec::new(), secret }))
}

/// A path of the tree; `None` where it leads out of it or can't be known.
pub(super) fn in_tree(node: &Node, project: &Project) -> Option<BString> {
    let text = node.text().filter(|text| !text.is_empty() && !node.is_opaque())?;
    below(project.folder.as_ref(), text)
}

/// `path` as seen from `folder`; `None` where it leads out of the tree.
pub(super) fn below(folder: &BStr, path: &str) -> Option<BString> {
    if path.starts_with(['/', '~']) {
        return None;
    }
    let folder = folder.to_string();
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/").into())
}
