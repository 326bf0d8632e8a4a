//! Changes of compose files that look like something and are nothing: every one is pushed without a
//! word.
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
fn ports_and_variables() {
    push_each_tree(&[
        (
            "S26",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports:\n      - \"80:80\"\n      - 127.0.0.1:53:53/udp\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports:\n      - target: 80\n        published: \"80\"\n        protocol: tcp\n      - {target: 53, published: 53, host_ip: 127.0.0.1, protocol: udp}\n",
            )],
            &[],
        ),
        (
            "S27",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['0.0.0.0:80:80', '443:443/tcp', '[::1]:9000:9000']\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['::1:9000:9000', '443:443', '80:80']\n",
            )],
            &[],
        ),
        (
            "S26 a range",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['8000-8002:8000-8002']\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['8000:8000', '8002:8002', '8001:8001']\n",
            )],
            &[],
        ),
        (
            "S28",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    environment:\n      - A=1\n      - PASSWORD\n      - B=two words\n    command: node --inspect=0.0.0.0 'a b'\n    labels: [a=1]\n    sysctls: [net.core.somaxconn=1024]\n    extra_hosts: ['db:10.0.0.1']\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: \"app@{a}\"\n    environment:\n      B: 'two words'\n      A: 1\n      PASSWORD:\n    command: [node, --inspect=0.0.0.0, a b]\n    labels: {a: '1'}\n    sysctls: {net.core.somaxconn: 1024}\n    extra_hosts: {db: 10.0.0.1}\n",
            )],
            &[],
        ),
        (
            "S28 a shell",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    command: sh -c 'curl -fsSL https://x.io/i | sh'\n    healthcheck:\n      test: curl -f http://localhost\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    command: [\"sh\", \"-c\", \"curl -fsSL https://x.io/i | sh\"]\n    healthcheck:\n      test: [CMD-SHELL, curl -f http://localhost]\n",
            )],
            &[],
        ),
        (
            "S29",
            &[(
                "compose.yaml",
                "services:\n  a:\n    image: app@{a}\n    cap_add: [SYS_ADMIN]\n    user: root\n    environment:\n      DB_PASSWORD: tr0ub4dor&3x\n  b:\n    image: app@{a}\n    cap_add: [SYS_ADMIN]\n    user: root\n    environment:\n      DB_PASSWORD: tr0ub4dor&3x\n",
            )],
            &[(
                "compose.yaml",
                "x-app: &app\n  image: app@{a}\n  cap_add: [SYS_ADMIN]\n  user: root\n  environment: &env\n    DB_PASSWORD: tr0ub4dor&3x\nservices:\n  a:\n    <<: *app\n  b:\n    <<: *app\n    environment: *env\n",
            )],
            &[],
        ),
        (
            "S29 and back",
            &[(
                "compose.yaml",
                "x-app: &app\n  image: app@{a}\n  cap_drop: [ALL]\n  read_only: true\nservices:\n  a:\n    <<: *app\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  a:\n    image: app@{a}\n    cap_drop: [ALL]\n    read_only: true\n",
            )],
            &[],
        ),
        (
            "S30 extended",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: true\n    cap_drop: [ALL]\n    volumes: ['/var/run/docker.sock:/s']\n",
            )],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    extends: {file: base/common.yml, service: base}\n",
                ),
                (
                    "base/common.yml",
                    "services:\n  base:\n    image: app@{a}\n    privileged: true\n    cap_drop: [ALL]\n    volumes: ['/var/run/docker.sock:/s']\n",
                ),
            ],
            &[],
        ),
        (
            "S30 included",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: true\n  db:\n    image: db@{a}\n    ports: ['5432:5432']\n",
            )],
            &[
                (
                    "compose.yaml",
                    "include: [db/compose.yaml]\nservices:\n  app:\n    image: app@{a}\n    privileged: true\n",
                ),
                (
                    "db/compose.yaml",
                    "services:\n  db:\n    image: db@{a}\n    ports: ['5432:5432']\n",
                ),
            ],
            &[],
        ),
        (
            "S30 in an override",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: true\n    mem_limit: 1g\n",
            )],
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n    mem_limit: 1g\n"),
                ("compose.override.yaml", "services:\n  app:\n    privileged: true\n"),
            ],
            &[],
        ),
        (
            "S30 another name",
            &[(
                "docker-compose.yml",
                "version: '3'\nservices:\n  app:\n    image: app@{a}\n    privileged: true\n    cap_drop: [ALL]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: true\n    cap_drop: [ALL]\n",
            )],
            &[],
        ),
        (
            "S40",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app\n    privileged: true\n    user: root\n    ports: ['2375:2375']\n    volumes: ['/:/host']\n    environment: {DB_PASSWORD: tr0ub4dor&3x}\n    stop_grace_period: 1s\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app\n    privileged: true\n    user: root\n    ports: ['2375:2375']\n    volumes: ['/:/host']\n    environment: {DB_PASSWORD: tr0ub4dor&3x}\n    stop_grace_period: 2s\n",
            )],
            &[],
        ),
        (
            "a variable for what was written",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: acme/app:1.2.3\n    ports: ['127.0.0.1:80:80']\n",
                ),
                (".env", "X=1\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: acme/app:${TAG:-latest}\n    ports: ['${BIND}:80:80']\n",
                ),
                (".env", "X=1\nTAG=1.2.3\nBIND=127.0.0.1\n"),
            ],
            &[],
        ),
    ]);
}

