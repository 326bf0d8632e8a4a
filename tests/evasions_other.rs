//! Evasions on surfaces besides Dockerfiles, compose and Kubernetes: a real push, a real hook, and
//! the line that is told of; and what only looks like one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

#[test]
fn quadlets() {
    push_each_tree(&[
        (
            "O01 capabilities",
            &[("web.container", "[Container]\nImage=nginx@{a}\nDropCapability=all\n")],
            &[("web.container", "[Container]\nImage=nginx@{a}\n")],
            &["high kept-capability web.container:3 (old line)"],
        ),
        (
            "O01 drop-in",
            &[("web.container", "[Container]\nImage=nginx@{a}\n")],
            &[
                ("web.container", "[Container]\nImage=nginx@{a}\n"),
                (
                    "web.container.d/10.conf",
                    "[Container]\nPodmanArgs=--pids-limit=9 \\\n  --privileged\n",
                ),
            ],
            &["critical privileged-container web.container.d/10.conf:3", "better"],
        ),
        (
            "O01 socket",
            &[("web.container", "[Container]\nImage=nginx@{a}\nVolume=data.volume:/d\n")],
            &[("web.container", "[Container]\nImage=nginx@{a}\nVolume=/run/podman:/d:ro\n")],
            &["critical runtime-socket web.container:3"],
        ),
        (
            "O01 reset",
            &[(
                "web.container",
                "[Container]\nImage=nginx@{a}\nPodmanArgs=--privileged\nPodmanArgs=\n",
            )],
            &[(
                "web.container",
                "[Container]\nImage=nginx@{a}\nPodmanArgs=--privileged\n# PodmanArgs=\n",
            )],
            &["critical privileged-container web.container:4"],
        ),
        (
            "O22 service",
            &[("web.service", "[Service]\nExecStart=/usr/bin/docker run --rm nginx@{a}\n")],
            &[(
                "web.service",
                "[Service]\nExecStart=/usr/bin/docker run --rm --net=host nginx@{a}\n",
            )],
            &["high host-namespace web.service:2"],
        ),
        (
            "look-alike: reordered, quoted, split over a drop-in",
            &[(
                "web.container",
                "[Container]\nImage=nginx@{a}\nDropCapability=all\nReadOnly=true\n",
            )],
            &[
                (
                    "web.container",
                    "[Unit]\nDescription=web --privileged\n\n[Container]\nReadOnly=yes\nImage=docker.io/library/nginx@{a}\n",
                ),
                ("web.container.d/caps.conf", "[Container]\nDropCapability=ALL\n"),
            ],
            &[],
        ),
        (
            "look-alike: a network of systemd-networkd",
            &[("eth0.network", "[Match]\nName=eth0\n\n[Network]\nDHCP=no\n")],
            &[("eth0.network", "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\nnonsense\n")],
            &[],
        ),
    ]);
}

