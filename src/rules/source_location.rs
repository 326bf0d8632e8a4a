//! Where charts, remote bases and repositories come from.

use super::facts::source::{is_plain, owner};
use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Source, SourceKind, Told,
};

const FETCHED: Level =
    Level::high(1, "fetched from there").in_new_unit(Severity::Info).when_added(Severity::High);
const BUILT: Level =
    Level::high(1, "built from there").in_new_unit(Severity::Medium).when_added(Severity::High);
const PLAIN: Level = Level::medium(1, "fetched without TLS");
const ENCRYPTED: Level = Level::closed("fetched by TLS");

pub(super) const RULE: Rule = Rule {
    id: "source-location",
    promise: "A chart, a remote base or a repository never comes from somebody else, or without \
              TLS, without a word about it.",
    why: "The same name at another place is another program. Who holds that place, or sits on the \
          way to it where there is no TLS, decides what runs in the cluster.",
    fix: "Keep the place that was reviewed, by https; else look at the new one as if its content \
          were pushed.",
    fix_in: &[],
    levels: &[ENCRYPTED, PLAIN, FETCHED, BUILT],
    references: &[Reference::Cwe(829), Reference::Cwe(319)],
    answers: &[],
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
                      version: 18.1.2
                -     repository: https://charts.example.com
                +     repository: https://charts.example.org
            ",
            beside: &[],
            findings: &["source charts.example.org of chart redis: fetched from there"],
        },
        Example {
            file: "Chart.yaml",
            change: "
                  apiVersion: v2
                  name: web
                  dependencies:
                    - name: redis
                      version: 18.1.2
                -     repository: https://charts.example.com
                +     repository: http://charts.example.com
            ",
            beside: &[],
            findings: &[
                "transport of chart redis: was fetched by TLS (https://charts.example.com), now fetched without TLS (http://charts.example.com)",
            ],
        },
        Example {
            file: "Chart.yaml", // the same publisher's new place
            change: "
                  apiVersion: v2
                  name: web
                  dependencies:
                    - name: redis
                      version: 18.1.2
                -     repository: https://charts.bitnami.com/bitnami
                +     repository: oci://registry-1.docker.io/bitnamicharts
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(source: &Source, found: &mut Found<'_>) {
    let Some(location) = source.location.as_ref().filter(|location| !location.value.unknown) else {
        return;
    };
    let text = &location.value.text;
    let key = format!("source {}", owner(text));
    // What is built from it runs here, unlike a chart that may only be named.
    let fetched = if source.kind == SourceKind::Context { BUILT } else { FETCHED };
    found.say(fetched, key, location, "").told(Told::Replaced);
    let level = if is_plain(text) { PLAIN } else { ENCRYPTED };
    found.at(level, "transport", location);
}
