//! Attestations that a build leaves with its image.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Workload};

const MADE: Level = Level::closed("made");
const OFF: Level = Level::low(1, "switched off").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "build-attestation",
    promise: "A build goes on saying where its image came from and what is in it.",
    why: "Without provenance and a list of contents nobody downstream can check which commit an \
          image was built from, or whether a package with a known hole is in it.",
    fix: "Take `provenance: false` and `sbom: false` out again.",
    fix_in: &[],
    levels: &[MADE, OFF],
    references: &[
        Reference::Cwe(353),
        Reference::Nist("4.1.5"),
        Reference::Docker("Build attestations"),
    ],
    answers: &["checkov CKV_GHA_5", "checkov CKV_GHA_6"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "docker-bake.hcl",
            change: r#"
                  target "app" {
                    context = "."
                -   attest  = ["type=provenance,mode=max", "type=sbom"]
                +   attest  = ["type=provenance,disabled=true"]
                  }
            "#,
            beside: &[],
            findings: &[
                "provenance attestation of target app: was made, now switched off",
                "sbom attestation of target app: was made, now switched off",
            ],
        },
        Example {
            file: "docker-bake.hcl", // less detail is still one
            change: r#"
                  target "app" {
                    context = "."
                -   attest  = ["type=provenance,mode=max", "type=sbom"]
                +   attest  = ["type=sbom", "type=provenance,mode=min"]
                  }
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for kind in ["provenance", "sbom"] {
        let name = format!("attest {kind}");
        let key = format!("{kind} attestation");
        let option = workload.options.iter().rfind(|option| option.name == name);
        let Some(option) = option else {
            found.say(OFF.only_lost(), key, &workload.place(), "").absent();
            continue;
        };
        let off = option.value.as_ref().is_some_and(|value| value.text == "false");
        found.say(if off { OFF } else { MADE }, key, &option.place, "");
    }
}
