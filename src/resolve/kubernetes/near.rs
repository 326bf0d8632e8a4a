//! Objects of other files of a folder that are judged with those of a changed one.

use bstr::{BStr, BString, ByteSlice as _};

use super::object::{Object, objects};
use super::{rbac, selection};
use crate::model::{Declared, EntryKind, FileKind, Tree};

/// How many files of a folder are looked at.
const MOST: usize = 64;

/// Files beside one, or together with it in a kustomization: those whose policies and Services
/// select its pods, those whose pods its own select, those whose roles its bindings give. None
/// where there are too many.
pub(in crate::resolve) fn readers_of(
    path: &BStr,
    tree: &dyn Tree,
    together: impl FnOnce() -> Vec<BString>,
) -> Vec<BString> {
    let own = Objects::of(path, tree);
    if !own.concern_others() || tree.over() {
        return Vec::new();
    }
    let folder = path.rfind_byte(b'/').map_or(b"".as_bstr(), |at| path[..at].as_bstr());
    let beside: Vec<BString> = tree
        .names(folder)
        .iter()
        .filter(|(name, kind)| *kind == EntryKind::File && is_structured(name))
        .map(|(name, _)| {
            let inside = || [folder.as_bytes(), name].join(&b'/').into();
            if folder.is_empty() { name.clone() } else { inside() }
        })
        .filter(|beside| beside != path)
        .take(MOST + 1)
        .collect();
    let few = |paths: Vec<BString>| if paths.len() > MOST { Vec::new() } else { paths };
    let mut all = few(beside);
    all.extend(few(together()));
    all.sort_unstable();
    all.dedup();
    all.into_iter().filter(|path| own.meet(&Objects::of(path.as_ref(), tree))).collect()
}

fn is_structured(name: &BString) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end.as_bytes()))
}

/// What kinds of object a file holds.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "one for each kind")]
struct Objects {
    pods: bool,
    selects: bool,
    roles: bool,
    bindings: bool,
}

impl Objects {
    fn of(path: &BStr, tree: &dyn Tree) -> Self {
        let Ok(Some(file)) = tree.file(path) else { return Self::default() };
        let (Declared::Tree(documents), Some(FileKind::Kubernetes | FileKind::Template)) =
            (&file.declared, file.kind)
        else {
            return Self::default();
        };
        let all = objects(documents, &file);
        let any = |is: fn(&Object) -> bool| all.iter().any(is);
        Self {
            pods: any(selection::is_selected),
            selects: any(selection::selects),
            roles: any(rbac::is_role),
            bindings: any(rbac::is_binding),
        }
    }

    fn concern_others(&self) -> bool {
        self.pods || self.selects || self.roles || self.bindings
    }

    fn meet(&self, other: &Self) -> bool {
        self.selects && (other.pods || other.selects)
            || self.pods && other.selects
            || self.roles && other.bindings
            || self.bindings && other.roles
    }
}
