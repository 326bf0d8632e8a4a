//! Three labelled corpora: what is told of them, and what should be.
//!
//! `fixtures/secrets` is what the detectors were made with. `fixtures/secrets-held-out` was written
//! afterwards, in the shapes of real files and without a look at the providers' patterns;
//! `fixtures/secrets-met` later still, in shapes that histories of public repositories have.
//!
//! `cargo test --test secret_corpus -- --nocapture` prints precision and recall of each. In the files
//! `⟦+…⟧` is a credential, `⟦?…⟧` a default that everybody knows, `⟦-…⟧` neither; each `^` inside
//! keeps scanners of hosting services from taking a made-up credential for a real one. A hit is the
//! value itself, told by the rule that its file asks for, at its own line, at its own level.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::MapTree;
use plimsoll::model::{Rule, Settings, mark};
use plimsoll::rules;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
const RULES: [&str; 3] = ["plain-secret", "secret-in-environment", "secret-in-image"];

/// A labelled value.
#[derive(Debug)]
struct Label {
    kind: char,
    value: String,
    first: u32,
    last: u32,
}

/// A file without its marks, and what they say.
fn stripped(marked: &str) -> (String, Vec<Label>) {
    let (mut text, mut labels) = (String::new(), Vec::new());
    let line = |text: &str| u32::try_from(text.matches('\n').count()).unwrap() + 1;
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('⟦') {
        let (inside, next) = after.split_once('⟧').expect("every mark ends");
        text.push_str(before);
        let first = line(&text);
        let kind = inside.chars().next().unwrap();
        let value = inside[1..].replace('^', "");
        text.push_str(&value);
        labels.push(Label { kind, value, first, last: line(&text) });
        rest = next;
    }
    text.push_str(rest);
    (text, labels)
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

/// What the rules tell of a corpus: hits, false alarms and misses, each in one line.
#[derive(Debug, Default)]
struct Tally {
    values: usize,
    negatives: usize,
    right: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

/// One thing told.
struct Told {
    rule: &'static str,
    line: u32,
    hidden: String,
    weak: bool,
}

/// The rule that is asked for a secret in this file.
fn asked_for(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap() {
        "Dockerfile" => "secret-in-image",
        "secret.yaml" | "sealed.yaml" | "sops.yaml" => "plain-secret",
        _ => "secret-in-environment",
    }
}

/// What base64 or hexadecimal digits hold, as far as it is text.
fn decoded(word: &str) -> String {
    let hexadecimal =
        word.len().is_multiple_of(2) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (digits, width) = if hexadecimal {
        ("0123456789abcdef", 4)
    } else {
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6)
    };
    let bits = word
        .chars()
        .map_while(|c| digits.find(c))
        .flat_map(|digit| (0..width).rev().map(move |at| u8::from(digit >> at & 1 == 1)));
    let bits: Vec<u8> = bits.collect();
    let bytes = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit));
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

impl Told {
    /// It is this value, or a part of it, at its line.
    fn is(&self, label: &Label) -> bool {
        let same = |value: &str| {
            !value.is_empty() && (value.contains(&self.hidden) || self.hidden.contains(value))
        };
        let whole = label.value.trim_end_matches('\\');
        (label.first..=label.last).contains(&self.line) && (same(whole) || same(&decoded(whole)))
    }
}