#[test]
fn ecs_tasks() {
    push_each_tree(&[
        (
            "O02",
            &[(
                "deploy/web.json",
                "{\"family\": \"web\", \"containerDefinitions\": [\n{\"name\": \"app\", \"image\": \"acme/app@{a}\",\n\"secrets\": [{\"name\": \"DB_PASSWORD\", \"valueFrom\": \"arn:aws:ssm:x\"}]}]}\n",
            )],
            &[(
                "deploy/web.json",
                "{\"family\": \"web\", \"networkMode\": \"host\", \"containerDefinitions\": [\n{\"name\": \"app\", \"image\": \"acme/app@{a}\", \"privileged\": true,\n\"environment\": [{\"name\": \"DB_PASSWORD\", \"value\": \"x8Kq2mZ0pTr7\"}]}]}\n",
            )],
            &[
                "critical privileged-container deploy/web.json:2",
                "critical secret-in-environment deploy/web.json:3",
                "high host-namespace deploy/web.json:1",
            ],
        ),
        (
            "O02 containers by themselves",
            &[(
                "containers.json",
                "[{\"name\": \"app\", \"essential\": true,\n\"image\": \"acme/app@{a}\"}]\n",
            )],
            &[(
                "containers.json",
                "[{\"name\": \"app\", \"essential\": true, \"privileged\": true,\n\"image\": \"acme/app\"}]\n",
            )],
            &[
                "critical privileged-container containers.json:1",
                "high mutable-image containers.json:2",
            ],
        ),
        (
            "O02 inside CloudFormation",
            &[(
                "stack.yaml",
                "Resources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      Family: !Ref Name\n      ContainerDefinitions:\n        - Name: app\n          Image: !Sub \"${Repo}:1.2.3\"\n          ReadonlyRootFilesystem: true\n",
            )],
            &[(
                "stack.yaml",
                "Resources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      Family: !Ref Name\n      ContainerDefinitions:\n        - Name: app\n          Image: !Sub \"${Repo}:1.2.3\"\n          Privileged: true\n          ReadonlyRootFilesystem: true\n",
            )],
            &["critical privileged-container stack.yaml:9"],
        ),
        (
            "O02 a parameter's default",
            &[(
                "stack.yaml",
                "Parameters:\n  Img:\n    Type: String\n    Default: acme/web:1.2.3\nResources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: app\n          Image: !Ref Img\n",
            )],
            &[(
                "stack.yaml",
                "Parameters:\n  Img:\n    Type: String\n    Default: acme/web:latest\nResources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: app\n          Image: !Ref Img\n",
            )],
            &["high mutable-image stack.yaml:4"],
        ),
        (
            "look-alike: the same image by a parameter",
            &[(
                "stack.yaml",
                "Parameters:\n  Img:\n    Type: String\n    Default: '1.2.3'\nResources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: app\n          Image: acme/web:1.2.3\n",
            )],
            &[(
                "stack.yaml",
                "Parameters:\n  Img:\n    Type: String\n    Default: '1.2.3'\nResources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: app\n          Image: !Sub \"acme/web:${Img}\"\n",
            )],
            &[],
        ),
        (
            "O02 socket of the host",
            &[(
                "task.json",
                "{\"containerDefinitions\": [\n{\"name\": \"app\", \"image\": \"acme/app@{a}\",\n\"mountPoints\": [{\"sourceVolume\": \"s\", \"containerPath\": \"/s\"}]}],\n\"volumes\": [{\"name\": \"s\"}]}\n",
            )],
            &[(
                "task.json",
                "{\"containerDefinitions\": [\n{\"name\": \"app\", \"image\": \"acme/app@{a}\",\n\"mountPoints\": [{\"sourceVolume\": \"s\", \"containerPath\": \"/s\"}]}],\n\"volumes\": [{\"name\": \"s\", \"host\": {\"sourcePath\": \"/var/run/docker.sock\"}}]}\n",
            )],
            &["critical runtime-socket task.json:4"],
        ),
        (
            "look-alike: another case, another order, a schema",
            &[(
                "stack.yaml",
                "Resources:\n  Web:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: app\n          Image: acme/app@{a}\n          Privileged: false\n",
            )],
            &[
                (
                    "stack.yaml",
                    "Resources:\n  Web:\n    Properties:\n      ContainerDefinitions:\n        - Privileged: \"false\"\n          Image: acme/app@{a}\n          Name: app\n    Type: 'AWS::ECS::TaskDefinition'\n",
                ),
                (
                    "schema.json",
                    "{\"properties\": {\"containerDefinitions\": {\"type\": \"array\"}}}\n",
                ),
            ],
            &[],
        ),
    ]);
}

