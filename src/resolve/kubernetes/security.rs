//! Security contexts: what is in effect for one container.
//!
//! Source: Kubernetes API reference, "SecurityContext v1 core" and "PodSecurityContext v1 core";
//! documentation, "Configure a Security Context", "Restrict a Container's Access to Resources with
//! AppArmor", "Seccomp and Kubernetes".

use super::pod::Pod;
use super::value::{number, switch, turned, written};
use crate::model::{
    Known, Namespace, NamespaceKind, Node, Profile, Shared, Spanned, Variable, Workload,
};

/// The two places that a setting of a container may stand at; the container's own wins.
pub(super) struct Context<'a> {
    container: Option<&'a Node>,
    pod: Option<&'a Node>,
}

impl<'a> Context<'a> {
    pub(super) fn of(pod: &Pod<'a>, container: &'a Node) -> Self {
        let own = written(container.get("securityContext"));
        Self { container: own, pod: pod.get("securityContext") }
    }

    /// What is in effect.
    fn get(&self, key: &str) -> Option<&'a Node> {
        let of = |place: Option<&'a Node>| written(place?.get(key));
        of(self.container).or_else(|| of(self.pod))
    }

    /// A protection: where a template writes all of a context, whether it is there can't be known.
    fn guard(&self, key: &str) -> Option<&'a Node> {
        let hidden = || [self.container, self.pod].into_iter().flatten().find(|it| it.is_opaque());
        self.get(key).or_else(hidden)
    }

    /// What only counts where the container itself says it.
    fn own(&self, key: &str) -> Option<&'a Node> {
        written(self.container?.get(key))
    }

    fn own_guard(&self, key: &str) -> Option<&'a Node> {
        self.own(key).or_else(|| self.container.filter(|it| it.is_opaque()))
    }
}

/// Fills in all that the two contexts say.
pub(super) fn apply(context: &Context<'_>, pod: &Pod<'_>, name: &str, workload: &mut Workload) {
    workload.privileged = switch(context.own("privileged"));
    let windows = context.get("windowsOptions").and_then(|windows| windows.get("hostProcess"));
    if let Some(host) = switch(windows).filter(|host| host.value != Known::Is(false)) {
        // A process of the node itself, with its rights.
        workload.privileged = Some(host);
    }
    workload.no_new_privileges = turned(switch(context.own_guard("allowPrivilegeEscalation")));
    workload.read_only_root = switch(context.own_guard("readOnlyRootFilesystem"));
    workload.run_as_non_root = switch(context.guard("runAsNonRoot"));
    workload.user = context.guard("runAsUser").and_then(number);
    workload.groups = groups(context);
    capabilities(context, workload);
    workload.unmasked = unmasked(context);
    workload.seccomp = seccomp(context, pod, name);
    workload.apparmor = apparmor(context, pod, name);
    workload.selinux = context.get("seLinuxOptions").and_then(selinux);
    workload.sysctls = sysctls(pod);
    workload.namespaces = namespaces(pod);
}

fn groups(context: &Context<'_>) -> Vec<Spanned<String>> {
    let single = ["runAsGroup", "fsGroup"].into_iter().filter_map(|key| context.get(key));
    let listed = context.get("supplementalGroups").map_or(&[][..], Node::items);
    let all = single.chain(listed).filter_map(number);
    all.map(|group| group.with(group.value.text.clone())).collect()
}

/// The names as the kernel has them, in capitals and without the prefix.
fn capabilities(context: &Context<'_>, workload: &mut Workload) {
    let of = |key: &str| -> Vec<Spanned<String>> {
        let Some(list) = context.own("capabilities").and_then(|lists| written(lists.get(key)))
        else {
            return Vec::new();
        };
        let items = if list.is_list() { list.items() } else { std::slice::from_ref(list) };
        items.iter().filter_map(capability).collect()
    };
    workload.capabilities_added = of("add");
    workload.capabilities_dropped = of("drop");
    let hidden = context.own_guard("capabilities").filter(|node| node.is_opaque());
    workload.capabilities_dropped.extend(hidden.and_then(Node::spanned));
}

fn capability(node: &Node) -> Option<Spanned<String>> {
    let written = node.spanned()?;
    if node.is_opaque() {
        return Some(written);
    }
    let name = written.value.trim().to_uppercase();
    Some(written.with(name.strip_prefix("CAP_").unwrap_or(&name).to_owned()))
}

fn unmasked(context: &Context<'_>) -> Option<Spanned<Known<bool>>> {
    let mount = context.own("procMount")?;
    let text = mount.text()?;
    let known = if mount.is_opaque() {
        Known::Unknown(text.to_owned())
    } else {
        Known::Is(text.eq_ignore_ascii_case("unmasked"))
    };
    Some(mount.place(known))
}

