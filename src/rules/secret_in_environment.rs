//! Secrets written down where an orchestrator's files hand them to containers.

use super::facts::secret::{Teller, of_value, promises, tells_about};
use super::facts::workload::shells;
use crate::model::{
    DataKind, DataObject, Example, Found, Level, Measure, Platform, Reference, Rule, Severity,
    Spanned, ValueFile, Variable, Workload,
};

const REFERENCED: Level = Level::closed("handed over at run time");
const JOB: Level = Level::info(1, "a default password of a CI job");
const DEFAULT: Level = Level::high(1, "a working default password")
    .in_new_unit(Severity::Low)
    .when_added(Severity::Medium);
const LITERAL: Level = Level::critical(2, "written down in full");

pub(super) const RULE: Rule = Rule {
    id: "secret-in-environment",
    promise: "No credential is written into what a container is started with.",
    why: "Values of environments, labels, commands and configuration objects are readable by \
          everyone who can read the repository, inspect the container or list the object. Removing \
          one later doesn't help: it must be revoked.",
    fix: "Revoke the credential, and keep the new one out of git.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Revoke the credential, and hand the new one over under `secrets:`, from a file that is \
             not in the repository, or as `NAME: ${NAME:?}`.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Revoke the credential, and hand the new one over by `secretKeyRef` or in a mounted \
             Secret.",
        ),
        (
            &[Platform::Quadlet],
            "Revoke the credential, and hand the new one over with `Secret=` and `podman secret \
             create`.",
        ),
        (
            &[Platform::Ecs],
            "Revoke the credential, and hand the new one over under `secrets`, with `valueFrom`.",
        ),
        (
            &[Platform::Nomad],
            "Revoke the credential, and hand the new one over from Vault or a Nomad variable, with a \
             `template`.",
        ),
        (
            &[Platform::Devcontainer],
            "Revoke the credential, and take the new one from the developer's machine: \
             `${localEnv:NAME}`.",
        ),
        (
            &[Platform::Ci],
            "Revoke the credential, and take the new one from the secrets that the CI server keeps.",
        ),
    ],
    levels: &[REFERENCED, JOB, DEFAULT, LITERAL],
    references: &[
        Reference::CisDocker("4.10"),
        Reference::CisKubernetes("5.4.1"),
        Reference::Cwe(798),
        Reference::Cwe(538),
        Reference::Nist("4.1.4"),
        Reference::Compose("secrets"),
        Reference::Kubernetes("Good practices for Kubernetes Secrets"),
    ],
    answers: &[
        "compose-lint CL-0020",
        "compose-lint CL-0021",
        "docker-bench 7.4",
        "trivy KSV-0109",
        "trivy KSV-01010",
        "trivy AWS-0036",
        "kube-linter env-var-secret",
        "polaris sensitiveContainerEnvVar",
        "polaris sensitiveConfigmapContent",
        "kubescape C-0012",
        "semgrep secrets-in-config-file",
        "zizmor hardcoded-container-credentials",
        "gitleaks generic-api-key",
        "gitleaks private-key",
    ],
    options: &[],
    every_commit: true,
    measure: &[Measure::Workload(workload), Measure::Data(data)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    app:
                      image: ghcr.io/acme/app:1.2.3
                      environment:
                -       DATABASE_URL: ${DATABASE_URL:?}
                -       ADMIN_PASSWORD: ${ADMIN_PASSWORD:?}
                +       DATABASE_URL: postgres://app:q8Zr2Lx7mKw@db/app
                +       ADMIN_PASSWORD: ${ADMIN_PASSWORD:-letmein}
            ",
            beside: &[],
            findings: &[
                "secret in DATABASE_URL of service app: written down in full: … (11 characters)",
                "secret in ADMIN_PASSWORD of service app: was handed over at run time, now a working default password: … (7 characters)",
            ],
        },
        Example {
            file: "compose.yaml", // one anchored line that reaches two services
            change: "
                  x-env: &env
                -   SMTP_PASSWORD: ${SMTP_PASSWORD}
                +   SMTP_PASSWORD: x8Kq2mZ0pTr7
                  services:
                    web:
                      image: ghcr.io/acme/app:1.2.3
                      environment: *env
                    worker:
                      image: ghcr.io/acme/app:1.2.3
                      environment: *env
            ",
            beside: &[],
            findings: &[
                "secret in SMTP_PASSWORD of service web: was handed over at run time, now written down in full: … (12 characters)",
            ],
        },
        Example {
            file: "pod.yaml", // the letter has its value, a variable; the next word is a command
            change: "
                  apiVersion: v1
                  kind: Pod
                  metadata: {name: db}
                  spec:
                    containers:
                      - name: db
                        image: mysql:8.0.36
                +       livenessProbe:
                +         exec: {command: [bash, -c, mysqladmin -u root -p$MYSQL_PASSWORD ping]}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // references, files, placeholders, and a value that only moved
            change: "
                  services:
                    app:
                      image: ghcr.io/acme/app:1.2.3
                      environment:
                -       - DB_PASS=x8Kq2mZ0pTr7
                +       DB_PASSWORD: x8Kq2mZ0pTr7
                +       TOKEN_FILE: /run/secrets/token
                +       API_KEY: changeme
                +       SECRET_KEY: ${SECRET_KEY}
                +       PUBLIC_KEY: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKb0
                      labels:
                +       traefik.http.routers.secret-app.rule: Host(`app.example.org`)
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "web.yaml",
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                        containers:
                          - name: app
                            image: ghcr.io/acme/app:1.2.3
                            env:
                              - name: DB_PASSWORD
                -               valueFrom: {secretKeyRef: {name: db, key: password}}
                +               value: x8Kq2mZ0pTr7
            ",
            beside: &[],
            findings: &[
                "secret in DB_PASSWORD of container app of Deployment web: was handed over at run time, now written down in full: … (12 characters)",
            ],
        },
        Example {
            file: "config.yaml", // the Secret became a ConfigMap
            change: "
                  apiVersion: v1
                - kind: Secret
                + kind: ConfigMap
                  metadata: {name: db}
                - stringData:
                + data:
                    password: x8Kq2mZ0pTr7
            ",
            beside: &[],
            findings: &[
                "secret in password of ConfigMap db: written down in full: … (12 characters)",
            ],
        },
    ],
};

