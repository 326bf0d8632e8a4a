//! Devices of the host.

use super::facts::device::{Danger, danger, wide_rule};
use super::facts::privilege::{beside_privilege, mark_privileged};
use crate::model::{Device, DeviceKind, Example, Found, Level, Measure, Reference, Rule, Workload};

const NONE: Level = Level::closed("every container's");
const HARDWARE: Level = Level::medium(1, "handed over");
const HOST: Level = Level::high(2, "handed over, and with it the host");

pub(super) const RULE: Rule = Rule {
    id: "host-device",
    promise: "A container never gets a device of the host that it had not, nor more of one.",
    why: "A disk holds the host's files without their permissions, /dev/mem its memory, /dev/kvm \
          its processor; a wildcard rule opens all of them at once.",
    fix: "Hand over the one device that is needed, `r` where reading is enough.",
    fix_in: &[],
    levels: &[NONE, HARDWARE, HOST],
    references: &[
        Reference::CisDocker("5.18"),
        Reference::Cwe(250),
        Reference::Cwe(668),
        Reference::Compose("devices, device_cgroup_rules, gpus"),
    ],
    answers: &["docker-bench 5.18", "compose-lint CL-0016"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    backup:
                      image: acme/backup:1.2.3
                +     devices: ['/dev/sda:/dev/xvda:r', '/dev/ttyUSB0']
                +     device_cgroup_rules: ['a *:* rwm']
            ",
            beside: &[],
            findings: &[
                "device /dev/sda of service backup: handed over, and with it the host (r)",
                "device rule a *:* of service backup: handed over, and with it the host (rwm)",
                "device /dev/ttyUSB0 of service backup: handed over (rwm)",
            ],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    backup:
                      image: acme/backup:1.2.3
                -     devices: ['/dev/sda:/dev/sda:r']
                +     devices: ['/dev/sda:/dev/sda']
            ",
            beside: &[],
            findings: &[
                "device /dev/sda of service backup: was handed over, and with it the host (r), now handed over, and with it the host (rwm)",
            ],
        },
        Example {
            file: "compose.yaml", // another place in the container, and what every container has
            change: "
                  services:
                    backup:
                      image: acme/backup:1.2.3
                -     devices: ['/dev/fuse']
                +     devices: ['/dev/fuse:/dev/fuse1:r', '/dev/null']
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    mark_privileged(workload, found);
    for device in &workload.devices {
        let (level, key) = kind(&device.value);
        let mut letters: Vec<char> =
            device.value.permissions.chars().filter(|c| "rwm".contains(*c)).collect();
        letters.sort_by_key(|letter| "rwm".find(*letter));
        letters.dedup();
        let size = u64::try_from(letters.len()).unwrap_or_default();
        let shown = match device.value.kind {
            DeviceKind::Path | DeviceKind::Rule => letters.into_iter().collect(),
            DeviceKind::Gpu | DeviceKind::Cdi => String::new(),
        };
        beside_privilege(found.say(level.of(size), key, device, shown), workload);
    }
}

fn kind(device: &Device) -> (Level, String) {
    let name = device.name.as_str();
    match device.kind {
        DeviceKind::Path => {
            let level = match danger(name) {
                Some(Danger::None) => NONE,
                Some(Danger::Hardware) | None => HARDWARE,
                Some(Danger::Host) => HOST,
            };
            (level, format!("device {name}"))
        }
        DeviceKind::Rule => {
            let level = if wide_rule(name) { HOST } else { HARDWARE };
            let numbers = name.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            (level, format!("device rule {numbers}"))
        }
        DeviceKind::Gpu => (HARDWARE, "graphics card".to_owned()),
        DeviceKind::Cdi => (HARDWARE, format!("device {name}")),
    }
}
