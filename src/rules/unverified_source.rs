//! Whether the signature of what is fetched is checked.

use crate::model::{Example, Found, Known, Level, Measure, Reference, Rule, Source, Spanned};

const CHECKED: Level = Level::closed("checked");
const UNCHECKED: Level = Level::high(1, "not checked").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "unverified-source",
    promise: "A signature that was checked before something is fetched and used stays checked.",
    why: "The check is what tells the publisher's work from that of whoever holds the registry or \
          the repository today. Without it, both look alike.",
    fix: "Keep `verify` and its provider; when keys change, change the secret that it names.",
    fix_in: &[],
    levels: &[CHECKED, UNCHECKED],
    references: &[Reference::Cwe(347), Reference::Other("Flux: Git Repositories, Verification")],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Source(measure)],
    examples: &[
        Example {
            file: "source.yaml",
            change: "
                  apiVersion: source.toolkit.fluxcd.io/v1
                  kind: OCIRepository
                  metadata:
                    name: infra
                  spec:
                    url: oci://ghcr.io/acme/infra
                    ref:
                      tag: 1.2.3
                -   verify:
                -     provider: cosign
            ",
            beside: &[],
            findings: &["signature of artifact infra: was checked, now not checked"],
        },
        Example {
            file: "source.yaml", // another way to check it
            change: "
                  apiVersion: source.toolkit.fluxcd.io/v1
                  kind: OCIRepository
                  metadata:
                    name: infra
                  spec:
                    url: oci://ghcr.io/acme/infra
                    ref:
                      tag: 1.2.3
                    verify:
                -     provider: cosign
                +     provider: notation
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(source: &Source, found: &mut Found<'_>) {
    match &source.verified {
        Some(switch) if matches!(switch.value, Known::Is(true)) => {
            found.say(CHECKED, "signature", switch, "");
        }
        _ => {
            found.say(UNCHECKED, "signature", &Spanned::new((), source.head), "").absent();
        }
    }
}
