//! What a stage downloads, and whether it is checked before it is run.

use std::collections::HashMap;

use super::command::{clustered, place};
use super::download::{self, Download};
use super::url;
use crate::model::{
    Command, Invoked, Pipeline, Shell, Spanned, Stage, Substitution, Word, is_shell, program,
};

/// A file, or a stream, that came from elsewhere.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Fetched {
    /// As written, where it can be seen.
    pub(in crate::rules) url: Option<String>,
    /// A checksum or a signature was looked at after it.
    pub(in crate::rules) checked: bool,
    /// The command that fetches it.
    pub(in crate::rules) place: Spanned<()>,
    /// Where it lies, under all its names; none for a stream.
    files: Vec<String>,
    /// Which `RUN` fetched it.
    run: usize,
}

/// Something fetched that is run.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Executed {
    /// As written, where it can be seen.
    pub(in crate::rules) url: Option<String>,
    /// It was checked in between.
    pub(in crate::rules) checked: bool,
    /// The command that runs it, and the one that fetched it.
    pub(in crate::rules) place: Spanned<()>,
    /// What runs it.
    pub(in crate::rules) by: String,
}

/// What a stage fetches and what of that it runs.
#[derive(Default)]
pub(in crate::rules) struct Flow {
    pub(in crate::rules) fetched: Vec<Fetched>,
    pub(in crate::rules) executed: Vec<Executed>,
    /// Variables that hold what was fetched.
    tainted: HashMap<String, Option<String>>,
}

/// Follows a stage's downloads through its `RUN`s.
pub(in crate::rules) fn of(stage: &Stage) -> Flow {
    let mut flow = Flow::default();
    let mut copies = stage.copies.iter().filter(|copy| copy.add).peekable();
    for (number, run) in stage.runs.iter().enumerate() {
        while let Some(copy) = copies.next_if(|copy| copy.span.start < run.span.start) {
            flow.added(copy, number);
        }
        for command in run.shell.commands() {
            flow.command(stage, &command, number);
        }
    }
    flow
}

impl Flow {
    /// `ADD URL TARGET`.
    fn added(&mut self, copy: &crate::model::Copy, run: usize) {
        let checked = copy.flags.iter().any(|flag| flag.name == "checksum");
        let target = copy.target.as_ref().map_or("", |target| target.value.text.as_str());
        for source in copy.sources.iter().filter(|source| url::is_url(&source.value.text)) {
            let from = &source.value.text;
            let name = from.rsplit('/').next().unwrap_or_default();
            let file = if target.ends_with(['/', '.']) { name } else { target };
            let place = source.with(());
            let files = vec![file.to_owned(), name.to_owned()];
            self.fetched.push(Fetched { url: Some(from.clone()), checked, place, files, run });
        }
    }

    fn command(&mut self, stage: &Stage, command: &Invoked<'_>, run: usize) {
        self.assigned(command);
        if is_check(command) {
            self.check(command, run);
        }
        if let Some(url) = self.streamed(command) {
            self.run(stage, command, url, false, None);
        } else if let Some(index) = self.file_run(command) {
            let fetched = self.fetched.get(index).cloned();
            if let Some(Fetched { url, checked, place, .. }) = fetched {
                self.run(stage, command, url, checked, Some(place));
            }
        }
        if let Some(Download { url, file }) = download::read(command) {
            let mut files: Vec<String> = file.into_iter().collect();
            if files.is_empty() {
                files = kept(command);
            }
            let place = place(stage, command.command);
            self.fetched.push(Fetched { url, checked: false, place, files, run });
        } else if matches!(command.program(), "mv" | "cp" | "ln" | "install") {
            self.renamed(command);
        }
    }

    fn run(
        &mut self,
        stage: &Stage,
        command: &Invoked<'_>,
        url: Option<String>,
        checked: bool,
        from: Option<Spanned<()>>,
    ) {
        let place = place(stage, command.command);
        let place = place.because(from.iter().flat_map(Spanned::places).collect::<Vec<_>>());
        let by = command.program().to_owned();
        self.executed.push(Executed { url, checked, place, by });
    }

