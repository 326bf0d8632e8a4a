//! One declared state in many writings: between any two of them nothing got worse, and nothing
//! better. And a field that is absent measures as its documented default, written out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::writing::files;
use common::{MapTree, judge};
use plimsoll::compare::Outcome;
use plimsoll::rules::RULES;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde_json::{Map, Value, json};

/// A mapping in which each field is absent or one of its values.
fn fields(table: Vec<(&'static str, Vec<Value>)>) -> impl Strategy<Value = Value> {
    prop::collection::vec(0..1000_usize, table.len()).prop_map(move |draws| {
        let mut map = Map::new();
        for ((name, values), draw) in table.iter().zip(draws) {
            if draw % 5 > 1 {
                map.insert((*name).to_owned(), values[draw / 5 % values.len()].clone());
            }
        }
        Value::Object(map)
    })
}

fn with(mut value: Value, more: Value) -> Value {
    let (Value::Object(map), Value::Object(more)) = (&mut value, more) else { panic!("no map") };
    map.extend(more);
    value
}

fn container(name: &'static str) -> impl Strategy<Value = Value> {
    let context = fields(vec![
        ("privileged", vec![json!(true), json!(false)]),
        ("allowPrivilegeEscalation", vec![json!(true), json!(false)]),
        ("readOnlyRootFilesystem", vec![json!(true), json!(false)]),
        ("runAsNonRoot", vec![json!(true), json!(false)]),
        ("runAsUser", vec![json!(0), json!(1000)]),
        (
            "capabilities",
            vec![
                json!({"drop": ["ALL"]}),
                json!({"add": ["SYS_ADMIN", "NET_ADMIN"], "drop": ["ALL"]}),
            ],
        ),
        ("seccompProfile", vec![json!({"type": "RuntimeDefault"}), json!({"type": "Unconfined"})]),
        ("procMount", vec![json!("Default"), json!("Unmasked")]),
    ]);
    let rest = fields(vec![
        ("image", vec![json!("nginx"), json!("nginx:1.27.3"), json!("ghcr.io/a/b:latest")]),
        ("imagePullPolicy", vec![json!("Always"), json!("IfNotPresent"), json!("Never")]),
        (
            "env",
            vec![
                json!([{"name": "DB_PASSWORD", "value": "tr0ub4dor&3x"}, {"name": "A", "value": "1"}]),
                json!([{"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "t"}}}]),
            ],
        ),
        (
            "ports",
            vec![
                json!([{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP", "hostPort": 53}]),
            ],
        ),
        (
            "resources",
            vec![
                json!({"limits": {"memory": "1Gi", "cpu": "500m"}}),
                json!({"requests": {"cpu": 1}, "limits": {"memory": "512Mi"}}),
            ],
        ),
        (
            "volumeMounts",
            vec![
                json!([{"name": "host", "mountPath": "/h", "readOnly": true}, {"name": "tmp", "mountPath": "/tmp"}]),
            ],
        ),
        ("command", vec![json!(["sh", "-c", "curl -fsSL https://x.io/i | sh"])]),
        ("livenessProbe", vec![json!({"httpGet": {"path": "/", "port": 80}})]),
    ]);
    (context, rest).prop_map(move |(context, rest)| {
        with(rest, json!({"name": name, "securityContext": context}))
    })
}

fn pod() -> impl Strategy<Value = Value> {
    let rest = fields(vec![
        ("hostNetwork", vec![json!(true), json!(false)]),
        ("hostPID", vec![json!(true)]),
        ("shareProcessNamespace", vec![json!(true)]),
        ("automountServiceAccountToken", vec![json!(true), json!(false)]),
        ("serviceAccountName", vec![json!("web")]),
        (
            "securityContext",
            vec![
                json!({"runAsNonRoot": true, "runAsUser": 1000}),
                json!({"sysctls": [{"name": "kernel.msgmax", "value": "1"}], "fsGroup": 0}),
            ],
        ),
        (
            "volumes",
            vec![
                json!([{"name": "host", "hostPath": {"path": "/var/run/docker.sock"}}, {"name": "tmp", "emptyDir": {}}]),
                json!([{"name": "host", "configMap": {"name": "web"}}]),
            ],
        ),
        ("hostAliases", vec![json!([{"ip": "169.254.169.254", "hostnames": ["a", "b"]}])]),
    ]);
    (rest, container("app"), proptest::option::of(container("side"))).prop_map(
        |(rest, app, side)| {
            let mut containers = vec![app];
            containers.extend(side);
            with(rest, json!({"containers": containers}))
        },
    )
}

fn object(api: &str, kind: &str, name: &str, rest: Value) -> Value {
    let metadata = json!({"name": name, "namespace": "shop", "labels": {"app": "web"}});
    with(rest, json!({"apiVersion": api, "kind": kind, "metadata": metadata}))
}

fn workloads() -> impl Strategy<Value = Vec<Value>> {
    (pod(), pod(), pod(), 0..3_usize).prop_map(|(a, b, c, kind)| {
        let template =
            |spec| json!({"metadata": {"labels": {"app": "web", "tier": "front"}}, "spec": spec});
        let kind = ["Deployment", "StatefulSet", "DaemonSet"][kind];
        let job = json!({"spec": {"jobTemplate": {"spec": {"template": template(c)}}, "schedule": "1 2 3 4 5"}});
        vec![
            object("apps/v1", kind, "web", json!({"spec": {"template": template(a)}})),
            object("v1", "Pod", "one", json!({"spec": b})),
            object("batch/v1", "CronJob", "nightly", job),
        ]
    })
}

fn network() -> impl Strategy<Value = Vec<Value>> {
    let service = fields(vec![
        ("type", vec![json!("LoadBalancer"), json!("NodePort"), json!("ClusterIP")]),
        ("externalIPs", vec![json!(["10.0.0.1", "192.0.2.7"])]),
        ("loadBalancerSourceRanges", vec![json!(["10.0.0.0/8", "192.168.0.0/16"])]),
        (
            "ports",
            vec![
                json!([{"port": 80, "name": "a"}, {"port": 5432, "nodePort": 30432, "name": "b"}]),
            ],
        ),
        ("selector", vec![json!({"app": "web"}), json!({"app": "web", "tier": "front"})]),
    ]);
    let policy = fields(vec![
        ("podSelector", vec![json!({}), json!({"matchLabels": {"app": "web"}})]),
        ("policyTypes", vec![json!(["Ingress", "Egress"]), json!(["Ingress"])]),
        (
            "ingress",
            vec![
                json!([]),
                json!([{}]),
                json!([{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}, {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}], "ports": [{"port": 80}]}]),
            ],
        ),
        ("egress", vec![json!([{"to": [{"namespaceSelector": {}}]}]), json!([])]),
    ]);
    let ingress = fields(vec![
        ("tls", vec![json!([{"hosts": ["a.io", "b.io"], "secretName": "t"}])]),
        (
            "rules",
            vec![
                json!([{"host": "a.io", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]),
            ],
        ),
    ]);
    (service, policy, ingress).prop_map(|(service, policy, ingress)| {
        vec![
            object("v1", "Service", "web", json!({"spec": service})),
            object("networking.k8s.io/v1", "NetworkPolicy", "web", json!({"spec": policy})),
            object("networking.k8s.io/v1", "Ingress", "web", json!({"spec": ingress})),
        ]
    })
}

fn access() -> impl Strategy<Value = Vec<Value>> {
    let role = fields(vec![(
        "rules",
        vec![
            json!([{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "list"]}]),
            json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]),
            json!([{"apiGroups": ["", "apps"], "resources": ["pods/exec"], "verbs": ["create"]}, {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["bind", "escalate"]}]),
        ],
    )]);
    let binding = fields(vec![(
        "subjects",
        vec![
            json!([{"kind": "ServiceAccount", "name": "web", "namespace": "shop"}]),
            json!([{"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "User", "name": "a", "apiGroup": "rbac.authorization.k8s.io"}]),
        ],
    )]);
    let data = fields(vec![("stringData", vec![json!({"password": "tr0ub4dor&3x"})])]);
    (role, binding, data, 0..3_usize).prop_map(|(role, binding, data, level)| {
        let reference =
            json!({"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"}});
        let level = ["privileged", "baseline", "restricted"][level];
        let labels = json!({"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": level}});
        vec![
            object("rbac.authorization.k8s.io/v1", "Role", "web", role),
            object("rbac.authorization.k8s.io/v1", "RoleBinding", "web", with(binding, reference)),
            object("v1", "Secret", "web", data),
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": labels}),
        ]
    })
}

/// What is told both ways, each with its texts.
fn told(outcome: Outcome) -> Vec<String> {
    let worse = outcome.regressions.into_iter().map(|r| format!("worse: {}", r.message));
    worse
        .chain(outcome.improvements.into_iter().map(|i| format!("better: {}", i.message)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_objects_in_other_words_are_the_same(
        pods in workloads(),
        network in network(),
        access in access(),
        seeds in prop::array::uniform3(any::<u64>()),
    ) {
        let objects: Vec<Value> = [pods, network, access].concat();
        let writings = seeds.map(|seed| files(&objects, seed));
        for (at, before) in writings.iter().enumerate() {
            for after in &writings[at..] {
                for (old, new) in [(before, after), (after, before)] {
                    let tree = |files: &[(String, String)]| MapTree::new(files.iter().cloned());
                    let told = told(judge(&tree(old), &tree(new), RULES));
                    prop_assert!(told.is_empty(), "{told:#?}\n{}\n=====>\n{}", shown(old), shown(new));
                }
            }
        }
    }
}

fn shown(files: &[(String, String)]) -> String {
    files.iter().map(|(path, text)| format!("# {path}\n{text}\n")).collect::<Vec<_>>().concat()
}

/// The generator makes states of which there is something to tell, or the test above shows nothing.
#[test]
fn there_is_something_to_tell() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = (workloads(), network(), access());
    let mut rules = std::collections::BTreeSet::new();
    for seed in 0..24 {
        let (pods, network, access) = strategy.new_tree(&mut runner).unwrap().current();
        let tree = MapTree::new(files(&[pods, network, access].concat(), seed));
        let none = MapTree::new([("LICENSE", "MIT")]);
        let regressions = judge(&none, &tree, RULES).regressions;
        rules.extend(regressions.into_iter().map(|r| r.rule.id));
    }
    for rule in [
        "privileged-container",
        "added-capability",
        "host-namespace",
        "runtime-socket",
        "secret-in-environment",
        "exposed-service",
        "cluster-right",
        "mutable-image",
    ] {
        assert!(rules.contains(rule), "{rule}: {rules:?}");
    }
}

/// An object, where in it, what is written out there. Source: Kubernetes API reference, "Pod v1
/// core" and the kinds' own pages, the defaults they name.
fn defaults() -> Vec<(Value, &'static str, Value)> {
    let pod = |spec: Value| {
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": spec});
        object("apps/v1", "Deployment", "web", json!({"spec": {"template": template}}))
    };
    let image = |image: &str| {
        pod(json!({
            "securityContext": {"fsGroup": 1000},
            "containers": [{
                "name": "app", "image": image, "securityContext": {"runAsUser": 1000},
                "ports": [{"containerPort": 80}],
                "volumeMounts": [{"name": "host", "mountPath": "/h"}],
                "livenessProbe": {"httpGet": {"port": 80}},
                "resources": {"limits": {"memory": "1Gi", "cpu": "1"}},
                "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
            }],
            "initContainers": [{"name": "init", "image": "busybox:1.37"}],
            "volumes": [
                {"name": "host", "hostPath": {"path": "/srv"}},
                {"name": "secret", "secret": {"secretName": "s"}},
                {"name": "tmp", "emptyDir": {}},
                {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
            ],
        }))
    };
    let of_pod: &[(&str, Value)] = &[
        ("hostNetwork", json!(false)),
        ("hostPID", json!(false)),
        ("hostIPC", json!(false)),
        ("hostUsers", json!(true)),
        ("shareProcessNamespace", json!(false)),
        ("automountServiceAccountToken", json!(true)),
        ("serviceAccountName", json!("default")),
        ("restartPolicy", json!("Always")),
        ("dnsPolicy", json!("ClusterFirst")),
        ("enableServiceLinks", json!(true)),
        ("terminationGracePeriodSeconds", json!(30)),
        ("schedulerName", json!("default-scheduler")),
        ("preemptionPolicy", json!("PreemptLowerPriority")),
        ("hostAliases", json!([])),
        ("imagePullSecrets", json!([])),
        ("securityContext/runAsNonRoot", json!(false)),
        ("securityContext/sysctls", json!([])),
        ("securityContext/supplementalGroups", json!([])),
        ("securityContext/fsGroupChangePolicy", json!("Always")),
        ("containers/0/imagePullPolicy", json!("IfNotPresent")),
        ("containers/0/stdin", json!(false)),
        ("containers/0/tty", json!(false)),
        ("containers/0/terminationMessagePolicy", json!("File")),
        ("containers/0/securityContext/privileged", json!(false)),
        ("containers/0/securityContext/allowPrivilegeEscalation", json!(true)),
        ("containers/0/securityContext/readOnlyRootFilesystem", json!(false)),
        ("containers/0/securityContext/runAsNonRoot", json!(false)),
        ("containers/0/securityContext/procMount", json!("Default")),
        ("containers/0/securityContext/capabilities", json!({})),
        ("containers/0/securityContext/seLinuxOptions", json!({})),
        ("containers/0/ports/0/protocol", json!("TCP")),
        ("containers/0/volumeMounts/0/readOnly", json!(false)),
        ("containers/0/volumeMounts/0/mountPropagation", json!("None")),
        ("containers/0/livenessProbe/periodSeconds", json!(10)),
        ("containers/0/livenessProbe/failureThreshold", json!(3)),
        ("containers/0/livenessProbe/httpGet/scheme", json!("HTTP")),
        ("containers/0/env/0/valueFrom/secretKeyRef/optional", json!(false)),
        ("containers/0/resources/claims", json!([])),
        ("initContainers/0/securityContext", json!({})),
        ("initContainers/0/securityContext", json!({"privileged": false})),
        ("volumes/0/hostPath/type", json!("")),
        ("volumes/1/secret/defaultMode", json!(420)),
        ("volumes/1/secret/optional", json!(false)),
        ("volumes/2/emptyDir/medium", json!("")),
        ("tolerations", json!([])),
        ("ephemeralContainers", json!([])),
        ("priority", json!(0)),
        ("securityContext/seLinuxOptions", json!({})),
        ("securityContext/windowsOptions", json!({"hostProcess": false})),
        ("securityContext/supplementalGroupsPolicy", json!("Merge")),
        ("containers/0/securityContext/windowsOptions", json!({"hostProcess": false})),
        ("containers/0/securityContext/capabilities", json!({"add": [], "drop": []})),
        ("containers/0/ports/0/hostPort", json!(0)),
        ("containers/0/volumeMounts/0/recursiveReadOnly", json!("Disabled")),
        ("containers/0/livenessProbe/successThreshold", json!(1)),
        ("containers/0/envFrom", json!([])),
        ("initContainers/0/resources", json!({})),
        ("volumes/3/projected/sources/0/serviceAccountToken/expirationSeconds", json!(3600)),
    ];
    let mut rows: Vec<(Value, &'static str, Value)> = of_pod
        .iter()
        .map(|(path, value)| {
            let path = format!("/spec/template/spec/{path}");
            (image("nginx:1.27.3"), &*Box::leak(path.into_boxed_str()), value.clone())
        })
        .collect();
    let pull = "/spec/template/spec/containers/0/imagePullPolicy";
    let digest = format!("nginx@{}", common::table::A);
    rows.extend([
        (image("nginx"), pull, json!("Always")),
        (image("nginx:latest"), pull, json!("Always")),
        (image(&digest), pull, json!("IfNotPresent")),
    ]);
    let service = |kind: &str| {
        let spec = json!({"type": kind, "ports": [{"port": 80}], "selector": {"app": "web"}});
        object("v1", "Service", "web", json!({"spec": spec}))
    };
    let mut plain = service("");
    plain["spec"].as_object_mut().unwrap().remove("type");
    rows.extend([
        (plain, "/spec/type", json!("ClusterIP")),
        (service("NodePort"), "/spec/ports/0/protocol", json!("TCP")),
        (service("LoadBalancer"), "/spec/externalTrafficPolicy", json!("Cluster")),
        (service("LoadBalancer"), "/spec/internalTrafficPolicy", json!("Cluster")),
        (service("LoadBalancer"), "/spec/allocateLoadBalancerNodePorts", json!(true)),
        (service("LoadBalancer"), "/spec/sessionAffinity", json!("None")),
        (service("LoadBalancer"), "/spec/externalIPs", json!([])),
        (service("NodePort"), "/spec/publishNotReadyAddresses", json!(false)),
        (service("NodePort"), "/spec/ports/0/targetPort", json!(80)),
    ]);
    let policy =
        |spec| object("networking.k8s.io/v1", "NetworkPolicy", "web", json!({"spec": spec}));
    let from = json!([{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]);
    rows.extend([
        (policy(json!({"podSelector": {}})), "/spec/policyTypes", json!(["Ingress"])),
        (policy(json!({"podSelector": {}})), "/spec/ingress", json!([])),
        (
            policy(json!({"podSelector": {}, "ingress": from})),
            "/spec/policyTypes",
            json!(["Ingress"]),
        ),
        (
            policy(json!({"podSelector": {}, "egress": [{"to": [{"podSelector": {}}]}]})),
            "/spec/policyTypes",
            json!(["Ingress", "Egress"]),
        ),
        (
            policy(json!({"podSelector": {}, "ingress": from})),
            "/spec/ingress/0/ports/0/protocol",
            json!("TCP"),
        ),
        (
            policy(json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})),
            "/spec/egress",
            json!([]),
        ),
    ]);
    let webhook = json!({"webhooks": [{"name": "a.b.c", "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}], "clientConfig": {}}]});
    let hook = || {
        let kind = "ValidatingWebhookConfiguration";
        object("admissionregistration.k8s.io/v1", kind, "web", webhook.clone())
    };
    rows.extend([
        (hook(), "/webhooks/0/failurePolicy", json!("Fail")),
        (hook(), "/webhooks/0/matchPolicy", json!("Equivalent")),
        (hook(), "/webhooks/0/timeoutSeconds", json!(10)),
        (hook(), "/webhooks/0/namespaceSelector", json!({})),
        (hook(), "/webhooks/0/objectSelector", json!({})),
        (hook(), "/webhooks/0/rules/0/scope", json!("*")),
        (
            object("v1", "ServiceAccount", "web", json!({})),
            "/automountServiceAccountToken",
            json!(true),
        ),
        (object("v1", "Secret", "web", json!({})), "/type", json!("Opaque")),
        (object("v1", "Secret", "web", json!({"data": {}})), "/immutable", json!(false)),
    ]);
    let rbac = |kind: &str, rest: Value| object("rbac.authorization.k8s.io/v1", kind, "web", rest);
    let rule = json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]});
    let binding = json!({
        "roleRef": {"kind": "Role", "name": "web"},
        "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "web"}],
    });
    let admission = |kind: &str, spec: Value| {
        object("admissionregistration.k8s.io/v1", kind, "web", json!({"spec": spec}))
    };
    let matched = json!({"validations": [{"expression": "true"}], "matchConstraints": {}});
    let bound = json!({"policyName": "web", "validationActions": ["Deny"], "matchResources": {}});
    rows.extend([
        (rbac("Role", json!({"rules": [rule]})), "/rules/0/resourceNames", json!([])),
        (rbac("RoleBinding", binding.clone()), "/subjects/0/apiGroup", json!("")),
        (rbac("RoleBinding", binding), "/roleRef/apiGroup", json!("rbac.authorization.k8s.io")),
        (
            admission("ValidatingAdmissionPolicy", matched.clone()),
            "/spec/failurePolicy",
            json!("Fail"),
        ),
        (
            admission("ValidatingAdmissionPolicy", matched.clone()),
            "/spec/matchConstraints/namespaceSelector",
            json!({}),
        ),
        (
            admission("ValidatingAdmissionPolicy", matched),
            "/spec/matchConstraints/objectSelector",
            json!({}),
        ),
        (
            admission("ValidatingAdmissionPolicyBinding", bound),
            "/spec/matchResources/namespaceSelector",
            json!({}),
        ),
        (
            object("apiregistration.k8s.io/v1", "APIService", "web", json!({"spec": {}})),
            "/spec/insecureSkipTLSVerify",
            json!(false),
        ),
        (object("v1", "ConfigMap", "web", json!({"data": {}})), "/immutable", json!(false)),
        (service("LoadBalancer"), "/spec/loadBalancerSourceRanges", json!([])),
        (
            object(
                "v1",
                "PersistentVolume",
                "web",
                json!({"spec": {"hostPath": {"path": "/srv"}}}),
            ),
            "/spec/hostPath/type",
            json!(""),
        ),
        (
            object(
                "networking.k8s.io/v1",
                "Ingress",
                "web",
                json!({"spec": {"rules": [{"host": "a.example.org"}]}}),
            ),
            "/spec/tls",
            json!([]),
        ),
    ]);
    let gateway = || {
        let listener = json!({"name": "web", "port": 443, "protocol": "HTTPS", "tls": {}});
        let spec = json!({"spec": {"listeners": [listener]}});
        object("gateway.networking.k8s.io/v1", "Gateway", "web", spec)
    };
    rows.extend([
        (gateway(), "/spec/listeners/0/allowedRoutes", json!({"namespaces": {"from": "Same"}})),
        (gateway(), "/spec/listeners/0/tls/mode", json!("Terminate")),
    ]);
    let psp = || {
        let any = json!({"rule": "RunAsAny"});
        let spec = json!({"runAsUser": any, "seLinux": any, "fsGroup": any});
        object("policy/v1beta1", "PodSecurityPolicy", "web", json!({"spec": spec}))
    };
    for (path, value) in [
        ("/spec/privileged", false),
        ("/spec/allowPrivilegeEscalation", true),
        ("/spec/readOnlyRootFilesystem", false),
        ("/spec/hostNetwork", false),
        ("/spec/hostPID", false),
        ("/spec/hostIPC", false),
    ] {
        rows.push((psp(), path, json!(value)));
    }
    for level in ["enforce", "audit", "warn"] {
        let path = format!("/metadata/labels/pod-security.kubernetes.io~1{level}");
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {}}});
        rows.push((namespace, &*Box::leak(path.into_boxed_str()), json!("privileged")));
    }
    rows
}

#[test]
fn an_absent_field_is_its_default_written_out() {
    let mut wrong = Vec::new();
    for (absent, path, default) in defaults() {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut written = absent.clone();
        let key = key.replace("~1", "/");
        let at = written.pointer_mut(parent).unwrap_or_else(|| panic!("{path}"));
        let before = at.as_object_mut().unwrap().insert(key, default.clone());
        assert!(before.is_none(), "{path} stands there");
        let tree = |value: &Value| MapTree::new([("a.json", value.to_string())]);
        for (old, new) in [(&absent, &written), (&written, &absent)] {
            let told = told(judge(&tree(old), &tree(new), RULES));
            if !told.is_empty() {
                let way = if old == &absent { "added" } else { "removed" };
                wrong.push(format!("{path}: {default} {way}: {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
