//! References to what is no image: charts, remote bases, git sources, actions.

use super::{FileId, Span, Spanned, Switch, Value};

/// A piece of configuration or code that is fetched from elsewhere when the file is used.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file that names it.
    pub file: FileId,
    /// What makes it the same one in another file: `chart redis`, `base github.com/a/b`.
    pub identity: String,
    /// How messages name it: `chart redis`.
    pub title: String,
    /// Where it is named.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// What is fetched.
    pub kind: SourceKind,
    /// Where from, without the version: a URL, a repository, an OCI reference.
    pub location: Option<Spanned<Value>>,
    /// Which one: a version, a range, a branch, a tag, a commit.
    pub version: Option<Spanned<Value>>,
    /// Its signature is checked.
    pub verified: Option<Switch>,
}

/// What is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A Helm chart.
    Chart,
    /// A place that charts come from: it has no version itself.
    Repository,
    /// A kustomization, a component or a manifest.
    Manifest,
    /// A git repository that an operator follows.
    Git,
    /// An OCI artifact.
    Oci,
    /// A compose file.
    Compose,
    /// A build context.
    Context,
    /// A feature of a development container.
    Feature,
    /// An action or an orb of a CI system.
    Action,
}