    /// `NAME=$(curl …)`: the variable holds what was fetched.
    fn assigned(&mut self, command: &Invoked<'_>) {
        for (name, word) in &command.command.assignments {
            match fetched_by(&word.substitutions) {
                Some(url) => drop(self.tainted.insert(name.clone(), url)),
                None => drop(self.tainted.remove(name)),
            }
        }
    }

    /// What a check covers: the files it names, or everything this `RUN` fetched before.
    fn check(&mut self, command: &Invoked<'_>, run: usize) {
        let mut words: Vec<&Word> = command.command.words.iter().collect();
        for feeder in command.feeders() {
            words.extend(&feeder.words);
            words.extend(feeder.redirects.iter().map(|redirect| &redirect.target));
        }
        words.extend(command.command.redirects.iter().map(|redirect| &redirect.target));
        let nested = words.iter().flat_map(|word| &word.substitutions);
        let nested: Vec<Invoked<'_>> = nested.flat_map(|inner| inner.shell.commands()).collect();
        words.extend(nested.iter().flat_map(|inner| inner.words));
        let names = |file: &str| {
            words.iter().any(|word| {
                word.as_str().split([' ', '\n', '*', '"', '\'']).any(|part| same_file(part, file))
            })
        };
        let named: Vec<bool> = self
            .fetched
            .iter()
            .map(|fetched| fetched.files.iter().any(|file| names(file)))
            .collect();
        let any = named.iter().any(|named| *named);
        for (fetched, named) in self.fetched.iter_mut().zip(named) {
            let whole = !any && fetched.run == run && !fetched.files.is_empty();
            fetched.checked |= named || whole;
        }
    }

    /// The address of what a command runs without it ever being a file.
    fn streamed(&self, command: &Invoked<'_>) -> Option<Option<String>> {
        let words = command.words;
        let name = command.program().to_ascii_lowercase();
        if reads_input(&name, command.arguments()) {
            if let Some(url) = self.upstream(command) {
                return Some(url);
            }
            let redirects = command.command.redirects.iter();
            let fed = redirects.filter(|redirect| redirect.operator.starts_with('<'));
            for redirect in fed {
                if let Some(url) = self.held(&redirect.target) {
                    return Some(url);
                }
            }
        }
        let first = words.first()?;
        // `$(curl …)` as the command itself.
        if first.as_str().is_empty() && !first.substitutions.is_empty() {
            return fetched_by(&first.substitutions);
        }
        let evaluates = matches!(name.as_str(), "eval" | "iex" | "invoke-expression");
        if evaluates || matches!(name.as_str(), "." | "source") || is_interpreter(&name) {
            let code = command.arguments().iter().filter(|word| {
                evaluates || is_code(word.as_str()) || word.substitutions.iter().any(|s| s.process)
            });
            if let Some(url) = code.into_iter().find_map(|word| self.held(word)) {
                return Some(url);
            }
        }
        if evaluates && name != "eval" {
            return powershell(command.shell);
        }
        if name.starts_with("python") {
            let text = super::command::option(command.arguments(), &["-c"])?;
            let runs = ["exec(", "eval(", "os.system", "subprocess"];
            return download::read(command)
                .filter(|_| runs.iter().any(|call| text.contains(call)))
                .map(|download| download.url);
        }
        None
    }

    /// The address, where a word holds something fetched: substituted, or in a variable.
    fn held(&self, word: &Word) -> Option<Option<String>> {
        fetched_by(&word.substitutions)
            .or_else(|| word.variables.iter().find_map(|name| self.tainted.get(name).cloned()))
    }

