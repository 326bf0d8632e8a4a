//! Many changes, each pushed by itself to a server with the built binary as its hook.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use super::server::{Pushed, Server, clean};

/// The digests that stand for `{a}` and `{b}` in a text.
pub const A: &str = "sha256:5c8d3c8d1cf3c6f5d9a0f0f1e2d3c4b5a697887766554433221100ffeeddccbb";
pub const B: &str = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Row, old Dockerfile, new Dockerfile, what the pusher is told.
pub type OneFile = (&'static str, &'static str, &'static str, &'static [&'static str]);
/// The files of one revision.
pub type Files<'a> = &'a [(&'a str, &'a str)];
/// Row, old files, new files, what the pusher is told.
pub type ManyFiles<'a> = (&'a str, Files<'a>, Files<'a>, &'a [&'a str]);

struct Row<'a> {
    id: &'a str,
    old: Vec<(&'a str, String)>,
    new: Vec<(&'a str, String)>,
    told: &'a [&'a str],
}

/// Changes of one file, the Dockerfile; an empty text stands for no file.
pub fn push_each(rows: &[OneFile]) {
    let files = |text: &str| match text {
        "" => Vec::new(),
        text => vec![("Dockerfile", filled(text))],
    };
    judge(rows.iter().map(|&(id, old, new, told)| Row {
        id,
        old: files(old),
        new: files(new),
        told,
    }));
}

/// Changes of whole trees.
pub fn push_each_tree(rows: &[ManyFiles<'_>]) {
    fn files(files: Files<'_>) -> Vec<(&str, String)> {
        files.iter().map(|&(path, text)| (path, filled(text))).collect()
    }
    judge(rows.iter().map(|&(id, old, new, told)| Row {
        id,
        old: files(old),
        new: files(new),
        told,
    }));
}

fn filled(text: &str) -> String {
    text.replace("{a}", A).replace("{b}", B)
}

/// Pushes the old side of every row past the hook and the new side through it, to a branch of its
/// own, and compares what came back.
fn judge<'a>(rows: impl Iterator<Item = Row<'a>>) {
    let rows: Vec<Row<'_>> = rows.collect();
    // What has come to its end depends on the day on which the tests run.
    let server = Server::new().policy("rules.end-of-life-image.off = true\n");
    import(&server, &rows);
    server.unhook("pre-receive");
    server.push_as(["refs/heads/old/*:refs/heads/row/*"]).accepted();
    server.hook("pre-receive");
    let at: Vec<usize> = (0..rows.len()).collect();
    let half = at.len().div_ceil(2).max(1);
    let wrong: Vec<String> = thread::scope(|scope| {
        let (server, rows) = (&server, &rows);
        let halves: Vec<_> = at
            .chunks(half)
            .map(|half| {
                scope.spawn(move || -> Vec<String> {
                    half.iter()
                        .filter_map(|&index| complaint(server, index, &rows[index]))
                        .collect()
                })
            })
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// What is wrong with the answer to one row.
fn complaint(server: &Server, index: usize, row: &Row<'_>) -> Option<String> {
    let name = format!("refs/heads/new/{index}:refs/heads/row/{index}");
    let pushed = server.push_as([name]);
    let grave = |line: &&str| {
        ["critical ", "high ", "unjudged "].iter().any(|start| line.starts_with(start))
    };
    let (expected, found) = (row.told.iter().any(grave), !pushed.went_through());
    let told = told(&pushed);
    if told == row.told && expected == found {
        return None;
    }
    let verdict = if found { "refused" } else { "let through" };
    let new: String = row.new.iter().fold(String::new(), |mut all, (path, text)| {
        let _ = write!(all, "  {path}: {text:?}");
        all
    });
    Some(format!("{}{new}\n  expected {:?}\n  found    {told:?} {verdict}", row.id, row.told))
}

/// What stands in the pusher's text: `severity rule path:line`, `unjudged path:line`, `note`,
/// `better`. Findings of one line and rule are one.
pub fn told(pushed: &Pushed) -> Vec<String> {
    let remote = pushed.remote();
    let lines = remote.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["could", "not", "judge", place, ..] => {
                Some(format!("unjudged {}", place.trim_end_matches(':')))
            }
            ["note:", ..] => Some("note".to_owned()),
            ["you", "fixed", ..] => Some("better".to_owned()),
            [severity @ ("critical" | "high" | "medium" | "low" | "info"), ..]
                if line.starts_with(severity) =>
            {
                Some(words.join(" "))
            }
            _ => None,
        }
    });
    lines.collect()
}

/// Writes `old/N` and `new/N` of every row into the worktree's repository at once.
fn import(server: &Server, rows: &[Row<'_>]) {
    let mut stream = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for (side, files) in [("old", &row.old), ("new", &row.new)] {
            writeln!(stream, "commit refs/heads/{side}/{index}").unwrap();
            writeln!(stream, "committer Pusher <p@example.org> 1700000000 +0000\ndata 3\n{side}")
                .unwrap();
            if side == "new" {
                writeln!(stream, "from refs/heads/old/{index}\ndeleteall").unwrap();
            }
            for (path, text) in files.iter().chain(&[("LICENSE", "MIT\n".to_owned())]) {
                writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len()).unwrap();
            }
        }
    }
    let mut command = clean(Command::new("git"));
    command.args([OsStr::new("-C"), server.work().as_os_str()]);
    command.args(["fast-import", "--quiet", "--done"]).stdin(Stdio::piped());
    let mut git = command.spawn().unwrap();
    stream.extend_from_slice(b"done\n");
    git.stdin.take().unwrap().write_all(&stream).unwrap();
    assert!(git.wait().unwrap().success());
}