#[test]
fn development_containers() {
    push_each_tree(&[
        (
            "O03 runArgs",
            &[(".devcontainer/devcontainer.json", "// dev\n{\"image\": \"acme/dev@{a}\",\n}\n")],
            &[(
                ".devcontainer/devcontainer.json",
                "// dev\n{\"image\": \"acme/dev@{a}\",\n\"runArgs\": [\"--privileged\"], // all\n}\n",
            )],
            &["high privileged-container .devcontainer/devcontainer.json:3"],
        ),
        (
            "O03 socket",
            &[(".devcontainer.json", "{\"image\": \"acme/dev@{a}\"}\n")],
            &[(
                ".devcontainer.json",
                "{\"image\": \"acme/dev@{a}\", \"mounts\": [\n\"source=/var/run/docker.sock,target=/s,type=bind\"]}\n",
            )],
            &["high runtime-socket .devcontainer.json:2"],
        ),
        (
            "O03 on the host",
            &[(".devcontainer/a/devcontainer.json", "{\"image\": \"acme/dev@{a}\"}\n")],
            &[(
                ".devcontainer/a/devcontainer.json",
                "{\"image\": \"acme/dev@{a}\",\n\"initializeCommand\": \"curl -fsSL https://example.org/x.sh | sh\"}\n",
            )],
            &[
                "high remote-script .devcontainer/a/devcontainer.json:2",
                "medium host-command .devcontainer/a/devcontainer.json:2",
            ],
        ),
        (
            "look-alike: the same in other words",
            &[(
                ".devcontainer/devcontainer.json",
                "{\"image\": \"acme/dev@{a}\", \"runArgs\": [\"--cap-add=SYS_PTRACE\"], \"features\": {\"ghcr.io/a/b:1\": {}}}\n",
            )],
            &[(
                ".devcontainer/devcontainer.json",
                "{\n  /* for gdb */ \"capAdd\": [\"CAP_SYS_PTRACE\"],\n  \"image\": \"docker.io/acme/dev@{a}\",\n  \"features\": {\"ghcr.io/a/b:1\": {\"version\": \"latest\"}},\n  \"postCreateCommand\": \"npm ci\",\n}\n",
            )],
            &[],
        ),
    ]);
}

#[test]
fn bake_files() {
    push_each_tree(&[
        (
            "O04",
            &[(
                "docker-bake.hcl",
                "target \"app\" {\n  context = \".\"\n  contexts = {\n    node = \"docker-image://node@{a}\"\n  }\n}\n",
            )],
            &[(
                "docker-bake.hcl",
                "target \"app\" {\n  context = \".\"\n  contexts = {\n    node = \"docker-image://evil/node@{a}\"\n  }\n}\n",
            )],
            &["high base-image docker-bake.hcl:4"],
        ),
        (
            "O17 rights, in JSON",
            &[("docker-bake.json", "{\"target\": {\"app\": {\"context\": \".\"}}}\n")],
            &[(
                "docker-bake.json",
                "{\"target\": {\"app\": {\"context\": \".\",\n\"entitlements\": [\"security.insecure\"]}}}\n",
            )],
            &["high build-privilege docker-bake.json:2"],
        ),
        (
            "O17 inherited, by a variable",
            &[(
                "docker-bake.hcl",
                "variable \"BASE\" {\n  default = \"node@{a}\"\n}\ntarget \"_common\" {\n  contexts = { node = \"docker-image://${BASE}\" }\n}\ntarget \"app\" {\n  inherits = [\"_common\"]\n}\n",
            )],
            &[(
                "docker-bake.hcl",
                "variable \"BASE\" {\n  default = \"node:latest\"\n}\ntarget \"_common\" {\n  contexts = { node = \"docker-image://${BASE}\" }\n}\ntarget \"app\" {\n  inherits = [\"_common\"]\n}\n",
            )],
            &["high mutable-image docker-bake.hcl:2"],
        ),
        (
            "look-alike: written as JSON, in another order",
            &[(
                "docker-bake.json",
                "{\"target\": {\"app\": {\"args\": {\"V\": \"1\"}, \"ssh\": [\"default\"]}, \"b\": {}}}\n",
            )],
            &[(
                "docker-bake.json",
                "{\n\"target\": {\"b\": {},\n\"app\": {\"ssh\": [\"default\"], \"args\": {\"V\": \"2\"}, \"tags\": [\"a:latest\"]}}}\n",
            )],
            &[],
        ),
    ]);
}

