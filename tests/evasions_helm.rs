//! Evasions by charts, values and kustomizations: a real push, a real hook, and the line that is
//! told of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

const CHART: (&str, &str) =
    ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: 1.2.3\n");
const TEMPLATE: (&str, &str) = (
    "c/templates/web.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"c.fullname\" . }}\nspec:\n  \
     template:\n    spec:\n      {{- with .Values.podSecurityContext }}\n      securityContext:\n        \
     {{- toYaml . | nindent 8 }}\n      {{- end }}\n      containers:\n        - name: web\n          \
     image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n          \
     securityContext:\n            {{- toYaml .Values.securityContext | nindent 12 }}\n",
);

#[test]
fn values_decide_what_templates_say() {
    push_each_tree(&[
        (
            "K30 values of a chart",
            &[
                CHART,
                TEMPLATE,
                (
                    "c/values.yaml",
                    "image:\n  repository: acme/web\nsecurityContext:\n  privileged: false\npodSecurityContext:\n  runAsNonRoot: true\n",
                ),
            ],
            &[
                CHART,
                TEMPLATE,
                (
                    "c/values.yaml",
                    "image:\n  repository: acme/web\nsecurityContext:\n  privileged: true\npodSecurityContext: {}\n",
                ),
            ],
            &[
                "critical privileged-container c/values.yaml:4",
                "high runs-as-root c/values.yaml:6 (old line)",
            ],
        ),
        (
            "K30 values for another place",
            &[(
                "values-prod.yaml",
                "web:\n  securityContext:\n    privileged: false\n  image:\n    repository: acme/web\n    tag: 1.2.3\n    digest: {a}\n",
            )],
            &[(
                "values-prod.yaml",
                "web:\n  securityContext:\n    privileged: true\n  image:\n    repository: acme/web\n    tag: latest\n",
            )],
            &[
                "critical privileged-container values-prod.yaml:3",
                "high mutable-image values-prod.yaml:6",
            ],
        ),
        (
            "K30 null takes a context away",
            &[(
                "values-prod.yaml",
                "web:\n  image: acme/web@{a}\n  securityContext:\n    runAsNonRoot: true\n    allowPrivilegeEscalation: false\n    capabilities: {drop: [ALL]}\n",
            )],
            &[("values-prod.yaml", "web:\n  image: acme/web@{a}\n  securityContext: null\n")],
            &[
                "high runs-as-root values-prod.yaml:4 (old line)",
                "high privilege-escalation values-prod.yaml:5 (old line)",
                "high kept-capability values-prod.yaml:6 (old line)",
            ],
        ),
        (
            "K30 an empty context of the pod",
            &[("values-prod.yaml", "podSecurityContext:\n  runAsNonRoot: true\n")],
            &[("values-prod.yaml", "podSecurityContext: {}\n")],
            &["high runs-as-root values-prod.yaml:2 (old line)"],
        ),
        (
            "K30 a network policy is switched off",
            &[("values-prod.yaml", "networkPolicy:\n  enabled: true\n")],
            &[("values-prod.yaml", "networkPolicy:\n  enabled: false\n")],
            &["high removed-guard values-prod.yaml:2 (old line)"],
        ),
        (
            "a path of the host",
            &[("values-prod.yaml", "persistence:\n  hostPath: ''\n")],
            &[("values-prod.yaml", "persistence:\n  hostPath: /etc\n")],
            &["high host-mount values-prod.yaml:2"],
        ),
        (
            "a path of the host among what is kept",
            &[("values-prod.yaml", "persistence:\n  data:\n    enabled: true\n")],
            &[(
                "values-prod.yaml",
                "persistence:\n  data:\n    enabled: true\n  docker:\n    type: hostPath\n    hostPath: /var/run/docker.sock\n  old:\n    enabled: false\n    hostPath: /etc\n",
            )],
            &["critical runtime-socket values-prod.yaml:6"],
        ),
        (
            "TLS of an Ingress whose hosts are names",
            &[(
                "values-prod.yaml",
                "ingress:\n  enabled: true\n  hosts: [a.example.com]\n  tls:\n    - hosts: [a.example.com]\n",
            )],
            &[("values-prod.yaml", "ingress:\n  enabled: true\n  hosts: [a.example.com]\n")],
            &["medium exposed-ingress values-prod.yaml:5 (old line)"],
        ),
        (
            "K30 a pod in the values of a release",
            &[(
                "release.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: runner\nspec:\n  values:\n    template:\n      spec:\n        runtimeClassName: kata\n        containers:\n          - name: runner\n            image: acme/runner@{a}\n",
            )],
            &[(
                "release.yaml",
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: runner\nspec:\n  values:\n    template:\n      spec:\n        containers:\n          - name: runner\n            image: acme/runner@{a}\n            securityContext:\n              capabilities:\n                add: [SYS_ADMIN]\n",
            )],
            &[
                "high runtime-isolation release.yaml:9 (old line)",
                "high added-capability release.yaml:14",
            ],
        ),
        (
            "K31 behind a condition",
            &[
                CHART,
                ("c/values.yaml", "a: b\n"),
                (
                    "c/templates/a.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      securityContext:\n        readOnlyRootFilesystem: true\n        privileged: false\n",
                ),
            ],
            &[
                CHART,
                ("c/values.yaml", "a: b\n"),
                (
                    "c/templates/a.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      securityContext:\n        {{- if .Values.hardened }}\n        readOnlyRootFilesystem: true\n        {{- end }}\n        privileged: {{ .Values.p | default true }}\n",
                ),
            ],
            &[
                "critical privileged-container c/templates/a.yaml:13",
                "medium writable-root c/templates/a.yaml:10",
            ],
        ),
        (
            "hardening moved from the template to the values",
            &[
                CHART,
                ("c/values.yaml", "a: b\n"),
                (
                    "c/templates/a.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      securityContext:\n        readOnlyRootFilesystem: true\n",
                ),
            ],
            &[
                CHART,
                ("c/values.yaml", "a: b\nsc:\n  readOnlyRootFilesystem: true\n"),
                (
                    "c/templates/a.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      securityContext:\n        {{- toYaml .Values.sc | nindent 8 }}\n",
                ),
            ],
            &[],
        ),
    ]);
}

