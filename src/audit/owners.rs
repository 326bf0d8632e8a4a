//! CODEOWNERS: which team a file belongs to.
//!
//! Sources: GitHub Docs, "About code owners"; GitLab Docs, "Code Owners"; Gitea Docs, "Code Owners".

use bstr::{BStr, ByteSlice as _};
use regex::Regex;

/// Where the forges look for the file, the first that is there counts.
pub const OWNERS: [&str; 6] = [
    ".github/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    ".gitea/CODEOWNERS",
    ".forgejo/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
];
/// How many entries count; a longer file is cut.
const ENTRIES: usize = 5_000;
/// How many owners one entry names.
const NAMES: usize = 50;
/// A longer pattern matches nothing.
const LONGEST: usize = 1_000;
/// What one regular expression may cost to compile.
const REGEX_SIZE: usize = 1 << 18;

/// A CODEOWNERS file.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    sections: Vec<Section>,
    /// Gitea: every entry that matches counts, not only the last one.
    every: bool,
}

/// GitLab's sections each name owners of their own; elsewhere there is one.
#[derive(Clone, Debug, Default)]
struct Section {
    name: String,
    defaults: Vec<String>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    pattern: Pattern,
    /// `!`: GitLab leaves the path out of the section, Gitea takes what does not match.
    negative: bool,
    owners: Vec<String>,
}

#[derive(Clone, Debug)]
enum Pattern {
    Segments(Vec<String>),
    Regex(Regex),
}

impl Owners {
    /// Reads a file that lies at `path`; what it does not understand owns nothing.
    pub fn read(path: &str, text: &[u8]) -> Self {
        let every = path.starts_with(".gitea/") || path.starts_with(".forgejo/");
        let mut owners = Self { sections: vec![Section::default()], every };
        let mut current = 0;
        for line in text.lines().take(4 * ENTRIES) {
            let line = line.to_str_lossy();
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || line.len() > 4 * LONGEST {
                continue;
            }
            match heading(line).filter(|_| !every) {
                Some((name, defaults)) => current = owners.section(name, defaults),
                None => owners.entry(current, line),
            }
        }
        owners
    }

    /// Whose a path is, in the file's order, each once.
    pub fn of(&self, path: &BStr) -> Vec<String> {
        let path = path.to_str_lossy();
        let segments: Vec<&str> = path.split('/').collect();
        let mut found: Vec<String> = Vec::new();
        for section in &self.sections {
            for name in section.of(&path, &segments, self.every) {
                if !found.contains(name) {
                    found.push(name.clone());
                }
            }
        }
        found
    }

    fn section(&mut self, name: &str, defaults: Vec<String>) -> usize {
        let same = |known: &Section| known.name.eq_ignore_ascii_case(name);
        if let Some(at) = self.sections.iter().position(same) {
            return at;
        }
        let name = name.to_owned();
        self.sections.push(Section { name, defaults, ..Section::default() });
        self.sections.len() - 1
    }

    fn entry(&mut self, section: usize, line: &str) {
        let known: usize = self.sections.iter().map(|section| section.entries.len()).sum();
        let Some(section) = self.sections.get_mut(section).filter(|_| known < ENTRIES) else {
            return;
        };
        let (word, rest) = first_word(line);
        let (negative, word) = match word.strip_prefix('!') {
            Some(word) => (true, word),
            None => (false, word),
        };
        let Some(pattern) = Pattern::parse(word, self.every) else { return };
        let mut owners = names(rest);
        if owners.is_empty() {
            owners.clone_from(&section.defaults);
        }
        section.entries.push(Entry { pattern, negative, owners });
    }
}

impl Section {
    fn of<'a>(&'a self, path: &str, segments: &[&str], every: bool) -> Vec<&'a String> {
        let hit = |entry: &Entry| entry.pattern.matches(path, segments);
        if every {
            let hit = self.entries.iter().filter(|entry| hit(entry) != entry.negative);
            return hit.flat_map(|entry| &entry.owners).collect();
        }
        if self.entries.iter().any(|entry| entry.negative && hit(entry)) {
            return Vec::new();
        }
        let last = self.entries.iter().rev().find(|entry| !entry.negative && hit(entry));
        last.map(|entry| entry.owners.iter().collect()).unwrap_or_default()
    }
}

impl Pattern {
    fn parse(text: &str, regex: bool) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        if regex {
            let whole = format!("^(?:{text})$");
            let built = regex::RegexBuilder::new(&whole).size_limit(REGEX_SIZE).build();
            return built.ok().map(Self::Regex);
        }
        let (body, folder) = match text.strip_suffix('/') {
            Some(body) => (body, true),
            None => (text, false),
        };
        let anchored = body.contains('/');
        let mut segments: Vec<String> = Vec::new();
        if !anchored {
            segments.push("**".to_owned());
        }
        segments.extend(body.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
        // A name takes in what lies below it; `docs/*` only the files of that folder.
        let literal = segments.last().is_none_or(|last| !last.contains(['*', '?']));
        if folder {
            segments.extend(["**".to_owned(), "*".to_owned()]);
        } else if literal {
            segments.push("**".to_owned());
        }
        Some(Self::Segments(segments))
    }

