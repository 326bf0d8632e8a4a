//! The objects of a file: documents, lists and objects inside other objects unrolled.
//!
//! Source: Kubernetes documentation, "Objects In Kubernetes" and "API Concepts".

use std::rc::Rc;

use crate::model::{Content, Declaration, File, Node, Span, Spanned, Unit, printable};

/// How deep lists are looked through, and how deep an object may lie inside another one.
const DEPTH: usize = 24;
/// How many objects one file is read for.
const MOST: usize = 20_000;
/// How many lines of a unit similarity compares, and how many bytes it looks at.
const BODY: usize = 400;
const BODY_BYTES: usize = 64 << 10;

/// One object of the API, as a file declares it.
#[derive(Clone, Debug)]
pub(in crate::resolve) struct Object {
    /// `apps/v1`, as written.
    pub(in crate::resolve) api_version: String,
    /// `Deployment`.
    pub(in crate::resolve) kind: String,
    /// The group of the API, without the version: `apps`; empty for the core.
    pub(in crate::resolve) group: String,
    /// `metadata.namespace`, where there is one.
    pub(in crate::resolve) namespace: Option<Spanned<String>>,
    /// `metadata.name`, else `metadata.generateName`.
    pub(in crate::resolve) name: Option<Spanned<String>>,
    /// All of it.
    pub(in crate::resolve) node: Node,
    /// The file that it stands in.
    pub(in crate::resolve) file: Rc<File>,
    /// Where an absence shows: its name, else its kind.
    pub(in crate::resolve) head: Span,
    /// What a kustomization makes of it.
    pub(in crate::resolve) setting: Setting,
}

/// What a kustomization says of all objects that it names. It decides who selects whom, and not
/// what they are called: they may be named by several.
#[derive(Clone, Debug, Default)]
pub(in crate::resolve) struct Setting {
    /// The namespace that it puts them in.
    pub(in crate::resolve) namespace: Option<String>,
    /// The labels that their pods get.
    pub(in crate::resolve) labels: Vec<(String, String)>,
}

impl Object {
    /// Reads a mapping that has `apiVersion` and `kind`.
    fn read(node: &Node, file: &Rc<File>) -> Option<Self> {
        let (version, kind) = (node.get("apiVersion")?.text()?, node.entry("kind")?);
        Some(Self::of(node, version, kind.value.text()?, kind.value.span, file))
    }

    fn of(node: &Node, version: &str, kind: &str, head: Span, file: &Rc<File>) -> Self {
        let metadata = |key: &str| {
            let value = node.get("metadata").and_then(|metadata| metadata.get(key));
            value.and_then(Node::spanned).filter(|text| !text.value.is_empty())
        };
        let name = metadata("name").or_else(|| metadata("generateName"));
        Self {
            api_version: version.to_owned(),
            kind: kind.to_owned(),
            group: version.rsplit_once('/').map(|(group, _)| group.to_owned()).unwrap_or_default(),
            namespace: metadata("namespace"),
            head: name.as_ref().map_or(head, |name| name.span),
            name,
            node: node.clone(),
            file: Rc::clone(file),
            setting: Setting::default(),
        }
    }

