//! What the detectors of credentials read in a second, beside the plain set of the same regular
//! expressions: each asked of each value, and all compiled into one automaton.
//!
//! `cargo bench --bench secrets` makes its values itself: lines as container files declare them,
//! once without a credential and once with one in every hundred. Ratios hold on any machine.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

use std::time::Instant;

use plimsoll::rules::{known_forms, known_secrets};
use regex::{Regex, RegexSet, RegexSetBuilder};

const ROUNDS: usize = 7;
const VALUES: usize = 20_000;
/// The plain ones are asked of every so many values only: they would take minutes.
const EVERY: usize = 20;
/// One value in so many is a credential.
const RARE: usize = 100;

fn main() {
    let sources: Vec<String> = known_forms().collect();
    let (first, nothing) = timed(|| known_secrets("LOG_LEVEL=info"));
    assert_eq!(nothing, 0);
    let (each_ready, each) = timed(|| compiled(&sources));
    let (set_ready, set) = timed(|| one(&sources));
    println!("{} patterns, {VALUES} values\n", sources.len());
    println!("{:26}{:>12}{:>12}{:>12}", "", "detectors", "each", "one set");
    row("ready, ms", [first, each_ready, set_ready].map(|seconds| seconds * 1e3), 3);
    for (name, values) in [("without", values(usize::MAX)), ("with credentials", values(RARE))] {
        let few: Vec<String> = values.iter().step_by(EVERY).cloned().collect();
        let own = speed(&values, known_secrets);
        let plain = speed(&few, |text| each.iter().filter(|regex| regex.is_match(text)).count());
        let at_once = speed(&few, |text| set.matches(text).iter().count());
        check(name, &values, &few, [own.1, plain.1, at_once.1]);
        row(&format!("{name}, MB/s"), [own.0, plain.0, at_once.0], 2);
        row("  detectors are so fast", [1.0, own.0 / plain.0, own.0 / at_once.0], 1);
    }
}

fn row(name: &str, figures: [f64; 3], digits: usize) {
    let [own, each, set] = figures;
    println!("{name:26}{own:12.digits$}{each:12.digits$}{set:12.digits$}");
}

/// All three must have done their work, or the figures mean nothing.
fn check(name: &str, values: &[String], few: &[String], [own, each, set]: [usize; 3]) {
    let credentials = |values: &[String]| values.iter().filter(|it| is_credential(it)).count();
    assert_eq!(own, credentials(values), "{name}: the detectors");
    assert!(each >= credentials(few) && set >= credentials(few), "{name}: {each}, {set}");
}

/// The best of a few rounds, in millions of bytes a second, and what was found.
fn speed(values: &[String], find: impl Fn(&str) -> usize) -> (f64, usize) {
    let bytes: usize = values.iter().map(String::len).sum();
    let round = || timed(|| values.iter().map(|text| find(text)).sum());
    let rounds: Vec<(f64, usize)> = (0..ROUNDS).map(|_| round()).collect();
    let best = rounds.iter().map(|(seconds, _)| *seconds).fold(f64::MAX, f64::min);
    (f64::from(u32::try_from(bytes).unwrap()) / 1e6 / best, rounds[0].1)
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let done = work();
    (started.elapsed().as_secs_f64(), done)
}

fn compiled(sources: &[String]) -> Vec<Regex> {
    sources.iter().map(|source| Regex::new(source).unwrap()).collect()
}

/// One automaton, with all the memory that it asks for.
fn one(sources: &[String]) -> RegexSet {
    RegexSetBuilder::new(sources).size_limit(1 << 30).dfa_size_limit(256 << 20).build().unwrap()
}

/// Declared values as they are in container files, one of `rare` a credential.
fn values(rare: usize) -> Vec<String> {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    (0..VALUES)
        .map(|at| {
            if at % rare == rare / 2 { credential(at, &mut chance) } else { plain(at, &mut chance) }
        })
        .collect()
}

fn plain(at: usize, chance: &mut Chance) -> String {
    let (word, number) = (chance.word(9), chance.next() % 9_000 + 1_000);
    match at % 10 {
        0 => format!("LOG_LEVEL={word}"),
        1 => format!("node server.js --port {number} --workers 4 --cache /var/cache/{word}"),
        2 => format!("registry.example.org/team/{word}:1.{number}.3"),
        3 => format!("sha256:{}", chance.digits(64)),
        4 => format!(
            "apt-get update && apt-get install -y --no-install-recommends {word} curl \
             ca-certificates && rm -rf /var/lib/apt/lists/* && useradd --uid {number} app"
        ),
        5 => format!("traefik.http.routers.{word}.rule=Host(`{word}.example.org`)"),
        6 => format!("postgres://{word}:${{DB_PASSWORD}}@db:5432/{word}?sslmode=require"),
        7 => "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        8 => format!("{}-{}", chance.digits(8), chance.digits(12)),
        _ => format!("JAVA_OPTS=-Xmx{number}m -XX:+UseG1GC -Dspring.profiles.active={word}"),
    }
}

fn credential(at: usize, chance: &mut Chance) -> String {
    let word = chance.word(9);
    match at / RARE % 4 {
        0 => {
            format!("AWS_ACCESS_KEY_ID=AKIA{}", chance.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
        }
        1 => format!("git clone https://ghp_{}@example.org/{word}.git", chance.letters(36)),
        2 => format!("amqp://{word}:{}9Q@queue:5672/", chance.letters(14)),
        _ => format!("SLACK=xoxb-{}-{}-{}", number(chance), number(chance), chance.letters(24)),
    }
}

fn number(chance: &mut Chance) -> String {
    format!("1{}", chance.of(b"0123456789", 11))
}

fn is_credential(text: &str) -> bool {
    ["AKIA", "ghp_", "amqp://", "xoxb-"].iter().any(|start| text.contains(start))
}

/// Xorshift: the same values in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 16
    }

    fn of(&mut self, alphabet: &[u8], count: usize) -> String {
        let most = alphabet.len() as u64;
        (0..count)
            .map(|_| char::from(alphabet[usize::try_from(self.next() % most).unwrap()]))
            .collect()
    }

    fn word(&mut self, count: usize) -> String {
        self.of(b"abcdefghijklmnopqrstuvwxyz", count)
    }

    fn digits(&mut self, count: usize) -> String {
        self.of(b"0123456789abcdef", count)
    }

    fn letters(&mut self, count: usize) -> String {
        self.of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", count)
    }
}
