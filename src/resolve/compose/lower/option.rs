//! Settings of a service that a rule may ask about by their names, and keys that nobody knows.

use super::read;
use crate::model::{Node, Variable, Workload};

/// Paths below a service, and the name that rules know them by.
const OPTIONS: &[(&str, &str)] = &[
    ("logging.driver", "logging.driver"),
    ("oom_kill_disable", "oom_kill_disable"),
    ("oom_score_adj", "oom_score_adj"),
    ("memswap_limit", "memswap_limit"),
    ("cgroup_parent", "cgroup_parent"),
    ("isolation", "isolation"),
    ("build.network", "build.network"),
    ("provider.type", "provider.type"),
    ("shm_size", "shm_size"),
];

/// The keys of a service that the specification and its older versions know.
const KEYS: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "log_driver",
    "log_opt",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "name",
    "net",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "pull_refresh_after",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volume_driver",
    "volumes",
    "volumes_from",
    "working_dir",
];

/// Fills in all of it.
pub(super) fn fill(service: &Node, out: &mut Workload) {
    for (path, name) in OPTIONS {
        let node = service.at(path).filter(|node| !node.is_null());
        out.options.extend(node.map(|node| read::option(*name, node)));
    }
    for name in ["dns", "dns_search"] {
        let servers = read::scalars(service.get(name)).into_iter();
        out.options.extend(servers.map(|node| read::option(name, node)));
    }
    out.values.extend(read::variables(service.at("logging.options"), &['=']));
    out.options.extend(unknown(service));
}

/// Keys that no version of the specification knows, each as `unknown key`.
fn unknown(service: &Node) -> impl Iterator<Item = Variable> + '_ {
    let known = |key: &str| KEYS.binary_search(&key).is_ok() || key.starts_with("x-");
    let keys = service.entries().iter().map(|entry| &entry.key);
    keys.filter(move |key| !known(&key.value)).map(|key| {
        let value = crate::model::Value { text: key.value.clone(), unknown: false };
        Variable { name: "unknown key".to_owned(), value: Some(value), place: key.with(()) }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_in_order() {
        assert!(super::KEYS.is_sorted());
    }
}
