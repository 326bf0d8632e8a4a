//! Prints what the Dockerfile reader makes of files, one JSON object a line, in the shape that the
//! oracle compares: `dump_dockerfile NAME=FILE …`, or the pairs on standard input, one a line.

use std::io::{BufRead as _, Write as _};

use bstr::ByteSlice as _;
use plimsoll::model::{Arguments, Declared, FileId, Instruction, Pair, Script, Spanned, Text};
use plimsoll::surface::DOCKERFILE;
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut pairs: Vec<String> = std::env::args().skip(1).collect();
    if pairs.is_empty() {
        pairs = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    }
    let mut out = std::io::stdout().lock();
    for pair in pairs {
        let (name, file) = pair.split_once('=').unwrap_or((&pair, &pair));
        let text = Text::new(FileId(0), name, &std::fs::read(file)?);
        writeln!(out, "{}", dump(&text))?;
    }
    Ok(())
}

fn dump(text: &Text) -> Value {
    let reading = (DOCKERFILE.read)(text);
    let gaps = reading.gaps.iter().map(|gap| {
        let (line, end) = gap.span.map_or((0, 0), |span| (span.line, span.end_line));
        json!({ "line": line, "end_line": end, "message": gap.message })
    });
    let gaps: Vec<Value> = gaps.collect();
    let recognised = (DOCKERFILE.recognises)(text.path.as_bstr());
    let Declared::Dockerfile(file) = reading.declared else {
        return json!({ "recognised": recognised, "opaque": true, "gaps": gaps });
    };
    let commands: Vec<Value> = file.instructions.iter().map(|one| command(text, one)).collect();
    json!({ "recognised": recognised, "commands": commands, "gaps": gaps })
}

fn command(text: &Text, one: &Instruction) -> Value {
    let inner = one.trigger.as_deref().unwrap_or(one);
    let flags = one.flags.iter().map(|flag| match &flag.value {
        Some(value) => format!("--{}={}", flag.name.value, value.value),
        None => format!("--{}", flag.name.value),
    });
    let heredocs = inner.heredocs.iter().map(|doc| {
        json!({
            "name": doc.name, "descriptor": doc.descriptor, "content": doc.body.text,
            "lines": script_lines(text, &doc.body),
        })
    });
    json!({
        "keyword": one.keyword.value,
        "trigger": one.trigger.as_ref().map(|trigger| trigger.keyword.value.clone()),
        "json": matches!(inner.arguments, Arguments::Exec(_)),
        "flags": flags.collect::<Vec<_>>(),
        "values": values(inner),
        "heredocs": heredocs.collect::<Vec<_>>(),
        "line": one.span.line,
        "end_line": one.span.end_line,
        "places": places(text, inner),
    })
}

fn values(one: &Instruction) -> Vec<String> {
    let mut values = match &one.arguments {
        Arguments::Words(words) | Arguments::Exec(words) => plain(words),
        Arguments::Pairs(pairs) => pairs.iter().flat_map(|pair| both(one, pair)).collect(),
        Arguments::Shell(script) if script.text.is_empty() => Vec::new(),
        Arguments::Shell(script) => vec![script.text.clone()],
    };
    if one.keyword.value == "HEALTHCHECK" && !matches!(one.arguments, Arguments::Words(_)) {
        values.insert(0, "CMD".to_owned());
    }
    values
}

fn plain(words: &[Spanned<String>]) -> Vec<String> {
    words.iter().map(|word| word.value.clone()).collect()
}

fn both(one: &Instruction, pair: &Pair) -> Vec<String> {
    let name = pair.name.value.clone();
    match &pair.value {
        Some(value) if one.keyword.value == "ARG" => vec![format!("{name}={}", value.value)],
        Some(value) => vec![name, value.value.clone()],
        None => vec![name],
    }
}

/// What stands in the file at each word's place, continuations cut out: it must be the word.
fn places(text: &Text, one: &Instruction) -> Vec<Value> {
    let words: Vec<&Spanned<String>> = match &one.arguments {
        Arguments::Words(words) => words.iter().collect(),
        Arguments::Pairs(pairs) => {
            pairs.iter().flat_map(|pair| std::iter::once(&pair.name).chain(&pair.value)).collect()
        }
        Arguments::Exec(_) | Arguments::Shell(_) => Vec::new(),
    };
    let at = |word: &Spanned<String>| {
        let range = word.span.start as usize..word.span.end as usize;
        json!([word.value, text.content.get(range), word.span.line, word.span.end_line])
    };
    words.into_iter().map(at).collect()
}

/// Each line of a script as the file has it.
fn script_lines(text: &Text, script: &Script) -> Vec<Value> {
    let mut at = 0;
    let lines = script.text.split_inclusive('\n').map(|line| {
        let bare = line.trim_end_matches('\n');
        let span = script.span(at..at + bare.len());
        at += line.len();
        let range = span.start as usize..span.end as usize;
        json!([bare, text.content.get(range), span.line])
    });
    lines.collect()
}
