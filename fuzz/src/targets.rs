//! The targets. Each takes any bytes, judges them as the file of a push, and checks of the answer
//! what holds for every push: nothing panics, every finding stands at a line that is there, what is
//! printed acts on no terminal, and a tree compared with itself has not got worse.

use plimsoll::model::{Action, Finding, RefReport, Regression, Report, Side, hides};
use plimsoll::policy::Policy;
use plimsoll::report::{self, Style};
use plimsoll::rules::RULES;

use crate::revision::{MapTree, judge as compared};

/// A target: any bytes in, a panic if something is wrong.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("dockerfile", dockerfile),
    ("ignore_file", ignore_file),
    ("compose", compose),
    ("manifests", manifests),
    ("hcl", hcl),
    ("json", json),
    ("policy", policy),
    ("secrets", secrets),
    ("judge", judge),
];

/// A Dockerfile.
pub fn dockerfile(data: &[u8]) {
    arrives(&[("Dockerfile", data), ("entry.sh", b"exec gosu app \"$@\"\n")]);
}

/// An ignore file before a context that holds something to hide.
pub fn ignore_file(data: &[u8]) {
    const BUILD: &[u8] = b"FROM alpine:3.20\nWORKDIR /a\nCOPY . .\nUSER 1\n";
    arrives(&[
        (".dockerignore", data),
        ("Dockerfile", BUILD),
        (".env", b"A=1\n"),
        ("deploy/keys/id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"),
        ("deploy/terraform.tfstate", b"{}"),
        ("a b/[c].pem", b"x"),
    ]);
}

/// A compose file over another one.
pub fn compose(data: &[u8]) {
    const BASE: &[u8] = b"services:\n  web:\n    image: nginx:1.27.0\n    user: '1000'\n";
    arrives(&[("compose.yaml", BASE), ("compose.override.yaml", data)]);
    arrives(&[("compose.yaml", data), (".env", b"TAG=1.2.3\nHOST=127.0.0.1\n")]);
}

/// Kubernetes objects, a kustomization, a chart's template, its values.
pub fn manifests(data: &[u8]) {
    const POD: &[u8] = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  \
        - {name: a, image: 'nginx:1.27.0', securityContext: {runAsNonRoot: true}}\n";
    const TEMPLATE: &[u8] =
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  \
        - name: a\n    image: {{ .Values.image | default \"nginx:1\" | quote }}\n    \
        securityContext:\n      {{- toYaml .Values.security | nindent 6 }}\n";
    const CHART: &[u8] = b"apiVersion: v2\nname: a\nversion: 1.0.0\n";
    arrives(&[("deploy.yaml", data)]);
    arrives(&[("pod.yaml", POD), ("kustomization.yaml", data)]);
    arrives(&[
        ("a/Chart.yaml", CHART),
        ("a/values.yaml", b"image: nginx\n"),
        ("a/templates/pod.yaml", data),
    ]);
    arrives(&[
        ("a/Chart.yaml", CHART),
        ("a/values.yaml", data),
        ("a/templates/pod.yaml", TEMPLATE),
    ]);
}

/// A bake file, a Nomad job.
pub fn hcl(data: &[u8]) {
    arrives(&[("docker-bake.hcl", data), ("Dockerfile", b"FROM alpine:3.20 AS prod\nUSER 1\n")]);
    arrives(&[("web.nomad.hcl", data)]);
}

/// JSON with comments, and without.
pub fn json(data: &[u8]) {
    arrives(&[
        (".devcontainer/devcontainer.json", data),
        ("daemon.json", data),
        ("task.json", data),
        ("docker-bake.json", data),
    ]);
}

/// An administrator's policy. What is read is shown in full, and that reads as the same.
pub fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Policy::parse("policy.toml", &text, RULES) {
        Ok(policy) => {
            let shown = policy.show();
            let again = Policy::parse("shown", &shown, RULES);
            let again = again.unwrap_or_else(|error| panic!("{error}\n{shown}"));
            assert_eq!(again.show(), shown);
        }
        Err(error) => assert_quiet(&error.to_string()),
    }
}

/// A text where secrets are looked for: in a build, an environment file, a ConfigMap.
pub fn secrets(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let quoted = format!("{text:?}");
    let lines = text.lines().fold(String::new(), |all, line| all + "    " + line + "\n");
    let map =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: |\n{lines}");
    let build = format!("FROM alpine:3.20\nENV TOKEN={quoted}\nRUN <<EOF\n{text}\nEOF\nUSER 1\n");
    arrives(&[
        ("Dockerfile", build.as_bytes()),
        ("compose.yaml", b"services: {a: {image: 'nginx:1.27.0', env_file: .env}}\n"),
        (".env", data),
        ("config.yaml", map.as_bytes()),
    ]);
}

/// Two whole trees, as [`crate::seeds::pair`] writes them.
pub fn judge(data: &[u8]) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (at, part) in parts(data) {
        let (side, path) = at.split_once(' ').unwrap_or(("both", at));
        let file = (path.to_owned(), part.to_vec());
        match side {
            "old" => old.push(file),
            "new" => new.push(file),
            _ => {
                old.push(file.clone());
                new.push(file);
            }
        }
    }
    got_worse(&MapTree::new(old), &|| MapTree::new(new.clone()));
}

