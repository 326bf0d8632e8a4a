//! Evasions by compose files: a real push, a real hook, and the line that is told of.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::too_many_lines, reason = "tables")]

mod common;

use common::table::push_each_tree;

/// A Dockerfile that has nothing to be told of.
const APP: &str = "FROM node:20@{a}\nUSER node\n";

/// One that has a stage for each purpose.
const DEPS: &str =
    "FROM node:20@{a} AS deps\nUSER node\nCOPY package.json .\nFROM deps AS app\nCOPY . .\n";
const STAGES: &str = "FROM node:20@{a} AS base\nFROM base AS prod\nUSER node\n\
    FROM base AS debug\nENV NODE_DEBUG=1\nFROM prod\n";

#[test]
fn ports() {
    push_each_tree(&[
        (
            "C01",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"127.0.0.1:5432:5432\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"5432:5432\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C01 without an address",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"127.0.0.1:5432:5432\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\":5432:5432\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C01 IPv6",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"[::1]:5432:5432\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"[::]:5432:5432\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C01 IPv6 without brackets",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"::1:5432:5432\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\":::5432:5432\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C02",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports:\n      - 127.0.0.1:5432:5432\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports:\n      - target: 5432\n        published: 5432\n",
            )],
            &["high published-port compose.yaml:5"],
        ),
        (
            "C02 for the whole swarm",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports:\n      - 127.0.0.1:5432:5432\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports:\n      - {target: 5432, published: \"5432\", mode: ingress}\n",
            )],
            &["high published-port compose.yaml:5"],
        ),
        (
            "C03",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: [\"3000-3005:3000-3005\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: [\"3000-9000:3000-9000\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C03 wherever the engine likes",
            &[("compose.yaml", "services:\n  db:\n    image: db@{a}\n")],
            &[("compose.yaml", "services:\n  db:\n    image: db@{a}\n    ports: [\"5432\"]\n")],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C04",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports:\n      - 22:22\n",
            )],
            &["high published-port compose.yaml:5", "note"],
        ),
        (
            "C05",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"${BIND:-127.0.0.1}:5432:5432\"]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports: [\"${BIND:-0.0.0.0}:5432:5432\"]\n",
            )],
            &["high published-port compose.yaml:4"],
        ),
        (
            "C05 by .env",
            &[
                (
                    "compose.yaml",
                    "services:\n  db:\n    image: db@{a}\n    ports: [\"${BIND:-127.0.0.1}:5432:5432\"]\n",
                ),
                (".env", "X=1\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  db:\n    image: db@{a}\n    ports: [\"${BIND:-127.0.0.1}:5432:5432\"]\n",
                ),
                (".env", "X=1\nBIND=0.0.0.0\n"),
            ],
            &["high published-port .env:2"],
        ),
        (
            "C27",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    ports:\n      - 5432:5432\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n  proxy:\n    image: proxy@{a}\n    user: \"1\"\n    ports:\n      - 5432:5432\n",
            )],
            &["high published-port compose.yaml:8", "low lacks compose.yaml:4", "better"],
        ),
    ]);
}

