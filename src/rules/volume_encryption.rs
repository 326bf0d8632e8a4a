//! Volumes that are reached over the network, and whether others can read along.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Workload};

const ENCRYPTED: Level = Level::closed("encrypted on the way");
const PLAIN: Level = Level::high(1, "not encrypted on the way").in_new_unit(Severity::Medium);

pub(super) const RULE: Rule = Rule {
    id: "volume-encryption",
    promise: "A volume that is reached over the network stays encrypted on the way.",
    why: "Without it whoever is on the network between the container and the file server reads and \
          changes what the volume holds.",
    fix: "Set `transitEncryption` to `ENABLED`.",
    fix_in: &[],
    levels: &[ENCRYPTED, PLAIN],
    references: &[Reference::Cwe(319), Reference::Other("Amazon ECS: EFSVolumeConfiguration")],
    answers: &["checkov CKV_AWS_97", "trivy AWS-0035"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "task-definition.json",
            change: r#"
                  {
                    "family": "web",
                    "containerDefinitions": [{"name": "app", "image": "ghcr.io/acme/app:1.2.3"}],
                    "volumes": [{
                      "name": "data",
                      "efsVolumeConfiguration": {
                -       "transitEncryption": "ENABLED",
                        "fileSystemId": "fs-12345678"
                      }
                    }]
                  }
            "#,
            beside: &[],
            findings: &[
                "volume data of container app of task web: was encrypted on the way (ENABLED), now not encrypted on the way",
            ],
        },
        Example {
            file: "task-definition.json", // written elsewhere in the file
            change: r#"
                  {
                    "family": "web",
                    "containerDefinitions": [{"name": "app", "image": "ghcr.io/acme/app:1.2.3"}],
                    "volumes": [{
                      "efsVolumeConfiguration": {
                -       "transitEncryption": "ENABLED",
                        "fileSystemId": "fs-12345678",
                +       "transitEncryption": "ENABLED"
                      },
                      "name": "data"
                    }]
                  }
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for option in &workload.options {
        let Some(name) = option.name.strip_prefix("efs encryption ") else { continue };
        let Some(value) = option.value.as_ref().filter(|value| !value.unknown) else { continue };
        let key = format!("volume {name}");
        if value.text.eq_ignore_ascii_case("enabled") {
            found.say(ENCRYPTED, key, &option.place, &value.text);
        } else {
            let exposure = found.say(PLAIN, key, &option.place, &value.text);
            exposure.absent = value.text.is_empty();
        }
    }
}