    /// Its name; empty where it has none.
    pub(in crate::resolve) fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| &name.value)
    }

    /// Its namespace; empty where it names none, or the one that is meant then.
    pub(in crate::resolve) fn namespace(&self) -> &str {
        let named = self.namespace.as_ref().map_or("", |namespace| &namespace.value);
        if named == "default" { "" } else { named }
    }

    /// The namespace that it gets, whoever says so; empty for the one that is meant otherwise.
    pub(in crate::resolve) fn scope(&self) -> &str {
        match self.setting.namespace.as_deref() {
            Some("default") => "",
            Some(namespace) => namespace,
            None => self.namespace(),
        }
    }

    /// What makes it the same one in another file: `Service/namespace/name`.
    pub(in crate::resolve) fn identity(&self) -> String {
        self.identity_as(&self.kind)
    }

    /// The same, for objects of several kinds that take each other's place.
    pub(in crate::resolve) fn identity_as(&self, kind: &str) -> String {
        format!("{kind}/{}/{}", self.namespace(), self.name())
    }

    /// How messages name it: `Service web`.
    pub(in crate::resolve) fn title(&self) -> String {
        let name = printable(self.name(), 60);
        let kind = printable(&self.kind, 60);
        if name.is_empty() { kind } else { format!("{kind} {name}") }
    }

    /// A value of it at a path of keys: `spec.template.spec`.
    pub(in crate::resolve) fn at(&self, path: &str) -> Option<&Node> {
        self.node.at(path)
    }

    /// `unit` as one that this object declares, on the lines of `span`.
    pub(in crate::resolve) fn declare(
        &self,
        unit: Unit,
        title: impl Into<String>,
        span: Span,
    ) -> Declaration {
        Declaration {
            unit,
            path: self.file.text.path.clone(),
            title: title.into(),
            body: self.body(span),
        }
    }

    /// The lines of a span for similarity: whitespace folded, comments and blank lines left out.
    fn body(&self, span: Span) -> Vec<String> {
        if span.file != self.file.text.file {
            return Vec::new();
        }
        let content = &self.file.text.content;
        let end = (span.end as usize).min(span.start as usize + BODY_BYTES);
        let mut end = end.min(content.len());
        while !content.is_char_boundary(end) {
            end -= 1;
        }
        let text = content.get(span.start as usize..end).unwrap_or_default();
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).take(BODY).collect()
    }
}

/// Every object of a file's documents: those of a `List` and those inside other objects too.
pub(in crate::resolve) fn objects(documents: &[Node], file: &Rc<File>) -> Vec<Object> {
    let mut found = Vec::new();
    for document in documents {
        unroll(document, file, DEPTH, &mut found);
    }
    found
}

fn unroll(node: &Node, file: &Rc<File>, depth: usize, found: &mut Vec<Object>) {
    if depth == 0 || found.len() >= MOST {
        return;
    }
    let Some(object) = Object::read(node, file) else {
        return inside(node, file, depth, found);
    };
    if let Some((items, singular)) = list(&object) {
        for item in items {
            if Object::read(item, file).is_none() && item.is_map() {
                let version = object.api_version.as_str();
                found.push(Object::of(item, version, singular, item.span, file));
            } else {
                unroll(item, file, depth - 1, found);
            }
        }
        return;
    }
    // Schemas describe objects and hold none.
    let schema = object.kind == "CustomResourceDefinition";
    found.push(object);
    if !schema {
        inside(node, file, depth, found);
    }
}

/// The items of a list, and of which kind they are where they don't say.
fn list(object: &Object) -> Option<(&[Node], &str)> {
    let singular = object.kind.strip_suffix("List")?;
    let items = object.node.get("items").filter(|items| items.is_list())?;
    Some((items.items(), if singular.is_empty() { "Object" } else { singular }))
}

/// Objects that stand inside another one: what an operator is told to create.
fn inside(node: &Node, file: &Rc<File>, depth: usize, found: &mut Vec<Object>) {
    if depth == 0 {
        return;
    }
    match &node.content {
        Content::List(items) => {
            for item in items.iter() {
                nested(item, file, depth - 1, found);
            }
        }
        Content::Map(entries) => {
            for entry in entries.iter() {
                nested(&entry.value, file, depth - 1, found);
            }
        }
        _ => {}
    }
}

fn nested(node: &Node, file: &Rc<File>, depth: usize, found: &mut Vec<Object>) {
    if is_nested(node) {
        unroll(node, file, depth, found);
    } else {
        inside(node, file, depth, found);
    }
}

/// An object, and not a mere reference to one.
pub(super) fn is_nested(node: &Node) -> bool {
    let has = |key: &str| node.get(key).and_then(Node::text).is_some();
    let body = |key: &str| node.get(key).is_some_and(|node| node.is_map() || node.is_list());
    has("apiVersion") && has("kind") && (body("metadata") || body("items"))
}
