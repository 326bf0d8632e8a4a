//! GitLab CI.
//!
//! Source: GitLab documentation, "CI/CD YAML syntax reference".

use super::{Ci, at_version};
use crate::model::{Entry, Node};
use crate::resolve::other::nodes;

/// Keys of the top level that are no jobs.
const GLOBAL: &[&str] =
    &["default", "include", "stages", "variables", "workflow", "cache", "pages", "spec"];

pub(super) fn read(root: &Node, ci: &mut Ci<'_>) {
    for entry in root.get("variables").map(Node::entries).unwrap_or_default() {
        let value = entry.value.get("value").unwrap_or(&entry.value);
        if let Some(value) = value.spanned().filter(|value| !value.value.contains('$')) {
            ci.defaults.insert(entry.key.value.clone(), value);
        }
    }
    job(root, "pipeline", ci);
    if let Some(default) = root.get("default") {
        job(default, "pipeline", ci);
    }
    let jobs = root.entries().iter().filter(|entry| is_job(entry));
    for entry in jobs {
        job(&entry.value, &format!("job {}", entry.key.value), ci);
    }
    if let Some(include) = root.get("include") {
        let items = include.items().iter().chain((!include.is_list()).then_some(include));
        items.for_each(|item| self::include(item, ci));
    }
}

fn is_job(entry: &Entry) -> bool {
    entry.value.is_map()
        && (!GLOBAL.contains(&entry.key.value.as_str()) || entry.key.value == "pages")
}

fn job(node: &Node, title: &str, ci: &mut Ci<'_>) {
    if let Some(image) = node.get("image") {
        ci.container(image, &format!("image of {title}"));
    }
    for service in node.get("services").map(Node::items).unwrap_or_default() {
        let name = service.get("alias").or_else(|| service.get("name")).unwrap_or(service);
        let name = name.text().unwrap_or_default();
        let name = name.split(['@', ':']).next().unwrap_or(name);
        ci.container(service, &format!("service {name} of {title}"));
    }
    for key in ["before_script", "script", "after_script"] {
        if let Some(script) = node.get(key) {
            ci.script(script, title);
        }
    }
}

/// What is fetched from elsewhere: an address, a file of another project, a component.
fn include(item: &Node, ci: &mut Ci<'_>) {
    let remote = item.get("remote").or_else(|| {
        (!item.is_map())
            .then_some(item)
            .filter(|item| item.text().is_some_and(|text| text.contains("://")))
    });
    if let Some(remote) = remote.and_then(nodes::word) {
        ci.source("include", &remote, None);
    }
    if let Some(project) = item.get("project").and_then(nodes::word) {
        ci.source("include", &project, item.get("ref").and_then(nodes::word));
    }
    if let Some(component) = item.get("component").and_then(nodes::word) {
        let (location, version) = at_version(&component);
        ci.source("component", &location, version);
    }
}
