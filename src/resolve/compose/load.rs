//! Files in, one tree out: interpolated, included, extended and merged, in compose's order.
//!
//! Source: compose-go, `loader/loader.go`.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString};

use super::merge::{cleared, merged, unique, untagged};
use super::{Environment, extends, include, interpolate, passed};
use crate::model::{
    Content, Declared, Entry, File, FileKind, Gap, GapKind, Node, Source, Span, Spanned, Tree,
};

/// Nodes that may be copied into a project from what it extends and includes.
const MOST_NODES: usize = 400_000;
/// Mistakes told of one project.
const MOST_GAPS: usize = 50;

/// What is read while one project is put together.
pub(super) struct Loader<'t> {
    pub(super) tree: &'t dyn Tree,
    /// Every file so far, in the order they were read.
    pub(super) files: Vec<Rc<File>>,
    pub(super) gaps: Vec<Gap>,
    /// What is included or extended from elsewhere.
    pub(super) sources: Vec<Source>,
    /// Bytes that variables may still come to.
    room: usize,
    /// Nodes that may still be copied.
    nodes: usize,
    /// Services of other files that are extended.
    pub(super) extended: HashSet<(BString, String)>,
    /// The main files of what is included.
    pub(super) included: HashSet<BString>,
    /// Files that may still be included.
    pub(super) includes: usize,
    /// Files that services are extended from, as loaded.
    pub(super) bases: HashMap<(BString, usize), Option<Rc<extends::Origin>>>,
    /// Numbers given to scopes and origins.
    count: usize,
}

/// What a set of files is read with.
pub(super) struct Scope {
    pub(super) id: usize,
    /// The folder that its paths count from.
    pub(super) folder: BString,
    pub(super) environment: Environment,
    /// The line that names all files but the first.
    pub(super) named: Option<Span>,
}

impl<'t> Loader<'t> {
    pub(super) fn new(tree: &'t dyn Tree) -> Self {
        Self {
            tree,
            files: Vec::new(),
            gaps: Vec::new(),
            sources: Vec::new(),
            room: interpolate::LARGEST,
            nodes: MOST_NODES,
            extended: HashSet::new(),
            included: HashSet::new(),
            includes: include::MOST,
            bases: HashMap::new(),
            count: 0,
        }
    }

    pub(super) fn scope(&mut self, folder: &BStr, environment: Environment) -> Scope {
        Scope { id: self.number(), folder: folder.into(), environment, named: None }
    }

    pub(super) fn number(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// The tree that `files` make, the later merged over the earlier ones. `including` are the
    /// files that led here.
    pub(super) fn model(
        &mut self,
        files: &[Rc<File>],
        scope: &Scope,
        including: &mut Vec<BString>,
    ) -> Option<Node> {
        let mut model: Option<Node> = None;
        for (at, file) in files.iter().enumerate() {
            self.take(file);
            for document in self.documents(file, scope) {
                let by = scope.named.filter(|_| at > 0);
                let document = by.and_then(|by| self.copied(&document, by)).unwrap_or(document);
                let document = include::resolved(self, &document, file, scope, including);
                let base = model.take().and_then(|base| cleared(&base, &document));
                let document = extends::resolved(self, &document, file, scope);
                let Some(document) = untagged(&document) else { continue };
                model = Some(match base {
                    Some(base) => self.merged(&base, &document, &[]),
                    None => document,
                });
            }
        }
        model.map(|model| passed::through(&unique(&model), &scope.environment))
    }

    /// The documents of a file, their variables filled in.
    pub(super) fn documents(&mut self, file: &Rc<File>, scope: &Scope) -> Vec<Node> {
        let Declared::Tree(documents) = &file.declared else { return Vec::new() };
        let mut filled = Vec::with_capacity(documents.len());
        for document in documents.iter().filter(|document| document.is_map()) {
            let (node, gaps) =
                interpolate::filled(document, &file.text, &scope.environment, &mut self.room);
            filled.push(first_format(node));
            for gap in gaps {
                self.tell(gap);
            }
        }
        filled
    }

    /// `over` merged over `base`.
    pub(super) fn merged(&mut self, base: &Node, over: &Node, path: &[&str]) -> Node {
        let mut wrong = Vec::new();
        let node = merged(base, over, path, &mut |span| wrong.push(span));
        for span in wrong {
            self.refuse(span, GapKind::Unparsed, "compose can't merge this with what it overrides");
        }
        node
    }

    /// The file that `text`, which stands at `span`, names from `folder`.
    pub(super) fn named(&mut self, folder: &BStr, text: &str, span: Span) -> Option<Rc<File>> {
        let Some(path) = super::path::inside(folder, text) else {
            let message = "this names a file that is not in the repository";
            self.refuse(span, GapKind::Partial, message);
            return None;
        };
        match self.tree.file_as(path.as_ref(), FileKind::Compose) {
            Ok(Some(file)) => {
                file.gaps.iter().for_each(|gap| self.tell(gap.clone()));
                self.take(&file);
                Some(file)
            }
            Ok(None) => {
                let message = "this names a file that is not in the repository";
                self.refuse(span, GapKind::Partial, message);
                None
            }
            Err(gap) => {
                self.tell(gap);
                None
            }
        }
    }

    pub(super) fn take(&mut self, file: &Rc<File>) {
        if !self.files.iter().any(|known| known.text.file == file.text.file) {
            self.files.push(Rc::clone(file));
        }
    }

    /// Tells that what stands at `span` can't be taken.
    pub(super) fn refuse(&mut self, span: Span, kind: GapKind, message: &str) {
        let file = self.files.iter().find(|file| file.text.file == span.file);
        if let Some(file) = file.cloned() {
            self.tell(Gap { kind, ..Gap::at(&file.text, span, message) });
        }
    }

    pub(super) fn tell(&mut self, gap: Gap) {
        if self.gaps.len() < MOST_GAPS && !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// A tree that came in by what stands at `because`. `None`, with a gap, where it is too large.
    pub(super) fn copied(&mut self, node: &Node, because: Span) -> Option<Node> {
        let copy = copied(node, because, &mut self.nodes);
        if copy.is_none() {
            self.nodes = 0;
            let message = "what is extended and included comes to more than can be judged";
            self.refuse(because, GapKind::Limit, message);
        }
        copy
    }
}

/// The first format of compose files had nothing but services at the top.
fn first_format(document: Node) -> Node {
    let service = |entry: &Entry| {
        let scalar = |key: &str| entry.value.get(key).is_some_and(|node| node.text().is_some());
        entry.key.value != "services" && (scalar("image") || scalar("build"))
    };
    let newer = ["services", "version", "include", "name"];
    if newer.iter().any(|key| document.entry(key).is_some())
        || !document.entries().iter().any(service)
    {
        return document;
    }
    let key = Spanned::new("services".to_owned(), document.span);
    let entry = Entry { key, value: document.clone() };
    Node { content: Content::Map(Rc::new(vec![entry])), ..document }
}

/// `None`: there is no room left.
fn copied(node: &Node, because: Span, room: &mut usize) -> Option<Node> {
    *room = room.checked_sub(1)?;
    let content = match &node.content {
        Content::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = entry.key.clone().because([because]);
                Some(Entry { key, value: copied(&entry.value, because, room)? })
            });
            Content::Map(Rc::new(entries.collect::<Option<_>>()?))
        }
        Content::List(items) => {
            let items = items.iter().map(|item| copied(item, because, room));
            Content::List(Rc::new(items.collect::<Option<_>>()?))
        }
        content => content.clone(),
    };
    Some(Node { content, ..node.clone().because([because]) })
}
