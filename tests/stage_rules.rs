//! Evasions and look-alikes that no single rule's examples show, over all rules at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use plimsoll::model::Severity;
use plimsoll::rules::RULES;

const A: &str = "sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb";
const B: &str = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// What is told of a change from one Dockerfile to another: `severity rule`, worst first, from
/// low on.
fn told(old: &str, new: &str) -> Vec<String> {
    let revision = |text: &str| {
        let text = text.replace("{a}", A).replace("{b}", B);
        common::MapTree::new((!text.is_empty()).then_some(("Dockerfile", text)))
    };
    let outcome = common::judge(&revision(old), &revision(new), RULES);
    let loud = outcome.regressions.iter().filter(|found| found.severity > Severity::Info);
    loud.map(|found| format!("{} {}", found.severity.name(), found.rule.id)).collect()
}

/// Row, old, new, and what is told.
const EVASIONS: &[(&str, &str, &str, &[&str])] = &[
    (
        "D04",
        "FROM node:20@{a}\nUSER node\n",
        "ARG BASE=node\nFROM ${BASE}\nUSER node\n",
        &["high mutable-image"],
    ),
    (
        "D05",
        "ARG BASE=node:20@{a}\nFROM ${BASE}\nUSER node\n",
        "ARG BASE\nFROM ${BASE}\nUSER node\n",
        &["high mutable-image"],
    ),
    (
        "D07",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nUSER ${APP_USER:-root}\n",
        &["high runs-as-root"],
    ),
    (
        "D08",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nENV UID=0\nUSER ${UID}\n",
        &["high runs-as-root"],
    ),
    ("D08", "FROM node@{a}\nUSER app\n", "FROM node@{a}\nUSER \":app\"\n", &["high runs-as-root"]),
    (
        "D10",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nUSER app\nUSER root\n",
        &["high runs-as-root"],
    ),
    (
        "D11",
        "FROM a.io/b@{a} AS build\nFROM node@{b}\nUSER app\n",
        "FROM a.io/b@{a} AS build\nUSER app\nFROM node@{b}\n",
        &["high runs-as-root"],
    ),
    (
        "D12",
        "FROM node@{a} AS base\nUSER app\nFROM base AS prod\n",
        "FROM node@{a} AS base\nUSER app\nFROM base AS prod\nFROM prod AS dev\nUSER root\n",
        &["high runs-as-root"],
    ),
    (
        "D15",
        "FROM node@{a}\nUSER app\n",
        "FROM evil/x@{b} AS node\nFROM node\nUSER app\n",
        &["high base-image"],
    ),
    (
        "D18",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nRUN <<EOF\nUSER app\nEOF\n",
        &["high runs-as-root"],
    ),
    (
        "D23",
        "FROM node@{a}\nUSER app\nENTRYPOINT [\"app\"]\n",
        "FROM node@{a}\nUSER app\nENTRYPOINT [\"sudo\",\"app\"]\n",
        &["high runs-as-root"],
    ),
    (
        "D23",
        "FROM node@{a}\nENTRYPOINT [\"gosu\",\"app\",\"x\"]\n",
        "FROM node@{a}\nENTRYPOINT [\"x\"]\n",
        &["high runs-as-root"],
    ),
    (
        "D25",
        "FROM node@{a}\nUSER app\nEXPOSE 3000\n",
        "FROM node@{a}\nUSER app\nEXPOSE 3000-3002 22/tcp 8125/udp\n",
        &["high exposed-port", "medium exposed-port", "medium exposed-port", "medium exposed-port"],
    ),
    (
        "D27",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nENV DB_PASSWORD \"x8Kq2\"\\\n\"mZ0pTr7\"\nUSER app\n",
        &["critical secret-in-image"],
    ),
    (
        "D28",
        "FROM node@{a}\nUSER app\n",
        "FROM node@{a}\nHEALTHCHECK CMD curl -u app:x8Kq2mZ0pTr7 localhost\nUSER app\n",
        &["critical secret-in-image"],
    ),
    ("D36", "FROM node@{a}\nUSER app\n", "FROM evil/node@{b}\nUSER app\n", &["high base-image"]),
    ("D38", "FROM nginx@{a}\nUSER app\n", "FROM nqinx@{b}\nUSER app\n", &["high base-image"]),
    (
        "D40",
        "FROM gcr.io/distroless/static:nonroot@{a}\n",
        "FROM scratch\nADD rootfs.tar /\n",
        &["high runs-as-root", "medium copied-root"],
    ),
];

