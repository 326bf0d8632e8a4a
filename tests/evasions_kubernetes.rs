//! Evasions within Kubernetes objects: a real push, a real hook, and the line that is told of.
//!
//! Not here: network, access and guards (K10–K20) and what Helm and kustomize make of objects
//! (K26–K32) have tables of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::{ManyFiles, push_each_tree};

/// A Deployment whose pod starts on line 8, in blocks.
macro_rules! deployment {
    ($($pod:expr),*) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
             metadata: {labels: {app: web}}\n    spec:\n",
            $($pod),*
        )
    };
}

/// Its one container, from line 8 to line 10.
macro_rules! app {
    ($($rest:expr),*) => {
        deployment!("      containers:\n      - name: app\n        image: nginx@{a}\n", $($rest),*)
    };
}

/// A pod as JSON or flow YAML, in one line.
macro_rules! pod {
    ($context:expr) => {
        concat!(
            "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}, \
             \"spec\": {\"containers\": [{\"name\": \"app\", \"image\": \"nginx@{a}\", \
             \"securityContext\": ",
            $context,
            "}]}}"
        )
    };
}

fn each(rows: &[(&'static str, &'static str, &'static str, &'static [&'static str])]) {
    let rows: Vec<ManyFiles<'_>> = rows
        .iter()
        .map(|&(id, old, new, told)| {
            let files = |text: &'static str| -> &'static [(&'static str, &'static str)] {
                Box::leak(Box::new([("web.yaml", text)]))
            };
            (id, files(old), files(new), told)
        })
        .collect();
    push_each_tree(&rows);
}

#[test]
fn objects_wherever_they_stand() {
    push_each_tree(&[
        (
            "K01 List",
            &[("a.yaml", concat!("apiVersion: v1\nkind: List\nitems:\n- ", pod!("{}"), "\n"))],
            &[(
                "a.yaml",
                concat!(
                    "apiVersion: v1\nkind: List\nitems:\n- ",
                    pod!("{\"privileged\": true}"),
                    "\n"
                ),
            )],
            &["critical privileged-container a.yaml:4"],
        ),
        (
            "K01 typed list",
            &[(
                "a.yaml",
                "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p}\n  spec:\n    \
                 containers:\n    - {name: app, image: 'nginx@{a}'}\n",
            )],
            &[(
                "a.yaml",
                "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p}\n  spec:\n    \
                 hostPID: true\n    containers:\n    - {name: app, image: 'nginx@{a}'}\n",
            )],
            &["high host-namespace a.yaml:6"],
        ),
        (
            "K01 JSON",
            &[("a.json", pod!("{}"))],
            &[("a.json", pod!("{\"privileged\": true}"))],
            &["critical privileged-container a.json:1"],
        ),
        (
            "K01 a later document",
            &[("a.yaml", concat!("---\n# x\n---\na: b\n---\n", pod!("{}")))],
            &[("a.yaml", concat!("---\n# x\n---\na: b\n---\n", pod!("{\"privileged\": true}")))],
            &["critical privileged-container a.yaml:6"],
        ),
        (
            "K02",
            &[("a.yaml", app!("        ports: [{containerPort: 80}]\n"))],
            &[(
                "a.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web2}\nspec:\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: app\n        image: nginx@{a}\n        ports: [{containerPort: 80}]\n        securityContext: {privileged: true}\n",
            )],
            &["critical privileged-container a.yaml:12"],
        ),
        (
            "K03 DaemonSet",
            &[("a.yaml", app!("        securityContext: {runAsUser: 1000}\n"))],
            &[(
                "a.yaml",
                "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: web}\nspec:\n  \
                 template:\n    spec:\n      containers:\n      - name: app\n        image: \
                 nginx@{a}\n        securityContext: {runAsUser: 0}\n",
            )],
            &["high runs-as-root a.yaml:10"],
        ),
        (
            "K03 Rollout",
            &[("a.yaml", app!("        securityContext: {runAsUser: 1000}\n"))],
            &[(
                "a.yaml",
                "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec:\n  \
                 template:\n    spec:\n      containers:\n      - name: app\n        image: \
                 nginx@{a}\n        securityContext: {runAsUser: 0}\n",
            )],
            &["high runs-as-root a.yaml:10"],
        ),
        (
            "K03 any kind by its shape",
            &[(
                "a.yaml",
                "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  nodes:\n  - name: \
                 a\n    podTemplate:\n      spec:\n        containers: [{name: app, image: \
                 'x.io/x@{a}'}]\n",
            )],
            &[(
                "a.yaml",
                "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nspec:\n  nodes:\n  - name: \
                 a\n    podTemplate:\n      spec:\n        hostNetwork: true\n        containers: \
                 [{name: app, image: 'x.io/x@{a}'}]\n",
            )],
            &["high host-namespace a.yaml:9"],
        ),
        (
            "K03 workflow",
            &[(
                "a.yaml",
                "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: \
                 w-}\nspec:\n  templates:\n  - name: build\n    container: {image: 'x.io/x@{a}'}\n",
            )],
            &[(
                "a.yaml",
                "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: \
                 w-}\nspec:\n  templates:\n  - name: build\n    container:\n      image: \
                 'x.io/x@{a}'\n      securityContext: {privileged: true}\n",
            )],
            &["critical privileged-container a.yaml:9"],
        ),
        (
            "K34 renamed into effect",
            &[("web.yml.disabled", app!("        securityContext: {privileged: true}\n"))],
            &[("web.yml", app!("        securityContext: {privileged: true}\n"))],
            &["critical privileged-container web.yml:11", "low lacks web.yml:9"],
        ),
    ]);
}

#[test]
fn contexts() {
    each(&[
        (
            "K04 container over pod",
            app!("      securityContext: {runAsUser: 1000}\n"),
            app!(
                "        securityContext: {runAsUser: 0}\n      securityContext: {runAsUser: 1000}\n"
            ),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K04 pod's deleted",
            app!("      securityContext: {runAsUser: 1000, runAsNonRoot: true}\n"),
            app!(""),
            &["high runs-as-root web.yaml:11 (old line)"],
        ),
        (
            "K05 init container",
            app!(""),
            app!(
                "      initContainers:\n      - name: init\n        image: nginx@{a}\n        \
                 securityContext: {privileged: true}\n"
            ),
            &["critical privileged-container web.yaml:14", "low lacks web.yaml:12"],
        ),
        (
            "K05 sidecar",
            app!(""),
            app!(
                "      initContainers:\n      - name: side\n        image: nginx@{a}\n        \
                 restartPolicy: Always\n        securityContext: {privileged: true}\n"
            ),
            &["critical privileged-container web.yaml:15", "low lacks web.yaml:12"],
        ),
        (
            "K05 ephemeral container",
            app!(""),
            app!(
                "      ephemeralContainers:\n      - name: debug\n        image: nginx@{a}\n        \
                 securityContext: {privileged: true}\n"
            ),
            &["critical privileged-container web.yaml:14", "low lacks web.yaml:12"],
        ),
        (
            "K06",
            app!(
                "        securityContext:\n          allowPrivilegeEscalation: false\n          \
                 capabilities: {add: [CHOWN]}\n"
            ),
            app!("        securityContext:\n          capabilities: {add: [CHOWN]}\n"),
            &["high privilege-escalation web.yaml:12 (old line)"],
        ),
        (
            "K07",
            app!("        securityContext: {capabilities: {drop: [ALL]}}\n"),
            app!("        securityContext: {capabilities: {drop: [all], add: [SYS_ADMIN]}}\n"),
            &["high added-capability web.yaml:11"],
        ),
        (
            "K07 ALL",
            app!("        securityContext: {capabilities: {drop: [ALL]}}\n"),
            app!("        securityContext: {capabilities: {drop: [ALL], add: [all]}}\n"),
            &[
                "critical added-capability web.yaml:11",
                "high kept-capability web.yaml:11 (old line)",
            ],
        ),
        (
            "K08",
            app!("        securityContext: {runAsUser: 1000}\n"),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
             metadata:\n      labels: {app: web}\n      securityContext: {runAsUser: 1000}\n    \
             spec:\n      containers:\n      - name: app\n        image: nginx@{a}\n",
            &["high runs-as-root web.yaml:11 (old line)"],
        ),
        (
            "K09",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!("        securityContext: {runAsUser: 1000}\n        securityContext: {}\n"),
            &["high runs-as-root web.yaml:12", "unjudged web.yaml:12"],
        ),
        (
            "K09 the first one is worse",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!(
                "        securityContext: {privileged: true}\n        securityContext: {runAsUser: \
                 1000}\n"
            ),
            &["unjudged web.yaml:12"],
        ),
        (
            "K33 numbers",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!("        securityContext: {runAsUser: 0x0}\n"),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 very many digits",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!(
                "        securityContext: {runAsUser: 0000000000000000000000000000000000000000000000000000000000000000000000}\n"
            ),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 an anchor that is set again",
            app!(
                "        env: []\n        args: &c [a]\n        securityContext: {runAsUser: 1000}\n"
            ),
            app!(
                "        env: &c {runAsUser: 1000}\n        args: &c {runAsUser: 0}\n        securityContext: *c\n"
            ),
            &["high runs-as-root web.yaml:12"],
        ),
        (
            "K33 octal",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!("        securityContext: {runAsUser: 00}\n"),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 negative",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!("        securityContext: {runAsUser: -0}\n"),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 booleans",
            app!("        securityContext: {privileged: no}\n"),
            app!("        securityContext: {privileged: yes}\n"),
            &["critical privileged-container web.yaml:11"],
        ),
        (
            "K33 alias",
            app!("        securityContext: &c {runAsUser: 1000}\n        env: []\n"),
            app!("        env: &c {runAsUser: 0}\n        securityContext: *c\n"),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 a key in quotes, a tag",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!("        securityContext: {\"runAsUser\": !!int \"0\"}\n"),
            &["high runs-as-root web.yaml:11"],
        ),
        (
            "K33 an object in a text",
            app!("        securityContext: {runAsUser: 1000}\n"),
            app!(
                "        args:\n        - |\n          ---\n          securityContext: {runAsUser: \
                 1000}\n"
            ),
            &["high runs-as-root web.yaml:11"],
        ),
    ]);
}

#[test]
fn profiles_volumes_and_tokens() {
    each(&[
        (
            "K21 field",
            app!("        securityContext: {seccompProfile: {type: RuntimeDefault}}\n"),
            app!("        securityContext: {seccompProfile: {type: Unconfined}}\n"),
            &["high confinement web.yaml:11"],
        ),
        (
            "K21 annotation of another container",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    \
             container.apparmor.security.beta.kubernetes.io/app: localhost/strict\nspec:\n  \
             containers:\n  - {name: app, image: 'nginx@{a}'}\n",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n    \
             container.apparmor.security.beta.kubernetes.io/other: localhost/strict\nspec:\n  \
             containers:\n  - {name: app, image: 'nginx@{a}'}\n",
            &["low confinement web.yaml:6 (old line)"],
        ),
        (
            "a listener without names: no host and no TLS are missing there",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec:\n  listeners:\n  - {name: web, protocol: HTTPS, port: 443, hostname: '*.example.org', tls: {}}\n",
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec:\n  listeners:\n  - {name: web, protocol: HTTPS, port: 443, hostname: '*.example.org', tls: {}}\n  - {name: ssh, protocol: TCP, port: 22}\n",
            &["low exposed-ingress web.yaml:7"],
        ),
        (
            "K22 by itself",
            "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec:\n  csi: {driver: \
             x}\n",
            "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec:\n  hostPath: \
             {path: /etc}\n",
            &["high host-mount web.yaml:5"],
        ),
        (
            "K22 joined",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]\n  containers:\n  - {name: app, image: 'nginx@{a}', volumeMounts: [{name: v, mountPath: /v}]}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {volumeName: safe}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: bad}\nspec:\n  hostPath: {path: /var/run}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]\n  containers:\n  - {name: app, image: 'nginx@{a}', volumeMounts: [{name: v, mountPath: /v}]}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {volumeName: bad}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: bad}\nspec:\n  hostPath: {path: /var/run}\n",
            &["critical runtime-socket web.yaml:18"],
        ),
        (
            "K23",
            app!("      automountServiceAccountToken: false\n"),
            app!(""),
            &["medium service-token web.yaml:11 (old line)"],
        ),
        (
            "K23 a projected token stays",
            app!("      automountServiceAccountToken: false\n"),
            app!(
                "        volumeMounts: [{name: t, mountPath: /t}]\n      volumes: [{name: t, \
                 projected: {sources: [{serviceAccountToken: {path: t}}]}}]\n      \
                 automountServiceAccountToken: false\n"
            ),
            &["medium service-token web.yaml:12"],
        ),
    ]);
}

