//! How firmly a reference holds the code or configuration that it fetches.

use super::facts::version::{Firmness, firmness};
use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Source, SourceKind, Spanned,
};

const PINNED: Level = Level::closed("pinned by a hash");
const FULL: Level =
    Level::medium(1, "a full version").in_new_unit(Severity::Info).when_added(Severity::Info);
const PARTIAL: Level = Level::medium(2, "a version that moves")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info)
    .when_widened(Severity::Info);
const FLOATING: Level = Level::medium(3, "whatever is newest")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "mutable-source",
    promise: "A reference to an action, an orb, a feature or a remote context never gets looser.",
    why: "What is fetched runs with the secrets of the job or as root in the image. A tag or a \
          branch can be moved by its owner, or by whoever took over the account; a hash can't.",
    fix: "Name the commit or the digest, with the version in a comment behind it, and let a bot \
          such as Renovate or Dependabot move it.",
    levels: &[PINNED, FULL, PARTIAL, FLOATING],
    references: &[Reference::Cwe(829), Reference::Cwe(1357)],
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
            file: ".github/workflows/ci.yml",
            change: "
                  on: push
                  jobs:
                    build:
                      runs-on: ubuntu-24.04
                      steps:
                -       - uses: acme/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v2.1.0
                +       - uses: acme/deploy@v2
            ",
            beside: &[],
            findings: &[
                "version of action acme/deploy: was pinned by a hash (8f4b7f848644…), now a version that moves (v2)",
            ],
        },
        Example {
            file: ".github/workflows/ci.yml", // another version, as loose as before; the repository's own
            change: "
                  on: push
                  jobs:
                    build:
                      runs-on: ubuntu-24.04
                      steps:
                -       - uses: actions/checkout@v3
                +       - uses: actions/checkout@v4
                +       - uses: ./.github/actions/setup
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(source: &Source, found: &mut Found<'_>) {
    let told = [SourceKind::Action, SourceKind::Feature, SourceKind::Context];
    let Some(location) = source.location.as_ref().filter(|_| told.contains(&source.kind)) else {
        return;
    };
    let Some(version) = &source.version else {
        found.say(FLOATING, "version", &location.with(()), "none");
        return;
    };
    if version.value.unknown {
        return;
    }
    let text = version.value.text.trim();
    let level = if is_hash(text) {
        PINNED
    } else {
        match firmness(text) {
            Firmness::Full => FULL,
            Firmness::Partial => PARTIAL,
            Firmness::Floating => FLOATING,
        }
    };
    let place: Spanned<()> = version.with(());
    found.say(level, "version", &place, shown(text));
}

/// A commit or a digest.
fn is_hash(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    matches!(hex.len(), 40 | 64) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A hash by its first characters.
fn shown(text: &str) -> String {
    if is_hash(text) && !text.contains(':') {
        return format!("{}…", text.get(..12).unwrap_or(text));
    }
    text.to_owned()
}
