//! Which compose files read a file that changed.

use std::collections::BTreeSet;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::path::{inside, join, name, parent};
use super::sets::Sets;
use crate::model::{Declared, EntryKind, File, FileKind, HashMap, Node, Tree};

/// How far away a reader of a reader may be.
const DEEPEST: usize = 3;
/// Readers of one file that are judged.
const MOST: usize = 64;
/// Folders above a file that are looked through.
const ABOVE: usize = 8;
/// Folders beside and below a file that are looked through.
const FOLDERS: usize = 32;
/// Names of one folder that are looked at.
const NAMES: usize = 256;

/// Finds the compose files that read others; every folder is looked at once.
pub(in crate::resolve) struct Readers<'t> {
    tree: &'t dyn Tree,
    sets: Sets<'t>,
    /// The files of folders whose names say that compose reads them.
    named: HashMap<BString, Rc<[Rc<File>]>>,
}

fn path_of(file: &File) -> &BString {
    &file.text.path
}

impl<'t> Readers<'t> {
    pub(in crate::resolve) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, sets: Sets::new(tree), named: HashMap::default() }
    }

    /// The compose files whose projects take something from the file at `path`.
    pub(in crate::resolve) fn of(&mut self, path: &BStr) -> Vec<BString> {
        let Ok(Some(file)) = self.tree.file(path) else { return Vec::new() };
        if !matches!(file.kind, Some(FileKind::Compose | FileKind::Environment | FileKind::Yaml)) {
            return Vec::new();
        }
        let mut found = BTreeSet::new();
        let mut fresh = vec![file];
        for _ in 0..DEEPEST {
            let mut next = Vec::new();
            for file in fresh {
                for reader in self.direct(&file) {
                    let path = reader.text.path.clone();
                    if path != *path_of(&file) && found.len() < MOST && found.insert(path) {
                        next.push(reader);
                    }
                }
            }
            fresh = next;
        }
        found.remove(path);
        found.into_iter().collect()
    }

    /// The compose files that take something from this one directly.
    fn direct(&mut self, file: &Rc<File>) -> Vec<Rc<File>> {
        let path = path_of(file).as_bstr();
        let folder = parent(path);
        let environment = file.kind == Some(FileKind::Environment);
        let mut found = Vec::new();
        if !environment {
            found.extend(self.sets.of(file).files);
        }
        for other in self.compose_files(folder) {
            let reads = (environment && name(path) == ".env")
                || names(&other, path)
                || (!environment && self.is_part(&other, path));
            if reads {
                found.push(other);
            }
        }
        if environment {
            let main = self.sets.folder(folder).main.clone();
            found.extend(main.iter().filter_map(|path| self.read(path.as_bstr())));
        }
        for other in self.near(folder) {
            if names(&other, path) || (!environment && self.is_part(&other, path)) {
                found.push(other);
            }
        }
        found
    }

    /// Whether the project of `other` is made of the file at `path` too.
    fn is_part(&mut self, other: &Rc<File>, path: &BStr) -> bool {
        self.sets.of(other).files.iter().any(|file| path_of(file) == path)
    }

    fn read(&self, path: &BStr) -> Option<Rc<File>> {
        let file = self.tree.file(path).ok().flatten()?;
        (file.kind == Some(FileKind::Compose)).then_some(file)
    }

    /// The compose files of a folder, by their names and by their content.
    fn compose_files(&self, folder: &BStr) -> Vec<Rc<File>> {
        let names = self.tree.names(folder);
        let files = names.iter().filter(|(_, kind)| !matches!(kind, EntryKind::Folder));
        let files = files.map(|(name, _)| name).filter(|name| may_be_compose(name.as_bstr()));
        let files = files.take(NAMES);
        files.filter_map(|name| self.read(join(folder, name.as_bstr()).as_bstr())).collect()
    }

    /// The compose files of the folders above, and of those beside and below.
    fn near(&mut self, folder: &BStr) -> Vec<Rc<File>> {
        let mut folders = Vec::new();
        let mut above = folder;
        while !above.is_empty() && folders.len() < ABOVE {
            above = parent(above);
            folders.push(above.to_owned());
        }
        let around = if folder.is_empty() { vec![folder] } else { vec![parent(folder), folder] };
        for around in around {
            let inner = self.tree.names(around);
            let inner = inner.iter().filter(|(_, kind)| *kind == EntryKind::Folder).take(FOLDERS);
            let inner = inner.map(|(name, _)| join(around, name.as_bstr()));
            folders.extend(inner.filter(|inner| inner != folder));
        }
        folders.iter().flat_map(|folder| self.named(folder.as_bstr()).to_vec()).collect()
    }

    fn named(&mut self, folder: &BStr) -> Rc<[Rc<File>]> {
        if let Some(known) = self.named.get(folder) {
            return Rc::clone(known);
        }
        let names = self.tree.names(folder);
        let names = names.iter().filter(|(name, _)| is_named_compose(name.as_bstr())).take(NAMES);
        let named: Rc<[Rc<File>]> = names
            .filter_map(|(name, _)| self.read(join(folder, name.as_bstr()).as_bstr()))
            .collect();
        self.named.insert(folder.to_owned(), Rc::clone(&named));
        named
    }
}

