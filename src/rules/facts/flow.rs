//! What a stage downloads, and whether it is checked before it is run.

mod origin;

use std::cell::Cell;
use std::collections::HashMap;

use super::check::is_check;
use super::command::place;
use super::download::{self, Download};
use super::interpreter::{code, is_interpreter, reads_input, script};
use super::url;
use super::workload::shells;
use crate::model::{Command, Invoked, Spanned, Stage, Word, Workload, program};
use origin::{Origin, fetched_by, fetched_to_output, kept, powershell, to_output, unpacked};

/// How many downloads of a stage are followed, and how far a pipe is followed back.
const FOLLOWED: usize = 512;
const PIPE: usize = 64;
/// How many commands are looked back at in all, so that a stage of pipes alone stays cheap.
const STEPS: usize = 16_384;

/// A file, or a stream, that came from elsewhere.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Fetched {
    /// As written, where it can be seen.
    pub(in crate::rules) url: Option<String>,
    /// A checksum or a signature was looked at after it.
    pub(in crate::rules) checked: bool,
    /// The command that fetches it.
    pub(in crate::rules) place: Spanned<()>,
    /// It stays: as a file, or unpacked or installed from a stream.
    pub(in crate::rules) stays: bool,
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
    tainted: HashMap<String, Origin>,
    /// How many of [`STEPS`] are used.
    steps: Cell<usize>,
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
            if flow.fetched.len() + flow.executed.len() < FOLLOWED {
                flow.command(Some(stage), &command, number);
            }
        }
    }
    flow
}

/// Follows what a workload's commands download when it starts.
pub(in crate::rules) fn of_workload(workload: &Workload) -> Flow {
    let mut flow = Flow::default();
    for (number, shell) in shells(workload).enumerate() {
        for command in shell.commands() {
            if flow.fetched.len() + flow.executed.len() < FOLLOWED {
                flow.command(None, &command, number);
            }
        }
    }
    flow
}

