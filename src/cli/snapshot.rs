//! One revision as `resolve` sees it: files read once, by the surface that their names tell.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bstr::{BStr, BString};

use super::shelf::{Shelf, Volume};
use crate::git;
use crate::model::{
    Declared, EntryKind, File, FileId, FileKind, Gap, GapKind, HashMap, Reading, Span, Text, Tree,
};
use crate::{resolve, surface};

/// How much is read of a file that is known by its name, in bytes.
const HEAD: usize = 16 << 10;

/// What stands at a path: a file, nothing, or what can't be read.
type Known = Result<Option<Rc<File>>, Gap>;
/// The names of a folder.
type Names = Rc<[(BString, EntryKind)]>;

/// A revision whose files are read when they are first asked for.
pub(super) struct Snapshot<'r> {
    tree: git::Tree<'r>,
    shelf: &'r Shelf,
    /// Paths that are of a kind whatever their names say.
    taken: RefCell<HashMap<BString, FileKind>>,
    files: RefCell<BTreeMap<FileId, Rc<File>>>,
    known: RefCell<HashMap<BString, Known>>,
    /// Files read as another kind than their names say.
    others: RefCell<HashMap<(BString, FileKind), Known>>,
}

impl<'r> Snapshot<'r> {
    pub(super) fn new(tree: git::Tree<'r>, shelf: &'r Shelf) -> Self {
        Self {
            tree,
            shelf,
            taken: RefCell::default(),
            files: RefCell::default(),
            known: RefCell::default(),
            others: RefCell::default(),
        }
    }

