//! Which line of the push's own diff explains a regression.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bstr::{BStr, BString};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::Side;
use super::subtract::Worse;
use crate::model::{Exposure, File, FileId, Side as Which, Span, Text, Unit};

/// The line diff of one file may take this long; then its coarser parts are taken as they are.
const DIFF_TIME: Duration = Duration::from_millis(200);
/// Lines shown of each side.
const SHOWN: usize = 3;

/// Where a regression is told.
pub(super) struct Place {
    /// Old where the cause is a removal.
    pub(super) side: Which,
    /// The lines, narrowed to those that changed.
    pub(super) span: Span,
    /// Lines of the cause in the old file.
    pub(super) removed: Vec<u32>,
    /// The old file they are in.
    pub(super) old_file: Option<FileId>,
    /// Lines of the cause in the new file.
    pub(super) added: Vec<u32>,
}

/// Finds changed lines; each pair of files is compared once, when first asked.
pub(super) struct Locator<'a> {
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    before: HashMap<&'a BStr, &'a BStr>,
    diffs: RefCell<HashMap<BString, Rc<Lines>>>,
}

/// The lines of one file that the push removed and added.
#[derive(Default)]
struct Lines {
    removed: BTreeSet<u32>,
    added: BTreeSet<u32>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(old: Side<'a>, new: Side<'a>, moved: &'a [(BString, BString)]) -> Self {
        let before = moved.iter().map(|(old, new)| (new.as_ref(), old.as_ref())).collect();
        Self { old, new, before, diffs: RefCell::default() }
    }

    /// The place to point at.
    pub(super) fn place(&self, worse: &Worse<'_>) -> Place {
        if let Some(was) = worse
            .was
            .filter(|was| was.gone.as_deref().is_some_and(|gone| std::ptr::eq(gone, worse.now)))
        {
            return self.gone(was);
        }
        let removed =
            worse.was.or_else(|| self.lost(worse)).and_then(|was| self.first_removed(was));
        let added = self.secret(worse.now).or_else(|| self.first_added(worse.now));
        match (added, removed) {
            (_, Some((span, lines))) if worse.now.absent => Place {
                side: Which::Old,
                span,
                old_file: Some(span.file),
                removed: lines,
                added: Vec::new(),
            },
            (Some((span, added)), removed) => {
                let (old_file, removed) =
                    removed.map_or((None, Vec::new()), |(old, lines)| (Some(old.file), lines));
                Place { side: Which::New, span, removed, old_file, added }
            }
            (None, Some((span, lines))) => Place {
                side: Which::Old,
                span,
                old_file: Some(span.file),
                removed: lines,
                added: Vec::new(),
            },
            (None, None) => self.in_unit(worse).unwrap_or_else(|| {
                let span = worse.now.places.first().copied().unwrap_or(Span::head(FileId(0)));
                let added = vec![span.line];
                Place { side: Which::New, span, removed: Vec::new(), old_file: None, added }
            }),
        }
    }

    /// The lines of a unit that is gone: those that were removed, else its own.
    fn gone(&self, was: &Exposure) -> Place {
        let own = || {
            let span = was.places.first().copied().unwrap_or(Span::head(FileId(0)));
            (span, vec![span.line])
        };
        let (span, removed) = self.first_removed(was).unwrap_or_else(own);
        let old_file = Some(span.file);
        Place { side: Which::Old, span, removed, old_file, added: Vec::new() }
    }

    /// The lines of the unit that changed, where no place of the exposure itself did: an empty list
    /// that hides what an anchor brings.
    fn in_unit(&self, worse: &Worse<'_>) -> Option<Place> {
        let old = span_of(&worse.counterpart?.declaration.unit);
        let new = span_of(&worse.unit.declaration.unit).and_then(|span| {
            let (span, added) = narrowed(span, &self.lines_of(text(self.new, span.file)?).added)?;
            Some(Place { side: Which::New, span, removed: Vec::new(), old_file: None, added })
        });
        new.or_else(|| {
            let new = self.successor(text(self.old, old?.file)?)?;
            let (span, removed) = narrowed(old?, &self.lines_of(new).removed)?;
            let old_file = Some(span.file);
            Some(Place { side: Which::Old, span, removed, old_file, added: Vec::new() })
        })
    }

