//! A Dockerfile, its context folder and the ignore file that counts become a build context.
//!
//! Source: BuildKit `frontend/dockerui` (Docker's order of ignore files); buildah `pkg/parse`,
//! `ContainerIgnoreFile` (Podman's).

mod copies;
mod reach;
mod sensitive;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use copies::Source;

use super::compose;
use crate::model::{BuildContext, EntryKind, Gap, Glob, Reached, Settings, Stage, Tree, clean};

/// Which names below a context are looked at, beside the probes.
#[derive(Clone, Debug)]
pub enum Names {
    /// All of the tree: the ignore file or a `COPY` that feeds it changed.
    Walk(Walked),
    /// These paths, relative to the top: the sensitive names among the changed ones.
    Only(Vec<BString>),
    /// None, the probes included: nothing that feeds the context changed, so both revisions have
    /// the same one.
    Same,
}

impl Names {
    /// All of one revision's tree, each folder walked once.
    #[must_use]
    pub fn walk() -> Self {
        Self::Walk(Walked::default())
    }
}

/// The sensitive names below context folders of one revision: many Dockerfiles have the same one.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    below: RefCell<HashMap<BString, Listed>>,
    taken: Cell<usize>,
}

type Listed = Result<Rc<[BString]>, Gap>;

impl Walked {
    fn below(&self, folder: &BStr, tree: &dyn Tree) -> Listed {
        if let Some(known) = self.below.borrow().get(folder) {
            return known.clone();
        }
        let sensitive = |path: &BStr| sensitive::kind(path).is_some();
        let found = tree.below(folder, &|path| !sensitive::foreign(path), &sensitive);
        let found = found.map(Rc::from);
        self.below.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }

    /// One more name of a context; `false` where there are too many in all contexts together.
    fn take(&self) -> bool {
        self.taken.set(self.taken.get() + 1);
        self.taken.get() <= MOST_TAKEN
    }
}

/// Sensitive names in the contexts of all Dockerfiles together.
const MOST_TAKEN: usize = 100_000;
/// Folders below an ignore file in which Dockerfiles are looked for.
const MOST_FOLDERS: usize = 128;
/// Dockerfiles that one ignore file is asked about.
const MOST_DOCKERFILES: usize = 128;
/// Sources that are looked up to find out which folder a Dockerfile is built in.
const MOST_SOURCES: usize = 16;

/// The build contexts that a Dockerfile can be built with: none if it copies nothing.
pub(super) fn contexts(
    path: &BStr,
    stages: &[Stage],
    tree: &dyn Tree,
    names: &Names,
    settings: &Settings,
) -> Vec<BuildContext> {
    if matches!(names, Names::Same) {
        return Vec::new();
    }
    let sources = copies::sources(stages);
    if sources.is_empty() {
        return Vec::new();
    }
    let folders = folders(path, parent(path), &sources, tree, settings);
    let made = folders.into_iter().map(|folder| context(path, folder, &sources, tree, names));
    let mut contexts: Vec<BuildContext> = made.collect();
    if let [own, above] = contexts.as_mut_slice() {
        once(own, above);
    }
    contexts
}

/// A file that the context in the Dockerfile's own folder takes in is told there, and not again in
/// the one above: only one of the two is ever built.
fn once(own: &BuildContext, above: &mut BuildContext) {
    let prefix = join(own.folder.as_ref(), b"");
    let path = |reached: &Reached| join(above.folder.as_ref(), reached.path.as_bytes());
    let kept: Vec<bool> = above
        .reached
        .iter()
        .map(|reached| {
            let path = path(reached);
            let below = path.strip_prefix(prefix.as_slice()).filter(|_| reached.file.is_some());
            !below.is_some_and(|below| {
                own.reached.iter().any(|own| {
                    own.path.as_bytes() == below
                        && own.file.is_some()
                        && own.copied == reached.copied
                })
            })
        })
        .collect();
    let mut kept = kept.into_iter();
    above.reached.retain(|_| kept.next().unwrap_or(true));
}

/// The build context in a folder that is known; `None` if nothing is copied out of it.
pub(super) fn within(
    path: &BStr,
    folder: &BStr,
    stages: &[Stage],
    tree: &dyn Tree,
) -> Option<BuildContext> {
    let sources = copies::sources(stages);
    let names = Names::Only(Vec::new());
    (!sources.is_empty()).then(|| context(path, folder.into(), &sources, tree, &names))
}

