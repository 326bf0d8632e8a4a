//! Istio's authentication, authorization and TLS settings.

use super::Checks;
use crate::model::{Check, Node, Severity, Spanned, Stance};

/// What an authorization lets through.
const PASSES: &str = "requests that pass";

pub(super) fn checks(kind: &str, group: &str, checks: &mut Checks<'_>) -> Option<Severity> {
    match (kind, group.ends_with("istio.io")) {
        ("PeerAuthentication", _) => authentication(checks),
        ("AuthorizationPolicy", true) => {
            authorization(checks);
            // What lets every request pass is no loss.
            let open = |check: &Spanned<Check>| {
                check.value.name == PASSES && check.value.stance == Stance::Off
            };
            if checks.list.iter().any(open) {
                return Some(Severity::Info);
            }
        }
        ("RequestAuthentication", true) => return Some(Severity::High),
        ("DestinationRule", true) => {
            destination(checks);
            return Some(Severity::Info);
        }
        ("ServerAuthorization" | "MeshTLSAuthentication", _) => {
            return Some(Severity::Medium);
        }
        _ => return None,
    }
    Some(Severity::High)
}

fn mode(text: &str) -> Stance {
    match text {
        "STRICT" => Stance::Enforced,
        "PERMISSIVE" => Stance::Warns,
        "DISABLE" => Stance::Off,
        _ => Stance::Unknown,
    }
}

fn authentication(checks: &mut Checks<'_>) {
    checks.word(
        "mutual TLS",
        checks.at("spec.mtls.mode"),
        mode,
        (Stance::Unknown, "as the mesh says"),
    );
    let ports = checks.at("spec.portLevelMtls").map(Node::entries).unwrap_or_default();
    for entry in ports.iter().take(super::MOST) {
        let name = format!("mutual TLS of port {}", entry.key.value);
        checks.word(name, entry.value.get("mode"), mode, (Stance::Unknown, "as the pods say"));
    }
}

/// An empty rule takes every request; no rule takes none.
fn authorization(checks: &mut Checks<'_>) {
    let action = checks.at("spec.action").and_then(Node::text).unwrap_or("ALLOW");
    let rules: Vec<&Node> = checks.items("spec.rules").collect();
    let list = checks.at("spec.rules").filter(|rules| rules.is_list());
    if let Some(node) = checks.at("spec.action") {
        let stance = if action == "AUDIT" { Stance::Warns } else { Stance::Enforced };
        checks.say("action", stance, node);
    }
    match action {
        "DENY" => checks.fewer("number of rules that deny", rules.len(), list),
        "ALLOW" => {
            let given = |rule: &&Node, key: &str| {
                rule.get(key).is_some_and(|node| !node.items().is_empty())
            };
            let any = rules
                .iter()
                .find(|rule| !given(rule, "from") && !given(rule, "to") && !given(rule, "when"));
            let anybody = rules.iter().find(|rule| !given(rule, "from") && !given(rule, "when"));
            let key = PASSES;
            match (any, anybody) {
                (Some(rule), _) => checks.say_as(key, Stance::Off, rule, "every one".to_owned()),
                (None, Some(rule)) => {
                    checks.say_as(key, Stance::Warns, rule, "from anybody to some".to_owned());
                }
                (None, None) => match list.filter(|_| !rules.is_empty()) {
                    Some(list) => checks.say_as(key, Stance::Enforced, list, "some".to_owned()),
                    None => checks.lacks(key, Stance::Enforced, "none"),
                },
            }
        }
        _ => {}
    }
}

fn destination(checks: &mut Checks<'_>) {
    if let Some(mode) = checks.at("spec.trafficPolicy.tls.mode") {
        let stance = match mode.text().unwrap_or_default() {
            "DISABLE" => Stance::Off,
            _ => Stance::Enforced,
        };
        checks.say("TLS to the server", stance, mode);
    }
    if let Some(skip) = checks.at("spec.trafficPolicy.tls.insecureSkipVerify") {
        let stance = super::must_not(skip.text().unwrap_or_default());
        checks.say("verification of the server left out", stance, skip);
    }
}
