//! The image of a component of values: one reference spread over several keys.

use std::rc::Rc;

use super::Walk;
use crate::model::{Content, Node, Scalar};

impl<'a> Walk<'a> {
    /// The image of a component, put together from wherever its parts stand.
    pub(super) fn image(&self, node: &'a Node, path: &[&str]) -> Option<Node> {
        let inner = match node.get("image") {
            Some(image) if image.is_map() => image,
            Some(image) if image.text().is_some() => {
                let image = self.own(node, "image")?;
                let tag = ["imageTag", "tag"].iter().find_map(|key| filled(node.get(key)));
                return joined(None, image, tag, None);
            }
            // A map of images; `image` itself was read with what it is of.
            _ if path.last() == Some(&"image") => return None,
            _ if node.get("repository").is_some()
                && (node.get("tag").is_some() || node.get("digest").is_some()) =>
            {
                node
            }
            _ => return None,
        };
        let repository =
            ["repository", "name"].iter().find_map(|key| filled(self.own(inner, key)))?;
        let tag = filled(inner.get("tag"));
        let digest = ["digest", "sha"].iter().find_map(|key| filled(inner.get(key)));
        joined(filled(inner.get("registry")), repository, tag, digest)
    }
}

fn filled(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| node.text().is_some_and(|text| !text.is_empty()))
}

/// One reference of several parts. Without a tag it is the chart's own version, which can't be
/// known here.
fn joined(
    registry: Option<&Node>,
    repository: &Node,
    tag: Option<&Node>,
    digest: Option<&Node>,
) -> Option<Node> {
    let name = repository.text()?;
    let tagged = name.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
    let place = digest.or(tag).unwrap_or(repository);
    let own = digest.is_none() && tag.is_none() && !tagged;
    let part = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let mut text = part(registry).map(|registry| format!("{registry}/")).unwrap_or_default();
    text.push_str(name);
    match (part(digest), part(tag)) {
        (Some(digest), _) => text.extend(["@", &digest]),
        (None, Some(tag)) => text.extend([":", &tag]),
        (None, None) if own => text.push_str(":{{ .Chart.AppVersion }}"),
        (None, None) => {}
    }
    let parts = [tag, digest, registry, Some(repository)];
    let opaque = own || parts.iter().flatten().any(|part| part.is_opaque());
    let because = parts.iter().flatten().map(|part| part.span).filter(|span| *span != place.span);
    let scalar = Scalar { text, plain: false, opaque };
    let node = Node::new(Content::Scalar(Rc::new(scalar)), place.span);
    Some(node.because(place.because.iter().copied()).because(because))
}