#[test]
fn values_that_are_secret() {
    each(&[
        (
            "K24",
            app!(
                "        env:\n        - name: DB_PASSWORD\n          valueFrom: {secretKeyRef: \
                 {name: db, key: pw}}\n"
            ),
            app!("        env:\n        - name: DB_PASSWORD\n          value: Xk39dkQmzz81\n"),
            &["critical secret-in-environment web.yaml:13"],
        ),
        (
            "K24 the second of a name",
            app!("        env:\n        - {name: DB_PASSWORD, value: ''}\n"),
            app!(
                "        env:\n        - {name: DB_PASSWORD, value: ''}\n        - {name: \
                 DB_PASSWORD, value: Xk39dkQmzz81}\n"
            ),
            &["critical secret-in-environment web.yaml:13"],
        ),
        (
            "K25 ConfigMap",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: |\n    x: 1\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a.yaml: |\n    x: 1\n    \
             db:\n      password: Xk39dkQmzz81\n",
            &["critical secret-in-environment web.yaml:8"],
        ),
        (
            "K25 binaryData",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nbinaryData: {}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nbinaryData:\n  password: \
             WGszOWRrUW16ejgx\n",
            &["critical secret-in-environment web.yaml:5"],
        ),
        (
            "K25 Secret",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n---\napiVersion: \
             v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  password: WGszOWRrUW16ejgx\n",
            &["critical plain-secret web.yaml:10"],
        ),
        (
            "K25 stringData",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n---\napiVersion: \
             v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: Xk39dkQmzz81\n",
            &["critical plain-secret web.yaml:10"],
        ),
        (
            "K25 annotation",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations:\n    \
             kubectl.kubernetes.io/last-applied-configuration: '{\"kind\": \"Secret\", \"data\": \
             {\"password\": \"WGszOWRrUW16ejgx\"}}'\ndata: {}\n",
            &["critical secret-in-environment web.yaml:6"],
        ),
        (
            "K25 sealed before",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: \
             s}\nspec:\n  encryptedData: {password: AgBy3i4OJSWK}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  password: \
             WGszOWRrUW16ejgx\n",
            &["critical plain-secret web.yaml:5", "high plain-secret web.yaml:5"],
        ),
    ]);
}

