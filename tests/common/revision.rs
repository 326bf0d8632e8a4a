//! A revision made of texts, and what the rules say of two of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bstr::{BStr, BString};
use plimsoll::compare::{Outcome, Side, compare};
use plimsoll::model::{
    Declared, EntryKind, Evidence, Example, File, FileId, FileKind, Gap, ImageRef, Measured,
    Outlook, Reading, Rule, Scan, Settings, Span, Text, Tree,
};
use plimsoll::{resolve, rules, surface};

/// A revision that lies in memory.
#[derive(Default)]
pub struct MapTree {
    texts: BTreeMap<String, Vec<u8>>,
    files: RefCell<Vec<Rc<File>>>,
}

impl MapTree {
    pub fn new<P: Into<String>, T: Into<Vec<u8>>>(texts: impl IntoIterator<Item = (P, T)>) -> Self {
        let texts = texts.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { texts, files: RefCell::default() }
    }

    pub fn texts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_slice()))
    }

    pub fn files(&self) -> Vec<Rc<File>> {
        self.files.borrow().clone()
    }

    pub fn paths(&self) -> Vec<BString> {
        self.texts.keys().map(|path| BString::from(path.as_str())).collect()
    }
}

impl Tree for MapTree {
    fn file(&self, path: &BStr) -> Result<Option<Rc<File>>, Gap> {
        let mut files = self.files.borrow_mut();
        if let Some(file) = files.iter().find(|file| file.text.path == path) {
            return Ok(Some(Rc::clone(file)));
        }
        let Some(content) = self.texts.get(&path.to_string()) else { return Ok(None) };
        let text = Text::new(FileId(u32::try_from(files.len()).unwrap()), path, content);
        let file = Rc::new(read(text, surface::of_content(path, content)));
        files.push(Rc::clone(&file));
        Ok(Some(file))
    }

    fn file_as(&self, path: &BStr, kind: FileKind) -> Result<Option<Rc<File>>, Gap> {
        let known = self.file(path)?;
        if known.as_ref().is_none_or(|file| file.kind == Some(kind)) {
            return Ok(known);
        }
        let mut files = self.files.borrow_mut();
        let same = |file: &&Rc<File>| file.text.path == path && file.kind == Some(kind);
        if let Some(file) = files.iter().find(same) {
            return Ok(Some(Rc::clone(file)));
        }
        let content = &self.texts[&path.to_string()];
        let text = Text::new(FileId(u32::try_from(files.len()).unwrap()), path, content);
        let file = Rc::new(read(text, surface::of_kind(kind)));
        files.push(Rc::clone(&file));
        Ok(Some(file))
    }

    fn known(&self, id: FileId) -> Option<Rc<File>> {
        self.files.borrow().get(id.0 as usize).cloned()
    }

    fn part_as(&self, part: Span, kind: FileKind) -> Option<Reading> {
        let file = self.known(part.file)?;
        Some((surface::of_kind(kind)?.read)(&file.text.part(part)))
    }

    fn kind(&self, path: &BStr) -> Option<EntryKind> {
        let path = path.to_string();
        let below = format!("{path}/");
        if self.texts.contains_key(&path) {
            return Some(EntryKind::File);
        }
        let folder = self.texts.keys().any(|path| path.starts_with(&below));
        folder.then_some(EntryKind::Folder)
    }

    fn names(&self, folder: &BStr) -> Rc<[(BString, EntryKind)]> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names = BTreeMap::new();
        for rest in self.texts.keys().filter_map(|path| path.strip_prefix(&prefix)) {
            match rest.split_once('/') {
                Some((folder, _)) => names.insert(BString::from(folder), EntryKind::Folder),
                None => names.insert(BString::from(rest), EntryKind::File),
            };
        }
        names.into_iter().collect()
    }

    fn below(
        &self,
        folder: &BStr,
        enter: &dyn Fn(&BStr) -> bool,
        wanted: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let entered = |path: &str| {
            path.match_indices('/')
                .all(|(at, _)| at < prefix.len() || enter(path.as_bytes()[..at].into()))
        };
        let paths = self.texts.keys().filter(|path| path.starts_with(&prefix) && entered(path));
        Ok(paths
            .map(|path| BString::from(path.as_str()))
            .filter(|path| wanted(path.as_ref()))
            .collect())
    }
}

