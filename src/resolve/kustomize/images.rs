//! Images that a kustomization puts in place of others.

use std::rc::Rc;

use crate::model::{
    Base, Content, Declaration, Entry, File, ImageRef, Node, Platform, Span, Spanned, Unit,
    Workload, printable,
};

/// How deep an object is looked through for containers.
const DEPTH: usize = 24;

/// One entry of `images`.
#[derive(Clone)]
pub(super) struct Image {
    name: Spanned<String>,
    new_name: Option<Spanned<String>>,
    tag: Option<Spanned<String>>,
    digest: Option<Spanned<String>>,
    opaque: bool,
    span: Span,
}

/// The entries of a kustomization, in order.
pub(super) fn of(root: &Node) -> Vec<Image> {
    root.get("images").map_or(&[][..], Node::items).iter().filter_map(Image::read).collect()
}

impl Image {
    fn read(item: &Node) -> Option<Self> {
        let text = |key: &str| {
            let node = item.get(key).filter(|node| !node.is_null())?;
            node.spanned().filter(|text| !text.value.is_empty())
        };
        let opaque = |key: &&str| item.get(key).is_some_and(Node::is_opaque);
        Some(Self {
            name: text("name")?,
            new_name: text("newName"),
            tag: text("newTag"),
            digest: text("digest"),
            opaque: ["newName", "newTag", "digest"].iter().any(opaque),
            span: item.span,
        })
    }

    /// Where it says what holds the image, and where else it speaks of it.
    fn places(&self) -> (Span, Vec<Span>) {
        let own = [&self.digest, &self.tag, &self.new_name].into_iter().flatten();
        let all: Vec<Span> = own.chain([&self.name]).map(|text| text.span).collect();
        let first = all.first().copied().unwrap_or(self.span);
        (first, all.into_iter().skip(1).collect())
    }

    /// The reference that stands in place of `written`, where that is of its image.
    fn over(&self, written: &str) -> Option<String> {
        let (name, rest) = split(written);
        if name != self.name.value {
            return None;
        }
        let name = self.new_name.as_ref().map_or(name, |new| new.value.as_str());
        Some(match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => format!("{name}:{}@{}", tag.value, digest.value),
            (None, Some(digest)) => format!("{name}@{}", digest.value),
            (Some(tag), None) => format!("{name}:{}", tag.value),
            (None, None) => format!("{name}{rest}"),
        })
    }

    /// The entry as a reference of its own: nothing that it is for is in the tree.
    pub(super) fn reference(&self, file: &Rc<File>) -> Declaration {
        let name = self.new_name.as_ref().unwrap_or(&self.name);
        let held = self.tag.is_some() || self.digest.is_some();
        let written = match self.over(&self.name.value) {
            Some(written) if held => written,
            _ => format!("{}:$TAG", name.value),
        };
        let base = match ImageRef::parse(&written) {
            Ok(image) if !self.opaque && held => Base::Image(image),
            _ => Base::Unknown(written),
        };
        let (span, because) = self.places();
        let title = format!("image {} of the kustomization", printable(&self.name.value, 60));
        let identity = format!("kustomize image {}", self.name.value);
        let mut workload =
            Workload::new(Platform::Reference, identity, title.clone(), self.name.span);
        workload.span = self.span;
        workload.image = Some(Spanned { value: base, span, because });
        Declaration {
            unit: Unit::Workload(Box::new(workload)),
            path: file.text.path.clone(),
            title,
            body: Vec::new(),
        }
    }
}

/// A reference's name, and the tag and digest behind it.
fn split(reference: &str) -> (&str, &str) {
    let end = reference.find('@').unwrap_or(reference.len());
    let named = reference.get(..end).unwrap_or_default();
    let slash = named.rfind('/').map_or(0, |at| at + 1);
    let tag = named.get(slash..).and_then(|last| last.find(':')).map_or(end, |at| slash + at);
    reference.split_at_checked(tag).unwrap_or((reference, ""))
}

/// `node` with the images of its containers exchanged, and which of `images` did so; `None`: none.
pub(super) fn over(images: &[Image], node: &Node) -> Option<(Node, Vec<usize>)> {
    if images.is_empty() {
        return None;
    }
    let mut used = Vec::new();
    let node = inside(images, node, DEPTH, &mut used)?;
    Some((node, used))
}

fn inside(images: &[Image], node: &Node, depth: usize, used: &mut Vec<usize>) -> Option<Node> {
    if depth == 0 {
        return None;
    }
    match &node.content {
        Content::Map(entries) => {
            let changed = each(entries, |entry| {
                let lists = matches!(entry.key.value.as_str(), "containers" | "initContainers");
                let value = match &entry.value.content {
                    Content::List(items) if lists => {
                        list(&entry.value, items, |item| container(images, item, used))
                    }
                    _ => inside(images, &entry.value, depth - 1, used),
                };
                value.map(|value| Entry { value, ..entry.clone() })
            })?;
            Some(Node { content: Content::Map(Rc::new(changed)), ..node.clone() })
        }
        Content::List(items) => list(node, items, |item| inside(images, item, depth - 1, used)),
        _ => None,
    }
}

fn container(images: &[Image], node: &Node, used: &mut Vec<usize>) -> Option<Node> {
    let changed = each(node.entries(), |entry| {
        let text = entry.value.text().filter(|_| entry.key.value == "image")?;
        let at = images.iter().position(|image| image.over(text).is_some())?;
        let image = images.get(at)?;
        used.push(at);
        let (span, because) = image.places();
        let mut value = Node::scalar(image.over(text)?, false, span);
        if image.opaque
            && let Content::Scalar(scalar) = &mut value.content
        {
            Rc::make_mut(scalar).opaque = true;
        }
        let value = value.because(because).because([entry.value.span]);
        Some(Entry { value, ..entry.clone() })
    })?;
    Some(Node { content: Content::Map(Rc::new(changed)), ..node.clone() })
}

fn list(node: &Node, items: &[Node], change: impl FnMut(&Node) -> Option<Node>) -> Option<Node> {
    let changed = each(items, change)?;
    Some(Node { content: Content::List(Rc::new(changed)), ..node.clone() })
}

/// All of `items`, those exchanged that `change` gives another one for; `None`: none is.
fn each<T: Clone>(items: &[T], mut change: impl FnMut(&T) -> Option<T>) -> Option<Vec<T>> {
    let mut all: Option<Vec<T>> = None;
    for (at, item) in items.iter().enumerate() {
        if let Some(other) = change(item)
            && let Some(place) = all.get_or_insert_with(|| items.to_vec()).get_mut(at)
        {
            *place = other;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_reference_is_split_behind_its_name() {
        for (reference, name, rest) in [
            ("web", "web", ""),
            ("acme/web:1.2", "acme/web", ":1.2"),
            ("host:5000/web", "host:5000/web", ""),
            ("host:5000/web:1@sha256:ab", "host:5000/web", ":1@sha256:ab"),
            ("web@sha256:ab", "web", "@sha256:ab"),
        ] {
            assert_eq!(split(reference), (name, rest), "{reference}");
        }
    }
}