#[test]
fn values_and_files() {
    push_each_tree(&[
        (
            "C06",
            &[("compose.yaml", "services:\n  app:\n    image: acme/app:${TAG:?}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: acme/app:${TAG:-latest}\n")],
            &["high mutable-image compose.yaml:3"],
        ),
        (
            "C06 a secret",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    environment:\n      DB_PASSWORD: ${PW:?}\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    environment:\n      DB_PASSWORD: ${PW:-tr0ub4dor&3x}\n",
            )],
            &["critical secret-in-environment compose.yaml:5"],
        ),
        (
            "C07",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("compose.override.yaml", "services:\n  app:\n    privileged: true\n"),
            ],
            &["critical privileged-container compose.override.yaml:3"],
        ),
        (
            "C08",
            &[(
                "docker-compose.yml",
                "services:\n  app:\n    image: app@{a}\n    user: \"1000\"\n    read_only: true\n",
            )],
            &[
                (
                    "docker-compose.yml",
                    "services:\n  app:\n    image: app@{a}\n    user: \"1000\"\n    read_only: true\n",
                ),
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    user: \"0\"\n    read_only: true\n",
                ),
            ],
            &["high runs-as-root compose.yaml:4"],
        ),
        (
            "C09",
            &[
                ("a.yml", "services:\n  app:\n    image: app@{a}\n"),
                ("debug.yml", "services:\n  app:\n    privileged: true\n"),
                (".env", "COMPOSE_FILE=a.yml\n"),
            ],
            &[
                ("a.yml", "services:\n  app:\n    image: app@{a}\n"),
                ("debug.yml", "services:\n  app:\n    privileged: true\n"),
                (".env", "COMPOSE_FILE=a.yml:debug.yml\n"),
            ],
            &["critical privileged-container .env:1"],
        ),
        (
            "C10",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    extends: {file: common.yml, service: base}\n    image: app@{a}\n",
                ),
                ("common.yml", "services:\n  base:\n    image: base@{a}\n    read_only: true\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    extends: {file: common.yml, service: base}\n    image: app@{a}\n",
                ),
                ("common.yml", "services:\n  base:\n    image: base@{a}\n"),
            ],
            &["medium writable-root common.yml:4 (old line)"],
        ),
        (
            "C11",
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("more/compose.yaml", "services:\n  more:\n    image: more@{a}\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "include:\n  - more/compose.yaml\nservices:\n  app:\n    image: app@{a}\n",
                ),
                (
                    "more/compose.yaml",
                    "services:\n  more:\n    image: more@{a}\n    privileged: true\n",
                ),
            ],
            &["critical privileged-container more/compose.yaml:4"],
        ),
        (
            "C12",
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n    cap_drop: [ALL]\n"),
                ("compose.override.yaml", "services:\n  app:\n    tty: true\n"),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n    cap_drop: [ALL]\n"),
                ("compose.override.yaml", "services:\n  app:\n    cap_drop: !reset null\n"),
            ],
            &["high kept-capability compose.override.yaml:3"],
        ),
        (
            "C12 override",
            &[
                (
                    "compose.yaml",
                    "services:\n  db:\n    image: db@{a}\n    ports: ['127.0.0.1:5432:5432']\n",
                ),
                ("compose.override.yaml", "services:\n  db:\n    tty: true\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  db:\n    image: db@{a}\n    ports: ['127.0.0.1:5432:5432']\n",
                ),
                ("compose.override.yaml", "services:\n  db:\n    ports: !override ['5432:5432']\n"),
            ],
            &["high published-port compose.override.yaml:3"],
        ),
        (
            "C13",
            &[(
                "compose.yaml",
                "x-hard: &hard\n  cap_drop: [ALL]\nservices:\n  app:\n    <<: *hard\n    image: app@{a}\n",
            )],
            &[(
                "compose.yaml",
                "x-hard: &hard\n  cap_drop: [ALL]\nservices:\n  app:\n    image: app@{a}\n",
            )],
            &["high kept-capability compose.yaml:5 (old line)"],
        ),
        (
            "C13 its body",
            &[(
                "compose.yaml",
                "x-hard: &hard\n  cap_drop: [ALL]\nservices:\n  a:\n    <<: *hard\n    image: app@{a}\n  b:\n    <<: *hard\n    image: app@{a}\n",
            )],
            &[(
                "compose.yaml",
                "x-hard: &hard\n  tty: true\nservices:\n  a:\n    <<: *hard\n    image: app@{a}\n  b:\n    <<: *hard\n    image: app@{a}\n",
            )],
            &["high kept-capability compose.yaml:2 (old line)"],
        ),
        (
            "C13 a key beside it wins",
            &[(
                "compose.yaml",
                "x-hard: &hard\n  cap_drop: [ALL]\nservices:\n  app:\n    <<: *hard\n    image: app@{a}\n",
            )],
            &[(
                "compose.yaml",
                "x-hard: &hard\n  cap_drop: [ALL]\nservices:\n  app:\n    <<: *hard\n    image: app@{a}\n    cap_drop: []\n",
            )],
            &["high kept-capability compose.yaml:7"],
        ),
        (
            "C14",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    privileged: false\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: false\n    privileged: true\n",
            )],
            &["critical privileged-container compose.yaml:5", "unjudged compose.yaml:5"],
        ),
        (
            "C15",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    privileged: no\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    privileged: yes\n")],
            &["critical privileged-container compose.yaml:4"],
        ),
        (
            "C15 as text",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    privileged: 'On'\n")],
            &["critical privileged-container compose.yaml:4"],
        ),
        (
            "C15 by a variable",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: ${P:-false}\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    privileged: ${P:-true}\n",
            )],
            &["critical privileged-container compose.yaml:4"],
        ),
        (
            "C16",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    profiles: [debug]\n    privileged: true\n",
            )],
            &["critical privileged-container compose.yaml:5", "better"],
        ),
        (
            "C16 the profile lost",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    profiles: [debug]\n    privileged: true\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    privileged: true\n")],
            &["medium start-profile compose.yaml:4 (old line)"],
        ),
        (
            "C17",
            &[("compose.json", "{\"services\": {\"app\": {\"image\": \"app@{a}\"}}}\n")],
            &[(
                "compose.json",
                "{\"services\": {\"app\": {\"image\": \"app@{a}\",\n\"privileged\": true}}}\n",
            )],
            &["critical privileged-container compose.json:2"],
        ),
        (
            "C17 another name",
            &[("swarm.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[("swarm.yaml", "services:\n  app:\n    image: app@{a}\n    cap_add: [ALL]\n")],
            &["critical added-capability swarm.yaml:4"],
        ),
        (
            "G16",
            &[(
                "compose.yaml",
                "services:\n  db:\n    image: db@{a}\n    mem_limit: 1g\n  app:\n    image: app@{a}\n  web:\n    image: web@{a}\n",
            )],
            &[
                ("db.compose.yaml", "services:\n  db:\n    image: db@{a}\n"),
                ("app.compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("web.compose.yaml", "services:\n  web:\n    image: web@{a}\n"),
            ],
            &["medium resource-limit compose.yaml:4 (old line)"],
        ),
    ]);
}