#[test]
fn nomad_jobs_and_daemons() {
    push_each_tree(&[
        (
            "O22 Nomad",
            &[(
                "web.nomad.hcl",
                "job \"web\" {\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n      }\n    }\n  }\n}\n",
            )],
            &[(
                "web.nomad.hcl",
                "job \"web\" {\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n        privileged = true\n        volumes = [\"/:/host\"]\n      }\n    }\n  }\n}\n",
            )],
            &[
                "critical privileged-container web.nomad.hcl:7",
                "critical runtime-socket web.nomad.hcl:8",
            ],
        ),
        (
            "O22 the template of a pack",
            &[(
                "packs/web/templates/web.nomad.tpl",
                "job [[ template \"name\" . ]] {\n  [[ if .x ]]\n  region = [[ .region | quote ]]\n  [[ end ]]\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app:[[ .tag ]]\"\n      }\n    }\n  }\n}\n",
            )],
            &[(
                "packs/web/templates/web.nomad.tpl",
                "job [[ template \"name\" . ]] {\n  [[ if .x ]]\n  region = [[ .region | quote ]]\n  [[ end ]]\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app:[[ .tag ]]\"\n        privileged = true\n      }\n    }\n  }\n}\n",
            )],
            &["critical privileged-container packs/web/templates/web.nomad.tpl:10"],
        ),
        (
            "look-alike: a task joins a group in the host's network",
            &[(
                "web.nomad",
                "job \"web\" {\n  group \"g\" {\n    network {\n      mode = \"host\"\n    }\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n      }\n    }\n  }\n}\n",
            )],
            &[(
                "web.nomad",
                "job \"web\" {\n  group \"g\" {\n    network {\n      mode = \"host\"\n    }\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n      }\n    }\n    task \"side\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/side@{a}\"\n      }\n    }\n  }\n}\n",
            )],
            &["low lacks web.nomad:12"],
        ),
        (
            "O22 a task that joins by itself",
            &[(
                "web.nomad",
                "job \"web\" {\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n        network_mode = \"host\"\n      }\n    }\n  }\n}\n",
            )],
            &[(
                "web.nomad",
                "job \"web\" {\n  group \"g\" {\n    task \"app\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/app@{a}\"\n        network_mode = \"host\"\n      }\n    }\n    task \"side\" {\n      driver = \"docker\"\n      config {\n        image = \"acme/side@{a}\"\n        network_mode = \"host\"\n      }\n    }\n  }\n}\n",
            )],
            &["high host-namespace web.nomad:14", "low lacks web.nomad:10"],
        ),
        (
            "O14",
            &[("daemon.json", "{\"userns-remap\": \"default\", \"iptables\": true}\n")],
            &[("daemon.json", "{\"iptables\": false,\n\"hosts\": [\"tcp://0.0.0.0:2375\"]}\n")],
            &[
                "critical daemon-setting daemon.json:2",
                "high daemon-setting daemon.json:1",
                "medium daemon-setting daemon.json:1 (old line)",
            ],
        ),
        (
            "look-alike: another daemon's file, another program's HCL",
            &[("app/daemon.json", "{\"port\": 1}\n"), ("main.hcl", "job {\n")],
            &[("app/daemon.json", "{\"port\": 2, \"debug\"\n"), ("main.hcl", "task \"x\" {\n")],
            &[],
        ),
    ]);
}