    /// What the old unit had under another key of the same rule, if it was one thing: the image
    /// that was replaced.
    fn lost<'b>(&self, worse: &Worse<'b>) -> Option<&'b Exposure> {
        if worse.now.together {
            return None;
        }
        let rule = worse.now.rule.id;
        let still = |was: &Exposure| {
            worse.unit.exposures.iter().any(|now| now.rule.id == rule && now.key == was.key)
        };
        let mut lost =
            worse.counterpart?.exposures.iter().filter(|was| was.rule.id == rule && !still(was));
        lost.next().filter(|was| self.first_removed(was).is_some())
    }

    fn first_added(&self, now: &Exposure) -> Option<(Span, Vec<u32>)> {
        now.places.iter().find_map(|place| {
            let text = text(self.new, place.file)?;
            let (span, lines) = narrowed(*place, &self.lines_of(text).added)?;
            if place.is_unshown() {
                return Some((Span { end_line: span.line, ..span }, Vec::new()));
            }
            Some((span, lines))
        })
    }

    /// The very line of a secret, where the push added it: its value may be a whole file.
    fn secret(&self, now: &Exposure) -> Option<(Span, Vec<u32>)> {
        let secret = now.hidden.as_deref()?.lines().next().filter(|line| !line.is_empty())?;
        now.places.iter().find_map(|place| {
            let text = text(self.new, place.file)?;
            let added = &self.lines_of(text).added;
            let mut lines = added.range(place.line..=place.end_line.max(place.line)).copied();
            let line = lines.find(|&line| text.line(line).is_some_and(|it| it.contains(secret)))?;
            Some((Span { line, end_line: line, ..*place }, vec![line]))
        })
    }

    fn first_removed(&self, was: &Exposure) -> Option<(Span, Vec<u32>)> {
        was.places.iter().find_map(|place| {
            let old = text(self.old, place.file).filter(|_| !place.is_unshown())?;
            match self.successor(old) {
                Some(new) => narrowed(*place, &self.lines_of(new).removed),
                None => Some((*place, (place.line..=place.end_line).take(SHOWN).collect())),
            }
        })
    }

    /// The new text of an old file.
    fn successor(&self, old: &Text) -> Option<&'a Text> {
        let path: &BStr = old.path.as_ref();
        self.new.files.iter().map(|file| &file.text).find(|new| {
            let new: &BStr = new.path.as_ref();
            self.before.get(new).copied().unwrap_or(new) == path
        })
    }

    fn lines_of(&self, new: &Text) -> Rc<Lines> {
        let mut diffs = self.diffs.borrow_mut();
        let lines = diffs.entry(new.path.clone()).or_insert_with(|| Rc::new(self.diff(new)));
        Rc::clone(lines)
    }

    fn diff(&self, new: &Text) -> Lines {
        let path: &BStr = new.path.as_ref();
        let path = self.before.get(path).copied().unwrap_or(path);
        let old = self
            .old
            .files
            .iter()
            .map(|file| &file.text)
            .find(|old| AsRef::<BStr>::as_ref(&old.path) == path);
        let Some(old) = old else {
            return Lines { removed: BTreeSet::new(), added: (1..=new.lines().max(1)).collect() };
        };
        let (before, after) = (folded(old), folded(new));
        let (before, after): (Vec<&str>, Vec<&str>) = (
            before.iter().map(String::as_str).collect(),
            after.iter().map(String::as_str).collect(),
        );
        let deadline = Instant::now() + DIFF_TIME;
        let diff = TextDiff::configure()
            .algorithm(Algorithm::Myers)
            .deadline(deadline)
            .diff_slices(&before, &after);
        let mut lines = Lines::default();
        for change in diff.iter_all_changes() {
            let number = |index: Option<usize>| index.and_then(|i| u32::try_from(i + 1).ok());
            match change.tag() {
                ChangeTag::Delete => lines.removed.extend(number(change.old_index())),
                ChangeTag::Insert => lines.added.extend(number(change.new_index())),
                ChangeTag::Equal => {}
            }
        }
        lines
    }
}

/// All of a unit that stands in one place.
fn span_of(unit: &Unit) -> Option<Span> {
    match unit {
        Unit::Workload(unit) => Some(unit.span),
        Unit::Network(unit) => Some(unit.span),
        Unit::Access(unit) => Some(unit.span),
        Unit::Data(unit) => Some(unit.span),
        Unit::Source(unit) => Some(unit.span),
        Unit::Stage(unit) => Some(unit.span),
        Unit::Dockerfile(_) | Unit::Context(_) | Unit::GitFile(_) => None,
    }
}

/// Lines with blanks at both ends taken off: a line that was only indented did not change.
fn folded(text: &Text) -> Vec<String> {
    (1..=text.lines())
        .filter_map(|number| text.line(number))
        .map(|line| line.trim().to_owned())
        .collect()
}

/// The part of `place` that lies in `lines`, from its first such line on.
fn narrowed(place: Span, lines: &BTreeSet<u32>) -> Option<(Span, Vec<u32>)> {
    let hit: Vec<u32> =
        lines.range(place.line..=place.end_line.max(place.line)).copied().take(SHOWN).collect();
    let (first, last) = (*hit.first()?, *hit.last()?);
    Some((Span { line: first, end_line: last, ..place }, hit))
}

/// The text of a file of one side.
pub(super) fn text(side: Side<'_>, file: FileId) -> Option<&Text> {
    let at = side.files.binary_search_by_key(&file, |known: &Rc<File>| known.text.file).ok()?;
    side.files.get(at).map(|file| &file.text)
}