    /// The revision underneath.
    pub(super) fn tree(&self) -> &git::Tree<'r> {
        &self.tree
    }

    /// Reads this path as a file of this kind from now on.
    pub(super) fn take_for(&self, path: &BStr, kind: FileKind) {
        self.taken.borrow_mut().insert(path.to_owned(), kind);
    }

    /// Whether this path is read as a kind that its name may not say.
    pub(super) fn is_taken(&self, path: &BStr) -> bool {
        self.taken.borrow().contains_key(path)
    }

    /// Whether a file is none of ours, by a glance that keeps nothing of it. What can't be read has
    /// more to say.
    pub(super) fn is_foreign(&self, entry: &git::Entry) -> bool {
        let path = entry.path.as_ref();
        entry.kind == EntryKind::File
            && !self.taken.borrow().contains_key(&entry.path)
            && self
                .tree
                .read(entry)
                .is_ok_and(|content| surface::of_content(path, &content).is_none())
    }

    /// Every file read so far, by [`FileId`].
    pub(super) fn files(&self) -> Vec<Rc<File>> {
        self.files.borrow().values().cloned().collect()
    }

    /// A file's raw content, links followed. `None`: there is no file.
    pub(super) fn content(&self, path: &BStr) -> Result<Option<Vec<u8>>, Gap> {
        self.entry(path)?.map(|entry| self.tree.read(&entry)).transpose()
    }

    fn entry(&self, path: &BStr) -> Result<Option<git::Entry>, Gap> {
        let entry = self.tree.follow(path)?;
        Ok(entry.filter(|entry| entry.kind != EntryKind::Folder))
    }

    fn read(&self, path: &BStr) -> Known {
        let taken = self.taken.borrow().get(path).copied();
        if taken.is_none() && surface::of(path).is_none() {
            return self.opaque(path);
        }
        let of = |content: &[u8]| match taken {
            Some(kind) => surface::of_kind(kind),
            None => surface::of_content(path, content),
        };
        self.read_by(path, (taken.is_none(), taken), of)
    }

    /// `open`: nobody said what it is; else `kind` is what was said.
    fn read_by(
        &self,
        path: &BStr,
        (open, kind): (bool, Option<FileKind>),
        of: impl FnOnce(&[u8]) -> Option<&'static surface::Surface>,
    ) -> Known {
        let at = |gap: Gap| Gap { path: path.to_owned(), ..gap };
        let entry = match self.entry(path) {
            Ok(Some(entry)) => Ok(entry),
            Ok(None) => return Ok(None),
            Err(gap) => Err(gap),
        };
        // Only what git keeps has an id that stands for the content.
        let stored = entry.as_ref().ok().filter(|_| self.is_stored());
        let volume = stored.map(|entry| (entry.id, path.to_owned(), kind));
        if let Some(file) = volume.as_ref().and_then(|volume| self.shelf.get(volume)) {
            self.files.borrow_mut().insert(file.text.file, Rc::clone(&file));
            return Ok(Some(file));
        }
        let content = match entry.and_then(|entry| self.tree.read(&entry)) {
            Ok(content) => content,
            Err(gap) => match open.then(|| self.foreign(path, &gap)).flatten() {
                Some(content) => content,
                None => return Err(at(gap)),
            },
        };
        let Some(surface) = of(&content) else {
            // Of what is none of ours a head is enough.
            let head = content.get(..HEAD).unwrap_or(&content);
            let reading = Reading { declared: Declared::Opaque, gaps: Vec::new() };
            let file = self.keep(None, |file| (Text::new(file, path, head), reading));
            return Ok(Some(self.shelved(volume, file)));
        };
        let file = self.keep(Some(surface.kind), |file| {
            let text = Text::new(file, path, &content);
            let reading = read_safely(surface, &text);
            (text, reading)
        });
        Ok(Some(self.shelved(volume, file)))
    }

    /// What could not be read but is none of ours, or not as large without what declares nothing:
    /// only the content of a path tells, and it does.
    fn foreign(&self, path: &BStr, gap: &Gap) -> Option<Vec<u8>> {
        if surface::of_content(path, b"").is_some() {
            return None;
        }
        let data = path.ends_with(b".json");
        if gap.kind != GapKind::TooLarge {
            return data.then(Vec::new);
        }
        let entry = self.tree.follow(path).ok()??;
        let Some(mut content) = self.tree.glance(&entry) else { return data.then(Vec::new) };
        match surface::of_content(path, &content) {
            None => content.truncate(HEAD),
            Some(surface) if matches!(surface.kind, FileKind::Kubernetes | FileKind::Template) => {
                let (rest, left) = surface::without_schemas(&content);
                if left as u64 > self.tree.limits.file_size {
                    return None;
                }
                content = rest;
            }
            Some(_) => return None,
        }
        Some(content)
    }

    /// A file that is known by its name: its head tells a key from a certificate, no more is read.
    fn opaque(&self, path: &BStr) -> Known {
        if resolve::is_entry_script(path) {
            return self.script(path).map_err(|gap| Gap { path: path.to_owned(), ..gap });
        }
        let there = self.tree.entry(path)?.is_some_and(|entry| entry.kind != EntryKind::Folder);
        // One that can't be read is taken for what its name says.
        let content = if there { self.content(path).ok().flatten() } else { None };
        let mut content = content.unwrap_or_default();
        content.truncate(HEAD);
        let reading = Reading { declared: Declared::Opaque, gaps: Vec::new() };
        Ok(there.then(|| self.keep(None, |file| (Text::new(file, path, &content), reading))))
    }

    /// A script that a container may start with. What a container starts with and is no script has
    /// nothing to read, however large it is.
    fn script(&self, path: &BStr) -> Known {
        let Some(entry) = self.entry(path)? else { return Ok(None) };
        let content = self.tree.read(&entry).or_else(|gap| {
            let program = gap.kind == GapKind::TooLarge
                && self.tree.glance(&entry).is_none_or(|content| !content.starts_with(b"#!"));
            if program { Ok(Vec::new()) } else { Err(gap) }
        })?;
        let reading = Reading { declared: Declared::Opaque, gaps: Vec::new() };
        Ok(Some(self.keep(None, |file| (Text::new(file, path, &content), reading))))
    }

    fn keep(
        &self,
        kind: Option<FileKind>,
        make: impl FnOnce(FileId) -> (Text, Reading),
    ) -> Rc<File> {
        let id = self.shelf.number();
        let (text, reading) = make(id);
        let file = Rc::new(File { text, kind, declared: reading.declared, gaps: reading.gaps });
        self.files.borrow_mut().insert(id, Rc::clone(&file));
        file
    }

    fn is_stored(&self) -> bool {
        matches!(self.tree.revision, git::Revision::Tree(_))
    }

    /// Whether its files are told by their names and their content alone: nobody said of one what it
    /// is, and nothing of it ever changes.
    pub(super) fn answers_by_names(&self) -> bool {
        self.is_stored() && self.taken.borrow().is_empty()
    }

    /// What stands for all that a folder holds; `None` where there is none.
    pub(super) fn folder_id(&self, path: &BStr) -> Option<git::Id> {
        self.tree.folder_id(path)
    }

    /// Whether a path leads where it says: no link is at it or on the way.
    pub(super) fn is_plain(&self, path: &BStr) -> bool {
        matches!(self.tree.plainly(path), Ok(Some(_)))
    }

    /// Takes files that another revision has too for its own; `false` where it has read one of them
    /// by itself.
    pub(super) fn is_given(&self, files: &[(BString, Option<FileKind>, Rc<File>)]) -> bool {
        let (mut known, mut others) = (self.known.borrow_mut(), self.others.borrow_mut());
        let mut all = self.files.borrow_mut();
        files.iter().all(|(path, kind, file)| {
            let own = match kind {
                None => known.get(path),
                Some(kind) => others.get(&(path.clone(), *kind)),
            };
            if let Some(own) = own {
                return matches!(own, Ok(Some(own)) if Rc::ptr_eq(own, file));
            }
            all.insert(file.text.file, Rc::clone(file));
            match kind {
                None => known.insert(path.clone(), Ok(Some(Rc::clone(file)))),
                Some(kind) => others.insert((path.clone(), *kind), Ok(Some(Rc::clone(file)))),
            };
            true
        })
    }

    fn shelved(&self, volume: Option<Volume>, file: Rc<File>) -> Rc<File> {
        if let Some(volume) = volume {
            self.shelf.keep(volume, &file);
        }
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

    fn file_as(&self, path: &BStr, kind: FileKind) -> Known {
        let known = self.file(path)?;
        if known.as_ref().is_none_or(|file| file.kind == Some(kind)) {
            return Ok(known);
        }
        let key = (path.to_owned(), kind);
        if let Some(known) = self.others.borrow().get(&key) {
            return known.clone();
        }
        let file = self.read_by(path, (false, Some(kind)), |_| surface::of_kind(kind));
        self.others.borrow_mut().insert(key, file.clone());
        file
    }

    fn known(&self, id: FileId) -> Option<Rc<File>> {
        self.files.borrow().get(&id).cloned()
    }

    fn part_as(&self, part: Span, kind: FileKind) -> Option<Reading> {
        let file = self.known(part.file)?;
        Some(read_safely(surface::of_kind(kind)?, &file.text.part(part)))
    }

    fn over(&self) -> bool {
        self.tree.over()
    }

    fn names(&self, folder: &BStr) -> Names {
        self.tree.names(folder).unwrap_or_default()
    }

    fn kind(&self, path: &BStr) -> Option<EntryKind> {
        self.tree.entry(path).ok().flatten().map(|entry| entry.kind)
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
