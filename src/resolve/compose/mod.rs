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

use std::collections::HashSet;
use std::rc::Rc;

use bstr::BString;

use crate::model::{Declaration, File, Gap, GapKind, Settings, Source, Tree, Unit};

use environment::Environment;
use load::Loader;
use project::Project;
use sets::{Set, Sets};

pub(super) use readers::readers_of;

use super::Resolved;

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
        let main = set.main.text.path.clone();
        resolved.variants.extend(set.base.clone().map(|base| (main, base)));
        let own: HashSet<BString> = set.files.iter().map(|file| file.text.path.clone()).collect();
        let (project, sources, gaps) = load(tree, set);
        resolved.gaps.extend(
            gaps.into_iter().filter(|gap| !resolved.gaps.contains(gap)).collect::<Vec<_>>(),
        );
        let Some(project) = project else { continue };
        let paths = project.files.iter().map(|file| file.text.path.clone());
        let takes = paths.filter(|path| !own.contains(path)).collect();
        projects.push(Loaded { project, sources, takes });
    }
    for (at, Loaded { project, sources, .. }) in projects.iter().enumerate() {
        if is_part(at, &projects) {
            continue;
        }
        let (units, gaps) = lower::units(project, tree, settings);
        resolved.units.extend(units);
        resolved.gaps.extend(gaps);
        resolved.units.extend(sources.iter().cloned().map(|source| declaration(project, source)));
    }
    resolved
}

/// A project, and the files that it includes or extends services of.
struct Loaded {
    project: Project,
    sources: Vec<Source>,
    takes: HashSet<BString>,
}

/// Whether another project takes in what this one declares: then it is told of there.
fn is_part(at: usize, projects: &[Loaded]) -> bool {
    let Some(this) = projects.get(at) else { return false };
    projects.iter().enumerate().any(|(other, project)| {
        other != at
            && project.takes.contains(&this.project.path)
            && !this.takes.contains(&project.project.path)
    })
}

/// A set of files as one project.
fn load(tree: &dyn Tree, set: Set) -> (Option<Project>, Vec<Source>, Vec<Gap>) {
    let mut loader = Loader::new(tree);
    let scope = loader.scope(set.folder.as_ref(), set.environment);
    let root = loader.model(&set.files, &scope, &mut Vec::new());
    let Loader { files, gaps, sources, .. } = loader;
    let project = root.map(|root| Project {
        path: set.main.text.path.clone(),
        folder: set.folder,
        file: set.main,
        files,
        root,
        environment: scope.environment,
    });
    (project, sources, gaps)
}

fn declaration(project: &Project, source: Source) -> Declaration {
    let title = source.title.clone();
    let unit = Unit::Source(Box::new(source));
    Declaration { unit, path: project.path.clone(), title, body: Vec::new() }
}