fn read(text: Text, surface: Option<&surface::Surface>) -> File {
    let Some(surface) = surface else {
        return File { text, kind: None, declared: Declared::Opaque, gaps: Vec::new() };
    };
    let reading = (surface.read)(&text);
    File { text, kind: Some(surface.kind), declared: reading.declared, gaps: reading.gaps }
}

/// One revision, measured with `rules`.
pub fn measured(tree: &MapTree, rules: &[&'static Rule], settings: &Settings) -> Vec<Measured> {
    let resolved = resolve::units(tree, &tree.paths(), &resolve::Names::walk(), settings);
    resolved
        .units
        .into_iter()
        .map(|declaration| {
            let file = tree.file(declaration.path.as_ref()).unwrap().unwrap();
            let exposures = rules::measure(rules, &declaration, &file, settings);
            Measured { declaration: declaration.into(), exposures: exposures.into() }
        })
        .collect()
}

/// What `rules` say of the change from one revision to the other.
pub fn judge(old: &MapTree, new: &MapTree, rules: &[&'static Rule]) -> Outcome {
    let settings = Settings {
        evidence: Some(Rc::new(Scanned)),
        today: Some(jiff::civil::date(2026, 6, 1).into()),
        ..Settings::default()
    };
    let (before, after) = (measured(old, rules, &settings), measured(new, rules, &settings));
    let variants = resolve::variants(new, &new.paths());
    let (old_files, new_files) = (old.files(), new.files());
    compare(
        Side { units: &before, files: &old_files, variants: &[] },
        Side { units: &after, files: &new_files, variants: &variants },
        &[],
    )
}

/// What scanners said of the images of the examples.
#[derive(Debug)]
struct Scanned;

impl Evidence for Scanned {
    fn of(&self, image: &ImageRef) -> Option<Scan> {
        let scan = |outcome, summary: &str| Some(Scan { outcome, summary: summary.to_owned() });
        match (image.registry.as_str(), image.repository.as_str()) {
            ("scanned.example", "clean") => scan(Outlook::Clean, ""),
            ("scanned.example", "vulnerable") => scan(
                Outlook::Failing,
                "3 critical, 12 high; CVE-2026-1111 in openssl, fixed in 3.0.2",
            ),
            ("scanned.example", _) => scan(Outlook::Missing { refused: false }, ""),
            _ => None,
        }
    }
}

/// The two revisions of an example; a file without any line on one side is not there.
pub fn sides(example: &Example) -> (MapTree, MapTree) {
    let mut texts = vec![(example.file, example.change)];
    texts.extend(example.beside);
    let side = |gone: char| {
        let texts =
            texts.iter().filter_map(|(path, change)| Some((*path, revision(change, gone)?)));
        MapTree::new(texts.collect::<Vec<_>>())
    };
    (side('+'), side('-'))
}

/// One revision of a text in margin notation: lines marked `gone` left out, margins taken off.
fn revision(change: &str, gone: char) -> Option<String> {
    let lines: Vec<&str> = change.lines().collect();
    let blank = |line: &&&str| !line.trim().is_empty();
    let margin = |line: &str| line.len() - line.trim_start_matches(' ').len();
    // A marked line has its mark in the margin's column; an unmarked one is indented one column
    // more at least.
    let marked = lines.iter().filter(|line| line.trim_start().starts_with(['-', '+']));
    let column = marked.map(|line| margin(line)).min().or_else(|| {
        lines
            .iter()
            .filter(blank)
            .map(|line| margin(line))
            .min()
            .map(|column| column.saturating_sub(1))
    })?;
    let kept = lines.iter().skip_while(|line| line.trim().is_empty()).filter_map(|line| {
        let mark = line[column.min(line.len())..].chars().next().unwrap_or(' ');
        (mark != gone).then(|| line.get(column + 1..).unwrap_or("").trim_end().to_owned())
    });
    let mut kept: Vec<String> = kept.collect();
    while kept.last().is_some_and(String::is_empty) {
        kept.pop();
    }
    let whole = lines
        .iter()
        .filter(blank)
        .all(|line| line.get(column..).is_some_and(|line| line.starts_with(gone)));
    (!whole).then(|| kept.join("\n") + "\n")
}
