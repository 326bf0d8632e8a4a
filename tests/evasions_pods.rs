//! Evasions in what pods may do: a real push, a real hook, and the line that is told of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use std::fmt::Write as _;

use common::table::push_each_tree;

/// Row, what stands under the pod's `spec` before and after, what the pusher is told. The container
/// `app` stands on lines 11 and 12, the pod's own keys behind them from line 13 on.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str]);

const HEAD: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          image: app@{a}
";

/// Pushes each row as one manifest.
fn push_pods(rows: &[Row]) {
    let text = |body: &str| -> &'static str {
        let mut text = HEAD.to_owned();
        for line in body.lines() {
            let _ = writeln!(text, "      {line}");
        }
        text.leak()
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|&(id, old, new, told)| {
            let side = |body: &str| -> &'static [(&'static str, &'static str)] {
                vec![("web.yaml", text(body))].leak()
            };
            (id, side(old), side(new), told)
        })
        .collect();
    push_each_tree(&rows);
}

#[test]
fn who_it_runs_as_and_what_it_may() {
    push_pods(&[
        (
            "K04 the container overrides its pod",
            "securityContext: {runAsUser: 10001}\n",
            "    securityContext: {runAsUser: 0}\nsecurityContext: {runAsUser: 10001}\n",
            &["high runs-as-root web.yaml:13"],
        ),
        (
            "K04 the pod's block is gone",
            "securityContext:\n  runAsNonRoot: true\n",
            "",
            &["high runs-as-root web.yaml:14 (old line)"],
        ),
        (
            "K05 another list",
            "",
            "initContainers:\n  - name: fix\n    image: fix@{a}\n    securityContext: {privileged: true}\n",
            &["critical privileged-container web.yaml:16", "low lacks web.yaml:14"],
        ),
        (
            "K05 ephemeral",
            "",
            "ephemeralContainers:\n  - name: fix\n    image: fix@{a}\n    securityContext: {privileged: true}\n",
            &["critical privileged-container web.yaml:16", "low lacks web.yaml:14"],
        ),
        (
            "K06",
            "    securityContext:\n      allowPrivilegeEscalation: false\n      capabilities: {add: [NET_ADMIN]}\n",
            "    securityContext:\n      capabilities: {add: [NET_ADMIN]}\n",
            &["high privilege-escalation web.yaml:14 (old line)"],
        ),
        (
            "K07",
            "    securityContext:\n      capabilities: {drop: [ALL]}\n",
            "    securityContext:\n      capabilities: {drop: [all], add: [SYS_ADMIN]}\n",
            &["high added-capability web.yaml:14"],
        ),
        (
            "K07 all of them",
            "    securityContext:\n      capabilities: {drop: [ALL]}\n",
            "    securityContext:\n      capabilities: {drop: [ALL], add: [all]}\n",
            &[
                "critical added-capability web.yaml:14",
                "high kept-capability web.yaml:14 (old line)",
            ],
        ),
        (
            "K08 where it has no effect",
            "    securityContext:\n      readOnlyRootFilesystem: true\n      allowPrivilegeEscalation: false\n",
            "    env: []\nsecurityContext:\n  readOnlyRootFilesystem: true\n  allowPrivilegeEscalation: false\n",
            &["high privilege-escalation web.yaml:13", "medium writable-root web.yaml:13"],
        ),
        (
            "K23",
            "automountServiceAccountToken: false\n",
            "",
            &["medium service-token web.yaml:13 (old line)"],
        ),
        ("W18", "", "shareProcessNamespace: true\n", &["medium host-namespace web.yaml:13"]),
        (
            "W28",
            "securityContext:\n  seccompProfile: {type: RuntimeDefault}\n",
            "securityContext:\n  seccompProfile: {type: Unconfined}\n",
            &["high confinement web.yaml:14"],
        ),
        (
            "W32",
            "",
            "    securityContext: {procMount: Unmasked}\n",
            &["high confinement web.yaml:13"],
        ),
        (
            "W34",
            "",
            "securityContext: {windowsOptions: {hostProcess: true}}\n",
            &["critical privileged-container web.yaml:13"],
        ),
        (
            "privileged says it all",
            "    securityContext:\n      privileged: false\n",
            "    securityContext:\n      privileged: true\n      capabilities: {add: [SYS_ADMIN]}\n      seccompProfile: {type: Unconfined}\n",
            &["critical privileged-container web.yaml:14"],
        ),
    ]);
}