#[test]
fn charts_are_held_by_their_lock() {
    push_each_tree(&[
        (
            "K32 range",
            &[(
                "Chart.yaml",
                "name: c\ndependencies:\n- name: redis\n  version: 1.2.3\n  repository: https://a.example.com\n",
            )],
            &[(
                "Chart.yaml",
                "name: c\ndependencies:\n- name: redis\n  version: ^1\n  repository: https://a.example.com\n",
            )],
            &["medium unpinned-source Chart.yaml:4"],
        ),
        (
            "K32 lock deleted",
            &[
                (
                    "Chart.yaml",
                    "name: c\ndependencies:\n- name: redis\n  version: ^1\n  repository: https://a.example.com\n",
                ),
                (
                    "Chart.lock",
                    "dependencies:\n- name: redis\n  version: 1.2.3\n  repository: https://a.example.com\n",
                ),
            ],
            &[(
                "Chart.yaml",
                "name: c\ndependencies:\n- name: redis\n  version: ^1\n  repository: https://a.example.com\n",
            )],
            &["medium unpinned-source Chart.lock:3 (old line)"],
        ),
        (
            "K32 host",
            &[(
                "Chart.yaml",
                "name: c\ndependencies:\n- name: redis\n  version: 1.2.3\n  repository: https://a.example.com\n",
            )],
            &[(
                "Chart.yaml",
                "name: c\ndependencies:\n- name: redis\n  version: 1.2.3\n  repository: http://b.example.com\n",
            )],
            &["high source-location Chart.yaml:5", "medium source-location Chart.yaml:5"],
        ),
    ]);
}

const BASE: (&str, &str) = (
    "base/web.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      \
     containers:\n        - name: web\n          image: acme/web:1.2.3\n          securityContext:\n            \
     privileged: false\n            readOnlyRootFilesystem: true\n",
);
const POLICY: (&str, &str) = (
    "base/policy.yaml",
    "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: all\nspec:\n  hard:\n    pods: 10\n",
);
const KUSTOMIZATION: (&str, &str) = ("base/kustomization.yaml", "resources:\n  - web.yaml\n");

