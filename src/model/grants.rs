//! What a workload is granted and held to: the parts that its fields are made of.

use std::fmt;
use std::rc::Rc;

use super::{Spanned, Variable};

/// A yes or no as declared.
pub type Switch = Spanned<Known<bool>>;

/// A value, or what is written where it can't be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Known<T> {
    /// It is this.
    Is(T),
    /// A template action or an unset variable decides, as written.
    Unknown(String),
}

impl<T: fmt::Display> fmt::Display for Known<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => value.fmt(f),
            Self::Unknown(text) => f.write_str(text),
        }
    }
}

/// A namespace and whom it is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Which.
    pub kind: NamespaceKind,
    /// With whom.
    pub shared: Shared,
}

/// The kinds of namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NamespaceKind {
    /// Interfaces, ports, firewall.
    Network,
    /// Processes.
    Pid,
    /// Shared memory, semaphores.
    Ipc,
    /// Host name.
    Uts,
    /// User and group ids.
    User,
    /// Control groups.
    Cgroup,
}

/// Whom a namespace is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shared {
    /// The host.
    Host,
    /// Another container or service, by name; any one that wants to for `shareable`.
    Container(String),
    /// Nobody: it was asked for explicitly.
    Nobody,
    /// What is written can't be known.
    Unknown(String),
}

/// Something mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// What kind of thing.
    pub kind: MountKind,
    /// A host path made absolute where it can be (`.` stands for the project's folder), a volume's
    /// name, empty for `Temporary`. A variable that can't be known is left as `$NAME`.
    pub source: String,
    /// Where it appears in the container; empty where that is not said here.
    pub target: String,
    /// It can't be written to.
    pub read_only: bool,
    /// `shared`, `rshared`, `slave`, `HostToContainer`, …, as written, lower case.
    pub propagation: Option<String>,
    /// Programs may be started from it (`exec` on a temporary file system).
    pub exec: bool,
    /// A variable of the source can't be known.
    pub unknown: bool,
}

/// What kind of thing is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MountKind {
    /// A path of the host.
    Host,
    /// A named or anonymous volume.
    Volume,
    /// Memory.
    Temporary,
    /// All the mounts of another container, whose name is the source.
    From,
    /// Something else that the platform provides; its type is the source: `secret`, `csi`.
    Other,
}

/// A device of the host, or a rule that lets it be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What kind of thing.
    pub kind: DeviceKind,
    /// `/dev/sda`; a CDI name; `c 10:200 rwm`; the driver of a graphics card.
    pub name: String,
    /// `r`, `w`, `m`; all three where none is written.
    pub permissions: String,
}

/// What kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// A path below `/dev`.
    Path,
    /// A rule of the devices control group.
    Rule,
    /// A graphics card.
    Gpu,
    /// A name of the Container Device Interface.
    Cdi,
}

/// A confinement profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// None: everything is allowed.
    Unconfined,
    /// The runtime's own.
    Default,
    /// One of the administrator's, by name or path.
    Named(String),
    /// What is written can't be known.
    Unknown(String),
}

/// How much of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub resource: Resource,
    /// Bytes of memory and storage, thousandths of a processor, counts. `None`: without a bound
    /// (`0` in Docker, `-1`, `unlimited`), or it can't be known (then `unknown`).
    pub amount: Option<u64>,
    /// A variable of it can't be known.
    pub unknown: bool,
    /// As written.
    pub text: String,
}

/// A resource that can be limited.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Memory, in bytes.
    Memory,
    /// Processor time, in thousandths of a processor.
    Cpu,
    /// Processes and threads.
    Pids,
    /// Scratch space, in bytes.
    Storage,
    /// A process limit: `nofile`, `nproc`.
    Ulimit(String),
}

/// A port of the host that leads into a container, or (without host) a port listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Who can reach it.
    pub host: Host,
    /// First and last port of the host; `None` where the runtime chooses, or a variable can't be
    /// known.
    pub published: Option<(u16, u16)>,
    /// First and last port of the container; `None` where a variable can't be known.
    pub container: Option<(u16, u16)>,
    /// `tcp`, `udp`, `sctp`, lower case.
    pub protocol: String,
    /// As written.
    pub text: String,
}

/// Which addresses of the host a port is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// `127.0.0.0/8`, `::1`: this host only.
    Loopback,
    /// One address.
    Address(String),
    /// Every address, of one family or both.
    Every,
    /// A variable that can't be known.
    Unknown(String),
}

/// A file of this tree that values come from.
#[derive(Clone, Debug)]
pub struct ValueFile {
    /// Its path in the tree.
    pub path: bstr::BString,
    /// What it is used as: `env_file`, `secret db_password`, `config app`.
    pub used_as: String,
    /// Its text; `None` where it is not in the tree or can't be read.
    pub file: Option<Rc<super::File>>,
    /// What it declares, where it is an environment file.
    pub variables: Vec<Variable>,
    /// It is meant to hold secrets: a compose `secrets:` entry, a `secretGenerator`.
    pub secret: bool,
}
