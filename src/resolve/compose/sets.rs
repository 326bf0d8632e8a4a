//! Which files make one project.
//!
//! Source: compose-go, `cli/options.go`.

use std::collections::hash_map::Entry as Slot;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::Environment;
use super::path::{inside, join, name, parent};
use crate::model::{Declared, EntryKind, File, FileKind, HashMap, Node, Span, Tree};

/// What compose looks for, in this order.
const DEFAULT: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// What it merges over the default, in this order.
const OVERRIDE: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];
/// Files that `COMPOSE_FILE` may name.
const MOST: usize = 32;
/// Folders above a file in which its project may be.
const ABOVE: usize = 2;
/// Files of a folder that are looked through for what an override changes.
const SIBLINGS: usize = 16;

/// The files of one project.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// In the order they are merged.
    pub(super) files: Vec<Rc<File>>,
    /// The one that its units are told of.
    pub(super) main: Rc<File>,
    /// The file that this one only says what is different from.
    pub(super) base: Option<BString>,
    /// The line that names them, where compose would not find them by itself.
    pub(super) named: Option<Span>,
    /// The folder that its paths count from.
    pub(super) folder: BString,
    /// What it is interpolated with.
    pub(super) environment: Environment,
}

/// What compose finds in a folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    environment: Environment,
    /// What is loaded where nothing else is said.
    pub(super) main: Vec<BString>,
    /// The line that names it.
    named: Option<Span>,
}

/// The folders of one revision, each looked at once.
pub(super) struct Sets<'t> {
    tree: &'t dyn Tree,
    folders: HashMap<BString, Rc<Folder>>,
}

impl<'t> Sets<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, folders: HashMap::default() }
    }

    /// The project that a file is part of.
    pub(super) fn of(&mut self, file: &Rc<File>) -> Set {
        let path = file.text.path.as_bstr();
        for above in above(path) {
            let folder = self.folder(above);
            if folder.main.contains(&file.text.path) {
                return self.set(file, &folder.main, None, &folder);
            }
        }
        let own = self.folder(parent(path));
        match self.base(file) {
            Some(base) => {
                let folder = self.folder(parent(base.as_bstr()));
                let paths = [base.clone(), file.text.path.clone()];
                self.set(file, &paths, Some(base), &folder)
            }
            None => self.set(file, std::slice::from_ref(&file.text.path), None, &own),
        }
    }

    fn set(
        &mut self,
        file: &Rc<File>,
        paths: &[BString],
        base: Option<BString>,
        folder: &Folder,
    ) -> Set {
        let read = |path: &BString| self.tree.file_as(path.as_bstr(), FileKind::Compose);
        let files: Vec<Rc<File>> =
            paths.iter().filter_map(|path| read(path).ok().flatten()).collect();
        let first = paths.first().map_or(BStr::new(""), |path| parent(path.as_bstr()));
        let mut environment = folder.environment.clone();
        environment.add(self.folder(first).environment.clone());
        let main = if base.is_some() { files.last() } else { files.first() };
        let main = Rc::clone(main.unwrap_or(file));
        let named = if base.is_none() && paths.len() > 1 { folder.named } else { None };
        Set { main, folder: first.into(), files, base, named, environment }
    }

    /// What compose finds in a folder.
    pub(super) fn folder(&mut self, folder: &BStr) -> Rc<Folder> {
        match self.folders.entry(folder.into()) {
            Slot::Occupied(known) => Rc::clone(known.get()),
            Slot::Vacant(free) => Rc::clone(free.insert(Rc::new(look(self.tree, folder)))),
        }
    }

    /// The file that another one only changes: one that declares what it lacks.
    fn base(&mut self, file: &File) -> Option<BString> {
        let lacking = lacking(file);
        if lacking.is_empty() {
            return None;
        }
        let path = file.text.path.as_bstr();
        for above in above(path) {
            let main = self.folder(above).main.first().cloned();
            if let Some(main) = main.filter(|main| self.declares(main.as_bstr(), &lacking)) {
                return Some(main);
            }
        }
        let folder = parent(path);
        let mut beside: Vec<BString> = self
            .tree
            .names(folder)
            .iter()
            .filter(|(other, kind)| *kind != EntryKind::Folder && *other != name(path))
            .filter(|(other, _)| named_like(other.as_bstr(), name(path)))
            .map(|(name, _)| name.clone())
            .collect();
        beside.sort_by_key(|name| (name.len(), name.clone()));
        let beside = beside.into_iter().take(SIBLINGS).map(|name| join(folder, name.as_bstr()));
        beside.into_iter().find(|other| self.declares(other.as_bstr(), &lacking))
    }

    /// Whether a file says what each of these services runs.
    fn declares(&self, path: &BStr, services: &[String]) -> bool {
        let Ok(Some(file)) = self.tree.file_as(path, FileKind::Compose) else { return false };
        let includes = documents(&file).iter().any(|root| root.get("include").is_some());
        includes
            || services.iter().all(|name| {
                documents(&file).iter().any(|root| {
                    let service = root.get("services").and_then(|services| services.get(name));
                    service.is_some_and(runs)
                })
            })
    }
}

