//! Helm: templates filled in from the chart's own values, charts that others are built from.

mod eval;
mod render;
mod source;
mod term;
mod values;

use std::collections::HashMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::kubernetes::Object;
use crate::model::template::{self, BranchKind};
use crate::model::{Declared, EntryKind, File, FileKind, Node, Settings, Tree};

pub(super) use source::{Draft, of_object, value};

use super::Resolved;
use eval::Scope;
use term::Term;
use values::Values;

/// How many files with named templates one chart is read for.
const HELPERS: usize = 20;
/// How many templates of one chart are read because its values changed.
const TEMPLATES: usize = 300;

/// The charts of one revision, each read once.
pub(super) struct Charts<'t> {
    tree: &'t dyn Tree,
    known: HashMap<BString, Scope>,
    /// Values that a template has put in.
    used: values::Used,
}

impl<'t> Charts<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, known: HashMap::new(), used: values::Used::new() }
    }

    /// The documents of a template, with what its chart's values put in.
    pub(super) fn fill(&mut self, file: &File) -> Vec<Node> {
        let Declared::Tree(documents) = &file.declared else { return Vec::new() };
        let scope = match chart_of(file.text.path.as_bstr()) {
            Some(root) => self.scope(root),
            None => unknown(),
        };
        let at = |action: &template::Action| file.text.span(action.range.clone());
        let filled = render::documents(documents, &file.text.content, &scope, at);
        values::used(&filled, &mut self.used);
        filled
    }

    /// The units of values that no template of the tree puts in: those of files, and those that
    /// objects hand to a chart.
    pub(super) fn values<'f>(
        &self,
        files: &'f [Rc<File>],
        objects: &'f [Object],
        settings: &Settings,
    ) -> Resolved {
        let of_file = |file: &'f Rc<File>| {
            let root = first(file)?;
            Some(Values { root, file, of: String::new() })
        };
        let mut all: Vec<Values<'f>> = files.iter().filter_map(of_file).collect();
        all.extend(objects.iter().filter_map(handed));
        values::units(&all, &self.used, self.tree, settings)
    }

    fn scope(&mut self, root: &BStr) -> Scope {
        if let Some(scope) = self.known.get(root) {
            return scope.clone();
        }
        let scope = read(self.tree, root);
        self.known.insert(root.to_owned(), scope.clone());
        scope
    }
}

/// The values that an object of Flux or Argo CD hands to a chart.
fn handed(object: &Object) -> Option<Values<'_>> {
    let path = match (object.group.as_str(), object.kind.as_str()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => "spec.values",
        ("argoproj.io", "Application") => "spec.source.helm.valuesObject",
        _ => return None,
    };
    let root = object.at(path).filter(|root| root.is_map())?;
    Some(Values { root, file: &object.file, of: object.title() })
}

/// The folder of the chart that a template belongs to.
pub(super) fn chart_of(path: &BStr) -> Option<&BStr> {
    if path.starts_with(b"templates/") {
        return Some(b"".as_bstr());
    }
    path.rfind(b"/templates/").map(|at| path[..at].as_bstr())
}

fn unknown() -> Scope {
    Scope {
        values: Term::unknown(),
        chart: Term::unknown(),
        variables: HashMap::new(),
        defines: Rc::default(),
        top: eval::Dot::Root,
        depth: 0,
    }
}

fn read(tree: &dyn Tree, root: &BStr) -> Scope {
    let document = |name: &str, kind: FileKind| {
        let file = tree.file_as(below(root, name).as_bstr(), kind).ok().flatten()?;
        first(&file).cloned()
    };
    let Some(chart) = document("Chart.yaml", FileKind::Chart) else { return unknown() };
    let values = document("values.yaml", FileKind::Values);
    Scope {
        values: values.map_or_else(Term::nothing, Term::node),
        chart: Term::node(chart),
        defines: Rc::new(defines(tree, root)),
        ..unknown()
    }
}

/// The named templates of a chart's partials.
fn defines(tree: &dyn Tree, root: &BStr) -> HashMap<String, Rc<str>> {
    let folder = below(root, "templates");
    let partial =
        |(name, kind): &(BString, EntryKind)| *kind == EntryKind::File && name.starts_with(b"_");
    let mut found = HashMap::new();
    for (name, _) in
        tree.names(folder.as_bstr()).iter().filter(|entry| partial(entry)).take(HELPERS)
    {
        let path = [folder.as_slice(), name].join(&b'/');
        let Ok(Some(file)) = tree.file_as(path.as_bstr(), FileKind::Template) else { continue };
        let text = &file.text.content;
        let actions = template::actions(text);
        let all = template::branches(text, &actions);
        for branch in all.iter().filter(|branch| branch.kind == BranchKind::Define) {
            let name = text.get(branch.code.clone()).unwrap_or_default();
            let body = text.get(branch.body.clone()).unwrap_or_default();
            found.insert(name.trim_matches('"').to_owned(), Rc::from(body));
        }
    }
    found
}

/// The first document of a structured file.
pub(super) fn first(file: &File) -> Option<&Node> {
    match &file.declared {
        Declared::Tree(documents) => documents.first(),
        _ => None,
    }
}

/// The units of charts.
pub(super) fn charts(tree: &dyn Tree, files: &[Rc<File>]) -> Resolved {
    let units = files.iter().flat_map(|file| source::dependencies(file, tree)).collect();
    Resolved { units, ..Resolved::default() }
}

/// Folder and name of a path.
pub(super) fn split(path: &BStr) -> (&BStr, &BStr) {
    match path.rfind_byte(b'/') {
        Some(at) => (path[..at].as_bstr(), path[at + 1..].as_bstr()),
        None => (b"".as_bstr(), path),
    }
}

/// A path below a folder; the top is empty.
pub(super) fn below(folder: &BStr, name: &str) -> BString {
    if folder.is_empty() {
        name.into()
    } else {
        [folder.as_bytes(), name.as_bytes()].join(&b'/').into()
    }
}

/// The templates of the chart that a file of it decides about: its values, its description, its
/// partials.
pub(super) fn readers_of(path: &BStr, tree: &dyn Tree) -> Vec<BString> {
    let (folder, name) = split(path);
    if let b"Chart.lock" | b"requirements.lock" = name.as_bytes() {
        let name = name.to_string().replace("lock", "yaml");
        return vec![below(folder, &name)];
    }
    let partial = name.starts_with(b"_");
    let root = match name.as_bytes() {
        b"values.yaml" | b"Chart.yaml" => folder,
        _ if partial => match chart_of(path) {
            Some(root) => root,
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let templates = below(root, "templates");
    let yaml = |path: &BStr| path.ends_with(b".yaml") || path.ends_with(b".yml");
    let mut readers = tree.below(templates.as_bstr(), &|_| true, &yaml).unwrap_or_default();
    readers.truncate(TEMPLATES);
    readers
}
