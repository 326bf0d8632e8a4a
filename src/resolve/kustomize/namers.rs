//! Which kustomizations name a file, and which files they bring together with it.

use std::collections::HashMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::{Chain, DEPTH, Reach, is_kustomization, kustomization};
use crate::model::{File, FileKind, Tree};
use crate::resolve::helm::split;

/// How many folders above a file are looked through for what names it.
const ABOVE: usize = 3;

/// The kustomizations that name files, those of a folder and of the folders above looked up once.
pub(in crate::resolve) struct Namers<'t> {
    tree: &'t dyn Tree,
    above: HashMap<BString, Rc<[Rc<File>]>>,
    resources: HashMap<BString, Rc<[BString]>>,
}

impl<'t> Namers<'t> {
    pub(in crate::resolve) fn new(tree: &'t dyn Tree) -> Self {
        Self { tree, above: HashMap::new(), resources: HashMap::new() }
    }

    /// The kustomizations that name a file; of a kustomization, the files that it builds on.
    pub(in crate::resolve) fn of(&mut self, path: &BStr) -> Vec<BString> {
        let (folder, name) = split(path);
        if is_kustomization(name) {
            return resources(path, self.tree);
        }
        let name = name.to_str_lossy();
        let names = |file: &&Rc<File>| file.text.content.contains(&*name);
        self.above(folder).iter().filter(names).map(|file| file.text.path.clone()).collect()
    }

    /// The other files that a kustomization above one brings together with it.
    pub(in crate::resolve) fn beside(&mut self, path: &BStr) -> Vec<BString> {
        let (folder, name) = split(path);
        let (name, within) = (name.to_str_lossy(), split(folder).1.to_str_lossy());
        let mut found = Vec::new();
        for file in self.above(folder).iter() {
            let text = &file.text.content;
            if !text.contains(&*name) && (within.is_empty() || !text.contains(&*within)) {
                continue;
            }
            let tree = self.tree;
            let all = self
                .resources
                .entry(file.text.path.clone())
                .or_insert_with_key(|path| resources(path.as_bstr(), tree).into());
            if all.iter().any(|resource| resource == path) {
                found.extend(all.iter().filter(|resource| *resource != path).cloned());
            }
        }
        found
    }

    fn above(&mut self, folder: &BStr) -> Rc<[Rc<File>]> {
        if let Some(known) = self.above.get(folder) {
            return Rc::clone(known);
        }
        let (mut found, mut at) = (Vec::new(), folder);
        for _ in 0..=ABOVE {
            found.extend(kustomization(self.tree, at));
            if at.is_empty() {
                break;
            }
            at = split(at).0;
        }
        let found: Rc<[Rc<File>]> = found.into();
        self.above.insert(folder.to_owned(), Rc::clone(&found));
        found
    }
}

/// The files with objects that the kustomization at `path` builds on.
pub(super) fn resources(path: &BStr, tree: &dyn Tree) -> Vec<BString> {
    let Ok(Some(file)) = tree.file_as(path, FileKind::Kustomization) else { return Vec::new() };
    let mut reach = Reach::new(tree, &file);
    reach.collect(&file, DEPTH, &Chain::default());
    reach.found.into_iter().map(|resource| resource.file.text.path.clone()).collect()
}
