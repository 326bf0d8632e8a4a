//! What only looks like a change for the worse in Kubernetes objects: every push is silent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
      containers:
      - name: app
        image: nginx@{a}
        securityContext: {capabilities: {add: [NET_ADMIN], drop: [ALL]}}
        resources: {limits: {memory: 1Gi, cpu: '0.5'}, requests: {memory: 1Gi}}
      - name: side
        image: alpine@{b}
        ports: [{containerPort: 80}]
";

const AGENT: &str = "apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec:
      hostNetwork: true
      automountServiceAccountToken: false
      securityContext: {seccompProfile: {type: RuntimeDefault}, sysctls: [{name: net.core.somaxconn, value: '1'}]}
      containers:
      - &agent
        name: agent
        image: acme/agent@{a}
        resources: {limits: {memory: 1Gi, cpu: '1'}, requests: {memory: 1Gi}}
        securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
";

#[test]
fn what_comes_or_goes_beside_others() {
    let mutating = "apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: zone}
spec:
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {\"zone\": \"a\"}}}'}
";
    let tuning = "apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: backlog}
spec:
  mutations:
  - patchType: JSONPatch
    jsonPatch: {expression: '[JSONPatch{op: \"add\", path: \"/spec/securityContext/sysctls\", value: [{\"name\": \"net.core.somaxconn\", \"value\": \"4096\"}]}]'}
";
    let namespace = "apiVersion: v1
kind: Namespace
metadata: {name: web, labels: {pod-security.kubernetes.io/enforce: privileged}}
";
    let sidecar = format!("{AGENT}      - <<: *agent\n        name: another\n");
    let settings = "apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  storageSecretNameAnnotation: serving.example.org/storageSecretName
";
    let other = ("other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
    push_each_tree(&[
        (
            "a container joins a pod in the host's network",
            &[("a.yaml", AGENT)],
            &[("a.yaml", &sidecar)],
            &[],
        ),
        ("a policy that sets labels", &[other, ("a.yaml", mutating)], &[other], &[]),
        ("a policy that tunes the kernel", &[other, ("a.yaml", tuning)], &[other], &[]),
        ("a namespace that asks for nothing", &[other, ("a.yaml", namespace)], &[other], &[]),
        ("the name of an annotation", &[other], &[other, ("a.yaml", settings)], &[]),
    ]);
}

#[test]
fn what_a_chart_is_called_and_where_a_mount_comes_from() {
    let chart = |name: &str, host: &str| -> &'static str {
        format!("apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- name: {name}\n  version: 1.2.3\n  repository: https://{host}\n").leak()
    };
    let values = |image: &str| -> &'static str {
        format!("web:\n  image:\n    repository: {image}\n    tag: '1.2.3'\n").leak()
    };
    let mount = format!(
        "{AGENT}        volumeMounts:\n        - {{name: pods, mountPath: /pods, mountPropagation: HostToContainer}}\n      volumes:\n      - name: pods\n        hostPath: {{path: /srv/pods}}\n"
    );
    push_each_tree(&[
        (
            "another chart in place of one",
            &[("Chart.yaml", chart("old-proxy", "charts.example.com"))],
            &[("Chart.yaml", chart("new-proxy", "charts.example.org"))],
            &[],
        ),
        (
            "the name says whose image it is",
            &[("values-prod.yaml", values("acme/web"))],
            &[("values-prod.yaml", values("evil/web"))],
            &["high base-image values-prod.yaml:3"],
        ),
        (
            "a new mount is told once",
            &[("a.yaml", AGENT)],
            &[("a.yaml", &mount)],
            &["medium host-mount a.yaml:21"],
        ),
    ]);
}

