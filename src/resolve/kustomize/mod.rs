//! Kustomizations: what they change of the objects that they name, and what they fetch. Source:
//! Kubernetes SIG CLI, "The Kustomization File".

mod data;
mod images;
mod namers;
mod patch;
mod remote;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::Resolved;
use super::helm::{below, first, split};
use super::kubernetes::{Object, Setting, objects};
use crate::model::{DataKind, Declaration, Declared, File, FileKind, Node, Span, Tree, Unit};

pub(in crate::resolve) use data::named_in;
pub(in crate::resolve) use namers::Namers;
use namers::resources;

const NAMES: &[&str] = &["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// How deep kustomizations may name one another.
const DEPTH: usize = 8;
/// How many files one kustomization is read for.
const FILES: usize = 300;
/// How many labels of a kustomization are looked at.
const LABELS: usize = 64;
/// Objects whose only use is to protect: that one is no longer named is a loss.
const PROTECTIVE: &[&str] = &[
    "NetworkPolicy",
    "CiliumNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "GlobalNetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "Namespace",
    "ClusterPolicy",
    "Policy",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
    "PeerAuthentication",
    "AuthorizationPolicy",
];

/// Kustomizations, each with the files that it changes something of.
pub(super) fn variants<'p>(
    tree: &dyn Tree,
    paths: impl IntoIterator<Item = &'p BString>,
) -> Vec<(BString, BString)> {
    let is = |path: &&BString| is_kustomization(split(path.as_bstr()).1);
    let paths = paths.into_iter().filter(is);
    paths
        .flat_map(|path| {
            resources(path.as_bstr(), tree).into_iter().map(|base| (path.clone(), base))
        })
        .collect()
}

fn is_kustomization(name: &BStr) -> bool {
    NAMES.iter().any(|known| name == known.as_bytes())
}

/// What the affected kustomizations make.
#[derive(Default)]
pub(super) struct Made {
    /// Units of its own.
    pub(super) resolved: Resolved,
    /// Objects as they are changed, in the name of the kustomization.
    pub(super) objects: Vec<Object>,
    /// Files that objects are generated from: what stands in them is told there.
    read: HashSet<BString>,
    /// Patches that were laid over what they change: by themselves they say nothing more.
    applied: HashSet<BString>,
    /// Objects that do not count by themselves: file and first byte. Those whose images a
    /// kustomization exchanges count in its name, protective ones with what names them.
    taken: HashSet<(BString, u32)>,
    /// Protective objects, each with the places that name it: when none does any more, it is lost.
    guards: BTreeMap<(BString, u32), Object>,
    /// Folders with an affected kustomization, and the files that these name.
    reached: HashMap<BString, HashSet<BString>>,
    /// What the first kustomization that reaches a file says of all objects.
    settings: HashMap<BString, Setting>,
}

/// Reads the affected kustomizations.
pub(super) fn made(tree: &dyn Tree, files: &[Rc<File>]) -> Made {
    let mut made = Made::default();
    for file in files {
        if tree.over() {
            break;
        }
        let Some(root) = first(file) else { continue };
        made.resolved.units.extend(remote::sources(root, file));
        made.resolved.units.extend(data::generated(root, file, tree, &mut made.read));
        let used = made.change(tree, file, root);
        let images = images::of(root).into_iter().enumerate();
        let unused = images.filter(|(at, _)| !used.contains(at));
        made.resolved.units.extend(unused.map(|(_, image)| image.reference(file)));
    }
    made.objects.extend(std::mem::take(&mut made.guards).into_values());
    made
}

impl Made {
    /// Whether a unit is only a file that an object is generated from.
    pub(super) fn holds(&self, unit: &Declaration) -> bool {
        matches!(&unit.unit, Unit::Data(data) if data.kind == DataKind::Environment)
            && self.read.contains(&unit.path)
    }