    /// The address of what is piped into a command, through whatever stands between.
    fn upstream(&self, command: &Invoked<'_>) -> Option<Option<String>> {
        let before = command.pipeline.commands.get(..command.position).unwrap_or_default();
        let range = command.pipeline.input.clone().unwrap_or_default();
        let group = command.shell.pipelines.get(range).unwrap_or_default();
        let all: Vec<&Command> =
            group.iter().flat_map(|pipeline| &pipeline.commands).chain(before).collect();
        let alone = |command: &Command| Shell {
            pipelines: vec![Pipeline { commands: vec![command.clone()], input: None }],
        };
        all.iter().find_map(|command| fetched_to_output(&alone(command))).or_else(|| {
            let shown = all.iter().filter(|command| {
                let first = command.words.first().map_or("", |word| program(word.as_str()));
                matches!(first, "echo" | "printf" | "cat")
            });
            shown.flat_map(|command| command.words.iter().skip(1)).find_map(|word| {
                self.held(word).or_else(|| {
                    let file = self.lying(word.as_str())?;
                    self.fetched.get(file).filter(|file| !file.checked).map(|file| file.url.clone())
                })
            })
        })
    }

    /// Which fetched file a command runs.
    fn file_run(&self, command: &Invoked<'_>) -> Option<usize> {
        let name = command.program();
        let first = command.words.first()?.as_str();
        if is_interpreter(name) || matches!(name, "." | "source") {
            let script = command.operands().next().map(Word::as_str);
            let fed = command.command.redirects.iter().find(|redirect| redirect.operator == "<");
            let fed = fed.map(|redirect| redirect.target.as_str());
            return script.or(fed).and_then(|path| self.lying(path));
        }
        if first.contains('/') {
            return self.lying(first);
        }
        let on_path = |file: &String| {
            file.rsplit_once('/')
                .is_some_and(|(folder, base)| folder.ends_with("bin") && base == first)
        };
        self.fetched.iter().rposition(|fetched| fetched.files.iter().any(on_path))
    }

    /// The last fetched file of this name.
    fn lying(&self, path: &str) -> Option<usize> {
        let is = |fetched: &Fetched| fetched.files.iter().any(|file| same_file(file, path));
        self.fetched.iter().rposition(is)
    }

    fn renamed(&mut self, command: &Invoked<'_>) {
        let operands: Vec<&Word> = command.operands().collect();
        let Some((target, sources)) = operands.split_last() else { return };
        for source in sources {
            if let Some(index) = self.lying(source.as_str())
                && let Some(fetched) = self.fetched.get_mut(index)
                && fetched.files.len() < 8
            {
                fetched.files.push(target.as_str().to_owned());
            }
        }
    }
}

/// The same path; where one of them is relative, the same name.
fn same_file(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return false;
    }
    if one.starts_with('/') && other.starts_with('/') {
        return one == other;
    }
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    !base(one).is_empty() && base(one) == base(other)
}

/// Files that the rest of the pipeline keeps a stream in: `| tee F`, `| … > F`.
fn kept(command: &Invoked<'_>) -> Vec<String> {
    let mut files = Vec::new();
    for next in command.pipeline.commands.iter().skip(command.position + 1) {
        let is_tee = next.words.iter().any(|word| program(word.as_str()) == "tee");
        let named = next.words.iter().skip(1).map(Word::as_str);
        files.extend(named.filter(|text| is_tee && !text.starts_with('-')).map(str::to_owned));
        let into = next.redirects.iter().filter(|redirect| redirect.operator.starts_with('>'));
        files.extend(into.map(|redirect| redirect.target.as_str().to_owned()));
    }
    files
}

/// The address, where one of these substitutions gives what is fetched.
fn fetched_by(substitutions: &[Substitution]) -> Option<Option<String>> {
    substitutions.iter().find_map(|substitution| fetched_to_output(&substitution.shell))
}

/// The address of what a piece of shell fetches and writes to its output.
fn fetched_to_output(shell: &Shell) -> Option<Option<String>> {
    shell.commands().iter().find_map(|command| {
        download::read(command).filter(|download| download.file.is_none()).map(|d| d.url)
    })
}

/// Whether a word can be code whose beginning or end is substituted: `sh -c "$(curl …)"`, not
/// `sh -c "wget https://e.org/$(curl …)"`.
fn is_code(text: &str) -> bool {
    let text = text.trim();
    let joints = [';', '&', '|', '\n', '`'];
    text.is_empty() || text.starts_with(joints) || text.ends_with(joints) || is_variable(text)
}

