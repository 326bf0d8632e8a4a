//! Attributes that make a build see another file than the one that was reviewed.

use crate::model::{Attribute, Example, Found, Level, Measure, Reference, Rule, Spanned, Wildcard};

const ENCODED: Level = Level::high(1, "written in another encoding at checkout");
const FILLED_IN: Level = Level::high(1, "filled in from the commit in archives");
const ELSEWHERE: Level = Level::high(1, "kept outside git");
const LEFT_OUT: Level = Level::high(1, "left out of archives, the Dockerfile is not");
const ALL_LEFT_OUT: Level =
    Level::info(1, "left out of archives with all hidden files, the Dockerfile is not");

pub(super) const RULE: Rule = Rule {
    id: "git-attributes",
    promise: "The Dockerfile that is built is the one that git holds.",
    why: "An attribute can make git write a file differently than it stores it: re-encoded, filled \
          in with the commit's subject, fetched from elsewhere, or left out of `git archive`. What \
          was reviewed, and judged here, is then not what is built.",
    fix: "Take the attribute off container files; a narrower pattern is usually enough.",
    fix_in: &[],
    levels: &[ENCODED, FILLED_IN, ELSEWHERE, LEFT_OUT, ALL_LEFT_OUT],
    references: &[Reference::Cwe(436)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Attributes(measure)],
    examples: &[
        Example {
            file: ".gitattributes",
            change: "
                  * text=auto
                + Dockerfile* working-tree-encoding=IBM037
                + .dockerignore export-ignore
            ",
            beside: &[],
            findings: &[
                "working-tree-encoding of Dockerfile* of the attributes: written in another encoding at checkout (IBM037)",
                "export-ignore of .dockerignore of the attributes: left out of archives, the Dockerfile is not",
            ],
        },
        Example {
            file: ".gitattributes", // other files, a harmless encoding, both left out together
            change: "
                  * text=auto
                + *.png filter=lfs
                + assets/** filter=lfs
                + Dockerfile working-tree-encoding=UTF-8
                + VERSION export-subst
                + /.* export-ignore
                + /.dockerignore export-ignore
                + /Dockerfile export-ignore
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

const DOCKERFILES: [&str; 5] =
    ["Dockerfile", "Containerfile", "Dockerfile.app", "app.Dockerfile", "dockerfile"];
const IGNORE_FILES: [&str; 3] = [".dockerignore", ".containerignore", "Dockerfile.dockerignore"];

fn measure(attributes: &[Spanned<Attribute>], found: &mut Found<'_>) {
    let last = |one: &Attribute| {
        attributes
            .iter()
            .rev()
            .find(|other| other.value.pattern == one.pattern && other.value.name == one.name)
    };
    let without_dockerfile = attributes.iter().any(|one| {
        (one.value.name.as_str(), one.value.value.as_str()) == ("export-ignore", "set")
            && covers(&one.value.pattern, &DOCKERFILES)
    });
    for one in attributes {
        // The last line of a pattern counts.
        if last(&one.value) != Some(one) {
            continue;
        }
        let Attribute { pattern, name, value } = &one.value;
        let container = || covers(pattern, &DOCKERFILES) || covers(pattern, &IGNORE_FILES);
        let (level, shown) = match (name.as_str(), value.as_str()) {
            (_, "unset") => continue,
            ("working-tree-encoding", encoding) if !is_utf8(encoding) && container() => {
                (ENCODED, encoding)
            }
            ("export-subst", "set") if container() => (FILLED_IN, ""),
            ("filter", filter) if container() => (ELSEWHERE, filter),
            ("export-ignore", "set") if !without_dockerfile && covers(pattern, &IGNORE_FILES) => {
                // `/.* export-ignore` is how libraries keep their tools out of packages.
                let all = covers(pattern, &[".gitattributes"]);
                (if all { ALL_LEFT_OUT } else { LEFT_OUT }, "")
            }
            _ => continue,
        };
        found.say(level, format!("{name} of {pattern}"), one, shown);
    }
}

fn is_utf8(encoding: &str) -> bool {
    ["utf-8", "utf8", "set"].iter().any(|same| encoding.eq_ignore_ascii_case(same))
}

/// Whether a pattern speaks of one of these names. One that takes whatever lies in a folder
/// (`assets/**`) does not: it says nothing of container files, and what it hides can't be read and is
/// told as that.
fn covers(pattern: &str, names: &[&str]) -> bool {
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let anything = name.bytes().all(|byte| byte == b'*');
    if anything && !folder.is_empty() && folder != "**" {
        return false;
    }
    Wildcard::parse(name).is_some_and(|wildcard| names.iter().any(|known| wildcard.matches(known)))
}