    /// Whether an object of a file counts by itself: no kustomization stands for it, or has left
    /// it out.
    pub(super) fn leaves(&self, object: &Object) -> bool {
        let path = &object.file.text.path;
        let reached = self.reached.get(split(path.as_bstr()).0.as_bytes());
        let out = PROTECTIVE.contains(&object.kind.as_str())
            && reached.is_some_and(|files| !files.contains(path));
        let place = (path.clone(), object.node.span.start);
        !out && !self.applied.contains(path) && !self.taken.contains(&place)
    }

    /// Puts what kustomizations say of all objects into one of a file.
    pub(super) fn settle(&mut self, object: &mut Object, tree: &dyn Tree) {
        let path = &object.file.text.path;
        if !self.settings.contains_key(path) {
            self.settings.insert(path.clone(), own(path.as_bstr(), tree));
        }
        object.setting = self.settings.get(path).cloned().unwrap_or_default();
    }

    /// Takes what a kustomization makes of the objects that it names; which of its images it found.
    fn change(&mut self, tree: &dyn Tree, file: &Rc<File>, root: &Node) -> HashSet<usize> {
        let patches = patch::of(root, file, tree);
        let mut reach = Reach::new(tree, file);
        reach.collect(file, DEPTH, &Chain { setting: setting(root), images: Vec::new() });
        let resources = reach.found;
        // Which of too many are left out has no meaning: then each stands for itself.
        let all = resources.len() < FILES;
        let folder = split(file.text.path.as_bstr()).0.to_owned();
        if all {
            let paths = resources.iter().map(|resource| resource.file.text.path.clone());
            self.reached.entry(folder).or_default().extend(paths);
        }
        let own = images::of(root);
        let mut used = HashSet::new();
        for Resource { file: resource, named, chain } in &resources {
            let Declared::Tree(documents) = &resource.declared else { continue };
            let setting =
                self.settings.entry(resource.text.path.clone()).or_insert(chain.setting.clone());
            let setting = setting.clone();
            for mut object in objects(documents, resource) {
                object.setting = setting.clone();
                let mut node = object.node.clone();
                let mut changed = false;
                for patch in patches.iter().filter(|patch| patch.is_for(&object)) {
                    node = patch.over(&node);
                    changed = true;
                    self.applied.extend(patch.path.clone());
                }
                if let Some((inner, _)) = images::over(&chain.images, &node) {
                    node = inner;
                }
                let place = (resource.text.path.clone(), object.node.span.start);
                if let Some((outer, by)) = images::over(&own, &node) {
                    node = outer;
                    changed = true;
                    used.extend(by);
                    self.taken.insert(place.clone());
                }
                if all && !changed && PROTECTIVE.contains(&object.kind.as_str()) {
                    self.taken.insert(place.clone());
                    let guard = self.guards.entry(place).or_insert(object);
                    guard.node.because.push(*named);
                } else if changed {
                    self.objects.push(Object { node, file: Rc::clone(file), ..object });
                }
            }
        }
        used
    }
}

/// What the kustomization of a file's own folder says of all objects, where it names the file.
fn own(path: &BStr, tree: &dyn Tree) -> Setting {
    let (folder, _) = split(path);
    let Some(file) = kustomization(tree, folder) else { return Setting::default() };
    let Some(root) = first(&file) else { return Setting::default() };
    let mut names = named(root).filter_map(|node| joined(folder, node.text()?));
    if names.any(|name| name == path) { setting(root) } else { Setting::default() }
}

/// Every list of local paths that a kustomization builds on.
fn named(root: &Node) -> impl Iterator<Item = &Node> {
    let lists = ["resources", "bases", "components"].into_iter();
    lists.flat_map(|key| root.get(key).map_or(&[][..], Node::items))
}

/// A file with objects that a kustomization names, itself or through another one.
struct Resource {
    file: Rc<File>,
    /// Where it is named.
    named: Span,
    chain: Chain,
}

/// What the kustomizations between one and a file say of all objects.
#[derive(Clone, Default)]
struct Chain {
    setting: Setting,
    /// The images that they exchange, innermost first; not those of the outermost.
    images: Vec<images::Image>,
}