fn seccomp(context: &Context<'_>, pod: &Pod<'_>, name: &str) -> Option<Spanned<Profile>> {
    let own = format!("container.seccomp.security.alpha.kubernetes.io/{name}");
    let field = context.get("seccompProfile").and_then(field);
    field
        .or_else(|| pod.annotation(&own).and_then(annotated))
        .or_else(|| pod.annotation("seccomp.security.alpha.kubernetes.io/pod").and_then(annotated))
        .or_else(|| context.guard("seccompProfile").and_then(field_or_hidden))
}

fn apparmor(context: &Context<'_>, pod: &Pod<'_>, name: &str) -> Option<Spanned<Profile>> {
    let own = format!("container.apparmor.security.beta.kubernetes.io/{name}");
    let field = context.get("appArmorProfile").and_then(field);
    field
        .or_else(|| pod.annotation(&own).and_then(annotated))
        .or_else(|| context.guard("appArmorProfile").and_then(field_or_hidden))
}

/// `{type: Localhost, localhostProfile: profiles/x.json}`.
fn field(node: &Node) -> Option<Spanned<Profile>> {
    let kind = written(node.get("type"))?;
    let text = kind.text()?;
    let named = node.get("localhostProfile").and_then(Node::text).unwrap_or(text);
    Some(kind.place(match text {
        _ if kind.is_opaque() => Profile::Unknown(text.to_owned()),
        "Unconfined" => Profile::Unconfined,
        "RuntimeDefault" => Profile::Default,
        _ => Profile::Named(named.to_owned()),
    }))
}

fn field_or_hidden(node: &Node) -> Option<Spanned<Profile>> {
    let hidden = node.text().filter(|_| node.is_opaque());
    hidden.map_or_else(|| field(node), |text| Some(node.place(Profile::Unknown(text.to_owned()))))
}

/// `localhost/x`, `runtime/default`, `unconfined`.
fn annotated(node: &Node) -> Option<Spanned<Profile>> {
    let text = node.text()?;
    Some(node.place(match text {
        _ if node.is_opaque() => Profile::Unknown(text.to_owned()),
        "unconfined" => Profile::Unconfined,
        "runtime/default" | "docker/default" => Profile::Default,
        _ => Profile::Named(text.strip_prefix("localhost/").unwrap_or(text).to_owned()),
    }))
}

/// Types under which SELinux lets a container do what it wants.
const UNCONFINED: &[&str] =
    &["spc_t", "unconfined_t", "unconfined_service_t", "kernel_t", "init_t"];

fn selinux(node: &Node) -> Option<Spanned<Profile>> {
    let kind = written(node.get("type"));
    if let Some((kind, text)) = kind.and_then(|kind| Some((kind, kind.text()?))) {
        return Some(kind.place(match text {
            _ if kind.is_opaque() => Profile::Unknown(text.to_owned()),
            _ if UNCONFINED.contains(&text) => Profile::Unconfined,
            _ => Profile::Named(text.to_owned()),
        }));
    }
    let parts = node
        .entries()
        .iter()
        .filter_map(|entry| Some(format!("{}={}", entry.key.value, entry.value.text()?)));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| node.place(Profile::Named(parts.join(" "))))
}

fn sysctls(pod: &Pod<'_>) -> Vec<Variable> {
    let list = pod.get("securityContext").and_then(|context| context.get("sysctls"));
    let items = list.map_or(&[][..], Node::items).iter();
    let items = items.filter_map(|item| {
        let name = item.get("name")?.text()?;
        Some(super::value::variable(name, item.get("value").unwrap_or(item)))
    });
    items.collect()
}

fn namespaces(pod: &Pod<'_>) -> Vec<Spanned<Namespace>> {
    let mut found = Vec::new();
    let mut say = |key: &str, kind: NamespaceKind, when: bool, with: Shared| {
        let Some(switch) = switch(pod.get(key)) else { return };
        match &switch.value {
            Known::Is(value) if *value == when => {
                found.push(switch.with(Namespace { kind, shared: with }));
            }
            Known::Is(_) => {}
            Known::Unknown(text) => {
                let shared = Shared::Unknown(text.clone());
                found.push(switch.with(Namespace { kind, shared }));
            }
        }
    };
    say("hostNetwork", NamespaceKind::Network, true, Shared::Host);
    say("hostPID", NamespaceKind::Pid, true, Shared::Host);
    say("hostIPC", NamespaceKind::Ipc, true, Shared::Host);
    let pod_itself = "the other containers of its pod".to_owned();
    say("shareProcessNamespace", NamespaceKind::Pid, true, Shared::Container(pod_itself));
    // The host's users are what a pod has without a word.
    say("hostUsers", NamespaceKind::User, false, Shared::Nobody);
    found
}
