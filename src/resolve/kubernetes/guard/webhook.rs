//! Admission webhooks and admission policies of Kubernetes itself.

use super::Checks;
use crate::model::{Node, Severity, Stance};

/// The requests that a webhook may be asked about.
const OPERATIONS: &[&str] = &["CREATE", "UPDATE", "DELETE", "CONNECT"];

pub(super) fn checks(kind: &str, checks: &mut Checks<'_>) -> Option<Severity> {
    match kind {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => webhooks(checks),
        "ValidatingAdmissionPolicy" | "MutatingAdmissionPolicy" => policy(checks),
        "ValidatingAdmissionPolicyBinding" => binding(checks),
        _ => return None,
    }
    Some(match kind {
        "MutatingAdmissionPolicy" if !hardens(checks) => Severity::Info,
        "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => Severity::High,
        _ => Severity::Medium,
    })
}

/// What a policy writes into objects has to do with what their containers may do; most of what is
/// written that way is a default or a label.
fn hardens(checks: &Checks<'_>) -> bool {
    const WORDS: &[&str] = &[
        "privileged",
        "capabilities",
        "runAs",
        "allowPrivilegeEscalation",
        "readOnlyRootFilesystem",
        "seccomp",
        "appArmor",
        "seLinux",
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "automountServiceAccountToken",
    ];
    let expressions = checks.items("spec.mutations").flat_map(|mutation| {
        let places = ["applyConfiguration.expression", "jsonPatch.expression"];
        places.into_iter().filter_map(|path| mutation.at(path)?.text())
    });
    let mut expressions = expressions;
    expressions.any(|text| WORDS.iter().any(|word| text.contains(word)))
}

fn webhooks(checks: &mut Checks<'_>) {
    // Before v1 a webhook that could not be reached let requests pass.
    let fails = !checks.object.api_version.ends_with("beta1");
    let default = if fails { (Stance::Enforced, "Fail") } else { (Stance::Warns, "Ignore") };
    let list = checks.at("webhooks").filter(|list| list.is_list());
    checks.fewer("number of webhooks", list.map_or(0, |list| list.items().len()), list);
    for webhook in checks.items("webhooks") {
        let name = webhook.get("name").and_then(Node::text).unwrap_or("?");
        let of = |what: &str| format!("{what} of {name}");
        checks.word(of("failure policy"), webhook.get("failurePolicy"), failure, default);
        checks.selector(of("namespaces left out"), webhook.get("namespaceSelector"));
        checks.selector(of("objects left out"), webhook.get("objectSelector"));
        let conditions = webhook.get("matchConditions");
        let count = conditions.map_or(0, |node| node.items().len());
        checks.narrowed(of("conditions"), count, conditions);
        operations(checks, name, webhook.get("rules"));
    }
}

/// Which requests the rules cover.
fn operations(checks: &mut Checks<'_>, name: &str, rules: Option<&Node>) {
    let Some(rules) = rules.filter(|rules| rules.is_list()) else { return };
    let rows = || rules.items().iter().take(super::MOST);
    let listed = rows().filter_map(|rule| rule.get("operations")).flat_map(Node::items);
    let listed: Vec<&Node> = listed.take(super::MOST).collect();
    for operation in OPERATIONS {
        let covered = listed
            .iter()
            .find(|node| matches!(node.text(), Some(text) if text == *operation || text == "*"));
        let key = format!("{operation} requests asked of {name}");
        match covered {
            Some(node) => checks.say(key, Stance::Enforced, node),
            None => checks.missing(key, rules),
        }
    }
}

fn failure(text: &str) -> Stance {
    if text == "Ignore" { Stance::Warns } else { Stance::Enforced }
}

fn policy(checks: &mut Checks<'_>) {
    checks.word(
        "failure policy",
        checks.at("spec.failurePolicy"),
        failure,
        (Stance::Enforced, "Fail"),
    );
    let list = |checks: &Checks<'_>, path: &str| checks.items(path).count();
    let (validations, conditions) =
        (list(checks, "spec.validations"), list(checks, "spec.matchConditions"));
    checks.fewer("number of validations", validations, checks.at("spec.validations"));
    checks.narrowed("conditions", conditions, checks.at("spec.matchConditions"));
    checks.selector("namespaces left out", checks.at("spec.matchConstraints.namespaceSelector"));
    checks.selector("objects left out", checks.at("spec.matchConstraints.objectSelector"));
}

fn binding(checks: &mut Checks<'_>) {
    let actions = checks.at("spec.validationActions").filter(|list| list.is_list());
    if let Some(actions) = actions {
        let words: Vec<&str> = actions.items().iter().filter_map(Node::text).collect();
        let deny = words.contains(&"Deny");
        let stance = if deny { Stance::Enforced } else { Stance::Warns };
        checks.say_as("enforcement", stance, actions, words.join(", "));
    }
    checks.selector("namespaces left out", checks.at("spec.matchResources.namespaceSelector"));
    checks.selector("objects left out", checks.at("spec.matchResources.objectSelector"));
}
