//! The declared units of one revision.

use std::rc::Rc;

use bstr::BString;

use super::{
    AccessObject, Build, BuildContext, DataObject, Dockerfile, Exposure, FileId, Gap, IgnoreFile,
    NetworkObject, Node, Source, Spanned, Stage, Text, Variable, Workload,
};

/// What a reader makes of one file. Total: what it can't read is a gap, the rest still counts.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What the file declares.
    pub declared: Declared,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// What one file declares, by kind of file.
#[derive(Clone, Debug)]
pub enum Declared {
    /// A Dockerfile or Containerfile.
    Dockerfile(Dockerfile),
    /// A `.dockerignore` or `.containerignore`.
    Ignore(IgnoreFile),
    /// A `.gitattributes`.
    Attributes(Vec<Spanned<Attribute>>),
    /// A `.gitmodules`.
    Submodules(Vec<Spanned<Submodule>>),
    /// A structured file: its documents, in order.
    Tree(Vec<Node>),
    /// An environment file: `NAME=value` lines.
    Environment(Vec<Variable>),
    /// A file that is known only by its name.
    Opaque,
}

/// How a file is read: by its name, and for some by a glance at its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// A `.dockerignore` or `.containerignore`.
    Ignore,
    /// A `.gitattributes`.
    Attributes,
    /// A `.gitmodules`.
    Submodules,
    /// An environment file: `.env`, `web.env`.
    Environment,
    /// A compose file or a Swarm stack.
    Compose,
    /// A Helm chart's `Chart.yaml`, `Chart.lock` or `requirements.yaml`.
    Chart,
    /// A Helm chart's values.
    Values,
    /// A Helm template.
    Template,
    /// A `kustomization.yaml`.
    Kustomization,
    /// YAML or JSON that holds Kubernetes objects.
    Kubernetes,
    /// A Podman quadlet unit or a drop-in of one.
    Quadlet,
    /// An ECS task definition, also inside a CloudFormation template.
    Ecs,
    /// A `devcontainer.json` or a feature's.
    Devcontainer,
    /// A `docker-bake.hcl` or `.json`.
    Bake,
    /// A Nomad job.
    Nomad,
    /// Docker's `daemon.json`, the `policy.json` of containers/image.
    Daemon,
    /// A GitHub or Gitea workflow or a composite action.
    Workflow,
    /// A GitLab CI file.
    GitlabCi,
    /// A CircleCI configuration.
    CircleCi,
    /// Another CI system's file: Azure, Bitbucket, Drone, Woodpecker.
    Pipeline,
    /// Any other YAML, read because another file names it.
    Yaml,
}

/// An attribute that a line of `.gitattributes` gives to the files that a pattern takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// As written, relative to the file's folder.
    pub pattern: String,
    /// `filter`, `export-subst`; a macro and what it stands for are told one by one.
    pub name: String,
    /// What stands behind `=`; `set` without one, `unset` for `-name` and `!name`.
    pub value: String,
}

/// A submodule that `.gitmodules` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submodule {
    /// Its name, most often its path.
    pub name: String,
    /// Where it is fetched from, as written.
    pub url: String,
}

/// One file of one revision, read.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text.
    pub text: Text,
    /// How it was read; `None` where it is known only by its name.
    pub kind: Option<FileKind>,
    /// What it declares.
    pub declared: Declared,
    /// What could not be read of it.
    pub gaps: Vec<Gap>,
}

/// Something with settings of its own that the rules measure.
#[derive(Clone, Debug)]
pub enum Unit {
    /// A build stage.
    Stage(Box<Stage>),
    /// A Dockerfile as a whole.
    Dockerfile(FileId),
    /// A build context.
    Context(Box<BuildContext>),
    /// A `.gitattributes` or `.gitmodules`.
    GitFile(FileId),
    /// A container as an orchestrator runs it.
    Workload(Box<Workload>),
    /// A Service, an Ingress, a network policy, a network.
    Network(Box<NetworkObject>),
    /// A role, a binding, a namespace's guard, an admission policy.
    Access(Box<AccessObject>),
    /// Values written down for others to use.
    Data(Box<DataObject>),
    /// A reference to a chart, a remote base, an action.
    Source(Box<Source>),
}

impl Unit {
    /// What makes it the same one in another file; `None` where only its place in its own file
    /// tells.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        match self {
            Self::Workload(unit) => Some(&unit.identity),
            Self::Network(unit) => Some(&unit.identity),
            Self::Access(unit) => Some(&unit.identity),
            Self::Data(unit) => Some(&unit.identity),
            Self::Source(unit) => Some(&unit.identity),
            Self::Stage(_) | Self::Context(_) => self.build().map(|build| build.identity.as_str()),
            Self::Dockerfile(_) | Self::GitFile(_) => None,
        }
    }

    /// Who builds a stage or in a context with settings of its own.
    #[must_use]
    pub fn build(&self) -> Option<&Build> {
        match self {
            Self::Stage(stage) => stage.build.as_deref(),
            Self::Context(context) => context.build.as_deref(),
            _ => None,
        }
    }
}

/// A unit with what it is called, for pairing and for messages.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What it is.
    pub unit: Unit,
    /// The path of the file that declares it.
    pub path: BString,
    /// How messages name it: `final stage`, `stage build`, `build context`.
    pub title: String,
    /// Its lines, whitespace folded: what similarity compares when names don't match.
    pub body: Vec<String>,
}

/// A unit and everything open in it; a copy costs nothing.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The unit.
    pub declaration: Rc<Declaration>,
    /// Its exposures, in the order of the rules.
    pub exposures: Rc<[Exposure]>,
}