#[test]
fn kustomizations_change_what_they_name() {
    push_each_tree(&[
        (
            "K26 file",
            &[
                BASE,
                KUSTOMIZATION,
                ("prod/kustomization.yaml", "resources: [../base]\npatches:\n  - path: p.yaml\n"),
                (
                    "prod/p.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n",
                ),
            ],
            &[
                BASE,
                KUSTOMIZATION,
                ("prod/kustomization.yaml", "resources: [../base]\npatches:\n  - path: p.yaml\n"),
                (
                    "prod/p.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: web\n          securityContext:\n            privileged: true\n",
                ),
            ],
            &["critical privileged-container prod/p.yaml:12"],
        ),
        (
            "K26 operations",
            &[
                BASE,
                KUSTOMIZATION,
                (
                    "prod/kustomization.yaml",
                    "resources: [../base]\npatches:\n  - target: {kind: Deployment}\n    patch: |-\n      - op: replace\n        path: /spec/replicas\n        value: 2\n",
                ),
            ],
            &[
                BASE,
                KUSTOMIZATION,
                (
                    "prod/kustomization.yaml",
                    "resources: [../base]\npatches:\n  - target: {kind: Deployment}\n    patch: |-\n      - op: replace\n        path: /spec/template/spec/containers/0/securityContext/privileged\n        value: true\n",
                ),
            ],
            &["critical privileged-container prod/kustomization.yaml:7"],
        ),
        (
            "K26 in a new patch",
            &[BASE, KUSTOMIZATION, ("prod/kustomization.yaml", "resources: [../base]\n")],
            &[
                BASE,
                KUSTOMIZATION,
                ("prod/kustomization.yaml", "resources: [../base]\npatches:\n  - path: p.yaml\n"),
                (
                    "prod/p.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          securityContext:\n            $patch: delete\n",
                ),
            ],
            &["medium writable-root prod/p.yaml:9"],
        ),
        (
            "a new overlay that changes nothing of weight",
            &[BASE, KUSTOMIZATION],
            &[
                BASE,
                KUSTOMIZATION,
                ("dev/kustomization.yaml", "resources: [../base]\npatches:\n  - path: p.yaml\n"),
                (
                    "dev/p.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n",
                ),
            ],
            &[],
        ),
        (
            "K11",
            &[
                POLICY,
                BASE,
                ("base/kustomization.yaml", "resources:\n  - web.yaml\n  - policy.yaml\n"),
            ],
            &[POLICY, BASE, KUSTOMIZATION],
            &["medium removed-guard base/kustomization.yaml:3 (old line)"],
        ),
        (
            "the same, with its file",
            &[
                POLICY,
                BASE,
                ("base/kustomization.yaml", "resources:\n  - web.yaml\n  - policy.yaml\n"),
            ],
            &[BASE, KUSTOMIZATION],
            &["medium removed-guard base/policy.yaml:1 (old line)"],
        ),
        (
            "K27",
            &[(
                "kustomization.yaml",
                "images:\n  - name: web\n    newName: acme/web\n    digest: {a}\n",
            )],
            &[(
                "kustomization.yaml",
                "images:\n  - name: web\n    newName: acme/web\n    newTag: latest\n",
            )],
            &["high mutable-image kustomization.yaml:4"],
        ),
        (
            "K27 of a base in the tree",
            &[
                BASE,
                KUSTOMIZATION,
                (
                    "prod/kustomization.yaml",
                    "resources: [../base]\nimages:\n  - name: acme/web\n    newTag: 1.2.4\n",
                ),
            ],
            &[
                BASE,
                KUSTOMIZATION,
                (
                    "prod/kustomization.yaml",
                    "resources: [../base]\nimages:\n  - name: acme/web\n    newTag: latest\n",
                ),
            ],
            &["high mutable-image prod/kustomization.yaml:4"],
        ),
        (
            "K28",
            &[(
                "kustomization.yaml",
                "resources:\n  - https://github.com/acme/x//base?ref=8c1a5c1f0c5f4a1b2d3e4f5a6b7c8d9e0f1a2b3c\n",
            )],
            &[("kustomization.yaml", "resources:\n  - https://github.com/acme/x//base?ref=main\n")],
            &["high unpinned-source kustomization.yaml:2"],
        ),
        (
            "K29",
            &[(
                "kustomization.yaml",
                "secretGenerator:\n  - name: db\n    literals:\n      - USER=app\n",
            )],
            &[(
                "kustomization.yaml",
                "secretGenerator:\n  - name: db\n    literals:\n      - USER=app\n      - PASSWORD=hunter2hunter2\n",
            )],
            &["critical plain-secret kustomization.yaml:5"],
        ),
    ]);
}

const UNTAGGED: (&str, &str) = (
    "base/web.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: acme/web\n          securityContext:\n            privileged: false\n            readOnlyRootFilesystem: true\n",
);

#[test]
fn what_a_kustomization_holds_its_base_need_not() {
    let tagged = "resources:\n  - web.yaml\nimages:\n  - name: acme/web\n    newTag: 1.2.3\n";
    let held = ("base/kustomization.yaml", tagged);
    let prod = ("prod/kustomization.yaml", "resources:\n  - ../base\n  - ../net/policy.yaml\n");
    let dev = ("dev/kustomization.yaml", "resources:\n  - ../base\n  - ../net/policy.yaml\n");
    let net = ("net/policy.yaml", POLICY.1);
    push_each_tree(&[
        ("a tag that moves to the kustomization", &[BASE, KUSTOMIZATION], &[UNTAGGED, held], &[]),
        ("and back", &[UNTAGGED, held], &[BASE, KUSTOMIZATION], &[]),
        (
            "a tag that goes with the kustomization's images",
            &[UNTAGGED, held],
            &[UNTAGGED, KUSTOMIZATION],
            &["high mutable-image base/kustomization.yaml:5 (old line)"],
        ),
        (
            "a new overlay of what is held below it",
            &[UNTAGGED, held],
            &[UNTAGGED, held, ("prod/kustomization.yaml", "resources: [../base]\n")],
            &[],
        ),
        (
            "an environment that goes, with nothing but what others have too",
            &[BASE, KUSTOMIZATION, net, prod, dev],
            &[BASE, KUSTOMIZATION, net, prod],
            &[],
        ),
        (
            "a policy that moves to a component of its own",
            &[
                POLICY,
                BASE,
                ("base/kustomization.yaml", "resources:\n  - web.yaml\n  - policy.yaml\n"),
                ("prod/kustomization.yaml", "resources: [../base]\n"),
            ],
            &[
                ("base/policy/quota.yaml", POLICY.1),
                BASE,
                ("base/policy/kustomization.yaml", "resources:\n  - quota.yaml\n"),
                ("base/kustomization.yaml", "resources:\n  - web.yaml\n"),
                ("prod/kustomization.yaml", "resources: [../base, ../base/policy]\n"),
            ],
            &[],
        ),
    ]);
}

