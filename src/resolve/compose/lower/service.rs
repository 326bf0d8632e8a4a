//! One service.

use super::super::Project;
use super::super::interpolate::LARGEST;
use super::super::sets::runs;
use super::{command, data, limit, mount, network, option, port, read, security};
use crate::model::{
    Base, Entry, Gap, GapKind, ImageRef, Node, Platform, Span, Spanned, Tree, Variable, Workload,
    interpolate,
};

/// What a service declares.
pub(super) fn workload(
    entry: &Entry,
    project: &Project,
    tree: &dyn Tree,
    gaps: &mut Vec<Gap>,
) -> Workload {
    let (key, node) = (&entry.key, &entry.value);
    let name = format!("service {}", key.value);
    let mut out = Workload::new(Platform::Compose, name.clone(), name, key.span);
    if node.span.file == key.span.file && !node.is_null() {
        out.span = key.span.to(node.span);
    }
    out.because = asked(node);
    out.whole = runs(node);
    out.image = image(node);
    out.pull_policy = read::text(node.get("pull_policy"));
    security::fill(node, &mut out);
    out.user = read::value(node.get("user")).filter(|user| !user.value.text.is_empty());
    out.groups = read::texts(node.get("group_add"));
    out.limits = limit::limits(node);
    out.requests = limit::requests(node);
    let volumes = project.root.get("volumes");
    out.mounts = mount::mounts(node, volumes);
    out.values = mount::driver_options(&out.mounts, volumes);
    out.ports = port::published(node.get("ports"));
    for item in port::ambiguous(node.get("ports")) {
        let message = "readers of YAML 1.1 take this port for a number to the base of 60: quote it";
        let file = project.files.iter().find(|file| file.text.file == item.span.file);
        let gap = file.map(|file| Gap::at(&file.text, item.span, message));
        gaps.extend(gap.map(|gap| Gap { kind: GapKind::Ambiguous, ..gap }));
    }
    out.exposed = port::exposed(node.get("expose"));
    out.networks = network::joined(node, &out);
    out.environment = read::variables(node.get("environment"), &['=']);
    out.labels = read::variables(node.get("labels"), &['=']);
    out.labels.extend(read::variables(node.at("deploy.labels"), &['=']));
    out.labels.extend(read::variables(node.get("annotations"), &['=']));
    out.build_args = read::variables(node.at("build.args"), &['=']);
    out.sysctls = read::variables(node.get("sysctls"), &['=']);
    out.extra_hosts = read::variables(node.get("extra_hosts"), &[':', '=']);
    out.runtime = read::text(node.get("runtime"));
    out.profiles = read::texts(node.get("profiles"));
    start(project, &mut out);
    out.restart = read::text(node.get("restart"))
        .or_else(|| read::text(node.at("deploy.restart_policy.condition")));
    command::fill(node, tree, &mut out);
    data::fill(node, project, tree, &mut out, gaps);
    option::fill(node, &mut out);
    out
}

/// A profile that the project's environment names holds nothing back.
fn start(project: &Project, out: &mut Workload) {
    let Some(Variable { value: Some(names), place, .. }) = &project.profiles else { return };
    let named =
        |name: &str| names.text.split(',').any(|it| matches!(it.trim(), "*") || it.trim() == name);
    if out.profiles.iter().any(|profile| named(&profile.value)) {
        out.profiles.clear();
        out.because.push(place.span);
    }
}

/// What has a say in what a service lacks: keys that say nothing and so take back what another place
/// says, and the places that it is merged from.
fn asked(node: &Node) -> Vec<Span> {
    let empty = |value: &Node| {
        value.is_null()
            || ((value.is_list() || value.is_map())
                && value.items().is_empty()
                && value.entries().is_empty())
    };
    let emptied = node.entries().iter().filter(|entry| empty(&entry.value));
    let emptied = emptied
        .flat_map(|entry| read::entry_place(&entry.key, &entry.value).places().collect::<Vec<_>>());
    emptied.chain(node.because.iter().copied()).collect()
}

/// The image that is pulled. Beside `build` it is only what the built one is called, unless it is
/// pulled every time.
fn image(node: &Node) -> Option<Spanned<Base>> {
    let image = read::value(node.get("image"))?;
    // What compose refuses names no image: the reader has told it.
    if image.value.unknown && interpolate(&image.value.text, &|_| None, LARGEST).is_err() {
        return None;
    }
    let built = node.get("build").is_some_and(|build| !build.is_null());
    let pulled = node.get("pull_policy").and_then(Node::text);
    let pulled = pulled
        .is_some_and(|policy| !matches!(policy, "build" | "never" | "missing" | "if_not_present"));
    if built && !pulled {
        return None;
    }
    let base = match ImageRef::parse(&image.value.text) {
        Ok(reference) if !image.value.unknown => Base::Image(reference),
        _ => Base::Unknown(image.value.text.clone()),
    };
    Some(image.with(base))
}
