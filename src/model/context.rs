//! The build context: what a Dockerfile's `COPY` can reach.

use std::rc::Rc;

use bstr::BString;

use super::{Build, File, Gap, Pattern, Spanned, printable_bytes};

/// An ignore file as written.
#[derive(Clone, Debug, Default)]
pub struct IgnoreFile {
    /// Its patterns in order; the last one that matches a path wins.
    pub patterns: Vec<Spanned<Pattern>>,
}

/// One Dockerfile with one context folder and the ignore file that counts for it.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// The Dockerfile's path.
    pub dockerfile: BString,
    /// The folder, relative to the top; empty for the top itself.
    pub folder: BString,
    /// The service that builds in it; `None`: it is guessed from what the Dockerfile copies.
    pub build: Option<Rc<Build>>,
    /// It is not the Dockerfile's own folder but one above it.
    pub above: bool,
    /// Sensitive names that an instruction copies, or would if no pattern left them out.
    pub reached: Vec<Reached>,
    /// What could not be read on the way.
    pub gaps: Vec<Gap>,
}

impl BuildContext {
    /// How messages name it.
    #[must_use]
    pub fn title(&self) -> String {
        if let Some(build) = &self.build {
            return format!("build context of {}", build.identity);
        }
        match self.folder.as_slice() {
            _ if !self.above => "build context".to_owned(),
            b"" => "build context at the top".to_owned(),
            folder => format!("build context in {}", printable_bytes(folder, 60)),
        }
    }
}

/// A sensitive name that an instruction takes out of the context.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The name or path, relative to the context: `.env`, `certs/server.pem`; `…/` stands for any
    /// folder.
    pub path: String,
    /// What kind of thing it is by its name.
    pub kind: Sensitive,
    /// The file if it is really in the tree. Otherwise it is a probe: such names are usually
    /// untracked, and lie there when somebody builds.
    pub file: Option<Tracked>,
    /// Which builders copy it.
    pub copied: Builders,
    /// It ends up in the image that ships, otherwise only in a layer of a build stage.
    pub shipped: bool,
    /// How it is taken.
    pub by: Taken,
    /// The pattern that decides, else the source of the `COPY`; then the other one, and the whole
    /// ignore file.
    pub place: Spanned<()>,
    /// The pattern or the source that decides, as written.
    pub evidence: String,
    /// No pattern says that it may be copied: what is missing is the cause.
    pub unnamed: bool,
    /// There is an ignore file, whatever it says.
    pub guarded: bool,
}

/// A sensitive file of the tree.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// Its text; `None` where it can't be read.
    pub file: Option<Rc<File>>,
    /// It plainly holds no secret, or belongs to tests.
    pub harmless: bool,
}

/// How an instruction takes a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// By its own name: `COPY id_rsa /k`.
    Named,
    /// With all of the context: `COPY . .`.
    Everything,
    /// With a folder of the context: `COPY src/ .`.
    Folder,
}

/// Which builders copy a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builders {
    /// None.
    Nobody,
    /// Docker alone, which reads no `.containerignore`.
    Docker,
    /// Podman alone, which prefers `.containerignore`.
    Podman,
    /// Both.
    All,
}

/// What kind of sensitive thing a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitive {
    /// `.env` and the like.
    Environment,
    /// A private key or a key store.
    Key,
    /// A file that holds nothing but credentials.
    Credential,
    /// Settings of a tool that often hold a token: `.npmrc`.
    Settings,
    /// State and variables of infrastructure tools.
    State,
    /// The history of the repository, and whatever it ever held.
    History,
    /// An archive whose name promises credentials.
    Archive,
}
