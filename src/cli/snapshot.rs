//! One revision as `resolve` sees it: files read once, by the surface that their names tell.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bstr::{BStr, BString};

use crate::git;
use crate::model::{Declared, EntryKind, File, FileId, Gap, GapKind, Reading, Text, Tree};
use crate::surface;

/// How much is read of a file that is known by its name, in bytes.
const HEAD: usize = 16 << 10;

/// What stands at a path: a file, nothing, or what can't be read.
type Known = Result<Option<Rc<File>>, Gap>;

/// A revision whose files are read when they are first asked for.
pub(super) struct Snapshot<'r> {
    tree: git::Tree<'r>,
    /// Paths that are Dockerfiles whatever their names say.
    dockerfiles: RefCell<HashSet<BString>>,
    files: RefCell<Vec<Rc<File>>>,
    known: RefCell<HashMap<BString, Known>>,
}

impl<'r> Snapshot<'r> {
    pub(super) fn new(tree: git::Tree<'r>) -> Self {
        Self {
            tree,
            dockerfiles: RefCell::default(),
            files: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// The revision underneath.
    pub(super) fn tree(&self) -> &git::Tree<'r> {
        &self.tree
    }

    /// Reads this path as a Dockerfile from now on.
    pub(super) fn take_for_dockerfile(&self, path: &BStr) {
        self.dockerfiles.borrow_mut().insert(path.to_owned());
    }

    /// Every file read so far, by [`FileId`].
    pub(super) fn files(&self) -> Vec<Rc<File>> {
        self.files.borrow().clone()
    }

    /// A file's raw content, links followed. `None`: there is no file.
    pub(super) fn content(&self, path: &BStr) -> Result<Option<Vec<u8>>, Gap> {
        match self.tree.follow(path)? {
            Some(entry) if entry.kind != EntryKind::Folder => self.tree.read(&entry).map(Some),
            _ => Ok(None),
        }
    }

    fn surface(&self, path: &BStr) -> Option<&'static surface::Surface> {
        let forced = self.dockerfiles.borrow().contains(path);
        if forced { Some(&surface::DOCKERFILE) } else { surface::of(path) }
    }

    fn read(&self, path: &BStr) -> Known {
        let Some(surface) = self.surface(path) else {
            return self.opaque(path);
        };
        let at = |gap: Gap| Gap { path: path.to_owned(), ..gap };
        let Some(content) = self.content(path).map_err(at)? else { return Ok(None) };
        Ok(Some(self.keep(|file| {
            let text = Text::new(file, path, &content);
            let reading = read_safely(surface, &text);
            (text, reading)
        })))
    }

    /// A file that is known by its name: its head tells a key from a certificate, no more is read.
    fn opaque(&self, path: &BStr) -> Known {
        let there = self.tree.entry(path)?.is_some_and(|entry| entry.kind != EntryKind::Folder);
        // One that can't be read is taken for what its name says.
        let content = if there { self.content(path).ok().flatten() } else { None };
        let mut content = content.unwrap_or_default();
        content.truncate(HEAD);
        let reading = Reading { declared: Declared::Opaque, gaps: Vec::new() };
        Ok(there.then(|| self.keep(|file| (Text::new(file, path, &content), reading))))
    }

    fn keep(&self, make: impl FnOnce(FileId) -> (Text, Reading)) -> Rc<File> {
        let mut files = self.files.borrow_mut();
        let (text, reading) = make(FileId(u32::try_from(files.len()).unwrap_or(u32::MAX)));
        let file = Rc::new(File { text, declared: reading.declared, gaps: reading.gaps });
        files.push(Rc::clone(&file));
        file
    }
}

/// A reader's panic is a fault of ours: it costs that file, said aloud, and never the verdict.
fn read_safely(surface: &surface::Surface, text: &Text) -> Reading {
    catch_unwind(AssertUnwindSafe(|| (surface.read)(text))).unwrap_or_else(|_| {
        let message =
            format!("the {} reader failed here, which is a fault of plimsoll", surface.id);
        let gaps = vec![Gap::of(GapKind::Unparsed, text.path.clone(), message)];
        Reading { declared: Declared::Opaque, gaps }
    })
}

impl Tree for Snapshot<'_> {
    fn file(&self, path: &BStr) -> Known {
        if let Some(known) = self.known.borrow().get(path) {
            return known.clone();
        }
        let file = self.read(path);
        self.known.borrow_mut().insert(path.to_owned(), file.clone());
        file
    }

    fn names(&self, folder: &BStr) -> Vec<(BString, EntryKind)> {
        let entries = self.tree.names(folder).unwrap_or_default();
        let name = |path: &BString| path.rsplit(|&b| b == b'/').next().unwrap_or_default().into();
        entries.iter().map(|entry| (name(&entry.path), entry.kind)).collect()
    }

    fn below(
        &self,
        folder: &BStr,
        enter: &dyn Fn(&BStr) -> bool,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        self.tree.below(folder, enter, wanted)
    }
}
