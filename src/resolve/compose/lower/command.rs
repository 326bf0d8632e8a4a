//! What a service runs: its command, its health check, its hooks.

use super::read;
use crate::model::{Invocation, Node, Tree, Workload};
use crate::resolve::shell;

/// Fills in all of it.
pub(super) fn fill(service: &Node, tree: &dyn Tree, out: &mut Workload) {
    let direct = |key: &str| service.get(key).and_then(|node| shell::invocation(node, false, tree));
    out.entrypoint = direct("entrypoint");
    out.command = direct("command");
    healthcheck(service.get("healthcheck"), tree, out);
    for key in ["post_start", "pre_stop"] {
        for hook in service.get(key).map_or(&[][..], Node::items) {
            let command = hook.get("command").and_then(|node| shell::invocation(node, false, tree));
            out.commands.extend(command);
            let more = ["privileged", "user"].into_iter().filter_map(|name| {
                let node = hook.get(name).filter(|node| !node.is_null())?;
                Some(read::option(format!("{key}.{name}"), node))
            });
            out.options.extend(more);
        }
    }
}

/// `disable: true` and `test: [NONE]` switch it off, whatever the image says.
fn healthcheck(check: Option<&Node>, tree: &dyn Tree, out: &mut Workload) {
    let Some(check) = check.filter(|check| !check.is_null()) else { return };
    let test = check.get("test").filter(|test| !test.is_null());
    let disabled = check.get("disable").filter(|node| node.boolean() == Some(true));
    let none = test.filter(|test| test.items().first().and_then(Node::text) == Some("NONE"));
    match (disabled.or(none), test) {
        (Some(off), _) => out.healthcheck = Some(read::set(off, false)),
        (None, Some(test)) => {
            out.healthcheck = Some(read::set(test, true));
            out.commands.extend(tested(test, tree));
        }
        (None, None) => {}
    }
}

/// `[CMD, …]`, `[CMD-SHELL, TEXT]`, or a string that a shell runs.
fn tested(test: &Node, tree: &dyn Tree) -> Option<Invocation> {
    let Some((kind, words)) = test.items().split_first() else {
        return shell::invocation(test, true, tree);
    };
    match (kind.text(), words) {
        (Some("CMD-SHELL"), [text, ..]) => shell::invocation(text, true, tree),
        (Some("CMD"), words) => {
            let words = Node {
                content: crate::model::Content::List(words.to_vec().into()),
                ..test.clone()
            };
            shell::invocation(&words, false, tree)
        }
        _ => None,
    }
}
