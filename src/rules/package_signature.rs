//! Signatures of packages that nobody looks at any more.

use super::facts::command::{commands, place};
use super::facts::tells::{self, Tell, When};
use crate::model::{
    Example, Found, Invoked, Level, Measure, Reference, Rule, Severity, Spanned, Stage, Word,
};

const OFF: Level = Level::high(1, "not checked").in_new_unit(Severity::Medium);

const VARIABLES: &[Tell] = &[
    ("gosumdb", When::Off, "go"),
    ("gonosumdb", When::Holds("*"), "go"),
    ("gonosumcheck", When::On, "go"),
    ("goflags", When::Holds("-insecure"), "go"),
    ("gonosumdb", When::On, "go"),
];

const SETTINGS: &[(&str, &str)] = &[
    ("[trusted=yes", "apt"),
    (",trusted=yes", "apt"),
    ("trusted:yes", "apt"),
    ("allowunauthenticated=true", "apt"),
    ("allowunauthenticated=1", "apt"),
    ("allowunauthenticated=yes", "apt"),
    ("allowunauthenticatedtrue", "apt"),
    ("allowinsecurerepositories=true", "apt"),
    ("allowinsecurerepositories=1", "apt"),
    ("allowinsecurerepositoriestrue", "apt"),
    ("pkg_gpgcheck=0", "zypper"),
    ("gpgcheck=0", "yum"),
    ("gpgcheck=false", "yum"),
    ("gpgcheck=no", "yum"),
    ("siglevel=never", "pacman"),
    ("siglevel=trustall", "pacman"),
    ("siglevel=optionaltrustall", "pacman"),
];

/// Program, flag, and what is not checked.
const FLAGS: &[(&[&str], &[&str], &str)] = &[
    (&["apk"], &["--allow-untrusted"], "apk"),
    (
        &["apt", "apt-get", "aptitude"],
        &["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"],
        "apt",
    ),
    (&["yum", "dnf", "microdnf", "tdnf"], &["--nogpgcheck", "--nogpg", "--no-gpgchecks"], "yum"),
    (&["rpm"], &["--nosignature", "--nodigest", "--nogpg"], "rpm"),
    (&["zypper"], &["--no-gpg-checks", "--no-gpgcheck", "--allow-unsigned-rpm", "-G"], "zypper"),
];

pub(super) const RULE: Rule = Rule {
    id: "package-signature",
    promise: "No package whose signature was checked is installed unchecked.",
    why: "The signature says that a package comes from its distributor, whatever mirror or proxy \
          hands it over. Without it every one of them can put code into the image.",
    fix: "Import the repository's key (`signed-by=`, `rpm --import`, `/etc/apk/keys`) and take the \
          switch out.",
    fix_in: &[],
    levels: &[OFF],
    references: &[Reference::Cwe(347), Reference::CisDocker("4.11")],
    answers: &[
        "checkov CKV2_DOCKER_7",
        "checkov CKV2_DOCKER_8",
        "checkov CKV2_DOCKER_9",
        "checkov CKV2_DOCKER_10",
        "checkov CKV2_DOCKER_11",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM debian:12
                - RUN apt-get update && apt-get install -y curl
                + RUN echo 'deb [arch=amd64 trusted=yes] https://example.org/apt stable main' > /etc/apt/sources.list.d/x.list
                + RUN apt-get update && apt-get -o APT::Get::AllowUnauthenticated=1 install -y curl
                + RUN apk add --allow-untrusted /tmp/x.apk; yum install -y --nogpgcheck x; rpm -i --nodigest y.rpm
                + ENV GOSUMDB=off
                  USER app
            ",
            beside: &[],
            findings: &["signatures of apt packages of the final stage: not checked (by apt-get)", "signatures of apk packages of the final stage: not checked (apk --allow-untrusted)", "signatures of rpm packages of the final stage: not checked (rpm --nodigest)", "signatures of yum packages of the final stage: not checked (yum --nogpgcheck)", "signatures of go packages of the final stage: not checked (GOSUMDB)"],
        },
        Example {
            file: "Dockerfile", // checked, packages built here, and switched off before already
            change: r#"
                  FROM debian:12
                - RUN yum install -y --nogpgcheck a
                + RUN yum install -y --setopt=gpgcheck=0 a b
                + RUN echo 'deb [signed-by=/k.gpg] https://example.org/apt stable main' > /etc/apt/sources.list.d/x.list
                + RUN echo "deb [ trusted=yes ] file://$built ./" > /etc/apt/sources.list.d/built.list
                  USER app
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    for variable in stage.env.iter().chain(&stage.args) {
        let value = variable.value.as_ref().map(|value| value.text.as_str());
        if let Some(what) =
            value.and_then(|value| tells::variable(VARIABLES, &variable.name, value))
        {
            say(what, &variable.name, &variable.place, found);
        }
    }
    for command in commands(stage) {
        for (what, how) in switched(&command) {
            say(what, &how, &place(stage, command.command), found);
        }
    }
    for body in tells::bodies(stage) {
        if let Some(what) = tells::text(SETTINGS, &body.text) {
            say(what, "a file's setting", &Spanned::new((), body.whole()), found);
        }
    }
}

fn say(what: &str, how: &str, place: &Spanned<()>, found: &mut Found<'_>) {
    found.say(OFF, format!("signatures of {what} packages"), place, how);
}

/// An entry of apt's sources that leads nowhere but to files of the build itself.
fn local(text: &str) -> bool {
    let entries = || text.lines().filter_map(|line| line.trim().strip_prefix("deb"));
    let here = |entry: &str| {
        let source = entry.rsplit_once(']').map(|(_, source)| source.trim_start());
        source.is_some_and(|source| source.starts_with("file:") || source.starts_with("copy:"))
    };
    entries().next().is_some() && entries().all(here)
}

/// What a command doesn't check any more, and how it says so.
fn switched(command: &Invoked<'_>) -> Vec<(&'static str, String)> {
    let name = command.program();
    let has = |flags: &[&str]| {
        command
            .arguments()
            .iter()
            .map(Word::as_str)
            .find(|text| flags.contains(text))
            .map(str::to_owned)
    };
    let flagged = FLAGS.iter().filter(|(programs, _, _)| programs.contains(&name));
    let flagged =
        flagged.filter_map(|(_, flags, what)| Some((*what, format!("{name} {}", has(flags)?))));
    let variables = tells::assigned(command);
    let variables = variables.into_iter().filter_map(|(variable, value)| {
        Some((tells::variable(VARIABLES, variable, value)?, variable.to_owned()))
    });
    let settings = tells::written(command).filter(|text| !local(text));
    let settings = settings.filter_map(|text| tells::text(SETTINGS, text));
    flagged.chain(variables).chain(settings.map(|what| (what, format!("by {name}")))).collect()
}
