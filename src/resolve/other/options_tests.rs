use proptest::prelude::*;

use super::*;
use crate::model::{Base, FileId, Host, Known, MountKind, Platform, Profile, Span};

fn run(line: &str) -> Workload {
    let words: Vec<Word> = line
        .split_whitespace()
        .scan(0, |at, word| {
            let start = *at + line[*at..].find(word).unwrap();
            *at = start + word.len();
            let span = Span {
                file: FileId(0),
                start: u32::try_from(start).unwrap(),
                end: u32::try_from(*at).unwrap(),
                line: 1,
                end_line: 1,
            };
            Some(terms::expanded(&Spanned::new(word.to_owned(), span)))
        })
        .collect();
    let head = Span::head(FileId(0));
    let mut unit = Workload::new(Platform::Ci, "x".into(), "x".into(), head);
    read_run(&words, &mut unit);
    unit
}

#[test]
fn short_and_long_options() {
    let unit = run("-it --rm -p127.0.0.1:8080:80 --publish=443:443/udp -v /:/host:ro,rslave \
                    --privileged -m 512m --cpus=1.5 -e A=b -eC=d -u root:root web:1 --privileged=x -p 1:1");
    assert!(matches!(unit.privileged.unwrap().value, Known::Is(true)));
    assert!(matches!(&unit.image.unwrap().value, Base::Image(image) if image.familiar() == "web"));
    let ports: Vec<_> = unit.ports.iter().map(|p| (&p.value.host, p.value.published)).collect();
    assert_eq!(ports, [(&Host::Loopback, Some((8080, 8080))), (&Host::Every, Some((443, 443)))]);
    let mount = &unit.mounts[0].value;
    assert_eq!((mount.source.as_str(), mount.read_only), ("/", true));
    assert_eq!(mount.propagation.as_deref(), Some("rslave"));
    let amounts: Vec<_> = unit.limits.iter().map(|limit| limit.value.amount).collect();
    assert_eq!(amounts, [Some(512 << 20), Some(1500)]);
    let names: Vec<_> = unit.environment.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["A", "C"]);
    assert_eq!(unit.user.unwrap().value.text, "root:root");
    assert!(unit.command.is_some());
}

#[test]
fn a_part_has_a_place_of_its_own() {
    let unit = run("--volume=/var/run/docker.sock:/s web");
    assert_eq!((unit.mounts[0].span.start, unit.mounts[0].span.end), (9, 32));
}

#[test]
fn confinement_and_namespaces() {
    let unit = run("--security-opt seccomp=unconfined --security-opt=no-new-privileges \
                    --security-opt label:disable --pid host --net=container:db --userns=host \
                    --cap-drop ALL --cap-add CAP_SYS_ADMIN,net_raw --device /dev/sda:/dev/x:r $IMG");
    assert_eq!(unit.seccomp.unwrap().value, Profile::Unconfined);
    assert_eq!(unit.selinux.unwrap().value, Profile::Unconfined);
    assert!(matches!(unit.no_new_privileges.unwrap().value, Known::Is(true)));
    let shared: Vec<_> = unit.namespaces.iter().map(|n| n.value.shared.clone()).collect();
    assert_eq!(shared, [Shared::Host, Shared::Container("db".into()), Shared::Host]);
    let added: Vec<_> = unit.capabilities_added.iter().map(|c| c.value.as_str()).collect();
    assert_eq!(added, ["SYS_ADMIN", "NET_RAW"]);
    assert_eq!(unit.devices[0].value.permissions, "r");
    assert!(matches!(unit.image.unwrap().value, Base::Unknown(_)));
}

#[test]
fn mounts_in_the_long_form() {
    let unit = run("--mount type=bind,src=/etc,dst=/e,readonly --mount source=data,target=/d \
                    --mount type=volume,dst=/v,volume-opt=type=none,volume-opt=device=/root \
                    --tmpfs /t:exec -v ${X:-/a:b}:/c web");
    let mounts: Vec<_> = unit
        .mounts
        .iter()
        .map(|m| (m.value.kind, m.value.source.as_str(), m.value.read_only, m.value.unknown))
        .collect();
    assert_eq!(
        mounts,
        [
            (MountKind::Host, "/etc", true, false),
            (MountKind::Volume, "data", false, false),
            (MountKind::Host, "/root", false, false),
            (MountKind::Temporary, "", false, false),
            (MountKind::Host, "${X:-/a:b}", false, true),
        ]
    );
}

proptest! {
    #[test]
    fn any_words_are_read(line in "([-a-z=:/,$.{}0-9\\[\\]ä]{1,16} ){0,12}") {
        let unit = run(&line);
        for mount in &unit.mounts {
            prop_assert!(mount.span.end as usize <= line.len());
        }
        for port in &unit.ports {
            prop_assert!(line.contains(&port.value.text));
        }
    }

    #[test]
    fn any_option_takes_any_value(at in 0..NAMED.len(), value in "[-a-z=:/,$.{}0-9\\[\\]ä ]{0,24}") {
        let span = Span::head(FileId(0));
        let word = terms::expanded(&Spanned::new(value, span));
        let mut unit = Workload::new(Platform::Ci, "x".into(), "x".into(), span);
        set(&mut unit, NAMED[at], &word);
    }
}

/// Options whose values have a form of their own.
const NAMED: &[&str] = &[
    "volume",
    "mount",
    "tmpfs",
    "volumes-from",
    "publish",
    "network",
    "pid",
    "security-opt",
    "device",
    "memory",
    "cpus",
    "ulimit",
    "env",
    "add-host",
    "sysctl",
    "cap-add",
    "privileged",
];
