//! `.dockerignore` and `.containerignore`: what a build context leaves out.
//!
//! Source: moby/patternmatcher, `ignorefile.ReadAll`; Docker documentation, "Build context".

use bstr::BStr;

use super::{Surface, always};
use crate::model::{Declared, FileKind, Gap, IgnoreFile, Pattern, Reading, Spanned, Text};

/// `.dockerignore` and `.containerignore`.
pub(super) const SURFACE: Surface =
    Surface { id: "dockerignore", kind: FileKind::Ignore, recognises, concerns: always, read };

/// Go's scanner gives up at a line that doesn't fit its buffer.
const LONGEST_LINE: usize = 64 * 1024;

/// `.dockerignore`, `.containerignore`, and either behind a Dockerfile's name. In any case of
/// letters: on some file systems builders find them so.
fn recognises(path: &BStr) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    [&b".dockerignore"[..], b".containerignore"].iter().any(|ending| {
        let start = name.len().checked_sub(ending.len());
        start
            .and_then(|start| name.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(ending))
    })
}

fn read(text: &Text) -> Reading {
    let mut file = IgnoreFile::default();
    let mut gaps = Vec::new();
    for number in 1..=text.lines() {
        let (Some(line), Some(range)) = (text.line(number), text.line_range(number)) else {
            continue;
        };
        let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
        let span = text.span(range.clone());
        if range.len() >= LONGEST_LINE {
            gaps.push(Gap::at(text, span, "a line over 64 KiB: builders refuse the file"));
            continue;
        }
        match Pattern::parse(line) {
            Ok(Some(pattern)) => file.patterns.push(Spanned::new(pattern, span)),
            Ok(None) => {}
            Err(reason) => gaps.push(Gap::at(text, span, reason)),
        }
    }
    Reading { declared: Declared::Ignore(file), gaps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    fn patterns(bytes: &[u8]) -> (Vec<(String, bool, u32)>, Vec<u32>) {
        let reading = read(&Text::new(FileId(0), ".dockerignore", bytes));
        let Declared::Ignore(file) = reading.declared else { panic!("no ignore file") };
        let patterns = file.patterns.into_iter();
        let patterns = patterns.map(|p| (p.value.text, p.value.exception, p.span.line));
        let gaps = reading.gaps.iter().filter_map(|gap| gap.span).map(|span| span.line);
        (patterns.collect(), gaps.collect())
    }

    #[test]
    fn names_of_either_builder_are_known() {
        for (path, known) in [
            (".dockerignore", true),
            ("a/b/.containerignore", true),
            ("docker/Dockerfile.prod.dockerignore", true),
            ("Dockerfile.DockerIgnore", true),
            ("dockerignore", false),
            (".dockerignore/a", false),
            (".gitignore", false),
        ] {
            assert_eq!(recognises(path.into()), known, "{path}");
        }
    }

    #[test]
    fn lines_are_read_as_builders_read_them() {
        let (patterns, gaps) =
            patterns("\u{feff}# one\r\n.env\r\n\r\n # two\n!  /a/./b/\n".as_bytes());
        let expected = [(".env", false, 2), ("# two", false, 4), ("a/b", true, 5)];
        assert_eq!(patterns, expected.map(|(text, not, line)| (text.to_owned(), not, line)));
        assert!(gaps.is_empty());
    }

    #[test]
    fn what_builders_refuse_is_a_gap_and_the_rest_counts() {
        let long = "a".repeat(LONGEST_LINE);
        let (patterns, gaps) = patterns(format!("[\n!\n{long}\n.env").as_bytes());
        assert_eq!(patterns, [(".env".to_owned(), false, 4)]);
        assert_eq!(gaps, [1, 2, 3]);
    }
}
