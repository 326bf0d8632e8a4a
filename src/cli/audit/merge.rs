//! `plimsoll merge`: the parts of a fleet's audit become one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::cli::args;
use crate::report::SCHEMA;

/// Where the lines of a repository stand: which file, and from which byte to which.
type Places = (usize, Vec<Range<u64>>);

/// What is asked of a line.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    schema: u32,
    #[serde(default)]
    repository: String,
}

/// Joins reports, by repository; a repository that several have is taken from the last of them.
///
/// The files are read twice, so that not one of them is held in memory.
pub(in crate::cli) fn merge(arguments: &args::Merge) -> Result<()> {
    let mut all: BTreeMap<String, Places> = BTreeMap::new();
    for (number, path) in arguments.files.iter().enumerate() {
        let mine = repositories(path)?;
        all.extend(mine.into_iter().map(|(repository, places)| (repository, (number, places))));
    }
    let out: Box<dyn Write> = match &arguments.output {
        Some(path) => {
            let taken = arguments.files.iter().any(|file| same(file, path));
            ensure!(!taken, "{} is one of the reports, and would be lost", path.display());
            Box::new(File::create(path).with_context(|| format!("output {}", path.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut out = BufWriter::new(out);
    for (number, places) in all.values() {
        let Some(path) = arguments.files.get(*number) else { continue };
        copy(path, places, &mut out).with_context(|| path.display().to_string())?;
    }
    Ok(out.flush()?)
}

fn same(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Where in a report the lines of each repository stand.
fn repositories(path: &Path) -> Result<BTreeMap<String, Vec<Range<u64>>>> {
    let name = || path.display().to_string();
    let file = File::open(path).with_context(name)?;
    ensure!(file.metadata().with_context(name)?.is_file(), "{} is no regular file", name());
    let mut reader = BufReader::new(file);
    let mut found: BTreeMap<String, Vec<Range<u64>>> = BTreeMap::new();
    let (mut line, mut start) = (Vec::new(), 0);
    for number in 1.. {
        line.clear();
        let end = start + reader.read_until(b'\n', &mut line).with_context(name)? as u64;
        if end == start {
            break;
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            let at = || format!("{}, line {number}", name());
            let Line { schema, repository } = serde_json::from_slice(text).with_context(at)?;
            if schema != SCHEMA {
                bail!("{} is no line of an audit with schema {SCHEMA}", at());
            }
            let places = found.entry(repository).or_default();
            match places.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => places.push(start..end),
            }
        }
        start = end;
    }
    Ok(found)
}

fn copy(path: &Path, places: &[Range<u64>], out: &mut impl Write) -> Result<()> {
    let mut file = File::open(path)?;
    for place in places {
        file.seek(SeekFrom::Start(place.start))?;
        let mut part = BufReader::new((&file).take(place.end - place.start));
        let mut last = b'\n';
        loop {
            let bytes = part.fill_buf()?;
            let Some(&end) = bytes.last() else { break };
            last = end;
            out.write_all(bytes)?;
            let read = bytes.len();
            part.consume(read);
        }
        // The last line of a file may have no end.
        if last != b'\n' {
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
