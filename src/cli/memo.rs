//! What was made of parts of a revision, kept for the next one in which the same parts stand.
//!
//! Whatever is asked of a revision while something is made of it is written down with the answer. The
//! next revision is asked the same; where it answers the same, the same would be made of it. A folder
//! that is the same as a whole answers for all that was asked in it and below.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use jiff::civil::Date;

use super::snapshot::Snapshot;
use crate::git::Id;
use crate::model::{EntryKind, File, FileKind, Gap, HashMap, Reading, Span, Today, Tree};

/// What one question takes in memory, about.
const QUESTION: usize = 160;
/// What asked more than this is made again.
const MOST_ASKED: usize = 2_000;
/// How many states of one thing are kept.
const STATES: usize = 12;

/// What was made, by what it was made of.
pub(super) struct Memo<K, T> {
    recent: RefCell<HashMap<K, States<T>>>,
    before: RefCell<HashMap<K, States<T>>>,
    bytes: Cell<usize>,
    /// How much is kept, in bytes; what was made before that, so much again.
    most: usize,
    weigh: fn(&T) -> usize,
}

/// The last one stands last.
type States<T> = Vec<Rc<Known<T>>>;

struct Known<T> {
    asked: Trace,
    /// The days on which the same would be made.
    days: (Date, Date),
    value: T,
}

impl<K: Hash + Eq, T: Clone> Memo<K, T> {
    /// A memory of at most so many bytes, twice; `weigh` tells those of a value.
    pub(super) fn new(most: usize, weigh: fn(&T) -> usize) -> Self {
        let (recent, before, bytes) = Default::default();
        Self { recent, before, bytes, most, weigh }
    }

    /// What `make` makes of a revision, on the day that `today` says.
    pub(super) fn of(
        &self,
        key: K,
        snapshot: &Snapshot<'_>,
        today: Option<&Today>,
        make: impl FnOnce(&dyn Tree) -> T,
    ) -> T {
        if !snapshot.answers_by_names() {
            return make(snapshot);
        }
        if let Some(known) = self.known(&key, snapshot, today) {
            return known.value.clone();
        }
        let traced = Traced { snapshot, asked: RefCell::new(Some(Trace::default())) };
        today.inspect(|today| today.ask_anew());
        let value = make(&traced);
        let days = today.map_or((Date::MIN, Date::MAX), Today::same_answers);
        if let Some(asked) = traced.asked.into_inner().filter(|_| !snapshot.over()) {
            let bytes = asked.bytes() + (self.weigh)(&value);
            self.keep(key, Rc::new(Known { asked, days, value: value.clone() }), bytes);
        }
        value
    }

