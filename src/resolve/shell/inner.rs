//! Shell text that a command hands to another shell.

use super::word::Field;
use super::{DEPTH, Reader, Scope, list};
use crate::model::{Command, Piece, Script, Shell, Spanned, Word, is_shell, program};

/// The text of words as a script of its own, one blank between them.
pub(super) fn script(outer: &Script, fields: &[&Field]) -> Script {
    let mut out = Script { text: String::new(), file: outer.file, pieces: Vec::new() };
    for field in fields {
        let base = out.text.len();
        for (index, &(at, source)) in field.map.iter().enumerate() {
            let end = field.map.get(index + 1).map_or(field.text.len(), |&(next, _)| next);
            if end > at {
                copy_pieces(outer, source..source + (end - at), base + at, &mut out.pieces);
            }
        }
        out.text.push_str(&field.text);
    }
    out
}

/// The pieces of a range of `outer`, as pieces of a text in which it starts at `at`.
fn copy_pieces(outer: &Script, range: std::ops::Range<usize>, at: usize, out: &mut Vec<Piece>) {
    let mut add = |from: usize| {
        let span = outer.span(from..from);
        let at = u32::try_from(at + (from - range.start)).unwrap_or(u32::MAX);
        out.push(Piece { at, from: span.start, line: span.line });
    };
    add(range.start);
    let inside =
        |piece: &&Piece| range.start < piece.at as usize && (piece.at as usize) < range.end;
    let first = outer.pieces.partition_point(|piece| piece.at as usize <= range.start);
    for piece in outer.pieces.iter().skip(first).take_while(inside) {
        add(piece.at as usize);
    }
}

/// A decoded word of the JSON form as a script: it stands in one line, escapes shift it a little.
pub(super) fn decoded(word: &Spanned<String>) -> Script {
    let Spanned { value, span, .. } = word;
    let from =
        if (span.end - span.start) as usize > value.len() { span.start + 1 } else { span.start };
    let pieces = vec![Piece { at: 0, from, line: span.line }];
    Script { text: value.clone(), file: span.file, pieces }
}

/// What a command gives to other shells to run. `scripts` are the texts of its words.
pub(super) fn shells(
    command: &Command,
    scripts: &[Script],
    scope: &mut Scope<'_>,
    depth: usize,
) -> Vec<Shell> {
    let mut found: Vec<&Script> = Vec::new();
    let mut joined = None;
    for layer in command.layers() {
        let words = command.words.get(layer.clone()).unwrap_or_default();
        let texts = scripts.get(layer.clone()).unwrap_or_default();
        match handed(words) {
            Handed::Nothing => {}
            Handed::Word(index) => found.extend(texts.get(index)),
            Handed::Rest(index) => joined = texts.get(index..).map(join),
        }
    }
    found.extend(&joined);
    read_all(&found, scope, depth)
}

pub(super) fn read_all(scripts: &[&Script], scope: &mut Scope<'_>, depth: usize) -> Vec<Shell> {
    if depth >= DEPTH {
        return Vec::new();
    }
    let read = |script: &&Script| Reader::new(script, scope, depth + 1).list(list::End::Text);
    scripts.iter().map(read).filter(|shell| !shell.pipelines.is_empty()).collect()
}

/// Whether a command is a shell that runs what it reads from its input.
pub(super) fn reads_input(command: &Command) -> bool {
    command.layers().iter().any(|layer| {
        let words = command.words.get(layer.clone()).unwrap_or_default();
        let mut rest = words.iter().map(Word::as_str);
        rest.next().is_some_and(|first| is_shell(program(first)))
            && (rest.clone().any(|word| word == "-s") || rest.all(|word| word.starts_with('-')))
    })
}

enum Handed {
    Nothing,
    Word(usize),
    /// This word and all behind it, joined.
    Rest(usize),
}

fn handed(words: &[Word]) -> Handed {
    let Some(first) = words.first() else { return Handed::Nothing };
    match program(first.as_str()) {
        name if is_shell(name) => after_c(words),
        "eval" => Handed::Rest(1),
        "trap" if words.len() > 2 => Handed::Word(1),
        "su" | "runuser" | "script" | "flock" => valued(words, &["-c", "--command"]),
        "env" => valued(words, &["-S", "--split-string"]),
        "scl" if words.get(1).is_some_and(|word| word.as_str() == "enable") => {
            Handed::Word(words.len() - 1)
        }
        "cmd" => rest_after(words, &["/c", "/C", "/k"]),
        "powershell" | "pwsh" => rest_after(words, &["-Command", "-command", "-c", "-C"]),
        _ => Handed::Nothing,
    }
}

/// `-c`, alone or in a cluster (`-lc`, `-euxo pipefail -c`), and the text behind it.
fn after_c(words: &[Word]) -> Handed {
    let mut index = 1;
    let mut given = false;
    while let Some(word) = words.get(index).map(Word::as_str) {
        if !given && word.starts_with("--") && word.len() > 2 {
            index += 1;
        } else if word.len() > 1 && word.starts_with(['-', '+']) {
            given |= word.contains('c');
            index += if word.ends_with('o') { 2 } else { 1 };
        } else if given {
            return Handed::Word(index);
        } else {
            break;
        }
    }
    Handed::Nothing
}

fn valued(words: &[Word], options: &[&str]) -> Handed {
    let at = words.iter().position(|word| options.contains(&word.as_str()));
    at.filter(|at| at + 1 < words.len()).map_or(Handed::Nothing, |at| Handed::Word(at + 1))
}

fn rest_after(words: &[Word], options: &[&str]) -> Handed {
    let at = words.iter().position(|word| options.contains(&word.as_str()));
    at.filter(|at| at + 1 < words.len()).map_or(Handed::Nothing, |at| Handed::Rest(at + 1))
}

fn join(scripts: &[Script]) -> Script {
    let mut out = scripts.first().cloned().unwrap_or_else(|| Script {
        text: String::new(),
        file: crate::model::FileId(0),
        pieces: Vec::new(),
    });
    for script in scripts.iter().skip(1) {
        out.text.push(' ');
        let base = u32::try_from(out.text.len()).unwrap_or(u32::MAX);
        let moved =
            script.pieces.iter().map(|piece| Piece { at: piece.at.saturating_add(base), ..*piece });
        out.pieces.extend(moved);
        out.text.push_str(&script.text);
    }
    out
}
