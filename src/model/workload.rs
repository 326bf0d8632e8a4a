//! A workload: one container as an orchestrator is told to run it.

use std::fmt;
use std::rc::Rc;

use super::{Base, FileId, Invocation, Span, Spanned, Stage, Value, Variable};

/// One container of a compose service, a pod, a quadlet unit, an ECS task, a CI job, ….
///
/// Fields hold what is in effect: what the pod says for all its containers, what an extended or
/// overridden service brings, with the place it is declared at. `None` and empty lists mean that
/// nothing is declared, never that the value is false.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The file that its head is in.
    pub file: FileId,
    /// Who runs it.
    pub platform: Platform,
    /// What makes it the same one in another file: `service db`, `Deployment/default/web/app`.
    /// Stable under moving; unique in its file as a rule.
    pub identity: String,
    /// How messages name it: `service db`, `container app of Deployment web`.
    pub title: String,
    /// Where an absence shows: the service's key, the container's name.
    pub head: Span,
    /// Where else it is declared, for what is absent: the override, the extended service, the
    /// `!reset` that takes something away.
    pub because: Vec<Span>,
    /// All of it.
    pub span: Span,
    /// It says what it runs: what it does not declare has the platform's default. Otherwise it only
    /// changes a workload of another file.
    pub whole: bool,
    /// The image it runs.
    pub image: Option<Spanned<Base>>,
    /// The stage of this tree that its image is built from, where there is one.
    pub built: Option<Rc<Stage>>,
    /// How often the image is pulled, as written: `Always`, `if_not_present`.
    pub pull_policy: Option<Spanned<String>>,
    /// Every device, every capability, no confinement.
    pub privileged: Option<Switch>,
    /// Capabilities added: upper case, without `CAP_`; `ALL`.
    pub capabilities_added: Vec<Spanned<String>>,
    /// Capabilities taken away: upper case, without `CAP_`; `ALL`.
    pub capabilities_dropped: Vec<Spanned<String>>,
    /// Namespaces that it does not have to itself, and `User` where it has one of its own.
    pub namespaces: Vec<Spanned<Namespace>>,
    /// What is mounted from the host or shared with others.
    pub mounts: Vec<Spanned<Mount>>,
    /// Devices of the host.
    pub devices: Vec<Spanned<Device>>,
    /// The seccomp profile.
    pub seccomp: Option<Spanned<Profile>>,
    /// The AppArmor profile.
    pub apparmor: Option<Spanned<Profile>>,
    /// SELinux labels: `Unconfined` for `label=disable` and `spc_t`.
    pub selinux: Option<Spanned<Profile>>,
    /// `/proc` and `/sys` without the usual masks.
    pub unmasked: Option<Switch>,
    /// `no-new-privileges`; in Kubernetes `allowPrivilegeEscalation` turned round.
    pub no_new_privileges: Option<Switch>,
    /// The user it runs as, as `user`, `user:group` or a number.
    pub user: Option<Spanned<Value>>,
    /// The runtime refuses to start it as root.
    pub run_as_non_root: Option<Switch>,
    /// Its group and supplementary groups, as written.
    pub groups: Vec<Spanned<String>>,
    /// The root file system can't be written to.
    pub read_only_root: Option<Switch>,
    /// Its limits, one for each resource that has one.
    pub limits: Vec<Spanned<Limit>>,
    /// What is reserved for it, one for each resource.
    pub requests: Vec<Spanned<Limit>>,
    /// Ports of the host that lead to it.
    pub ports: Vec<Spanned<Published>>,
    /// Ports that it says it listens on.
    pub exposed: Vec<Spanned<Published>>,
    /// Networks it joins, by name.
    pub networks: Vec<Spanned<String>>,
    /// One of them holds every service of the project, and leads out as the one does that services
    /// are in without asking.
    pub network_of_all: bool,
    /// One of them is shared with other projects.
    pub network_of_others: bool,
    /// Its environment: what is written down, and references (`value` unknown) to what is not.
    pub environment: Vec<Variable>,
    /// Its labels and annotations.
    pub labels: Vec<Variable>,
    /// Build arguments it hands over.
    pub build_args: Vec<Variable>,
    /// Other values that are written down: contents of configurations, options of drivers.
    pub values: Vec<Variable>,
    /// Files of this tree that its environment or its secrets come from.
    pub value_files: Vec<Spanned<ValueFile>>,
    /// What it starts instead of the image's `ENTRYPOINT`.
    pub entrypoint: Option<Invocation>,
    /// What it starts instead of the image's `CMD`, or its arguments.
    pub command: Option<Invocation>,
    /// Other commands it runs: hooks, probes, health checks.
    pub commands: Vec<Invocation>,
    /// Whether its health is looked at: `false` where it is switched off.
    pub healthcheck: Option<Switch>,
    /// The restart policy, as written.
    pub restart: Option<Spanned<String>>,
    /// Kernel settings.
    pub sysctls: Vec<Variable>,
    /// Host names it resolves by itself: `name` and address.
    pub extra_hosts: Vec<Variable>,
    /// The container runtime: `runsc`, `kata`.
    pub runtime: Option<Spanned<String>>,
    /// The token of its service account is mounted.
    pub service_token: Option<Switch>,
    /// The service account, by name.
    pub service_account: Option<Spanned<String>>,
    /// Profiles behind which it waits to be started.
    pub profiles: Vec<Spanned<String>>,
    /// Rights that its image's build is given: `security.insecure`, `network.host`, `privileged`.
    pub build_privileges: Vec<Spanned<String>>,
    /// Other options that a rule may ask about, by their usual name: `logging.driver=none`,
    /// `oom_kill_disable=true`, `userns=host`.
    pub options: Vec<Variable>,
}

