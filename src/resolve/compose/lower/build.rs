//! `build`: the stage that a service's image is built from, and the context that it is built in.
//!
//! Source: Compose Specification, "Compose Build Specification".

use std::rc::Rc;

use bstr::{BStr, BString};

use super::super::Project;
use super::{data, read};
use crate::model::{
    Build, Declaration, Declared, Dockerfile, Entry, File, FileKind, Gap, GapKind, Node, Source,
    SourceKind, Span, Stage, Text, Tree, Unit, Value, Workload,
};
use crate::resolve::{context, stage};

/// What a URL of a context starts with.
const REMOTE: &[&str] = &["http://", "https://", "git://", "ssh://", "git@", "github.com/"];

/// What the context of a build is called.
const CONTEXT: &str = "build context";

/// What the builds of a project are lowered to, beside the workloads.
pub(super) struct Builds<'a> {
    pub(super) project: &'a Project,
    pub(super) tree: &'a dyn Tree,
    pub(super) units: Vec<Declaration>,
    pub(super) gaps: Vec<Gap>,
    /// Dockerfiles that only their builds make known.
    named: Vec<BString>,
    left: usize,
}

/// How a service says that its image is built.
struct Asked<'n> {
    /// `service web`.
    identity: &'n str,
    /// `build` itself: the context, or a mapping.
    node: &'n Node,
    /// What says how it is built; the target first.
    places: Vec<Span>,
}

impl<'n> Asked<'n> {
    fn new(identity: &'n str, node: &'n Node) -> Self {
        let keys = ["target", "dockerfile", "context", "additional_contexts"];
        let said = keys.iter().filter_map(|key| node.get(key));
        let mut places: Vec<Span> =
            said.flat_map(|node| node.place(()).places().collect::<Vec<_>>()).collect();
        places.extend(node.place(()).places());
        Self { identity, node, places }
    }

    fn get(&self, key: &str) -> Option<&'n Node> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// The context: written short, written long, or the project's folder.
    fn context(&self) -> Option<&'n Node> {
        if self.node.is_map() { self.get("context") } else { Some(self.node) }
    }

    fn build(&self, of: &str, inline: bool) -> Rc<Build> {
        let identity = if of.is_empty() {
            self.identity.to_owned()
        } else {
            format!("{} {of}", self.identity)
        };
        Rc::new(Build { identity, places: self.places.clone(), inline })
    }
}

impl<'a> Builds<'a> {
    pub(super) fn new(project: &'a Project, tree: &'a dyn Tree) -> Self {
        /// Builds of one project that are followed.
        const MOST: usize = 64;
        Self { project, tree, units: Vec::new(), gaps: Vec::new(), named: Vec::new(), left: MOST }
    }