#[test]
fn rights_and_limits() {
    push_each_tree(&[
        (
            "C18",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    deploy:\n      resources:\n        limits: {memory: 512M}\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    mem_limit: 1g\n")],
            &["low resource-limit compose.yaml:4"],
        ),
        (
            "C18 lost",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    deploy:\n      resources:\n        limits: {memory: 512M}\n        reservations: {memory: 128M}\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    deploy:\n      resources:\n        reservations: {memory: 128M}\n",
            )],
            &["medium resource-limit compose.yaml:6 (old line)"],
        ),
        (
            "C19",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    cap_drop:\n      - ALL\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &["high kept-capability compose.yaml:5 (old line)"],
        ),
        (
            "C19 shortened",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    cap_drop: [all]\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    cap_drop: [CAP_NET_RAW]\n",
            )],
            &["high kept-capability compose.yaml:4 (old line)"],
        ),
        (
            "C20",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: [no-new-privileges:true]\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: [no-new-privileges=false]\n",
            )],
            &["high privilege-escalation compose.yaml:4"],
        ),
        (
            "C20 bare",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: [no-new-privileges]\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &["high privilege-escalation compose.yaml:4 (old line)"],
        ),
        (
            "C20 seccomp",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: ['seccomp=unconfined']\n",
            )],
            &["high confinement compose.yaml:4"],
        ),
        (
            "C20 seccomp with a colon",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: ['seccomp:unconfined']\n",
            )],
            &["high confinement compose.yaml:4"],
        ),
        (
            "C20 SELinux",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: ['label=disable']\n",
            )],
            &["high confinement compose.yaml:4"],
        ),
        (
            "C20 masks",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    security_opt: ['systempaths=unconfined']\n",
            )],
            &["high confinement compose.yaml:4"],
        ),
        (
            "C21 by its folder",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['/var/run:/host:ro']\n",
            )],
            &["critical runtime-socket compose.yaml:4"],
        ),
        (
            "C21 by dots",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes:\n      - {type: bind, source: /var/lib/../run/docker.sock, target: /s}\n",
            )],
            &["critical runtime-socket compose.yaml:5"],
        ),
        (
            "C21 all of it",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['/:/host:ro']\n",
            )],
            &["critical runtime-socket compose.yaml:4"],
        ),
        (
            "C21 by a variable",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['${SOCK:-/var/run/docker.sock}:/s']\n",
            )],
            &["critical runtime-socket compose.yaml:4"],
        ),
        (
            "C21 by a volume",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['run:/host']\nvolumes:\n  run:\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['run:/host']\nvolumes:\n  run:\n    driver_opts: {type: none, o: bind, device: /var/run}\n",
            )],
            &["critical runtime-socket compose.yaml:7"],
        ),
        (
            "C21 from another service",
            &[(
                "compose.yaml",
                "services:\n  dind:\n    image: dind@{a}\n    volumes: ['/var/run/docker.sock:/s']\n  app:\n    image: app@{a}\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  dind:\n    image: dind@{a}\n    volumes: ['/var/run/docker.sock:/s']\n  app:\n    image: app@{a}\n    volumes_from: [dind]\n",
            )],
            &["critical runtime-socket compose.yaml:7", "low host-mount compose.yaml:7"],
        ),
        (
            "C21 by its address",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    environment:\n      - DOCKER_HOST=tcp://host:2375\n",
            )],
            &["medium docker-api compose.yaml:5"],
        ),
        (
            "C21 another engine",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    volumes: ['/run/containerd/containerd.sock:/s']\n",
            )],
            &["critical runtime-socket compose.yaml:4"],
        ),
        (
            "C21 by its own key",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    use_api_socket: true\n",
            )],
            &["critical runtime-socket compose.yaml:4"],
        ),
        (
            "C22",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    network_mode: bridge\n",
            )],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    network_mode: host\n")],
            &["high host-namespace compose.yaml:4"],
        ),
        (
            "C22 of a service",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    network_mode: bridge\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    network_mode: service:vpn\n",
            )],
            &["medium host-namespace compose.yaml:4"],
        ),
        (
            "C22 processes",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    pid: container:x\n    ipc: shareable\n",
            )],
            &["medium host-namespace compose.yaml:4", "medium host-namespace compose.yaml:5"],
        ),
        (
            "C23",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: [back]\nnetworks:\n  back:\n    internal: true\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: [back]\nnetworks:\n  back:\n",
            )],
            &["medium network-exposure compose.yaml:7 (old line)"],
        ),
        (
            "C23 another network too",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: [back]\nnetworks:\n  back: {internal: true}\n  front:\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    networks: [back, front]\nnetworks:\n  back: {internal: true}\n  front:\n",
            )],
            &["low network-exposure compose.yaml:4"],
        ),
        (
            "C24",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    devices: ['/dev/sda:/dev/xvda:rwm']\n",
            )],
            &["high host-device compose.yaml:4"],
        ),
        (
            "C24 rules",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    device_cgroup_rules: ['a *:* rwm']\n",
            )],
            &["high host-device compose.yaml:4"],
        ),
        (
            "C24 cards",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    gpus: all\n")],
            &["medium host-device compose.yaml:4"],
        ),
        (
            "C24 by name",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    devices: ['vendor.com/class=all']\n",
            )],
            &["medium host-device compose.yaml:4"],
        ),
        (
            "C25",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    user: \"1000\"\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    user: \"0:1000\"\n")],
            &["high runs-as-root compose.yaml:4"],
        ),
        (
            "C25 lost",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n    user: node\n"),
                ("Dockerfile", "FROM node:20@{a}\n"),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node:20@{a}\n"),
            ],
            &["high runs-as-root compose.yaml:4 (old line)"],
        ),
        (
            "C25 groups",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    user: \"1000\"\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    user: \"1000\"\n    group_add: [docker]\n",
            )],
            &["high runs-as-root compose.yaml:5"],
        ),
        (
            "C26",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    configs: [c]\nconfigs:\n  c:\n    content: |\n      port=1\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    configs: [c]\nconfigs:\n  c:\n    content: |\n      port=1\n      password=tr0ub4dor&3x\n",
            )],
            &["critical secret-in-environment compose.yaml:9"],
        ),
        (
            "C26 a file",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    secrets: [s]\nsecrets:\n  s:\n    environment: S\n",
            )],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    secrets: [s]\nsecrets:\n  s:\n    file: ./s.txt\n",
                ),
                ("s.txt", "tr0ub4dor&3x\n"),
            ],
            &["critical secret-in-environment s.txt:1"],
        ),
        (
            "C26 arguments",
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: .}\n"),
                ("Dockerfile", APP),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ., args: {NPM_TOKEN: tr0ub4dor&3x}}\n",
                ),
                ("Dockerfile", APP),
            ],
            &["critical secret-in-environment compose.yaml:3"],
        ),
        (
            "C26 commands",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    command: redis-server --requirepass tr0ub4dor&3x\n",
            )],
            &["critical secret-in-environment compose.yaml:4"],
        ),
        (
            "C28",
            &[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n"),
                ("Dockerfile", APP),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      privileged: true\n",
                ),
                ("Dockerfile", APP),
            ],
            &["high build-privilege compose.yaml:5"],
        ),
        (
            "C28 entitlements",
            &[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n"),
                ("Dockerfile", APP),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      entitlements: [security.insecure]\n",
                ),
                ("Dockerfile", APP),
            ],
            &["high build-privilege compose.yaml:5"],
        ),
        (
            "C28 network",
            &[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n"),
                ("Dockerfile", APP),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      network: host\n",
                ),
                ("Dockerfile", APP),
            ],
            &["high build-privilege compose.yaml:5"],
        ),
        (
            "C28 runtime",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    runtime: runsc\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n")],
            &["high runtime-isolation compose.yaml:4 (old line)"],
        ),
    ]);
}

