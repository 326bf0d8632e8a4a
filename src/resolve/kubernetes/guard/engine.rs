//! Policies of Kyverno, Gatekeeper and others.

use super::Checks;
use crate::model::{Node, Severity, Stance};

pub(super) fn checks(kind: &str, group: &str, checks: &mut Checks<'_>) -> Option<Severity> {
    match (kind, group) {
        ("ClusterPolicy" | "Policy", "kyverno.io") => kyverno(checks),
        ("ValidatingPolicy" | "ImageValidatingPolicy", "policies.kyverno.io") => actions(checks),
        ("PolicyException", _) if group.ends_with("kyverno.io") => {
            let count = checks.items("spec.exceptions").count().max(1);
            let node = checks.at("spec.exceptions").or_else(|| checks.at("spec"));
            let stance = Stance::Exempts(count as u64);
            checks.counted("exceptions", stance, count, node);
            return Some(Severity::Info);
        }
        (_, "constraints.gatekeeper.sh") => constraint(checks),
        ("Config", "config.gatekeeper.sh") => {
            for entry in checks.items("spec.match") {
                let names = entry.get("excludedNamespaces");
                let count = names.map_or(0, |names| names.items().len());
                checks.narrowed("namespaces left out", count, names);
            }
            return Some(Severity::Medium);
        }
        ("ConstraintTemplate", "templates.gatekeeper.sh")
        | ("CleanupPolicy" | "ClusterCleanupPolicy", "kyverno.io") => {
            return Some(Severity::Medium);
        }
        ("ClusterImagePolicy", _) => {
            let mode = checks.at("spec.mode");
            checks.word("enforcement", mode, warns, (Stance::Enforced, "enforce"));
        }
        (
            "TracingPolicy"
            | "TracingPolicyNamespaced"
            | "KubeArmorPolicy"
            | "KubeArmorClusterPolicy"
            | "AdminNetworkPolicy"
            | "BaselineAdminNetworkPolicy",
            _,
        ) => {}
        _ => return None,
    }
    Some(Severity::High)
}

fn warns(text: &str) -> Stance {
    match text.to_ascii_lowercase().as_str() {
        "enforce" | "deny" => Stance::Enforced,
        "audit" | "warn" | "dryrun" => Stance::Warns,
        "scoped" => Stance::Unknown,
        _ => Stance::Off,
    }
}

/// A policy says for all of its rules what happens, each rule may say it better; by default it only
/// tells.
fn kyverno(checks: &mut Checks<'_>) {
    let general = checks.at("spec.validationFailureAction");
    let rules = checks.at("spec.rules").filter(|rules| rules.is_list());
    checks.fewer("number of rules", rules.map_or(0, |rules| rules.items().len()), rules);
    for rule in checks.items("spec.rules") {
        let name = rule.get("name").and_then(Node::text).unwrap_or("?");
        if let Some(validate) = rule.get("validate").or_else(|| rule.get("verifyImages")) {
            let first = validate.items().first().unwrap_or(validate);
            let own = first.get("failureAction").or(general);
            checks.word(format!("enforcement of {name}"), own, warns, (Stance::Warns, "Audit"));
        }
        let exclude = rule.get("exclude").filter(|node| node.is_map());
        let listed =
            |key: &str| exclude.and_then(|node| node.get(key)).map_or(0, |n| n.items().len());
        let count = (listed("any") + listed("all")).max(usize::from(exclude.is_some()));
        checks.narrowed(format!("exclusions of {name}"), count, exclude);
        let preconditions = rule.get("preconditions").filter(|node| !node.is_null());
        checks.narrowed(
            format!("preconditions of {name}"),
            preconditions.map_or(0, |node| leaves(node, 8)),
            preconditions,
        );
    }
    let overrides = checks.at("spec.validationFailureActionOverrides");
    let audits = checks
        .items("spec.validationFailureActionOverrides")
        .filter(|entry| {
            let action = entry.get("action").and_then(Node::text).unwrap_or_default();
            action.eq_ignore_ascii_case("audit")
        })
        .count();
    checks.narrowed("namespaces only audited", audits, overrides);
    checks.word(
        "failure policy",
        checks.at("spec.failurePolicy"),
        ignore,
        (Stance::Enforced, "Fail"),
    );
    checks.word("admission", checks.at("spec.admission"), switched, (Stance::Enforced, "true"));
}

fn ignore(text: &str) -> Stance {
    if text == "Ignore" { Stance::Warns } else { Stance::Enforced }
}

fn switched(text: &str) -> Stance {
    if text.eq_ignore_ascii_case("false") { Stance::Off } else { Stance::Enforced }
}

fn leaves(node: &Node, depth: usize) -> usize {
    if depth == 0 {
        return 1;
    }
    let inner = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
    inner.take(64).map(|node| leaves(node, depth - 1)).sum::<usize>().max(1)
}

fn actions(checks: &mut Checks<'_>) {
    if let Some(actions) = checks.at("spec.validationActions").filter(|list| list.is_list()) {
        let words: Vec<&str> = actions.items().iter().filter_map(Node::text).collect();
        let stance = if words.contains(&"Deny") { Stance::Enforced } else { Stance::Warns };
        checks.say_as("enforcement", stance, actions, words.join(", "));
    }
}

fn constraint(checks: &mut Checks<'_>) {
    let action = checks.at("spec.enforcementAction");
    checks.word("enforcement", action, warns, (Stance::Enforced, "deny"));
    for (name, path) in [
        ("namespaces left out", "spec.match.excludedNamespaces"),
        ("images left out", "spec.parameters.exemptImages"),
        ("number of allowed repositories", "spec.parameters.repos"),
    ] {
        let count = checks.items(path).count();
        checks.narrowed(name, count, checks.at(path));
    }
    checks.selector("namespaces not selected", checks.at("spec.match.namespaceSelector"));
    checks.selector("objects not selected", checks.at("spec.match.labelSelector"));
    // A prefix without a slash at its end takes in every repository that begins with it.
    for repo in checks.items("spec.parameters.repos") {
        let Some(text) = repo.text() else { continue };
        let last = text.rsplit('/').next().unwrap_or_default();
        let closed = last.is_empty() || last.contains([':', '@']);
        let stance = if closed { Stance::Enforced } else { Stance::Warns };
        checks.say(format!("end of prefix {}", text.trim_end_matches('/')), stance, repo);
    }
}
