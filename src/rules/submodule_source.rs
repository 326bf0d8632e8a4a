//! Where submodules come from.

use crate::model::{
    Example, Found, Level, Measure, Reference, Rule, Severity, Spanned, Submodule, Told,
};

const FETCHED: Level = Level::medium(1, "fetched from there").in_new_unit(Severity::Info);

pub(super) const RULE: Rule = Rule {
    id: "submodule-source",
    promise: "A submodule never comes from another place without a word about it.",
    why: "A build context may hold a submodule's files, Dockerfiles among them. They are not in \
          this repository and are not judged with it: who holds the other one decides about them.",
    fix: "Keep the source that was reviewed; else look at the new repository as if it were pushed.",
    fix_in: &[],
    levels: &[FETCHED],
    references: &[Reference::Cwe(829)],
    answers: &[],
    options: &[],
    every_commit: false,
    measure: &[Measure::Submodules(measure)],
    examples: &[
        Example {
            file: ".gitmodules",
            change: "
                  [submodule \"lib\"]
                      path = lib
                -     url = https://example.org/lib.git
                +     url = https://example.com/lib.git
            ",
            beside: &[],
            findings: &["submodule lib at example.com/lib of the submodules: fetched from there"],
        },
        Example {
            file: ".gitmodules", // the same place, reached in another way
            change: "
                  [submodule \"lib\"]
                      path = lib
                -     url = https://example.org/lib.git
                +     url = git@example.org:lib
            ",
            beside: &[],
            findings: &[],
        },
    ],
};

fn measure(submodules: &[Spanned<Submodule>], found: &mut Found<'_>) {
    for submodule in submodules {
        let Submodule { name, url } = &submodule.value;
        let key = format!("submodule {name} at {}", place(url));
        found.say(FETCHED, key, submodule, "").told(Told::Replaced);
    }
}

/// Host and path, without the way there, who asks, and git's ending: `example.org/lib`.
fn place(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(slash);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    // `host:path` is ssh's short form, `ssh://host:22` a port.
    let host = if scheme.is_empty() { host.replacen(':', "/", 1) } else { host.to_owned() };
    let all = format!("{host}{path}");
    let all = all.trim_end_matches('/');
    let all = all.strip_suffix(".git").unwrap_or(all);
    if scheme.eq_ignore_ascii_case("http") { format!("http://{all}") } else { all.to_owned() }
}