impl Tally {
    fn add(&mut self, path: &str, text: &str, labels: &[Label], tree: &MapTree) {
        let rules: Vec<&'static Rule> = RULES.iter().map(|id| rules::find(id).unwrap()).collect();
        let mut hidden = BTreeMap::new();
        for unit in common::measured(tree, &rules, &Settings::default()) {
            for exposure in unit.exposures.iter() {
                let of = mark(exposure.rule.id, &unit.declaration.title, &exposure.key);
                hidden.extend(exposure.hidden.clone().map(|value| (of, value)));
            }
        }
        let empty = MapTree::default();
        let outcome = common::judge(&empty, tree, &rules);
        let mut told: Vec<Told> = outcome
            .regressions
            .iter()
            .filter(|it| it.path == path)
            .filter_map(|it| {
                let hidden = it.marks.iter().find_map(|of| hidden.get(of))?.clone();
                let weak = it.now.0.label.contains("default");
                Some(Told { rule: it.rule.id, line: it.span.line, hidden, weak })
            })
            .collect();
        told.retain(|it| it.rule == asked_for(path) || labels.iter().any(|label| it.is(label)));
        let lines: Vec<&str> = text.lines().collect();
        let mut explained = BTreeSet::new();
        let mut before: BTreeSet<&str> = BTreeSet::new();
        for label in labels {
            let hits: Vec<usize> = (0..told.len()).filter(|&at| told[at].is(label)).collect();
            self.values += 1;
            self.negatives += usize::from(label.kind == '-');
            let shown = lines.get(label.first as usize - 1).unwrap_or(&"");
            let what = format!("{path}:{} {}{} | {shown}", label.first, label.kind, label.value);
            let right = hits.iter().any(|&at| {
                told[at].rule == asked_for(path) && told[at].weak == (label.kind == '?')
            });
            // A value is told once, at the first place that holds it.
            let again = !before.insert(&label.value) && label.kind != '-';
            match (label.kind, hits.is_empty()) {
                ('-', true) => {}
                ('-', false) => self.wrong.push(what),
                _ if right || again => self.right += 1,
                (_, true) => self.missed.push(what),
                (_, false) => {
                    let hits: Vec<_> =
                        hits.iter().map(|&at| (told[at].rule, told[at].weak)).collect();
                    self.wrong.push(format!("{what}: {hits:?}"));
                    self.missed.push(what);
                }
            }
            explained.extend(hits);
        }
        for (at, it) in told.iter().enumerate() {
            if !explained.contains(&at) {
                self.wrong.push(format!("{path}:{} not labelled: {}", it.line, it.hidden));
            }
        }
    }
}

fn tally(folder: &Path) -> Tally {
    let mut paths = Vec::new();
    files(folder, &mut paths);
    paths.sort();
    let texts: Vec<(String, String, Vec<Label>)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let (text, labels) = stripped(&fs::read_to_string(path).unwrap());
            (name, text, labels)
        })
        .collect();
    let mut tally = Tally::default();
    for (path, text, labels) in &texts {
        // A chart's values mean nothing without the chart, an environment file without its compose
        // file.
        let beside = texts.iter().filter(|(name, text, labels)| {
            name.ends_with("Chart.yaml") || (labels.is_empty() && text.contains("env_file"))
        });
        let files = beside.map(|(name, text, _)| (name.clone(), text.clone()));
        let tree = MapTree::new(files.chain([(path.clone(), text.clone())]));
        tally.add(path, text, labels, &tree);
    }
    tally
}

/// Precision and recall, printed with what was wrong.
fn measured(name: &str) -> (Tally, f64, f64) {
    let tally = tally(&Path::new(FIXTURES).join(name));
    let right = f64::from(u32::try_from(tally.right).unwrap());
    let count = |list: &[String]| f64::from(u32::try_from(list.len()).unwrap());
    let precision = right / (right + count(&tally.wrong));
    let recall = right / (right + count(&tally.missed));
    for line in &tally.wrong {
        println!("false alarm  {line}");
    }
    for line in &tally.missed {
        println!("missed       {line}");
    }
    println!(
        "{name}: {} values, {} of them no secrets: precision {precision:.3}, recall {recall:.3}",
        tally.values, tally.negatives
    );
    (tally, precision, recall)
}

#[test]
fn precision_and_recall_are_98_in_100_at_least() {
    let (tally, precision, recall) = measured("secrets");
    assert!(tally.values >= 400 && tally.negatives * 2 >= tally.values, "the corpus is too small");
    assert!(precision >= 0.98 && recall >= 0.98, "precision {precision:.3}, recall {recall:.3}");
}

#[test]
fn so_they_are_in_shapes_met_in_public_repositories() {
    let (tally, precision, recall) = measured("secrets-met");
    assert!(tally.values >= 80 && tally.negatives >= 40, "the corpus is too small");
    assert!(precision >= 0.98 && recall >= 0.98, "precision {precision:.3}, recall {recall:.3}");
}

#[test]
fn so_they_are_on_files_that_nobody_tuned_the_detectors_to() {
    let (tally, precision, recall) = measured("secrets-held-out");
    assert!(tally.values >= 150 && tally.negatives * 2 >= tally.values, "the corpus is too small");
    assert!(precision >= 0.98 && recall >= 0.98, "precision {precision:.3}, recall {recall:.3}");
}
