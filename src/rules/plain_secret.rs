//! Secrets of a cluster that are committed as they are.

use super::facts::secret::{Teller, of_value};
use crate::model::{
    DataKind, DataObject, Example, Found, Level, Measure, Reference, Rule, Severity, Variable,
};

const SEALED: Level = Level::closed("encrypted");
const KEPT: Level = Level::closed("kept elsewhere");
const PLAIN: Level = Level::high(1, "a plain Secret with its values").only_lost();
const DEFAULT: Level =
    Level::medium(2, "a working default password, only encoded").in_new_unit(Severity::Low);
const LITERAL: Level = Level::critical(3, "written down in full, only encoded");

pub(super) const RULE: Rule = Rule {
    id: "plain-secret",
    promise: "No Secret is committed with its values, and none that was sealed is opened.",
    why: "The values of a Secret are encoded, not encrypted: everyone who can read the repository \
          can read them, in every commit that ever held them.",
    fix: "Revoke what was committed, and keep the values out of git: SealedSecret, SOPS, \
          ExternalSecret, or a Secret that the cluster's operator creates.",
    fix_in: &[],
    levels: &[SEALED, KEPT, PLAIN, DEFAULT, LITERAL],
    references: &[
        Reference::CisKubernetes("5.4.1"),
        Reference::Cwe(798),
        Reference::Cwe(312),
        Reference::Kubernetes("Good practices for Kubernetes Secrets"),
    ],
    answers: &["gitleaks kubernetes-secret-yaml", "semgrep secrets-in-config-file"],
    options: &[],
    every_commit: true,
    measure: &[Measure::Data(measure)],
    examples: &[
        Example {
            file: "secret.yaml",
            change: "
                  apiVersion: v1
                  kind: Secret
                  metadata:
                    name: db
                  stringData:
                +   password: x8Kq2mZ0pTr7
                +   token: MHNBNThYcDJ2bVJ0cTl3TA==
                    username: app
            ",
            beside: &[],
            findings: &[
                "secret in password of Secret db: written down in full, only encoded: … (12 characters)",
                "secret in token of Secret db: written down in full, only encoded: MHNB… (24 characters)",
            ],
        },
        Example {
            file: "secret.yaml", // placeholders, what is public, what is empty
            change: "
                  apiVersion: v1
                  kind: Secret
                  metadata:
                    name: db
                  stringData:
                +   password: <your-password>
                +   token: ''
                    username: app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "secret.yaml", // no more sealed
            change: "
                - apiVersion: bitnami.com/v1alpha1
                - kind: SealedSecret
                + apiVersion: v1
                + kind: Secret
                  metadata: {name: db}
                - spec:
                -   encryptedData: {username: AgBy3i4OJSWK}
                + stringData: {username: app}
            ",
            beside: &[],
            findings: &["values of Secret db: was encrypted, now a plain Secret with its values"],
        },
    ],
};

fn measure(data: &DataObject, found: &mut Found<'_>) {
    let head = crate::model::Spanned::new((), data.head);
    match data.kind {
        DataKind::Sealed => drop(found.say(SEALED, "values", &head, "")),
        DataKind::External => drop(found.say(KEPT, "values", &head, "")),
        DataKind::Secret => secret(data, found),
        DataKind::Configuration | DataKind::Values | DataKind::Environment => {}
    }
}

fn secret(data: &DataObject, found: &mut Found<'_>) {
    if let Some(written) = data.values.iter().find(|variable| text(variable).is_some()) {
        found.say(PLAIN, "values", &written.place, "");
    }
    let mut teller = Teller::new(found, DEFAULT, LITERAL);
    for variable in &data.values {
        let Some(text) = text(variable) else { continue };
        let name = &variable.name;
        if let Some(secret) = of_value(name, text).or_else(|| login(name, text)) {
            teller.tell(&secret, &format!("secret in {name}"), &variable.place);
        } else if variable.value.as_ref().is_some_and(|value| value.text.contains('\n')) {
            teller.block(text, name, &variable.place);
        }
        teller.own(&format!("{name}={text}"), name, &variable.place);
    }
}

/// What is written down under a name.
fn text(variable: &Variable) -> Option<&str> {
    let value = variable.value.as_ref().filter(|value| !value.unknown)?;
    Some(value.text.trim()).filter(|text| !text.is_empty())
}

/// The credential of a registry: the `auth` of Docker's own configuration.
fn login(name: &str, text: &str) -> Option<super::facts::secret::Secret> {
    if !name.ends_with("dockerconfigjson") && !name.ends_with("dockercfg") {
        return None;
    }
    let after = text.split_once("\"auth\"")?.1.trim_start().strip_prefix(':')?.trim_start();
    let value = after.strip_prefix('"')?.split('"').next()?;
    of_value("auth_token", value)
}
