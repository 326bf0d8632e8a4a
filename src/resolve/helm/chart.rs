//! What the templates of a chart are given: its values under those of the charts around it, its
//! description, its named templates.

use std::collections::HashMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::library::Library;
use super::scope::Scope;
use super::term::Term;
use super::{below, first, split};
use crate::model::{Content, Entry, EntryKind, File, FileKind, Node, Scalar, Span, Tree};

/// How many files with named templates one chart is read for.
const HELPERS: usize = 60;
/// How deep charts may lie inside others.
const DEPTH: usize = 4;
/// How many nodes two files of values may have where one is laid over the other.
const DEEP: usize = 24;

/// A chart as its templates see it; `None`: the chart around it leaves it out.
pub(super) fn read<'t>(tree: &'t dyn Tree, root: &BStr) -> Option<Scope<'t>> {
    let library = Rc::new(Library::new(tree, &partials(tree, root)));
    let Some(chart) = description(tree, root) else { return Some(Scope::unknown(library)) };
    let values = values(tree, root, DEPTH)?;
    let place = Span::head(chart.text.file);
    Some(Scope {
        values,
        chart: first(&chart).map_or_else(Term::unknown, capital),
        description: Some(chart.text.file),
        release: release(place),
        ..Scope::unknown(library)
    })
}

fn description(tree: &dyn Tree, root: &BStr) -> Option<Rc<File>> {
    tree.file_as(below(root, "Chart.yaml").as_bstr(), FileKind::Chart).ok().flatten()
}

/// `Chart.yaml` as templates write it: `.Chart.AppVersion`.
fn capital(chart: &Node) -> Term {
    let capital = |entry: &Entry| {
        let mut chars = entry.key.value.chars();
        let first = chars.next().into_iter().flat_map(char::to_uppercase);
        (first.chain(chars).collect(), Term::node(entry.value.clone()))
    };
    Term::made(chart.entries().iter().map(capital).collect())
}

/// What Helm itself takes where nobody names a release.
fn release(at: Span) -> Term {
    let namespace = "{{ .Release.Namespace }}".to_owned();
    let namespace = Scalar { text: namespace, plain: true, opaque: true };
    let namespace = Node::new(Content::Scalar(Rc::new(namespace)), at);
    let text = |text: &str| Term::text(text, false, at);
    let plain = |text: &str| Term::text(text, true, at);
    Term::made(vec![
        ("Name".to_owned(), text("release-name")),
        ("Namespace".to_owned(), Term::node(namespace)),
        ("Service".to_owned(), text("Helm")),
        ("IsInstall".to_owned(), plain("true")),
        ("IsUpgrade".to_owned(), plain("false")),
        ("Revision".to_owned(), plain("1")),
    ])
}

/// The values of a chart: its own, and over them what the chart around it says.
fn values(tree: &dyn Tree, root: &BStr, depth: usize) -> Option<Term> {
    let file = tree.file_as(below(root, "values.yaml").as_bstr(), FileKind::Values).ok().flatten();
    let own = file.as_deref().and_then(first).cloned();
    let Some((outer, name)) = around(root).filter(|_| depth > 0) else {
        return Some(own.map_or_else(Term::nothing, Term::node));
    };
    let Some(chart) = description(tree, outer) else {
        return Some(own.map_or_else(Term::nothing, Term::node));
    };
    let listed = dependency(tree, outer, &chart, name);
    let outer = values(tree, outer, depth - 1)?;
    if listed.as_ref().is_some_and(|listed| is_off(listed, &outer)) {
        return None;
    }
    let alias = listed.as_ref().and_then(|listed| listed.get("alias")).and_then(Node::text);
    let name = alias.map_or_else(|| name.to_str_lossy().into_owned(), str::to_owned);
    let over = outer.get(&name);
    let all = laid(own, over.tree(Span::head(chart.text.file)));
    let global = outer.get("global").tree(Span::head(chart.text.file)).filter(Node::is_map);
    Some(match (all, global) {
        (Some(all), Some(global)) => {
            let both =
                laid(all.get("global").cloned(), Some(global)).unwrap_or_else(|| all.clone());
            Term::node(with(&all, "global", both))
        }
        (all, _) => all.map_or_else(Term::nothing, Term::node),
    })
}

/// The chart that another one lies in, and what its folder is called there.
fn around(root: &BStr) -> Option<(&BStr, &BStr)> {
    let (folder, name) = split(root);
    let (outer, charts) = split(folder);
    (charts == "charts").then_some((outer, name))
}

/// What a chart says of another one that lies in it: its description does, or, in older charts, a
/// file of its own.
fn dependency(tree: &dyn Tree, root: &BStr, chart: &File, name: &BStr) -> Option<Node> {
    let of = |file: &File| {
        let mut listed = first(file)?.get("dependencies")?.items().iter();
        let named =
            |one: &&Node| one.get("name").and_then(Node::text).is_some_and(|text| name == text);
        listed.find(named).cloned()
    };
    let older = || {
        let path = below(root, "requirements.yaml");
        tree.file_as(path.as_bstr(), FileKind::Chart).ok().flatten()
    };
    of(chart).or_else(|| of(older()?.as_ref()))
}

