//! An image reference.

use std::fmt;

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

impl ImageRef {
    /// `registry/repository`, what is the same image whatever its version.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The name as people write it: `node` for `docker.io/library/node`.
    #[must_use]
    pub fn familiar(&self) -> String {
        if self.registry != "docker.io" {
            return self.name();
        }
        self.repository.strip_prefix("library/").unwrap_or(&self.repository).to_owned()
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.familiar())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}
