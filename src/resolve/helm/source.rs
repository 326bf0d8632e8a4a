//! Charts and repositories that a file names, to units. Source: Helm documentation, "Chart
//! Dependency"; Flux, source-controller API; Argo CD, "Application Specification".

use std::rc::Rc;

use bstr::ByteSlice as _;

use super::{below, first, split};
use crate::model::{
    Declaration, Declared, File, FileKind, Known, Node, Source, SourceKind, Span, Spanned, Tree,
    Unit, Value, printable,
};
use crate::resolve::kubernetes::Object;

/// A source that is about to be declared.
pub(in crate::resolve) struct Draft<'a> {
    /// What it is called in messages, behind its kind.
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) kind: SourceKind,
    pub(in crate::resolve) head: Span,
    pub(in crate::resolve) span: Span,
    pub(in crate::resolve) location: Option<Spanned<Value>>,
    pub(in crate::resolve) version: Option<Spanned<Value>>,
    /// What says that its signature is checked.
    pub(in crate::resolve) verified: Option<&'a Node>,
}

impl Draft<'_> {
    pub(in crate::resolve) fn declare(self, file: &Rc<File>) -> Declaration {
        let kind = match self.kind {
            SourceKind::Chart => "chart",
            SourceKind::Git | SourceKind::Repository => "repository",
            SourceKind::Oci => "artifact",
            _ => "base",
        };
        let title = format!("{kind} {}", printable(&self.name, 60));
        let source = Source {
            file: file.text.file,
            identity: title.clone(),
            title: title.clone(),
            head: self.head,
            span: self.span,
            kind: self.kind,
            location: self.location,
            version: self.version,
            verified: self.verified.map(|node| node.place(Known::Is(true))),
        };
        Declaration {
            unit: Unit::Source(Box::new(source)),
            path: file.text.path.clone(),
            title,
            // One that is called otherwise is another one, however alike the lines are.
            body: Vec::new(),
        }
    }
}

/// A scalar as a value; empty and null are none.
pub(in crate::resolve) fn value(node: Option<&Node>) -> Option<Spanned<Value>> {
    let node = node.filter(|node| !node.is_null())?;
    let text = node.text().filter(|text| !text.is_empty())?.to_owned();
    Some(node.place(Value { text, unknown: node.is_opaque() }))
}

/// The charts that a chart is built from.
pub(super) fn dependencies(file: &Rc<File>, tree: &dyn Tree) -> Vec<Declaration> {
    let (folder, name) = split(file.text.path.as_bstr());
    let lock = match name.as_bytes() {
        b"Chart.yaml" => "Chart.lock",
        b"requirements.yaml" => "requirements.lock",
        _ => return Vec::new(),
    };
    let locked = tree.file_as(below(folder, lock).as_bstr(), FileKind::Chart).ok().flatten();
    let locked = locked.as_deref().and_then(first);
    let Declared::Tree(documents) = &file.declared else { return Vec::new() };
    let listed = documents.first().and_then(|node| node.get("dependencies"));
    let listed = listed.map_or(&[][..], Node::items).iter().filter(|node| node.is_map());
    let declare = |node: &Node| {
        let name = node.get("name")?;
        let text = name.text()?;
        let entry = locked.and_then(|lock| {
            let all = lock.get("dependencies")?.items().iter();
            all.rev().find(|entry| entry.get("name").and_then(Node::text) == Some(text))
        });
        // The lock decides, as long as it is there.
        let written = value(node.get("version"));
        let version = match value(entry.and_then(|entry| entry.get("version"))) {
            Some(locked) => {
                Some(locked.because(written.iter().flat_map(crate::model::Spanned::places)))
            }
            None => written,
        };
        let alias = node.get("alias").and_then(Node::text);
        let draft = Draft {
            name: alias.unwrap_or(text).to_owned(),
            kind: SourceKind::Chart,
            head: name.span,
            span: node.span,
            location: value(node.get("repository")).filter(is_remote),
            version,
            verified: None,
        };
        // A chart of the same tree is judged by itself.
        let local = node.get("repository").and_then(Node::text);
        let local =
            local.is_none_or(|location| location.is_empty() || location.starts_with("file:"));
        (!local).then(|| draft.declare(file))
    };
    listed.filter_map(declare).collect()
}

fn is_remote(location: &Spanned<Value>) -> bool {
    location.value.text.contains("://")
}

/// What an object of Flux or Argo CD fetches.
pub(in crate::resolve) fn of_object(object: &Object) -> Vec<Declaration> {
    let group = object.group.as_str();
    match (group, object.kind.as_str()) {
        ("source.toolkit.fluxcd.io", kind) => flux(object, kind).into_iter().collect(),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => release(object).into_iter().collect(),
        ("argoproj.io", "Application") => argo(object, "spec"),
        ("argoproj.io", "ApplicationSet") => argo(object, "spec.template.spec"),
        _ => Vec::new(),
    }
}

fn flux(object: &Object, kind: &str) -> Option<Declaration> {
    let spec = object.at("spec")?;
    let chosen = |keys: &[&str]| {
        let reference = spec.get("ref")?;
        keys.iter().find_map(|key| value(reference.get(key)))
    };
    let (kind, version) = match kind {
        "GitRepository" => {
            (SourceKind::Git, chosen(&["commit", "name", "semver", "tag", "branch"]))
        }
        "OCIRepository" => (SourceKind::Oci, chosen(&["digest", "semver", "tag"])),
        "HelmChart" => (SourceKind::Chart, value(spec.get("version"))),
        "HelmRepository" => (SourceKind::Repository, None),
        _ => return None,
    };
    let draft = Draft {
        name: object.name().to_owned(),
        kind,
        head: object.head,
        span: object.node.span,
        location: value(spec.get("url")),
        version,
        verified: spec.get("verify").filter(|node| !node.is_null()),
    };
    Some(draft.declare(&object.file))
}

fn release(object: &Object) -> Option<Declaration> {
    let spec = object.at("spec.chart.spec")?;
    let chart = value(spec.get("chart"))?;
    let draft = Draft {
        name: format!("{} of {}", chart.value.text, object.name()),
        kind: SourceKind::Chart,
        head: chart.span,
        span: spec.span,
        location: None,
        version: value(spec.get("version")),
        verified: spec.get("verify").filter(|node| !node.is_null()),
    };
    // A chart that lies in a repository has the version of that.
    let local = chart.value.text.starts_with('.') || chart.value.text.contains('/');
    (!local).then(|| draft.declare(&object.file))
}

fn argo(object: &Object, path: &str) -> Vec<Declaration> {
    let Some(spec) = object.at(path) else { return Vec::new() };
    let one = spec.get("source").into_iter();
    let many = spec.get("sources").map_or(&[][..], Node::items).iter();
    let declare = |source: &Node| {
        let location = value(source.get("repoURL"))?;
        let chart = value(source.get("chart"));
        let what = chart
            .as_ref()
            .or(value(source.get("path")).as_ref())
            .map(|text| text.value.text.clone());
        let name = match what {
            Some(what) => format!("{what} of {}", object.name()),
            None => object.name().to_owned(),
        };
        let draft = Draft {
            name,
            kind: if chart.is_some() { SourceKind::Chart } else { SourceKind::Git },
            head: location.span,
            span: source.span,
            version: value(source.get("targetRevision")),
            location: Some(location),
            verified: None,
        };
        Some(draft.declare(&object.file))
    };
    one.chain(many).filter_map(declare).collect()
}
