//! Bake files: targets of `docker buildx bake`.
//!
//! Source: Docker documentation, "Bake file reference".

use std::rc::Rc;

use super::nodes::{self, Defaults, expand};
use super::options::{self, Word};
use super::{command_line, declaration, terms};
use crate::model::{
    Declaration, Entry, File, Node, Platform, Source, SourceKind, Tree, Unit, Variable, Workload,
};

/// How many targets one may inherit from, all steps together.
const STEPS: usize = 64;

pub(super) fn units(root: &Node, file: &Rc<File>, _: &dyn Tree, out: &mut Vec<Declaration>) {
    let targets = labelled(root, "target");
    let defaults = defaults(root);
    for (name, entry) in &targets {
        let lineage = lineage(name, &targets, &defaults);
        let mut unit = nodes::at_entry(
            Platform::Reference,
            format!("target {name}"),
            format!("target {name}"),
            entry,
            file,
        );
        read_target(&lineage, &defaults, &mut unit);
        out.push(declaration(Unit::Workload(Box::new(unit)), file));
        contexts(name, &lineage, &defaults, file, out);
    }
}

/// Entries of a block or a section by name: `target "x" { … }`, or `"target": {"x": {…}}`.
fn labelled<'a>(root: &'a Node, kind: &str) -> Vec<(&'a str, &'a Entry)> {
    let of_kind = root.entries().iter().filter(|entry| entry.key.value == kind);
    let labelled = of_kind.flat_map(|entry| entry.value.entries());
    labelled.map(|entry| (entry.key.value.as_str(), entry)).collect()
}

fn defaults(root: &Node) -> Defaults {
    let default = |(name, entry): (&str, &Entry)| {
        let default = entry.value.get("default").filter(|node| !node.is_opaque())?;
        Some((name.to_owned(), default.spanned()?))
    };
    let mut defaults: Defaults =
        labelled(root, "variable").into_iter().filter_map(default).collect();
    let plain = root.entries().iter().filter(|entry| !entry.value.is_opaque());
    for entry in plain {
        if let Some(text) = entry.value.spanned() {
            defaults.entry(entry.key.value.clone()).or_insert(text);
        }
    }
    defaults
}

/// A target and those it inherits from, nearest first; of several the last one comes first.
fn lineage<'a>(name: &str, targets: &[(&'a str, &'a Entry)], defaults: &Defaults) -> Vec<&'a Node> {
    let mut waiting = vec![name.to_owned()];
    let mut seen: Vec<String> = Vec::new();
    let mut lineage = Vec::new();
    while let Some(name) = waiting.pop().filter(|_| seen.len() < STEPS) {
        if seen.contains(&name) {
            continue;
        }
        for (_, entry) in targets.iter().filter(|(other, _)| *other == name) {
            let parents = entry.value.get("inherits").map(nodes::words).unwrap_or_default();
            waiting.extend(parents.iter().map(|parent| expand(parent, defaults).value.text));
            lineage.push(&entry.value);
        }
        seen.push(name);
    }
    lineage
}

/// The words of the nearest target that has the key.
fn nearest(lineage: &[&Node], key: &str, defaults: &Defaults) -> Vec<Word> {
    let node = lineage.iter().find_map(|target| target.get(key));
    let words = node.map(nodes::words).unwrap_or_default();
    words.iter().map(|word| expand(word, defaults)).collect()
}

/// The entries of a mapping over all targets, the nearest of a name winning.
fn merged(lineage: &[&Node], key: &str, defaults: &Defaults) -> Vec<Variable> {
    let mut merged: Vec<Variable> = Vec::new();
    for variable in lineage.iter().filter_map(|target| target.get(key)).flat_map(nodes::variables) {
        if merged.iter().all(|other| other.name != variable.name) {
            let word = variable.value.map(|value| expand(&variable.place.with(value), defaults));
            let place = word.as_ref().map_or(variable.place, |word| word.with(()));
            merged.push(Variable {
                name: variable.name,
                value: word.map(|word| word.value),
                place,
            });
        }
    }
    merged
}

fn read_target(lineage: &[&Node], defaults: &Defaults, unit: &mut Workload) {
    unit.build_args = merged(lineage, "args", defaults);
    let words = |key: &str| nearest(lineage, key, defaults);
    for word in words("entitlements") {
        unit.build_privileges.push(terms::at(&word, word.value.text.clone()));
    }
    for word in words("network").iter().filter(|word| word.value.text == "host") {
        unit.build_privileges.push(terms::at(word, "network.host".to_owned()));
    }
    for word in words("ssh") {
        unit.build_privileges.push(terms::at(&word, format!("ssh {}", word.value.text)));
    }
    for word in words("attest") {
        command_line::attest(&word, unit);
    }
}

/// What takes the place of a `FROM` or is built from elsewhere.
fn contexts(
    target: &str,
    lineage: &[&Node],
    defaults: &Defaults,
    file: &Rc<File>,
    out: &mut Vec<Declaration>,
) {
    let mut named = merged(lineage, "contexts", defaults);
    let own = nearest(lineage, "context", defaults);
    named.extend(own.iter().map(|word| terms::named("", word)));
    for variable in named {
        let Some(value) = variable.value else { continue };
        let name = variable.name;
        let context =
            if name.is_empty() { "context".to_owned() } else { format!("context {name}") };
        let title = format!("{context} of target {target}");
        let word = variable.place.with(value);
        let text = word.value.text.as_str();
        if let Some(image) = text.strip_prefix("docker-image://") {
            let image = terms::with_text(&word, image);
            let mut unit = Workload::new(Platform::Reference, title.clone(), title, word.span);
            unit.file = file.text.file;
            unit.image = Some(options::image(&image));
            out.push(declaration(Unit::Workload(Box::new(unit)), file));
        } else if text.contains("://") && !text.starts_with("oci-layout")
            || text.starts_with("git@")
        {
            let (location, version) = text.split_once('#').unwrap_or((text, ""));
            let version = version.split(':').next().filter(|version| !version.is_empty());
            let part = |text: &str| terms::with_text(&word, text);
            let source = Source {
                file: file.text.file,
                identity: title.clone(),
                title,
                head: word.span,
                span: word.span,
                kind: SourceKind::Context,
                location: Some(part(location)),
                version: version.map(part),
                verified: None,
            };
            out.push(declaration(Unit::Source(Box::new(source)), file));
        }
    }
}