fn workload(workload: &Workload, found: &mut Found<'_>) {
    let weak = if workload.platform == Platform::Ci { JOB } else { DEFAULT };
    for variable in &workload.environment {
        if promises(&variable.name).is_some() && is_reference(variable) {
            let key = format!("secret in {}", variable.name);
            found.say(REFERENCED, key, &variable.place, "");
        }
    }
    let mut teller = Teller::new(found, weak, LITERAL);
    for variable in workload.environment.iter().chain(&workload.build_args) {
        tell(variable, &variable.name, &mut teller);
    }
    for variable in &workload.labels {
        // `checksum/secret`: a change of the secret is to restart the pod.
        let sum = variable.name.starts_with("checksum");
        let name = if sum { &variable.name } else { last(&variable.name) };
        tell(variable, name, &mut teller);
    }
    for variable in &workload.values {
        // `content:` of a configuration or a secret: a file, however short.
        let secret = variable.name.starts_with("secret ");
        let name = if secret { "password" } else { last(&variable.name) };
        tell(variable, name, &mut teller);
        if let Some(value) = variable.value.as_ref().filter(|_| variable.name.contains(' ')) {
            teller.block(&value.text, &variable.name, &variable.place);
        }
    }
    for shell in shells(workload) {
        teller.shell(shell, "a command");
    }
    for file in &workload.value_files {
        for variable in &file.value.variables {
            tell(variable, &variable.name, &mut teller);
        }
        if file.value.secret {
            secret_file(file, &mut teller);
        }
    }
}