/// Its condition says no; the first one that is set counts. Without one its tags say so.
fn is_off(dependency: &Node, values: &Term) -> bool {
    let value = |path: &str| {
        let found = path.trim().split('.').fold(values.clone(), |term, step| term.get(step));
        found.tree(dependency.span)?.boolean()
    };
    let condition = dependency.get("condition").and_then(Node::text).unwrap_or_default();
    if let Some(says) = condition.split(',').find_map(value) {
        return !says;
    }
    let tags = dependency.get("tags").map(Node::items).unwrap_or_default();
    let says = tags.iter().filter_map(Node::text).filter_map(|tag| value(&format!("tags.{tag}")));
    let says: Vec<bool> = says.collect();
    !says.is_empty() && !says.contains(&true)
}

/// Values laid over others: maps key by key, a null takes away what it lies on.
fn laid(under: Option<Node>, over: Option<Node>) -> Option<Node> {
    lay(under, over, DEEP)
}

fn lay(under: Option<Node>, over: Option<Node>, depth: usize) -> Option<Node> {
    match (under, over) {
        (Some(under), Some(over)) if under.is_map() && over.is_map() && depth > 0 => {
            let mut entries: Vec<Entry> = under.entries().to_vec();
            for entry in over.entries() {
                let at = entries.iter().position(|own| own.key.value == entry.key.value);
                let own = at.map(|at| entries.remove(at));
                if entry.value.is_null() && own.is_some() {
                    continue;
                }
                let value = lay(own.map(|own| own.value), Some(entry.value.clone()), depth - 1);
                entries.extend(value.map(|value| Entry { key: entry.key.clone(), value }));
            }
            Some(Node { content: Content::Map(Rc::new(entries)), ..under })
        }
        (under, Some(over)) if over.is_null() => under,
        (under, over) => over.or(under),
    }
}

fn with(map: &Node, key: &str, value: Node) -> Node {
    let mut entries: Vec<Entry> = map.entries().to_vec();
    entries.retain(|entry| entry.key.value != key);
    let key = crate::model::Spanned::new(key.to_owned(), value.span);
    entries.push(Entry { key, value });
    Node { content: Content::Map(Rc::new(entries)), ..map.clone() }
}

/// The files with named templates that the templates of a chart may take in: its own, those of the
/// charts around it and of those that lie in it.
fn partials(tree: &dyn Tree, root: &BStr) -> Vec<Rc<File>> {
    let mut roots = vec![root.to_owned()];
    let mut at = root;
    while let Some((outer, _)) = around(at).filter(|_| roots.len() <= DEPTH) {
        roots.push(outer.to_owned());
        at = outer;
    }
    let charts = below(root, "charts");
    for (name, kind) in tree.names(charts.as_bstr()).iter() {
        if *kind == EntryKind::Folder {
            roots.push([charts.as_bytes(), name].join(&b'/').into());
        }
    }
    roots.extend(beside(tree, root));
    let mut found: Vec<Rc<File>> = Vec::new();
    for root in roots {
        let folder = below(root.as_bstr(), "templates");
        let paths = tree.below(folder.as_bstr(), &|_| true, &is_partial).unwrap_or_default();
        let left = HELPERS.saturating_sub(found.len());
        for path in paths.into_iter().take(left) {
            found.extend(tree.file_as(path.as_bstr(), FileKind::Template).ok().flatten());
        }
    }
    found
}

/// Charts of the same tree that a chart is built from.
fn beside(tree: &dyn Tree, root: &BStr) -> Vec<BString> {
    let chart = description(tree, root);
    let listed = chart.as_deref().and_then(first).and_then(|chart| chart.get("dependencies"));
    let named = |one: &Node| {
        let mut at = root.to_owned();
        for step in one.get("repository")?.text()?.strip_prefix("file://")?.split('/') {
            match step {
                "" | "." => {}
                ".." => at = split(at.as_bstr()).0.to_owned(),
                step => at = below(at.as_bstr(), step),
            }
        }
        Some(at)
    };
    listed.map(Node::items).unwrap_or_default().iter().filter_map(named).take(8).collect()
}

/// A file of named templates.
pub(super) fn is_partial(path: &BStr) -> bool {
    !leaves(path) || path.ends_with(b".tpl")
}

/// A file that leaves manifests, whatever its name ends with.
pub(super) fn leaves(path: &BStr) -> bool {
    !split(path).1.starts_with(b"_")
}

/// A file whose name says that it is a manifest, in a chart or not.
pub(super) fn is_called_so(path: &BStr) -> bool {
    path.ends_with(b".yaml") || path.ends_with(b".yml") || path.ends_with(b".tpl")
}

/// The charts of one revision, each read once.
pub(super) struct Known<'t> {
    tree: &'t dyn Tree,
    charts: HashMap<BString, Option<Scope<'t>>>,
}

impl<'t> Known<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, charts: HashMap::new() }
    }

    /// The chart in a folder; `None`: the chart around it leaves it out.
    pub(super) fn at(&mut self, root: &BStr) -> Option<Scope<'t>> {
        if let Some(known) = self.charts.get(root) {
            return known.clone();
        }
        let scope = read(self.tree, root);
        self.charts.insert(root.to_owned(), scope.clone());
        scope
    }
}
