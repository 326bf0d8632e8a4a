//! Secrets, ConfigMaps and what stands for a Secret in a repository.
//!
//! Source: Kubernetes documentation, "Secrets", "ConfigMaps"; SOPS, "Encrypting using age";
//! Sealed Secrets and External Secrets Operator, API references.

use super::object::Object;
use super::value::{switch, variable, variables};
use super::{base64, nested};
use crate::model::{DataKind, DataObject, Declaration, Node, Tree, Unit, Variable};

/// Kinds that fetch a Secret from elsewhere, and where they name it.
const EXTERNAL: &[(&str, &str)] = &[
    ("ExternalSecret", "spec.target.name"),
    ("ClusterExternalSecret", "spec.externalSecretName"),
    ("SecretProviderClass", ""),
    ("VaultStaticSecret", "spec.destination.name"),
    ("VaultDynamicSecret", "spec.destination.name"),
    ("VaultPKISecret", "spec.destination.name"),
    ("VaultSecret", ""),
    ("OnePasswordItem", ""),
    ("InfisicalSecret", "spec.managedSecretReference.secretName"),
    ("DopplerSecret", "spec.managedSecret.name"),
    ("BitwardenSecret", "spec.secretName"),
    ("AzureKeyVaultSecret", "spec.output.secret.name"),
];
/// What `kubectl apply` keeps beside an object: the object as it was applied.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The values that an object holds, or says where to fetch.
pub(super) fn unit(object: &Object, tree: &dyn Tree) -> Option<Declaration> {
    let (kind, values) = match object.kind.as_str() {
        "Secret" if object.group.is_empty() => secret(object, tree),
        "ConfigMap" if object.group.is_empty() => {
            let mut values = plain(object.at("data"), tree);
            values.extend(encoded(object.at("binaryData"), tree));
            (DataKind::Configuration, values)
        }
        "SealedSecret" => (DataKind::Sealed, plain(object.at("spec.template.data"), tree)),
        kind if EXTERNAL.iter().any(|(known, _)| *known == kind) => {
            (DataKind::External, plain(object.at("spec.target.template.data"), tree))
        }
        _ => return None,
    };
    let sealed = object.node.get("sops").is_some_and(Node::is_map);
    let kind = if sealed { DataKind::Sealed } else { kind };
    let title = object.title();
    let mut unit = DataObject {
        file: object.head.file,
        identity: identity(object, kind),
        title: title.clone(),
        head: object.head,
        span: object.node.span,
        kind,
        values,
        immutable: switch(object.at("immutable")),
    };
    unit.values.retain(|value| !is_sealed(value));
    unit.values.extend(applied(object));
    Some(object.declare(Unit::Data(Box::new(unit)), title, object.node.span))
}

/// A Secret is the same one however it is kept.
fn identity(object: &Object, kind: DataKind) -> String {
    if kind == DataKind::Configuration {
        return object.identity();
    }
    let path = EXTERNAL.iter().find(|(known, _)| *known == object.kind).map(|(_, path)| path);
    let named = path.filter(|path| !path.is_empty()).and_then(|path| object.at(path)?.text());
    format!("Secret/{}/{}", object.namespace(), named.unwrap_or(object.name()))
}

fn secret(object: &Object, tree: &dyn Tree) -> (DataKind, Vec<Variable>) {
    let mut values = encoded(object.at("data"), tree);
    values.extend(plain(object.at("stringData"), tree));
    (DataKind::Secret, values)
}

fn plain(node: Option<&Node>, tree: &dyn Tree) -> Vec<Variable> {
    let mut found = Vec::new();
    for entry in node.map_or(&[][..], Node::entries) {
        nested::values(&entry.key.value, &entry.value, tree, &mut found);
    }
    found
}

fn encoded(node: Option<&Node>, tree: &dyn Tree) -> Vec<Variable> {
    let mut found = Vec::new();
    for entry in node.map_or(&[][..], Node::entries) {
        match entry.value.text().filter(|_| !entry.value.is_opaque()).and_then(base64::decoded) {
            Some(text) => {
                let decoded = Node::scalar(text, false, entry.value.span)
                    .because(entry.value.because.iter().copied());
                nested::encoded(&entry.key.value, &decoded, &mut found);
            }
            // Not what it has to be: whoever reads the file may read it as it stands.
            None => nested::values(&entry.key.value, &entry.value, tree, &mut found),
        }
    }
    found
}

/// SOPS writes what it encrypts as `ENC[…]`.
pub(in crate::resolve) fn is_sealed(variable: &Variable) -> bool {
    variable.value.as_ref().is_some_and(|value| value.text.starts_with("ENC["))
}

/// The values of an object that an annotation repeats, and the other annotations as they stand.
fn applied(object: &Object) -> Vec<Variable> {
    let annotations = object.at("metadata.annotations");
    let mut found = variables(annotations);
    found.retain(|variable| variable.name != APPLIED);
    let Some(node) = annotations.and_then(|annotations| annotations.get(APPLIED)) else {
        return found;
    };
    let Some(text) = node.text() else { return found };
    let Ok(serde_json::Value::Object(copy)) = serde_json::from_str(text) else { return found };
    let secret = copy.get("kind").and_then(serde_json::Value::as_str) == Some("Secret");
    for (list, coded) in [("data", secret), ("stringData", false), ("binaryData", true)] {
        let Some(serde_json::Value::Object(values)) = copy.get(list) else { continue };
        for (name, value) in values.iter().filter_map(|(name, value)| Some((name, value.as_str()?)))
        {
            let decoded = if coded { base64::decoded(value) } else { None };
            let text = decoded.unwrap_or_else(|| value.to_owned());
            found.push(variable(name, &Node::scalar(text, false, node.span)));
        }
    }
    found
}
