//! Compose projects: the files of one revision in, one merged and interpolated tree a project out.
//!
//! Source: Compose Specification; compose-go, `cli/options.go` and `loader/`.

mod environment;
mod extends;
mod include;
mod interpolate;
mod load;
mod lower;
mod merge;
mod passed;
mod path;
mod project;
mod readers;
mod rebase;
mod remote;
mod sets;
mod unique;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString};

use crate::model::{Declaration, File, FileKind, Gap, GapKind, Settings, Source, Tree, Unit};

use environment::Environment;
use load::{Loader, Scope};
use project::Project;
use sets::{Set, Sets};

pub(super) use environment::data;
pub(super) use include::projects_of;
pub(super) use readers::{Readers, contexts_of, named_in, names_nothing};

use super::{ComposeModel, Resolved};

/// Lowers the projects that `files` are part of, each once.
pub(super) fn units(tree: &dyn Tree, files: &[Rc<File>], settings: &Settings) -> Resolved {
    let mut resolved = Resolved::default();
    let mut sets = Sets::new(tree);
    let mut seen: HashSet<Vec<BString>> = HashSet::new();
    let mut projects = Vec::new();
    for file in files {
        let set = sets.of(file);
        if !seen.insert(set.files.iter().map(|file| file.text.path.clone()).collect()) {
            continue;
        }
        if tree.over() {
            let message = "time ran out before this compose project was judged";
            resolved.gaps.push(Gap::of(GapKind::Limit, set.main.text.path.clone(), message));
            continue;
        }
        let (project, extra) = load(tree, set);
        for gap in &extra.gaps {
            if !resolved.gaps.contains(gap) {
                resolved.gaps.push(gap.clone());
            }
        }
        projects.extend(project.map(|project| (project, extra)));
    }
    let elsewhere = Elsewhere::of(&projects);
    for (project, extra) in &projects {
        if elsewhere.has_all(project, extra) {
            continue;
        }
        let (units, gaps) = lower::units(project, tree, settings);
        resolved.units.extend(units.into_iter().filter(|unit| !elsewhere.has(project, unit)));
        resolved.gaps.extend(gaps);
        let sources = extra.sources.iter().cloned();
        resolved.units.extend(sources.map(|source| declaration(project, source)));
    }
    resolved
}

/// What other projects take in, and tell of.
struct Elsewhere<'p> {
    /// Files that are included, with the files that include them.
    included: HashMap<&'p BString, Vec<&'p BString>>,
    /// Services that are extended, by file and name.
    extended: HashSet<(&'p BString, &'p str)>,
}

impl<'p> Elsewhere<'p> {
    fn of(projects: &'p [(Project, Extra)]) -> Self {
        let mut elsewhere = Self { included: HashMap::new(), extended: HashSet::new() };
        for (project, extra) in projects {
            for path in &extra.included {
                elsewhere.included.entry(path).or_default().push(&project.path);
            }
            let extended = extra.extended.iter().filter(|(path, _)| *path != project.path);
            elsewhere.extended.extend(extended.map(|(path, name)| (path, name.as_str())));
        }
        elsewhere
    }

    fn has_all(&self, project: &Project, extra: &Extra) -> bool {
        let by = self.included.get(&project.path).into_iter().flatten();
        by.into_iter().any(|by| **by != project.path && !extra.included.contains(*by))
    }

    fn has(&self, project: &Project, unit: &Declaration) -> bool {
        let Unit::Workload(workload) = &unit.unit else { return false };
        let name = workload.identity.strip_prefix("service ").unwrap_or_default();
        self.extended.contains(&(&project.path, name))
    }
}

/// Those of the files at `paths` that only change another one, with that one.
pub(super) fn variants<'p>(
    tree: &dyn Tree,
    paths: impl IntoIterator<Item = &'p BString>,
) -> Vec<(BString, BString)> {
    let mut sets = Sets::new(tree);
    let mut variants = Vec::new();
    for path in paths {
        let file = tree.file(path.as_ref()).ok().flatten();
        if let Some(file) = file.filter(|file| file.kind == Some(FileKind::Compose)) {
            variants.extend(sets.of(&file).base.map(|base| (path.clone(), base)));
        }
    }
    variants
}

/// The file that took the place of another one as what compose finds in the folder of `path`.
pub(super) fn takeover(path: &BStr, old: &dyn Tree, new: &dyn Tree) -> Option<(BString, BString)> {
    if !sets::is_default(path) {
        return None;
    }
    let folder = path::parent(path);
    let (was, now) = (sets::main_of(old, folder)?, sets::main_of(new, folder)?);
    (was != now).then_some((was, now))
}

/// The project that a file is part of, as it is judged.
pub(super) fn model(tree: &dyn Tree, path: &BStr) -> Option<ComposeModel> {
    let file = tree.file_as(path, FileKind::Compose).ok().flatten()?;
    let set = Sets::new(tree).of(&file);
    let files = set.files.iter().map(|file| file.text.path.clone()).collect();
    let (project, Extra { mut gaps, .. }) = load(tree, set);
    gaps.extend(file.gaps.iter().cloned());
    let project = project?;
    Some(ComposeModel { files, folder: project.folder, root: project.root, gaps })
}

/// What there is to say of a project besides what it declares.
struct Extra {
    sources: Vec<Source>,
    gaps: Vec<Gap>,
    /// Files that it includes.
    included: HashSet<BString>,
    /// Services of other files that it extends.
    extended: HashSet<(BString, String)>,
}

/// A set of files as one project.
fn load(tree: &dyn Tree, set: Set) -> (Option<Project>, Extra) {
    let mut loader = Loader::new(tree);
    let profiles = set.environment.get("COMPOSE_PROFILES").cloned();
    let scope = loader.scope(set.folder.as_ref(), set.environment);
    let scope = Scope { named: set.named, ..scope };
    let root = loader.model(&set.files, &scope, &mut Vec::new());
    let Loader { files, gaps, sources, included, extended, .. } = loader;
    let project = root.map(|root| Project {
        path: set.main.text.path.clone(),
        folder: set.folder,
        files,
        root,
        profiles,
    });
    (project, Extra { sources, gaps, included, extended })
}

fn declaration(project: &Project, source: Source) -> Declaration {
    let title = source.title.clone();
    let unit = Unit::Source(Box::new(source));
    Declaration { unit, path: project.path.clone(), title, body: Vec::new() }
}

#[cfg(test)]
mod tests;
