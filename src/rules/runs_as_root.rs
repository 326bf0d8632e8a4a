//! Who the processes of a shipped image or of a container run as.

mod stage;
mod workload;

use crate::model::{Example, Measure, Platform, Reference, Rule};

pub(super) const RULE: Rule = Rule {
    id: "runs-as-root",
    promise: "A shipped image or a container never starts to run as root.",
    why: "Root in a container is root on the host as soon as anything else gives way: a mount, a \
          capability, a flaw of the kernel or the runtime. Another user makes most of them useless.",
    fix: "End the shipped stage with `USER` and an account other than root, by number where \
          Kubernetes should be able to see it: `USER 10001`.",
    fix_in: &[
        (
            &[Platform::Compose],
            "Name an account other than root in the service, `user: \"10001:10001\"`, and none of \
             the host's groups under `group_add`.",
        ),
        (
            &[Platform::Kubernetes, Platform::Values],
            "Say `runAsNonRoot: true` and `runAsUser: 10001` in the `securityContext`, and leave \
             group 0 out of `supplementalGroups`.",
        ),
        (&[Platform::Quadlet], "Say `User=10001` in the `[Container]` section."),
        (&[Platform::Ecs], "Say `\"user\": \"10001:10001\"` in the container definition."),
        (&[Platform::Nomad], "Say `user = \"10001\"` in the task."),
        (
            &[Platform::Devcontainer],
            "Name an account that the image has: `\"containerUser\": \"vscode\"`.",
        ),
        (&[Platform::Ci], "Run it with `--user 10001`."),
    ],
    levels: &[
        stage::OTHER,
        stage::FILES,
        stage::ASIDE,
        stage::BASE_VARIABLE,
        stage::BASE_ROOT,
        stage::BASE_UNKNOWN,
        stage::UNKNOWN,
        stage::LOST,
        stage::ROOT,
        workload::VARIABLE,
        workload::IMAGE_UNKNOWN,
        workload::POD_UNKNOWN,
        workload::IMAGE_ROOT,
        workload::ROOT,
        workload::GUARDED,
        workload::UNGUARDED,
        workload::HIGH_ID,
        workload::LOW_ID,
        workload::ROOT_GROUP,
        workload::STRONG_GROUP,
    ],
    references: &[
        Reference::CisDocker("4.1"),
        Reference::CisKubernetes("5.2.7"),
        Reference::CisKubernetes("5.7.3"),
        Reference::PodSecurity("restricted: Running as Non-root"),
        Reference::PodSecurity("restricted: Running as Non-root user"),
        Reference::NsaCisa("1.0"),
        Reference::NsaCisa("1.6"),
        Reference::Cwe(250),
        Reference::Cwe(269),
        Reference::Nist("4.4.2"),
        Reference::Docker("Dockerfile reference: USER"),
    ],
    answers: &[
        "hadolint DL3002",
        "trivy DS-0002",
        "kics fd54f200",
        "kics 67fd0c4a",
        "checkov CKV_DOCKER_3",
        "checkov CKV_DOCKER_8",
        "dockle CIS-DI-0001",
        "docker-bench 4.1",
        "semgrep missing-user",
        "semgrep missing-user-entrypoint",
        "semgrep last-user-is-root",
        "droast DF002",
        "droast DF020",
        "docksec runs as root",
        "compose-lint CL-0018",
        "trivy KSV-0012",
        "trivy KSV-0020",
        "trivy KSV-0021",
        "trivy KSV-0105",
        "trivy KSV-0116",
        "kics cf34805e",
        "kics 02323c00",
        "checkov CKV_K8S_23",
        "checkov CKV_K8S_40",
        "kube-linter run-as-non-root",
        "kube-score container-security-context-user-group-id",
        "semgrep run-as-non-root",
        "polaris runAsRootAllowed",
        "kubesec RunAsNonRoot",
        "kubesec RunAsUser",
        "kubesec RunAsGroup",
        "kubescape C-0013",
    ],
    options: &["nonroot-images"],
    every_commit: false,
    measure: &[Measure::Stage(stage::measure), Measure::Workload(workload::measure)],
    examples: &[
        Example {
            file: "Dockerfile", // files to be taken out are no process
            change: "
                - FROM golang:1.22
                + FROM golang:1.22 AS build
                  RUN go build -o /app
                + FROM scratch AS binary
                + COPY --from=build /app /
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM scratch
                  COPY app /
                + ENTRYPOINT [\"/app\"]
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was nobody, for nothing is started (no USER), now root, as in the base image (no USER)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                - USER node
                  CMD [\"node\", \"server.js\"]
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER node), now root, as in the base image (no USER)",
            ],
        },
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                  ARG RUN_AS=1000
                - USER ${RUN_AS}
                + USER ${RUN_AS:+0}:node
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER 1000), now root, as in the base image (USER 0:node)",
            ],
        },
        Example {
            file: "Dockerfile", // nobody has to say who it is
            change: "
                  FROM acme/base:1.2.3
                + ARG RUN_AS
                - USER app
                + USER ${RUN_AS}
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER app), now a user that the builder decides, root by default (USER $RUN_AS)",
            ],
        },
        Example {
            file: "Dockerfile", // the base image's ENV may say who it is
            change: "
                  FROM acme/base:1.2.3
                - USER 1200
                + USER ${APP_UID}
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER 1200), now a user that a variable of the base image names (USER $APP_UID)",
            ],
        },
        Example {
            file: "Dockerfile", // this base image has no such variable
            change: "
                  FROM debian:12
                - USER 1200
                + USER ${APP_UID}
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER 1200), now a user that the builder decides, root by default (USER $APP_UID)",
            ],
        },
        Example {
            file: "Dockerfile", // built with `--target release`, whatever stands last
            change: "
                  FROM node:20 AS release
                - USER node
                  CMD [\"node\", \"server.js\"]
                  FROM alpine:3.19
                  USER nobody
            ",
            beside: &[],
            findings: &[
                "user of stage release: was not root (USER node), now root, where this stage is built by name (no USER)",
            ],
        },
        Example {
            file: "Dockerfile", // a helper that starts nothing, last in the file
            change: "
                  FROM golang:1.22 AS build
                  RUN go build -o /app
                  FROM alpine:3.19 AS release
                  COPY --from=build /app /app
                  USER nobody
                  CMD [\"/app\"]
                + FROM debian:12 AS upload
                + COPY --from=build /app /app
                + RUN curl --upload-file /app https://files.example.org/app
            ",
            beside: &[],
            findings: &[
                "user of the final stage: was not root (USER nobody), now root, where nothing is started (no USER)",
            ],
        },
        Example {
            file: "Dockerfile", // what it builds is copied out of it
            change: "
                  FROM node:20 AS build
                - USER node
                  RUN npm ci
                  FROM alpine:3.19
                  COPY --from=build /app /app
                  USER nobody
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // both are accounts other than root
            change: "
                  FROM node:20
                - USER \"node\"
                + USER 1000
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // a builder's user never ships
            change: "
                + FROM golang:1.22 AS build
                + USER root
                  FROM alpine:3.19
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // the script of the entry point steps down itself
            change: "
                  FROM alpine:3.19.1
                - COPY entrypoint.sh /usr/local/bin/
                + COPY --chmod=755 entrypoint.sh /usr/local/bin/
                - USER app
                  ENTRYPOINT [\"entrypoint.sh\"]
            ",
            beside: &[(
                "entrypoint.sh",
                "
                  #!/bin/sh
                  chown -R app /data
                  exec su-exec \"${APP_UID:-10001}\" app \"$@\"
                ",
            )],
            findings: &[],
        },
        Example {
            file: "Dockerfile", // it does so no more
            change: "
                  FROM alpine:3.19.1 AS src
                  WORKDIR /src
                  COPY . .
                  FROM alpine:3.19.1
                  COPY --from=src /src/docker/run.sh /run.sh
                + ENV MODE=plain
                  ENTRYPOINT [\"/run.sh\"]
            ",
            beside: &[(
                "docker/run.sh",
                "
                  #!/bin/sh
                - exec setpriv --reuid=app --clear-groups /app
                + exec /app
                ",
            )],
            findings: &[
                "user of the final stage: was not root (setpriv app), now root, as in the base image (no USER)",
            ],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      image: acme/web:1.2.3
                -     user: '1000:1000'
                +     user: '0:1000'
                +     group_add: [docker]
            ",
            beside: &[],
            findings: &[
                "user of service web: was not root (1000:1000), now root (0:1000)",
                "group docker of service web: joined",
            ],
        },
        Example {
            file: "deploy.yaml", // the pod's guard went, and nothing else names a user
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                -       securityContext: {runAsNonRoot: true}
                        containers:
                          - name: app
                            image: acme/web:1.2.3
            ",
            beside: &[],
            findings: &[
                "user of container app of Deployment web: was not root (runAsNonRoot), now the image's, which may be root",
            ],
        },
        Example {
            file: "deploy.yaml", // from the pod down to its container
            change: "
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: web}
                  spec:
                    template:
                      spec:
                -       securityContext: {runAsNonRoot: true, runAsUser: 10001}
                        containers:
                          - name: app
                            image: acme/web:1.2.3
                +           securityContext: {runAsUser: 10001, runAsNonRoot: true}
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml", // the image that is built here says it now
            change: "
                  services:
                    web:
                      build: .
                -     user: '1000'
            ",
            beside: &[(
                "Dockerfile",
                "
                  FROM acme/base:1.2.3
                  USER app
                  CMD [\"app\"]
                ",
            )],
            findings: &[],
        },
    ],
};