#[test]
fn what_it_sees_of_its_node() {
    push_pods(&[
        (
            "W20 up the tree",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    hostPath: {path: /etc/nginx}\n",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    hostPath: {path: /etc}\n",
            &["high host-mount web.yaml:16"],
        ),
        (
            "W21",
            "    volumeMounts:\n      - {name: v, mountPath: /v, readOnly: true}\nvolumes:\n  - name: v\n    hostPath: {path: /proc}\n",
            "    volumeMounts:\n      - {name: v, mountPath: /v}\nvolumes:\n  - name: v\n    hostPath: {path: /proc}\n",
            &["high host-mount web.yaml:14"],
        ),
        (
            "W22",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    emptyDir: {}\n",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    hostPath: {path: /run/crio/crio.sock}\n",
            &["critical runtime-socket web.yaml:16"],
        ),
        (
            "W19",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    emptyDir: {}\n",
            "    volumeMounts: [{name: v, mountPath: /v}]\nvolumes:\n  - name: v\n    hostPath: {path: /data}\n",
            &["medium host-mount web.yaml:16"],
        ),
    ]);
}

#[test]
fn look_alikes() {
    push_pods(&[
        (
            "S31",
            "    securityContext: {capabilities: {drop: [all], add: [net_admin]}}\n",
            "    securityContext: {capabilities: {drop: [ALL], add: [CAP_NET_ADMIN]}}\n",
            &[],
        ),
        (
            "S34",
            "    securityContext: {privileged: false, readOnlyRootFilesystem: false, procMount: Default}\nhostNetwork: false\nhostUsers: true\nshareProcessNamespace: false\n",
            "",
            &[],
        ),
        (
            "S35",
            "securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}\n",
            "    securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}\n",
            &[],
        ),
        (
            "S40",
            "    securityContext: {privileged: true, runAsUser: 0}\nhostNetwork: true\n",
            "    securityContext: {privileged: true, runAsUser: 0}\n    command: [/app]\nhostNetwork: true\n",
            &[],
        ),
        (
            "more for what had it all",
            "    securityContext:\n      privileged: true\n",
            "    securityContext:\n      privileged: true\n      capabilities: {add: [SYS_ADMIN]}\n",
            &[],
        ),
    ]);
}

#[test]
fn all_of_a_manifest() {
    push_each_tree(&[
        (
            "K02 under another name",
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n      ports: [{containerPort: 8080}]\n      env: [{name: MODE, value: prod}]\n",
            )],
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web2\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n      ports: [{containerPort: 8080}]\n      env: [{name: MODE, value: prod}]\n      securityContext: {privileged: true}\n",
            )],
            &["critical privileged-container web.yaml:11"],
        ),
        (
            "K21 by another container's name",
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/app: localhost/strict\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n",
            )],
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/web: localhost/strict\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n",
            )],
            &["low confinement web.yaml:6 (old line)"],
        ),
        (
            "K21 unconfined",
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/app: runtime/default\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n",
            )],
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/app: unconfined\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n",
            )],
            &["high confinement web.yaml:6"],
        ),
        (
            "K22",
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n      volumeMounts: [{name: v, mountPath: /v}]\n  volumes:\n    - name: v\n      persistentVolumeClaim: {claimName: data}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: data}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: data}\nspec:\n  nfs: {server: nas, path: /x}\n",
            )],
            &[(
                "web.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: app\n      image: app@{a}\n      volumeMounts: [{name: v, mountPath: /v}]\n  volumes:\n    - name: v\n      persistentVolumeClaim: {claimName: data}\n---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: data}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: data}\nspec:\n  hostPath: {path: /etc}\n",
            )],
            &["high host-mount web.yaml:22"],
        ),
    ]);
}

#[test]
fn what_is_too_large_or_not_there_is_judged_or_said() {
    let schema = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\nspec:\n{}",
        "  # what a field means, at length\n".repeat(40_000)
    );
    let pod = |more: &str| {
        format!(
            "{schema}---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n{more}  containers:\n    - name: app\n      image: app@{{a}}\n"
        )
    };
    let confined = pod("  securityContext:\n    seccompProfile: {type: RuntimeDefault}\n");
    let (plain, longer) = (pod(""), format!("{schema}  # more\n"));
    let large = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n".to_owned()
        + &"  # a comment of some length\n".repeat(40_000);
    let json = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"p\"}, \"spec\": {\"containers\": []}}";
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid {}\nsize 5\n", common::table::A);
    push_each_tree(&[
        (
            "a profile lost in a bundle of schemas",
            &[("bundle.yaml", &confined)],
            &[("bundle.yaml", &plain)],
            &["medium confinement bundle.yaml:40013 (old line)"],
        ),
        (
            "schemas and nothing else",
            &[("README.md", "a\n")],
            &[("README.md", "a\n"), ("crds.yaml", &longer)],
            &[],
        ),
        (
            "too large without schemas",
            &[("README.md", "a\n")],
            &[("README.md", "a\n"), ("x.yaml", &large)],
            &["unjudged x.yaml"],
        ),
        (
            "G26 a manifest that is an LFS pointer from now on",
            &[("pod.json", json)],
            &[("pod.json", &pointer)],
            &["unjudged pod.json"],
        ),
        (
            "data that is kept in LFS",
            &[("data.json", "{\"a\": 1}")],
            &[("data.json", &pointer), ("more.json", &pointer)],
            &[],
        ),
    ]);
}