#[test]
fn what_a_kustomization_says_of_all_decides_who_selects_whom() {
    let kustomization = (
        "kustomization.yaml",
        "namespace: shop\ncommonLabels:\n  app: web\nresources:\n  - web.yaml\n  - policy.yaml\n",
    );
    let web = (
        "web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: acme/web@{a}\n",
    );
    let policy = |more: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector:\n    matchLabels:\n      app: web\n  policyTypes: [Ingress]\n{more}"
        )
    };
    let all = (
        "all.yaml",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: all\n  namespace: shop\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    );
    let (closed, open) = (policy(""), policy("  ingress:\n    - {}\n"));
    let two = format!("{}  - all.yaml\n", kustomization.1);
    let labelled = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n        - name: web\n          image: acme/web@{a}\n".to_owned();
    push_each_tree(&[
        (
            "one of two policies goes, and the other still holds",
            &[("kustomization.yaml", &two), web, ("policy.yaml", &closed), all],
            &[kustomization, web, ("policy.yaml", &closed)],
            &[],
        ),
        (
            "a policy that lets everybody in",
            &[kustomization, web, ("policy.yaml", &closed)],
            &[kustomization, web, ("policy.yaml", &open)],
            &["high network-isolation policy.yaml:11"],
        ),
        (
            "K12 where the policy stands in another folder",
            &[
                ("kustomization.yaml", "resources: [app, net]\n"),
                ("app/kustomization.yaml", "resources: [web.yaml]\n"),
                ("net/kustomization.yaml", "resources: [policy.yaml]\n"),
                ("app/web.yaml", &labelled),
                ("net/policy.yaml", &closed),
            ],
            &[
                ("kustomization.yaml", "resources: [app, net]\n"),
                ("app/kustomization.yaml", "resources: [web.yaml]\n"),
                ("net/kustomization.yaml", "resources: [policy.yaml]\n"),
                ("app/web.yaml", &labelled.replace("app: web", "app: shop")),
                ("net/policy.yaml", &closed),
            ],
            &["high network-isolation app/web.yaml:8 (old line)"],
        ),
    ]);
}

const RUNNER: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: runner}\nspec:\n  values:\n    \
                      template:\n      spec:\n        containers:\n          - name: runner\n            image: acme/runner:1.2.3\n";
const RUNNER_POLICY: (&str, &str) = (
    "net/policy.yaml",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: runner}\nspec:\n  podSelector:\n    \
     matchLabels: {app.kubernetes.io/name: runner}\n  policyTypes: [Ingress]\n",
);

