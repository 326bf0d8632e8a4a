//! Comments that tell a scanner to look away.

use std::collections::BTreeMap;

use crate::model::{Dockerfile, Example, Found, Level, Measure, Reference, Rule, Spanned, Text};

const STYLE: Level = Level::info(1, "told to look away");
const ONCE: Level = Level::low(1, "told to look away");
const EVERYWHERE: Level = Level::low(2, "told to look away in the whole file");

pub(super) const RULE: Rule = Rule {
    id: "suppression",
    promise: "No scanner is told to look away without a word about it.",
    why: "A suppression comment is a decision not to hear a warning. It belongs under the same eyes \
          as the configuration, above all where it comes together with what it hides.",
    fix: "Mend what the scanner says; else keep the comment as narrow as it can be, with the reason.",
    fix_in: &[],
    levels: &[STYLE, ONCE, EVERYWHERE],
    references: &[Reference::Cwe(1127)],
    answers: &["hadolint DL1001"],
    options: &[],
    every_commit: false,
    measure: &[Measure::Dockerfile(measure)],
    examples: &[
        Example {
            file: "Dockerfile",
            change: "
                  FROM node:20
                + # hadolint ignore=DL3002
                  USER node
            ",
            beside: &[],
            findings: &["hadolint DL3002 of the file: told to look away"],
        },
        Example {
            file: "Dockerfile", // once more
            change: "
                  FROM node:20
                  # hadolint ignore=DL3008
                  RUN apt-get install -y curl
                + # hadolint ignore=DL3008
                + RUN apt-get install -y jq
                  USER node
            ",
            beside: &[],
            findings: &[
                "hadolint DL3008 of the file: was told to look away, now told to look away (2 times)",
            ],
        },
        Example {
            file: "Dockerfile", // moved, and in another order
            change: "
                - # hadolint ignore=DL3006,DL3018
                  FROM node:20
                + # hadolint ignore=DL3018, DL3006
                  USER node
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

/// hadolint's rules that this catalogue answers; the others are about style.
const HADOLINT: &[u16] = &[
    1001, 3001, 3002, 3004, 3006, 3007, 3008, 3011, 3013, 3016, 3018, 3020, 3022, 3026, 3028, 3033,
    3037, 3041, 3043, 3057, 3062, 3064, 3066, 3067, 4006,
];

/// What is told to look away, and how often.
type Seen<'a> = BTreeMap<String, (Level, Vec<&'a Spanned<String>>)>;

fn measure(dockerfile: &Dockerfile, _text: &Text, found: &mut Found<'_>) {
    let mut seen = Seen::new();
    for comment in &dockerfile.comments {
        for (what, level) in suppressed(&comment.value) {
            let entry = seen.entry(what).or_insert((level, Vec::new()));
            entry.1.push(comment);
            if level.worse_than(&entry.0) {
                entry.0 = level;
            }
        }
    }
    for (what, (level, comments)) in seen {
        let [first, others @ ..] = comments.as_slice() else { continue };
        let place = first.with(()).because(others.iter().map(|other| other.span));
        let times = comments.len();
        let shown = if times > 1 { format!("{times} times") } else { String::new() };
        found.say(level.of(times as u64), what, &place, shown);
    }
}

/// What a comment silences: `tool id`, with its level.
fn suppressed(comment: &str) -> Vec<(String, Level)> {
    let text = comment.trim();
    if let Some(rest) = text.strip_prefix("hadolint ") {
        let rest = rest.trim_start();
        let (rest, level) = match rest.strip_prefix("global ") {
            Some(rest) => (rest.trim_start(), Some(EVERYWHERE)),
            None => (rest, None),
        };
        let Some(ids) = rest.strip_prefix("ignore").map(str::trim_start) else {
            return Vec::new();
        };
        return ids
            .trim_start_matches('=')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .take_while(|id| id.is_empty() || is_id(id))
            .filter(|id| !id.is_empty())
            .map(|id| (format!("hadolint {id}"), level.unwrap_or(hadolint(id))))
            .collect();
    }
    let tools: [(&str, &str, Level); 8] = [
        ("trivy:ignore:", "trivy", ONCE),
        ("checkov:skip=", "checkov", ONCE),
        ("kics-scan ", "kics", EVERYWHERE),
        ("nosemgrep", "semgrep", ONCE),
        ("gitleaks:allow", "gitleaks", ONCE),
        ("plimsoll:", "plimsoll", ONCE),
        ("droast ignore", "droast", ONCE),
        ("NOSONAR", "sonar", ONCE),
    ];
    for (mark, tool, level) in tools {
        if let Some((before, rest)) = text.split_once(mark)
            && before.len() < 200
        {
            let end = |c: char| c.is_whitespace() || (tool != "kics" && c == ',');
            let id = rest.trim_start_matches([':', '=', ' ']).split(end).next().unwrap_or_default();
            let id = if tool == "checkov" { id.split(':').next().unwrap_or_default() } else { id };
            if tool == "kics" && !["ignore", "disable"].iter().any(|word| id.starts_with(word)) {
                continue;
            }
            return vec![(format!("{tool} {id}").trim_end().to_owned(), level)];
        }
    }
    Vec::new()
}

fn is_id(text: &str) -> bool {
    text.len() >= 5 && text.starts_with(['D', 'S']) && text.ends_with(|c: char| c.is_ascii_digit())
}

fn hadolint(id: &str) -> Level {
    let number = id.strip_prefix("DL").and_then(|digits| digits.parse().ok());
    if number.is_some_and(|number| HADOLINT.contains(&number)) { ONCE } else { STYLE }
}