#[test]
fn one_state_in_other_words() {
    push_each_tree(&[
        (
            "sums of what a pod is to be restarted for",
            &[("a.yaml", WEB)],
            &[(
                "a.yaml",
                &WEB.replace(
                    "{labels: {app: web}}",
                    "{labels: {app: web}, annotations: {checksum/secret: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}}",
                ),
            )],
            &[],
        ),
        (
            "S31",
            &[("a.yaml", WEB)],
            &[(
                "a.yaml",
                "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
      containers:
      - name: app
        image: nginx@{a}
        securityContext: {capabilities: {add: [CAP_net_admin], drop: [all]}}
        resources: {limits: {memory: 1Gi, cpu: '0.5'}, requests: {memory: 1Gi}}
      - name: side
        image: alpine@{b}
        ports: [{containerPort: 80}]
",
            )],
            &[],
        ),
        (
            "S32 and S36: amounts, JSON, List, another file, another order",
            &[("a.yaml", WEB)],
            &[(
                "deploy/b.json",
                r#"{"kind": "List", "apiVersion": "v1", "items": [{"kind": "Deployment",
"apiVersion": "apps/v1", "metadata": {"namespace": "default", "name": "web"}, "spec":
{"template": {"spec": {"containers": [
{"image": "alpine@{b}", "name": "side", "ports": [{"protocol": "TCP", "containerPort": 80}]},
{"image": "nginx@{a}", "name": "app",
"resources": {"requests": {"memory": "1024Mi"}, "limits": {"cpu": "500m", "memory": 1073741824}},
"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}}],
"securityContext": {"runAsUser": 1000, "runAsNonRoot": true}},
"metadata": {"labels": {"app": "web"}}}}}]}"#,
            )],
            &[],
        ),
        (
            "S35 pushed down, by an anchor",
            &[("a.yaml", WEB)],
            &[(
                "a.yaml",
                "---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: nginx@{a}
        securityContext:
          capabilities: {add: [NET_ADMIN], drop: [ALL]}
          <<: &user {runAsNonRoot: true, runAsUser: 1000}
        resources: {limits: {memory: 1Gi, cpu: '0.5'}, requests: {memory: 1Gi}}
      - name: side
        image: alpine@{b}
        securityContext: *user
        ports: [{containerPort: 80}]
",
            )],
            &[],
        ),
        (
            "S34",
            &[(
                "a.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostNetwork: false\n  \
                 hostPID: false\n  shareProcessNamespace: false\n  hostUsers: true\n  \
                 containers:\n  - name: app\n    image: nginx@{a}\n    securityContext: \
                 {privileged: false, readOnlyRootFilesystem: false, allowPrivilegeEscalation: \
                 true, runAsNonRoot: false, procMount: Default}\n",
            )],
            &[(
                "a.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: \
                 app\n    image: nginx@{a}\n",
            )],
            &[],
        ),
        (
            "S37",
            &[("a.yaml", WEB)],
            &[(
                "a.yaml",
                "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {note: x}}
spec:
  replicas: 9
  template:
    metadata: {labels: {app: web}, annotations: {checksum: abc}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
      containers:
      - name: app
        image: nginx@{a}
        securityContext: {capabilities: {add: [NET_ADMIN], drop: [ALL]}}
        resources: {limits: {memory: 1Gi, cpu: '0.5'}, requests: {memory: 900Mi, cpu: 100m}}
      - name: side
        image: alpine@{b}
        ports: [{containerPort: 80, name: web}]
",
            )],
            &[],
        ),
        (
            "not ours",
            &[("package.json", "{\"kind\": \"x\"}"), ("a.yaml", "a: 1\n")],
            &[
                ("package.json", "{\"kind\": {}, \"apiVersion\": [1], broken"),
                ("a.yaml", "a: [1\nkind: {{x\n"),
                ("openapi.json", "{\"apiVersion\": {\"type\": \"string\"}, \"kind\": {}, broken"),
                (
                    "crd.yaml",
                    "apiVersion: apiextensions.k8s.io/v1\nkind: \
                     CustomResourceDefinition\nmetadata: {name: x}\nspec:\n  x:\n    \
                     containers:\n    - {name: x, image: y}\n",
                ),
                (
                    "hpa.yaml",
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: \
                     web}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \
                     web}\n",
                ),
            ],
            &[],
        ),
    ]);
}