#[test]
fn values_that_hold_whole_pods_and_what_goes_with_them() {
    let privileged =
        format!("{RUNNER}            securityContext:\n              privileged: true\n");
    let sidecar = |more: &str| {
        format!("web:\n  extraContainers:\n    - name: log\n      image: acme/log:1.2.3\n{more}")
    };
    let (before, after) =
        (sidecar(""), sidecar("      securityContext:\n        privileged: true\n"));
    let merged = TEMPLATE.1.replace(
        "\"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"",
        "{{ with merge .Values.image .Values.global.image }}{{ .repository }}:{{ .tag }}@{{ .digest }}{{ end }}",
    );
    let helper = "{{- define \"c.image\" -}}\n{{ printf \"%s:%s\" .image.repository (.image.tag | default .context.Chart.AppVersion) }}\n{{- end }}\n";
    let included = TEMPLATE.1.replace(
        "\"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"",
        "{{ include \"c.image\" (dict \"image\" .Values.image \"context\" $) }}",
    );
    let values =
        "image:\n  repository: acme/web\n  tag: 1.2.3\n  digest: {a}\nglobal:\n  image: {}\n";
    push_each_tree(&[
        (
            "a pod in the values of a release",
            &[("apps/release.yaml", RUNNER)],
            &[("apps/release.yaml", &privileged)],
            &["critical privileged-container apps/release.yaml:12"],
        ),
        (
            "containers that join others",
            &[("values.yaml", &before)],
            &[("values.yaml", &after)],
            &["critical privileged-container values.yaml:6"],
        ),
        (
            "a policy that goes with its release",
            &[RUNNER_POLICY, ("apps/release.yaml", RUNNER), ("README.md", "a\n")],
            &[("README.md", "a\n")],
            &[],
        ),
        (
            "a policy that goes without its release",
            &[RUNNER_POLICY, ("apps/release.yaml", RUNNER)],
            &[("apps/release.yaml", RUNNER)],
            &["high removed-guard net/policy.yaml:1 (old line)"],
        ),
        (
            "the image of values that are laid over one another",
            &[CHART, ("c/templates/web.yaml", &merged), ("c/values.yaml", values)],
            &[
                CHART,
                ("c/templates/web.yaml", &merged),
                (
                    "c/values.yaml",
                    &values
                        .replace("  repository: acme/web\n", "")
                        .replace("{}", "{repository: acme/web}"),
                ),
            ],
            &[],
        ),
        (
            "the image of a template that is handed a map",
            &[
                CHART,
                ("c/templates/web.yaml", &included),
                ("c/templates/_helpers.tpl", helper),
                ("c/values.yaml", values),
            ],
            &[
                CHART,
                ("c/templates/web.yaml", &included),
                ("c/templates/_helpers.tpl", helper),
                ("c/values.yaml", &values.replace("1.2.3", "latest")),
            ],
            &["high mutable-image c/values.yaml:3"],
        ),
        (
            "a digest that leaves the chart's own version",
            &[("values-prod.yaml", "image:\n  repository: acme/web\n  digest: {a}\n")],
            &[("values-prod.yaml", "image:\n  repository: acme/web\n  digest: \"\"\n")],
            &["medium mutable-image values-prod.yaml:3 (old line)"],
        ),
    ]);
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"c.fullname\" . }}\nspec:\n  template:\n    spec:\n";
const NAMES: &str = "{{- define \"c.fullname\" -}}\n{{ printf \"%s-%s\" .Release.Name .Chart.Name | trunc 63 | trimSuffix \"-\" }}\n{{- end }}\n";

const IMAGE: &str = "{{- define \"c.image\" -}}\n{{- if eq \"string\" (typeOf .Values.image) }}\n{{- .Values.image -}}\n{{- else -}}\n{{- printf \"%s:%s\" .Values.image.name .Values.image.tag -}}\n{{- end -}}\n{{- end -}}\n";

#[test]
fn named_templates_and_loops_are_read_where_they_are_taken_in() {
    let taking = format!("{DEPLOYMENT}      {{{{- include \"c.pod\" . | nindent 6 }}}}\n");
    let pod = |privileged: &str| {
        format!(
            "{NAMES}{{{{- define \"c.pod\" -}}}}\ncontainers:\n  - name: web\n    image: acme/web:1.2.3\n    securityContext:\n      privileged: {privileged}\n{{{{- end }}}}\n"
        )
    };
    let whole = format!(
        "{DEPLOYMENT}      containers:\n        - name: web\n          image: acme/web:1.2.3\n          securityContext:\n            privileged: false\n"
    );
    let looping = format!(
        "{DEPLOYMENT}      containers:\n        {{{{- range $name, $one := .Values.parts }}}}\n        - name: {{{{ $name }}}}\n          image: {{{{ $one.image }}}}\n          {{{{- with $one.context }}}}\n          securityContext:\n            {{{{- toYaml . | nindent 12 }}}}\n          {{{{- end }}}}\n        {{{{- end }}}}\n"
    );
    let parts = "parts:\n  web:\n    image: acme/web:1.2.3\n    context:\n      privileged: false\n  log:\n    image: acme/log:1.2.3\n";
    let worse = parts.replace("acme/log:1.2.3", "acme/log:latest").replace("false", "true");
    let labelled = |more: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {{{{- include \"c.labels\" . | nindent 4 }}}}\n    app: a\n  name: a\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n{more}"
        )
    };
    let privileged = labelled("      securityContext:\n        privileged: true\n");
    let (before, after, plain) = (pod("false"), pod("true"), labelled(""));
    let either = |privileged: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      securityContext:\n        privileged: {privileged}\n{{{{- if .Values.old }}}}\n      image: acme/a:1.2.3\n{{{{- else }}}}\n          image: acme/a:1.2.4\n{{{{- end }}}}\n"
        )
    };
    let listed = |privileged: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      env: {{{{ empty .Values.env | ternary \"[]\" nil }}}}\n      {{{{- range .Values.env }}}}\n        - name: {{{{ . }}}}\n      {{{{- end }}}}\n      securityContext:\n        privileged: {privileged}\n"
        )
    };
    let named = |code: &str| labelled("").replace("acme/a:1.2.3", &format!("{{{{ {code} }}}}"));
    let typed = labelled("").replace("acme/a:1.2.3", "{{ include \"c.image\" . }}");
    let closed = |more: &str| {
        let pod = labelled("      securityContext:\n        privileged: true\n");
        format!("{{{{- if and .Values.on .Values.more{more} }}}}\n{pod}{{{{- end }}}}\n")
    };
    push_each_tree(&[
        (
            "a pod in a named template",
            &[CHART, ("c/templates/web.yaml", &taking), ("c/templates/_pod.tpl", &before)],
            &[CHART, ("c/templates/web.yaml", &taking), ("c/templates/_pod.tpl", &after)],
            &["critical privileged-container c/templates/_pod.tpl:9"],
        ),
        (
            "a pod that moves into a named template",
            &[CHART, ("c/templates/web.yaml", &whole), ("c/templates/_names.tpl", NAMES)],
            &[CHART, ("c/templates/web.yaml", &taking), ("c/templates/_pod.tpl", &before)],
            &[],
        ),
        (
            "containers of a loop over values",
            &[
                CHART,
                ("c/templates/_names.tpl", NAMES),
                ("c/templates/web.yaml", &looping),
                ("c/values.yaml", parts),
            ],
            &[
                CHART,
                ("c/templates/_names.tpl", NAMES),
                ("c/templates/web.yaml", &looping),
                ("c/values.yaml", &worse),
            ],
            &[
                "critical privileged-container c/values.yaml:5",
                "high mutable-image c/values.yaml:7",
            ],
        ),
        (
            "labels that a named template begins",
            &[CHART, ("c/templates/a.yaml", &plain)],
            &[CHART, ("c/templates/a.yaml", &privileged)],
            &["critical privileged-container c/templates/a.yaml:12"],
        ),
        (
            "items behind a key whose value an action leaves",
            &[CHART, ("c/templates/a.yaml", &listed("false"))],
            &[CHART, ("c/templates/a.yaml", &listed("true"))],
            &["critical privileged-container c/templates/a.yaml:14"],
        ),
        (
            "an image by the type of its value",
            &[
                CHART,
                ("c/templates/_names.tpl", IMAGE),
                ("c/templates/a.yaml", &typed),
                ("c/values.yaml", "image: acme/a:1.2.3\n"),
            ],
            &[
                CHART,
                ("c/templates/_names.tpl", IMAGE),
                ("c/templates/a.yaml", &typed),
                ("c/values.yaml", "image: acme/a:latest\n"),
            ],
            &["high mutable-image c/values.yaml:1"],
        ),
        (
            "a value behind a call, and one of what it leaves",
            &[CHART, ("c/templates/_names.tpl", NAMES), ("c/templates/a.yaml", &plain)],
            &[
                CHART,
                ("c/templates/_names.tpl", NAMES),
                ("c/templates/a.yaml", &named("default (include \"c.fullname\" .) .Values.image")),
                ("c/values.yaml", "image: acme/a:latest\n"),
            ],
            &["high mutable-image c/values.yaml:1"],
        ),
        (
            "a key of what a call leaves",
            &[CHART, ("c/templates/_names.tpl", NAMES), ("c/templates/a.yaml", &plain)],
            &[
                CHART,
                ("c/templates/_names.tpl", NAMES),
                ("c/templates/a.yaml", &named("default \"acme/b:1\" (index .Values \"a\").image")),
                ("c/values.yaml", "a:\n  image: acme/a:latest\n"),
            ],
            &["high mutable-image c/values.yaml:2"],
        ),
        (
            "as many as a list has",
            &[CHART, ("c/templates/a.yaml", &plain)],
            &[
                CHART,
                (
                    "c/templates/a.yaml",
                    &named("ternary \"acme/a:1.2.3\" \"acme/a:latest\" (eq (len .Values.list) 0)"),
                ),
                ("c/values.yaml", "list: [a]\n"),
            ],
            &["high mutable-image c/templates/a.yaml:10"],
        ),
        (
            "one parenthesis too many",
            &[CHART, ("c/templates/a.yaml", &closed(""))],
            &[CHART, ("c/templates/a.yaml", &closed(")"))],
            &[],
        ),
        (
            "branches that exclude each other and don't fit together",
            &[CHART, ("c/templates/a.yaml", &either("false"))],
            &[CHART, ("c/templates/a.yaml", &either("true"))],
            &["critical privileged-container c/templates/a.yaml:9"],
        ),
    ]);
}

#[test]
fn charts_within_charts_are_given_what_the_outer_one_says() {
    let inner: (&str, &str) =
        ("c/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n");
    let template: (&str, &str) = (
        "c/charts/db/templates/db.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - name: db\n      image: acme/db:{{ .Values.tag }}\n      securityContext:\n        privileged: {{ .Values.privileged }}\n",
    );
    let own: (&str, &str) = ("c/charts/db/values.yaml", "tag: 1.2.3\nprivileged: false\n");
    let chart: (&str, &str) = (
        "c/Chart.yaml",
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- name: db\n  version: 1.0.0\n  condition: db.enabled\n",
    );
    let given = |values: &'static str| [chart, inner, template, own, ("c/values.yaml", values)];
    push_each_tree(&[
        (
            "K32 an inner chart's values are overridden",
            &given("db:\n  enabled: true\n"),
            &given("db:\n  enabled: true\n  privileged: true\n  tag: latest\n"),
            &[
                "critical privileged-container c/values.yaml:3",
                "high mutable-image c/values.yaml:4",
            ],
        ),
        (
            "K32 an inner chart is switched on",
            &given("db:\n  enabled: false\n  privileged: true\n"),
            &given("db:\n  enabled: true\n  privileged: true\n"),
            &[
                "critical privileged-container c/values.yaml:3",
                "low lacks c/charts/db/templates/db.yaml:7",
            ],
        ),
    ]);
}

#[test]
fn files_that_a_kustomization_takes_in() {
    let of = |list: &str| -> &'static str {
        format!("secretGenerator:\n  - name: db\n    {list}\n").leak()
    };
    let file = ("secrets/password.txt", "x8Kq2mZ0pTr7\n");
    push_each_tree(&[
        (
            "K29 a file is added",
            &[("kustomization.yaml", of("literals: [A=b]"))],
            &[("kustomization.yaml", of("files: [secrets/password.txt]")), file],
            &["critical plain-secret secrets/password.txt:1"],
        ),
        (
            "K29 the file gets its secret",
            &[
                ("kustomization.yaml", of("files: [pw=secrets/db]")),
                ("secrets/db", "host=db\nport=5432\n"),
            ],
            &[
                ("kustomization.yaml", of("files: [pw=secrets/db]")),
                ("secrets/db", "host=db\nport=5432\npassword=x8Kq2mZ0pTr7\n"),
            ],
            &["critical plain-secret secrets/db:3"],
        ),
        (
            "K29 a file of variables",
            &[("kustomization.yaml", of("envs: [db.env]")), ("db.env", "USER=app\n")],
            &[
                ("kustomization.yaml", of("envs: [db.env]")),
                ("db.env", "USER=app\nPASSWORD=x8Kq2mZ0pTr7\n"),
            ],
            &["critical plain-secret db.env:2"],
        ),
        (
            "a setting of a ConfigMap",
            &[
                ("kustomization.yaml", "configMapGenerator:\n  - name: c\n    files: [app.conf]\n"),
                ("app.conf", "[db]\nhost = db\n"),
            ],
            &[
                ("kustomization.yaml", "configMapGenerator:\n  - name: c\n    files: [app.conf]\n"),
                ("app.conf", "[db]\nhost = db\npassword = x8Kq2mZ0pTr7\n"),
            ],
            &["critical secret-in-environment app.conf:3"],
        ),
        (
            "a program that is given its secret",
            &[
                ("kustomization.yaml", "configMapGenerator:\n  - name: c\n    files: [app.py]\n"),
                ("app.py", "import os\n"),
            ],
            &[
                ("kustomization.yaml", "configMapGenerator:\n  - name: c\n    files: [app.py]\n"),
                (
                    "app.py",
                    "import os\nREMOTE = {'client_secret': APP_SECRET,\n  'client_secret': APP_SECRET2}\n",
                ),
            ],
            &[],
        ),
        (
            "sealed, and a name",
            &[("kustomization.yaml", of("literals: [A=b]"))],
            &[
                ("kustomization.yaml", of("files: [a/user.txt, a/password]\n    envs: [a/s.env]")),
                ("a/user.txt", "app\n"),
                ("a/password", "ENC[AES256_GCM,data:3wXb,iv:qq3=,tag:Zz1=,type:str]\n"),
                ("a/s.env", "PASSWORD=ENC[AES256_GCM,data:3wXb,iv:qq3=,tag:Zz1=,type:str]\n"),
            ],
            &[],
        ),
    ]);
}

#[test]
fn values_that_are_handed_over_in_other_forms() {
    let argo = |helm: &str| -> &'static str {
        let mut text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    repoURL: https://charts.example.org\n    chart: web\n    targetRevision: 1.2.3\n    helm:\n".to_owned();
        for line in helm.lines() {
            text.push_str("      ");
            text.push_str(line);
            text.push('\n');
        }
        text.leak()
    };
    let safe = "values: |\n  image:\n    repository: acme/web\n    tag: 1.2.3\n  securityContext:\n    privileged: false\n";
    let open = "values: |\n  image:\n    repository: acme/web\n    tag: latest\n  securityContext:\n    privileged: true\n";
    let tag = "parameters:\n- name: image.repository\n  value: acme/web\n- name: image.tag\n  value: 1.2.3\n";
    let latest = "parameters:\n- name: image.repository\n  value: acme/web\n- name: image.tag\n  value: latest\n";
    let object = "valuesObject:\n  image: {repository: acme/web, tag: 1.2.3}\n  securityContext: {privileged: false}\n";
    let chart = |privileged: &str| -> &'static str {
        format!("apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {{name: web}}\nspec:\n  valuesContent: |-\n    web:\n      securityContext:\n        privileged: {privileged}\n").leak()
    };
    let release = |tag: &str| -> &'static str {
        format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n  values:\n    image: {{repository: acme/web, tag: {tag}}}\n    securityContext: {{privileged: false}}\n").leak()
    };
    let overlay = "resources: [web.yaml]\npatches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - op: replace\n        path: /spec/values/securityContext/privileged\n        value: true\n";
    push_each_tree(&[
        (
            "K28 a text",
            &[("app.yaml", argo(safe))],
            &[("app.yaml", argo(open))],
            &["critical privileged-container app.yaml:15", "high mutable-image app.yaml:13"],
        ),
        (
            "K28 parameters",
            &[("app.yaml", argo(tag))],
            &[("app.yaml", argo(latest))],
            &["high mutable-image app.yaml:14"],
        ),
        (
            "K28 a parameter over a value",
            &[("app.yaml", argo(object))],
            &[(
                "app.yaml",
                argo(&format!(
                    "{object}parameters:\n- name: securityContext.privileged\n  value: 'true'\n"
                )),
            )],
            &["critical privileged-container app.yaml:15"],
        ),
        ("the same as an object", &[("app.yaml", argo(safe))], &[("app.yaml", argo(object))], &[]),
        (
            "a chart of the cluster's own",
            &[("chart.yaml", chart("false"))],
            &[("chart.yaml", chart("true"))],
            &["critical privileged-container chart.yaml:8"],
        ),
        (
            "K28 through a kustomization",
            &[("kustomization.yaml", "resources: [web.yaml]\n"), ("web.yaml", release("1.2.3"))],
            &[("kustomization.yaml", overlay), ("web.yaml", release("1.2.3"))],
            &["critical privileged-container kustomization.yaml:7"],
        ),
    ]);
}

