//! What scanners said of a new image.

use crate::model::{
    Base, Example, Found, Level, Measure, Outlook, Reference, Rule, Severity, Spanned, Stage,
    Workload,
};

use super::facts::image::shown;

const CLEAN: Level = Level::closed("scanned, nothing found");
const BELOW: Level = Level::low(1, "scanned, with findings that the policy puts up with")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const STALE: Level = Level::medium(2, "its last scan is too old");
const STALE_REFUSED: Level = Level::high(2, "its last scan is too old");
const MISSING: Level = Level::medium(3, "never scanned");
const MISSING_REFUSED: Level = Level::high(3, "never scanned");
const FAILING_BUILD: Level = Level::medium(4, "vulnerable, for building");
const FAILING: Level = Level::high(5, "vulnerable");

pub(super) const RULE: Rule = Rule {
    id: "image-scan",
    promise: "No image is built on or run for the first time that scanners did not look at, or in \
              which they found what the policy does not put up with.",
    why: "An image brings everything that was ever left unmended in it. The report that says so is \
          written already; it only has to be asked at the moment when the image comes in.",
    fix: "Take a version that was scanned and found good, or the one that mends what was found. An \
          image nobody looked at: `plimsoll images --new OLD NEW` names it for the scanner \
          (docs/scanning.md); what can't be mended is accepted in the policy, \
          `[[images.scans.accept]]`. The rule speaks only where the policy has `[images.scans]`.",
    fix_in: &[],
    levels: &[CLEAN, BELOW, STALE, STALE_REFUSED, MISSING, MISSING_REFUSED, FAILING_BUILD, FAILING],
    references: &[
        Reference::CisDocker("4.4"),
        Reference::CisDocker("2.14"),
        Reference::Cwe(1395),
        Reference::Nist("4.1.1"),
        Reference::NsaCisa("Kubernetes Pod security: Scanning container images"),
    ],
    answers: &["docker-bench 4.4", "kubescape C-0083", "kubescape C-0085"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile", // a report says so
            change: "
                - FROM scanned.example/clean:1
                + FROM scanned.example/vulnerable:2
                  USER app
            ",
            beside: &[],
            findings: &[
                "image scanned.example/vulnerable:2 of the final stage: vulnerable (3 critical, 12 high; CVE-2026-1111 in openssl, fixed in 3.0.2)",
            ],
        },
        Example {
            file: "compose.yaml", // there is no report
            change: "
                  services:
                    db:
                -     image: scanned.example/clean:1
                +     image: scanned.example/unknown:1
            ",
            beside: &[],
            findings: &["image scanned.example/unknown:1 of service db: never scanned"],
        },
        Example {
            file: "Dockerfile", // a clean report, and an image that stood there before
            change: "
                - FROM scanned.example/vulnerable:2
                + FROM scanned.example/vulnerable:2 AS build
                + FROM scanned.example/clean:1
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    if !stage.trigger {
        let base = if stage.target { &stage.root } else { &stage.base };
        say(base, stage.shipped, found);
    }
    for source in &stage.sources {
        say(source, false, found);
    }
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    if let Some(base) = workload.image.as_ref().filter(|_| workload.built.is_none()) {
        say(base, true, found);
    }
}

fn say(base: &Spanned<Base>, shipped: bool, found: &mut Found<'_>) {
    let (Base::Image(image), Some(evidence)) = (&base.value, &found.settings.evidence) else {
        return;
    };
    let Some(scan) = evidence.of(image) else { return };
    let level = match scan.outcome {
        Outlook::Clean => CLEAN,
        Outlook::Below => BELOW,
        Outlook::Stale { refused: false } => STALE,
        Outlook::Stale { refused: true } => STALE_REFUSED,
        Outlook::Missing { refused: false } => MISSING,
        Outlook::Missing { refused: true } => MISSING_REFUSED,
        Outlook::Failing if shipped => FAILING,
        Outlook::Failing => FAILING_BUILD,
    };
    let key = format!("image {}", shown(&base.value));
    found.say(level, key, base, &scan.summary).same_as(image.to_string());
}