/// What is loaded in a folder where nothing else is said.
pub(super) fn main_of(tree: &dyn Tree, folder: &BStr) -> Option<BString> {
    look(tree, folder).main.into_iter().next()
}

/// Whether compose looks for a file of that name by itself.
pub(super) fn is_default(path: &BStr) -> bool {
    DEFAULT.iter().any(|default| name(path) == *default)
}

/// The folder of a path and those above it.
pub(super) fn above(path: &BStr) -> Vec<&BStr> {
    let mut folders = vec![parent(path)];
    while let Some(last) = folders.last().filter(|last| !last.is_empty())
        && folders.len() <= ABOVE
    {
        folders.push(parent(last));
    }
    folders
}

/// `docker-compose.yml` and `docker-compose.prod.yml`: both are YAML, and of the same family.
fn named_like(other: &BStr, own: &BStr) -> bool {
    let yaml = other.ends_with(b".yml") || other.ends_with(b".yaml");
    let family = |name: &BStr| {
        let name = name.to_str_lossy().to_ascii_lowercase();
        name.split(['.', '-', '_']).next().unwrap_or_default().to_owned()
    };
    yaml && family(other) == family(own)
}

fn documents(file: &File) -> &[Node] {
    if let Declared::Tree(documents) = &file.declared { documents } else { &[] }
}

/// A service that says what it runs.
pub(super) fn runs(service: &Node) -> bool {
    ["image", "build", "extends", "provider"].iter().any(|key| service.get(key).is_some())
}

/// The services of a file that don't say what they run.
fn lacking(file: &File) -> Vec<String> {
    let services = documents(file).iter().filter_map(|root| root.get("services"));
    let lacking = services.flat_map(Node::entries).filter(|entry| !runs(&entry.value));
    lacking.map(|entry| entry.key.value.clone()).collect()
}

fn look(tree: &dyn Tree, folder: &BStr) -> Folder {
    let environment = Environment::of(tree, join(folder, ".env".into()).as_bstr());
    let named = named(tree, folder, &environment);
    if named.is_empty() {
        return Folder { environment, main: default(tree, folder), named: None };
    }
    let line = environment.get("COMPOSE_FILE").map(|variable| variable.place.span);
    Folder { environment, main: named, named: line }
}

/// What `COMPOSE_FILE` names, as far as it is there.
fn named(tree: &dyn Tree, folder: &BStr, environment: &Environment) -> Vec<BString> {
    let Some(list) = environment.value("COMPOSE_FILE") else { return Vec::new() };
    let separator = environment.value("COMPOSE_PATH_SEPARATOR").filter(|text| !text.is_empty());
    let separator = separator.unwrap_or(if list.contains(';') { ";" } else { ":" });
    let paths = list.split(separator).take(MOST).filter_map(|text| inside(folder, text.trim()));
    let there = |path: &BString| {
        matches!(tree.file_as(path.as_bstr(), FileKind::Compose), Ok(Some(file))
            if matches!(file.declared, Declared::Tree(_)))
    };
    paths.filter(there).collect()
}

/// What compose looks for by itself.
fn default(tree: &dyn Tree, folder: &BStr) -> Vec<BString> {
    let there = |name: &&&str| {
        let kind = tree.kind(join(folder, (**name).into()).as_bstr());
        kind.is_some_and(|kind| kind != EntryKind::Folder)
    };
    let Some(main) = DEFAULT.iter().find(there) else { return Vec::new() };
    let over = OVERRIDE.iter().find(there);
    [Some(main), over].into_iter().flatten().map(|name| join(folder, (*name).into())).collect()
}