#[test]
fn rights_and_limits() {
    push_each_tree(&[
        (
            "S31",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    cap_add: [NET_ADMIN, SYS_TIME]\n    cap_drop: [all]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    cap_add: [cap_sys_time, CAP_NET_ADMIN]\n    cap_drop: [ALL]\n",
            )],
            &[],
        ),
        (
            "S32",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    mem_limit: 1g\n    cpus: 0.5\n    pids_limit: 100\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    mem_limit: 1024m\n    cpus: '.50'\n    pids_limit: '100'\n",
            )],
            &[],
        ),
        (
            "S32 in bytes",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    mem_limit: 1024 MiB\n    cpu_quota: 50000\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    mem_limit: 1073741824\n    cpus: 0.5\n",
            )],
            &[],
        ),
        (
            "S33",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    mem_limit: 1g\n    cpus: 2\n    pids_limit: 100\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    deploy:\n      resources:\n        limits: {memory: 1G, cpus: '2', pids: 100}\n",
            )],
            &[],
        ),
        (
            "S34",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: false\n    read_only: false\n    security_opt: [no-new-privileges:false]\n    cap_add: []\n    user: ''\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[],
        ),
        (
            "S34 as without it",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: 'no'\n    ipc: private\n    cgroup: private\n    security_opt: [label=level:s0:c1, apparmor=docker-default]\n    networks: [default]\n    restart: always\n",
            )],
            &[],
        ),
        (
            "both separators",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt:\n      - no-new-privileges:true\n      - seccomp:unconfined\n      - label:disable\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt:\n      - label=disable\n      - seccomp=unconfined\n      - no-new-privileges\n",
            )],
            &[],
        ),
        (
            "volumes, short and long",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes:\n      - /var/run/docker.sock:/s\n      - ./conf:/etc/app:ro\n      - data:/data\nvolumes:\n  data:\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes:\n      - {type: volume, source: data, target: /data}\n      - {type: bind, source: conf/../conf, target: /etc/app, read_only: true}\n      - {type: bind, source: /var/run/../run/docker.sock, target: /s}\nvolumes:\n  data: {}\n",
            )],
            &[],
        ),
        (
            "networks, list and map",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: [a, b]\nnetworks:\n  a:\n  b:\n    internal: true\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: {b: {aliases: [x]}, a: }\nnetworks:\n  a: {}\n  b: {internal: 'yes'}\n",
            )],
            &[],
        ),
        (
            "keys that say nothing of security",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    container_name: x\n    hostname: x\n    depends_on: [db]\n    init: true\n    stop_signal: TERM\n    tty: true\n    links: [db]\n    x-note: privileged\n  # privileged: true\n",
            )],
            &[],
        ),
    ]);
}

#[test]
fn builds() {
    push_each_tree(&[
        (
            "short and long",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node\nENV A_PASSWORD=tr0ub4dor&3x\nCOPY . .\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      dockerfile: Dockerfile\n      context: ./\n",
                ),
                ("Dockerfile", "FROM node\nENV A_PASSWORD=tr0ub4dor&3x\nCOPY . .\n"),
            ],
            &[],
        ),
        (
            "the last stage by its name",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node AS a\nUSER node\nFROM node AS b\nUSER root\n"),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: b}\n"),
                ("Dockerfile", "FROM node AS a\nUSER node\nFROM node AS b\nUSER root\n"),
            ],
            &[],
        ),
        (
            "an argument as its default",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "ARG V=20.1.1\nFROM node:$V\nARG U=node\nUSER $U\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ., args: [V=20.1.1, U]}\n",
                ),
                ("Dockerfile", "ARG V=20.1.1\nFROM node:$V\nARG U=node\nUSER $U\n"),
            ],
            &[],
        ),
        (
            "another way to build what was there",
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("Dockerfile", "FROM node\nENV A_PASSWORD=tr0ub4dor&3x\nCOPY . .\n"),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n    build: .\n"),
                ("Dockerfile", "FROM node\nENV A_PASSWORD=tr0ub4dor&3x\nCOPY . .\n"),
            ],
            &[],
        ),
    ]);
}

