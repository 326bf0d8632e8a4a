//! Changes that make nothing worse: a real push through the hook, without a word to the pusher.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::{push_each, push_each_tree};

#[test]
fn in_a_dockerfile() {
    push_each(&[
        (
            "S01 indent and blanks",
            "FROM node:20\nRUN a && \\\n  b\nUSER node\n",
            "\u{feff}FROM  node:20 \r\n\tRUN a && \\\r\n\t\tb\r\n\r\nUSER\tnode\r\n",
            &[],
        ),
        (
            "a base that runs as root all the same",
            "FROM bitnami/minideb@{a}\nCMD [\"a\"]\n",
            "FROM debian@{a}\nCMD [\"a\"]\n",
            &[],
        ),
        (
            "S02",
            "FROM node:20\n# old\nUSER node\n",
            "# a note\nFROM node:20\n# USER root\nUSER node\n# last\n",
            &[],
        ),
        (
            "S03",
            "from node:20@{a} as Build\nUSER node\n",
            "FROM node:20@{a} AS build\nUSER node\n",
            &[],
        ),
        (
            "S04",
            "FROM node:20\nENV A=1 B=2\nENV C 3\nUSER node\n",
            "FROM node:20\nENV A=1\nENV B=2\nENV C=3\nUSER node\n",
            &[],
        ),
        (
            "S05",
            "FROM node:20\nUSER node\nCMD app\n",
            "FROM node:20\nUSER node\nCMD [\"sh\",\"-c\",\"app\"]\n",
            &[],
        ),
        ("S06", "FROM node:20\nUSER \"node\"\n", "FROM node:20\nUSER node\n", &[]),
        ("S06 group", "FROM node:20\nUSER node\n", "FROM node:20\nUSER node:node\n", &[]),
        ("S07", "FROM node:20\nUSER node\n", "FROM node:20\nUSER 1000\n", &[]),
        ("S07 back", "FROM node:20\nUSER 1000\n", "FROM node:20\nUSER node\n", &[]),
        ("S08", "FROM node:20@{a}\nUSER node\n", "FROM node:20@{b}\nUSER node\n", &[]),
        ("S09 digest", "FROM node:20\nUSER node\n", "FROM node:20@{a}\nUSER node\n", BETTER),
        ("S09 tag", "FROM node:latest\nUSER node\n", "FROM node:20\nUSER node\n", BETTER),
        ("S09 full", "FROM node:20\nUSER node\n", "FROM node:20.11.1\nUSER node\n", BETTER),
        ("S10", "FROM node:20\nUSER node\n", "FROM node:22\nUSER node\n", &[]),
        ("S11", "FROM node:20\nUSER node\n", "FROM docker.io/library/node:20\nUSER node\n", &[]),
        (
            "S11 index",
            "FROM node:20\nUSER node\n",
            "FROM index.docker.io/library/node:20\nUSER node\n",
            &[],
        ),
        (
            "S12",
            "FROM node:20@{a}\nUSER node\n",
            "FROM golang:1.22.1-debug@{b} AS build\nRUN make\nFROM node:20@{a}\n\
             COPY --from=build /x /x\nUSER node\n",
            &[],
        ),
        (
            "S13",
            "FROM golang@{b} AS build\nRUN make\nFROM node:20@{a}\nCOPY --from=0 /x /x\nUSER node\n",
            "FROM golang@{b} AS maker\nRUN make\nFROM node:20@{a}\nCOPY --from=maker /x /x\n\
             USER node\n",
            &[],
        ),
        (
            "S14",
            "FROM golang@{b} AS a\nRUN a\nFROM alpine@{b} AS b\nRUN b\nFROM node:20@{a}\nUSER node\n",
            "FROM alpine@{b} AS b\nRUN b\nFROM golang@{b} AS a\nRUN a\nFROM node:20@{a}\nUSER node\n",
            &[],
        ),
        (
            "S15",
            "FROM node:20\nUSER node\nEXPOSE 80 443\n",
            "FROM node:20\nUSER node\nEXPOSE 443/tcp 80\n",
            &[],
        ),
        (
            "S15 range",
            "FROM node:20\nUSER node\nEXPOSE 8000-8002\n",
            "FROM node:20\nUSER node\nEXPOSE 8000\nEXPOSE 8001 8002\n",
            &[],
        ),
        (
            "S16 split",
            "FROM node:20\nRUN curl -k https://x.io/a -o /a && chmod 4755 /a\nUSER node\n",
            "FROM node:20\nRUN curl -k https://x.io/a -o /a\nRUN chmod 4755 /a\nUSER node\n",
            &[],
        ),
        (
            "S16 heredoc",
            "FROM node:20\nRUN curl -k https://x.io/a -o /a && chmod 4755 /a\nUSER node\n",
            "FROM node:20\nRUN <<EOF\ncurl -k https://x.io/a -o /a\nchmod 4755 /a\nEOF\nUSER node\n",
            &[],
        ),
        (
            "S17",
            "FROM debian:12\nRUN apt-get install -y a=1.0 b=2.0\nUSER app\n",
            "FROM debian:12\nRUN apt-get install -y b=2.0 a=1.1\nUSER app\n",
            &[],
        ),
        (
            "S18",
            "FROM node:20@{a}\nUSER node\n",
            "ARG BASE=node:20@{a}\nFROM $BASE\nUSER node\n",
            &[],
        ),
        (
            "S20",
            "FROM node:20\nUSER node\n",
            "FROM node:20\nRUN curl -o x https://x.io/x && echo \
             \"5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb  x\" \
             | sha256sum -c\nUSER node\n",
            &[],
        ),
        (
            "S21",
            "FROM node:20\nLABEL a=b\nMAINTAINER x\nHEALTHCHECK --interval=5s CMD true\nUSER node\n",
            "FROM node:20\nLABEL a=c\nSTOPSIGNAL 9\nHEALTHCHECK --interval=50s CMD true\nUSER node\n",
            &[],
        ),
        (
            "S22",
            "FROM node:20\nUSER node\n",
            "FROM node:20\nENV TOKEN_FILE=/run/secrets/t API_KEY=changeme\n\
             ENV PUBLIC_KEY=\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DMROAKK6bo+RNL0ic1F x\"\n\
             ENV DB_PASSWORD=${PASSWORD:?}\nUSER node\n",
            &[],
        ),
        (
            "S40",
            "FROM node:latest\nRUN curl -k http://x.io/i | sh\nENV DB_PASSWORD=x8Kq2mZ0pTr7\n\
             EXPOSE 22 2375\nVOLUME /var/run/docker.sock\nRUN echo one\nUSER root\n",
            "FROM node:latest\nRUN curl -k http://x.io/i | sh\nENV DB_PASSWORD=x8Kq2mZ0pTr7\n\
             EXPOSE 22 2375\nVOLUME /var/run/docker.sock\nRUN echo two\nUSER root\n",
            &[],
        ),
    ]);
}

