//! The labelled corpus of `fixtures/secrets`: what is told of it, and what should be.
//!
//! `cargo test --test secret_corpus -- --nocapture` prints precision and recall. In the files `⟦+…⟧`
//! is a credential, `⟦?…⟧` a default that everybody knows, `⟦-…⟧` neither; each `^` inside keeps
//! scanners of hosting services from taking a made-up credential for a real one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::MapTree;
use plimsoll::model::{Rule, Settings};
use plimsoll::rules;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/secrets");
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

/// What the rules tell of the corpus: hits, false alarms and misses, each in one line.
#[derive(Debug, Default)]
struct Tally {
    values: usize,
    negatives: usize,
    right: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

impl Tally {
    fn add(&mut self, path: &str, text: &str, labels: &[Label], tree: &MapTree) {
        let rules: Vec<&'static Rule> = RULES.iter().map(|id| rules::find(id).unwrap()).collect();
        let mut told = Vec::new();
        let lines: Vec<&str> = text.lines().collect();
        for unit in common::measured(tree, &rules, &Settings::default()) {
            for exposure in &unit.exposures {
                let Some(hidden) = &exposure.hidden else { continue };
                let weak = exposure.level.label.contains("default");
                told.push((exposure.places[0], hidden.clone(), weak));
            }
        }
        let mut explained = BTreeSet::new();
        for label in labels {
            let same = |line: u32, last: u32, hidden: &str| {
                let here = line <= label.last && label.first <= last.max(line);
                let holds = label.value.contains(hidden) || hidden.contains(&label.value);
                let decoded = line == last && line == label.first;
                (here && (holds || (decoded && label.kind != '-')))
                    || (label.kind != '-' && hidden == label.value)
            };
            let hits: Vec<usize> = told
                .iter()
                .enumerate()
                .filter(|(_, (place, hidden, _))| same(place.line, place.end_line, hidden))
                .map(|(at, _)| at)
                .collect();
            self.values += 1;
            self.negatives += usize::from(label.kind == '-');
            let shown = lines.get(label.first as usize - 1).unwrap_or(&"");
            let what = format!("{path}:{} {}{} | {shown}", label.first, label.kind, label.value);
            match (label.kind, hits.iter().any(|at| told[*at].2), hits.is_empty()) {
                ('-', _, true) => {}
                ('-', _, false) => self.wrong.push(what),
                ('+', false, false) | ('?', true, false) => self.right += 1,
                _ => self.missed.push(what),
            }
            explained.extend(hits);
        }
        for (at, (place, hidden, _)) in told.iter().enumerate() {
            if !explained.contains(&at) {
                self.wrong.push(format!("{path}:{} not labelled: {hidden}", place.line));
            }
        }
    }
}

fn tally() -> Tally {
    let mut paths = Vec::new();
    files(Path::new(FOLDER), &mut paths);
    paths.sort();
    let texts: Vec<(String, String, Vec<Label>)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(FOLDER).unwrap().display().to_string();
            let (text, labels) = stripped(&fs::read_to_string(path).unwrap());
            (name, text, labels)
        })
        .collect();
    let mut tally = Tally::default();
    for (path, text, labels) in &texts {
        // A chart's values mean nothing without the chart.
        let beside = texts.iter().filter(|(name, ..)| name.ends_with("Chart.yaml"));
        let files = beside.map(|(name, text, _)| (name.clone(), text.clone()));
        let tree = MapTree::new(files.chain([(path.clone(), text.clone())]));
        tally.add(path, text, labels, &tree);
    }
    tally
}

#[test]
fn precision_and_recall_are_98_in_100_at_least() {
    let tally = tally();
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
        "{} values, {} of them no secrets: precision {precision:.3}, recall {recall:.3}",
        tally.values, tally.negatives
    );
    assert!(tally.values >= 400 && tally.negatives * 2 >= tally.values, "the corpus is too small");
    assert!(precision >= 0.98 && recall >= 0.98, "precision {precision:.3}, recall {recall:.3}");
}