fn is_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

fn is_interpreter(name: &str) -> bool {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    is_shell(name)
        || matches!(
            bare,
            "python"
                | "pypy"
                | "perl"
                | "ruby"
                | "node"
                | "nodejs"
                | "php"
                | "lua"
                | "pwsh"
                | "powershell"
                | "deno"
                | "bun"
                | "rscript"
                | "tclsh"
        )
}

/// Whether a program runs what it reads from its input, with these arguments.
fn reads_input(name: &str, arguments: &[Word]) -> bool {
    if matches!(name, "iex" | "invoke-expression") {
        return true;
    }
    if matches!(name, "." | "source") {
        return arguments.first().is_some_and(|word| is_input(word.as_str()));
    }
    if !is_interpreter(name) {
        return false;
    }
    let mut rest = arguments.iter().map(Word::as_str);
    while let Some(text) = rest.next() {
        if is_input(text) || is_shell(name) && clustered(text, 's', "oO") && text != "-s=" {
            return true;
        }
        let inline = if is_shell(name) { "c" } else { "cemrE" };
        if !text.starts_with(['-', '+']) || inline.chars().any(|c| clustered(text, c, "oO")) {
            return false;
        }
        if is_shell(name) && text.ends_with(['o', 'O']) {
            rest.next();
        }
    }
    true
}

fn is_input(text: &str) -> bool {
    matches!(text, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}

/// PowerShell's calls are read as loose words: an address beside a call that fetches.
fn powershell(shell: &Shell) -> Option<Option<String>> {
    let commands = shell.commands();
    let words = || commands.iter().flat_map(|command| command.words);
    let fetches = words().any(|word| {
        let text = word.as_str().to_ascii_lowercase();
        ["downloadstring", "downloadfile", "invoke-webrequest", "invoke-restmethod"]
            .iter()
            .any(|call| text.contains(call))
            || matches!(text.as_str(), "iwr" | "irm")
    });
    fetches.then(|| words().map(Word::as_str).find(|text| url::is_url(text)).map(str::to_owned))
}

/// Whether a command looks at a checksum or a signature, and fails where it is wrong.
fn is_check(command: &Invoked<'_>) -> bool {
    let words = command.arguments();
    let any = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let hashes = |word: &Word| {
        word.substitutions
            .iter()
            .any(|inner| inner.shell.commands().iter().any(|c| is_hash(c.program())))
    };
    match command.program() {
        name if is_hash(name) => {
            let checks = |word: &Word| {
                word.as_str().starts_with("--check") || clustered(word.as_str(), 'c', "a")
            };
            words.iter().any(checks)
        }
        "gpg" | "gpg2" => any(&["--verify", "--verify-files"]),
        "gpgv" | "gpgv2" | "slsa-verifier" => true,
        "cosign" | "notation" | "sigstore" => {
            words.iter().any(|w| w.as_str().starts_with("verify"))
        }
        "minisign" | "signify" | "signify-openbsd" => {
            words.iter().any(|w| w.as_str().starts_with("-V"))
        }
        "openssl" => any(&["-verify", "-signature"]),
        "rpm" | "rpmkeys" => any(&["-K", "--checksig"]),
        "[" | "test" | "[[" => words.iter().any(hashes),
        "grep" => command
            .feeders()
            .iter()
            .any(|feeder| feeder.words.first().is_some_and(|word| is_hash(program(word.as_str())))),
        "php" => words.iter().any(|word| word.as_str().contains("hash_file")),
        "gh" => any(&["attestation"]),
        name if name.starts_with("python") => {
            words.iter().any(|word| word.as_str().contains("hashlib"))
        }
        _ => false,
    }
}

fn is_hash(name: &str) -> bool {
    matches!(name, "shasum" | "md5sum" | "b2sum" | "b3sum" | "cksum" | "sha1sum" | "sha224sum")
        || matches!(name, "sha256sum" | "sha384sum" | "sha512sum" | "sha3sum" | "sha256")
}