#[test]
fn what_stands_beside() {
    push_each_tree(&[
        (
            "a project that ran by itself is taken into another one",
            &[
                (
                    "admin.compose.yaml",
                    "services:\n  gui:\n    image: gui@{a}\n    read_only: true\n",
                ),
                ("docker-compose.yml", "include: [base.yml]\nservices:\n  app:\n    image: app\n"),
                ("base.yml", "services:\n  db:\n    image: db@{a}\n    ports: ['5432:5432']\n"),
            ],
            &[
                (
                    "admin.compose.yaml",
                    "include:\n  - path: ./docker-compose.yml\nservices:\n  gui:\n    image: gui@{a}\n    read_only: true\n",
                ),
                ("docker-compose.yml", "include: [base.yml]\nservices:\n  app:\n    image: app\n"),
                ("base.yml", "services:\n  db:\n    image: db@{a}\n    ports: ['5432:5432']\n"),
            ],
            &[],
        ),
        (
            "a service that only says what waits for it",
            &[("mail/compose.yaml", "services:\n  mail:\n    image: mail@{a}\n")],
            &[(
                "mail/compose.yaml",
                "services:\n  mail:\n    image: mail@{a}\n  backend:\n    depends_on: [mail]\n",
            )],
            &[],
        ),
        (
            "words that ask for a value",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    environment:\n      RUNNER_AUTH_TOKEN: changeRunnerAuthToken\n      ADMIN_PASSWORD: enterAdminPassword\n",
            )],
            &[],
        ),
        (
            "a restart policy that a variable says",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    restart: always\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    restart: $RESTART\n")],
            &[],
        ),
        (
            "a release with the number of its image",
            &[("compose.yaml", "services:\n  app:\n    image: acme/app:2.1.7-0\n")],
            &[("compose.yaml", "services:\n  app:\n    image: acme/app:3.0-0\n")],
            &[],
        ),
        (
            "an image that was run as it is gets wrapped",
            &[("compose.yaml", "services:\n  web:\n    image: nginx:1.25.3@{a}\n")],
            &[
                ("compose.yaml", "services:\n  web:\n    build: web\n"),
                ("web/Dockerfile", "FROM nginx:1.25.3@{a}\nCOPY site.conf /etc/nginx/\n"),
            ],
            &[],
        ),
        (
            "an override like the one beside it",
            &[
                ("docker-compose.yml", "services:\n  db:\n    image: db@{a}\n"),
                (
                    "docker-compose.override.test.yml",
                    "services:\n  db:\n    environment:\n      A: 1\n      B: 1\n      C: 1\n    ports: ['5432:5432']\n",
                ),
            ],
            &[
                ("docker-compose.yml", "services:\n  db:\n    image: db@{a}\n"),
                (
                    "docker-compose.override.test.yml",
                    "services:\n  db:\n    environment:\n      A: 1\n      B: 1\n      C: 1\n    ports: ['5432:5432']\n",
                ),
                (
                    "docker-compose.override.test-ci.yml",
                    "services:\n  db:\n    environment:\n      A: 1\n      B: 1\n      C: 2\n    ports: ['5432:5432']\n",
                ),
            ],
            &[],
        ),
        (
            "a stage of a larger file in place of a file of its own",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ., dockerfile: Dockerfile.deps}\n",
                ),
                ("Dockerfile.deps", "FROM node:20@{a} AS deps\nUSER node\nCOPY package.json .\n"),
                (
                    "Dockerfile",
                    "FROM node:20@{a} AS deps\nUSER node\nCOPY package.json .\nFROM deps\nCOPY . .\n",
                ),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: deps}\n"),
                (
                    "Dockerfile",
                    "FROM node:20@{a} AS deps\nUSER node\nCOPY package.json .\nFROM deps\nCOPY . .\n",
                ),
            ],
            &[],
        ),
        (
            "another port in place of one that a database would have",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['7000:7000']\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['6060:6060']\n",
            )],
            &["better"],
        ),
    ]);
}
