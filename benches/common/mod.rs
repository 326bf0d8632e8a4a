//! What every benchmark does: commands in the environment of a hook, and rows of ratios.
#![allow(dead_code, unreachable_pub, reason = "each benchmark uses its own part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

/// The build to measure: the one that `install.sh` makes, for its own way of linking is half of what
/// a start costs. `PLIMSOLL_BENCH_BINARY` names another.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("PLIMSOLL_BENCH_BINARY") {
        return named.into();
    }
    let usual = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let target = usual.ancestors().nth(2).unwrap();
    let about = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    println!("building as install.sh does; the first time takes some minutes");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--locked", "--target", host, "--target-dir"]);
    cargo.arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.env("RUSTFLAGS", "-C target-feature=+crt-static -C relocation-model=static");
    assert!(cargo.status().unwrap().success(), "{cargo:?}");
    target.join(host).join("release/plimsoll")
}

/// Where repositories are made, once.
pub fn folder() -> PathBuf {
    let folder = std::env::var_os("PLIMSOLL_BENCH_DIR")
        .map_or_else(|| std::env::temp_dir().join("plimsoll-bench"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// One line: what git takes, what the hook takes, and the ratio that holds on any machine.
pub fn row(name: &str, unit: &str, [git, own]: [f64; 2], digits: usize) {
    println!("{name:8}{git:12.digits$}{own:12.digits$}{:8.2}  {unit}", own / git);
}

/// A push to a bare repository whose objects lie in a quarantine.
pub struct Push {
    pub repository: PathBuf,
    pub quarantine: PathBuf,
    pub old: String,
    pub new: String,
}

impl Push {
    /// A command in the environment that receive-pack gives its hooks.
    pub fn command(&self, words: &[&str]) -> Command {
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

    pub fn git(&self, arguments: &[&str], input: &str) -> String {
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

    /// What git writes to the hook.
    pub fn update(&self) -> String {
        format!("{} {} refs/heads/main\n", self.old, self.new)
    }

    /// Runs words below a tool.
    pub fn run(&self, tool: &[&str], words: &[&str], input: &str) -> Output {
        answer(&mut self.command(&[tool, words].concat()), input)
    }

    /// What a tool that runs the words says; `None` where there is no such tool.
    fn under(&self, words: &[&str], input: &str, tool: &[&str]) -> Option<String> {
        Command::new(tool[0]).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&self.run(tool, words, input).stderr).into_owned())
    }

    /// Millions of instructions, which don't depend on what else the machine does.
    pub fn instructions(&self, words: &[&str], input: &str) -> Option<f64> {
        let under = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let text = self.under(words, input, &under)?;
        let count = text.rsplit_once("Collected :")?.1.split_whitespace().next()?;
        Some(count.parse::<f64>().ok()? / 1e6)
    }

    /// MiB in memory at most.
    pub fn peak(&self, words: &[&str], input: &str) -> Option<f64> {
        let text = self.under(words, input, &["/usr/bin/time", "-f", "peak %M"])?;
        Some(text.rsplit_once("peak ")?.1.trim().parse::<f64>().ok()? / 1024.0)
    }

    /// The median of each, in milliseconds; in turns, so that both meet the same weather.
    pub fn times(&self, rounds: usize, each: [(&[&str], &str); 2]) -> [f64; 2] {
        let time = |(words, input): (&[&str], &str)| {
            let mut command = self.command(words);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let started = Instant::now();
            fed(&mut command, input);
            started.elapsed().as_secs_f64() * 1e3
        };
        let (a, b) = (0..rounds).map(|_| (time(each[0]), time(each[1]))).unzip();
        [median(a), median(b)]
    }

    /// All that is measured of two commands.
    pub fn rows(&self, name: &str, rounds: usize, each: [(&[&str], &str); 2]) {
        row(name, "ms", self.times(rounds, each), 2);
        let both = |measure: &dyn Fn(&[&str], &str) -> Option<f64>| {
            Some([measure(each[0].0, each[0].1)?, measure(each[1].0, each[1].1)?])
        };
        match both(&|words, input| self.instructions(words, input)) {
            Some(counts) => row("", "M instructions", counts, 2),
            None => println!("{:8}instructions: valgrind is not installed", ""),
        }
        match both(&|words, input| self.peak(words, input)) {
            Some(peaks) => row("", "MiB peak", peaks, 1),
            None => println!("{:8}peak memory: GNU time is not installed", ""),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn answer(command: &mut Command, input: &str) -> Output {
    fed(command.stdout(Stdio::piped()).stderr(Stdio::piped()), input)
}

fn fed(command: &mut Command, input: &str) -> Output {
    command.stdin(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // git may read no input and be gone already.
        scope.spawn(move || drop(stdin.write_all(input.as_bytes())));
        child.wait_with_output().unwrap()
    })
}

/// Git on a repository, as nobody has set it up.
pub fn plain_git(repository: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}
