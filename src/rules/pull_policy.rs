//! Whether an image that may move is asked for at every start.

use super::facts::image::pinned_text;
use super::facts::version::{Firmness, firmness};
use crate::model::{Base, Example, Found, Level, Measure, Platform, Reference, Rule, Workload};

const ALWAYS: Level = Level::closed("pulled at every start");
const MISSING: Level = Level::low(1, "pulled where it is missing").only_lost();
const NEVER: Level = Level::low(2, "never pulled").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "pull-policy",
    promise: "An image that may move does not stop to be asked for at every start.",
    why: "A tag that moves is the fixed version on one machine and the old one on the next. On a \
          shared node an image that is already there starts without its registry being asked \
          whether this workload may have it.",
    fix: "Keep `Always`, or name the image by a digest: then the policy doesn't matter.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Keep `pull_policy: always`, or name the image by a digest: then the policy doesn't \
             matter.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Keep `imagePullPolicy: Always`, or name the image by a digest: then the policy \
             doesn't matter.",
        ),
    ],
    levels: &[ALWAYS, MISSING, NEVER],
    references: &[
        Reference::CisDocker("5.28"),
        Reference::Kubernetes("Images: Image pull policy"),
        Reference::Compose("services: pull_policy"),
    ],
    answers: &[
        "kics caa3479d",
        "checkov CKV_K8S_15",
        "kube-score container-image-pull-policy",
        "polaris pullPolicyNotAlways",
        "kubescape C-0075",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    app:
                      image: ghcr.io/acme/app:2
                -     pull_policy: always
                +     pull_policy: never
            ",
            beside: &[],
            findings: &[
                "pull policy of service app: was pulled at every start (always), now never pulled (never)",
            ],
        },
        Example {
            file: "compose.yaml", // what is named by a full version does not move
            change: "
                  services:
                    app:
                -     image: ghcr.io/acme/app:2
                -     pull_policy: always
                +     image: ghcr.io/acme/app:2.1.0
                +     pull_policy: missing
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "web.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: ghcr.io/acme/app:2
                -           imagePullPolicy: Always
            ",
            beside: &[],
            findings: &[
                "pull policy of container app of Deployment web: was pulled at every start (Always), now pulled where it is missing",
            ],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let Some(image) = workload.image.as_ref().filter(|_| workload.built.is_none()) else { return };
    let firm = match &image.value {
        Base::Image(image) if image.digest.is_some() => return,
        Base::Image(image) => image.tag.as_deref().map_or(Firmness::Floating, firmness),
        Base::Unknown(text) if pinned_text(text) => return,
        Base::Unknown(_) => Firmness::Partial,
        Base::Stage(_) | Base::Scratch => return,
    };
    if firm == Firmness::Full {
        return;
    }
    let Some(policy) = &workload.pull_policy else {
        // Without a policy Kubernetes asks for `latest` at every start, and for others once. A
        // chart's values say nothing by silence.
        let once = workload.platform == Platform::Kubernetes && firm != Firmness::Floating;
        if once || workload.platform == Platform::Compose {
            found.say(MISSING, "pull policy", &workload.place(), "").absent();
        }
        return;
    };
    let written = policy.value.to_ascii_lowercase().replace(['_', '-'], "");
    let level = match written.as_str() {
        "always" | "newer" => ALWAYS,
        "ifnotpresent" | "missing" => MISSING,
        "never" => NEVER,
        // `daily`, `weekly` ask less often than always, and more often than once.
        _ => return,
    };
    found.say(level, "pull policy", policy, &policy.value);
}
