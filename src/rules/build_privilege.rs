//! Builds that leave their sandbox.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Setting, Stage, Workload};

const NETWORK: Level = Level::high(1, "reached by the build");
const DEVICE: Level = Level::high(1, "handed to the build");
const INSECURE: Level = Level::critical(2, "switched off");
const AGENT: Level = Level::low(1, "lent to the build");
const GRANTED: Level = Level::high(2, "granted to the build");

pub(super) const RULE: Rule = Rule {
    id: "build-privilege",
    promise: "A build never gets more of the machine it runs on than before.",
    why: "`--security=insecure` runs the command without any confinement, as root of the build \
          host; `--network=host` lets it talk to whatever listens there, metadata services \
          included.",
    fix: "Take the flag off; what really needs the host belongs in front of the build, not in it.",
    fix_in: &[],
    levels: &[NETWORK, DEVICE, INSECURE, AGENT, GRANTED],
    references: &[
        Reference::Cwe(250),
        Reference::Docker("Dockerfile reference: RUN --security"),
        Reference::Docker("Dockerfile reference: RUN --network"),
        Reference::Compose("build: entitlements, network, privileged, ssh"),
    ],
    answers: &["semgrep-rules PR 3991"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Stage(measure), Measure::Workload(granted)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM alpine:3.20 AS build
                - RUN make
                + RUN --security=insecure --network=host make
                  FROM scratch
                  COPY --from=build /x /x
            ",
            beside: &[],
            findings: &[
                "build sandbox of stage build: switched off (RUN --security=insecure)",
                "network of the build host of stage build: reached by the build (RUN --network=host)",
            ],
        },
        Example {
            file: "Dockerfile", // the defaults, and less than that
            change: "
                  FROM alpine:3.20
                - RUN make
                + RUN --security=sandbox --network=none make
                  USER app
            ",
            beside: &[],
            findings: &[],
        },
        Example {
            file: "compose.yaml",
            change: "
                  services:
                    web:
                      build:
                        context: .
                +       privileged: true
                +       network: host
            ",
            beside: &[("Dockerfile", "  FROM node:20.11.1\n  USER node")],
            findings: &[
                "right privileged of service web: granted to the build",
                "network of the build host of service web: reached by the build (build.network: host)",
            ],
        },
    ],
};

fn measure(stage: &Stage, found: &mut Found<'_>) {
    for flag in stage.runs.iter().flat_map(|run| &run.flags) {
        let value = flag.value.as_ref().map_or("", |value| value.text.as_str());
        let value = value.trim_matches(['"', '\'']).to_ascii_lowercase();
        let (level, key) = match (flag.name.as_str(), value.as_str()) {
            ("security", "insecure") => (INSECURE, "build sandbox".to_owned()),
            ("network", "host") => (NETWORK, "network of the build host".to_owned()),
            ("device", device) => {
                let device = device.split(',').next().unwrap_or_default();
                (DEVICE, format!("device {device}"))
            }
            _ => continue,
        };
        found.say(level, key, &flag.place, written(flag, &value));
    }
}

fn written(flag: &Setting, value: &str) -> String {
    format!("RUN --{}={value}", flag.name)
}

/// What the file that starts the build allows it.
fn granted(workload: &Workload, found: &mut Found<'_>) {
    for right in &workload.build_privileges {
        let name = right.value.to_ascii_lowercase();
        match name.as_str() {
            "network.host" => {
                found.say(NETWORK, "network of the build host", right, "build.network: host")
            }
            agent if agent == "ssh" || agent.starts_with("ssh.") || agent.starts_with("ssh ") => {
                found.say(AGENT, "ssh agent", right, "")
            }
            device if device.starts_with("device") => {
                found.say(DEVICE, format!("right {device}"), right, "")
            }
            right_name => found.say(GRANTED, format!("right {right_name}"), right, ""),
        };
    }
}