#[test]
fn evasions_do_not_pass() {
    let mut wrong = Vec::new();
    for (id, old, new, expected) in EVASIONS {
        let found = told(old, new);
        if found != *expected {
            wrong.push(format!("{id} {new:?}\n  expected {expected:?}\n  found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn look_alikes_stay_silent() {
    let mut wrong = Vec::new();
    for (id, old, new) in [
        ("S02", "FROM node:20\nUSER node\n", "# a note\nFROM node:20\n# another\nUSER node\n"),
        ("S03", "from node:20 as Build\nUSER node\n", "FROM node:20 AS build\nUSER node\n"),
        (
            "S05",
            "FROM node:20\nUSER node\nCMD app\n",
            "FROM node:20\nUSER node\nCMD [\"sh\",\"-c\",\"app\"]\n",
        ),
        ("S06", "FROM node:20\nUSER \"node\"\n", "FROM node:20\nUSER node:node\n"),
        ("S08", "FROM node:20@{a}\nUSER node\n", "FROM node:20@{b}\nUSER node\n"),
        ("S09", "FROM node\nUSER node\n", "FROM node:20.11.1\nUSER node\n"),
        ("S10", "FROM node:20\nUSER node\n", "FROM node:22\nUSER node\n"),
        ("S11", "FROM node\nUSER node\n", "FROM index.docker.io/library/node\nUSER node\n"),
        (
            "S12",
            "FROM node:20\nUSER node\n",
            "FROM golang:1.22.1@{a} AS build\nRUN make\nFROM node:20\nCOPY --from=build /x /x\nUSER node\n",
        ),
        (
            "S13",
            "FROM go@{a} AS b\nFROM node:20\nCOPY --from=0 /x /x\nUSER node\n",
            "FROM go@{a} AS build\nFROM node:20\nCOPY --from=build /x /x\nUSER node\n",
        ),
        (
            "S15",
            "FROM node:20\nUSER node\nEXPOSE 80 443 8000-8002\n",
            "FROM node:20\nUSER node\nEXPOSE 443/tcp 8001\nEXPOSE 8000 8002 80\n",
        ),
        ("S18", "FROM node:20@{a}\nUSER node\n", "ARG BASE=node:20@{a}\nFROM $BASE\nUSER node\n"),
        (
            "S21",
            "FROM node:20\nUSER node\nLABEL a=1\nHEALTHCHECK CMD x\n",
            "FROM node:20\nUSER node\nLABEL a=2 b=3\nSTOPSIGNAL 9\nHEALTHCHECK --interval=5s CMD x\n",
        ),
        (
            "S22",
            "FROM node:20\nUSER node\n",
            "FROM node:20\nUSER node\nENV TOKEN_FILE=/run/secrets/t PASSWORD=${PASSWORD:?} API_KEY=changeme PUBLIC_KEY=\"ssh-ed25519 AAAAC3Nz\"\n",
        ),
        ("chain", "FROM node:20\nUSER node\n", "FROM node:20 AS base\nFROM base\nUSER node\n"),
        ("S40", "FROM node\nENV P=1\n", "FROM node\nENV P=2\n"),
        ("new", "", "FROM node:20.11.1@{a}\nUSER node\nEXPOSE 8080\nCMD [\"node\"]\n"),
        ("new", "", "FROM postgres:16.2@{a}\nUSER postgres\nEXPOSE 5432\n"),
    ] {
        let found = told(old, new);
        if !found.is_empty() {
            wrong.push(format!("{id} {new:?}\n  found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reviewed_file_against_the_common_one() {
    let found = told(
        "FROM node:20.11.1@{a}\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nUSER node\n",
        "FROM node:latest\nWORKDIR /app\nCOPY . .\nENV DATABASE_URL=postgres://user:password@host/db\nEXPOSE 3000 5432 22\n",
    );
    let mut kinds: Vec<&str> = found.iter().map(String::as_str).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            "high exposed-port",
            "high exposed-port",
            "high mutable-image",
            "high runs-as-root",
            "medium secret-in-image",
        ]
    );
}