    /// What `service` builds, if it builds anything.
    pub(super) fn add(&mut self, service: &Entry, out: &mut Workload) {
        let identity = out.identity.clone();
        let Some(node) = service.value.get("build").filter(|node| !node.is_null()) else {
            return self.nowhere(&identity, out.head);
        };
        let asked = Asked::new(&identity, node);
        privileges(&asked, out);
        self.named_contexts(&asked);
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => return,
        };
        let folder = match asked.context() {
            Some(node) if node.is_opaque() => return self.nowhere(&identity, out.head),
            Some(node) if remote(node) => return self.source(&asked, CONTEXT, node),
            Some(node) => data::in_tree(node, self.project),
            None => Some(self.project.folder.clone()),
        };
        self.nowhere(&identity, out.head);
        let Some(folder) = folder else { return };
        out.built = match asked.get("dockerfile_inline") {
            Some(text) => self.inline(&asked, text, folder.as_ref()),
            None => self.by_file(&asked, folder.as_ref()),
        };
    }

    /// The Dockerfile of the tree that a build names.
    fn by_file(&mut self, asked: &Asked<'_>, folder: &BStr) -> Option<Rc<Stage>> {
        let path = match asked.get("dockerfile") {
            Some(node) if node.is_opaque() => return None,
            Some(node) => data::below(folder, node.text()?)?,
            None => data::below(folder, "Dockerfile")?,
        };
        let file = match self.tree.file_as(path.as_ref(), FileKind::Dockerfile) {
            Ok(file) => file?,
            // What lies in another repository is not here to be read, as an image is not.
            Err(gap) if gap.kind == GapKind::Submodule => return None,
            Err(gap) => {
                self.gaps.push(gap);
                return None;
            }
        };
        let Declared::Dockerfile(dockerfile) = &file.declared else { return None };
        let by_name = self.tree.file(path.as_ref()).ok().flatten();
        if by_name.is_none_or(|known| known.kind != Some(FileKind::Dockerfile)) {
            self.by_build_alone(asked, path.as_ref(), &file, dockerfile);
        }
        let (mut stages, _) = stages(asked, dockerfile, &file.text);
        self.gaps.extend(stage::executes(&mut stages, self.tree, &[folder]));
        self.context(asked, path.as_ref(), folder, &stages);
        let image = Stage { build: Some(asked.build("", false)), ..stage::image(&stages)? };
        let title = format!("build of {}", asked.identity);
        Some(self.stage(image, title, &file.text))
    }

    /// A Dockerfile that is one only because a build says so: it is judged as a whole, like those
    /// whose names tell.
    fn by_build_alone(
        &mut self,
        asked: &Asked<'_>,
        path: &BStr,
        file: &File,
        dockerfile: &Dockerfile,
    ) {
        if self.named.iter().any(|known| known == path) {
            return;
        }
        self.named.push(path.into());
        self.gaps.extend(file.gaps.iter().cloned());
        let (stages, gaps) = stages(asked, dockerfile, &file.text);
        self.gaps.extend(gaps);
        for stage in stages {
            let (title, body) = (stage.title(), stage::body(&stage, &file.text));
            self.units.push(Declaration {
                unit: Unit::Stage(Box::new(stage)),
                path: path.into(),
                title,
                body,
            });
        }
    }

    /// A Dockerfile that is written down in the compose file.
    fn inline(&mut self, asked: &Asked<'_>, text: &Node, folder: &BStr) -> Option<Rc<Stage>> {
        let file = self.tree.known(text.span.file)?;
        let reading = self.tree.part_as(text.span, FileKind::Dockerfile)?;
        let Declared::Dockerfile(dockerfile) = &reading.declared else { return None };
        let (mut stages, gaps) = stages(asked, dockerfile, &file.text);
        self.gaps.extend(stage::executes(&mut stages, self.tree, &[folder]));
        self.gaps.extend(reading.gaps);
        self.gaps.extend(gaps);
        self.context(asked, self.project.path.clone().as_ref(), folder, &stages);
        let image = stage::image(&stages)?;
        for stage in stages.into_iter().filter(|stage| !stage.shipped && !stage.trigger) {
            let name = stage.title();
            let title = format!("{name} of {}", asked.identity);
            self.stage(Stage { build: Some(asked.build(&name, true)), ..stage }, title, &file.text);
        }
        let title = format!("build of {}", asked.identity);
        Some(self.stage(Stage { build: Some(asked.build("", true)), ..image }, title, &file.text))
    }

    fn stage(&mut self, stage: Stage, title: String, text: &Text) -> Rc<Stage> {
        let (body, kept) = (stage::body(&stage, text), Rc::new(stage.clone()));
        let path = self.project.path.clone();
        self.units.push(Declaration { unit: Unit::Stage(Box::new(stage)), path, title, body });
        kept
    }

    fn context(&mut self, asked: &Asked<'_>, dockerfile: &BStr, folder: &BStr, stages: &[Stage]) {
        let stages = stage::needed(stages);
        let Some(mut context) = context::within(dockerfile, folder, &stages, self.tree) else {
            return;
        };
        context.build = Some(asked.build("", false));
        self.gaps.append(&mut context.gaps);
        let (path, title) = (self.project.path.clone(), context.title());
        let unit = Unit::Context(Box::new(context));
        self.units.push(Declaration { unit, path, title, body: Vec::new() });
    }

    /// `additional_contexts` that are fetched. An image among them stands in for another one.
    fn named_contexts(&mut self, asked: &Asked<'_>) {
        let contexts = asked.get("additional_contexts");
        for variable in read::variables(contexts, &['=']) {
            let Some(value) = &variable.value else { continue };
            let name = format!("context {} of the build", variable.name);
            if REMOTE.iter().any(|start| value.text.starts_with(start)) {
                let node = Node::scalar(value.text.clone(), true, variable.place.span);
                self.source(asked, &name, &node.because(variable.place.because.iter().copied()));
            }
        }
    }

    /// The context is no place that is fetched from: one that is there later is another one.
    fn nowhere(&mut self, identity: &str, head: Span) {
        let title = format!("{CONTEXT} of {identity}");
        let source = Source {
            file: head.file,
            identity: title.clone(),
            title: title.clone(),
            head,
            span: head,
            kind: SourceKind::Context,
            location: None,
            version: None,
            verified: None,
        };
        let (unit, path) = (Unit::Source(Box::new(source)), self.project.path.clone());
        self.units.push(Declaration { unit, path, body: vec![title.clone()], title });
    }

    /// Something that the builder fetches: `https://host/repository.git#version:folder`.
    fn source(&mut self, asked: &Asked<'_>, name: &str, node: &Node) {
        let text = node.text().unwrap_or_default();
        let (location, fragment) = text.split_once('#').unwrap_or((text, ""));
        let version = fragment.split(':').next().filter(|version| !version.is_empty());
        let value =
            |text: &str| node.place(Value { text: text.to_owned(), unknown: node.is_opaque() });
        let title = format!("{name} of {}", asked.identity);
        let source = Source {
            file: node.span.file,
            identity: title.clone(),
            title: title.clone(),
            head: node.span,
            span: node.span,
            kind: SourceKind::Context,
            location: Some(value(location)),
            version: version.map(value),
            verified: None,
        };
        let path = self.project.path.clone();
        self.units.push(Declaration {
            unit: Unit::Source(Box::new(source)),
            path,
            title,
            body: Vec::new(),
        });
    }
}

