//! Helm: templates filled in from the chart's own values, charts that others are built from.

mod chart;
mod expression;
mod functions;
mod handed;
mod library;
mod plan;
mod printed;
mod render;
mod scope;
mod script;
mod source;
mod term;
mod texts;
mod values;

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::kubernetes::Object;
use crate::model::{Declared, File, FileKind, Node, Settings, Tree};

pub(super) use source::{Draft, of_object, value};

use super::Resolved;
use plan::{Place, Plan};
use scope::{Dot, Scope};
use script::Script;
use values::Values;

/// How many templates of one chart are read because its values changed.
const TEMPLATES: usize = 300;

/// The charts of one revision, and what of their values is put in.
pub(super) struct Charts<'t> {
    tree: &'t dyn Tree,
    known: chart::Known<'t>,
    /// Values that a template has put in.
    used: values::Used,
}

impl<'t> Charts<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, known: chart::Known::new(tree), used: values::Used::new() }
    }

    /// The documents of each of these templates, with what its chart's values put in.
    pub(super) fn fill(&mut self, files: &[Rc<File>]) -> Vec<(Rc<File>, Vec<Node>)> {
        let mut filled = Vec::new();
        for file in files.iter().filter(|file| chart::leaves(file.text.path.as_bstr())) {
            let Some(scope) = self.scope(file) else { continue };
            let Declared::Tree(documents) = &file.declared else { continue };
            // Without a chart it is some other program's template.
            if scope.description.is_none() && !chart::is_called_so(file.text.path.as_bstr()) {
                continue;
            }
            let script = Rc::new(Script::new(&file.text.content));
            let place = Place::File(Rc::clone(file), 0);
            let plan = Plan::new(scope, &script, &Dot::Root, place);
            filled.push((Rc::clone(file), render::documents(documents, &plan)));
        }
        // Only now it shows which of them nothing has taken in.
        for file in files.iter().filter(|file| chart::is_partial(file.text.path.as_bstr())) {
            let Some(scope) = self.scope(file) else { continue };
            filled.push((Rc::clone(file), scope.library.left_over(file, &scope)));
        }
        for (_, documents) in &filled {
            values::used(documents, &mut self.used);
        }
        filled
    }

    fn scope(&mut self, file: &File) -> Option<Scope<'t>> {
        match chart_of(file.text.path.as_bstr()) {
            Some(root) => self.known.at(root),
            None => Some(Scope::unknown(Rc::new(library::Library::new(self.tree, &[])))),
        }
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
            let root = first(file)?.clone();
            Some(Values { root, file, of: String::new() })
        };
        let mut all: Vec<Values<'f>> = files.iter().filter_map(of_file).collect();
        all.extend(objects.iter().flat_map(|object| handed::of(object, self.tree)));
        values::units(&all, &self.used, self.tree, settings)
    }
}

/// The folder of the chart that a template belongs to.
pub(super) fn chart_of(path: &BStr) -> Option<&BStr> {
    if path.starts_with(b"templates/") {
        return Some(b"".as_bstr());
    }
    path.rfind(b"/templates/").map(|at| path[..at].as_bstr())
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

/// The documents of a text that is written inside another file, on lines of its own: below the line
/// `above`, where its key stands.
pub(super) fn inline(node: &Node, above: u32, tree: &dyn Tree) -> Vec<Node> {
    if node.span.line <= above {
        return Vec::new();
    }
    match tree.part_as(node.span, FileKind::Yaml).map(|reading| reading.declared) {
        Some(Declared::Tree(documents)) => documents,
        _ => Vec::new(),
    }
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
    let root = match name.as_bytes() {
        b"values.yaml" | b"Chart.yaml" | b"requirements.yaml" => folder,
        _ if chart::is_partial(path) => match chart_of(path) {
            Some(root) => root,
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let is_template = |path: &BStr| chart_of(path).is_some();
    // What lies in a chart is given its values as well.
    let mut readers = Vec::new();
    for folder in [below(root, "templates"), below(root, "charts")] {
        readers.extend(tree.below(folder.as_bstr(), &|_| true, &is_template).unwrap_or_default());
    }
    readers.truncate(TEMPLATES);
    readers
}
