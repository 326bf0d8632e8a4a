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
    insta::assert_snapshot!(server.push().refused());
}

#[test]
fn a_comment_is_no_change() {
    let server = Server::new();
    server.write("Dockerfile", REVIEWED).write(".dockerignore", IGNORE).commit("reviewed");
    server.push().silent();
    server.change("Dockerfile", format!("# reviewed in May\n{REVIEWED}")).push().silent();
}
