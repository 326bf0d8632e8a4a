//! What an allowlist takes.

use serde::Deserialize;

use super::Lazy;

/// An allowlist as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Written {
    condition: String,
    regexes: Vec<String>,
    regex_target: String,
    paths: Vec<String>,
    commits: Vec<String>,
    stopwords: Vec<String>,
    pub(super) target_rules: Vec<String>,
}

/// An allowlist.
#[derive(Clone, Debug)]
pub(super) struct Allow {
    all: bool,
    regexes: Vec<Lazy>,
    target: Target,
    paths: Vec<Lazy>,
    stopwords: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Secret,
    Match,
    Line,
}

impl Allow {
    /// The list, if anything of it counts, and what of it does not.
    pub(super) fn new(list: &Written) -> (Option<Self>, Vec<String>) {
        let mut notes = Vec::new();
        if !list.commits.is_empty() {
            notes.push("commits are left out: what the server has is no news anyway".to_owned());
        }
        let all = list.condition.eq_ignore_ascii_case("and");
        // One condition of several that can't be asked would let more through than its author meant.
        let broken = all && !list.commits.is_empty();
        let compile = |patterns: &[String]| patterns.iter().map(|it| Lazy::new(it)).collect();
        let regexes: Vec<Lazy> = compile(&list.regexes);
        let paths: Vec<Lazy> = compile(&list.paths);
        let target = match list.regex_target.as_str() {
            "match" => Target::Match,
            "line" => Target::Line,
            _ => Target::Secret,
        };
        let stopwords: Vec<String> =
            list.stopwords.iter().map(|word| word.to_lowercase()).collect();
        let empty = regexes.is_empty() && paths.is_empty() && stopwords.is_empty();
        let allow = Self { all, regexes, target, paths, stopwords };
        ((!empty && !broken).then_some(allow), notes)
    }

    /// Its patterns.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Lazy> {
        self.regexes.iter().chain(&self.paths)
    }

    /// Whether it lets a secret of this file pass; `whole` is all of the match, `line` what it
    /// stands in.
    pub(super) fn takes(&self, path: &str, secret: &str, whole: &str, line: &str) -> bool {
        let target = match self.target {
            Target::Secret => secret,
            Target::Match => whole,
            Target::Line => line,
        };
        let lower = secret.to_lowercase();
        let asked = [
            (!self.regexes.is_empty(), self.regexes.iter().any(|regex| regex.is_match(target))),
            (!self.paths.is_empty(), self.paths.iter().any(|regex| regex.is_match(path))),
            (!self.stopwords.is_empty(), self.stopwords.iter().any(|word| lower.contains(word))),
        ];
        let mut asked = asked.iter().filter(|(there, _)| *there).map(|(_, takes)| *takes);
        if self.all { asked.all(|takes| takes) } else { asked.any(|takes| takes) }
    }
}
