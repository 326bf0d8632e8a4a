//! Prints what compose projects come to, one JSON object a line, for the oracle to compare:
//! `dump_compose FOLDER PATH …`, each path that of a compose file below the folder.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::rc::Rc;

use bstr::{BStr, BString};
use plimsoll::model::{
    Content, Declared, EntryKind, File, FileId, FileKind, Gap, Node, Reading, Span, Text, Tree,
};
use plimsoll::{resolve, surface};
use serde_json::{Map, Value, json};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let top = PathBuf::from(arguments.next().unwrap_or_default());
    let mut out = std::io::stdout().lock();
    for path in arguments {
        let folder = Folder { top: top.clone(), files: RefCell::default() };
        let file = folder.get(BStr::new(&path), None);
        let recognised = file.is_some_and(|file| file.kind == Some(FileKind::Compose));
        let Some(model) = resolve::compose_model(&folder, BStr::new(&path)) else {
            writeln!(out, "{}", json!({ "path": path, "recognised": recognised }))?;
            continue;
        };
        let files: Vec<String> = model.files.iter().map(ToString::to_string).collect();
        let gaps = model.gaps.iter().map(
            |gap| json!({ "line": gap.span.map_or(0, |span| span.line), "message": gap.message }),
        );
        let gaps: Vec<Value> = gaps.collect();
        let root = dump(&model.root);
        let folder = model.folder.to_string();
        let line = json!({
            "path": path, "recognised": recognised, "files": files, "folder": folder, "root": root, "gaps": gaps,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Scalars that compose casts by type keep theirs; what can't be known says so.
fn dump(node: &Node) -> Value {
    match &node.content {
        Content::Null => Value::Null,
        Content::Scalar(_) if node.is_null() => Value::Null,
        Content::Scalar(scalar) if scalar.opaque => json!({ "\u{0}opaque": scalar.text }),
        Content::Scalar(scalar) if scalar.plain => match scalar.text.as_str() {
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => json!({ "\u{0}plain": text }),
        },
        Content::Scalar(scalar) => Value::String(scalar.text.clone()),
        Content::List(items) => items.iter().map(dump).collect(),
        Content::Map(entries) => {
            let mut map = Map::new();
            for entry in entries.iter() {
                map.insert(entry.key.value.clone(), dump(&entry.value));
            }
            Value::Object(map)
        }
    }
}

/// A folder on disk as a revision.
struct Folder {
    top: PathBuf,
    files: RefCell<HashMap<Asked, Option<Rc<File>>>>,
}

/// A path, and as what it was asked for.
type Asked = (BString, Option<FileKind>);

impl Folder {
    fn read(&self, path: &BStr, kind: Option<FileKind>) -> Option<Rc<File>> {
        let content = std::fs::read(self.top.join(path.to_string())).ok()?;
        let surface = match kind {
            Some(kind) => surface::of_kind(kind),
            None => surface::of_content(path, &content),
        };
        let id = FileId(u32::try_from(self.files.borrow().len()).unwrap_or(u32::MAX));
        let text = Text::new(id, path, &content);
        let Some(surface) = surface else {
            let (declared, gaps) = (Declared::Opaque, Vec::new());
            return Some(Rc::new(File { text, kind: None, declared, gaps }));
        };
        let Reading { declared, gaps } = (surface.read)(&text);
        Some(Rc::new(File { text, kind: Some(surface.kind), declared, gaps }))
    }

    fn get(&self, path: &BStr, kind: Option<FileKind>) -> Option<Rc<File>> {
        let key = (path.to_owned(), kind);
        let known = self.files.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let file = self.read(path, kind);
            self.files.borrow_mut().insert(key, file.clone());
            file
        })
    }
}

impl Tree for Folder {
    fn file(&self, path: &BStr) -> Result<Option<Rc<File>>, Gap> {
        Ok(self.get(path, None))
    }

    fn file_as(&self, path: &BStr, kind: FileKind) -> Result<Option<Rc<File>>, Gap> {
        Ok(self.get(path, Some(kind)))
    }

    fn known(&self, id: FileId) -> Option<Rc<File>> {
        self.files.borrow().values().flatten().find(|file| file.text.file == id).cloned()
    }

    fn part_as(&self, _: Span, _: FileKind) -> Option<Reading> {
        None
    }

    fn kind(&self, path: &BStr) -> Option<EntryKind> {
        let found = std::fs::symlink_metadata(self.top.join(path.to_string())).ok()?;
        Some(if found.is_dir() { EntryKind::Folder } else { EntryKind::File })
    }

    fn names(&self, folder: &BStr) -> Rc<[(BString, EntryKind)]> {
        let entries = std::fs::read_dir(self.top.join(folder.to_string())).into_iter().flatten();
        let name = |entry: std::fs::DirEntry| {
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let kind = if folder { EntryKind::Folder } else { EntryKind::File };
            (BString::from(entry.file_name().to_string_lossy().as_ref()), kind)
        };
        entries.flatten().map(name).collect()
    }

    fn below(
        &self,
        _: &BStr,
        _: &dyn Fn(&BStr) -> bool,
        _: &dyn Fn(&BStr) -> bool,
    ) -> Result<Vec<BString>, Gap> {
        Ok(Vec::new())
    }
}
