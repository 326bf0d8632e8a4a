//! `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK`: what is run, and who reads the heredocs.

use super::builder::{Builder, Building};
use crate::model::{
    Arguments, Command, Healthcheck, Heredoc, Instruction, Invocation, Piece, Run, Script, Shell,
    Spanned, is_shell, program,
};
use crate::resolve::expand::Scope;
use crate::resolve::shell;

/// Programs that run the one named behind their own options.
const WRAPPERS: &[&str] = &[
    "busybox", "chroot", "doas", "env", "exec", "gosu", "nice", "setpriv", "su", "su-exec", "sudo",
    "time",
];
/// Options of shells that take the next word.
const WITH_WORD: &[&str] = &["-o", "+o", "-O", "+O", "--rcfile", "--init-file"];

impl Builder<'_> {
    /// `RUN`.
    pub(super) fn run(&mut self, instruction: &Instruction, to: &mut Building<'_>) {
        let flags = self.flags(instruction, &to.scope);
        for flag in flags.iter().filter(|flag| flag.name == "mount") {
            let value = flag.value.as_ref().map_or("", |value| value.text.as_str());
            if let Some(from) = mount_from(value) {
                self.source(from, flag, &mut to.stage);
            }
        }
        let known = |name: &str| to.scope.known(name, false);
        let (shell, data) = match &instruction.arguments {
            Arguments::Exec(words) => (exec(words, &known).0, Vec::new()),
            Arguments::Shell(script) => with_heredocs(script, &instruction.heredocs, &known),
            _ => (Shell::default(), Vec::new()),
        };
        let data = data.into_iter().cloned().collect();
        let (span, user) = (instruction.span, to.stage.user.clone());
        to.stage.runs.push(Run { span, flags, shell, data, user });
    }

    /// `CMD`, `ENTRYPOINT`.
    #[expect(clippy::unused_self, reason = "its neighbours in the table need the builder")]
    pub(super) fn invocation(
        &self,
        instruction: &Instruction,
        scope: &Scope,
    ) -> Option<Invocation> {
        let place = Spanned::new((), instruction.span);
        invocation(&instruction.arguments, place, scope)
    }

    /// `HEALTHCHECK`.
    #[expect(clippy::unused_self, reason = "its neighbours in the table need the builder")]
    pub(super) fn healthcheck(&self, instruction: &Instruction, to: &mut Building<'_>) {
        let place = Spanned::new((), instruction.span);
        let check = match &instruction.arguments {
            Arguments::Words(words) if is_none(words) => Some(Healthcheck::None),
            arguments => {
                let command = invocation(arguments, place.clone(), &to.scope);
                command.map(Healthcheck::Command)
            }
        };
        if let Some(check) = check {
            to.stage.healthcheck = Some(place.with(check));
        }
    }
}

fn is_none(words: &[Spanned<String>]) -> bool {
    matches!(words, [none] if none.value.eq_ignore_ascii_case("none"))
}

fn invocation(arguments: &Arguments, place: Spanned<()>, scope: &Scope) -> Option<Invocation> {
    let known = |name: &str| scope.known(name, true);
    match arguments {
        Arguments::Exec(words) => {
            let (shell, direct) = exec(words, &known);
            Some(Invocation { place, exec: direct, shell })
        }
        Arguments::Shell(script) => {
            Some(Invocation { place, exec: false, shell: shell::read(script, &known) })
        }
        _ => None,
    }
}

/// The one command of an exec form; true where no shell runs it. `["sh", "-c", TEXT]` is `TEXT`.
pub(in crate::resolve) fn exec(
    words: &[Spanned<String>],
    known: &dyn Fn(&str) -> Option<String>,
) -> (Shell, bool) {
    let mut shell = shell::exec(words, known);
    let mut programs = words.iter().map(|word| program(&word.value));
    if !programs.find(|name| *name != "env").is_some_and(is_shell) {
        return (shell, true);
    }
    let command = shell.pipelines.first_mut().and_then(|pipeline| pipeline.commands.first_mut());
    match command.and_then(|command| command.inner.pop()) {
        Some(inner) => (inner, false),
        None => (shell, true),
    }
}

