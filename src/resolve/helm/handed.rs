//! Values that objects of Flux, Argo CD and others hand to a chart, in whichever form.
//!
//! Source: Flux, "Helm Releases"; Argo CD, "Helm"; K3s, "Using the HelmChart Custom Resource".

use std::collections::HashMap;
use std::rc::Rc;

use super::inline;
use super::values::Values;
use crate::model::{Content, Entry, Node, Spanned, Tree};
use crate::resolve::kubernetes::Object;

/// How many sources of one object, and parameters of one source, are looked at.
const MOST: usize = 512;
/// How deep a parameter's name leads.
const DEPTH: usize = 12;

/// The values of each chart that an object names.
pub(super) fn of<'o>(object: &'o Object, tree: &dyn Tree) -> Vec<Values<'o>> {
    let roots = match (object.group.as_str(), object.kind.as_str()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            object.at("spec.values").cloned().into_iter().collect()
        }
        ("argoproj.io", "Application") => sources(object.at("spec"), tree),
        ("argoproj.io", "ApplicationSet") => sources(object.at("spec.template.spec"), tree),
        ("helm.cattle.io", "HelmChart" | "HelmChartConfig") => object
            .at("spec")
            .into_iter()
            .filter_map(|spec| text(spec, "valuesContent", tree))
            .collect(),
        _ => Vec::new(),
    };
    let roots: Vec<Node> = roots.into_iter().filter(Node::is_map).collect();
    let several = roots.len() > 1;
    let named = |(at, root): (usize, Node)| {
        let title = object.title();
        let of = if several && at > 0 { format!("{title}, source {}", at + 1) } else { title };
        Values { root, file: &object.file, of }
    };
    roots.into_iter().enumerate().map(named).collect()
}

/// What an application of Argo CD says to the charts of its sources.
fn sources(spec: Option<&Node>, tree: &dyn Tree) -> Vec<Node> {
    let Some(spec) = spec else { return Vec::new() };
    let one = spec.get("source").into_iter();
    let many = spec.get("sources").map(Node::items).unwrap_or_default().iter();
    let helm = one.chain(many).filter_map(|source| source.get("helm")).take(MOST);
    helm.map(|helm| argo(helm, tree)).collect()
}

/// The later of these forms count more: the text, the object, the parameters.
fn argo(helm: &Node, tree: &dyn Tree) -> Node {
    let mut root = Node::new(Content::Map(Rc::default()), helm.span);
    let object = helm.get("valuesObject").cloned();
    for values in text(helm, "values", tree).into_iter().chain(object).filter(Node::is_map) {
        root = over(&root, &values, DEPTH);
    }
    let mut given = Node::new(Content::Map(Rc::default()), helm.span);
    for parameter in helm.get("parameters").map(Node::items).unwrap_or_default().iter().take(MOST) {
        let (Some(name), Some(value)) = (parameter.get("name"), parameter.get("value")) else {
            continue;
        };
        let steps = name.text().map(steps).unwrap_or_default();
        if (1..=DEPTH).contains(&steps.len()) {
            given = over(&given, &nested(&steps, value), DEPTH);
        }
    }
    over(&root, &given, DEPTH)
}

/// Values that are written as a text.
fn text(of: &Node, key: &str, tree: &dyn Tree) -> Option<Node> {
    let entry = of.entry(key)?;
    inline(&entry.value, entry.key.span.line, tree).into_iter().next()
}

/// `a.b\.c` as its steps. What leads into a list keeps the number in its name.
fn steps(name: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        match (letter, steps.last_mut()) {
            ('.', _) => steps.push(String::new()),
            ('\\', Some(step)) => step.extend(letters.next()),
            (letter, Some(step)) => step.push(letter),
            (_, None) => {}
        }
    }
    steps
}

fn nested(steps: &[String], value: &Node) -> Node {
    steps.iter().rev().fold(value.clone(), |inner, step| {
        let key = Spanned::new(step.clone(), inner.span);
        let span = inner.span;
        Node::new(Content::Map(Rc::new(vec![Entry { key, value: inner }])), span)
    })
}

/// Values with others laid over them: maps are joined, all else is exchanged.
fn over(base: &Node, top: &Node, depth: usize) -> Node {
    if depth == 0 || !base.is_map() || !top.is_map() {
        return top.clone();
    }
    let mut entries = base.entries().to_vec();
    let own = base.entries().iter().enumerate();
    let mut index: HashMap<&str, usize> =
        own.map(|(at, entry)| (entry.key.value.as_str(), at)).collect();
    for entry in top.entries() {
        let at = *index.entry(&entry.key.value).or_insert(entries.len());
        match entries.get_mut(at) {
            Some(own) => own.value = over(&own.value, &entry.value, depth - 1),
            None => entries.push(entry.clone()),
        }
    }
    Node { content: Content::Map(Rc::new(entries)), ..base.clone() }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn a_parameter_names_a_path() {
        assert_eq!(steps("image.tag"), ["image", "tag"]);
        assert_eq!(steps(r"labels.a\.b/c"), ["labels", "a.b/c"]);
        assert_eq!(steps("hosts[0].name"), ["hosts[0]", "name"]);
    }
}
