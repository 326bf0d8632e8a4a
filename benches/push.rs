//! What one pushed commit costs, beside git's own `diff-tree` of the same commit, as whole processes.
//!
//! `cargo bench --bench push` makes its repositories itself, once, below the system's folder for
//! temporary files (`PLIMSOLL_BENCH_DIR` names another), and prints ratios: they hold on any machine.
//! The repository of ten million objects needs a gigabyte and some minutes, so it is made only with
//! `PLIMSOLL_BENCH_HUGE=1`. `PLIMSOLL_BENCH_BINARY` measures another build.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

mod common;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Output, Stdio};

use common::{Push, binary, folder, plain_git};

const ROUNDS: usize = 100;

const GOOD: &str = "FROM node:22.11.0-bookworm-slim@sha256:\
    0b5b940c21ab03353de9042f9166c75bcfc53c4cd0508c7fd88576646adbf875\n\
    WORKDIR /srv\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n\
    COPY src src\nUSER node\nEXPOSE 3000\nCMD [\"node\", \"src/main.js\"]\n";
const WORSE: &str = "FROM node:latest\n\
    WORKDIR /srv\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n\
    COPY src src\nEXPOSE 3000 22\nCMD [\"node\", \"src/main.js\"]\n";

struct Size {
    name: &'static str,
    files: usize,
    commits: usize,
    /// Blobs that no commit names.
    blobs: usize,
}

const SIZES: [Size; 3] = [
    Size { name: "small", files: 50, commits: 20, blobs: 0 },
    Size { name: "large", files: 200_000, commits: 20_000, blobs: 0 },
    Size { name: "huge", files: 50, commits: 20, blobs: 10_000_000 },
];

fn main() {
    let (binary, folder) = (binary(), folder());
    println!("{}\nrepositories in {}\n", binary.display(), folder.display());
    println!("{:8}{:>12}{:>12}{:>8}", "", "diff-tree", "plimsoll", "ratio");
    for size in &SIZES {
        if size.blobs > 0 && std::env::var_os("PLIMSOLL_BENCH_HUGE").is_none_or(|on| on != "1") {
            println!(
                "{:8}left out: PLIMSOLL_BENCH_HUGE=1 makes its {} objects",
                size.name, size.blobs
            );
            continue;
        }
        let push = prepare(&folder, size);
        let git = ["git", "diff-tree", "-r", "--name-only", &push.old, &push.new];
        let own = [binary.to_str().unwrap(), "pre-receive"];
        let update = push.update();
        check(&push.run(&[], &git, ""), &push.run(&[], &own, &update));
        push.rows(size.name, ROUNDS, [(&git, ""), (&own, &update)]);
    }
}

/// Both must have done their work, or the figures mean nothing.
fn check(git: &Output, own: &Output) {
    assert_eq!(String::from_utf8_lossy(&git.stdout), "Dockerfile\nsrc/changed.txt\n");
    let told = String::from_utf8_lossy(&own.stderr);
    assert!(own.status.code() == Some(1) && told.contains("runs-as-root"), "{told}");
}

/// A commit of two files whose objects lie in the quarantine of a push.
fn prepare(folder: &Path, size: &Size) -> Push {
    let repository = folder.join(format!("{}.git", size.name));
    let finished = repository.join("finished");
    if !finished.exists() {
        let _ = fs::remove_dir_all(&repository);
        make(&repository, size);
        fs::write(&finished, "").unwrap();
    }
    let quarantine = repository.join("objects/tmp_objdir-incoming-bench");
    let _ = fs::remove_dir_all(&quarantine);
    fs::create_dir_all(quarantine.join("pack")).unwrap();
    let mut push = Push { repository, quarantine, old: String::new(), new: String::new() };
    push.old = push.git(&["rev-parse", "refs/heads/main"], "");
    push.git(&["read-tree", &push.old], "");
    for (path, content) in [("Dockerfile", WORSE), ("src/changed.txt", "changed\n")] {
        let id = push.git(&["hash-object", "-w", "--stdin"], content);
        push.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},{path}")], "");
    }
    let tree = push.git(&["write-tree"], "");
    push.new = push.git(&["commit-tree", "-p", &push.old, "-m", "worse", &tree], "");
    push
}

/// A bare repository, as a server's `git gc` leaves it; the huge one in the one pack that was written.
fn make(repository: &Path, size: &Size) {
    println!(
        "making {} ({} files, {} commits, {} blobs)",
        size.name, size.files, size.commits, size.blobs
    );
    let git = |arguments: &[&str]| plain_git(repository, arguments);
    fs::create_dir_all(repository).unwrap();
    assert!(git(&["init", "--quiet", "--bare", "-b", "main"]).status().unwrap().success());
    let mut import = git(&["-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"]);
    let mut import = import.stdin(Stdio::piped()).spawn().unwrap();
    let mut stream = BufWriter::new(import.stdin.take().unwrap());
    write(&mut stream, size).unwrap();
    drop(stream);
    assert!(import.wait().unwrap().success());
    if size.blobs == 0 {
        assert!(git(&["gc", "--quiet"]).status().unwrap().success());
    }
}

fn write(stream: &mut impl Write, size: &Size) -> std::io::Result<()> {
    for number in 0..size.blobs {
        writeln!(stream, "blob\ndata 8\n{number:08}")?;
    }
    commit(stream, 0)?;
    file(stream, "Dockerfile", GOOD)?;
    file(stream, ".dockerignore", ".git\n.env*\n*.pem\nnode_modules\n")?;
    for number in 0..size.files.saturating_sub(2) {
        file(stream, &path(number), &content(number, 0))?;
    }
    for number in 1..size.commits {
        commit(stream, number)?;
        let at = number * 7919 % (size.files - 2);
        file(stream, &path(at), &content(at, number))?;
    }
    Ok(())
}

fn commit(stream: &mut impl Write, number: usize) -> std::io::Result<()> {
    let time = 1_600_000_000 + number * 60;
    writeln!(stream, "commit refs/heads/main\ncommitter bench <b@example> {time} +0000")?;
    writeln!(stream, "data 6\ncommit")
}

fn file(stream: &mut impl Write, path: &str, content: &str) -> std::io::Result<()> {
    write!(stream, "M 100644 inline {path}\ndata {}\n{content}\n", content.len())
}

/// Fifty names a folder, a Dockerfile in every one.
fn path(number: usize) -> String {
    let (group, folder) = (number / 5_000, number / 50 % 100);
    match number % 50 {
        0 if number == 0 => "src/changed.txt".into(),
        0 => format!("group-{group}/part-{folder}/Dockerfile"),
        name => format!("group-{group}/part-{folder}/file-{name}.txt"),
    }
}

fn content(number: usize, version: usize) -> String {
    if number > 0 && number.is_multiple_of(50) {
        return format!("{GOOD}LABEL version={version}\n");
    }
    format!("file {number}\nversion {version}\n")
}
