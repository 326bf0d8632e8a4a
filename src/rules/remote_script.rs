//! Code that is fetched and run in one go.

use super::facts::flow::{self, Flow};
use super::facts::url;
use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Stage, WORKLOADS, Workload,
};

const CHECKED: Level = Level::closed("checked before it is run");
const UNCHECKED: Level = Level::high(1, "run unchecked").in_new_unit(Severity::Medium);
const PLAIN: Level = Level::high(2, "run unchecked, fetched without encryption");

pub(super) const RULE: Rule = Rule {
    id: "remote-script",
    promise: "No further download is run without having been checked.",
    why: "Whoever holds the server, the domain or, without encryption, the way to it decides what \
          the build runs, today or next year; nothing in the repository changes when they do.",
    fix: "Download to a file, compare it with a checksum written down here (`sha256sum -c`) or a \
          signature, then run it; or install a package.",
    fix_in: &[(
        WORKLOADS,
        "Put what is fetched into the image; else download to a file, compare it with a \
             checksum written down here (`sha256sum -c`), then run it.",
    )],
    levels: &[CHECKED, UNCHECKED, PLAIN],
    references: &[Reference::Cwe(494), Reference::Cwe(829)],
    answers: &["droast DF021", "semgrep curl-eval", "kics 4b410d24"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(run)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: r#"
                  FROM debian:12
                - RUN apt-get update
                + RUN apt-get update && curl -fsSL https://a.example.org/setup_20.x | sudo -E bash -
                + RUN bash <(curl -s https://b.example.org/x.sh)
                + RUN sh -c "$(wget -qO- https://c.example.org/x.sh)" && eval "$(curl https://d.example.org/x)"
                + RUN curl -o /tmp/e.sh https://e.example.org/x.sh
                + RUN chmod +x /tmp/e.sh && /tmp/e.sh
                + RUN wget http://f.example.org/x.sh; sh x.sh
                + RUN { curl https://g.example.org/x.sh | tee x; } | sh
                + RUN python3 -c "import urllib.request as u; exec(u.urlopen('https://h.example.org/x.py').read())"
                + ADD https://i.example.org/x.sh /opt/
                + RUN /opt/x.sh && . <(wget -O - https://j.example.org/env)
                + RUN S=$(curl https://k.example.org/x) && echo "$S" | sh
                  USER app
            "#,
            beside: &[],
            findings: &[
                "code from a.example.org/setup_*.x of the final stage: run unchecked (https://a.example.org/setup_20.x by bash)",
                "code from b.example.org/x.sh of the final stage: run unchecked (https://b.example.org/x.sh by bash)",
                "code from c.example.org/x.sh of the final stage: run unchecked (https://c.example.org/x.sh by sh)",
                "code from d.example.org/x of the final stage: run unchecked (https://d.example.org/x by eval)",
                "code from e.example.org/x.sh of the final stage: run unchecked (https://e.example.org/x.sh by e.sh)",
                "code from f.example.org/x.sh of the final stage: run unchecked, fetched without encryption (http://f.example.org/x.sh by sh)",
                "code from g.example.org/x.sh of the final stage: run unchecked (https://g.example.org/x.sh by sh)",
                "code from h.example.org/x.py of the final stage: run unchecked (https://h.example.org/x.py by python3)",
                "code from i.example.org/x.sh of the final stage: run unchecked (https://i.example.org/x.sh by x.sh)",
                "code from j.example.org/env of the final stage: run unchecked (https://j.example.org/env by .)",
                "code from k.example.org/x of the final stage: run unchecked (https://k.example.org/x by sh)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: r#"
                  FROM debian:12
                  RUN curl -fsSLo x.sh https://example.org/x.sh \
                -     && echo "ab12  x.sh" | sha256sum -c - \
                      && sh x.sh
                  USER app
            "#,
            beside: &[],
            findings: &[
                "code from example.org/x.sh of the final stage: was checked before it is run (https://example.org/x.sh by sh), now run unchecked (https://example.org/x.sh by sh)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: r#"
                  FROM debian:12
                - RUN curl -fsSL https://example.org/v1.2.3/x.sh | sh
                + ARG V=1.3.0
                + RUN curl -o x.tgz https://example.org/x.tgz && tar xf x.tgz
                + RUN wget -qO- "https://example.org/v${V}/x.sh" | bash -s -- --yes
                + RUN curl -o y.sh https://example.org/y.sh && echo "ab12  y.sh" | sha256sum -c && sh y.sh
                + RUN V=$(curl -s https://example.org/v) && bash install.sh "$V" "$(curl -s https://example.org/w)"
                + RUN curl -O https://example.org/z.sh && curl -O https://example.org/SHA256SUMS \
                +     && sha256sum -c --ignore-missing SHA256SUMS && sh -c "chmod 644 z.sh" && bash -x z.sh
                + RUN V=$(curl -s https://example.org/latest) && sh -c "echo $V" && curl -s https://example.org/k | gpg --dearmor
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: node:20.11.1
                -     command: npm start
                +     command: sh -c 'curl -fsSL https://example.org/x.sh | sh && npm start'
            ",
            beside: &[],
            findings: &[
                "code from example.org/x.sh of service web: run unchecked (https://example.org/x.sh by sh)",
            ],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    tell(flow::of(stage), found);
}

/// What it fetches and runs whenever it starts.
fn run(workload: &Workload, found: &mut Found<'_>) {
    tell(flow::of_workload(workload), found);
}

fn tell(flow: Flow, found: &mut Found<'_>) {
    for executed in flow.executed {
        let address = executed.url.as_deref();
        if address.is_some_and(url::is_local) {
            continue;
        }
        let (key, source) = address.map_or_else(
            || ("code from elsewhere".to_owned(), String::new()),
            |url| (format!("code from {}", url::key(url)), url::source(url)),
        );
        let plain =
            address.is_some_and(|url| url.starts_with("http://") || url.starts_with("ftp://"));
        let level = match executed.checked {
            true => CHECKED,
            false if plain => PLAIN,
            false => UNCHECKED,
        };
        let shown = address.map(url::shown).unwrap_or_default();
        // Another file of where code came from before is run as unchecked as that was.
        found
            .say(level, &key, &executed.place, format!("{shown} by {}", executed.by))
            .same_as(&source);
    }
}
