//! Configuration of a cluster's own servers, as the command lines that come of it.
//!
//! Source: kubeadm Configuration (v1beta4), "ClusterConfiguration"; Kubelet Configuration (v1beta1).

use super::object::Object;
use super::value::written;
use crate::model::{Declaration, Invocation, Node, Platform, Spanned, Unit, Workload};
use crate::resolve::shell;

/// Where kubeadm keeps the flags of which server.
const KUBEADM: &[(&str, &str)] = &[
    ("apiServer.extraArgs", "kube-apiserver"),
    ("controllerManager.extraArgs", "kube-controller-manager"),
    ("scheduler.extraArgs", "kube-scheduler"),
    ("etcd.local.extraArgs", "etcd"),
    ("nodeRegistration.kubeletExtraArgs", "kubelet"),
];
/// Fields of the kubelet's own file and the flags that they stand for.
const KUBELET: &[(&str, &str)] = &[
    ("authentication.anonymous.enabled", "anonymous-auth"),
    ("authentication.x509.clientCAFile", "client-ca-file"),
    ("authorization.mode", "authorization-mode"),
    ("readOnlyPort", "read-only-port"),
    ("protectKernelDefaults", "protect-kernel-defaults"),
    ("makeIPTablesUtilChains", "make-iptables-util-chains"),
    ("tlsCertFile", "tls-cert-file"),
    ("rotateCertificates", "rotate-certificates"),
];

/// The servers that a configuration has flags for.
pub(super) fn units(object: &Object) -> Vec<Declaration> {
    let servers = match (object.group.as_str(), object.kind.as_str()) {
        ("kubeadm.k8s.io", _) => KUBEADM
            .iter()
            .filter_map(|(path, server)| Some((*server, flags(written(object.at(path))?))))
            .collect(),
        ("kubelet.config.k8s.io", "KubeletConfiguration") => {
            let fields =
                KUBELET.iter().filter_map(|(path, flag)| flag_of(flag, written(object.at(path))?));
            vec![("kubelet", fields.collect())]
        }
        _ => Vec::new(),
    };
    servers.into_iter().filter_map(|(server, flags)| unit(object, server, flags)).collect()
}

/// `{anonymous-auth: "false"}`, or a list of names and values.
fn flags(node: &Node) -> Vec<Spanned<String>> {
    let pairs = node.entries().iter().filter_map(|entry| flag_of(&entry.key.value, &entry.value));
    let items = node
        .items()
        .iter()
        .filter_map(|item| flag_of(item.get("name")?.text()?, item.get("value")?));
    pairs.chain(items).collect()
}

fn flag_of(name: &str, value: &Node) -> Option<Spanned<String>> {
    Some(value.place(format!("--{name}={}", value.text()?)))
}

fn unit(object: &Object, server: &str, flags: Vec<Spanned<String>>) -> Option<Declaration> {
    let place = flags.first()?.with(());
    let title = format!("{server} of {}", object.title());
    let identity = format!("{}/{server}", object.identity());
    let mut workload = Workload::new(Platform::Values, identity, title.clone(), object.head);
    workload.span = object.node.span;
    let mut words = vec![place.with(server.to_owned())];
    words.extend(flags);
    let shell = shell::exec(&words, &|_| None);
    workload.entrypoint = Some(Invocation { place, exec: true, shell });
    Some(object.declare(Unit::Workload(Box::new(workload)), title, object.node.span))
}