/// What stands below each line `@@ SIDE PATH`.
fn parts(data: &[u8]) -> Vec<(&str, &[u8])> {
    let mut parts: Vec<(&str, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len();
        let head = line.strip_prefix(b"@@ ").and_then(|line| std::str::from_utf8(line).ok());
        match head {
            Some(head) => parts.push((head.trim_end(), end, end)),
            None => parts.last_mut().into_iter().for_each(|part| part.2 = end),
        }
        at = end;
    }
    parts.into_iter().map(|(head, from, to)| (head, &data[from..to])).collect()
}

/// A push that brings these files into an empty repository, and the next that takes them out.
fn arrives(files: &[(&str, &[u8])]) {
    let tree = || MapTree::new(files.iter().map(|(path, text)| (*path, *text)));
    let nothing = || MapTree::new::<&str, &str>([]);
    got_worse(&nothing(), &tree);
    got_worse(&tree(), &nothing);
}

fn got_worse(old: &MapTree, new: &dyn Fn() -> MapTree) {
    let (tree, again) = (new(), new());
    let outcome = compared(old, &tree, RULES);
    for regression in &outcome.regressions {
        assert_placed(regression, if regression.side == Side::Old { old } else { &tree });
    }
    let same = compared(&tree, &again, RULES).regressions;
    assert!(same.is_empty(), "worse than itself: {:?}", same[0]);
    let findings = outcome.regressions.into_iter();
    let one = RefReport {
        name: "refs/heads/main".into(),
        old: String::new(),
        new: String::new(),
        baseline: String::new(),
        verdict: Action::Reject,
        findings: findings
            .map(|regression| Finding { regression, action: Action::Reject, waived: None })
            .collect(),
        improvements: outcome.improvements,
        problems: Vec::new(),
        notes: Vec::new(),
        excluded: 0,
        same_as: None,
    };
    let report = Report { refs: vec![one], ..Report::default() };
    let mut out = Vec::new();
    report::text(&report, &Style::default(), &mut out).expect("written to memory");
    report::json(&report, &mut out).expect("written to memory");
    assert_quiet(std::str::from_utf8(&out).expect("a report is text"));
}

fn assert_placed(regression: &Regression, tree: &MapTree) {
    let files = tree.files();
    let file = files.iter().find(|file| file.text.path == regression.path);
    let lines = file.map_or(0, |file| file.text.lines()).max(1);
    let span = regression.span;
    let placed = (1..=span.end_line).contains(&span.line) && span.end_line <= lines;
    assert!(placed, "{lines} lines: {regression:?}");
}

fn assert_quiet(text: &str) {
    let loud = text.chars().find(|&c| c != '\n' && hides(c));
    assert!(loud.is_none(), "{loud:?} in {text:?}");
}
