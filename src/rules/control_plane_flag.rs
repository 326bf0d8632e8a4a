//! Flags of a cluster's own programs, where their manifests lie in the repository.

use super::facts::privilege::lost;
use crate::model::{
    Base, Example, Found, Invocation, Level, Measure, Reference, Rule, Word, Workload,
};

const SAFE: Level = Level::closed("as it should be");
const MILD: Level = Level::low(1, "weak");
const WEAK: Level = Level::medium(1, "weak");
const OPEN: Level = Level::high(1, "weak");

pub(super) const RULE: Rule = Rule {
    id: "control-plane-flag",
    promise: "A flag that guards the API server, etcd, the controllers, the scheduler or a kubelet \
              is never weakened.",
    why: "Whoever reaches the API server without a name, or etcd without a certificate, owns the \
          cluster; what is not logged can't be found out afterwards.",
    fix: "Set the flag back; the CIS Kubernetes Benchmark says for each what it should be.",
    fix_in: &[],
    levels: &[SAFE, MILD, WEAK, OPEN],
    references: &[
        Reference::CisKubernetes("1.2"),
        Reference::CisKubernetes("1.3"),
        Reference::CisKubernetes("1.4"),
        Reference::CisKubernetes("2"),
        Reference::NsaCisa("7.0"),
        Reference::NsaCisa("7.1"),
        Reference::NsaCisa("8.1"),
        Reference::Cwe(306),
        Reference::Cwe(778),
    ],
    answers: &[
        "trivy KCV-0001 to KCV-0003",
        "trivy KCV-0005 to KCV-0009",
        "trivy KCV-0017 to KCV-0022",
        "trivy KCV-0024 to KCV-0030",
        "trivy KCV-0034 to KCV-0047",
        "checkov CKV_K8S_68 to CKV_K8S_77",
        "checkov CKV_K8S_86 to CKV_K8S_121",
        "kics 1de5cc51",
        "kics 5da47109",
        "kics 32ecd76e",
        "kics f1f4d8da",
        "kics 73e251f0",
        "kics 2f491173",
        "kics 3f5ff8a7",
        "kics 09bb9e96",
    ],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "kube-apiserver.yaml",
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: kube-apiserver}
                  spec:
                    containers:
                      - name: api
                        image: registry.k8s.io/kube-apiserver:v1.31.1
                        command:
                          - kube-apiserver
                -         - --anonymous-auth=false
                -         - --authorization-mode=Node,RBAC
                +         - --authorization-mode=AlwaysAllow
            ",
            beside: &[],
            findings: &[
                "flag --anonymous-auth of container api of Pod kube-apiserver: was as it should be (false), now weak",
                "flag --authorization-mode of container api of Pod kube-apiserver: was as it should be (Node,RBAC), now weak (AlwaysAllow)",
            ],
        },
        Example {
            file: "web.yaml", // another program's flags
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: web}
                  spec:
                    containers:
                      - name: web
                        image: acme/web:1.2.3
                -       args: [--anonymous-auth=false]
                +       args: [--anonymous-auth=true]
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// What a flag should be.
#[derive(Clone, Copy)]
enum Want {
    /// This value.
    Is(&'static str),
    /// A list without this value.
    Lacks(&'static str),
    /// Any value.
    Set,
    /// Not there, or this value.
    Unset(&'static str),
}
use Want::{Is, Lacks, Set, Unset};

/// Program, flag, what it should be, and what it is otherwise.
const FLAGS: &[(&str, &str, Want, Level)] = &[
    ("kube-apiserver", "anonymous-auth", Is("false"), OPEN),
    ("kube-apiserver", "authorization-mode", Lacks("AlwaysAllow"), OPEN),
    ("kube-apiserver", "basic-auth-file", Unset(""), OPEN),
    ("kube-apiserver", "token-auth-file", Unset(""), OPEN),
    ("kube-apiserver", "insecure-bind-address", Unset(""), OPEN),
    ("kube-apiserver", "insecure-port", Unset("0"), OPEN),
    ("kube-apiserver", "client-ca-file", Set, OPEN),
    ("kube-apiserver", "tls-cert-file", Set, WEAK),
    ("kube-apiserver", "kubelet-client-certificate", Set, WEAK),
    ("kube-apiserver", "kubelet-certificate-authority", Set, WEAK),
    ("kube-apiserver", "etcd-cafile", Set, WEAK),
    ("kube-apiserver", "etcd-certfile", Set, WEAK),
    ("kube-apiserver", "encryption-provider-config", Set, WEAK),
    ("kube-apiserver", "enable-admission-plugins", Lacks("AlwaysAdmit"), WEAK),
    ("kube-apiserver", "disable-admission-plugins", Unset(""), WEAK),
    ("kube-apiserver", "service-account-lookup", Unset("true"), WEAK),
    ("kube-apiserver", "service-account-key-file", Set, WEAK),
    ("kube-apiserver", "audit-policy-file", Set, WEAK),
    ("kube-apiserver", "audit-log-path", Set, WEAK),
    ("kube-apiserver", "audit-log-maxage", Set, MILD),
    ("kube-apiserver", "audit-log-maxbackup", Set, MILD),
    ("kube-apiserver", "audit-log-maxsize", Set, MILD),
    ("kube-apiserver", "profiling", Is("false"), MILD),
    ("kube-controller-manager", "profiling", Is("false"), MILD),
    ("kube-controller-manager", "bind-address", Is("127.0.0.1"), WEAK),
    ("kube-controller-manager", "use-service-account-credentials", Is("true"), WEAK),
    ("kube-controller-manager", "service-account-private-key-file", Set, WEAK),
    ("kube-controller-manager", "root-ca-file", Set, WEAK),
    ("kube-scheduler", "profiling", Is("false"), MILD),
    ("kube-scheduler", "bind-address", Is("127.0.0.1"), WEAK),
    ("etcd", "client-cert-auth", Is("true"), OPEN),
    ("etcd", "peer-client-cert-auth", Is("true"), OPEN),
    ("etcd", "auto-tls", Unset("false"), WEAK),
    ("etcd", "peer-auto-tls", Unset("false"), WEAK),
    ("etcd", "cert-file", Set, WEAK),
    ("etcd", "peer-cert-file", Set, WEAK),
    ("etcd", "trusted-ca-file", Set, WEAK),
    ("kubelet", "anonymous-auth", Is("false"), OPEN),
    ("kubelet", "authorization-mode", Is("Webhook"), OPEN),
    ("kubelet", "client-ca-file", Set, WEAK),
    ("kubelet", "read-only-port", Is("0"), WEAK),
    ("kubelet", "protect-kernel-defaults", Is("true"), MILD),
    ("kubelet", "make-iptables-util-chains", Unset("true"), MILD),
    ("kubelet", "tls-cert-file", Set, MILD),
    ("kubelet", "rotate-certificates", Unset("true"), MILD),
];

fn measure(workload: &Workload, found: &mut Found<'_>) {
    let Some(program) = program(workload) else { return };
    let lines = workload.entrypoint.iter().chain(&workload.command);
    let flags: Vec<(&str, &str, &Word)> = lines.flat_map(words).filter_map(flag).collect();
    for (_, name, want, level) in FLAGS.iter().filter(|(of, ..)| *of == program) {
        let key = format!("flag --{name}");
        // The last one counts.
        match flags.iter().rev().find(|(flag, ..)| flag == name) {
            Some((_, value, word)) => {
                let safe = match want {
                    Is(wanted) | Unset(wanted) => value == wanted,
                    Lacks(value_of) => !value.split(',').any(|one| one == *value_of),
                    Set => !value.is_empty(),
                };
                found.say(if safe { SAFE } else { *level }, &key, &word.text, value);
            }
            None if matches!(want, Unset(_)) => {}
            None => drop(lost(found, *level, &key, workload)),
        }
    }
}

/// Which of them it is, by what it starts, else by its image.
fn program(workload: &Workload) -> Option<&'static str> {
    let started = workload.entrypoint.iter().flat_map(words).next();
    let started = started.map(|word| word.as_str().rsplit('/').next().unwrap_or_default());
    let image = match workload.image.as_ref().map(|image| &image.value) {
        Some(Base::Image(image)) => Some(image.familiar()),
        _ => None,
    };
    let image = image.as_deref().map(|name| name.rsplit('/').next().unwrap_or_default());
    let all = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kubelet"];
    all.into_iter().find(|name| started.or(image) == Some(*name))
}

fn words(line: &Invocation) -> impl Iterator<Item = &Word> {
    let commands = line.shell.pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    commands.flat_map(|command| &command.words)
}

/// `--name=value`; a name alone is `true`.
fn flag(word: &Word) -> Option<(&str, &str, &Word)> {
    let text = word.as_str().strip_prefix("--")?;
    let (name, value) = text.split_once('=').unwrap_or((text, "true"));
    Some((name, value, word))
}
