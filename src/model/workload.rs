//! A workload: one container as an orchestrator is told to run it.

use std::rc::Rc;

use super::grants::{Device, Limit, Mount, Namespace, Profile, Published, Switch, ValueFile};
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
