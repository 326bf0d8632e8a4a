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

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

const ROUNDS: usize = 100;
const BINARY: &str = env!("CARGO_BIN_EXE_plimsoll");

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
    let binary = std::env::var_os("PLIMSOLL_BENCH_BINARY").map_or(BINARY.into(), PathBuf::from);
    let folder = std::env::var_os("PLIMSOLL_BENCH_DIR")
        .map_or_else(|| std::env::temp_dir().join("plimsoll-bench"), PathBuf::from);
    fs::create_dir_all(&folder).unwrap();
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
        let push = Push::prepare(&folder, size);
        let git = ["git", "diff-tree", "-r", "--name-only", &push.old, &push.new];
        let own = [binary.to_str().unwrap(), "pre-receive"];
        check(&push.run(&[], &git), &push.run(&[], &own));
        row(size.name, "ms", push.times(&git, &own), 2);
        let both = |measure: Measure| Some([measure(&push, &git)?, measure(&push, &own)?]);
        match both(instructions) {
            Some(counts) => row("", "M instructions", counts, 2),
            None => println!("{:8}instructions: valgrind is not installed", ""),
        }
        match both(peak) {
            Some(peaks) => row("", "MiB peak", peaks, 1),
            None => println!("{:8}peak memory: GNU time is not installed", ""),
        }
    }
}

type Measure = fn(&Push, &[&str]) -> Option<f64>;

fn row(name: &str, unit: &str, [git, own]: [f64; 2], digits: usize) {
    println!("{name:8}{git:12.digits$}{own:12.digits$}{:8.2}  {unit}", own / git);
}

/// Both must have done their work, or the figures mean nothing.
fn check(git: &Output, own: &Output) {
    assert_eq!(String::from_utf8_lossy(&git.stdout), "Dockerfile\nsrc/changed.txt\n");
    let told = String::from_utf8_lossy(&own.stderr);
    assert!(own.status.code() == Some(1) && told.contains("runs-as-root"), "{told}");
}

/// Thousands of instructions don't depend on what else the machine does.
fn instructions(push: &Push, words: &[&str]) -> Option<f64> {
    let under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let text = push.under(words, &under)?;
    let count = text.rsplit_once("Collected :")?.1.split_whitespace().next()?;
    Some(count.parse::<f64>().ok()? / 1e6)
}

fn peak(push: &Push, words: &[&str]) -> Option<f64> {
    let text = push.under(words, &["/usr/bin/time", "-f", "peak %M"])?;
    Some(text.rsplit_once("peak ")?.1.trim().parse::<f64>().ok()? / 1024.0)
}

/// A commit of two files whose objects lie in the quarantine of a push.
struct Push {
    repository: PathBuf,
    quarantine: PathBuf,
    old: String,
    new: String,
}

impl Push {
    fn prepare(folder: &Path, size: &Size) -> Self {
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
        let mut push = Self { repository, quarantine, old: String::new(), new: String::new() };
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

    /// A command in the environment that receive-pack gives its hooks.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(&self.repository).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]);
        command.env("GIT_DIR", ".");
        command.env("GIT_OBJECT_DIRECTORY", &self.quarantine);
        command.env("GIT_QUARANTINE_PATH", &self.quarantine);
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.repository.join("objects"));
        command
    }

    fn git(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(&[&["git"], arguments].concat());
        command.env("GIT_INDEX_FILE", self.repository.join("bench-index"));
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "bench")
                .env(format!("GIT_{who}_EMAIL"), "b@example");
            command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        let output = answer(&mut command, input);
        assert!(
            output.status.success(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs words below a tool, with what git writes to the hook.
    fn run(&self, tool: &[&str], words: &[&str]) -> Output {
        let mut command = self.command(&[tool, words].concat());
        answer(&mut command, &format!("{} {} refs/heads/main\n", self.old, self.new))
    }

    /// What a tool that runs the words says; `None` where there is no such tool.
    fn under(&self, words: &[&str], tool: &[&str]) -> Option<String> {
        Command::new(tool[0]).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&self.run(tool, words).stderr).into_owned())
    }

    /// The median of each, in milliseconds; in turns, so that both meet the same weather.
    fn times(&self, git: &[&str], own: &[&str]) -> [f64; 2] {
        let time = |words: &[&str]| {
            let started = Instant::now();
            self.run(&[], words);
            started.elapsed().as_secs_f64() * 1e3
        };
        let (a, b) = (0..ROUNDS).map(|_| (time(git), time(own))).unzip();
        [median(a), median(b)]
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn answer(command: &mut Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // git reads no input here and may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// A bare repository, as a server's `git gc` leaves it; the huge one in the one pack that was written.
fn make(repository: &Path, size: &Size) {
    println!(
        "making {} ({} files, {} commits, {} blobs)",
        size.name, size.files, size.commits, size.blobs
    );
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(repository).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    };
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
