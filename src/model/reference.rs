//! An image reference.

/// An image reference, normalised as Docker does it.
///
/// Shape: `[host[:port]/]path[:tag][@algorithm:hex]`; a tag has at most 128 characters.
/// Source: distribution/reference, grammar and `ParseNormalizedNamed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageRef {
    /// The registry, `docker.io` where none is written; `index.docker.io` is the same.
    pub registry: String,
    /// The path, `library/` put in front of Docker Hub's official images.
    pub repository: String,
    /// `None` where none is written (then Docker takes `latest`, unless a digest stands there).
    pub tag: Option<String>,
    /// `algorithm:hex`.
    pub digest: Option<String>,
}
