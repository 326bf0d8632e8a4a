//! What a push of ten thousand changed files costs that are no container files but might be, by
//! their names: beside `git cat-file --batch` of the same blobs, both sides, as whole processes.
//!
//! `cargo bench --bench yaml` makes its repositories itself, as `push` does and in the same place.
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
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{Push, binary, folder, plain_git};

const ROUNDS: usize = 15;
const FILES: usize = 10_000;

/// A kind of file: its folder's repository, the ending of its name, its text in a version.
type Kind = (&'static str, &'static str, fn(usize, usize) -> String);

const KINDS: [Kind; 3] = [("yaml", "yaml", yaml), ("json", "json", json), ("hcl", "hcl", hcl)];

fn main() {
    let (binary, folder) = (binary(), folder());
    println!("{}\nrepositories in {}\n", binary.display(), folder.display());
    println!("{:8}{:>12}{:>12}{:>8}", "", "cat-file", "plimsoll", "ratio");
    for kind in &KINDS {
        let push = prepare(&folder, kind);
        let blobs = blobs(&push);
        assert_eq!(blobs.lines().count(), 2 * FILES);
        let read = ["git", "cat-file", "--batch"];
        let own = [binary.to_str().unwrap(), "pre-receive"];
        let update = push.update();
        let told = push.run(&[], &own, &update);
        let text = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success() && !text.contains("limit"), "{text}");
        push.rows(kind.0, ROUNDS, [(&read, &blobs), (&own, &update)]);
    }
}

/// Every changed blob, old and new, as git walks them.
fn blobs(push: &Push) -> String {
    let raw = push.git(&["diff-tree", "-r", "--raw", "--no-abbrev", &push.old, &push.new], "");
    raw.lines().fold(String::new(), |mut ids, line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let _ = write!(ids, "{}\n{}\n", words[2], words[3]);
        ids
    })
}

/// The old side as `git gc` leaves it; the new one in a pack of the push's quarantine.
fn prepare(folder: &Path, kind: &Kind) -> Push {
    let repository = folder.join(format!("foreign-{}.git", kind.0));
    let quarantine = repository.join("objects/tmp_objdir-incoming-bench");
    let finished = repository.join("finished");
    let mut push = Push {
        repository: repository.clone(),
        quarantine: quarantine.clone(),
        old: String::new(),
        new: String::new(),
    };
    let git = |words: &[&str]| {
        assert!(plain_git(&repository, words).status().unwrap().success());
    };
    if !finished.exists() {
        println!("making {} ({FILES} files, twice)", kind.0);
        let _ = fs::remove_dir_all(&repository);
        fs::create_dir_all(&repository).unwrap();
        git(&["init", "--quiet", "--bare", "-b", "main"]);
        import(&push, &repository.join("objects"), "refs/heads/main", kind, 0);
        git(&["gc", "--quiet"]);
        fs::create_dir_all(quarantine.join("pack")).unwrap();
        import(&push, &quarantine, "refs/heads/pushed", kind, 1);
    }
    push.old = push.git(&["rev-parse", "refs/heads/main"], "");
    if finished.exists() {
        push.new = fs::read_to_string(&finished).unwrap();
    } else {
        push.new = push.git(&["rev-parse", "refs/heads/pushed"], "");
        git(&["update-ref", "-d", "refs/heads/pushed"]);
        fs::write(&finished, &push.new).unwrap();
    }
    push
}

fn import(push: &Push, objects: &PathBuf, name: &str, kind: &Kind, version: usize) {
    let words = ["git", "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet"];
    let mut import = push.command(&words);
    // Inside a quarantine git moves no ref.
    import.env("GIT_OBJECT_DIRECTORY", objects).env_remove("GIT_QUARANTINE_PATH");
    let mut import = import.stdin(Stdio::piped()).spawn().unwrap();
    let mut stream = BufWriter::new(import.stdin.take().unwrap());
    let time = 1_600_000_000 + version;
    writeln!(stream, "commit {name}\ncommitter bench <b@example> {time} +0000").unwrap();
    writeln!(stream, "data 6\ncommit").unwrap();
    if version > 0 {
        writeln!(stream, "from refs/heads/main^0").unwrap();
    }
    for number in 0..FILES {
        let (group, part) = (number / 500, number / 25 % 20);
        let text = kind.2(number, version);
        let path = format!("group-{group}/part-{part}/file-{number}.{}", kind.1);
        write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    }
    drop(stream);
    assert!(import.wait().unwrap().success());
}

/// An interface's description, two kilobytes: it has the words `kind` and `services` in it.
fn yaml(number: usize, version: usize) -> String {
    let mut text = format!("openapi: 3.0.{version}\ninfo:\n  title: part {number}\npaths:\n");
    for at in 0..12 {
        let id = number * 7919 % 10_007 + at;
        let _ = write!(
            text,
            "  /services/{id}:\n    get:\n      summary: \"One of {id}: its kind and its name\"\n      \
             parameters:\n        - {{name: id{id}, in: path, required: true}}\n      \
             responses:\n        \"200\":\n          description: what {id} holds\n"
        );
    }
    text
}

/// Messages of an interface in some language.
fn json(number: usize, version: usize) -> String {
    let mut text = format!("{{\n  \"version\": {version},\n");
    for at in 0..40 {
        let id = number * 7919 % 10_007 + at;
        let _ = writeln!(text, "  \"message.{id}\": \"The kind {id} is in {{count}} services\",");
    }
    text + "  \"last\": \"\"\n}\n"
}

/// Infrastructure that no container is part of.
fn hcl(number: usize, version: usize) -> String {
    let mut text = format!("# version {version}\n");
    for at in 0..12 {
        let id = number * 7919 % 10_007 + at;
        let _ = write!(
            text,
            "resource \"aws_route53_record\" \"r{id}\" {{\n  zone_id = var.zone\n  name    = \
             \"host-{id}\"\n  type    = \"A\"\n  records = [local.address[{id}]]\n}}\n\n"
        );
    }
    text
}
