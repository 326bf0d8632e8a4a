//! Downloads whose check was taken out, and those that anybody on the way can change.

use super::facts::flow::{self, Flow};
use super::facts::url;
use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Stage, Told, Workload,
};

const CHECKED: Level = Level::closed("checked");
const UNCHECKED: Level = Level::high(1, "used unchecked").only_lost();
const ENCRYPTED: Level = Level::closed("over TLS");
const PLAIN: Level = Level::medium(2, "unchecked and without TLS").in_new_unit(Severity::Low);

/// What is fetched only to check something else.
const CHECKS: &[&str] = &[
    ".asc",
    ".sig",
    ".sha256",
    ".sha512",
    ".sha256sum",
    ".sha512sum",
    ".sha1",
    ".md5",
    ".minisig",
];

pub(super) const RULE: Rule = Rule {
    id: "unverified-download",
    promise: "A download that was checked stays checked, and none comes without both check and TLS.",
    why: "The checksum or signature was the only thing that tied the build to what its author saw; \
          without it the server decides what gets into the image, and without TLS so does anybody \
          between the two.",
    fix: "Put the check back between download and use. For a new version write down its checksum. \
          Fetch by `https://`.",
    fix_in: &[],
    levels: &[CHECKED, ENCRYPTED, UNCHECKED, PLAIN],
    references: &[Reference::Cwe(494), Reference::Cwe(347), Reference::Cwe(319)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: r#"
                  FROM debian:12
                - RUN curl -o x.tgz https://example.org/x-1.2.tgz && echo "ab12  x.tgz" | sha256sum -c && tar xf x.tgz
                + RUN curl https://example.org/x-1.3.tgz | tar xz
                  USER app
            "#,
            beside: &[],
            findings: &[
                "example.org/x-*.tgz of the final stage: was checked (https://example.org/x-1.2.tgz), now used unchecked (https://example.org/x-1.3.tgz)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN wget -O y.deb https://example.org/y-1.deb && dpkg -i y.deb
                + RUN wget -O y.deb http://example.org/y-1.deb && dpkg -i y.deb
                + RUN curl http://example.net/z-$VERSION.tgz | tar xz
                  USER app
            ",
            beside: &[],
            findings: &[
                "downloads from example.org of the final stage: was over TLS (https://example.org/y-1.deb), now unchecked and without TLS (http://example.org/y-1.deb)",
                "downloads from example.net of the final stage: unchecked and without TLS (http://example.net/z-$VERSION.tgz)",
            ],
        },
        Example {
            file: "Dockerfile", // checked, of this machine, a question, from where much came before
            change: r#"
                  FROM debian:12
                - RUN curl -O http://example.org/old/x-1.tgz
                + RUN curl -O http://example.org/new/y-2.tgz
                + RUN curl -o z.tgz http://example.net/z.tgz && echo "ab12  z.tgz" | sha256sum -c
                + RUN curl -o w http://localhost:8000/w && curl -o v http://registry/v
                + RUN curl http://example.com/latest | grep -o v1
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // never checked, or checked in another way
            change: r#"
                  FROM debian:12
                - RUN curl -o x.tgz https://example.org/x-1.2.tgz && echo "ab12  x.tgz" | sha256sum -c && tar xf x.tgz
                + RUN curl -o x.tgz https://example.org/x-1.3.tgz
                + RUN test "$(sha512sum x.tgz | cut -d' ' -f1)" = cd34 && tar xf x.tgz
                + RUN curl -O https://example.org/y.tgz
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    let flow = flow::of(stage);
    plain(&flow, found);
    tell(&flow, found);
}

/// How downloads that stay in the image travel, by host.
fn plain(flow: &Flow, found: &mut Found<'_>) {
    let stays = flow.fetched.iter().filter(|fetched| fetched.stays);
    let (checked, open): (Vec<_>, Vec<_>) = stays.partition(|fetched| fetched.checked);
    for fetched in open.into_iter().chain(checked) {
        let Some(address) = fetched.url.as_deref() else { continue };
        let key = url::key(address);
        let host = key.split('/').next().unwrap_or_default();
        // One word is a name of the builder's own network.
        if url::is_local(address) || !host.contains('.') || is_run(flow, address) {
            continue;
        }
        let shown = url::shown(address);
        let level = if shown.starts_with("http://") { PLAIN } else { ENCRYPTED };
        let exposure = found.say(level, format!("downloads from {host}"), &fetched.place, shown);
        exposure.same_as(format!("downloads from {host}"));
        if fetched.checked {
            exposure.told(Told::Elsewhere);
        }
    }
}

/// What is run is told by `remote-script`.
fn is_run(flow: &Flow, address: &str) -> bool {
    flow.executed.iter().any(|executed| executed.url.as_deref() == Some(address))
}

fn run(workload: &Workload, found: &mut Found<'_>) {
    tell(&flow::of_workload(workload), found);
}

fn tell(flow: &Flow, found: &mut Found<'_>) {
    for fetched in &flow.fetched {
        let Some(address) = fetched.url.as_deref().filter(|url| !is_run(flow, url)) else {
            continue;
        };
        let shown = url::shown(address);
        if CHECKS.iter().any(|ending| shown.ends_with(ending)) || shown.contains("SHA") {
            continue;
        }
        let level = if fetched.checked { CHECKED } else { UNCHECKED };
        let key = url::key(address);
        found.say(level, &key, &fetched.place, shown).same_as(&key);
    }
}
