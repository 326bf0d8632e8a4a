//! Images that an operator's own objects name outside of any pod: `spec.image`, `imageName`.
//!
//! Source: what custom resources have in common; Kubernetes documentation, "Custom Resources".

use std::collections::HashSet;

use super::container::image;
use super::object::{Object, is_nested};
use super::pod::{self, Pod};
use crate::model::{
    Base, Content, Declaration, Node, Platform, Scalar, Spanned, Unit, Workload, printable,
};

/// How deep an object is searched, and how many images one is read for.
const DEPTH: usize = 16;
const MOST: usize = 500;
/// Keys under which an image stands.
const KEYS: &[&str] = &["image", "imageName", "containerImage", "dockerImage", "docker_image"];
/// Endings of what is an image of another kind.
const FILES: &[&str] = &["png", "svg", "jpg", "jpeg", "gif", "webp", "ico", "iso", "img", "qcow2"];

/// The images of an object that stand in none of its pods.
pub(super) fn units(object: &Object, pods: &[Pod<'_>]) -> Vec<Declaration> {
    // Kubernetes' own objects have none; what stands under `image` there is told with its pods.
    let own = !object.group.contains('.') || object.group.ends_with(".k8s.io");
    let pods = pods.iter().map(|pod| pod.spec.span.start).collect();
    let mut search = Search { object, pods, found: Vec::new() };
    if !own && !pod::describes(object) {
        search.look(&object.node, &mut Vec::new());
    }
    search.found
}

struct Search<'o> {
    object: &'o Object,
    /// Where its pods begin.
    pods: HashSet<u32>,
    found: Vec<Declaration>,
}

impl<'o> Search<'o> {
    fn look(&mut self, node: &'o Node, steps: &mut Vec<String>) {
        let pod = node.is_map() && self.pods.contains(&node.span.start);
        if steps.len() > DEPTH || self.found.len() >= MOST || pod {
            return;
        }
        match &node.content {
            Content::Map(entries) => {
                for entry in entries.iter() {
                    let key = entry.key.value.as_str();
                    if KEYS.contains(&key)
                        && let Some(image) = named(&entry.value)
                    {
                        self.say(node, steps, key, image);
                    } else if !is_nested(&entry.value) && key != "metadata" {
                        steps.push(entry.key.value.clone());
                        self.look(&entry.value, steps);
                        steps.pop();
                    }
                }
            }
            Content::List(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| !is_nested(item)) {
                    let name = item.get("name").and_then(Node::text);
                    steps.push(name.map_or_else(|| index.to_string(), |name| printable(name, 60)));
                    self.look(item, steps);
                    steps.pop();
                }
            }
            _ => {}
        }
    }

    fn say(&mut self, around: &Node, steps: &[String], key: &str, image: Spanned<Base>) {
        let object = self.object;
        let path = steps.iter().filter(|step| *step != "spec");
        let path = path.map(String::as_str).collect::<Vec<_>>().join("/");
        let title = match path.as_str() {
            "" => object.title(),
            path => format!("{} of {}", printable(path, 80), object.title()),
        };
        let identity = format!("{}/{path}/{key}", object.identity());
        let mut workload = Workload::new(Platform::Reference, identity, title.clone(), image.span);
        workload.span = image.span;
        workload.image = Some(image);
        self.found.push(object.declare(Unit::Workload(Box::new(workload)), title, around.span));
    }
}

/// A reference, in one piece or as its parts.
fn named(node: &Node) -> Option<Spanned<Base>> {
    if !node.is_map() {
        return node.text().filter(|text| is_reference(text)).and_then(|_| image(node));
    }
    let part = |key: &str| node.get(key).filter(|part| part.text().is_some_and(|t| !t.is_empty()));
    let (repository, tag, digest) = (part("repository")?, part("tag"), part("digest"));
    let text = |part: Option<&Node>| part.and_then(Node::text).map(str::to_owned);
    let mut whole = text(part("registry")).map(|text| format!("{text}/")).unwrap_or_default();
    whole.push_str(repository.text()?);
    whole.extend(text(tag).map(|tag| format!(":{tag}")));
    whole.extend(text(digest).map(|digest| format!("@{digest}")));
    // Without a tag it is the operator's own version.
    let held = tag.is_some() || digest.is_some();
    let parts = [digest, tag, Some(repository), part("registry")];
    let opaque = !held || parts.iter().flatten().any(|part| part.is_opaque());
    let mut places = parts.into_iter().flatten().map(|part| part.span);
    let span = places.next().unwrap_or(node.span);
    let scalar = Scalar { text: whole, plain: false, opaque };
    image(&Node::new(Content::Scalar(std::rc::Rc::new(scalar)), span).because(places))
}

/// It has a registry, a tag or a digest, and is no address and no picture.
fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let ending = text.rsplit('.').next().unwrap_or_default();
    text.contains(['/', ':', '@'])
        && !text.contains("://")
        && !text.starts_with(['/', '.'])
        && !text.starts_with("data:")
        && !text.contains(char::is_whitespace)
        && !FILES.iter().any(|file| ending.eq_ignore_ascii_case(file))
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn pictures_and_addresses_are_no_images() {
        for text in ["ghcr.io/acme/db:16", "postgres:16.2", "acme/web", "dex/dex@sha256:ab"] {
            assert!(is_reference(text), "{text}");
        }
        for text in [
            "web",
            "/logo.svg",
            "icons/web.PNG",
            "https://example.org/a:b",
            "data:image/png;base64,AAAA",
            "./web/x",
            "local:iso/debian.iso",
            "two words: here",
        ] {
            assert!(!is_reference(text), "{text}");
        }
    }
}
