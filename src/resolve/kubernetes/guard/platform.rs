//! Quotas, pod security policies, API services, encryption at rest.

use super::{Checks, must_not};
use crate::model::{Node, Severity, Stance};

/// Switches of a pod security policy and of OpenShift's constraints that should be off.
const OPENS: &[&str] = &[
    "privileged",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "allowPrivilegedContainer",
    "allowHostNetwork",
    "allowHostPID",
    "allowHostIPC",
    "allowHostPorts",
    "allowHostDirVolumePlugin",
];
/// Lists in which `*` stands for everything.
const LISTS: &[&str] =
    &["allowedCapabilities", "volumes", "seccompProfiles", "allowedUnsafeSysctls"];

pub(super) fn checks(kind: &str, group: &str, checks: &mut Checks<'_>) -> Option<Severity> {
    match (kind, group) {
        ("PodSecurityPolicy", _) => pods(checks, "spec"),
        ("SecurityContextConstraints", _) => pods(checks, ""),
        ("APIService", _) => {
            let skip = checks.at("spec.insecureSkipTLSVerify");
            checks.word("verification left out", skip, must_not, (Stance::Enforced, "false"));
        }
        ("Config", "") if checks.at("clusters").is_some() => kubeconfig(checks),
        ("EncryptionConfiguration", _) => {
            encryption(checks);
            return Some(Severity::High);
        }
        ("StorageClass", _) => {
            let encrypted = checks.at("parameters.encrypted")?;
            let on = encrypted.boolean() == Some(true);
            checks.say("encryption", if on { Stance::Enforced } else { Stance::Off }, encrypted);
        }
        ("ResourceQuota", "") => {
            let hard = checks.at("spec.hard").filter(|hard| hard.is_map());
            checks.fewer("number of limits", hard.map_or(0, |hard| hard.entries().len()), hard);
            return Some(Severity::Medium);
        }
        ("LimitRange", "") => {
            let limits = checks.at("spec.limits").filter(|limits| limits.is_list());
            checks.fewer("number of limits", limits.map_or(0, |list| list.items().len()), limits);
            return Some(Severity::Medium);
        }
        ("PodDisruptionBudget", _) => return Some(Severity::Low),
        _ => return None,
    }
    Some(Severity::Info)
}

fn pods(checks: &mut Checks<'_>, below: &str) {
    let path = |key: &str| if below.is_empty() { key.to_owned() } else { format!("{below}.{key}") };
    for key in OPENS {
        if let Some(node) = checks.at(&path(key)) {
            checks.say(*key, must_not(node.text().unwrap_or_default()), node);
        }
    }
    for key in ["allowPrivilegeEscalation", "defaultAllowPrivilegeEscalation"] {
        let node = checks.at(&path(key));
        checks.word(key, node, must_not, (Stance::Off, "true"));
    }
    let written = checks.at(&path("readOnlyRootFilesystem"));
    let on =
        |text: &str| if must_not(text) == Stance::Off { Stance::Enforced } else { Stance::Warns };
    checks.word("readOnlyRootFilesystem", written, on, (Stance::Warns, "false"));
    for key in LISTS {
        let node = checks.at(&path(key));
        let star = checks.items(&path(key)).find(|item| item.text() == Some("*"));
        match (star, node) {
            (Some(star), _) => checks.say(*key, Stance::Off, star),
            (None, Some(node)) => checks.say_as(*key, Stance::Enforced, node, "some".to_owned()),
            (None, None) => checks.lacks(*key, Stance::Enforced, "none"),
        }
    }
    let key = "requiredDropCapabilities";
    let drops = checks.items(&path(key)).any(|item| item.text() == Some("ALL"));
    let stance = if drops { Stance::Enforced } else { Stance::Warns };
    match checks.at(&path(key)) {
        Some(node) => checks.say_as(key, stance, node, String::new()),
        None => checks.lacks(key, stance, "none"),
    }
    rules(checks, &path);
    let groups = path("groups");
    for group in checks.items(&groups).filter(|group| {
        matches!(group.text(), Some("system:authenticated" | "system:unauthenticated"))
    }) {
        checks.say("groups it is for", Stance::Off, group);
    }
}

/// `rule` of a pod security policy, `type` of OpenShift's constraints.
fn rules(checks: &mut Checks<'_>, path: &dyn Fn(&str) -> String) {
    for (key, field) in [
        ("runAsUser", "runAsUser"),
        ("seLinux", "seLinux"),
        ("seLinuxContext", "seLinuxContext"),
        ("supplementalGroups", "supplementalGroups"),
        ("fsGroup", "fsGroup"),
    ] {
        let at = |word: &str| checks.at(&path(&format!("{field}.{word}")));
        let Some(node) = at("rule").or_else(|| at("type")) else { continue };
        let any = node.text() == Some("RunAsAny");
        let stance = match (any, key) {
            (false, _) => Stance::Enforced,
            (true, "runAsUser") => Stance::Off,
            (true, _) => Stance::Warns,
        };
        checks.say(key, stance, node);
    }
}

fn kubeconfig(checks: &mut Checks<'_>) {
    for cluster in checks.items("clusters") {
        let name = cluster.get("name").and_then(Node::text).unwrap_or("?");
        let skip = cluster.at("cluster.insecure-skip-tls-verify");
        let key = format!("verification left out for {name}");
        checks.word(key, skip, must_not, (Stance::Enforced, "false"));
    }
}

/// The first provider encrypts what is written; `identity` does not.
fn encryption(checks: &mut Checks<'_>) {
    for entry in checks.items("resources") {
        let resources: Vec<&str> = entry
            .get("resources")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .take(8)
            .collect();
        let first = entry.get("providers").and_then(|list| list.items().first());
        let Some(provider) = first.and_then(|node| node.entries().first()) else { continue };
        let name = provider.key.value.clone();
        let stance = if name == "identity" { Stance::Off } else { Stance::Enforced };
        let place = Node::scalar(name.clone(), true, provider.key.span);
        checks.say_as(format!("provider of {}", resources.join(", ")), stance, &place, name);
    }
}