fn context(
    path: &BStr,
    folder: BString,
    sources: &[Source],
    tree: &dyn Tree,
    names: &Names,
) -> BuildContext {
    let mut context = BuildContext {
        dockerfile: path.into(),
        build: None,
        above: folder != parent(path),
        folder,
        reached: Vec::new(),
        gaps: Vec::new(),
    };
    reach::reach(&mut context, sources, tree, names);
    context
}

/// The context folders: what the settings or compose files say, else the Dockerfile's own and the
/// top, the one left out that plainly doesn't hold what is copied.
fn folders(
    path: &BStr,
    own: &BStr,
    sources: &[Source],
    tree: &dyn Tree,
    settings: &Settings,
) -> Vec<BString> {
    let said = settings
        .contexts
        .iter()
        .filter(|(glob, _)| Glob::new(glob).is_ok_and(|glob| glob.matches(path)));
    let said: Vec<BString> = said
        .map(|(_, folder)| clean(&format!("/{folder}")).trim_start_matches('/').into())
        .collect();
    let top: &BStr = b"".into();
    if !said.is_empty() {
        return said;
    }
    if own.is_empty() {
        return vec![top.into()];
    }
    let said = compose::contexts_of(path, tree);
    if !said.is_empty() {
        return said;
    }
    let (here, above) = (held(own, sources, tree), held(top, sources, tree));
    let entries = tree.names(own);
    let own_ignore = entries.iter().any(|(name, _)| reach::CONTEXT_WIDE.contains(&name.as_slice()));
    // Nothing but Dockerfiles and scripts: such a folder is built from above.
    let bare = entries.iter().all(|(name, kind)| {
        *kind == EntryKind::File
            && (sensitive::names_dockerfile(name.as_ref())
                || [&b".sh"[..], b".conf", b".dockerignore", b".md", b".yml", b".yaml"]
                    .iter()
                    .any(|ending| name.ends_with(ending)))
    });
    match (here, above) {
        (1.., 0) => vec![own.into()],
        (0, 1..) => vec![top.into()],
        _ if own_ignore => vec![own.into()],
        (0, 0) if bare => vec![top.into()],
        _ => vec![own.into(), top.into()],
    }
}

/// How many of the plainly written sources a folder holds.
fn held(folder: &BStr, sources: &[Source], tree: &dyn Tree) -> usize {
    let plain = sources.iter().map(|source| source.path.as_str());
    let plain = plain.filter(|path| !path.is_empty() && !path.contains(['*', '?', '[', '$']));
    plain.take(MOST_SOURCES).filter(|path| tree.kind(join(folder, path).as_ref()).is_some()).count()
}

/// The Dockerfiles that a changed ignore file counts for: bounded to its folder, and the folders
/// directly below it.
pub fn dockerfiles_of(ignore: &BStr, tree: &dyn Tree) -> Vec<BString> {
    let folder = parent(ignore);
    let name = ignore.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let entries = tree.names(folder);
    let own = [&b".dockerignore"[..], b".containerignore"]
        .iter()
        .find_map(|ending| name.strip_suffix(*ending))
        .unwrap_or_default();
    if !own.is_empty() {
        return vec![join(folder, own)];
    }
    let mut found = Vec::new();
    let mut take = |folder: &BStr, entries: &[(BString, EntryKind)]| {
        let files =
            entries.iter().filter(|(_, kind)| matches!(kind, EntryKind::File | EntryKind::Link));
        let files = files.filter(|(name, _)| sensitive::names_dockerfile(name.as_ref()));
        found.extend(files.map(|(name, _)| join(folder, name)));
    };
    take(folder, &entries);
    let below = entries.iter().filter(|(_, kind)| *kind == EntryKind::Folder);
    for (name, _) in below.take(MOST_FOLDERS) {
        let folder = join(folder, name);
        take(folder.as_ref(), &tree.names(folder.as_ref()));
    }
    found.truncate(MOST_DOCKERFILES);
    found
}

/// Whether a path names a file that does not belong into an image: `.env`, keys, `.git`, …
pub fn is_sensitive(path: &BStr) -> bool {
    sensitive::kind(path).is_some()
}

fn parent(path: &BStr) -> &BStr {
    path.rfind_byte(b'/').and_then(|at| path.get(..at)).unwrap_or_default().into()
}

fn join(folder: &BStr, name: impl AsRef<[u8]>) -> BString {
    let name = name.as_ref();
    if folder.is_empty() { name.into() } else { [folder.as_bytes(), b"/", name].concat().into() }
}