#[test]
fn in_a_tree() {
    push_each_tree(&[
        (
            "S19",
            &[("Dockerfile", COPIES), (".dockerignore", ".env\n")],
            &[("app/Dockerfile", COPIES), ("app/.dockerignore", ".env\n")],
            &[],
        ),
        (
            "S19 another name",
            &[("Dockerfile", COPIES), (".dockerignore", ".env\n")],
            &[("Containerfile", COPIES), (".dockerignore", ".env\n")],
            &[],
        ),
        (
            "S19 rewritten, its name set apart otherwise",
            &[(
                "old/Dockerfile-api",
                "FROM debian@{a}\nWORKDIR /srv\nADD ./dist/api/ /srv/\nCMD [\"run.sh\"]\n",
            )],
            &[(
                "images/Dockerfile.api",
                "FROM debian@{a}\nLABEL a=b\nENV LANG=C\nRUN a && \\\n  b && \\\n  c && \\\n  d\n\
                 WORKDIR /srv\nADD ./dist/api/ /srv/\nRUN e && \\\n  f && \\\n  g\nCMD [\"run.sh\"]\n",
            )],
            &[],
        ),
        (
            "S23",
            &[("Dockerfile", COPIES), (".dockerignore", "/.env\n.git/\n*.pem\n*.pem\n.ssh \n")],
            &[("Dockerfile", COPIES), (".dockerignore", "*.pem\n.ssh\n.git\n.env\n")],
            &[],
        ),
        (
            "S24",
            &[("Dockerfile", COPIES), (".dockerignore", ".env\n.env.*\nnode_modules\n")],
            &[("Dockerfile", COPIES), (".dockerignore", ".env*\n")],
            &[],
        ),
        (
            "S25",
            &[("Dockerfile", COPIES), (".dockerignore", "*\n!src\n")],
            &[("Dockerfile", COPIES), (".dockerignore", "*\n!src\n!README.md\n")],
            &[],
        ),
    ]);
}

const BETTER: &[&str] = &["better"];
const COPIES: &str = "FROM node:20\nCOPY . .\nUSER node\n";

#[test]
fn in_the_script_of_a_job() {
    let job = |run: &str| {
        format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n")
    };
    let (old, new) = (job("echo"), job("docker run --rm -u $(id -u):$(id -g) acme/tool@{a} build"));
    push_each_tree(&[(
        "the account that the job itself runs as",
        &[(".github/workflows/a.yaml", &old)],
        &[(".github/workflows/a.yaml", &new)],
        &[],
    )]);
}