/// Whether a file says that it takes something from a file of that name.
fn names(other: &File, path: &BStr) -> bool {
    let text = &other.text.content;
    let name = name(path).to_str_lossy();
    ["extends", "include", "env_file", "file:"].iter().any(|word| text.contains(word))
        && text.contains(&*name)
}

/// What compose files of one folder name, whatever it is called: by `build.dockerfile`, by `env_file`.
pub(in crate::resolve) fn named_in(folder: &BStr, tree: &dyn Tree) -> Vec<(BString, FileKind)> {
    let mut found = Vec::new();
    let names = tree.names(folder);
    let names = names.iter().filter(|(_, kind)| *kind == EntryKind::File);
    for (name, _) in names.filter(|(name, _)| is_named_compose(name.as_bstr())).take(NAMES) {
        let Ok(Some(file)) = tree.file(join(folder, name.as_bstr()).as_bstr()) else { continue };
        let Declared::Tree(documents) = &file.declared else { continue };
        let services = documents.iter().filter_map(|document| document.get("services"));
        for service in services.flat_map(Node::entries) {
            let build = |key: &str| service.value.get("build")?.get(key)?.text();
            let context = inside(folder, build("context").unwrap_or("."));
            let dockerfile = context.zip(build("dockerfile"));
            let dockerfile = dockerfile.and_then(|(context, name)| inside(context.as_bstr(), name));
            found.extend(dockerfile.map(|path| (path, FileKind::Dockerfile)));
            let files = service.value.get("env_file").into_iter().flat_map(|node| {
                let one = std::slice::from_ref(node);
                if node.is_list() { node.items() } else { one }
            });
            let files = files.filter_map(|node| node.get("path").unwrap_or(node).text());
            let files = files.filter_map(|text| inside(folder, text));
            found.extend(files.map(|path| (path, FileKind::Environment)));
        }
    }
    found
}

/// The folders that the Dockerfile at `path` is built in, as compose files of its own folder and of
/// those above say.
pub(in crate::resolve) fn contexts_of(path: &BStr, tree: &dyn Tree) -> Vec<BString> {
    let mut found = Vec::new();
    let (mut folder, mut left) = (parent(path), ABOVE);
    loop {
        let names = tree.names(folder);
        let names = names
            .iter()
            .filter(|(name, kind)| *kind == EntryKind::File && is_named_compose(name.as_bstr()));
        for (name, _) in names.take(NAMES) {
            let file = tree.file(join(folder, name.as_bstr()).as_bstr()).ok().flatten();
            let Some(Declared::Tree(documents)) = file.as_ref().map(|file| &file.declared) else {
                continue;
            };
            let services = documents.iter().filter_map(|document| document.get("services"));
            for build in services.flat_map(Node::entries).filter_map(|it| it.value.get("build")) {
                let said = |key: &str| build.get(key).and_then(Node::text);
                let context = said("context").or_else(|| build.text()).unwrap_or(".");
                let context = inside(folder, context);
                let dockerfile = said("dockerfile").unwrap_or("Dockerfile");
                found.extend(context.filter(|context| {
                    inside(context.as_bstr(), dockerfile).is_some_and(|built| built == path)
                        && !found.contains(context)
                }));
            }
        }
        if folder.is_empty() || left == 0 {
            return found;
        }
        (folder, left) = (parent(folder), left - 1);
    }
}

/// Whether no compose file stands in a folder.
pub(in crate::resolve) fn names_nothing(folder: &BStr, tree: &dyn Tree) -> bool {
    let names = tree.names(folder);
    !names.iter().any(|(name, kind)| *kind == EntryKind::File && is_named_compose(name.as_bstr()))
}

fn may_be_compose(name: &BStr) -> bool {
    [".yml", ".yaml", ".json"].iter().any(|end| name.ends_with(end.as_bytes()))
}

fn is_named_compose(name: &BStr) -> bool {
    may_be_compose(name) && name.to_ascii_lowercase().contains_str("compose")
}
