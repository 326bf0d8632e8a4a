//! Real pushes, and what the pusher reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::Server;

const REVIEWED: &str = "\
FROM node:20.11.1@sha256:bf77dc26e48ea95fca9d1aceb5acfa69d2e546b765ec2abfb502975f1a2d4def
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
USER node
EXPOSE 3000
CMD [\"node\", \"server.js\"]
";

const COMMON: &str = "\
FROM node:latest
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
ENV DATABASE_URL=postgres://app:hunter2secret@db.internal/app
EXPOSE 3000 5432 22
CMD [\"node\", \"server.js\"]
";

const IGNORE: &str = "\
.git
.env
.env.*
node_modules
*.pem
*.key
.npmrc
.aws
.ssh
";

#[test]
fn the_example_that_started_it() {
    let server = Server::new();
    server.write("Dockerfile", REVIEWED).write(".dockerignore", IGNORE).commit("reviewed");
    server.push().silent();
    server.write("Dockerfile", COMMON).remove(".dockerignore").commit("just make it run");
    insta::assert_snapshot!(server.push().refused(), @r"
    critical  secret-in-image  Dockerfile:6
      + 6 | ENV DATABASE_URL=postgres://app:… (13 characters)@db.internal/
          | app
      secret in DATABASE_URL of the final stage: written down in full: …
      (13 characters)
      fix: revoke the credential, and hand the new one over at run time:
      to the build with `RUN --mount=type=secret,id=…`, to the container
      through its orchestrator's secrets
      waive: 45c15729d7c25824a11ecca5
    high  build-context  .dockerignore:1 (old line)
      - 1 | .git
      - 2 | .env
      - 3 | .env.*
      .env, .git, .npmrc and 6 more of the build context: was left out
      (`.env` in .dockerignore), now copied into the image (COPY ., no
      ignore file)
      fix: leave the names out again: take back the exception, or put the
      pattern at the end of the ignore file
      waive: 03c957f8e4fa768aa58ede08
    high  mutable-image  Dockerfile:1
      - 1 | FROM node:20.11.1@sha256:bf77dc26e48ea95fca9d1aceb5acfa69d2e54
          | 6b765ec2abfb502975f1a2d4def
      + 1 | FROM node:latest
      image of the final stage: was pinned by a digest
      (node:20.11.1@sha256:bf77dc26e48e…), now no version tag
      (node:latest)
      fix: keep the digest behind the tag, `node:20.11.1@sha256:…`, and
      let a bot such as Renovate or Dependabot move it
      waive: c25bd60a9d517882a0bf2d1f
    high  runs-as-root  Dockerfile:6 (old line)
      - 6 | USER node
      user of the final stage: was not root (USER node), now root, as in
      the base image (no USER)
      fix: end the shipped stage with `USER` and an account other than
      root, by number where Kubernetes should be able to see it:
      `USER 10001`
      waive: 632d4f3d17aa7aef69234321
    high  exposed-port  Dockerfile:7
      + 7 | EXPOSE 3000 5432 22
      port 22/tcp of the final stage: exposed, where shells, debuggers and
      administration listen
      port 5432/tcp of the final stage: exposed, where databases and
      caches listen
      fix: take the port out again
      waive: 26b6da40bba612b41fb636e8  port 22/tcp
      waive: 15f86a08659435c63e360130  port 5432/tcp
    more: plimsoll explain RULE
    6 regressions, 0 improvements; main was not updated
    ");
}

#[test]
fn a_comment_is_no_change() {
    let server = Server::new();
    server.write("Dockerfile", REVIEWED).write(".dockerignore", IGNORE).commit("reviewed");
    server.push().silent();
    server.change("Dockerfile", format!("# reviewed in May\n{REVIEWED}")).push().silent();
}