#[test]
fn builds() {
    push_each_tree(&[
        (
            "D13",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      target: prod\n",
                ),
                ("Dockerfile", STAGES),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      target: debug\n",
                ),
                ("Dockerfile", STAGES),
            ],
            &["high runs-as-root compose.yaml:5 (old line)", "low debug-mode compose.yaml:5"],
        ),
        (
            "D13 the last one",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      target: prod\n",
                ),
                ("Dockerfile", "FROM node:20@{a} AS prod\nUSER node\nFROM node:20@{a} AS debug\n"),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n"),
                ("Dockerfile", "FROM node:20@{a} AS prod\nUSER node\nFROM node:20@{a} AS debug\n"),
            ],
            &["high runs-as-root compose.yaml:5 (old line)"],
        ),
        (
            "D13 an argument",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      args: {BASE: \"node:20@{a}\"}\n",
                ),
                ("Dockerfile", "ARG BASE=node:20@{a}\nFROM $BASE\nUSER node\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      args: {BASE: evil/node}\n",
                ),
                ("Dockerfile", "ARG BASE=node:20@{a}\nFROM $BASE\nUSER node\n"),
            ],
            &["high base-image compose.yaml:5", "high mutable-image compose.yaml:5"],
        ),
        (
            "D42 another name",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\nRUN a\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      dockerfile: Image.build\n",
                ),
                ("Image.build", "FROM node:20@{a}\nRUN a\n"),
            ],
            &["high runs-as-root Dockerfile:2 (old line)"],
        ),
        (
            "D42 in the compose file",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\nRUN a\n"),
            ],
            &[(
                "compose.yaml",
                "services:\n  app:\n    build:\n      dockerfile_inline: |\n        FROM node:20@{a}\n        RUN a\n",
            )],
            &["high runs-as-root Dockerfile:2 (old line)"],
        ),
        (
            "D42 changed there",
            &[(
                "compose.yaml",
                "services:\n  app:\n    build:\n      dockerfile_inline: |\n        FROM node:20@{a}\n        USER node\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    build:\n      dockerfile_inline: |\n        FROM node:20@{a}\n        USER root\n",
            )],
            &["high runs-as-root compose.yaml:6"],
        ),
        (
            "I07",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      dockerfile: a.Dockerfile\n",
                ),
                ("a.Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
                ("a.Dockerfile.dockerignore", "*\n!src\n"),
                ("b.Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      dockerfile: b.Dockerfile\n",
                ),
                ("a.Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
                ("a.Dockerfile.dockerignore", "*\n!src\n"),
                ("b.Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
            ],
            &["high build-context compose.yaml:5 (old line)"],
        ),
        (
            "I09",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ./svc, dockerfile: ../Dockerfile}\n",
                ),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
                ("svc/.dockerignore", "*\n!src\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ., dockerfile: Dockerfile}\n",
                ),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\nCOPY . .\n"),
                ("svc/.dockerignore", "*\n!src\n"),
            ],
            &["high build-context compose.yaml:3 (old line)"],
        ),
        (
            "I09 an image that stands in",
            &[
                ("compose.yaml", "services:\n  app:\n    build:\n      context: .\n"),
                ("Dockerfile", "FROM base\nUSER node\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build:\n      context: .\n      additional_contexts: {base: docker-image://evil/node}\n",
                ),
                ("Dockerfile", "FROM base\nUSER node\n"),
            ],
            &["high base-image compose.yaml:5"],
        ),
        (
            "I09 a URL",
            &[("compose.yaml", "services:\n  app:\n    build: .\n"), ("Dockerfile", APP)],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: https://github.com/evil/app.git#main\n",
                ),
                ("Dockerfile", APP),
            ],
            &["high source-location compose.yaml:3", "medium unpinned-source compose.yaml:3"],
        ),
    ]);
}

