//! Containers and builds that a command line starts.

use std::rc::Rc;

use super::options::{self, Word};
use super::{declaration, terms, workload};
use crate::model::{Base, Declaration, File, Platform, Unit, Value, Workload, program};

/// Programs that start containers by the options of `docker run`.
const ENGINES: &[&str] = &["docker", "podman", "nerdctl", "docker.io", "finch"];
/// Options of the programs themselves that take the next word.
const GLOBAL: &[&str] = &[
    "-H",
    "-c",
    "-l",
    "--config",
    "--connection",
    "--context",
    "--host",
    "--log-level",
    "--namespace",
    "-n",
    "--root",
    "--runroot",
    "--storage-driver",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--url",
    "--address",
    "-a",
];
/// Options of builds that take the next word.
const BUILD_VALUED: &[&str] = &[
    "-f",
    "-t",
    "--file",
    "--tag",
    "--target",
    "--platform",
    "--progress",
    "-o",
    "--output",
    "--cache-from",
    "--cache-to",
    "--label",
    "--builder",
    "--iidfile",
    "--metadata-file",
    "--format",
    "-v",
    "--volume",
    "--isolation",
    "--secret",
    "--ulimit",
    "--shm-size",
    "--pull",
    "--dockerfile",
    "--destination",
    "-d",
    "--context",
    "--cache-repo",
    "--memory",
    "-m",
];

/// Whether a script may start something at all: a glance before it is read.
pub(super) fn is_worth(script: &str) -> bool {
    let programs =
        ["docker", "podman", "nerdctl", "buildah", "kaniko", "executor", "skopeo", "crane"];
    programs.iter().any(|program| script.contains(program))
}

/// What a command line starts, if it is one of those that start a container or a build.
pub(super) fn container(
    words: &[Word],
    platform: Platform,
    of: &str,
    file: &Rc<File>,
) -> Option<Declaration> {
    let first = words.first()?;
    let name = program(&first.value.text);
    let verb = verb(words)?;
    let text = words.get(verb).map_or("", |word| word.value.text.as_str());
    let rest = words.get(verb + 1..).unwrap_or_default();
    let mut unit = workload(platform, String::new(), of.to_owned(), first.span, file);
    unit.span = words.iter().fold(first.span, |span, word| span.to(word.span));
    let kind = match (name, text) {
        (engine, "run" | "create") if ENGINES.contains(&engine) => {
            options::read_run(rest, &mut unit);
            "container"
        }
        (engine, "build" | "bud") if ENGINES.contains(&engine) || engine == "buildah" => {
            build(rest, &mut unit);
            "build"
        }
        (engine, "login") if ENGINES.contains(&engine) || engine == "buildah" => {
            login(rest, &mut unit);
            "login"
        }
        ("executor", _) => {
            build(words.get(1..).unwrap_or_default(), &mut unit);
            "build"
        }
        ("skopeo" | "crane" | "buildah" | "podman", _) => {
            insecure(rest, &mut unit);
            "transfer"
        }
        _ => return None,
    };
    let says = unit.image.is_some() || !unit.build_args.is_empty() || !unit.values.is_empty();
    if !says && unit.build_privileges.is_empty() && unit.options.is_empty() {
        return None;
    }
    unit.identity = format!("{kind} {} of {of}", image_name(&unit));
    unit.title = match image_name(&unit).as_str() {
        "" => format!("{kind} of {of}"),
        name => format!("{kind} {name} of {of}"),
    };
    Some(declaration(Unit::Workload(Box::new(unit)), file))
}

fn image_name(unit: &Workload) -> String {
    match unit.image.as_ref().map(|image| &image.value) {
        Some(Base::Image(image)) => image.familiar(),
        Some(Base::Unknown(text)) => text.clone(),
        _ => String::new(),
    }
}

