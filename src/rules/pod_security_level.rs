//! The Pod Security level that a namespace asks for.

use crate::model::{
    AccessKind, AccessObject, Example, Found, Known, Level, Measure, Reference, Rule, Severity,
    Spanned,
};

const RESTRICTED: Level = Level::closed("restricted");
const BASELINE: Level = Level::high(1, "baseline").only_lost();
const UNKNOWN: Level = Level::medium(2, "left to a template").only_lost();
const PRIVILEGED: Level = Level::high(3, "privileged").in_new_unit(Severity::Medium);
const NONE: Level = Level::high(3, "no level").only_lost();
const SAID: Level = Level::closed("asked for");
const LESS: Level = Level::low(1, "asked for at a lower level").only_lost();
const UNSAID: Level = Level::low(2, "not asked for").only_lost();
const LATEST: Level = Level::closed("the cluster's own");
const PINNED: Level = Level::high(1, "the one of an older release").only_lost();

/// Newest minor version that a label may name.
const NEWEST: u64 = 100_000;
const PREFIX: &str = "pod-security.kubernetes.io/";

pub(super) const RULE: Rule = Rule {
    id: "pod-security-level",
    promise: "A namespace never asks for a lower Pod Security level than before.",
    why: "Three labels decide whether pods with host access or root are let into a namespace at \
          all. `warn` and `audit` turn nothing away, and a pinned version leaves out what later \
          releases found to be dangerous.",
    fix: "Keep `pod-security.kubernetes.io/enforce: restricted`, and give the one workload that \
          needs more a namespace of its own.",
    fix_in: &[],
    levels: &[RESTRICTED, BASELINE, UNKNOWN, PRIVILEGED, NONE, SAID, LESS, UNSAID, LATEST, PINNED],
    references: &[
        Reference::Kubernetes("Pod Security Admission"),
        Reference::Kubernetes("Pod Security Standards"),
        Reference::CisKubernetes("5.2.1"),
        Reference::NsaCisa("Pod security enforcement"),
        Reference::Cwe(693),
    ],
    answers: &["kubescape C-0192"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "namespace.yaml",
            change: "
                  apiVersion: v1
                  kind: Namespace
                  metadata:
                    name: shop
                    labels:
                -     pod-security.kubernetes.io/enforce: restricted
                +     pod-security.kubernetes.io/enforce: baseline
            ",
            beside: &[],
            findings: &["enforced level of Namespace shop: was restricted, now baseline"],
        },
        Example {
            file: "namespace.yaml",
            change: "
                  apiVersion: v1
                  kind: Namespace
                  metadata:
                    name: shop
                    labels:
                -     pod-security.kubernetes.io/enforce: baseline
                      pod-security.kubernetes.io/warn: baseline
            ",
            beside: &[],
            findings: &["enforced level of Namespace shop: was baseline, now no level"],
        },
        Example {
            file: "namespace.yaml", // stricter
            change: "
                  apiVersion: v1
                  kind: Namespace
                  metadata:
                    name: shop
                    labels:
                -     pod-security.kubernetes.io/enforce: baseline
                +     pod-security.kubernetes.io/enforce: 'restricted'
                +     pod-security.kubernetes.io/enforce-version: latest
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    let AccessKind::Namespace(labels) = &object.kind else { return };
    let head = Spanned::new((), object.head);
    let label = |name: &str| {
        labels.iter().rev().find(|label| label.value.0.strip_prefix(PREFIX) == Some(name))
    };
    let enforced = label("enforce");
    match enforced {
        Some(label) => {
            let level = match &label.value.1 {
                Known::Is(level) if level == "restricted" => RESTRICTED,
                Known::Is(level) if level == "baseline" => BASELINE,
                Known::Is(_) => PRIVILEGED,
                Known::Unknown(_) => UNKNOWN,
            };
            found.say(level, "enforced level", label, label.value.1.to_string());
            version(label, self::version_of(label_version(labels)), found);
        }
        None => {
            found.say(NONE, "enforced level", &head, "").absent();
        }
    }
    for mode in ["warn", "audit"] {
        let key = format!("level to {mode}");
        let open =
            |label: &&Label| matches!(&label.value.1, Known::Is(level) if level == "privileged");
        match label(mode) {
            // What it is without the label.
            Some(label) if open(&label) => {
                found.say(UNSAID, key, label, label.value.1.to_string());
            }
            Some(label) => {
                let least = matches!(&label.value.1, Known::Is(level) if level != "restricted");
                let level = if least { LESS } else { SAID };
                found.say(level, key, label, label.value.1.to_string());
            }
            None => {
                found.say(UNSAID, key, &head, "").absent();
            }
        }
    }
}

type Label = Spanned<(String, Known<String>)>;

fn label_version(labels: &[Label]) -> Option<&Label> {
    labels.iter().rev().find(|label| label.value.0.strip_prefix(PREFIX) == Some("enforce-version"))
}

/// The minor version that a label pins.
fn version_of(label: Option<&Label>) -> Option<(&Label, u64)> {
    let label = label?;
    let Known::Is(text) = &label.value.1 else { return None };
    let minor = text.strip_prefix("v1.")?.parse().ok()?;
    Some((label, minor))
}

fn version(enforced: &Label, pinned: Option<(&Label, u64)>, found: &mut Found<'_>) {
    let key = "version of the enforced level";
    match pinned {
        Some((label, minor)) => {
            let level = PINNED.of(NEWEST.saturating_sub(minor));
            found.say(level, key, label, label.value.1.to_string())
        }
        None => found.say(LATEST, key, enforced, ""),
    };
}
