//! One revision's declarations in, declared units out.

mod compose;
mod context;
mod expand;
mod helm;
mod kubernetes;
mod kustomize;
mod other;
mod reference;
mod shell;
mod stage;

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use crate::model::{Declaration, Declared, File, FileKind, Gap, Node, Settings, Tree, Unit};

pub use context::{Names, Walked, dockerfiles_of, is_sensitive};
pub use stage::is_entry_script;

/// Finds what reads a file of one revision.
pub struct Readers<'t> {
    tree: &'t dyn Tree,
    projects: compose::Readers<'t>,
    kustomizations: kustomize::Namers<'t>,
}

impl std::fmt::Debug for Readers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

impl<'t> Readers<'t> {
    /// The readers of a revision's files.
    pub fn new(tree: &'t dyn Tree) -> Self {
        let kustomizations = kustomize::Namers::new(tree);
        Self { tree, projects: compose::Readers::new(tree), kustomizations }
    }

    /// The files whose units depend on the one at `path`: the compose file that extends it, the
    /// kustomization that names it. Bounded to what lies near it.
    pub fn of(&mut self, path: &BStr) -> Vec<BString> {
        let mut readers = self.by_name(path);
        readers.extend(self.projects.of(path));
        let beside = || self.kustomizations.beside(path);
        readers.extend(kubernetes::readers_of(path, self.tree, beside));
        readers
    }

    /// Those of them that take a file by its name, whatever it holds: its content is not asked for.
    pub fn by_name(&mut self, path: &BStr) -> Vec<BString> {
        let mut readers: Vec<BString> = other::readers_of(path).into_iter().collect();
        readers.extend(helm::readers_of(path, self.tree));
        readers.extend(self.kustomizations.of(path));
        readers
    }
}

/// Those of the files at `paths` that only say what is different from another one, with that one: a
/// unit of theirs that is new is compared with what it changes.
pub fn variants<'p>(
    tree: &dyn Tree,
    paths: impl IntoIterator<Item = &'p BString> + Clone,
) -> Vec<(BString, BString)> {
    let mut variants = compose::variants(tree, paths.clone());
    variants.extend(kustomize::variants(tree, paths));
    variants
}

/// The file that Compose found in the folder of a changed path, and the one that it finds now,
/// where that is another one.
pub fn takeover(path: &BStr, old: &dyn Tree, new: &dyn Tree) -> Option<(BString, BString)> {
    compose::takeover(path, old, new)
}

/// The compose projects that the file at `path` takes in whole: what they declare is no less theirs.
pub fn included_projects(tree: &dyn Tree, path: &BStr) -> Vec<BString> {
    compose::projects_of(tree, path)
}

/// Dockerfiles and environment files that compose files and the kustomization of one folder name,
/// whatever they are called.
pub fn named_in(folder: &BStr, tree: &dyn Tree) -> Vec<(BString, FileKind)> {
    let mut named = compose::named_in(folder, tree);
    named.extend(kustomize::named_in(folder, tree));
    named
}

/// Whether no compose file stands in a folder, so that [`named_in`] finds nothing: its names tell.
pub fn names_nothing(folder: &BStr, tree: &dyn Tree) -> bool {
    compose::names_nothing(folder, tree)
}

/// A compose project as it is judged, for comparison with what Compose itself makes of it.
#[derive(Debug)]
pub struct ComposeModel {
    /// The files it is made of, in the order they are merged.
    pub files: Vec<BString>,
    /// The folder that its paths count from.
    pub folder: BString,
    /// Its top level, merged and interpolated.
    pub root: Node,
    /// What is wrong with it.
    pub gaps: Vec<Gap>,
}

/// The compose project that the file at `path` is part of.
pub fn compose_model(tree: &dyn Tree, path: &BStr) -> Option<ComposeModel> {
    compose::model(tree, path)
}

/// The declared units of the affected files of one revision.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Every unit.
    pub units: Vec<Declaration>,
    /// What could not be resolved.
    pub gaps: Vec<Gap>,
}

impl Resolved {
    fn add(&mut self, more: Self) {
        self.units.extend(more.units);
        self.gaps.extend(more.gaps);
    }
}

