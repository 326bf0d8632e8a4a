//! CI systems whose jobs are told by their shape: Azure Pipelines, Bitbucket Pipelines, Drone,
//! Woodpecker.

use super::Ci;
use crate::model::{Node, Spanned};
use crate::resolve::other::{options, terms};

/// How deep steps may nest.
const DEPTH: usize = 16;
/// Keys that hold shell text.
const SCRIPTS: &[&str] = &["script", "bash", "commands", "inlineScript"];

pub(super) fn read(root: &Node, ci: &mut Ci<'_>) {
    walk(root, "pipeline", 0, ci);
}

fn walk(node: &Node, title: &str, depth: usize, ci: &mut Ci<'_>) {
    if depth > DEPTH {
        return;
    }
    let name = ["name", "job", "stage", "container", "deployment"];
    let own = name.iter().find_map(|key| node.get(key)?.text());
    let title = own.map_or_else(|| title.to_owned(), |own| format!("step {own}"));
    // Azure names an image by itself, or a container that `resources` declare.
    let container = node.get("container").filter(|container| {
        container.is_map() || container.text().is_some_and(|text| text.contains(['/', ':']))
    });
    if node.get("image").is_some() {
        ci.container(node, &format!("image of {title}"));
    } else if let Some(container) = container {
        ci.container(container, &format!("container of {title}"));
    }
    if let Some(pipe) = node.get("pipe").and_then(|pipe| ci.word(pipe)) {
        let mut unit = ci.workload(&format!("pipe of {title}"), node);
        unit.image = Some(options::image(&pipe));
        ci.finish(unit);
    }
    for key in SCRIPTS {
        if let Some(script) = node.get(key) {
            ci.script(script, &title);
        }
    }
    host_volumes(node, ci);
    for entry in node.entries().iter().filter(|entry| entry.key.value != "image") {
        let named = entry.value.is_map() && depth < 2;
        let title = if named { format!("step {}", entry.key.value) } else { title.clone() };
        walk(&entry.value, &title, depth + 1, ci);
    }
    for item in node.items() {
        walk(item, &title, depth + 1, ci);
    }
}

/// Drone: folders of the host that steps may mount.
fn host_volumes(node: &Node, ci: &mut Ci<'_>) {
    for volume in node.get("volumes").map(Node::items).unwrap_or_default() {
        let path = volume.at("host.path").and_then(Node::spanned);
        let Some(path) = path.map(|path: Spanned<String>| terms::expanded(&path)) else { continue };
        let mount = terms::bind_or_volume(&path.value.text, "", "", path.value.unknown);
        let mut unit = ci.workload(&format!("host folder {}", path.value.text), volume);
        unit.mounts.push(terms::at(&path, mount));
        ci.finish(unit);
    }
}