fn data(data: &DataObject, found: &mut Found<'_>) {
    let mut teller = Teller::new(found, DEFAULT, LITERAL);
    for variable in &data.values {
        match data.kind {
            DataKind::Configuration | DataKind::Environment => {
                tell(variable, &variable.name, &mut teller);
            }
            DataKind::Values if names_object(variable) => {}
            DataKind::Values => tell(variable, last(&variable.name), &mut teller),
            // `plain-secret` is asked of these.
            DataKind::Secret | DataKind::Sealed | DataKind::External => {}
        }
    }
}

fn tell(variable: &Variable, name: &str, teller: &mut Teller<'_, '_>) {
    let Some(value) = variable.value.as_ref() else { return };
    let text = value.text.as_str();
    if !text.trim().contains('\n')
        && let Some(secret) = of_value(name, text)
    {
        teller.tell(&secret, &format!("secret in {}", variable.name), &variable.place);
    }
    // What ends its line is a file, however short.
    if text.contains('\n') {
        return teller.block(text, &variable.name, &variable.place);
    }
    teller.own(&format!("{}={}", variable.name, value.text), &variable.name, &variable.place);
}

/// Nothing is written down here: the name alone, or a value that comes from elsewhere.
fn is_reference(variable: &Variable) -> bool {
    variable.value.as_ref().is_none_or(|value| value.unknown)
}

/// The file of a secret, where it lies in the tree: whatever stands in it was meant to be secret.
fn secret_file(used: &Spanned<ValueFile>, teller: &mut Teller<'_, '_>) {
    let Some(file) = &used.value.file else { return };
    let text = &file.text.content;
    let place = Spanned::new((), file.text.span(0..text.len())).because(used.places());
    let name = &used.value.used_as;
    // What holds a user's name lies beside its password.
    let promised = if tells_about(name) { "" } else { "password" };
    match of_value(promised, text.trim()) {
        Some(secret) => teller.tell(&secret, &format!("content of {name}"), &place),
        None => teller.block(text, name, &place),
    }
}

/// What a dotted or slashed name ends in: the rest says whose it is. `checksum/secret` is a sum.
fn last(name: &str) -> &str {
    if name.starts_with("checksum/") {
        return "";
    }
    name.rsplit(['.', '/']).next().unwrap_or(name)
}

/// `tlsSecret: web-tls`: a chart's values name a Secret far more often than they hold one.
fn names_object(variable: &Variable) -> bool {
    let name = last(&variable.name).to_ascii_lowercase();
    let value = variable.value.as_ref().map_or("", |value| value.text.trim());
    let word = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_lowercase())
            || (part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let is_name = || !value.is_empty() && value.split(['-', '.']).all(word);
    (name.ends_with("secret") || name.ends_with("secrets")) && is_name()
}

#[cfg(test)]
mod tests {
    use super::{last, names_object};
    use crate::model::{FileId, Span, Spanned, Value, Variable};
    use crate::rules::facts::secret::of_value;

    fn variable(name: &str, value: &str) -> Variable {
        let value = Value { text: value.to_owned(), unknown: false };
        let place = Spanned::new((), Span::head(FileId(0)));
        Variable { name: name.to_owned(), value: Some(value), place }
    }

    #[test]
    fn a_chart_names_its_secrets() {
        for (name, value) in [
            ("ingress.tlsSecret", "web-tls"),
            ("imagePullSecrets", "regcred"),
            ("auth.secret", "my-secret-2"),
        ] {
            assert!(names_object(&variable(name, value)), "{name}: {value}");
        }
        for (name, value) in [("auth.clientSecret", "9f8d7c6b5a4e"), ("a.password", "postgres")] {
            assert!(!names_object(&variable(name, value)), "{name}: {value}");
        }
    }

    #[test]
    fn only_the_end_of_a_path_promises() {
        assert_eq!(last("secrets.app.image.tag"), "tag");
        assert_eq!(last("vault.hashicorp.com/agent-inject"), "agent-inject");
        for name in ["existingSecret", "passwordKey", "adminPasswordKey", "secretName"] {
            assert_eq!(of_value(name, "my-secret-2"), None, "{name}");
        }
    }
}