fn stages(asked: &Asked<'_>, dockerfile: &Dockerfile, text: &Text) -> (Vec<Stage>, Vec<Gap>) {
    let target = asked.get("target").filter(|target| !target.is_opaque()).and_then(Node::text);
    let arguments = read::variables(asked.get("args"), &['=']);
    let stand_ins = read::variables(asked.get("additional_contexts"), &['=']).into_iter();
    let stand_ins = stand_ins.filter_map(|context| {
        let value = context.value?;
        let image = value.text.strip_prefix("docker-image://")?.to_owned();
        Some((context.name, context.place.with(Value { text: image, ..value })))
    });
    stage::built(dockerfile, text, target, &arguments, stand_ins.collect())
}

fn remote(node: &Node) -> bool {
    node.text().is_some_and(|text| REMOTE.iter().any(|start| text.starts_with(start)))
}

/// Rights that the build is given.
fn privileges(asked: &Asked<'_>, out: &mut Workload) {
    let privileged = asked.get("privileged").filter(|node| node.boolean() == Some(true));
    out.build_privileges.extend(privileged.map(|node| node.place("privileged".to_owned())));
    out.build_privileges.extend(read::texts(asked.get("entitlements")));
    let network = asked.get("network").filter(|node| node.text() == Some("host"));
    out.build_privileges.extend(network.map(|node| node.place("network.host".to_owned())));
    let keys = read::variables(asked.get("ssh"), &['=']).into_iter();
    out.options.extend(keys.map(|key| crate::model::Variable {
        value: Some(Value { text: key.name.clone(), unknown: false }),
        name: "build.ssh".to_owned(),
        ..key
    }));
}
