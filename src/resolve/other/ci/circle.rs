//! CircleCI.
//!
//! Source: CircleCI documentation, "Configuration reference".

use super::{Ci, at_version};
use crate::model::Node;

pub(super) fn read(root: &Node, ci: &mut Ci<'_>) {
    for (section, kind) in [("executors", "executor"), ("jobs", "job"), ("commands", "command")] {
        for entry in root.get(section).map(Node::entries).unwrap_or_default() {
            let title = format!("{kind} {}", entry.key.value);
            let images = entry.value.get("docker").map(Node::items).unwrap_or_default();
            for (index, image) in images.iter().enumerate() {
                let name = if index == 0 { "image" } else { "service" };
                ci.container(image, &format!("{name} of {title}"));
            }
            for step in entry.value.get("steps").map(Node::items).unwrap_or_default() {
                if let Some(run) = step.get("run") {
                    ci.script(run, &title);
                }
            }
        }
    }
    for orb in root.get("orbs").map(Node::entries).unwrap_or_default() {
        if let Some(word) = ci.word(&orb.value) {
            let (location, version) = at_version(&word);
            ci.source("orb", &location, version);
        }
    }
}
