//! YAML and plain JSON, as trees whose every scalar and key knows its bytes. Source: YAML 1.2.2,
//! and for `<<` the merge key of YAML 1.1, which every reader of container files still resolves.

mod build;

use std::ops::Range;

use bstr::BStr;
use granit_parser::{Event, Parser, ScanError, StrInput};

use super::Surface;
use crate::model::{Declared, FileKind, Gap, GapKind, Node, Reading, Text};

use build::Builder;

/// YAML that no other surface takes: it is only read where another file names it.
pub(super) const SURFACE: Surface = Surface {
    id: "yaml",
    kind: FileKind::Yaml,
    recognises: |path| is_yaml(path),
    concerns: |_, _| false,
    read,
};

/// How deep lists and maps may nest, aliases included.
const DEPTH: usize = 128;

/// Gaps told of one file.
const GAPS: usize = 20;

fn read(text: &Text) -> Reading {
    let (documents, gaps) = documents(text);
    Reading { declared: Declared::Tree(documents), gaps }
}

/// Whether a path ends like YAML.
pub(super) fn is_yaml(path: &BStr) -> bool {
    path.ends_with(b".yaml") || path.ends_with(b".yml")
}

/// The documents of a file, in order. One that can't be read costs itself: it is left out, with a
/// gap, and the next ones are still read. Keys that stand twice are told as well.
pub(super) fn documents(text: &Text) -> (Vec<Node>, Vec<Gap>) {
    masked(text, &text.content, &[])
}

/// The same from `content`, which has the length of the text and stands for it with blanks or
/// letters in its `holes` (sorted): a scalar that touches one is opaque, and its text is what the
/// file has there. Keys that stand twice are no gap where there are holes: only one may be left.
pub(super) fn masked(text: &Text, content: &str, holes: &[Range<usize>]) -> (Vec<Node>, Vec<Gap>) {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut parser = Parser::new_from_str_with_options(content, options);
    let mut builder = Builder::new(text, holes);
    let mut documents = Vec::new();
    loop {
        match document(&mut parser, &mut builder) {
            Ok(Some(node)) => documents.push(node),
            Ok(None) => break,
            Err(gap) => {
                builder.gaps.push(gap);
                builder.forget();
                if !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    let mut gaps = builder.gaps;
    if gaps.len() > GAPS {
        gaps.truncate(GAPS);
        let message = "more than can be told is wrong with this file";
        gaps.push(Gap::of(GapKind::Partial, text.path.clone(), message));
    }
    (documents, gaps)
}

/// The next document, `None` at the end of the file.
fn document<'t>(
    parser: &mut Parser<'t, StrInput<'t>>,
    builder: &mut Builder<'_>,
) -> Result<Option<Node>, Gap> {
    loop {
        let Some(event) = parser.next_event() else { return Ok(None) };
        let (event, span) = event.map_err(|error| unparsed(builder.text, &error))?;
        match event {
            Event::StreamEnd => return Ok(None),
            Event::DocumentEnd => return Ok(Some(builder.finish(span))),
            event => builder.take(event, span)?,
        }
    }
}

fn unparsed(text: &Text, error: &ScanError) -> Gap {
    let at = error.marker().byte_offset().unwrap_or_default().min(text.content.len());
    let line = text.line_range(text.line_of(at)).unwrap_or(at..at);
    Gap::at(text, text.span(line), error.info())
}

#[cfg(test)]
mod tests;
