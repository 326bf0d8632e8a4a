//! What the index of scan reports costs: when it is made, when it is taken as it was kept, when one
//! report is new, and for the question about one image; beside reading the bytes of all reports.
//!
//! `cargo bench --bench scans` makes its reports itself, below the system's folder for temporary
//! files (`PLIMSOLL_BENCH_DIR` names another), and prints ratios: they hold on any machine.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plimsoll::model::ImageRef;
use plimsoll::scans::Index;

const REPORTS: usize = 1_000;
const VULNERABILITIES: usize = 40;
const ROUNDS: usize = 5;

fn main() {
    let folder = common::folder().join("scans");
    let reports = folder.join("reports");
    make(&reports);
    let kept = folder.join("index");
    let bytes = median(|| {}, || read_all(&reports));
    println!("{REPORTS} reports of {VULNERABILITIES} vulnerabilities in {}\n", reports.display());
    println!("{:24}{:>12}{:>12}{:>8}", "", "read, ms", "index, ms", "ratio");
    let open = || {
        let index = Index::open(&reports, std::slice::from_ref(&kept));
        assert_eq!((index.len(), index.faults().len()), (REPORTS, 0));
        index
    };
    let row = |name: &str, own: f64| println!("{name:24}{bytes:12.1}{own:12.1}{:8.2}", own / bytes);
    row("cold", median(|| drop(fs::remove_file(&kept)), || drop(open())));
    row("kept", median(|| {}, || drop(open())));
    let mut version = 1;
    let change = || {
        version += 1;
        write(&reports, 7, version);
    };
    row("one report is new", median(change, || drop(open())));
    let index = open();
    let image = ImageRef::parse("registry.example.org/team/app-7:1.0").unwrap();
    let ask =
        || assert_eq!(index.of(&image).first().map(|it| it.hits.len()), Some(VULNERABILITIES));
    row("one image", median(|| {}, ask));
}

fn read_all(folder: &Path) {
    let read = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    assert!(read.map(|content| content.len()).sum::<usize>() > REPORTS * VULNERABILITIES * 100);
}

/// The median of a few rounds in milliseconds, without what comes before each.
fn median(mut before: impl FnMut(), work: impl Fn()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            before();
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn make(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    (0..REPORTS).for_each(|number| write(folder, number, 1));
}

/// One report in the form of Trivy, put there as a scanner's job does.
fn write(folder: &Path, number: usize, version: usize) {
    let mut found = String::new();
    for at in 0..VULNERABILITIES {
        let comma = if at == 0 { "" } else { "," };
        write!(
            found,
            "{comma}{{\"VulnerabilityID\":\"CVE-2099-{at:04}\",\"PkgName\":\"package-{at}\",\
             \"InstalledVersion\":\"1.{version}.{at}\",\"FixedVersion\":\"2.0.{at}\",\
             \"Severity\":\"MEDIUM\",\"Title\":\"{}\"}}",
            "what can be said of it in a few words ".repeat(12)
        )
        .unwrap();
    }
    let name = format!("registry.example.org/team/app-{number}");
    let text = format!(
        "{{\"SchemaVersion\":2,\"CreatedAt\":\"2099-01-01T00:00:00Z\",\"ArtifactName\":\"{name}:1.0\",\
         \"ArtifactType\":\"container_image\",\"Metadata\":{{\"RepoTags\":[\"{name}:1.0\"]}},\
         \"Results\":[{{\"Target\":\"{name}\",\"Class\":\"os-pkgs\",\"Type\":\"debian\",\
         \"Vulnerabilities\":[{found}]}}]}}"
    );
    let file: PathBuf = folder.join(format!("app-{number}.json"));
    let beside = folder.join(".beside");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, file).unwrap();
}
