//! Structured files that start containers besides compose and Kubernetes: by their names, and by
//! a glance at what only they hold.

use bstr::{BStr, ByteSlice as _};

use super::{Surface, hcl, jsonc, yaml};
use crate::model::{Declared, FileKind, Gap, GapKind, Node, Reading, Text};

/// `task-definition.json`, `service.yaml` with a task definition in it.
pub(super) const ECS: Surface = Surface {
    id: "ecs",
    kind: FileKind::Ecs,
    recognises: |path| is_json(path) || yaml::is_yaml(path) || has_ending(path, &[b".template"]),
    concerns: |path, content| {
        let inside = content.contains_str("AWS::ECS::TaskDefinition");
        let alone = is_json(path)
            && content.contains_str("\"containerDefinitions\"")
            && !content.contains_str("\"apiVersion\"");
        inside || alone || (is_json(path) && are_containers(content))
    },
    read: read_either,
};

/// A list of container definitions, as the command line and Terraform take it.
fn are_containers(content: &[u8]) -> bool {
    const OWN: &[&str] = &["\"essential\"", "\"portMappings\"", "\"logConfiguration\""];
    content.trim_ascii_start().starts_with(b"[")
        && ["\"name\"", "\"image\""].iter().all(|key| content.contains_str(key))
        && OWN.iter().any(|key| content.contains_str(key))
}

/// `.devcontainer/devcontainer.json`, and a feature's own file.
pub(super) const DEVCONTAINER: Surface = Surface {
    id: "devcontainer",
    kind: FileKind::Devcontainer,
    recognises: |path| {
        matches!(
            name(path),
            b"devcontainer.json" | b".devcontainer.json" | b"devcontainer-feature.json"
        )
    },
    concerns: super::always,
    read: read_json,
};

/// `docker-bake.hcl`, `docker-bake.override.json`.
pub(super) const BAKE: Surface = Surface {
    id: "bake",
    kind: FileKind::Bake,
    recognises: |path| {
        let name = name(path);
        (name.ends_with(b".hcl") || name.ends_with(b".json")) && name.contains_str("bake")
    },
    concerns: |_, content| content.contains_str("target"),
    read: |text| if text.path.ends_with(b".hcl") { read_hcl(text) } else { read_json(text) },
};

/// `web.nomad`, `web.nomad.hcl`, the template of a pack.
pub(super) const NOMAD: Surface = Surface {
    id: "nomad",
    kind: FileKind::Nomad,
    recognises: |path| has_ending(path, &[b".nomad", b".hcl", b".job", b".nomad.tpl"]),
    concerns: |_, content| {
        content.contains_str("driver")
            && content.contains_str("task ")
            && (content.starts_with(b"job ") || content.contains_str("\njob "))
    },
    read: read_hcl,
};

/// Docker's `daemon.json`; the `policy.json` that says which signatures images need.
pub(super) const DAEMON: Surface = Surface {
    id: "daemon",
    kind: FileKind::Daemon,
    recognises: |path| {
        matches!(name(path), b"daemon.json" | b"policy.json" | b"docker-daemon.json")
    },
    concerns: |path, content| {
        let holds = |keys: &[&str]| keys.iter().any(|key| content.contains_str(key));
        match name(path) {
            b"policy.json" => content.contains_str("\"default\"") && holds(POLICY_TYPES),
            _ => holds(DAEMON_KEYS),
        }
    },
    read: read_json,
};

/// What a `policy.json` asks of images.
const POLICY_TYPES: &[&str] =
    &["\"insecureAcceptAnything\"", "\"reject\"", "\"signedBy\"", "\"sigstoreSigned\""];

/// Keys that only Docker's daemon knows.
const DAEMON_KEYS: &[&str] = &[
    "\"log-driver\"",
    "\"log-opts\"",
    "\"insecure-registries\"",
    "\"registry-mirrors\"",
    "\"storage-driver\"",
    "\"userns-remap\"",
    "\"live-restore\"",
    "\"icc\"",
    "\"data-root\"",
    "\"exec-opts\"",
    "\"default-address-pools\"",
    "\"tlsverify\"",
    "\"no-new-privileges\"",
    "\"default-ulimits\"",
    "\"userland-proxy\"",
    "\"iptables\"",
    "\"hosts\"",
    "\"bip\"",
    "\"seccomp-profile\"",
    "\"default-runtime\"",
    "\"runtimes\"",
    "\"features\"",
    "\"experimental\"",
    "\"authorization-plugins\"",
];