/// The index of the subcommand: `run` of `docker --context x container run`.
fn verb(words: &[Word]) -> Option<usize> {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let text = word.value.text.as_str();
        if text.starts_with('-') {
            at += if GLOBAL.contains(&text) { 2 } else { 1 };
        } else if matches!(text, "container" | "image" | "buildx" | "builder") {
            at += 1;
        } else {
            return Some(at);
        }
    }
    (words.len() > 1).then_some(1)
}

/// The options of a build that a rule asks about.
pub(super) fn build(words: &[Word], to: &mut Workload) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.value.text.as_str();
        let (name, own) = match text.split_once('=') {
            Some((name, _)) if name.starts_with('-') => {
                (name, Some(terms::part(word, name.len() + 1..text.len())))
            }
            _ => (text, None),
        };
        let valued = matches!(
            name,
            "--build-arg"
                | "--network"
                | "--allow"
                | "--ssh"
                | "--security-opt"
                | "--add-host"
                | "--build-context"
                | "--cap-add"
                | "--device"
                | "--provenance"
                | "--sbom"
                | "--attest"
        );
        let takes = own.is_none() && (valued || BUILD_VALUED.contains(&name));
        let value = own.or_else(|| words.get(at + 1).filter(|_| valued).cloned());
        if let Some(value) = &value {
            build_option(name, value, to);
        } else if matches!(name, "--privileged") {
            to.build_privileges.push(terms::at(word, "privileged".to_owned()));
        }
        at += 1 + usize::from(takes);
    }
    insecure(words, to);
}

/// One option of a build that takes a value.
pub(super) fn build_option(name: &str, value: &Word, to: &mut Workload) {
    let text = value.value.text.as_str();
    let mut right = |right: &str| to.build_privileges.push(terms::at(value, right.to_owned()));
    match name {
        "--build-arg" => to.build_args.extend(terms::variable(value)),
        "--network" if text == "host" => right("network.host"),
        "--allow" if matches!(text, "security.insecure" | "network.host") => right(text),
        "--security-opt" if text.contains("unconfined") || text == "label=disable" => right(text),
        "--cap-add" => right(&format!("capability {text}")),
        "--provenance" | "--sbom" => {
            let name = format!("attest {}", name.trim_start_matches('-'));
            to.options.push(options::option(&name, value));
        }
        "--attest" => attest(value, to),
        "--add-host" => to.extra_hosts.extend(terms::host_entry(value)),
        _ => {}
    }
}

/// Options that switch off who is at the other end.
const INSECURE: &[&str] = &[
    "--insecure",
    "--insecure-pull",
    "--insecure-registry",
    "--skip-tls-verify",
    "--skip-tls-verify-pull",
    "--skip-tls-verify-registry",
];

fn insecure(words: &[Word], to: &mut Workload) {
    for word in words {
        let text = word.value.text.as_str();
        let (name, value) = text.split_once('=').unwrap_or((text, "true"));
        let off = name.ends_with("tls-verify") && value == "false"
            || INSECURE.contains(&name) && value != "false";
        if off {
            let value = Value { text: "false".to_owned(), unknown: false };
            to.options.push(options::option("tls_verify", &terms::at(word, value)));
        }
    }
}

/// A password on the command line.
fn login(words: &[Word], to: &mut Workload) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.value.text.as_str();
        let glued = text.strip_prefix("--password=").map(|rest| text.len() - rest.len());
        let value = match text {
            "-p" | "--password" => words.get(at + 1).cloned(),
            _ => glued.map(|from| terms::part(word, from..text.len())),
        };
        to.values.extend(value.map(|value| terms::named("login password", &value)));
        at += 1;
    }
}

/// `type=provenance,mode=max`: an attestation, or that there is none.
pub(super) fn attest(value: &Word, to: &mut Workload) {
    let text = value.value.text.as_str();
    let kind = text.split(',').find_map(|part| part.strip_prefix("type=")).unwrap_or_default();
    let off = text.contains("disabled=true") || text.contains("mode=none");
    let state = terms::with_text(value, if off { "false" } else { "true" });
    to.options.push(options::option(&format!("attest {kind}"), &state));
}
