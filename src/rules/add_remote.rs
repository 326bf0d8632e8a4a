//! What `ADD` brings in from outside the build context, and whether anybody checks it.

use super::facts::remote::{Remote, origin, read};
use crate::model::{
    Copy, Example, Found, Level, Measure, Reference, Rule, Setting, Severity, Spanned, Stage, Value,
};

const COPIED: Level = Level::closed("copied as they are");
const ADDED: Level = Level::low(1, "added, archives unpacked on the way")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const CHECKED: Level = Level::closed("checked against a checksum");
const UNCHECKED: Level =
    Level::high(1, "taken as it comes").in_new_unit(Severity::Medium).when_added(Severity::Medium);
const PLAIN: Level = Level::high(2, "taken as it comes, without TLS");
const COMMIT: Level = Level::closed("at one commit");
const MOVING: Level =
    Level::medium(1, "at a branch or tag, which can move").in_new_unit(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "add-remote",
    promise: "What ADD fetches never gets less checked than before.",
    why: "`ADD` of a URL takes whatever the server sends at build time. Without a checksum or a \
          commit nobody knows what was reviewed.",
    fix: "`ADD --checksum=sha256:… URL`, a full commit id behind `#` for git, `COPY` for files of \
          the context.",
    fix_in: &[],
    levels: &[COPIED, CHECKED, COMMIT, ADDED, MOVING, UNCHECKED, PLAIN],
    references: &[
        Reference::CisDocker("4.9"),
        Reference::Cwe(494),
        Reference::Cwe(319),
        Reference::Docker("Dockerfile reference: ADD --checksum"),
    ],
    answers: &[
        "hadolint DL3020",
        "trivy DS-0005",
        "kics 4b410d24",
        "kics 9513a694",
        "checkov CKV_DOCKER_4",
        "dockle CIS-DI-0009",
        "docker-bench 4.9",
        "semgrep prefer-copy-over-add",
        "droast DF006",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.19
                - ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool-1.tgz /opt/
                + ADD https://example.com/tool-2.tgz /opt/
                  USER app
            ",
            beside: &[],
            findings: &["download from example.com of the final stage: was checked against a checksum, now taken as it comes (https://example.com/tool-2.tgz)"],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.19
                - ADD https://github.com/acme/app.git#0123456789abcdef0123456789abcdef01234567 /src
                + ADD https://github.com/acme/app.git#main /src
                  USER app
            ",
            beside: &[],
            findings: &["git repository github.com/acme/app of the final stage: was at one commit (https://github.com/acme/app.git#0123456789abcdef0123456789abcdef01234567), now at a branch or tag, which can move (https://github.com/acme/app.git#main)"],
        },
        Example {
            file: "Dockerfile", // another version, checked as before
            change: "
                  FROM alpine:3.19
                - ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool-1.tgz /opt/
                + ADD --checksum=sha256:0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f https://example.com/tool-2.tgz /opt/
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    for copy in &stage.copies {
        for source in &copy.sources {
            match read(&source.value.text).filter(|_| copy.add) {
                Some(Remote::Download { plain, rest }) => {
                    let level = match (checked(stage, copy, rest), plain) {
                        (true, _) => CHECKED,
                        (false, true) => PLAIN,
                        (false, false) => UNCHECKED,
                    };
                    tell(level, &format!("download from {}", origin(rest)), source, found);
                }
                Some(Remote::Git { rest, commit }) => {
                    let commit = commit || flag(copy, "checksum").is_some();
                    let level = if commit { COMMIT } else { MOVING };
                    tell(level, &format!("git repository {}", origin(rest)), source, found);
                }
                None => local(copy, found),
            }
        }
    }
}

/// The address is shown without a login in it.
fn tell(level: Level, key: &str, source: &Spanned<Value>, found: &mut Found<'_>) {
    let text = &source.value.text;
    let shown = match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}…{}", &text[..scheme + 3], &text[at..])
        }
        _ => text.clone(),
    };
    let shown = if level == CHECKED { String::new() } else { shown };
    // Another stage that takes from where one took before is nothing new.
    found.say(level, key, source, shown).same_as(key);
}

fn local(copy: &Copy, found: &mut Found<'_>) {
    if copy.from.is_some() {
        return;
    }
    if let Some(target) = &copy.target {
        let level = if copy.add { ADDED } else { COPIED };
        let key = format!("files for {}", target.value.text);
        found.say(level, key, &Spanned::new((), copy.span), "");
    }
}

/// Its own checksum, or a later command of the stage that checks a file of that name.
fn checked(stage: &Stage, copy: &Copy, rest: &str) -> bool {
    const CHECKERS: &[&str] = &[
        "sha256sum",
        "sha512sum",
        "sha1sum",
        "sha384sum",
        "shasum",
        "b2sum",
        "md5sum",
        "gpg",
        "gpg2",
        "gpgv",
        "cosign",
        "minisign",
        "signify",
    ];
    if flag(copy, "checksum").is_some() {
        return true;
    }
    let last = |path: &str| path.rsplit('/').find(|part| !part.is_empty()).map(str::to_owned);
    let target = copy.target.as_ref().map(|target| target.value.text.as_str());
    let names: Vec<String> =
        [last(rest), target.and_then(last)].into_iter().flatten().filter(|n| n.len() > 2).collect();
    stage.runs.iter().filter(|run| run.span.start > copy.span.start).any(|run| {
        let commands = run.shell.commands();
        commands.iter().any(|command| CHECKERS.contains(&command.program()))
            && commands
                .iter()
                .flat_map(|command| command.words)
                .any(|word| names.iter().any(|name| word.as_str().contains(name.as_str())))
    })
}

fn flag<'a>(copy: &'a Copy, name: &str) -> Option<&'a Setting> {
    copy.flags.iter().find(|flag| flag.name == name)
}
