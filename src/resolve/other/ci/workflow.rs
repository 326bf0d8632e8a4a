//! GitHub's, Gitea's and Forgejo's workflows and actions.
//!
//! Source: GitHub documentation, "Workflow syntax", "Metadata syntax for actions".

use super::{Ci, at_version};
use crate::model::Node;
use crate::resolve::other::{command_line, options, terms};

pub(super) fn read(root: &Node, ci: &mut Ci<'_>) {
    for job in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let name = &job.key.value;
        if let Some(container) = job.value.get("container") {
            ci.container(container, &format!("container of job {name}"));
        }
        for service in job.value.get("services").map(Node::entries).unwrap_or_default() {
            let title = format!("service {} of job {name}", service.key.value);
            ci.container(&service.value, &title);
        }
        if let Some(workflow) = job.value.get("uses") {
            uses(workflow, name, ci);
        }
        steps(&job.value, &format!("job {name}"), ci);
    }
    if let Some(runs) = root.get("runs") {
        let image = runs
            .get("image")
            .filter(|image| image.text().is_some_and(|text| text.starts_with("docker://")));
        if let Some(image) = image {
            uses(image, "action", ci);
        }
        steps(runs, "action", ci);
    }
}

fn steps(parent: &Node, title: &str, ci: &mut Ci<'_>) {
    for step in parent.get("steps").map(Node::items).unwrap_or_default() {
        if let Some(action) = step.get("uses") {
            uses(action, title, ci);
            build(action, step, title, ci);
        }
        if let Some(script) = step.get("run") {
            ci.script(script, title);
        }
    }
}

/// `docker://image`, `owner/action@ref`; what lies in the repository itself is of no concern.
fn uses(node: &Node, title: &str, ci: &mut Ci<'_>) {
    let Some(word) = ci.word(node) else { return };
    let text = word.value.text.as_str();
    if let Some(image) = text.strip_prefix("docker://") {
        let mut unit = ci.workload(&format!("step image of {title}"), node);
        unit.image = Some(options::image(&terms::with_text(&word, image)));
        ci.finish(unit);
    } else if !text.starts_with('.') && !word.value.unknown {
        let (location, version) = at_version(&word);
        ci.source("action", &location, version);
    }
}

/// What Docker's own actions for building are told.
fn build(action: &Node, step: &Node, title: &str, ci: &mut Ci<'_>) {
    let name = action.text().unwrap_or_default();
    let actions =
        ["docker/build-push-action@", "docker/bake-action@", "redhat-actions/buildah-build@"];
    let Some(with) = step.get("with").filter(|_| actions.iter().any(|own| name.starts_with(own)))
    else {
        return;
    };
    let mut unit = ci.workload(&format!("build of {title}"), with);
    for (key, option) in
        [("build-args", "--build-arg"), ("allow", "--allow"), ("network", "--network")]
    {
        for word in with.get(key).map(|node| ci.lines(node)).unwrap_or_default() {
            command_line::build_option(option, &word, &mut unit);
        }
    }
    for kind in ["provenance", "sbom"] {
        if let Some(word) = with.get(kind).and_then(|node| ci.word(node)) {
            unit.options.push(options::option(&format!("attest {kind}"), &word));
        }
    }
    ci.finish(unit);
}
