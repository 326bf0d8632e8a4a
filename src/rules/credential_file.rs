//! Which credential files are copied into an image by their own name.

use crate::model::{
    BuildContext, Builders, Example, Found, Level, Measure, Reference, Rule, Sensitive, Taken,
};

const LEFT_OUT: Level = Level::closed("left out of the context");
const ARCHIVE: Level = Level::info(1, "unpacked or copied, whatever is in it");
const HARMLESS: Level = Level::info(1, "copied, with nothing secret in it as it stands");
const MAYBE: Level = Level::medium(2, "copied, and such a file often holds a token");
const SECRET: Level = Level::critical(3, "copied into the image");

pub(super) const RULE: Rule = Rule {
    id: "credential-file",
    promise: "No environment file, private key or credential file is newly copied by its name.",
    why: "A file that is copied stays in its layer, also when a later instruction deletes it, and \
          in the cache of every builder. Whoever pulls the image, or the cache, has the secret.",
    fix: "Mount it for the one command that needs it (`RUN --mount=type=secret,id=…`), or give it \
          to the container when it runs.",
    fix_in: &[],
    levels: &[LEFT_OUT, ARCHIVE, HARMLESS, MAYBE, SECRET],
    references: &[
        Reference::CisDocker("4.10"),
        Reference::Cwe(538),
        Reference::Cwe(522),
        Reference::Docker("Build secrets"),
    ],
    answers: &["dockle CIS-DI-0010", "trivy DS-0031"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Context(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                + COPY .env.prod /app/config.txt
                + COPY id_rsa k
                  COPY src/ .
            ",
            beside: &[],
            findings: &[
                ".env.prod of the build context: copied into the image (COPY .env.prod)",
                "id_rsa of the build context: copied into the image (COPY id_rsa)",
            ],
        },
        Example {
            file: "Dockerfile", // public, or only an example
            change: "
                  FROM node:20
                + COPY .env.example .env
                + COPY id_rsa.pub certs/ca.pem /etc/keys/
                + ADD rootfs.tar.gz /
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // all that the pattern takes is here, and holds no secret
            change: "
                  FROM node:20
                + COPY scripts/*.env /tmp/
                  COPY src/ .
            ",
            beside: &[("scripts/meta.env", "  VERSION='dev'")],
            findings: &[
                "scripts/*.env of the build context: copied, with nothing secret in it as it stands (COPY scripts/*.env)",
            ],
        },
        Example {
            file: "Dockerfile", // another place in the image
            change: "
                  FROM node:20
                - COPY .env .
                + COPY ./.env /app/
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the same file, now where it is there
            change: "
                  FROM node:20
                - COPY prod.env .
                + COPY prod.env* .
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(context: &BuildContext, found: &mut Found<'_>) {
    for reached in context.reached.iter().filter(|reached| reached.by == Taken::Named) {
        let harmless = reached.file.as_ref().is_some_and(|file| file.harmless);
        let level = match reached.kind {
            _ if reached.copied == Builders::Nobody => LEFT_OUT,
            _ if harmless => HARMLESS,
            Sensitive::Archive => ARCHIVE,
            Sensitive::Settings if reached.file.is_none() => MAYBE,
            Sensitive::History => MAYBE,
            _ => SECRET,
        };
        let evidence = reached.evidence.split(", ").next().unwrap_or_default();
        // `app.env*`, so that the build does without the file, takes what `app.env` took.
        let path = reached.path.as_str();
        let other = path.strip_suffix('*').map_or_else(|| format!("{path}*"), str::to_owned);
        found.say(level, path, &reached.place, evidence).within([other]);
    }
}