    fn matches(&self, path: &str, segments: &[&str]) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(path),
            Self::Segments(pattern) => {
                glob(pattern, segments, |part| part == "**", |part, name| wild(part, name))
            }
        }
    }
}

/// One name against `*`, `?` and characters behind a backslash.
fn wild(pattern: &str, name: &str) -> bool {
    let mut tokens: Vec<(char, bool)> = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => tokens.push((chars.next().unwrap_or('\\'), true)),
            c => tokens.push((c, false)),
        }
    }
    let name: Vec<char> = name.chars().collect();
    let one = |token: &(char, bool), c: &char| *token == ('?', false) || token.0 == *c;
    glob(&tokens, &name, |token| *token == ('*', false), one)
}

/// Whether all of `items` matches; what `star` says takes any number of them. Only the last star
/// ever needs to be tried again.
fn glob<P, T>(
    pattern: &[P],
    items: &[T],
    star: impl Fn(&P) -> bool,
    one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(item) = items.get(i) {
        match pattern.get(p) {
            Some(part) if star(part) => {
                retry = Some((p + 1, i));
                p += 1;
            }
            Some(part) if one(part, item) => (p, i) = (p + 1, i + 1),
            _ => {
                let Some((after, taken)) = retry else { return false };
                retry = Some((after, taken + 1));
                (p, i) = (after, taken + 1);
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(star)
}

/// GitLab: `[Name]`, `^[Name]`, `[Name][2]`, and then the owners of entries that name none.
fn heading(line: &str) -> Option<(&str, Vec<String>)> {
    let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (name, rest) = rest.split_once(']')?;
    let rest = match rest.strip_prefix('[') {
        Some(count) => count.split_once(']')?.1,
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (name.trim(), names(rest)))
}

/// The word up to the first blank that no backslash stands before.
fn first_word(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = c.is_whitespace() && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    line.split_at(end.unwrap_or(line.len()))
}

fn names(text: &str) -> Vec<String> {
    let words = text.split_whitespace().take_while(|word| !word.starts_with('#'));
    words.filter(|word| word.contains('@')).take(NAMES).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::Owners;

    fn of(text: &str, path: &str) -> String {
        Owners::read("CODEOWNERS", text.as_bytes()).of(path.into()).join(" ")
    }

    #[test]
    fn the_last_entry_that_matches_names_the_owners() {
        let text = "# all\n* @all\n*.yaml @yaml # them\n/deploy/ @ops ops@example.com\n\
                    docs/* @docs\napps/ @apps\n/build/logs/ @logs\n**/k8s @k8s\n/deploy/free\n\
                    with\\ blank/ @blank\n";
        for (path, owners) in [
            ("Dockerfile", "@all"),
            ("a/b/compose.yaml", "@yaml"),
            ("deploy/compose.yaml", "@ops ops@example.com"),
            ("x/deploy/Dockerfile", "@all"),
            ("docs/Dockerfile", "@docs"),
            ("docs/deeper/Dockerfile", "@all"),
            ("x/apps/y/Dockerfile", "@apps"),
            ("x/apps", "@all"),
            ("k8s/pod.json", "@k8s"),
            ("a/b/k8s/c/pod.json", "@k8s"),
            ("deploy/free/Dockerfile", ""),
            ("with blank/Dockerfile", "@blank"),
        ] {
            assert_eq!(of(text, path), owners, "{path}");
        }
    }

    #[test]
    fn each_section_of_gitlab_has_a_last_match_of_its_own() {
        let text = "* @all\n[Ops][2] @ops @lead\ndeploy/\n*.md @writers\n^[Docs]\n!deploy/skip.md\n\
                    *.md @docs\n[ops]\ndeploy/db/ @dba\n";
        assert_eq!(of(text, "deploy/pod.yaml"), "@all @ops @lead");
        assert_eq!(of(text, "deploy/x.md"), "@all @writers @docs");
        assert_eq!(of(text, "deploy/skip.md"), "@all @writers");
        assert_eq!(of(text, "deploy/db/x"), "@all @dba");
    }

    #[test]
    fn gitea_reads_regular_expressions_and_takes_every_match() {
        let text = "deploy/.* @ops\n.*\\.yaml @yaml\n!.*\\.yaml @rest\n( @broken\n";
        let owners = Owners::read(".gitea/CODEOWNERS", text.as_bytes());
        assert_eq!(owners.of("deploy/a.yaml".into()), ["@ops", "@yaml"]);
        assert_eq!(owners.of("Dockerfile".into()), ["@rest"]);
    }

    #[test]
    fn many_stars_cost_little() {
        let text = format!("{} @x\n{} @y", "**/a/".repeat(150) + "x", "*a".repeat(400));
        let path = format!("{}b", "a/".repeat(2_000));
        assert_eq!(of(&text, &path), "");
        assert_eq!(of(&text, &"a".repeat(4_000)), "@y");
    }
}
