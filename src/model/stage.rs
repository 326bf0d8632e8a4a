//! The build stage: what a Dockerfile's stage declares, variables expanded, parents inherited.

use std::fmt;
use std::rc::Rc;

use super::{FileId, ImageRef, Script, Shell, Span, Spanned};

/// One build stage of one Dockerfile, or the triggers (`ONBUILD`) one leaves for its children.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Stage {
    /// The Dockerfile.
    pub file: FileId,
    /// Its number, from 0, among the stages of the file.
    pub index: usize,
    /// `AS name`, in lower case.
    pub name: Option<Spanned<String>>,
    /// It ends up in an image that ships: the final stage or a target of the policy, and what
    /// that is `FROM`.
    pub shipped: bool,
    /// It is the one whose settings the shipped image runs with (the last of such a chain).
    pub target: bool,
    /// It only feeds others: files are copied out of it, or out of what builds on it. A stage that
    /// is neither this nor shipped may still be built by name (`--target`).
    pub builder: bool,
    /// It is last and has no command, and an earlier stage that feeds nothing has one: that is the
    /// service, built by name, and this may be a helper.
    pub aside: bool,
    /// A pseudo stage that holds the `ONBUILD` triggers of stage `index`.
    pub trigger: bool,
    /// The service that builds it with settings of its own; `None`: the file as it stands.
    pub build: Option<Rc<Build>>,
    /// The `FROM` instruction; the first trigger of a pseudo stage.
    pub head: Span,
    /// From the head to its last instruction.
    pub span: Span,
    /// What it builds on.
    pub base: Spanned<Base>,
    /// The bottom of the chain of local stages: the outside image, or scratch.
    pub root: Spanned<Base>,
    /// `--platform`, expanded.
    pub platform: Option<Spanned<Value>>,
    /// Images it takes files from: `COPY --from=`, `RUN --mount=from=`; local stages left out.
    pub sources: Vec<Spanned<Base>>,
    /// The user its processes run as: its last `USER`, else its parent stage's.
    pub user: Option<Spanned<Value>>,
    /// Its own `ENV`, in order.
    pub env: Vec<Variable>,
    /// Its own `ARG`, in order; the global ones it is built under are in the file's first stage.
    pub args: Vec<Variable>,
    /// Its own `LABEL`, in order.
    pub labels: Vec<Variable>,
    /// Ports it exposes, its parent stages' included.
    pub ports: Vec<Spanned<Ports>>,
    /// Its own `RUN`s.
    pub runs: Vec<Run>,
    /// Its own `COPY`s and `ADD`s.
    pub copies: Vec<Copy>,
    /// Its own `VOLUME` paths.
    pub volumes: Vec<Spanned<Value>>,
    /// The last `WORKDIR`, its parents' included.
    pub workdir: Option<Spanned<Value>>,
    /// The last `ENTRYPOINT`, its parents' included.
    pub entrypoint: Option<Invocation>,
    /// The last `CMD`, its parents' included.
    pub cmd: Option<Invocation>,
    /// The commands that the script of its entry point replaces itself with, where that script
    /// stands in the tree: `gosu app "$@"`, as words.
    pub executes: Vec<Spanned<Vec<String>>>,
    /// The last `HEALTHCHECK`, its parents' included.
    pub healthcheck: Option<Spanned<Healthcheck>>,
    /// The last `SHELL`, its parents' included.
    pub shell: Option<Spanned<Vec<String>>>,
}

impl Stage {
    /// How a message names it: `stage build`, `final stage`, `stage 2`, `ONBUILD of stage build`.
    #[must_use]
    pub fn title(&self) -> String {
        let title = match &self.name {
            _ if self.target => "final stage".to_owned(),
            Some(name) => format!("stage {}", super::printable(&name.value, 60)),
            None => format!("stage {}", self.index),
        };
        if self.trigger { format!("ONBUILD of {title}") } else { title }
    }
}

/// A build that another file asks for: a compose service's, with a target, a context and arguments
/// of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Whose it is, the same in another file: `service web`.
    pub identity: String,
    /// What says how it is built: target, Dockerfile, context.
    pub places: Vec<Span>,
    /// The Dockerfile stands in the file that asks for it: nothing else is told of it.
    pub inline: bool,
}

/// What a stage builds on or copies from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An image of a registry.
    Image(ImageRef),
    /// An earlier stage of the file, by number.
    Stage(usize),
    /// `scratch`: nothing.
    Scratch,
    /// A reference that can't be known (an unset variable) or that breaks the grammar, as written.
    Unknown(String),
}

/// Text whose variables are filled in as far as the file declares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As it stands after expansion, quotes taken off; an unknown variable is left as `$NAME`.
    pub text: String,
    /// A variable of it is declared nowhere, or without a value: the builder decides.
    pub unknown: bool,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `ENV`, `ARG` or `LABEL`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Expanded.
    pub name: String,
    /// Expanded. The span covers name and value; `None` for an `ARG` without a default.
    pub value: Option<Value>,
    /// Where it is declared, and what its value depends on.
    pub place: Spanned<()>,
}

/// `EXPOSE`: one port or one range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ports {
    /// First and last, `None` where a variable can't be known: any port.
    pub range: Option<(u16, u16)>,
    /// `tcp`, `udp` or `sctp`, in lower case.
    pub protocol: String,
    /// As written after expansion.
    pub text: String,
}

/// One `RUN`.
#[derive(Clone, Debug)]
pub struct Run {
    /// All of it.
    pub span: Span,
    /// Its flags, expanded.
    pub flags: Vec<Setting>,
    /// What it runs, read as shell words; of an exec form the one command. Heredoc bodies that a
    /// shell reads are in here, others are in `data`.
    pub shell: Shell,
    /// Heredoc bodies that are fed to another program, or written to a file.
    pub data: Vec<Script>,
    /// The user it runs as, where one was set before.
    pub user: Option<Spanned<Value>>,
}

/// A flag of an instruction, expanded.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Without dashes.
    pub name: String,
    /// `None` where there is no `=`.
    pub value: Option<Value>,
    /// Where it stands.
    pub place: Spanned<()>,
}

/// One `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub struct Copy {
    /// `ADD`, which also fetches URLs and unpacks archives.
    pub add: bool,
    /// All of it.
    pub span: Span,
    /// Its flags, expanded.
    pub flags: Vec<Setting>,
    /// `--from=`: a stage or an image; `None` for the build context.
    pub from: Option<Base>,
    /// Sources, expanded; heredoc marks left out.
    pub sources: Vec<Spanned<Value>>,
    /// The path in the image.
    pub target: Option<Spanned<Value>>,
    /// Files written down in the instruction itself.
    pub heredocs: Vec<Script>,
}

/// `CMD`, `ENTRYPOINT` or the command of a `HEALTHCHECK`.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Where it stands.
    pub place: Spanned<()>,
    /// The JSON form: no shell runs it.
    pub exec: bool,
    /// Its words, as a shell reads them; of the exec form the one command.
    pub shell: Shell,
}

/// `HEALTHCHECK`.
#[derive(Clone, Debug)]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`: the base image's is switched off.
    None,
    /// `HEALTHCHECK CMD …`.
    Command(Invocation),
}
