//! What git can do to a ref, done for real: every push goes through git to the built binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../common/mod.rs"]
mod common;

mod client;
mod files;
mod history;
mod policy;
mod refs;
mod stores;
mod tags;

use common::server::Server;

/// A Dockerfile that nothing is wrong with.
pub(crate) const APP: &str = "\
FROM debian:12@sha256:bf77dc26e48ea95fca9d1aceb5acfa69d2e546b765ec2abfb502975f1a2d4def
WORKDIR /app
COPY app /app/
USER app
CMD [\"/app/run\"]
";

/// The same as root.
pub(crate) const ROOT: &str = "\
FROM debian:12@sha256:bf77dc26e48ea95fca9d1aceb5acfa69d2e546b765ec2abfb502975f1a2d4def
WORKDIR /app
COPY app /app/
CMD [\"/app/run\"]
";

/// A server whose main holds the good Dockerfile.
pub(crate) fn guarded() -> Server {
    holding(Server::new())
}

/// Pushes the good Dockerfile to main.
pub(crate) fn holding(server: Server) -> Server {
    server.change("Dockerfile", APP).push().silent();
    server
}
