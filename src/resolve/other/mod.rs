//! Surfaces besides Dockerfiles, compose and Kubernetes: quadlets, ECS tasks, development
//! containers, bake files, Nomad jobs, daemons' settings, CI files.

mod bake;
mod ci;
mod command_line;
mod daemon;
mod devcontainer;
mod ecs;
mod nodes;
mod nomad;
mod options;
mod quadlet;
mod terms;
mod words;

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::Resolved;
use crate::model::{
    Declaration, Declared, File, FileKind, Platform, Span, Tree, Unit, ValueFile, Workload,
};

/// The kinds of file that are lowered here.
pub(super) const KINDS: &[FileKind] = &[
    FileKind::Quadlet,
    FileKind::Ecs,
    FileKind::Devcontainer,
    FileKind::Bake,
    FileKind::Nomad,
    FileKind::Daemon,
    FileKind::Workflow,
    FileKind::GitlabCi,
    FileKind::CircleCi,
    FileKind::Pipeline,
];

/// How many lines of a unit similarity compares.
const BODY: usize = 400;

/// The files of a revision whose units depend on the one at `path`.
pub(super) fn readers_of(path: &BStr) -> Option<BString> {
    quadlet::unit_of(path)
}

/// Lowers files of these kinds.
pub(super) fn units(tree: &dyn Tree, files: &[Rc<File>]) -> Resolved {
    let mut out = Vec::new();
    for file in files {
        let from = out.len();
        let read = match file.kind {
            Some(FileKind::Quadlet) => {
                quadlet::units(tree, file, &mut out);
                number(out.get_mut(from..).unwrap_or_default());
                continue;
            }
            Some(FileKind::Ecs) => ecs::units,
            Some(FileKind::Devcontainer) => devcontainer::units,
            Some(FileKind::Bake) => bake::units,
            Some(FileKind::Nomad) => nomad::units,
            Some(FileKind::Daemon) => daemon::units,
            _ => ci::units,
        };
        if let Declared::Tree(documents) = &file.declared {
            for document in documents {
                read(document, file, tree, &mut out);
            }
        }
        number(out.get_mut(from..).unwrap_or_default());
    }
    for declaration in &mut out {
        if let Unit::Workload(unit) = &mut declaration.unit {
            look_up(tree, declaration.path.as_ref(), &mut unit.value_files);
        }
    }
    Resolved { units: out, ..Resolved::default() }
}

/// Tells units of one file apart that are called the same: by their place among them.
fn number(units: &mut [Declaration]) {
    let mut seen = std::collections::HashMap::new();
    for declaration in units {
        let identity = match &mut declaration.unit {
            Unit::Workload(unit) => &mut unit.identity,
            Unit::Source(unit) => &mut unit.identity,
            _ => continue,
        };
        let count: &mut usize = seen.entry(identity.clone()).or_default();
        *count += 1;
        if *count > 1 {
            *identity = format!("{identity} #{count}");
        }
    }
}

/// Finds the files that variables come from, relative to the file that names them.
fn look_up(tree: &dyn Tree, path: &BStr, files: &mut [crate::model::Spanned<ValueFile>]) {
    let folder = path.rfind_byte(b'/').and_then(|at| path.get(..at)).unwrap_or_default();
    for file in files {
        let Some(path) = joined(folder, file.value.path.as_ref()) else { continue };
        file.value.file = tree.file_as(path.as_ref(), FileKind::Environment).ok().flatten();
        if let Some(Declared::Environment(variables)) =
            file.value.file.as_ref().map(|file| &file.declared)
        {
            file.value.variables.clone_from(variables);
        }
        file.value.path = path;
    }
}

/// A path from a folder of the tree; `None` where it leads elsewhere.
pub(super) fn joined(folder: &[u8], path: &[u8]) -> Option<BString> {
    if path.starts_with(b"/") || path.contains(&b'$') || path.contains(&b'%') {
        return None;
    }
    let mut parts: Vec<&[u8]> = folder.split(|byte| *byte == b'/').collect();
    parts.retain(|part| !part.is_empty());
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/').into())
}

/// A workload that declares nothing yet and spans its file.
fn workload(
    platform: Platform,
    identity: String,
    title: String,
    head: Span,
    file: &File,
) -> Workload {
    let mut unit = Workload::new(platform, identity, title, head);
    unit.file = file.text.file;
    unit.span = file.text.span(0..file.text.content.len());
    unit
}

/// A unit with its title and its lines.
fn declaration(unit: Unit, file: &File) -> Declaration {
    let (title, span) = match &unit {
        Unit::Workload(unit) => (unit.title.clone(), unit.span),
        Unit::Network(unit) => (unit.title.clone(), unit.span),
        Unit::Source(unit) => (unit.title.clone(), unit.span),
        Unit::Data(unit) => (unit.title.clone(), unit.span),
        Unit::Access(unit) => (unit.title.clone(), unit.span),
        _ => (String::new(), Span::head(file.text.file)),
    };
    let lines = (span.line..=span.end_line).take(BODY).filter_map(|line| file.text.line(line));
    let folded = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let body = folded.filter(|line| !line.is_empty()).collect();
    Declaration { unit, path: file.text.path.clone(), title, body }
}
