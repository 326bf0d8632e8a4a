//! Images that a kustomization puts in place of others, and charts that it inflates.

use std::rc::Rc;

use crate::model::{
    Base, Declaration, File, ImageRef, Node, Platform, Spanned, Unit, Workload, printable,
};

/// Each entry of `images` as a reference of its own.
pub(super) fn references(root: &Node, file: &Rc<File>) -> Vec<Declaration> {
    let items = root.get("images").map_or(&[][..], Node::items);
    items.iter().filter_map(|item| reference(item, file)).collect()
}

fn reference(item: &Node, file: &Rc<File>) -> Option<Declaration> {
    let name = item.get("name")?;
    let text = |key: &str| {
        let node = item.get(key).filter(|node| !node.is_null())?;
        node.spanned().filter(|text| !text.value.is_empty())
    };
    let (new_name, tag, digest) = (text("newName"), text("newTag"), text("digest"));
    let repository = new_name.clone().or_else(|| name.spanned())?;
    let written = match (&tag, &digest) {
        (_, Some(digest)) => format!("{}@{}", repository.value, digest.value),
        (Some(tag), None) => format!("{}:{}", repository.value, tag.value),
        (None, None) => format!("{}:$TAG", repository.value),
    };
    let opaque = ["newName", "newTag", "digest"]
        .iter()
        .any(|key| item.get(key).is_some_and(Node::is_opaque));
    let base = match ImageRef::parse(&written) {
        Ok(image) if !opaque && (tag.is_some() || digest.is_some()) => Base::Image(image),
        _ => Base::Unknown(written),
    };
    let place = digest.as_ref().or(tag.as_ref()).unwrap_or(&repository);
    let others = [&digest, &tag, &new_name].into_iter().flatten().map(|text| text.span);
    let mut because: Vec<_> = others.filter(|span| *span != place.span).collect();
    because.push(name.span);
    let title = format!("image {} of the kustomization", printable(name.text()?, 60));
    let identity = format!("kustomize image {}", name.text()?);
    let mut workload = Workload::new(Platform::Reference, identity, title.clone(), name.span);
    workload.span = item.span;
    workload.image = Some(Spanned { value: base, span: place.span, because });
    Some(Declaration {
        unit: Unit::Workload(Box::new(workload)),
        path: file.text.path.clone(),
        title,
        body: Vec::new(),
    })
}
