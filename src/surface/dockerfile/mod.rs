//! Dockerfile and Containerfile, read as BuildKit reads them, except that one broken instruction
//! costs only itself.
//!
//! Source: Dockerfile reference; BuildKit `frontend/dockerfile/parser` for what it leaves open.

mod check;
mod directives;
mod gaps;
mod heredoc;
mod instruction;
mod json;
mod lex;
mod lines;
mod names;
mod reader;
mod words;

use bstr::ByteSlice as _;

use super::{Surface, always};
use crate::model::{Declared, FileKind, Reading, Text};

/// Dockerfile and Containerfile.
pub const SURFACE: Surface = Surface {
    id: "dockerfile",
    kind: FileKind::Dockerfile,
    recognises: names::recognises,
    concerns: always,
    read,
};

fn read(text: &Text) -> Reading {
    let path = text.path.as_bstr();
    if names::recognises(path) && names::doubtful(path) && !looks_like_dockerfile(text) {
        return Reading { declared: Declared::Opaque, gaps: Vec::new() };
    }
    let (dockerfile, gaps) = reader::read(text, names::template(path));
    Reading { declared: Declared::Dockerfile(dockerfile), gaps }
}

/// Whether content under any name is plainly a Dockerfile: its first instruction is `FROM`, or
/// `ARG`s and then `FROM`, and all or nearly all of the others are known.
pub fn looks_like_dockerfile(text: &Text) -> bool {
    let first = lines::Lines::new(&text.content)
        .find(|line| !line.text.trim().is_empty() && line.comment().is_none())
        .and_then(|line| instruction::keyword(line.text.split_whitespace().next()?));
    if !matches!(first, Some("ARG" | "FROM")) {
        return false;
    }
    let (dockerfile, gaps) = reader::read(text, false);
    let first = dockerfile.instructions.iter().find(|one| one.keyword.value != "ARG");
    let from = first.is_some_and(|one| {
        one.keyword.value == "FROM" && !gaps.iter().any(|gap| gap.span == Some(one.span))
    });
    from && gaps.len() * 10 <= dockerfile.instructions.len()
}