#[test]
fn ci_containers() {
    const WORKFLOW: &str = ".github/workflows/ci.yml";
    push_each_tree(&[
        (
            "O05 image",
            &[(WORKFLOW, "jobs:\n  a:\n    container: node@{a}\n")],
            &[(WORKFLOW, "jobs:\n  a:\n    container: node:latest\n")],
            &["medium mutable-image .github/workflows/ci.yml:3"],
        ),
        (
            "O05 options",
            &[(WORKFLOW, "jobs:\n  a:\n    container:\n      image: node@{a}\n")],
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    container:\n      image: node@{a}\n      options: --cpus 1 --privileged\n",
            )],
            &["high privileged-container .github/workflows/ci.yml:5", "better"],
        ),
        (
            "O05 script",
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n          docker run --rm acme/t@{a} make\n",
            )],
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n          docker run --rm \\\n            -v /var/run/docker.sock:/var/run/docker.sock acme/t@{a} make\n",
            )],
            &["high runtime-socket .github/workflows/ci.yml:7"],
        ),
        (
            "O05 what another file includes",
            &[(
                "ci/gitlab/build.yml",
                "build:\n  stage: build\n  image: node@{a}\n  script:\n    - make\n",
            )],
            &[(
                "ci/gitlab/build.yml",
                "build:\n  stage: build\n  image: node:latest\n  script:\n    - make\n",
            )],
            &["medium mutable-image ci/gitlab/build.yml:3"],
        ),
        (
            "O05 build arguments",
            &[(
                ".gitlab-ci.yml",
                "build:\n  script:\n    - docker build --build-arg TOKEN=$TOKEN .\n",
            )],
            &[(
                ".gitlab-ci.yml",
                "build:\n  script:\n    - docker build --build-arg TOKEN=x8Kq2mZ0pTr7aa .\n",
            )],
            &["critical secret-in-environment .gitlab-ci.yml:3"],
        ),
        (
            "O19 registries nobody checks",
            &[(
                ".gitlab-ci.yml",
                "copy:\n  script:\n    - skopeo copy docker://a/b:1 docker://c/d:1\n",
            )],
            &[(
                ".gitlab-ci.yml",
                "copy:\n  script:\n    - skopeo copy --dest-tls-verify=false docker://a/b:1 docker://c/d:1\n",
            )],
            &["medium tls-verification .gitlab-ci.yml:3"],
        ),
        (
            "O05 the daemon beside it",
            &[(
                ".gitlab-ci.yml",
                "build:\n  services:\n    - name: docker:25.0.3-dind\n  script: make\n",
            )],
            &[(
                ".gitlab-ci.yml",
                "build:\n  services:\n    - name: docker:25.0.3-dind\n      command: ['--tls=false']\n  script: make\n",
            )],
            &["medium docker-api .gitlab-ci.yml:4"],
        ),
        (
            "O11",
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    steps:\n      - uses: acme/deploy@8f4b7f84864484a7bf31766abe9204da3cbe65b3\n",
            )],
            &[(WORKFLOW, "jobs:\n  a:\n    steps:\n      - uses: acme/deploy@main\n")],
            &["medium unpinned-source .github/workflows/ci.yml:4"],
        ),
        (
            "O12",
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          provenance: true\n",
            )],
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          provenance: false\n",
            )],
            &["low build-attestation .github/workflows/ci.yml:7"],
        ),
        (
            "O10",
            &[(
                ".circleci/config.yml",
                "jobs:\n  a:\n    docker:\n      - image: acme/t@{a}\n        auth:\n          username: ci\n          password: $PASSWORD\n",
            )],
            &[(
                ".circleci/config.yml",
                "jobs:\n  a:\n    docker:\n      - image: acme/t@{a}\n        auth:\n          username: ci\n          password: x8Kq2mZ0pTr7aa\n",
            )],
            &["critical secret-in-environment .circleci/config.yml:7"],
        ),
        (
            "look-alike: the same job in other words",
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    container: node@{a}\n    steps:\n      - uses: actions/checkout@v3\n      - run: docker run --rm acme/t@{a} --privileged\n",
            )],
            &[(
                WORKFLOW,
                "on: push\njobs:\n  b:\n    steps:\n      - run: echo docker run --privileged x\n      - uses: actions/checkout@v4\n  a:\n    container:\n      image: docker.io/library/node@{a}\n    steps:\n      - run: |\n          docker run --rm docker.io/acme/t@{a} --privileged -v /:/x\n      - uses: actions/checkout@v4\n",
            )],
            &[],
        ),
        (
            "look-alike: a service of a test",
            &[(WORKFLOW, "jobs:\n  a:\n    services:\n      db:\n        image: postgres:16.2\n")],
            &[(
                WORKFLOW,
                "jobs:\n  a:\n    services:\n      db:\n        image: postgres:16.3\n        env:\n          POSTGRES_PASSWORD: postgres\n        ports: ['5432:5432']\n        options: >-\n          --health-cmd pg_isready --health-interval 10s\n",
            )],
            &["better"],
        ),
    ]);
}
