//! Development containers and their features.
//!
//! Source: containers.dev, "Dev Container metadata reference", "Features".

use std::rc::Rc;

use super::nodes::{self, field_word, set};
use super::options::{self, Word};
use super::{declaration, terms};
use crate::model::{
    Declaration, Entry, File, Host, Node, Platform, Published, Source, SourceKind, Spanned, Tree,
    Unit, Value, Workload,
};
use crate::resolve::shell;

/// Commands that run when a container is created or opened; the first one on the host.
const LIFECYCLE: &[&str] = &[
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
];

pub(super) fn units(root: &Node, file: &Rc<File>, tree: &dyn Tree, out: &mut Vec<Declaration>) {
    let title = "development container".to_owned();
    let mut unit =
        Workload::new(Platform::Devcontainer, "devcontainer".to_owned(), title, root.span);
    let first = root.entries().first();
    unit.head = first.map_or(root.span, |entry| entry.key.span);
    unit.span = root.span;
    unit.image = field_word(root, "image").map(|image| options::image(&image));
    set(&mut unit, root, "privileged", "privileged");
    set(&mut unit, root, "capAdd", "cap-add");
    set(&mut unit, root, "securityOpt", "security-opt");
    build(root, &mut unit);
    for key in ["containerEnv", "remoteEnv"] {
        unit.environment.extend(root.get(key).map(nodes::variables).unwrap_or_default());
    }
    unit.user = field_word(root, "containerUser").or_else(|| field_word(root, "remoteUser"));
    options::read(&root.get("runArgs").map(nodes::words).unwrap_or_default(), &mut unit);
    for node in root.get("mounts").map(Node::items).unwrap_or_default() {
        mount(node, &mut unit);
    }
    if let Some(node) = root.get("workspaceMount") {
        mount(node, &mut unit);
    }
    if let Some(ports) = root.get("appPort") {
        unit.ports.extend(
            ports
                .items()
                .iter()
                .chain([ports])
                .filter_map(nodes::word)
                .filter_map(|word| app_port(&word)),
        );
    }
    for entry in root.entries().iter().filter(|entry| LIFECYCLE.contains(&entry.key.value.as_str()))
    {
        lifecycle(entry, tree, &mut unit);
    }
    out.push(declaration(Unit::Workload(Box::new(unit)), file));
    features(root, file, out);
}

fn build(root: &Node, unit: &mut Workload) {
    let Some(build) = root.get("build") else { return };
    unit.build_args.extend(build.get("args").map(nodes::variables).unwrap_or_default());
    let words = build.get("options").map(nodes::words).unwrap_or_default();
    super::command_line::build(&words, unit);
}

/// A mount as text or as an object.
fn mount(node: &Node, unit: &mut Workload) {
    if !node.is_map() {
        unit.mounts.extend(nodes::word(node).and_then(|word| terms::mount(&word)));
        return;
    }
    let part = |name: &str| {
        let text = field_word(node, name)?.value.text;
        Some(format!("{name}={text}"))
    };
    let parts: Vec<String> = ["type", "source", "target"].into_iter().filter_map(part).collect();
    let text = parts.join(",");
    let unknown = text.contains('$');
    unit.mounts.extend(terms::mount(&node.place(Value { text, unknown })));
}

/// `appPort`: a bare number is published on this host only.
fn app_port(word: &Word) -> Option<Spanned<Published>> {
    let mut port = terms::port(word)?;
    if word.value.text.bytes().all(|byte| byte.is_ascii_digit()) {
        port.value.host = Host::Loopback;
        port.value.published = port.value.container;
    }
    Some(port)
}

/// A command as text, as words, or several by name.
fn lifecycle(entry: &Entry, tree: &dyn Tree, unit: &mut Workload) {
    let several = entry.value.entries().iter().map(|entry| &entry.value);
    let one = (!entry.value.is_map()).then_some(&entry.value);
    for node in several.chain(one) {
        unit.commands.extend(shell::invocation(node, true, tree));
        let words: Vec<String> =
            nodes::words(node).into_iter().map(|word| word.value.text).collect();
        if entry.key.value == "initializeCommand" && !words.is_empty() {
            let text = words.join(" ");
            let value = node.place(Value { text, unknown: false });
            unit.options.push(options::option("host command", &value));
        }
    }
}

/// Features are fetched and run as root while the image is built.
fn features(root: &Node, file: &Rc<File>, out: &mut Vec<Declaration>) {
    for entry in root.get("features").map(Node::entries).unwrap_or_default() {
        let name = entry.key.value.as_str();
        // A bare name is one that the tool itself brought along once; a folder has no registry.
        let host = name.split('/').next().unwrap_or_default();
        let folder = name.matches('/').count() == 1 && !host.contains(['.', ':']);
        let here = !name.contains('/') || (folder && !name.contains('@'));
        if name.starts_with('.') || here {
            continue;
        }
        let tag = name.rfind(':').filter(|at| !name.get(*at..).unwrap_or_default().contains('/'));
        let cut = name.find('@').or(tag);
        let (location, version) = match cut {
            Some(at) => (name.get(..at).unwrap_or(name), name.get(at + 1..)),
            None => (name, None),
        };
        let value = |text: &str| entry.key.with(Value { text: text.to_owned(), unknown: false });
        let source = Source {
            file: file.text.file,
            identity: format!("feature {location}"),
            title: format!("feature {location}"),
            head: entry.key.span,
            span: nodes::whole(entry).span,
            kind: SourceKind::Feature,
            location: Some(value(location)),
            version: version.map(value),
            verified: None,
        };
        out.push(declaration(Unit::Source(Box::new(source)), file));
    }
}
