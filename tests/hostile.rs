//! Whatever is pushed, the answer comes, soon, and in order: the functions that `fuzz/` hands to a
//! fuzzer, here over mutations of the rules' examples and the fixtures. The same cases in every run;
//! `PLIMSOLL_HOSTILE=100000` takes more of them, of another seed each time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;
#[path = "../fuzz/src/seeds.rs"]
#[allow(unreachable_pub, reason = "a module of another crate too")]
mod seeds;
#[path = "../fuzz/src/targets.rs"]
#[allow(unreachable_pub, reason = "a module of another crate too")]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

use common::revision;

/// How long one case may take of a processor: many times what any should, without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

/// What attacks rather than what stands in files.
const TOKENS: &[&str] = &[
    "\0",
    "\r",
    "\x1b[2J",
    "\u{202e}",
    "\u{feff}",
    "\\\n",
    "\\",
    "\"",
    "'",
    "`",
    "$",
    "${",
    "}",
    "${A:-",
    "${A#*",
    "{{",
    "}}",
    "{{ .Values.a }}",
    "{{- end }}",
    "{% if a %}",
    "{#",
    "<<EOF\n",
    "<<-'E'\n",
    "$(",
    ")",
    "<(",
    "((",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!binary ",
    "!reset ",
    "---\n",
    "- - - ",
    "[",
    "]",
    "{",
    "}",
    "? ",
    ": ",
    "#",
    "\t",
    "|\n",
    ">-\n",
    "//",
    "/*",
    "*/",
    "**/",
    "!",
    "..",
    "/",
    "FROM ",
    "USER ",
    "ONBUILD ",
    "ARG A=$A\n",
    "RUN ",
    "sh -c ",
    "sudo ",
    "--",
    "=",
    "999999999999999999999",
    "-1",
    "0x0",
    "1e999",
    "\u{ffff}",
    "é",
    "👍",
    "for i in ",
    "do",
    "done",
    "if ",
    "then",
    "fi",
    "case x in ",
    "esac",
    "| sh",
    "&&",
    ";",
    "curl http://x",
    "postgres://u:p@h/d",
    "AKIAIOSFODNN7EXAMPLE",
];

/// One step from a seed to a case; every place is a share of the text.
#[derive(Clone, Debug)]
enum Step {
    Cut(Index, usize),
    Put(Index, Index),
    Double(Index, usize, usize),
    Swap(Index, u8),
    Move(Index, usize, Index),
    Borrow(Index, Index, usize, Index),
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..60usize).prop_map(|(at, size)| Step::Cut(at, size)),
        (at(), at()).prop_map(|(at, token)| Step::Put(at, token)),
        (at(), 1..60usize, 2..200usize).prop_map(|(at, size, times)| Step::Double(at, size, times)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Step::Swap(at, byte)),
        (at(), 1..80usize, at()).prop_map(|(at, size, to)| Step::Move(at, size, to)),
        (at(), at(), 1..200usize, at())
            .prop_map(|(seed, at, size, to)| Step::Borrow(seed, at, size, to)),
    ]
}

fn piece(text: &[u8], at: Index, size: usize) -> Vec<u8> {
    let from = at.index(text.len() + 1);
    text[from..(from + size).min(text.len())].to_vec()
}

fn put(text: &mut Vec<u8>, at: Index, bytes: &[u8]) {
    let at = at.index(text.len() + 1);
    text.splice(at..at, bytes.iter().copied());
}

fn apply(text: &mut Vec<u8>, step: &Step, seeds: &[Vec<u8>]) {
    match step {
        Step::Cut(at, size) => {
            let from = at.index(text.len() + 1);
            text.drain(from..(from + size).min(text.len()));
        }
        Step::Put(at, token) => put(text, *at, TOKENS[token.index(TOKENS.len())].as_bytes()),
        Step::Double(at, size, times) => put(text, *at, &piece(text, *at, *size).repeat(*times)),
        Step::Swap(at, byte) if !text.is_empty() => {
            let at = at.index(text.len());
            text[at] = *byte;
        }
        Step::Swap(..) => {}
        Step::Move(at, size, to) => put(text, *to, &piece(text, *at, *size)),
        Step::Borrow(seed, at, size, to) => {
            put(text, *to, &piece(&seeds[seed.index(seeds.len())], *at, *size));
        }
    }
}

fn seeds_of(name: &str) -> Vec<Vec<u8>> {
    let seeds = seeds::seeds().into_iter().filter(|(target, _)| *target == name);
    let seeds: Vec<Vec<u8>> = seeds.map(|(_, seed)| seed).collect();
    assert!(!seeds.is_empty(), "{name} has no seed");
    seeds
}

/// A seeded runner, or one that never repeats where more cases than the usual are asked for.
fn runner(cases: u32) -> TestRunner {
    let more = std::env::var("PLIMSOLL_HOSTILE").ok().and_then(|number| number.parse().ok());
    let config = ProptestConfig {
        cases: more.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    };
    match more {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    }
}

/// What this thread has had of a processor: a busy machine is no fault of the text.
fn spent() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = line.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn run(target: targets::Target, text: &[u8]) -> Result<(), TestCaseError> {
    let started = spent();
    let shown = || String::from_utf8_lossy(&text[..text.len().min(4000)]).into_owned();
    catch_unwind(AssertUnwindSafe(|| target(text))).map_err(|_| TestCaseError::fail(shown()))?;
    let took = spent().saturating_sub(started);
    prop_assert!(took < PATIENCE, "{} bytes took {took:?}:\n{}", text.len(), shown());
    Ok(())
}

fn mutated(name: &str) {
    let (_, target) = targets::TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds_of(name);
    let cases = (any::<Index>(), prop::collection::vec(step(), 0..6));
    let outcome = runner(150).run(&cases, |(seed, steps)| {
        let mut text = seeds[seed.index(seeds.len())].clone();
        for step in &steps {
            apply(&mut text, step, &seeds);
        }
        run(*target, &text)
    });
    outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

/// A piece of a seed, repeated until what is not linear takes too long.
fn pumped(name: &str) {
    const LONG: usize = 32 << 10;
    let (_, target) = targets::TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let seeds = seeds_of(name);
    let cases = (any::<Index>(), any::<Index>(), 1..120usize, any::<Index>());
    let outcome = runner(12).run(&cases, |(seed, at, size, token)| {
        let mut text = seeds[seed.index(seeds.len())].clone();
        let mut piece = piece(&text, at, size);
        piece.extend_from_slice(TOKENS[token.index(TOKENS.len())].as_bytes());
        put(&mut text, at, &piece.repeat(LONG / piece.len()));
        run(*target, &text)
    });
    outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

macro_rules! targets {
    ($($name:ident)*) => {
        mod of {
            $(mod $name {
                #[test]
                fn mutated() {
                    super::super::mutated(stringify!($name));
                }

                #[test]
                fn pumped() {
                    super::super::pumped(stringify!($name));
                }
            })*
        }

        #[test]
        fn every_target_is_run() {
            let run = [$(stringify!($name)),*];
            assert_eq!(run.to_vec(), targets::TARGETS.iter().map(|it| it.0).collect::<Vec<_>>());
        }
    };
}

targets!(dockerfile ignore_file compose manifests hcl json policy secrets judge);
