//! Every rule keeps the promises of its examples, and the list of rules is whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use plimsoll::rules::RULES;

#[test]
fn every_example_says_what_it_should() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for (number, example) in rule.examples.iter().enumerate() {
            let (old, new) = common::sides(example);
            let outcome = common::judge(&old, &new, &[rule]);
            let found: Vec<String> = outcome.regressions.into_iter().map(|r| r.message).collect();
            if found != example.findings {
                wrong.push(format!(
                    "{} example {} of {}:\n  expected {:#?}\n  found {found:#?}",
                    rule.id,
                    number + 1,
                    example.file,
                    example.findings,
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_rule_regresses_somewhere_and_is_silent_somewhere() {
    for rule in RULES.iter().filter(|rule| !rule.measure.is_empty()) {
        assert!(rule.examples.iter().any(|e| !e.findings.is_empty()), "{} never speaks", rule.id);
        assert!(rule.examples.iter().any(|e| e.findings.is_empty()), "{} is never silent", rule.id);
        assert!(!rule.references.is_empty(), "{} has no source", rule.id);
    }
}

#[test]
fn every_example_reversed_or_unchanged_is_no_regression_of_its_own_making() {
    for rule in RULES {
        for example in rule.examples {
            let (_, new) = common::sides(example);
            let (_, again) = common::sides(example);
            let outcome = common::judge(&new, &again, &[rule]);
            assert!(outcome.regressions.is_empty(), "{}: {:?}", rule.id, outcome.regressions);
        }
    }
}

#[test]
fn every_regression_is_explained_by_a_line_of_the_change() {
    for rule in RULES {
        for example in rule.examples {
            let (old, new) = common::sides(example);
            for regression in common::judge(&old, &new, &[rule]).regressions {
                let lines = regression.added.len() + regression.removed.len();
                assert!(lines > 0, "{}: {} points at no line", rule.id, regression.message);
            }
        }
    }
}

#[test]
fn every_fix_can_be_written_where_the_finding_stands() {
    const OF_DOCKERFILES: [&str; 8] = [
        "`USER",
        "`RUN",
        "`COPY",
        "`FROM",
        "`HEALTHCHECK",
        "`SHELL",
        "Dockerfile",
        "shipped stage",
    ];
    const OF_COMPOSE: [&str; 7] = [
        "`user:",
        "security_opt",
        "cap_drop",
        "read_only",
        "mem_limit",
        "`secrets:`",
        "in Compose",
    ];
    const OF_KUBERNETES: [&str; 6] =
        ["runAs", "securityContext", "hostPath", "hostPort", "secretKeyRef", "Kubernetes"];
    let mut wrong = Vec::new();
    let mut seen = 0;
    for rule in RULES {
        for example in rule.examples {
            let (old, new) = common::sides(example);
            for regression in common::judge(&old, &new, &[rule]).regressions {
                let path = regression.unit_path.to_string();
                let others: Vec<&str> = if path.contains("compose") {
                    [&OF_DOCKERFILES[..], &OF_KUBERNETES].concat()
                } else if path.ends_with("ockerfile") {
                    [&OF_COMPOSE[..], &OF_KUBERNETES[..5]].concat()
                } else {
                    [&OF_DOCKERFILES[..], &OF_COMPOSE].concat()
                };
                seen += 1;
                let strange = others.iter().filter(|word| regression.fix.contains(**word));
                wrong.extend(strange.map(|word| format!("{} in {path}: {word}", rule.id)));
            }
        }
    }
    wrong.dedup();
    assert!(seen > 200, "{seen} findings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_of_the_room_is_a_rule_in_the_list() {
    let ids: Vec<String> = RULES.iter().map(|rule| rule.id.replace('-', "_")).collect();
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!(ids, sorted, "rules stand in the order of their ids");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules")).unwrap() {
        let path = entry.unwrap().path();
        let text = if path.is_file() { std::fs::read_to_string(&path).unwrap() } else { continue };
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if text.contains("pub(super) const RULE: Rule") {
            assert!(ids.contains(&stem), "{stem} is not in RULES");
        }
    }
}