/// Workflows of GitHub, Gitea and Forgejo, and actions.
pub(super) const WORKFLOW: Surface = Surface {
    id: "workflow",
    kind: FileKind::Workflow,
    recognises: |path| {
        let folder = [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"];
        yaml::is_yaml(path) && (folder.iter().any(|folder| holds(path, folder)) || is_action(path))
    },
    concerns: |path, content| !is_action(path) || content.contains_str("runs:"),
    read: read_yaml,
};

/// `.gitlab-ci.yml` and the parts it includes.
pub(super) const GITLAB: Surface = Surface {
    id: "gitlab-ci",
    kind: FileKind::GitlabCi,
    recognises: |path| yaml::is_yaml(path) && path.contains_str("gitlab"),
    concerns: |path, content| is_gitlab(path) || has_jobs(content),
    read: read_yaml,
};

fn is_gitlab(path: &BStr) -> bool {
    holds(path, ".gitlab-ci") || holds(path, ".gitlab/ci/")
}

/// `ci/gitlab/builds.yml`, which another one includes.
fn has_jobs(content: &[u8]) -> bool {
    content.contains_str("\n  script:")
        && (content.contains_str("\n  stage:") || content.contains_str("\n  extends:"))
}

/// `.circleci/config.yml`.
pub(super) const CIRCLE: Surface = Surface {
    id: "circleci",
    kind: FileKind::CircleCi,
    recognises: |path| yaml::is_yaml(path) && holds(path, ".circleci/"),
    concerns: super::always,
    read: read_yaml,
};

/// Azure Pipelines, Bitbucket Pipelines, Drone, Woodpecker.
pub(super) const PIPELINE: Surface = Surface {
    id: "pipeline",
    kind: FileKind::Pipeline,
    recognises: |path| {
        let name = name(path);
        let named = [&b"azure-pipelines"[..], b"bitbucket-pipelines.", b".drone.", b".woodpecker."]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        yaml::is_yaml(path)
            && (named || holds(path, ".woodpecker/") || holds(path, ".azure-pipelines/"))
    },
    concerns: super::always,
    read: read_yaml,
};

/// Whether something that starts with a dot stands in a path. Most have one dot, that of their
/// ending, and are not searched.
fn holds(path: &BStr, dotted: &str) -> bool {
    path.find_byte(b'.') != path.rfind_byte(b'.') && path.contains_str(dotted)
}

fn name(path: &BStr) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn has_ending(path: &BStr, endings: &[&[u8]]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

fn is_json(path: &BStr) -> bool {
    path.ends_with(b".json")
}

fn is_action(path: &BStr) -> bool {
    matches!(name(path), b"action.yml" | b"action.yaml")
}

fn read_yaml(text: &Text) -> Reading {
    let (documents, gaps) = yaml::documents(text);
    Reading { declared: Declared::Tree(documents), gaps: mild(gaps) }
}

fn read_json(text: &Text) -> Reading {
    one(jsonc::document(text))
}

fn read_hcl(text: &Text) -> Reading {
    if text.path.ends_with(b".tpl") {
        return one(hcl::masked(text, &hcl::without_actions(&text.content)));
    }
    one(hcl::document(text))
}

fn read_either(text: &Text) -> Reading {
    if text.content.trim_start().starts_with(['{', '[']) {
        read_json(text)
    } else {
        read_yaml(text)
    }
}

fn one((document, gaps): (Option<Node>, Vec<Gap>)) -> Reading {
    Reading { declared: Declared::Tree(document.into_iter().collect()), gaps: mild(gaps) }
}

/// A file that can't be read starts no container: its own tool refuses it too, and what it refuses
/// is no reason to turn a push back.
fn mild(mut gaps: Vec<Gap>) -> Vec<Gap> {
    for gap in gaps.iter_mut().filter(|gap| gap.kind == GapKind::Unparsed) {
        gap.kind = GapKind::Partial;
    }
    gaps
}
