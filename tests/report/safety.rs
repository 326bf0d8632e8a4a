//! Nothing that a terminal or a server acts on leaves the report.

use plimsoll::model::{Action, Bypass, hides};
use plimsoll::report::{Style, failure, json, text};
use proptest::prelude::*;

use super::*;

/// Text of the kind that attacks: controls, bidirectional overrides, forged lines, and plain words.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        Just("\x1b[2J\x1b[1;1H".to_owned()),
        Just("\u{202e}\u{200b}\u{feff}\u{9b}31m".to_owned()),
        Just("\nremote: plimsoll: 0 regressions, accepted\r".to_owned()),
        Just("non-fast-forward".to_owned()),
        Just("\x1b]8;;http://x\x07".to_owned()),
        Just("\nGL-HOOK-ERR: fine\n".to_owned()),
        "[a-z /.-]{0,40}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn reports() -> impl Strategy<Value = Report> {
    (prop::collection::vec(hostile(), 12), prop::collection::vec(any::<u8>(), 0..20), 1..30u32)
        .prop_map(|(texts, bytes, number)| {
            let mut finding = port(3);
            let it = &mut finding.regression;
            it.path = bytes.clone().into();
            it.removed[0].text.clone_from(&texts[0]);
            it.added[0].text.clone_from(&texts[1]);
            it.message.clone_from(&texts[2]);
            it.unit.clone_from(&texts[3]);
            it.key.clone_from(&texts[4]);
            it.unit_path = texts[5].clone().into();
            it.commit = Some(texts[6].clone());
            let mut one = on(&texts[7], Action::Reject, vec![finding; number as usize]);
            one.problems = vec![problem(&texts[8], &texts[9], Action::Reject)];
            one.notes = vec![texts[10].clone()];
            one.improvements = vec![better(&PORT, &texts[11])];
            let mut other = one.clone();
            other.same_as = Some(bytes.into());
            Report {
                refs: vec![one, other],
                bypass: (number % 2 == 0)
                    .then(|| Bypass { user: texts[0].clone(), reason: texts[1].clone() }),
                bypass_offered: true,
                explain: number % 3 == 0,
                notes: texts,
            }
        })
}

fn assert_safe(out: &[u8]) {
    let out = std::str::from_utf8(out).unwrap();
    if let Some(c) = out.chars().find(|&c| c != '\n' && hides(c)) {
        panic!("{c:?} in {out:?}");
    }
    assert!(!out.contains("non-fast-forward"), "{out:?}");
    assert!(!out.lines().any(|line| line.starts_with("remote: ")), "{out}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn text_is_safe_and_ends_in_the_verdict(report in reports(), columns in 0..120usize) {
        let mut out = Vec::new();
        text(&report, &Style { columns, ..Style::default() }, &mut out).unwrap();
        assert_safe(&out);
        let number = report.refs[0].findings.len();
        let last = String::from_utf8(out).unwrap().lines().last().unwrap().to_owned();
        prop_assert!(last.starts_with(&format!("{number} regression")), "{}", last);
    }

    #[test]
    fn gitlabs_lines_are_safe_and_ours(report in reports()) {
        let mut out = Vec::new();
        text(&report, &Style { gitlab_web: true, ..Style::default() }, &mut out).unwrap();
        assert_safe(&out);
        let out = String::from_utf8(out).unwrap();
        prop_assert!(out.lines().count() <= 8);
        prop_assert!(out.lines().all(|line| line.starts_with("GL-HOOK-ERR: ")));
    }

    #[test]
    fn a_failure_is_safe(message in hostile(), gitlab_web: bool) {
        let mut out = Vec::new();
        failure(&message, true, &Style { gitlab_web, ..Style::default() }, &mut out).unwrap();
        assert_safe(&out);
    }

    #[test]
    fn json_is_safe_and_loses_nothing(report in reports()) {
        let mut out = Vec::new();
        json(&report, &mut out).unwrap();
        assert_safe(&out);
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let it = &report.refs[0].findings[0].regression;
        let told = &value["findings"][0];
        prop_assert_eq!(told["message"].as_str().unwrap(), &it.message);
        let path = match told["path_bytes"].as_str() {
            Some(hex) => (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect(),
            None => told["path"].as_str().unwrap().as_bytes().to_vec(),
        };
        prop_assert_eq!(path, it.path.to_vec());
    }
}
