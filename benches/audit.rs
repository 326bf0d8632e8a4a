//! What an audit costs, beside git's own walks of the same history, as whole processes.
//!
//! `cargo bench --bench audit` makes its repositories itself, once, below the system's folder for
//! temporary files (`PLIMSOLL_BENCH_DIR` names another), and prints ratios: they hold on any machine.
//! One commit of ten touches container files. `PLIMSOLL_BENCH_COMMITS=50000` is the full size;
//! `PLIMSOLL_BENCH_BINARY` measures another build, `PLIMSOLL_BENCH_REPOSITORY` a clone of yours.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll");
const ROUNDS: usize = 3;
const SERVICES: usize = 40;
const GLOBS: [&str; 5] = ["*Dockerfile*", "*.dockerignore", "*.yaml", "*.yml", ":(glob)**/.env"];

fn main() {
    let setting = |name: &str| std::env::var(name).ok();
    let binary = setting("PLIMSOLL_BENCH_BINARY").unwrap_or_else(|| BINARY.to_owned());
    let folder = setting("PLIMSOLL_BENCH_DIR")
        .map_or_else(|| std::env::temp_dir().join("plimsoll-bench"), PathBuf::from);
    let commits = setting("PLIMSOLL_BENCH_COMMITS").map_or(5_000, |text| text.parse().unwrap());
    println!("{binary}\n");
    println!("{:>8}  {:28}{:>10}{:>8}{:>10}", "commits", "", "ms", "ratio", "MiB peak");
    if let Some(repository) = setting("PLIMSOLL_BENCH_REPOSITORY") {
        return row(&binary, Path::new(&repository), 0);
    }
    for size in [commits / 4, commits / 2, commits] {
        let repository = folder.join(format!("audit-{size}.git"));
        if !repository.join("made").exists() {
            make(&repository, size);
        }
        row(&binary, &repository, size);
    }
}

fn row(binary: &str, repository: &Path, size: usize) {
    let audit = [binary, "audit", "--quiet", "--policy", "/dev/null", "--format", "json"];
    let raw = ["git", "log", "--raw", "-M"];
    let patch: Vec<&str> = ["git", "log", "-p", "-M", "--"].into_iter().chain(GLOBS).collect();
    let (own, own_peak) = measure(repository, &audit);
    println!("{size:>8}  {:28}{own:>10.0}{:>8}{own_peak:>10.1}", "plimsoll audit", "");
    for (name, command) in [("git log --raw -M", &raw[..]), ("git log -p -M -- globs", &patch)] {
        let (time, peak) = measure(repository, command);
        println!("{:>8}  {name:28}{time:>10.0}{:>8.2}{peak:>10.1}", "", own / time);
    }
}

/// The best of a few runs in milliseconds, and the peak of the last in MiB where GNU time is there.
fn measure(repository: &Path, command: &[&str]) -> (f64, f64) {
    let run = |command: &[&str]| {
        let (program, arguments) = command.split_first().unwrap();
        let started = Instant::now();
        let output = Command::new(program)
            .args(arguments)
            .current_dir(repository)
            .env("GIT_PAGER", "cat")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output();
        (started.elapsed().as_secs_f64() * 1e3, output)
    };
    let times = (0..ROUNDS).map(|_| {
        let (time, output) = run(command);
        assert!(output.unwrap().status.success(), "{command:?}");
        time
    });
    let best = times.fold(f64::MAX, f64::min);
    let timed: Vec<&str> =
        ["/usr/bin/time", "-f", "%M"].into_iter().chain(command.iter().copied()).collect();
    let peak = run(&timed).1.ok().and_then(|output| {
        let text = String::from_utf8(output.stderr).ok()?;
        text.lines().last()?.trim().parse::<f64>().ok()
    });
    (best, peak.unwrap_or(0.0) / 1024.0)
}

/// A history of many services, of which one commit in ten changes how a container is made or run.
fn make(repository: &Path, commits: usize) {
    let _ = fs::remove_dir_all(repository);
    fs::create_dir_all(repository).unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(repository);
        git
    };
    assert!(git(&["init", "--quiet", "--bare"]).status().unwrap().success());
    let mut import =
        git(&["fast-import", "--quiet", "--force"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut out = BufWriter::new(import.stdin.take().unwrap());
    for number in 0..commits {
        commit(&mut out, number);
    }
    out.flush().unwrap();
    drop(out);
    assert!(import.wait().unwrap().success());
    for arguments in [
        &["symbolic-ref", "HEAD", "refs/heads/main"][..],
        &["repack", "-adq"],
        &["commit-graph", "write", "--reachable"],
    ] {
        assert!(git(arguments).stderr(Stdio::null()).status().unwrap().success());
    }
    fs::write(repository.join("made"), "").unwrap();
}

fn commit(out: &mut impl Write, number: usize) {
    let time = 1_600_000_000 + number * 600;
    let message = format!("change {number}");
    write!(
        out,
        "commit refs/heads/main\nmark :{}\nauthor A <a@example.com> {time} +0000\n\
         committer A <a@example.com> {time} +0000\ndata {}\n{message}\n",
        number + 1,
        message.len(),
    )
    .unwrap();
    if number > 0 {
        writeln!(out, "from :{number}").unwrap();
    }
    let service = number / 10 % SERVICES;
    let (path, content) = match number % 20 {
        0 => (format!("services/{service}/Dockerfile"), dockerfile(number)),
        10 => (format!("services/{service}/compose.yaml"), compose(number)),
        _ => {
            let lines = (0..40).map(|line| format!("line {line} {}\n", number * line));
            let text = lines.collect::<Vec<_>>().concat();
            (format!("services/{service}/src/{}.rs", number % 50), text)
        }
    };
    write!(out, "M 100644 inline {path}\ndata {}\n{content}\n", content.len()).unwrap();
}

fn dockerfile(number: usize) -> String {
    let tag =
        if number.is_multiple_of(3) { "latest".to_owned() } else { format!("20.{}", number % 50) };
    let user = if number.is_multiple_of(7) { "" } else { "USER node\n" };
    format!("FROM node:{tag}\nWORKDIR /srv\nCOPY package.json ./\nRUN npm ci\nCOPY src src\n{user}")
}

fn compose(number: usize) -> String {
    let host = if number.is_multiple_of(4) { "" } else { "127.0.0.1:" };
    let mut text = String::from("services:\n");
    for service in 0..8 {
        let version = number % 9;
        let image = format!("  s{service}:\n    image: example/{service}:1.{version}\n");
        let ports = format!("    ports: ['{host}80{service}0:80']\n");
        text.extend([image, ports]);
    }
    text
}
