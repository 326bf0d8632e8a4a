//! Real pushes of what orchestrators read, and what the pusher is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::server::Server;

const REVIEWED: &str = "\
x-hardened: &hardened
  read_only: true
  cap_drop: [ALL]
  security_opt: ['no-new-privileges:true']
services:
  web:
    <<: *hardened
    image: ghcr.io/acme/web:1.4.2@sha256:bf77dc26e48ea95fca9d1aceb5acfa69d2e546b765ec2abfb502975f1a2d4def
    user: '10001'
    ports: ['127.0.0.1:8080:8080']
    environment:
      DB_PASSWORD: ${DB_PASSWORD:?}
    mem_limit: 512m
    networks: [back]
networks:
  back:
    internal: true
";

const COMMON: &str = "\
services:
  web:
    image: ghcr.io/acme/web:latest
    privileged: true
    ports: ['8080:8080']
    environment:
      DB_PASSWORD: hunter2-secret
    volumes: ['/var/run/docker.sock:/var/run/docker.sock']
    networks: [back]
networks:
  back:
";

#[test]
fn a_compose_file_that_just_had_to_run() {
    let server = Server::new();
    server.write("compose.yaml", REVIEWED).commit("reviewed");
    server.push().accepted();
    server.write("compose.yaml", COMMON).commit("just make it run");
    insta::assert_snapshot!(server.push().refused(), @r#"
    critical  privileged-container  compose.yaml:4
      + 4 |     privileged: true
      privileged mode of service web: on
      fix: take `privileged` off and give the one thing that is needed: a
      capability, a device, a mount
      waive: 1c90806793cd9d209f5b8aeb
    critical  runtime-socket  compose.yaml:8
      + 8 |     volumes: ['/var/run/docker.sock:/var/run/docker.sock']
      docker socket of service web: mounted (/run/docker.sock)
      fix: take the mount away; where a tool only watches, put a proxy in
      front that lets no writing request through, and build images without
      the socket (BuildKit rootless, Kaniko)
      waive: fc3199dd73c488e946ea5628
    high  kept-capability  compose.yaml:3 (old line)
      - 3 |   cap_drop: [ALL]
      dropped capabilities of service web: was all, now not all
      fix: say `cap_drop: [ALL]`, and add what is needed by name under
      `cap_add`
      waive: 9417a0acf96188b603c526f8
    high  mutable-image  compose.yaml:3
      - 8 |     image: ghcr.io/acme/web:1.4.2@sha256:bf77dc26e48ea95fca9d1
          | aceb5acfa69d2e546b765ec2abfb502975f1a2d4def
      + 3 |     image: ghcr.io/acme/web:latest
      image of service web: was pinned by a digest
      (ghcr.io/acme/web:1.4.2@sha256:bf77dc26e48e…), now no version tag
      (ghcr.io/acme/web:latest)
      fix: keep the digest behind the tag, `node:20.11.1@sha256:…`, and
      let a bot such as Renovate or Dependabot move it
      waive: 32aa84f3e3718cde7d771518
    high  published-port  compose.yaml:5
      - 10 |     ports: ['127.0.0.1:8080:8080']
      +  5 |     ports: ['8080:8080']
      port 8080/tcp of service web: was this host only
      (127.0.0.1:8080:8080), now every address of the host (8080:8080)
      fix: put the address in front: `127.0.0.1:5432:5432`, or take the
      port out: containers of one network reach each other without it
      waive: a305a775a381c505d1a8dd99
    high  secret-in-environment  compose.yaml:7
      - 12 |       DB_PASSWORD: ${DB_PASSWORD:?}
      +  7 |       DB_PASSWORD: … (14 characters)
      secret in DB_PASSWORD of service web: was handed over at run time,
      now a working default password: … (14 characters)
      fix: revoke the credential, and hand the new one over under
      `secrets:`, from a file that is not in the repository, or as
      `NAME: ${NAME:?}`
      waive: e07a615c88ff4b2cfb0f013d
    medium  writable-root  compose.yaml:2 (old line)
      - 2 |   read_only: true
      read-only root filesystem of service web: was on, now off
      fix: keep `read_only: true` and mount a volume or a tmpfs where the
      program must write
      waive: dd947a50fe73cccb9cce9c9d
    medium  runs-as-root  compose.yaml:9 (old line)
      - 9 |     user: '10001'
      user of service web: was not root (10001), now the image's, which
      may be root
      fix: name an account other than root in the service,
      `user: "10001:10001"`, and none of the host's groups under
      `group_add`
      waive: ade6f852aec3c7fa961bdeeb
    medium  resource-limit  compose.yaml:13 (old line)
      - 13 |     mem_limit: 512m
      memory limit of service web: was limited (512m), now not limited
      fix: put the limit back, raised to what was measured:
      `deploy.resources.limits`, or `mem_limit`, `cpus` and `pids_limit`
      waive: 47dc8ee58fd98d9812990f74
    medium  network-exposure  compose.yaml:17 (old line)
      - 17 |     internal: true
      outside of network back: was internal, now with a way out and in
      fix: keep `internal: true` on networks of databases and workers, and
      leave a service in as few networks as it needs
      waive: 28ddd9bfaeee1a74a976b0b6
    more: plimsoll explain RULE
    10 regressions, 0 improvements; main was not updated
    "#);
}

#[test]
fn a_compose_file_that_can_not_be_read_is_refused_and_named() {
    let server = Server::new();
    server.change("README", "x").push().silent();
    for path in ["web.compose.yaml", "docker-compose_test.yml", "compose-web.yml"] {
        let said = server.change(path, "services:\n  db: [\n").push().refused();
        assert!(said.contains(&format!("could not judge {path}:2:")), "{said}");
        server.remove(path).commit("taken back");
    }
}

#[test]
fn an_image_that_compose_refuses_is_named_once() {
    let server = Server::new();
    let image = |image: &str| format!("services:\n  db:\n    image: {image}\n");
    server.unhook("pre-receive");
    server.change("compose.yaml", image("acme/db:1.2.3")).push().accepted();
    server.hook("pre-receive");
    let said = server.change("compose.yaml", image("acme/db:${TAG:-1.2.4")).push().refused();
    assert!(said.contains("could not judge compose.yaml:3: compose refuses"), "{said}");
    assert!(said.contains("0 regressions"), "{said}");
}

#[test]
fn a_compose_file_that_a_template_engine_writes_is_judged() {
    let files = |host: &str| {
        let jinja = format!(
            "services:\n  {{%- if x.db == 'a' %}}\n  db:\n    image: acme/db:1.2.3\n  {{%- endif %}}\n  \
             web:\n    image: acme/web:{{{{ x.tag }}}}\n    {{# a note #}}\n    ports: ['{host}8080:8080']\n"
        );
        let go = format!(
            "{{{{/* a note */}}}}\nservices:\n  {{{{ if .Db }}}}\n  db:\n    image: acme/db:1.2.3\n  \
             {{{{ else }}}}\n  db:\n    image: acme/other:1.2.3\n  {{{{ end }}}}\n  api:\n    image: \
             acme/api:{{{{ .Tag }}}}\n    ports:\n      {{{{range .P}}}}\n      - '{host}9090:9090'\n      \
             {{{{end}}}}\n"
        );
        [("a/docker-compose.yml", jinja), ("b/docker-compose.tmpl.yml", go)]
    };
    for ((path, old), (_, new)) in files("127.0.0.1:").into_iter().zip(files("")) {
        let server = Server::new();
        server.unhook("pre-receive");
        server.change(path, old).push().accepted();
        server.hook("pre-receive");
        let said = server.change(path, new).push().refused();
        assert!(said.contains("high  published-port"), "{said}");
        assert!(said.contains("1 regression,") && !said.contains("could not judge"), "{said}");
    }
}