#[test]
fn servers_of_the_cluster() {
    each(&[
        (
            "kubeadm",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  \
             extraArgs:\n  - name: anonymous-auth\n    value: 'false'\n",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  \
             extraArgs:\n  - name: anonymous-auth\n    value: 'true'\n",
            &["high control-plane-flag web.yaml:6"],
        ),
        (
            "kubelet",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  \
             anonymous: {enabled: false}\nauthorization: {mode: Webhook}\n",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  \
             anonymous: {enabled: true}\nauthorization: {mode: Webhook}\n",
            &["high control-plane-flag web.yaml:4"],
        ),
    ]);
}

#[test]
fn a_key_in_place_of_another_one() {
    let secret = |key: &str, body: &str| -> &'static str {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  {key}: |\n    -----BEGIN {} KEY-----\n    {body}\n    -----END {} KEY-----\n",
            "PRIVATE", "PRIVATE"
        )
        .leak()
    };
    let one = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDx8Kq2mZ0pTr7aB";
    let other = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCq7Wc4nY1sVe9uD";
    let password = |value: &str| -> &'static str {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {value}}}\n")
            .leak()
    };
    each(&[
        (
            "K25 rotated, and committed again",
            secret("tls.key", one),
            secret("tls.key", other),
            &["critical plain-secret web.yaml:7"],
        ),
        ("the same key by another name", secret("tls.key", one), secret("server.key", one), &[]),
        ("a password as open as before", password("x8Kq2mZ0pTr7"), password("y9Lr3nA1qUs8"), &[]),
    ]);
}