/// Where a command stands; a stage adds what its variables depend on.
fn at(stage: Option<&Stage>, command: &Invoked<'_>) -> Spanned<()> {
    stage.map_or_else(|| command.place(), |stage| place(stage, command.command))
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
            // `add-remote` tells what becomes of it.
            let (url, stays) = (Some(from.clone()), false);
            self.fetched.push(Fetched { url, checked, place, stays, files, run });
        }
    }

    fn command(&mut self, stage: Option<&Stage>, command: &Invoked<'_>, run: usize) {
        self.assigned(command);
        if is_check(command) {
            self.check(command, run);
        }
        let by = command.program().to_owned();
        if let Some(Origin { url }) = self.streamed(command) {
            let place = at(stage, command);
            self.executed.push(Executed { url, checked: false, place, by });
        } else if let Some(fetched) = self.file_run(command).and_then(|at| self.fetched.get(at)) {
            let place = at(stage, command).because(fetched.place.places());
            let (url, checked) = (fetched.url.clone(), fetched.checked);
            self.executed.push(Executed { url, checked, place, by });
        }
        if let Some(Download { url, file }) = download::read(command) {
            let mut files: Vec<String> = file.into_iter().collect();
            if files.is_empty() {
                files = kept(command);
            }
            let place = at(stage, command);
            let stays = !files.is_empty() || unpacked(command);
            self.fetched.push(Fetched { url, checked: false, place, stays, files, run });
        } else if matches!(command.program(), "mv" | "cp" | "ln" | "install") {
            self.renamed(command);
        }
    }

    /// `NAME=$(curl …)`: the variable holds what was fetched.
    fn assigned(&mut self, command: &Invoked<'_>) {
        for (name, word) in &command.command.assignments {
            match fetched_by(&word.substitutions) {
                Some(origin) => drop(self.tainted.insert(name.clone(), origin)),
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
        let blank = [' ', '\n', '*', '"', '\''];
        let parts: Vec<&str> =
            words.iter().flat_map(|word| word.as_str().split(blank)).take(FOLLOWED).collect();
        let names = |file: &String| parts.iter().any(|part| same_file(part, file));
        // A list of checksums says nothing of which files are compared with it.
        let is_named = |fetched: &Fetched| fetched.files.iter().any(|f| !is_list(f) && names(f));
        let any = self.fetched.iter().any(is_named);
        for fetched in &mut self.fetched {
            let covered = if any { is_named(fetched) } else { fetched.run == run };
            fetched.checked |= covered && !fetched.files.is_empty();
        }
    }

    /// The address of what a command runs without it ever being a file.
    fn streamed(&self, command: &Invoked<'_>) -> Option<Origin> {
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
        if let Some(origin) = code(&name, command.arguments()).find_map(|word| self.held(word)) {
            return Some(origin);
        }
        if matches!(name.as_str(), "iex" | "invoke-expression") {
            self.step(command.shell.pipelines.len())?;
            return powershell(command);
        }
        if name.starts_with("python") {
            let text = super::command::option(command.arguments(), &["-c"])?;
            let runs = ["exec(", "eval(", "os.system", "subprocess"];
            return download::read(command)
                .filter(|_| runs.iter().any(|call| text.contains(call)))
                .map(|download| Origin { url: download.url });
        }
        None
    }

    /// The address, where a word holds something fetched: substituted, or in a variable.
    fn held(&self, word: &Word) -> Option<Origin> {
        fetched_by(&word.substitutions)
            .or_else(|| word.variables.iter().find_map(|name| self.tainted.get(name).cloned()))
    }

    /// The address of what is piped into a command, through whatever stands between.
    fn upstream(&self, command: &Invoked<'_>) -> Option<Origin> {
        let pipeline = command.pipeline;
        let before = (0..command.position).rev().map(|position| (pipeline, position));
        let range = pipeline.input.clone().unwrap_or_default();
        let group = command.shell.pipelines.get(range).unwrap_or_default();
        let group =
            group.iter().flat_map(|each| (0..each.commands.len()).map(move |at| (each, at)));
        before.chain(group).take(PIPE).find_map(|(pipeline, position)| {
            self.step(1)?;
            let written = pipeline.commands.get(position)?;
            let invoked = |layer: std::ops::Range<usize>| Invoked {
                words: written.words.get(layer).unwrap_or_default(),
                command: written,
                pipeline,
                position,
                ..*command
            };
            let mut layers = written.layers().iter().cloned().map(invoked);
            let streamed = layers.find_map(|invoked| to_output(&invoked));
            let inner = || written.inner.iter().find_map(fetched_to_output);
            streamed.or_else(inner).or_else(|| self.shown(written))
        })
    }

    /// Uses up some of [`STEPS`]; `None` when there are no more.
    fn step(&self, count: usize) -> Option<()> {
        let used = self.steps.get() + count;
        self.steps.set(used);
        (used <= STEPS).then_some(())
    }

    /// The address of what `echo`, `printf` or `cat` gives out.
    fn shown(&self, command: &Command) -> Option<Origin> {
        let (first, words) = command.words.split_first()?;
        if !matches!(program(first.as_str()), "echo" | "printf" | "cat") {
            return None;
        }
        words.iter().find_map(|word| {
            let file = || self.fetched.get(self.lying(word.as_str())?).filter(|file| !file.checked);
            self.held(word).or_else(|| Some(Origin { url: file()?.url.clone() }))
        })
    }

    /// Which fetched file a command runs.
    fn file_run(&self, command: &Invoked<'_>) -> Option<usize> {
        let name = command.program();
        let first = command.words.first()?.as_str();
        if is_interpreter(name) || matches!(name, "." | "source") {
            let fed = command.command.redirects.iter().find(|redirect| redirect.operator == "<");
            let fed = fed.map(|redirect| redirect.target.as_str());
            let script = script(name, command.arguments()).map(Word::as_str);
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
    let base = |path| str::rsplit(path, '/').next().unwrap_or_default();
    !base(one).is_empty() && base(one) == base(other)
}

/// Whether a file holds checksums or a signature.
fn is_list(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let (start, end) =
        (["sha", "md5", "checksum"], [".asc", ".sig", ".pem", "sum", "sums", ".sha256"]);
    start.iter().any(|s| name.starts_with(s))
        || end.iter().any(|e| name.ends_with(e))
        || name.contains("checksum")
        || name.contains("sums.")
}