impl Workload {
    /// One that declares nothing.
    #[must_use]
    pub fn new(platform: Platform, identity: String, title: String, head: Span) -> Self {
        Self {
            file: head.file,
            platform,
            identity,
            title,
            head,
            because: Vec::new(),
            span: head,
            whole: true,
            image: None,
            built: None,
            pull_policy: None,
            privileged: None,
            capabilities_added: Vec::new(),
            capabilities_dropped: Vec::new(),
            namespaces: Vec::new(),
            mounts: Vec::new(),
            devices: Vec::new(),
            seccomp: None,
            apparmor: None,
            selinux: None,
            unmasked: None,
            no_new_privileges: None,
            user: None,
            run_as_non_root: None,
            groups: Vec::new(),
            read_only_root: None,
            limits: Vec::new(),
            requests: Vec::new(),
            ports: Vec::new(),
            exposed: Vec::new(),
            networks: Vec::new(),
            network_of_all: false,
            network_of_others: false,
            environment: Vec::new(),
            labels: Vec::new(),
            build_args: Vec::new(),
            values: Vec::new(),
            value_files: Vec::new(),
            entrypoint: None,
            command: None,
            commands: Vec::new(),
            healthcheck: None,
            restart: None,
            sysctls: Vec::new(),
            extra_hosts: Vec::new(),
            runtime: None,
            service_token: None,
            service_account: None,
            profiles: Vec::new(),
            build_privileges: Vec::new(),
            options: Vec::new(),
        }
    }

    /// Its head as a place for what is absent.
    #[must_use]
    pub fn place(&self) -> Spanned<()> {
        Spanned::new((), self.head).because(self.because.iter().copied())
    }
}

/// Who runs a workload: it decides what an absent field means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// A compose service or a Swarm stack's.
    Compose,
    /// A container of a Kubernetes pod.
    Kubernetes,
    /// A chart's values: only what they say, no default is known.
    Values,
    /// A Podman quadlet unit.
    Quadlet,
    /// A container of an ECS task.
    Ecs,
    /// A development container.
    Devcontainer,
    /// A docker task of a Nomad job.
    Nomad,
    /// A container of a CI job, a service beside it, or an action run as a container.
    Ci,
    /// Only an image that is named somewhere: a kustomization, a bake target.
    Reference,
}

/// Every platform that runs something.
pub const WORKLOADS: &[Platform] = &[
    Platform::Compose,
    Platform::Kubernetes,
    Platform::Values,
    Platform::Quadlet,
    Platform::Ecs,
    Platform::Devcontainer,
    Platform::Nomad,
    Platform::Ci,
];

impl Platform {
    /// What it is called in documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compose => "Compose",
            Self::Kubernetes => "Kubernetes",
            Self::Values => "a chart's values",
            Self::Quadlet => "a quadlet",
            Self::Ecs => "ECS",
            Self::Devcontainer => "a development container",
            Self::Nomad => "Nomad",
            Self::Ci => "CI",
            Self::Reference => "a reference",
        }
    }
}

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