#[test]
fn images_of_an_operators_own_objects() {
    let cluster = |lines: &str| -> &'static str {
        format!(
            "apiVersion: db.example.org/v1\nkind: Cluster\nmetadata: {{name: pg}}\nspec:\n{lines}"
        )
        .leak()
    };
    each(&[
        (
            "an image by itself",
            cluster("  imageName: ghcr.io/acme/pg:16.2\n"),
            cluster("  imageName: ghcr.io/acme/pg\n"),
            &["high mutable-image web.yaml:5"],
        ),
        (
            "in a list, in parts",
            cluster("  models:\n  - name: a\n    image: {repository: acme/a, tag: '1.2.3'}\n"),
            cluster("  models:\n  - name: a\n    image: {repository: acme/a, tag: latest}\n"),
            &["high mutable-image web.yaml:7"],
        ),
        (
            "another publisher",
            cluster("  image: acme/pg:16.2.1\n"),
            cluster("  image: evil/pg:16.2.1\n"),
            &["high base-image web.yaml:5"],
        ),
        (
            "look-alikes: a version, a picture, the image of a machine",
            cluster(
                "  image: acme/pg:16.2.1\n  logo: {image: /a.png}\n  machine: {image: debian-12}\n",
            ),
            cluster(
                "  image: acme/pg:16.3.0\n  logo: {image: icons/b.png}\n  machine: {image: debian}\n",
            ),
            &[],
        ),
    ]);
}
