//! The declared units of one revision.

use bstr::BString;

use super::{BuildContext, Dockerfile, Exposure, FileId, Gap, IgnoreFile, Spanned, Stage, Text};

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
    /// A file that is known only by its name.
    Opaque,
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

/// A unit and everything open in it.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The unit.
    pub declaration: Declaration,
    /// Its exposures, in the order of the rules.
    pub exposures: Vec<Exposure>,
}