#[test]
fn what_counts_for_a_pod_counts_for_its_containers_by_name() {
    let release = |values: &str| -> &'static str {
        let mut text =
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\nspec:\n  values:\n"
                .to_owned();
        for line in values.lines() {
            text.push_str("    ");
            text.push_str(line);
            text.push('\n');
        }
        text.leak()
    };
    let image = "image: {repository: acme/web, tag: 1.2.3}";
    let own = format!(
        "controllers:\n  web:\n    containers:\n      app:\n        {image}\n        podSecurityContext: {{runAsUser: 568}}\n"
    );
    let pod = format!(
        "controllers:\n  web:\n    pod:\n      securityContext: {{runAsUser: 568}}\n    containers:\n      app:\n        {image}\n"
    );
    let all = format!(
        "defaultPodOptions:\n  securityContext: {{runAsUser: 568}}\ncontrollers:\n  web:\n    containers:\n      app:\n        {image}\n"
    );
    let none = format!("controllers:\n  web:\n    containers:\n      app:\n        {image}\n");
    let host = format!(
        "defaultPodOptions:\n  hostNetwork: true\ncontrollers:\n  web:\n    containers:\n      app:\n        {image}\n      side:\n        {image}\n"
    );
    let both = format!(
        "controllers:\n  web:\n    containers:\n      app:\n        {image}\n      side:\n        {image}\n"
    );
    push_each_tree(&[
        ("to its pod", &[("web.yaml", release(&own))], &[("web.yaml", release(&pod))], &[]),
        ("to all pods", &[("web.yaml", release(&pod))], &[("web.yaml", release(&all))], &[]),
        (
            "K04 the pod's user goes",
            &[("web.yaml", release(&all))],
            &[("web.yaml", release(&none))],
            &["high runs-as-root web.yaml:8 (old line)"],
        ),
        (
            "the host's network for all of them is told once",
            &[("web.yaml", release(&both))],
            &[("web.yaml", release(&host))],
            &["high host-namespace web.yaml:8"],
        ),
    ]);
}

