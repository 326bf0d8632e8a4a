//! The role that starts a task, given to what runs in it.

use crate::model::{Example, Found, Level, Measure, Reference, Rule, Severity, Workload};

const APART: Level = Level::closed("apart from the one that starts it");
const SAME: Level = Level::medium(1, "the one that starts it").in_new_unit(Severity::Low);

pub(super) const RULE: Rule = Rule {
    id: "shared-role",
    promise: "A task never gets the role that starts it.",
    why: "The role that starts a task reads the secrets and pulls the images of every task that it \
          starts. Code in the container needs none of that.",
    fix: "Give the task a role of its own in `taskRoleArn`, with what its code needs.",
    fix_in: &[],
    levels: &[APART, SAME],
    references: &[Reference::Cwe(250), Reference::Other("Amazon ECS: IAM roles for tasks")],
    answers: &["checkov CKV_AWS_249"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Workload(measure)],
    examples: &[
        Example {
            file: "task-definition.json",
            change: r#"
                  {
                    "family": "web",
                    "executionRoleArn": "arn:aws:iam::123456789012:role/start",
                -   "taskRoleArn": "arn:aws:iam::123456789012:role/web",
                +   "taskRoleArn": "arn:aws:iam::123456789012:role/start",
                    "containerDefinitions": [{"name": "app", "image": "ghcr.io/acme/app:1.2.3"}]
                  }
            "#,
            beside: &[],
            findings: &[
                "role of container app of task web: was apart from the one that starts it, now the one that starts it",
            ],
        },
        Example {
            file: "task-definition.json", // another one of its own
            change: r#"
                  {
                    "family": "web",
                    "executionRoleArn": "arn:aws:iam::123456789012:role/start",
                -   "taskRoleArn": "arn:aws:iam::123456789012:role/web",
                +   "taskRoleArn": "arn:aws:iam::123456789012:role/web2",
                    "containerDefinitions": [{"name": "app", "image": "ghcr.io/acme/app:1.2.3"}]
                  }
            "#,
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(workload: &Workload, found: &mut Found<'_>) {
    for option in workload.options.iter().filter(|option| option.name == "execution role") {
        let same = option.value.as_ref().is_some_and(|value| value.text == "same");
        found.say(if same { SAME } else { APART }, "role", &option.place, "");
    }
}
