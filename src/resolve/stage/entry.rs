//! The script that a container starts with, where it stands in the tree: what it executes.
//!
//! Source: the images' own convention, as Docker's "Building best practices: ENTRYPOINT" shows it:
//! a script that begins as root and ends in `exec gosu app "$@"`.

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use crate::model::{Base, Copy, File, Gap, Invocation, Spanned, Stage, Text, Tree, Word, clean};

/// Words of a command line that are looked at.
const WORDS: usize = 8;
/// Steps from stage to stage that are followed.
const STEPS: usize = 256;
/// Commands of a script that are kept.
const COMMANDS: usize = 16;
/// Bytes of a script that are read.
const MOST: usize = 256 << 10;

/// What scripts that containers start with are named after.
const NAMES: [&str; 6] = ["entrypoint", "start", "run", "init", "launch", "boot"];

/// Whether a path is named like the script of an entry point: the Dockerfiles above it may start it.
/// No other script counts as one, so that none can be changed without them.
pub fn is_entry_script(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    // Asked of every path that changes: these find short words faster than a search that prepares itself.
    let has = |word: &str| name.windows(word.len()).any(|part| part == word.as_bytes());
    if name.ends_with(b".sh") {
        NAMES.iter().any(|known| has(known))
    } else {
        has("entrypoint") && !name.contains(&b'.')
    }
}

/// Fills in what the scripts of `stages` execute; `folders` are where the context may be. Gives back
/// why a script that is started can't be read.
pub(in crate::resolve) fn executes(
    stages: &mut [Stage],
    tree: &dyn Tree,
    folders: &[&BStr],
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for at in 0..stages.len() {
        let Some(stage) = stages.get(at).filter(|stage| stage.target && !stage.trigger) else {
            continue;
        };
        let words = words(stage);
        if !brings_a_script(stages, &words) {
            continue;
        }
        let found = paths(stages, stage, &words);
        let found = found.into_iter().find_map(|path| script(&path, tree, folders));
        match (found, stages.get_mut(at)) {
            (Some(Ok(file)), Some(stage)) => stage.executes = commands(&file.text),
            (Some(Err(gap)), _) => gaps.push(gap),
            _ => {}
        }
    }
    gaps
}

/// Whether a copy, or a word of the command line, is named like a script that is followed: all the
/// rest of the work is about those.
fn brings_a_script(stages: &[Stage], words: &[String]) -> bool {
    let named = |path: &str| is_entry_script(path.as_bytes().as_bstr());
    words.iter().any(|word| named(word))
        || stages
            .iter()
            .flat_map(|stage| &stage.copies)
            .flat_map(|copy| &copy.sources)
            .any(|source| named(source.value.text.trim_end_matches('/')))
}

/// The first words of the entry point, or of the command.
fn words(stage: &Stage) -> Vec<String> {
    stage.entrypoint.as_ref().or(stage.cmd.as_ref()).and_then(first).unwrap_or_default()
}

/// Where in the context the words come from.
fn paths(stages: &[Stage], stage: &Stage, words: &[String]) -> Vec<String> {
    let mut trail = Trail { stages, left: STEPS, paths: Vec::new() };
    for word in words {
        trail.follow(stage, word);
    }
    trail.paths
}

fn first(line: &Invocation) -> Option<Vec<String>> {
    let command = line.shell.pipelines.iter().flat_map(|pipeline| &pipeline.commands).next()?;
    let words = command.words.iter().take(WORDS).map(Word::as_str);
    let words = words.filter(|word| !word.starts_with('-') && !word.contains([' ', '$']));
    Some(words.map(str::to_owned).collect())
}

/// Follows a file of an image back to the context.
struct Trail<'a> {
    stages: &'a [Stage],
    left: usize,
    /// Paths of the context, the likeliest first.
    paths: Vec<String>,
}