#[test]
fn what_stands_beside() {
    const DEBUG: &str = "services:\n  sh:\n    image: sh@{a}\n    privileged: true\n";
    push_each_tree(&[
        (
            "C11 what nobody ran before is taken in",
            &[
                ("compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("debug.compose.yaml", DEBUG),
            ],
            &[
                (
                    "compose.yaml",
                    "include:\n  - debug.compose.yaml\nservices:\n  app:\n    image: app@{a}\n",
                ),
                ("debug.compose.yaml", DEBUG),
            ],
            &["critical privileged-container compose.yaml:2", "low lacks compose.yaml:2"],
        ),
        (
            "one value in two environment files",
            &[
                ("a/compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
                ("b/compose.yaml", "services:\n  app:\n    image: app@{a}\n"),
            ],
            &[
                ("a/.env", "API_TOKEN=x8Kq2mZ0pTr7\n"),
                (
                    "a/compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    environment: ['TOKEN=${API_TOKEN}']\n",
                ),
                ("b/.env", "API_TOKEN=x8Kq2mZ0pTr7\n"),
                (
                    "b/compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    environment: ['TOKEN=${API_TOKEN}']\n",
                ),
            ],
            &["critical secret-in-environment a/.env:1", "critical secret-in-environment b/.env:1"],
        ),
        (
            "what only changes a service of another file opens and loses like a whole one",
            &[(
                "mail/compose.yaml",
                "services:\n  mail:\n    image: mail@{a}\n  backend:\n    tty: true\n",
            )],
            &[(
                "mail/compose.yaml",
                "services:\n  mail:\n    image: mail@{a}\n  backend:\n    privileged: true\n",
            )],
            &["critical privileged-container mail/compose.yaml:5"],
        ),
        (
            "a protection that only such a service had",
            &[(
                "mail/compose.yaml",
                "services:\n  mail:\n    image: mail@{a}\n  backend:\n    cap_drop: [ALL]\n",
            )],
            &[("mail/compose.yaml", "services:\n  mail:\n    image: mail@{a}\n  backend: {}\n")],
            &["high kept-capability mail/compose.yaml:5 (old line)"],
        ),
        (
            "C04 a note",
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    ports: ['22:22']\n")],
            &[("compose.yaml", "services:\n  app:\n    image: app@{a}\n    ports: [22:22]\n")],
            &["note"],
        ),
        (
            "C09 profiles",
            &[
                (
                    "compose.yaml",
                    "services:\n  sh:\n    image: sh@{a}\n    profiles: [debug]\n    privileged: true\n",
                ),
                (".env", "A=1\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  sh:\n    image: sh@{a}\n    profiles: [debug]\n    privileged: true\n",
                ),
                (".env", "A=1\nCOMPOSE_PROFILES=x,debug\n"),
            ],
            &["medium start-profile .env:2"],
        ),
        (
            "the first format of compose files",
            &[("docker-compose.yml", "web:\n  image: web@{a}\n  ports: ['80:80']\n")],
            &[(
                "docker-compose.yml",
                "web:\n  image: web@{a}\n  ports: ['80:80']\n  privileged: true\n",
            )],
            &["critical privileged-container docker-compose.yml:4"],
        ),
        (
            "a Dockerfile of any name, changed alone",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: images, dockerfile: web.prod}\n",
                ),
                ("images/web.prod", "FROM node:20@{a}\nUSER node\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: images, dockerfile: web.prod}\n",
                ),
                ("images/web.prod", "FROM node:20@{a}\nUSER root\n"),
            ],
            &["high runs-as-root images/web.prod:2"],
        ),
        (
            "D12 the stage that compose asks for",
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: prod}\n"),
                (
                    "Dockerfile",
                    "FROM node:20@{a} AS base\nUSER node\nFROM base AS prod\nFROM base AS dev\n",
                ),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: dev}\n"),
                (
                    "Dockerfile",
                    "FROM node:20@{a} AS base\nUSER node\nFROM base AS prod\nFROM base AS dev\nUSER root\nFROM prod\n",
                ),
            ],
            &["high runs-as-root Dockerfile:5"],
        ),
        (
            "the code of somebody else is built",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: https://github.com/evil/app.git#1.2.3\n",
                ),
                ("Dockerfile", "FROM node:20@{a}\nUSER node\n"),
            ],
            &["high source-location compose.yaml:3"],
        ),
        (
            "a secret in an environment file that a service reads",
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    env_file: conf/app.conf\n",
                ),
                ("conf/app.conf", "A=1\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    image: app@{a}\n    env_file: conf/app.conf\n",
                ),
                ("conf/app.conf", "A=1\nDB_PASSWORD=x8Kq2mZ0pTr7\n"),
            ],
            &["critical secret-in-environment conf/app.conf:2"],
        ),
        (
            "a stranger has an image of the same name",
            &[("compose.yaml", "services:\n  app:\n    image: quay.io/wiki/wiki@{a}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: ghcr.io/stranger/wiki@{a}\n")],
            &["high base-image compose.yaml:3"],
        ),
        (
            "another owner calls himself after the image",
            &[("compose.yaml", "services:\n  app:\n    image: quay.io/wiki/wiki@{a}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: ghcr.io/wiki-team/wiki@{a}\n")],
            &["medium base-image compose.yaml:3"],
        ),
        (
            "an image of another owner with the name of something else",
            &[("compose.yaml", "services:\n  app:\n    image: quay.io/wiki/wiki@{a}\n")],
            &[("compose.yaml", "services:\n  app:\n    image: ghcr.io/blog-team/blog@{a}\n")],
            &["high base-image compose.yaml:3"],
        ),
        (
            "a service is built with a Dockerfile that runs as root, told where that says so",
            &[
                ("compose.yaml", "services:\n  app:\n    build: .\n"),
                ("Dockerfile", "FROM debian@{a}\nUSER app\nCMD [\"a\"]\n"),
            ],
            &[
                (
                    "compose.yaml",
                    "services:\n  app:\n    build: {context: ., dockerfile: dev.Dockerfile}\n",
                ),
                ("Dockerfile", "FROM debian@{a}\nUSER app\nCMD [\"a\"]\n"),
                ("dev.Dockerfile", "FROM debian@{a}\nCMD [\"a\"]\n"),
            ],
            &["high runs-as-root dev.Dockerfile:1"],
        ),
        (
            "a database's port beside another one, and one port more",
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['5432:5432']\n",
            )],
            &[(
                "compose.yaml",
                "services:\n  app:\n    image: app@{a}\n    ports: ['5432:5432', '8080:8080']\n",
            )],
            &["medium published-port compose.yaml:4"],
        ),
        (
            "a stage that takes all of the context is built",
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: deps}\n"),
                ("Dockerfile", DEPS),
            ],
            &[
                ("compose.yaml", "services:\n  app:\n    build: {context: ., target: app}\n"),
                ("Dockerfile", DEPS),
            ],
            &["high build-context compose.yaml:3"],
        ),
    ]);
}