    fn known(
        &self,
        key: &K,
        snapshot: &Snapshot<'_>,
        today: Option<&Today>,
    ) -> Option<Rc<Known<T>>> {
        let of_day = |known: &Known<T>| {
            today.is_none_or(|today| (known.days.0..=known.days.1).contains(&today.day()))
        };
        for states in [&self.recent, &self.before] {
            let found = states.borrow().get(key).and_then(|states| {
                let mut fitting = states.iter().rev().filter(|known| of_day(known));
                fitting.find(|known| known.asked.holds(snapshot)).cloned()
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn keep(&self, key: K, known: Rc<Known<T>>, bytes: usize) {
        let mut recent = self.recent.borrow_mut();
        let states = recent.entry(key).or_default();
        if states.len() == STATES {
            states.remove(0);
        }
        states.push(known);
        self.bytes.set(self.bytes.get().saturating_add(bytes));
        if self.bytes.get() > self.most {
            self.before.replace(std::mem::take(&mut recent));
            self.bytes.set(0);
        }
    }
}

/// All that was asked of a revision.
#[derive(Default)]
struct Trace {
    /// By folder, the ones above first: `/` sorts before anything else.
    folders: BTreeMap<Vec<u8>, Folder>,
    /// Where a link, or a path that leads up, may lead anywhere.
    loose: Vec<Asked>,
    /// The files that were given.
    files: Vec<Given>,
    count: usize,
}

/// What was asked in one folder.
struct Folder {
    path: BString,
    id: Option<Id>,
    asked: Vec<Asked>,
}

/// A file, and the kind that it was asked for as.
type Given = (BString, Option<FileKind>, Rc<File>);

impl Trace {
    /// Whether a revision answers the same; it has then been given the same files.
    fn holds(&self, snapshot: &Snapshot<'_>) -> bool {
        let mut same: Option<&[u8]> = None;
        for (key, folder) in &self.folders {
            if same.is_some_and(|top| is_below(key, top)) {
                continue;
            }
            if snapshot.folder_id(folder.path.as_bstr()) == folder.id {
                same = Some(key);
            } else if !folder.asked.iter().all(|one| one.holds(snapshot)) {
                return false;
            }
        }
        self.loose.iter().all(|one| one.holds(snapshot)) && snapshot.is_given(&self.files)
    }

    fn add(&mut self, folder: &BStr, snapshot: &Snapshot<'_>, asked: Asked) {
        self.count += 1;
        let key = folder.iter().map(|&byte| if byte == b'/' { 0 } else { byte }).collect();
        let new = || Folder {
            path: folder.to_owned(),
            id: snapshot.folder_id(folder),
            asked: Vec::new(),
        };
        self.folders.entry(key).or_insert_with(new).asked.push(asked);
    }

    fn bytes(&self) -> usize {
        // What was read of a file takes several times its length, and most files several share.
        let files = self.files.iter().map(|(.., file)| 2 * file.text.content.len());
        self.count * QUESTION + files.sum::<usize>()
    }
}

/// Of two keys of folders.
fn is_below(key: &[u8], top: &[u8]) -> bool {
    top.is_empty() || key.strip_prefix(top).is_some_and(|rest| rest.first() == Some(&0))
}

/// A question, and what was answered.
enum Asked {
    File(BString, Option<Rc<File>>),
    FileAs(BString, FileKind, Option<Rc<File>>),
    Kind(BString, Option<EntryKind>),
    Names(BString, Rc<[(BString, EntryKind)]>),
    /// The whole folder was looked through.
    Below(BString, Option<Id>),
}

impl Asked {
    fn holds(&self, snapshot: &Snapshot<'_>) -> bool {
        match self {
            Self::File(path, file) => same(&snapshot.file(path.as_ref()), file.as_ref()),
            Self::FileAs(path, kind, file) => {
                same(&snapshot.file_as(path.as_ref(), *kind), file.as_ref())
            }
            Self::Kind(path, kind) => snapshot.kind(path.as_ref()) == *kind,
            Self::Names(folder, names) => {
                let now = snapshot.names(folder.as_ref());
                Rc::ptr_eq(&now, names) || now == *names
            }
            Self::Below(folder, id) => snapshot.folder_id(folder.as_ref()) == *id,
        }
    }
}

fn same(now: &Result<Option<Rc<File>>, Gap>, file: Option<&Rc<File>>) -> bool {
    let id = |file: &Rc<File>| file.text.file;
    matches!(now, Ok(now) if now.as_ref().map(id) == file.map(id))
}

/// A revision that writes down what it is asked; `None` once something can't be written down.
struct Traced<'s, 'r> {
    snapshot: &'s Snapshot<'r>,
    asked: RefCell<Option<Trace>>,
}

impl Traced<'_, '_> {
    /// Notes a question about a path of `folder`.
    fn note(&self, path: &BStr, folder: &BStr, asked: Option<Asked>) {
        let mut all = self.asked.borrow_mut();
        let Some(trace) = all.as_mut() else { return };
        match asked.filter(|_| trace.count < MOST_ASKED) {
            None => *all = None,
            Some(one) if self.snapshot.is_plain(path) => trace.add(folder, self.snapshot, one),
            Some(one) => {
                trace.count += 1;
                trace.loose.push(one);
            }
        }
    }

    fn give(&self, path: &BStr, kind: Option<FileKind>, file: Option<&Rc<File>>) {
        if let (Some(file), Some(trace)) = (file, self.asked.borrow_mut().as_mut()) {
            trace.files.push((path.to_owned(), kind, Rc::clone(file)));
        }
    }
}

fn above(path: &BStr) -> &BStr {
    path.rfind_byte(b'/').map_or(b"".as_bstr(), |at| path[..at].as_bstr())
}

impl Tree for Traced<'_, '_> {
    fn file(&self, path: &BStr) -> Result<Option<Rc<File>>, Gap> {
        let answer = self.snapshot.file(path);
        let file = answer.as_ref().ok().map(Option::as_ref);
        self.give(path, None, file.flatten());
        self.note(path, above(path), file.map(|file| Asked::File(path.into(), file.cloned())));
        answer
    }

    fn file_as(&self, path: &BStr, kind: FileKind) -> Result<Option<Rc<File>>, Gap> {
        let answer = self.snapshot.file_as(path, kind);
        let file = answer.as_ref().ok().map(Option::as_ref);
        self.give(path, Some(kind), file.flatten());
        let asked = file.map(|file| Asked::FileAs(path.into(), kind, file.cloned()));
        self.note(path, above(path), asked);
        answer
    }

    fn known(&self, id: crate::model::FileId) -> Option<Rc<File>> {
        self.snapshot.known(id)
    }

    fn part_as(&self, part: Span, kind: FileKind) -> Option<Reading> {
        self.snapshot.part_as(part, kind)
    }

    fn over(&self) -> bool {
        self.snapshot.over()
    }

    fn names(&self, folder: &BStr) -> Rc<[(BString, EntryKind)]> {
        let names = self.snapshot.names(folder);
        self.note(folder, folder, Some(Asked::Names(folder.into(), Rc::clone(&names))));
        names
    }

    fn kind(&self, path: &BStr) -> Option<EntryKind> {
        let kind = self.snapshot.kind(path);
        self.note(path, above(path), Some(Asked::Kind(path.into(), kind)));
        kind
    }

    fn below(
        &self,
        folder: &BStr,
        enter: &dyn Fn(&BStr) -> bool,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        let answer = self.snapshot.below(folder, enter, wanted);
        let asked = Asked::Below(folder.into(), self.snapshot.folder_id(folder));
        self.note(folder, folder, answer.is_ok().then_some(asked));
        answer
    }
}
