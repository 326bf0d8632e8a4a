//! `plimsoll images`: what a revision names, and what a range brought.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::{Server, plimsoll};

const DOCKERFILE: &str = "\
# syntax=docker/dockerfile:1
ARG TAG=3.19
FROM golang:1.22 AS build
FROM alpine:${TAG}
COPY --from=ghcr.io/acme/tool:1.0 /tool /tool
COPY --from=build /app /app
";
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: app
      image: registry.example:5000/app@sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb
";

fn printed(server: &Server, arguments: &[&str]) -> String {
    let ran = plimsoll(&server.work(), arguments);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    ran.out
}

#[test]
fn every_reference_is_named_with_its_place() {
    let server = Server::new();
    server.write("deploy/pod.yaml", POD).change("app/Dockerfile", DOCKERFILE);
    insta::assert_snapshot!(printed(&server, &["images"]), @r"
    docker/dockerfile:1  app/Dockerfile:1  file
    golang:1.22  app/Dockerfile:3  stage build
    alpine:3.19  app/Dockerfile:4  final stage
    ghcr.io/acme/tool:1.0  app/Dockerfile:5  final stage
    registry.example:5000/app@sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb  deploy/pod.yaml:7  container app of Pod web
    ");
}

#[test]
fn a_range_tells_only_what_it_brought() {
    let server = Server::new();
    server.change("app/Dockerfile", DOCKERFILE).change("deploy/pod.yaml", POD);
    let new = printed(&server, &["images", "--new", "HEAD~1"]);
    assert_eq!(new.lines().count(), 1, "{new}");
    assert!(new.contains("registry.example:5000/app@"), "{new}");
    assert_eq!(printed(&server, &["images", "HEAD~1", "--new", "HEAD~1"]), "");
}

#[test]
fn a_file_that_changed_beside_others_keeps_its_own_path() {
    let server = Server::new();
    server.write("a/Dockerfile", "FROM alpine:3.19\n").change("b/Dockerfile", DOCKERFILE);
    server.write("a/Dockerfile", "FROM alpine:3.20\n");
    server.change("b/Dockerfile", format!("{DOCKERFILE}COPY --from=acme/new:2.0 /n /n\n"));
    insta::assert_snapshot!(printed(&server, &["images", "--new", "HEAD~1"]), @r"
    alpine:3.20  a/Dockerfile:1  final stage
    acme/new:2.0  b/Dockerfile:7  final stage
    ");
}

#[test]
fn a_list_that_a_limit_cuts_short_is_a_failure() {
    let server = Server::new();
    server.write("strict.toml", "[limits]\nfiles = 1\n");
    server.write("a/Dockerfile", "FROM alpine:3.19\n").change("b/Dockerfile", DOCKERFILE);
    let ran = plimsoll(&server.work(), ["images", "--policy", "strict.toml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.out.contains("alpine:3.19"), "{}", ran.out);
    assert!(
        ran.err.contains("a limit was reached") && ran.err.contains("not whole"),
        "{}",
        ran.err
    );
}

#[test]
fn a_bill_of_materials_has_one_component_an_image() {
    let server = Server::new();
    server.write("other/Dockerfile", "FROM alpine:3.19\n").change("app/Dockerfile", DOCKERFILE);
    let bom = printed(&server, &["images", "--format", "cyclonedx"]);
    let bom: serde_json::Value = serde_json::from_str(&bom).unwrap();
    let components = bom["components"].as_array().unwrap();
    assert_eq!(components.len(), 4);
    let alpine = components.iter().find(|one| one["name"] == "alpine").unwrap();
    assert_eq!(alpine["purl"], "pkg:oci/alpine?repository_url=docker.io/library/alpine&tag=3.19");
    assert_eq!(alpine["evidence"]["occurrences"].as_array().unwrap().len(), 2);
    let places = printed(&server, &["images", "--format", "json"]);
    let places: serde_json::Value = serde_json::from_str(&places).unwrap();
    assert_eq!(places.as_array().unwrap().len(), 5);
}
