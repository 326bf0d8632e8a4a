//! `extends`: a service over another one, of this file or of another.
//!
//! Source: Compose Specification, "`extends`"; compose-go, `loader/extends.go`.

use std::collections::HashMap;
use std::rc::Rc;

use bstr::BString;

use super::load::{Loader, Scope};
use super::merge::{unique, untagged};
use super::{path, rebase, remote};
use crate::model::{Content, Declared, Entry, File, GapKind, Node, Span};

/// Services that may extend each other in a row.
const DEEPEST: usize = 32;

/// The services of a file that others extend.
pub(super) struct Origin {
    id: usize,
    file: Rc<File>,
    /// The folder that its paths count from.
    folder: BString,
    services: Node,
    /// Where each service stands among them, by name.
    index: HashMap<String, usize>,
}

/// Where each entry stands, by its key, the last one where it stands twice.
fn index(services: &Node) -> HashMap<String, usize> {
    let entries = services.entries().iter().enumerate();
    entries.map(|(at, entry)| (entry.key.value.clone(), at)).collect()
}

/// Where services come from while they are resolved.
struct Resolver<'l, 't> {
    loader: &'l mut Loader<'t>,
    scope: &'l Scope,
    known: HashMap<(usize, String), Option<Node>>,
    chain: Vec<(usize, String)>,
}

/// The document with what its services extend merged into them.
pub(super) fn resolved(
    loader: &mut Loader<'_>,
    document: &Node,
    file: &Rc<File>,
    scope: &Scope,
) -> Node {
    let Some(services) = document.get("services") else { return document.clone() };
    if !services.entries().iter().any(|entry| entry.value.get("extends").is_some()) {
        return document.clone();
    }
    let origin = Origin {
        id: loader.number(),
        file: Rc::clone(file),
        folder: scope.folder.clone(),
        index: index(services),
        services: services.clone(),
    };
    let mut resolver = Resolver { loader, scope, known: HashMap::new(), chain: Vec::new() };
    let entries = services.entries().iter().enumerate().map(|(at, entry)| {
        // Of a name that stands twice the last one is known by it; the others are as they stand.
        let known = origin.index.get(&entry.key.value) == Some(&at);
        let value = known.then(|| resolver.service(&origin, &entry.key.value)).flatten();
        Entry { key: entry.key.clone(), value: value.unwrap_or_else(|| entry.value.clone()) }
    });
    let content = Content::Map(Rc::new(entries.collect()));
    with(document, "services", Node { content, ..services.clone() })
}

/// The mapping with another value under a key that it has.
pub(super) fn with(node: &Node, key: &str, value: Node) -> Node {
    let mut entries = node.entries().to_vec();
    if let Some(entry) = entries.iter_mut().rev().find(|entry| entry.key.value == key) {
        entry.value = value;
    }
    Node { content: Content::Map(Rc::new(entries)), ..node.clone() }
}

fn without(node: &Node, key: &str) -> Node {
    let entries = node.entries().iter().filter(|entry| entry.key.value != key).cloned();
    Node { content: Content::Map(Rc::new(entries.collect())), ..node.clone() }
}

impl Resolver<'_, '_> {
    /// A service with all that it extends. `None`: there is none of that name.
    fn service(&mut self, origin: &Origin, name: &str) -> Option<Node> {
        let at = *origin.index.get(name)?;
        let service = &origin.services.entries().get(at)?.value;
        let Some(extends) = service.get("extends").filter(|extends| !extends.is_null()) else {
            return Some(service.clone());
        };
        let key = (origin.id, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let own = without(service, "extends");
        if self.chain.contains(&key) {
            let message = "services extend each other in a circle";
            self.loader.refuse(extends.span, GapKind::Unparsed, message);
            return Some(own);
        }
        if self.chain.len() >= DEEPEST {
            let message = "too many services extend each other in a row";
            self.loader.refuse(extends.span, GapKind::Limit, message);
            return Some(own);
        }
        self.chain.push(key.clone());
        let base = self.base(origin, extends);
        self.chain.pop();
        let resolved = match base.and_then(|base| self.loader.copied(&base, extends.span)) {
            Some(base) => {
                let places = [own.span, extends.span, base.span];
                let mut over = self.loader.merged(&base, &own, &["services", name]);
                over.span = own.span;
                over.because.extend(places.into_iter().chain(own.because));
                over.because.dedup();
                over
            }
            None => own,
        };
        self.known.insert(key, Some(resolved.clone()));
        Some(resolved)
    }

    /// The service that is extended, its paths as the one that extends reads them.
    fn base(&mut self, origin: &Origin, extends: &Node) -> Option<Node> {
        let service = extends.get("service").unwrap_or(extends);
        let name = service.text()?;
        if extends.is_opaque() || service.is_opaque() {
            return None;
        }
        let Some(file) = extends.get("file").filter(|file| !file.is_null()) else {
            let base = self.service(origin, name);
            return self.told(base, service.span, &origin.file);
        };
        let text = file.text()?;
        if file.is_opaque() {
            return None;
        }
        if path::is_remote(text) {
            self.loader.sources.push(remote::source(file, text));
            return None;
        }
        let other = self.origin(origin, text, file.span)?;
        let base = self.service(&other, name);
        let base = self.told(base, service.span, &other.file)?;
        self.loader.extended.insert((other.file.text.path.clone(), name.to_owned()));
        Some(rebase::service(&base, other.folder.as_ref(), origin.folder.as_ref()))
    }

    fn told(&mut self, base: Option<Node>, span: Span, file: &Rc<File>) -> Option<Node> {
        if base.is_none() && !matches!(file.declared, Declared::Opaque) {
            let message = "the service that is extended is not there";
            self.loader.refuse(span, GapKind::Unparsed, message);
        }
        base
    }

    /// The services of the file that `text` names.
    fn origin(&mut self, from: &Origin, text: &str, span: Span) -> Option<Rc<Origin>> {
        let file = self.loader.named(from.folder.as_ref(), text, span)?;
        let key = (file.text.path.clone(), self.scope.id);
        if let Some(known) = self.loader.bases.get(&key) {
            return known.clone();
        }
        let mut model: Option<Node> = None;
        for document in self.loader.documents(&file, self.scope) {
            let Some(document) = untagged(&document) else { continue };
            model = Some(match model {
                Some(base) => self.loader.merged(&base, &document, &[]),
                None => document,
            });
        }
        let services = model.and_then(|model| unique(&model).get("services").cloned());
        let origin = services.map(|services| {
            let folder = path::parent(file.text.path.as_ref()).into();
            let (id, index) = (self.loader.number(), index(&services));
            Rc::new(Origin { id, file, folder, services, index })
        });
        self.loader.bases.insert(key, origin.clone());
        origin
    }
}