#[test]
fn whatever_a_template_is_called_it_is_one() {
    let pod = |privileged: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{{{ .Release.Name }}}}\nspec:\n  containers:\n    - name: a\n      image: acme/a:1.2.3\n      securityContext:\n        privileged: {privileged}\n"
        )
    };
    let (before, after) = (pod("false"), pod("true"));
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  password: {{{{ {value} | b64enc }}}}\n"
        )
    };
    let (drawn, written) = (secret("randAlphaNum 20"), secret("\"kD83jw9Qz1mLx7\""));
    let older = "apiVersion: v1\nname: c\nversion: 1.0.0\n";
    let listed = "dependencies:\n- name: db\n  version: 1.0.0\n  condition: db.enabled\n";
    let inner = "apiVersion: v1\nname: db\nversion: 1.0.0\n";
    push_each_tree(&[
        (
            "K34 a template called otherwise",
            &[CHART, ("c/templates/a.yaml", &before)],
            &[CHART, ("c/templates/a.yaml.disabled", &after)],
            &["critical privileged-container c/templates/a.yaml.disabled:10"],
        ),
        (
            "K34 a template called as one of Go",
            &[CHART, ("c/templates/a.yaml.tmpl", &before)],
            &[CHART, ("c/templates/a.yaml.tmpl", &after)],
            &["critical privileged-container c/templates/a.yaml.tmpl:10"],
        ),
        (
            "K34 a manifest among the named templates",
            &[CHART, ("c/templates/a.tpl", &before)],
            &[CHART, ("c/templates/a.tpl", &after)],
            &["critical privileged-container c/templates/a.tpl:10"],
        ),
        (
            "K34 no chart, no template of Helm",
            &[("c/templates/a.yaml.tmpl", &before)],
            &[("c/templates/a.yaml.tmpl", &after)],
            &[],
        ),
        (
            "K25 a literal that the template encodes",
            &[CHART, ("c/templates/a.yaml", &drawn)],
            &[CHART, ("c/templates/a.yaml", &written)],
            &["critical plain-secret c/templates/a.yaml:6"],
        ),
        (
            "K32 an inner chart is switched on where older charts list it",
            &[
                ("c/Chart.yaml", older),
                ("c/requirements.yaml", listed),
                ("c/charts/db/Chart.yaml", inner),
                ("c/charts/db/templates/a.yaml", &after),
                ("c/values.yaml", "db:\n  enabled: false\n"),
            ],
            &[
                ("c/Chart.yaml", older),
                ("c/requirements.yaml", listed),
                ("c/charts/db/Chart.yaml", inner),
                ("c/charts/db/templates/a.yaml", &after),
                ("c/values.yaml", "db:\n  enabled: true\n"),
            ],
            &[
                "critical privileged-container c/charts/db/templates/a.yaml:10",
                "low lacks c/charts/db/templates/a.yaml:7",
            ],
        ),
    ]);
}