/// A command line with its heredocs: the shell it is, and the bodies that no shell reads.
fn with_heredocs<'h>(
    script: &Script,
    heredocs: &'h [Heredoc],
    known: &dyn Fn(&str) -> Option<String>,
) -> (Shell, Vec<&'h Script>) {
    if let ([only], true) = (heredocs, is_heredoc_alone(&script.text)) {
        return if is_foreign(&only.body.text) {
            (Shell::default(), vec![&only.body])
        } else {
            (shell::read(&only.body, known), Vec::new())
        };
    }
    let mut shell = shell::read(&with_bodies(script, heredocs), known);
    let mut left = heredocs.iter();
    let mut data = Vec::new();
    for pipeline in &mut shell.pipelines {
        for index in 0..pipeline.commands.len() {
            let rest = pipeline.commands.get_mut(index..).unwrap_or_default();
            for heredoc in left.by_ref().take(count_of_heredocs(rest)) {
                match (feeds_shell(rest) && heredoc.descriptor == 0, rest.first_mut()) {
                    (true, Some(command)) if command.inner.is_empty() => {
                        command.inner.push(shell::read(&heredoc.body, known));
                    }
                    (true, _) => {}
                    (false, _) => data.push(&heredoc.body),
                }
            }
        }
    }
    data.extend(left.map(|heredoc| &heredoc.body));
    (shell, data)
}

/// The command line with its bodies behind it, as the builder hands them to the shell.
fn with_bodies(script: &Script, heredocs: &[Heredoc]) -> Script {
    let mut out = script.clone();
    for Heredoc { name, body, .. } in heredocs {
        out.text.push('\n');
        let base = u32::try_from(out.text.len()).unwrap_or(u32::MAX);
        let moved = body.pieces.iter();
        out.pieces.extend(moved.map(|piece| Piece { at: piece.at.saturating_add(base), ..*piece }));
        out.text.push_str(&body.text);
        if !body.text.is_empty() && !body.text.ends_with('\n') {
            out.text.push('\n');
        }
        out.text.push_str(name);
    }
    out
}

/// `<<EOF` and nothing else: the body takes the place of the command line.
fn is_heredoc_alone(line: &str) -> bool {
    let Some(mark) = line.trim().strip_prefix("<<") else { return false };
    !mark.starts_with('<') && !mark.contains(char::is_whitespace) && !mark.contains(['|', ';', '&'])
}

/// Its first line names an interpreter that is no shell.
fn is_foreign(body: &str) -> bool {
    let Some(line) = body.lines().next().and_then(|line| line.strip_prefix("#!")) else {
        return false;
    };
    !line.split_whitespace().any(|word| is_shell(program(word)))
}

/// How many here-documents the first of these commands opens.
fn count_of_heredocs(commands: &[Command]) -> usize {
    let redirects = commands.first().map_or(&[][..], |command| &command.redirects);
    redirects.iter().filter(|one| matches!(one.operator.as_str(), "<<" | "<<-")).count()
}

/// Whether what the first of these commands of a pipeline gets is read by a shell.
fn feeds_shell(commands: &[Command]) -> bool {
    let Some((first, rest)) = commands.split_first() else { return false };
    let words: Vec<&str> = first.words.iter().map(|word| word.text.value.as_str()).collect();
    let passes_on = matches!(words.as_slice(), ["cat"] | ["cat", "-"]);
    reads_script(&words) || (passes_on && feeds_shell(rest))
}

/// `sh`, `bash -s`, `sudo bash -e`, `su - app`: standard input is the script.
fn reads_script(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    match program(first) {
        "su" => !rest.iter().any(|word| word.contains("-c") || *word == "--command"),
        name if is_shell(name) => reads_standard_input(rest),
        name if WRAPPERS.contains(&name) => {
            let shell = rest.iter().position(|word| is_shell(program(word)));
            shell.is_some_and(|at| reads_script(rest.get(at..).unwrap_or_default()))
        }
        _ => false,
    }
}

fn reads_standard_input(options: &[&str]) -> bool {
    let mut index = 0;
    while let Some(option) = options.get(index) {
        let short = option.starts_with('-') && !option.starts_with("--");
        match *option {
            "-" | "/dev/stdin" => return true,
            _ if short && option.contains('s') && !WITH_WORD.contains(option) => return true,
            _ if short && option.contains('c') => return false,
            _ if short || option.starts_with(['-', '+']) => {
                index += if WITH_WORD.contains(option) { 2 } else { 1 };
            }
            _ => return false,
        }
    }
    true
}

/// The `from` of `type=bind,from=build,source=…`.
fn mount_from(mount: &str) -> Option<&str> {
    mount.split(',').find_map(|field| {
        let (name, value) = field.trim_matches('"').split_once('=')?;
        name.eq_ignore_ascii_case("from").then_some(value)
    })
}
