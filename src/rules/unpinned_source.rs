//! How firmly a reference holds a chart, a remote base or a repository.

use super::facts::source::{Hold, hold};
use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Source, SourceKind};

const FIXED: Level = Level::closed("held in place");
const TAG: Level = Level::medium(1, "a tag").in_new_unit(Severity::Info).when_added(Severity::Info);
const RANGE: Level = Level::medium(2, "a range of versions")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const FLOATING: Level = Level::high(3, "whatever is newest")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Medium)
    .when_widened(Severity::Medium);
const UNKNOWN: Level = Level::medium(4, "left to whoever installs it")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Info);
// `@v4` is how nearly every job names an action.
const STEP_RANGE: Level = Level::medium(2, "a version that moves")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Info);
const STEP_FLOATING: Level = Level::medium(3, "whatever is newest")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "unpinned-source",
    promise: "A reference to a chart, a remote base, a repository or an action never gets looser: \
              commit or exact version, tag, range, branch.",
    why: "What is fetched decides about containers as much as what is written here. A branch, a \
          range or no version at all means that the next deployment may run what nobody here has \
          seen, without any commit.",
    fix: "Name a commit or an exact version, commit the lock file where there is one, and let a \
          bot such as Renovate move them.",
    fix_in: &[],
    levels: &[FIXED, TAG, RANGE, FLOATING, UNKNOWN, STEP_RANGE, STEP_FLOATING],
    references: &[
        Reference::Cwe(829),
        Reference::Cwe(1357),
        Reference::Other("Helm: Charts, Chart Dependency"),
    ],
    answers: &[
        "zizmor unpinned-uses",
        "semgrep third-party-action-not-pinned-to-commit-sha",
        "checkov CKV_CIRCLECIPIPELINES_3",
        "checkov CKV_CIRCLECIPIPELINES_4",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Source(measure)],
    examples: &[
        Example {
            file: "Chart.yaml",
            change: "
                  apiVersion: v2
                  name: web
                  dependencies:
                    - name: redis
                -     version: 18.1.2
                +     version: ^18
                      repository: https://charts.example.com
            ",
            beside: &[],
            findings: &[
                "version of chart redis: was held in place (18.1.2), now a range of versions (^18)",
            ],
        },
        Example {
            file: "source.yaml",
            change: "
                  apiVersion: source.toolkit.fluxcd.io/v1
                  kind: GitRepository
                  metadata:
                    name: infra
                  spec:
                    url: https://github.com/acme/infra
                    ref:
                -     commit: 8c1a5c1f0c5f4a1b2d3e4f5a6b7c8d9e0f1a2b3c
                +     branch: main
            ",
            beside: &[],
            findings: &[
                "version of repository infra: was held in place (8c1a5c1f0c5f4a1b2d3e4f5a6b7c8d9e0f1a2b3c), now whatever is newest (main)",
            ],
        },
        Example {
            file: ".github/workflows/ci.yml",
            change: "
                  on: push
                  jobs:
                    build:
                      steps:
                -       - uses: acme/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v2.1.0
                +       - uses: acme/deploy@v2
            ",
            beside: &[],
            findings: &[
                "version of action acme/deploy: was held in place (8f4b7f84864484a7bf31766abe9204da3cbe65b3), now a version that moves (v2)",
            ],
        },
        Example {
            file: ".github/workflows/ci.yml", // as loose as before; the repository's own
            change: "
                  on: push
                  jobs:
                    build:
                      steps:
                -       - uses: actions/checkout@v3
                +       - uses: actions/checkout@v4
                +       - uses: ./.github/actions/setup
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Chart.yaml", // another exact version holds as firmly
            change: "
                  apiVersion: v2
                  name: web
                  dependencies:
                    - name: redis
                -     version: 18.1.2
                +     version: 19.0.0
                      repository: https://charts.example.com
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(source: &Source, found: &mut Found<'_>) {
    let step = matches!(source.kind, SourceKind::Action | SourceKind::Feature);
    let level = match hold(source) {
        None => return,
        Some(Hold::Range) if step => STEP_RANGE,
        Some(Hold::Floating) if step => STEP_FLOATING,
        Some(Hold::Fixed) => FIXED,
        Some(Hold::Tag) => TAG,
        Some(Hold::Range) => RANGE,
        Some(Hold::Floating) => FLOATING,
        Some(Hold::Unknown) => UNKNOWN,
    };
    if let Some(version) = &source.version {
        found.at(level, "version", version);
    } else {
        let head = crate::model::Spanned::new((), source.head);
        found.say(level, "version", &head, "no version").absent();
    }
}
