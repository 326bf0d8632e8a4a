//! Services that wait to be asked for, and start by themselves now.

use crate::model::{
    Example, Found, Known, Level, Measure, MountKind, Platform, Reference, Rule, Shared, Workload,
};

const WAITS: Level = Level::closed("started only when asked for");
const STARTS: Level = Level::info(1, "always started").only_lost();
const OPENS: Level = Level::medium(1, "always started, with access to the host").only_lost();

pub(super) const RULE: Rule = Rule {
    id: "start-profile",
    promise: "A service with access to the host never starts to run by itself.",
    why: "Debugging tools and administration pages are kept behind a profile because they open \
          what the others keep closed; without it every `docker compose up` starts them.",
    fix: "Put the service back behind its profile.",
    fix_in: &[],
    levels: &[WAITS, STARTS, OPENS],
    references: &[Reference::Cwe(1188), Reference::Compose("services: profiles")],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    adminer:
                      image: adminer:4.8.1
                -     profiles: [debug]
                      ports: ['8080:8080']
            ",
            beside: &[],
            findings: &[
                "start of service adminer: was started only when asked for (debug), now always started, with access to the host",
            ],
        },
        Example {
            file: "compose.yaml", // another profile
            change: "
                  services:
                    adminer:
                      image: adminer:4.8.1
                -     profiles: [debug]
                +     profiles: [tools]
                      ports: ['8080:8080']
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    if workload.platform != Platform::Compose {
        return;
    }
    if let Some(first) = workload.profiles.first() {
        let names: Vec<&str> = workload.profiles.iter().map(|name| name.value.as_str()).collect();
        found.say(WAITS, "start", first, names.join(", "));
        return;
    }
    let level = if opens(workload) { OPENS } else { STARTS };
    found.say(level, "start", &workload.place(), "").absent();
}

/// A port, the host's files, its namespaces, all rights.
fn opens(workload: &Workload) -> bool {
    let host = |mount: &MountKind| *mount == MountKind::Host;
    !workload.ports.is_empty()
        || workload.mounts.iter().any(|mount| host(&mount.value.kind))
        || workload.privileged.as_ref().is_some_and(|on| on.value == Known::Is(true))
        || workload.namespaces.iter().any(|namespace| namespace.value.shared == Shared::Host)
}
