//! Whether a service mesh asks its workloads who they are.

use super::facts::stance;
use crate::model::{AccessKind, AccessObject, Example, Found, Measure, Reference, Rule};

pub(super) const RULE: Rule = Rule {
    id: "mesh-policy",
    promise: "A service mesh never asks less of who talks to a workload than before.",
    why: "`PERMISSIVE` takes plain text from anybody who reaches the pod, and an authorization \
          policy with one empty rule lets every request pass: the objects are still there, and so \
          is the lock in every dashboard.",
    fix: "Keep `mode: STRICT` and give each rule of an authorization policy a `from`. While \
          workloads move into the mesh, make the exception for their port alone.",
    fix_in: &[],
    levels: stance::LEVELS,
    references: &[
        Reference::Other("Istio: PeerAuthentication"),
        Reference::Other("Istio: Authorization Policy"),
        Reference::Cwe(306),
        Reference::Cwe(319),
        Reference::Cwe(862),
    ],
    answers: &["kubescape C-0266"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Access(measure)],
    examples: &[
        Example {
            file: "mesh.yaml",
            change: "
                  apiVersion: security.istio.io/v1
                  kind: PeerAuthentication
                  metadata: {name: default}
                  spec:
                    mtls:
                -     mode: STRICT
                +     mode: PERMISSIVE
            ",
            beside: &[],
            findings: &[
                "mutual TLS of PeerAuthentication default: was enforced (STRICT), now not enforced (PERMISSIVE)",
            ],
        },
        Example {
            file: "mesh.yaml",
            change: "
                  apiVersion: security.istio.io/v1
                  kind: AuthorizationPolicy
                  metadata: {name: web}
                  spec:
                    rules:
                -   - from: [{source: {namespaces: [front]}}]
                +   - {}
            ",
            beside: &[],
            findings: &[
                "requests that pass of AuthorizationPolicy web: was enforced (some), now wide open (every one)",
            ],
        },
        Example {
            file: "mesh.yaml", // stricter
            change: "
                  apiVersion: security.istio.io/v1
                  kind: PeerAuthentication
                  metadata: {name: default}
                  spec:
                    mtls:
                -     mode: PERMISSIVE
                +     mode: STRICT
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// Kinds of object by which a mesh decides who may talk.
pub(super) fn is_mesh(kind: &str) -> bool {
    matches!(
        kind,
        "PeerAuthentication" | "AuthorizationPolicy" | "RequestAuthentication" | "DestinationRule"
    )
}

fn measure(object: &AccessObject, found: &mut Found<'_>) {
    match &object.kind {
        AccessKind::Guard(guard) if is_mesh(&guard.kind) => stance::say(guard, found),
        _ => {}
    }
}