impl Chain {
    /// With that of one further in.
    fn with(&self, root: &Node) -> Self {
        let inner = setting(root);
        let namespace = self.setting.namespace.clone().or(inner.namespace);
        let labels = inner.labels.into_iter().chain(self.setting.labels.iter().cloned()).collect();
        let images = images::of(root).into_iter().chain(self.images.iter().cloned()).collect();
        Self { setting: Setting { namespace, labels }, images }
    }
}

/// The namespace and the pods' labels that a kustomization gives. Source: Kustomize reference,
/// "namespace", "commonLabels", "labels".
fn setting(root: &Node) -> Setting {
    let on = |item: &Node, key: &str| item.get(key).and_then(Node::boolean) == Some(true);
    let lists = root.get("labels").map_or(&[][..], Node::items).iter();
    let lists = lists.filter(|item| on(item, "includeSelectors") || on(item, "includeTemplates"));
    let maps = root.get("commonLabels").into_iter().chain(lists.filter_map(|i| i.get("pairs")));
    let pairs = maps
        .flat_map(Node::entries)
        .take(LABELS)
        .filter_map(|entry| Some((entry.key.value.clone(), entry.value.text()?.to_owned())));
    let namespace = root.get("namespace").and_then(Node::text).filter(|text| !text.is_empty());
    Setting { namespace: namespace.map(str::to_owned), labels: pairs.collect() }
}

/// The files with objects that a kustomization builds on.
struct Reach<'t> {
    tree: &'t dyn Tree,
    seen: HashSet<BString>,
    found: Vec<Resource>,
}

impl<'t> Reach<'t> {
    fn new(tree: &'t dyn Tree, file: &File) -> Self {
        Self { tree, seen: HashSet::from([file.text.path.clone()]), found: Vec::new() }
    }

    fn collect(&mut self, file: &File, depth: usize, chain: &Chain) {
        let Some(root) = first(file).filter(|_| depth > 0) else { return };
        let (folder, _) = split(file.text.path.as_bstr());
        for (node, text) in named(root).filter_map(|node| Some((node, node.text()?))) {
            let Some(path) = joined(folder, text).filter(|_| self.found.len() < FILES) else {
                continue;
            };
            if !self.seen.insert(path.clone()) {
                continue;
            }
            if let Some(inner) = kustomization(self.tree, path.as_bstr()) {
                let chain = first(&inner).map_or_else(|| chain.clone(), |root| chain.with(root));
                self.collect(&inner, depth - 1, &chain);
            } else if let Ok(Some(file)) = self.tree.file_as(path.as_bstr(), FileKind::Kubernetes) {
                self.found.push(Resource { file, named: node.span, chain: chain.clone() });
            }
        }
    }
}

/// The kustomization of a folder.
fn kustomization(tree: &dyn Tree, folder: &BStr) -> Option<Rc<File>> {
    // Asked for by name: a folder's list would be copied for each of its files.
    NAMES.iter().find_map(|name| {
        tree.file_as(below(folder, name).as_bstr(), FileKind::Kustomization).ok().flatten()
    })
}

/// A path as a file of `folder` names it; `None`: it leads out of the tree, or elsewhere.
fn joined(folder: &BStr, text: &str) -> Option<BString> {
    if remote::is_remote(text) || text.contains('\n') {
        return None;
    }
    let mut parts: Vec<&[u8]> =
        folder.split(|&b| b == b'/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part.as_bytes()),
        }
    }
    Some(parts.join(&b'/').into())
}

/// The documents of the file that a kustomization names, and its path.
fn documents(file: &File, text: &str, tree: &dyn Tree) -> Option<(BString, Vec<Node>)> {
    let path = joined(split(file.text.path.as_bstr()).0, text)?;
    let file = tree.file_as(path.as_bstr(), FileKind::Yaml).ok().flatten()?;
    match &file.declared {
        Declared::Tree(documents) => Some((path, documents.clone())),
        _ => None,
    }
}