impl<'a> Trail<'a> {
    /// What `path` in the image of `stage` may be a copy of. A bare name is found in any folder.
    fn follow(&mut self, stage: &'a Stage, path: &str) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        for copy in stage.copies.iter().rev() {
            for source in sources(copy, &absolute(stage, path), path, stage) {
                match &copy.from {
                    None if self.paths.len() < STEPS => self.paths.push(source),
                    None => return,
                    Some(Base::Stage(from)) => {
                        if let Some(from) = find(self.stages, *from) {
                            self.follow(from, &format!("/{source}"));
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        if let Base::Stage(parent) = stage.base.value
            && let Some(parent) = find(self.stages, parent)
        {
            self.follow(parent, path);
        }
    }
}

fn find(stages: &[Stage], index: usize) -> Option<&Stage> {
    stages.iter().find(|stage| stage.index == index && !stage.trigger)
}

fn absolute(stage: &Stage, path: &str) -> String {
    let workdir = stage.workdir.as_ref().map_or("/", |workdir| workdir.value.text.as_str());
    clean(&if path.starts_with('/') { path.to_owned() } else { format!("/{workdir}/{path}") })
}

/// What of its sources one instruction puts at `path`; `written` is the word of the command line.
fn sources(copy: &Copy, path: &str, written: &str, stage: &Stage) -> Vec<String> {
    let bare = !written.contains('/');
    let target = copy.target.as_ref().map_or(".", |target| target.value.text.as_str());
    let target = absolute(stage, target);
    let name = last(path);
    let mut out = Vec::new();
    for source in &copy.sources {
        let source = clean(&format!("/{}", source.value.text)).trim_start_matches('/').to_owned();
        let below = path.strip_prefix(target.trim_end_matches('/'));
        let below = below.and_then(|rest| rest.strip_prefix('/'));
        let file = target == path || bare && last(&target) == name;
        if file || last(&source) == name && (bare || below == Some(name)) {
            out.push(source);
        } else if last(&source).contains('*') && (bare || below == Some(name)) {
            let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
            out.push(join(folder, name));
        } else if let Some(below) = below {
            out.push(join(&source, below));
        } else if bare && target.ends_with("/bin") {
            out.push(join(&source, name));
        }
    }
    out
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The script at a path of the context, in the first folder that has it.
fn script(path: &str, tree: &dyn Tree, folders: &[&BStr]) -> Option<Result<Rc<File>, Gap>> {
    let followed = is_entry_script(path.as_bytes().as_bstr());
    folders.iter().filter(|_| followed).find_map(|folder| {
        let path: BString = if folder.is_empty() {
            path.into()
        } else {
            [folder.as_bytes(), b"/", path.as_bytes()].concat().into()
        };
        tree.file(path.as_ref()).transpose()
    })
}

/// The commands that a script replaces itself with: `exec gosu app "$@"`, `set -- su-exec app "$@"`.
fn commands(text: &Text) -> Vec<Spanned<Vec<String>>> {
    let content = text.content.get(..MOST).unwrap_or(&text.content);
    let mut found = Vec::new();
    let mut at = 0;
    for line in content.split_inclusive('\n').take_while(|_| content.trim_start().starts_with("#!"))
    {
        let from = at + (line.len() - line.trim_start().len());
        at += line.len();
        let code = line.trim();
        let words =
            code.split([';', '&', '|']).find_map(executed).filter(|_| !code.starts_with('#'));
        if let Some(words) = words {
            found.push(Spanned::new(words, text.span(from..from + code.len())));
        }
        if found.len() == COMMANDS {
            break;
        }
    }
    found
}

/// What follows `exec` or `set --`.
fn executed(command: &str) -> Option<Vec<String>> {
    let mut words = command.split_whitespace().skip_while(|word| !matches!(*word, "exec" | "set"));
    let set = words.next()? == "set";
    let words = words.skip(usize::from(set)).take(WORDS);
    Some(words.map(|word| word.trim_matches(['"', '\'']).to_owned()).collect())
}