/// Whether the units of a file depend on no other affected file: then each can be lowered by itself.
pub fn stands_alone(tree: &dyn Tree, path: &BStr) -> bool {
    let file = tree.file(path).ok().flatten();
    file.is_none_or(|file| !matches!(file.declared, Declared::Tree(_) | Declared::Environment(_)))
}

/// Lowers the files at `paths` (those that exist in `tree`) to units.
pub fn units(tree: &dyn Tree, paths: &[BString], names: &Names, settings: &Settings) -> Resolved {
    let mut resolved = Resolved::default();
    let mut structured = Vec::new();
    for path in paths {
        match tree.file(path.as_ref()) {
            Ok(Some(file)) if matches!(file.declared, Declared::Tree(_)) => {
                resolved.gaps.extend(file.gaps.iter().cloned());
                structured.push(file);
            }
            Ok(Some(file)) => lower(tree, path.as_ref(), &file, names, settings, &mut resolved),
            Ok(None) => {}
            Err(gap) => resolved.gaps.push(gap),
        }
    }
    // One reader per kind of file takes all of its files at once.
    let of = |kinds: &[FileKind]| -> Vec<Rc<File>> {
        let is = |file: &&Rc<File>| file.kind.is_some_and(|kind| kinds.contains(&kind));
        structured.iter().filter(is).cloned().collect()
    };
    resolved.add(compose::units(tree, &of(&[FileKind::Compose]), settings));
    let mut objects = Vec::new();
    for file in of(&[FileKind::Kubernetes]) {
        if let Declared::Tree(documents) = &file.declared {
            objects.extend(kubernetes::objects(documents, &file));
        }
    }
    let mut made = kustomize::made(tree, &of(&[FileKind::Kustomization]));
    resolved.units.retain(|unit| !made.holds(unit));
    objects.retain(|object| made.leaves(object));
    for object in &mut objects {
        made.settle(object, tree);
    }
    objects.extend(made.objects);
    resolved.add(made.resolved);
    let mut charts = helm::Charts::new(tree);
    for (file, documents) in charts.fill(&of(&[FileKind::Template])) {
        objects.extend(kubernetes::objects(&documents, &file));
    }
    resolved.units.extend(objects.iter().flat_map(helm::of_object));
    resolved.add(helm::charts(tree, &of(&[FileKind::Chart])));
    resolved.add(charts.values(&of(&[FileKind::Values]), &objects, settings));
    resolved.add(kubernetes::units(&objects, tree, settings));
    resolved.add(other::units(tree, &of(other::KINDS)));
    resolved
}

fn lower(
    tree: &dyn Tree,
    path: &BStr,
    file: &Rc<File>,
    names: &Names,
    settings: &Settings,
    out: &mut Resolved,
) {
    out.gaps.extend(file.gaps.iter().cloned());
    let Declared::Dockerfile(dockerfile) = &file.declared else {
        out.units.extend(compose::data(file).or_else(|| git_file(path, file)));
        return;
    };
    let (mut stages, gaps) = stage::stages(dockerfile, &file.text, settings);
    out.gaps.extend(gaps);
    let own = path.rfind_byte(b'/').and_then(|at| path.get(..at)).unwrap_or_default();
    out.gaps.extend(stage::executes(&mut stages, tree, &[own.as_bstr(), b"".as_bstr()]));
    let contexts = context::contexts(path, &stages, tree, names, settings);
    let declaration = |unit: Unit, title: String, body: Vec<String>| Declaration {
        unit,
        path: path.into(),
        title,
        body,
    };
    out.units.push(declaration(Unit::Dockerfile(file.text.file), "file".into(), Vec::new()));
    for stage in stages {
        let (title, body) = (stage.title(), stage::body(&stage, &file.text));
        out.units.push(declaration(Unit::Stage(Box::new(stage)), title, body));
    }
    for context in contexts {
        out.gaps.extend(context.gaps.iter().cloned());
        let title = context.title();
        out.units.push(declaration(Unit::Context(Box::new(context)), title, Vec::new()));
    }
}

/// The unit of a file that tells git how to treat others.
fn git_file(path: &BStr, file: &File) -> Option<Declaration> {
    let title = match file.declared {
        Declared::Attributes(_) => "attributes",
        Declared::Submodules(_) => "submodules",
        _ => return None,
    };
    let unit = Unit::GitFile(file.text.file);
    Some(Declaration { unit, path: path.into(), title: title.into(), body: Vec::new() })
}
